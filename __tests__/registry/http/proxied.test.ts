import https from 'node:https';
import net from 'node:net';

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { createAuthority } from '../../support/certificates.js';
import { startForwardProxy } from '../../support/forward-proxy.js';
import { closeAll, kit, listen, request, serve, type TestServer } from '../../support/http-harness.js';

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  closeAll();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

let authority: ReturnType<typeof createAuthority>;
beforeAll(() => {
  authority = createAuthority();
});

async function startProxy(port: number, status = 200) {
  const proxy = await startForwardProxy(port, status);
  servers.push(proxy);
  return proxy;
}

const tlsRegistry = async (): Promise<TestServer> => {
  const pair = authority.issue('DNS:registry.example');
  const server = await serve(
    (_, response) => void response.end('ok'),
    (listener) => https.createServer(pair, listener),
  );
  servers.push(server);
  return server;
};
const plainRegistry = async (): Promise<TestServer> => {
  const server = await serve((_, response) => void response.end('ok'));
  servers.push(server);
  return server;
};

describe('HTTPS_PROXY', () => {
  test('https registries are reached through a tunnel, with the proxy login, on kept connections', async () => {
    const registry = await tlsRegistry();
    const proxy = await startProxy(registry.port);
    const { transport } = kit({
      ca: authority.ca,
      env: { HTTPS_PROXY: `http://user:pa%20ss@${proxy.host}` },
    });
    for (let i = 0; i < 3; i++) {
      expect((await transport.send(request('registry.example'))).status).toBe(200);
    }
    expect(proxy.asked).toEqual([
      { line: 'CONNECT registry.example:443', auth: `Basic ${Buffer.from('user:pa ss').toString('base64')}` },
    ]);
    expect(registry.seen[0]!.headers).not.toHaveProperty('proxy-authorization');
    expect(registry.seen[0]!.headers.host).toBe('registry.example');
  });

  test.each([403, 407])(
    'a proxy that answers %i is named; that is no answer of the registry',
    async (status) => {
      const registry = await tlsRegistry();
      const proxy = await startProxy(registry.port, status);
      const { transport } = kit({ env: { https_proxy: `http://user:hunter2-hunter2@${proxy.host}` } });
      const send = transport.send(request('registry.example'));
      await expect(send).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining(`the proxy answered HTTP ${status}; see HTTPS_PROXY`),
      });
      await expect(send).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
      expect(proxy.asked).toHaveLength(1);
    },
  );

  test('a proxy that cannot reach the registry now is asked again', async () => {
    const proxy = await startProxy(1, 503);
    const { transport } = kit({ env: { HTTPS_PROXY: proxy.host } });
    await expect(transport.send(request('registry.example'))).rejects.toMatchObject({ code: 'unavailable' });
    expect(proxy.asked).toHaveLength(5);
  });

  test('a proxy that is silent is given up', async () => {
    const silent = await listen(net.createServer());
    servers.push(silent);
    const { transport } = kit({ env: { HTTPS_PROXY: silent.host }, requestTimeoutMs: 30 });
    await expect(transport.send(request('registry.example'))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('no connection within 0.03 s'),
    });
  });

  test.each(['socks5://x:1', 'http://', '%%%'])('%j is refused without being shown', async (proxy) => {
    const { transport } = kit({ env: { HTTPS_PROXY: proxy } });
    await expect(transport.send(request('registry.example'))).rejects.toMatchObject({
      message: expect.stringMatching(/is not an http or https URL; write it as/),
    });
  });
});

describe('HTTP_PROXY', () => {
  test('listed registries over http are asked for by their whole URL', async () => {
    const registry = await plainRegistry();
    const proxy = await startProxy(registry.port);
    const { transport } = kit({
      env: { HTTP_PROXY: `http://${proxy.host}` },
      insecureRegistries: ['plain.example:5000'],
    });
    for (let i = 0; i < 2; i++)
      expect((await transport.send(request('plain.example:5000'))).status).toBe(200);
    expect(proxy.asked[0]!.line).toBe('GET http://plain.example:5000/v2/org/app/manifests/1.0');
  });

  test('407 comes from the proxy', async () => {
    const proxy = await startProxy(1, 407);
    const { transport } = kit({
      env: { HTTP_PROXY: `http://${proxy.host}` },
      insecureRegistries: ['plain.example:5000'],
    });
    await expect(transport.send(request('plain.example:5000'))).rejects.toMatchObject({
      message: expect.stringContaining('the proxy answered HTTP 407'),
    });
  });
});

test('loopback and NO_PROXY are direct', async () => {
  const registry = await plainRegistry();
  const proxy = await startProxy(registry.port);
  const env = {
    HTTP_PROXY: `http://${proxy.host}`,
    HTTPS_PROXY: `http://${proxy.host}`,
    NO_PROXY: 'does-not-exist.invalid',
  };
  const { transport } = kit({ env });
  expect((await transport.send(request(registry.host))).status).toBe(200);
  await expect(transport.send(request('does-not-exist.invalid'))).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(proxy.asked).toEqual([]);
});
