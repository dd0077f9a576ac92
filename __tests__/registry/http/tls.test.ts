import https from 'node:https';
import net from 'node:net';

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { createAuthority, type Pair } from '../../support/certificates.js';
import { closeAll, kit, listen, request, serve, type TestServer } from '../../support/http-harness.js';

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  closeAll();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

let authority: ReturnType<typeof createAuthority>;
let right: Pair;
beforeAll(() => {
  authority = createAuthority();
  right = authority.issue('IP:127.0.0.1,DNS:localhost');
});

const start = async (pair: Pair, handler: Parameters<typeof serve>[0]): Promise<TestServer> => {
  const server = await serve(handler, (listener) => https.createServer(pair, listener));
  servers.push(server);
  return server;
};
const ok: Parameters<typeof serve>[0] = (_, response) => void response.end('ok');

describe('a registry on loopback that speaks TLS', () => {
  test('is found out once, then connected to over https; the answer is as over http', async () => {
    const registry = await start(right, ok);
    const { transport } = kit({ ca: authority.ca });
    for (let i = 0; i < 3; i++) {
      const { url, body } = await transport.send(request(registry.host));
      expect([url.protocol, body.toString()]).toEqual(['https:', 'ok']);
    }
    expect(registry.seen).toHaveLength(3);
    // the guess in plain http, the look at TLS, and the connection that is kept
    expect(registry.connections()).toBe(3);
  });

  test('is found out by a write too, which is then sent once', async () => {
    const registry = await start(right, (_, response) => void response.writeHead(201).end());
    const { transport } = kit({ ca: authority.ca });
    const put = request(registry.host, {
      method: 'PUT',
      body: Buffer.from('{}'),
      redirect: 'refuse',
      repeatable: false,
    });
    expect((await transport.send(put)).status).toBe(201);
    expect(registry.seen.map(({ body }) => body)).toEqual(['{}']);
  });

  test.each(['GET', 'HEAD', 'PUT'] as const)(
    'is found out when it answers 400 in plain text, as Go servers do (%s)',
    async (method) => {
      const registry = await start(right, ok);
      const front = await listen(
        net.createServer((socket) => {
          socket.once('data', (first: Buffer) => {
            // 22 is the first byte of a TLS handshake
            if (first[0] !== 22) {
              return void socket.end(
                'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n',
              );
            }
            const inner = net.connect(registry.port, '127.0.0.1');
            inner.on('error', () => undefined);
            inner.write(first);
            socket.pipe(inner).pipe(socket);
          });
        }),
      );
      servers.push(front);
      const { transport } = kit({ ca: authority.ca });
      const body = method === 'PUT' ? { body: Buffer.from('{}'), repeatable: false } : {};
      const answer = await transport.send(request(front.host, { method, ...body }));
      expect(answer).toMatchObject({ status: 200, url: { protocol: 'https:' } });
      expect(registry.seen).toHaveLength(1);
    },
  );

  test('a 400 of a plain registry does not lead to TLS', async () => {
    const plain = await serve((_, response) => void response.writeHead(400).end('bad'));
    servers.push(plain);
    const { transport } = kit();
    expect(await transport.send(request(plain.host))).toMatchObject({
      status: 400,
      url: { protocol: 'http:' },
    });
  });

  test('with a listed host nothing is guessed: http it is', async () => {
    const registry = await start(right, ok);
    const { transport } = kit({ ca: authority.ca, insecureRegistries: [registry.host] });
    await expect(transport.send(request(registry.host))).rejects.toMatchObject({ code: 'unavailable' });
    expect(registry.seen).toEqual([]);
  });
});

describe('row 71: certificates that are refused, by name and with the way out', () => {
  const cases: [string, () => Pair, RegExp][] = [
    [
      'self-signed',
      () => authority.selfSigned('IP:127.0.0.1'),
      /self-signed \(DEPTH_ZERO_SELF_SIGNED_CERT\).*NODE_EXTRA_CA_CERTS/,
    ],
    ['expired', () => authority.issue('IP:127.0.0.1', -1), /has expired \(CERT_HAS_EXPIRED\)/],
    [
      'another host',
      () => authority.issue('DNS:other.example'),
      /for another host \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
    ],
  ];
  test.each(cases)('%s', async (_, pair, message) => {
    const registry = await start(pair(), ok);
    const { transport, clock } = kit({ ca: authority.ca });
    const send = transport.send(request(registry.host));
    await expect(send).rejects.toMatchObject({ code: 'unsafe', message: expect.stringMatching(message) });
    await expect(send).rejects.not.toMatchObject({
      message: expect.stringMatching(/REJECT_UNAUTHORIZED|insecure/),
    });
    expect(clock.waits).toEqual([]);
    expect(registry.seen).toEqual([]);
  });

  test('an authority that is not known', async () => {
    const registry = await start(right, ok);
    await expect(kit().transport.send(request(registry.host))).rejects.toMatchObject({
      code: 'unsafe',
      message: expect.stringMatching(
        /authority that is not known here \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\).*NODE_EXTRA_CA_CERTS/,
      ),
    });
  });
});

test('row 70: from https to http is refused, for redirects and Locations', async () => {
  const plain = await serve(ok);
  servers.push(plain);
  const registry = await start(right, (_, response) => {
    response.writeHead(307, { location: `http://${plain.host}/x` }).end();
  });
  const { transport } = kit({ ca: authority.ca });
  await expect(transport.send(request(registry.host))).rejects.toMatchObject({
    code: 'unsafe',
    message: expect.stringContaining(`points to plain http (${plain.host})`),
  });
  expect(plain.seen).toEqual([]);
  expect(() =>
    transport.resolve(new URL(`https://${registry.host}/v2/`), `http://${registry.host}/up`),
  ).toThrow('plain http');
});

test('a token server over plain http is refused to a registry over TLS', async () => {
  const tokens = await serve((_, response) => void response.end('{"token":"t"}'));
  servers.push(tokens);
  const registry = await start(right, (_, response) => {
    response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${tokens.host}/t"` }).end();
  });
  await expect(kit({ ca: authority.ca }).transport.send(request(registry.host))).rejects.toMatchObject({
    code: 'unsafe',
  });
  expect(tokens.seen).toEqual([]);
});
