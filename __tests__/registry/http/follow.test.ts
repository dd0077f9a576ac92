import http from 'node:http';
import { Readable } from 'node:stream';

import { afterEach, describe, expect, test } from '@jest/globals';

import {
  closeAll,
  connectionsFor,
  guesses,
  kit,
  request,
  serve,
  type TestServer,
} from '../../support/http-harness.js';

const servers: TestServer[] = [];
const start = async (...args: Parameters<typeof serve>): Promise<TestServer> => {
  const server = await serve(...args);
  servers.push(server);
  return server;
};
afterEach(async () => {
  closeAll();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const LOGIN = { kind: 'basic' as const, username: 'me', password: 'hunter2-hunter2', source: 'test' };
const BLOB = `blobs/sha256:${'a'.repeat(64)}`;

/** A registry that wants Basic and redirects blobs to wherever `to` says. */
const redirecting = (to: () => string, status = 307) =>
  start((_, response, seen) => {
    if (seen.headers.authorization === undefined) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    }
    response.writeHead(status, { location: to() }).end('elsewhere');
  });

describe('row 69: redirects', () => {
  test.each([301, 302, 303, 307, 308])('%i of a blob is followed, without the login', async (status) => {
    const storage = await start((_, response) => void response.end('blob'));
    const registry = await redirecting(() => `${storage.url}/bucket/x?sig=1`, status);
    const { transport } = kit({ credential: LOGIN });
    const { stream, url } = await transport.stream(
      request(registry.host, {
        path: BLOB,
        headers: { accept: 'a', range: 'bytes=0-', 'x-registry': 'mine', authorization: 'no' },
      }),
    );
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('blob');
    expect(url.host).toBe(storage.host);
    expect(storage.seen).toHaveLength(1);
    expect(storage.seen[0]).toMatchObject({
      path: '/bucket/x?sig=1',
      headers: { accept: 'a', range: 'bytes=0-' },
    });
    expect(storage.seen[0]!.headers).not.toHaveProperty('authorization');
    expect(storage.seen[0]!.headers).not.toHaveProperty('x-registry');
  });

  test('within the registry the login goes along', async () => {
    const registry = await start((_, response, seen) => {
      if (seen.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else if (seen.path.endsWith('/there')) response.end('ok');
      else response.writeHead(302, { location: '/v2/there' }).end();
    });
    expect((await kit({ credential: LOGIN }).transport.send(request(registry.host))).status).toBe(200);
    expect(registry.seen.at(-1)!.headers.authorization).toBeDefined();
  });

  test('a host that sends us back does not get us to bring the login', async () => {
    const storage: TestServer = await start((_, response) => {
      response.writeHead(302, { location: `${registry.url}/v2/back` }).end();
    });
    const registry: TestServer = await start((_, response, seen) => {
      if (seen.path === '/v2/back') response.end('ok');
      else if (seen.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else response.writeHead(302, { location: `${storage.url}/` }).end();
    });
    await kit({ credential: LOGIN }).transport.send(request(registry.host, { path: BLOB }));
    expect(registry.seen.at(-1)).toMatchObject({ path: '/v2/back' });
    expect(registry.seen.at(-1)!.headers.authorization).toBeUndefined();
  });

  test('a host that asks for a login does not get it', async () => {
    const storage = await start((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="give me"' }).end();
    });
    const registry = await redirecting(() => `${storage.url}/x`);
    const answer = await kit({ credential: LOGIN }).transport.send(request(registry.host, { path: BLOB }));
    expect(answer.status).toBe(401);
    expect(storage.seen).toHaveLength(1);
  });

  test.each(['PUT', 'POST', 'PATCH', 'DELETE'] as const)(
    '%s is never redirected, whatever the request says',
    async (method) => {
      const other = await start((_, response) => void response.writeHead(201).end());
      const registry = await start((_, response) => {
        response.writeHead(307, { location: `${other.url}/v2/x?sig=SECRET` }).end();
      });
      const send = kit().transport.send(
        request(registry.host, { method, body: Buffer.from('{}'), redirect: 'follow', repeatable: false }),
      );
      await expect(send).rejects.toMatchObject({
        code: 'unsafe',
        message: expect.stringContaining(`redirected to ${other.host},`),
      });
      await expect(send).rejects.not.toMatchObject({ message: expect.stringContaining('SECRET') });
      expect(other.seen).toEqual([]);
      expect(registry.seen).toHaveLength(1);
    },
  );

  test('a GET that must not be redirected says so', async () => {
    const registry = await start(
      (_, response) => void response.writeHead(301, { location: '/elsewhere' }).end(),
    );
    await expect(kit().transport.send(request(registry.host, { redirect: 'refuse' }))).rejects.toMatchObject({
      code: 'unsafe',
      message: expect.stringContaining('redirected to another path'),
    });
  });

  test('304 and a redirect without Location are answers', async () => {
    const registry = await start(
      (_, response, _seen, count) => void response.writeHead(count === 1 ? 304 : 302).end(),
    );
    const { transport } = kit();
    expect((await transport.send(request(registry.host))).status).toBe(304);
    expect((await transport.send(request(registry.host))).status).toBe(302);
  });

  test.each([
    ['//10.0.0.1/x', 'the private address 10.0.0.1'],
    ['//169.254.169.254/latest', 'the private address 169.254.169.254'],
    ['file:///etc/passwd', '"file:"'],
    ['gopher://x/', '"gopher:"'],
    ['//a:b@127.0.0.1/', 'a user name'],
  ])('threat 9: to %s is not followed', async (location, why) => {
    const registry = await start((_, response) => void response.writeHead(307, { location }).end());
    await expect(kit().transport.send(request(registry.host))).rejects.toMatchObject({
      code: 'unsafe',
      message: expect.stringContaining(why),
    });
    expect(registry.seen).toHaveLength(1);
  });
});

test('row 68: a loop of redirects ends after five', async () => {
  const registry = await start(
    (_, response, seen) => void response.writeHead(302, { location: `${seen.path}x` }).end(),
  );
  await expect(kit().transport.send(request(registry.host))).rejects.toMatchObject({
    code: 'protocol',
    message: expect.stringContaining('more than 5 times'),
  });
  expect(registry.seen).toHaveLength(6);
});

describe('row 72: uploads', () => {
  test('a Location with a state in its query is used as it is, with the login', async () => {
    const registry = await start((_, response, seen) => {
      if (seen.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else if (seen.method === 'POST') {
        response.writeHead(202, { location: '/v2/org/app/blobs/uploads/1?_state=a%2Fb%3D' }).end();
      } else response.writeHead(201).end();
    });
    const { transport } = kit({ credential: LOGIN });
    const opened = await transport.send(
      request(registry.host, { method: 'POST', path: 'blobs/uploads/', redirect: 'refuse' }),
    );
    const target = transport.resolve(opened.url, opened.headers['location']!);
    target.searchParams.append('digest', 'sha256:x');
    const source = {
      length: 6,
      open: () => Promise.resolve(Readable.from([Buffer.from('abc'), Buffer.from('def')])),
    };
    const put = await transport.send(
      request(registry.host, { method: 'PUT', path: target, body: source, redirect: 'refuse' }),
    );
    expect(put.status).toBe(201);
    expect(registry.seen.at(-1)).toMatchObject({
      path: '/v2/org/app/blobs/uploads/1?_state=a%2Fb%3D&digest=sha256%3Ax',
      body: 'abcdef',
      headers: { 'content-length': '6' },
    });
    expect(registry.seen.at(-1)!.headers.authorization).toBeDefined();
    expect(transport.usage().bytes_out).toBe(6);
  });

  test('a URL that nobody vetted is vetted here', async () => {
    const registry = await start((_, response) => void response.writeHead(201).end());
    const other = await start((_, response) => void response.writeHead(201).end());
    const put = request(registry.host, {
      method: 'PUT',
      path: new URL(`${other.url}/up`),
      redirect: 'refuse',
    });
    await expect(kit().transport.send(put)).rejects.toMatchObject({ code: 'unsafe' });
    expect(other.seen).toEqual([]);
  });

  test('a listed upload host gets the body and not the login', async () => {
    const storage = await start((_, response) => void response.writeHead(201).end());
    const registry = await start((_, response, seen) => {
      if (seen.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else response.writeHead(202, { location: `${storage.url}/up?s=1` }).end();
    });
    const { transport } = kit({ credential: LOGIN, trustedHosts: [storage.host] });
    const opened = await transport.send(request(registry.host, { method: 'POST', redirect: 'refuse' }));
    const path = transport.resolve(opened.url, opened.headers['location']!);
    await transport.send(
      request(registry.host, { method: 'PUT', path, body: Buffer.from('x'), redirect: 'refuse' }),
    );
    expect(storage.seen[0]).toMatchObject({ body: 'x', path: '/up?s=1' });
    expect(storage.seen[0]!.headers.authorization).toBeUndefined();
  });

  test.each([
    ['ends early', [Buffer.from('abc')]],
    ['gives too much', [Buffer.from('abcdefghi')]],
  ])('a source that %s is not taken for the whole', async (_, chunks) => {
    let complete = false;
    const registry = await start((_request, response, seen) => {
      complete = seen.body.length === 6;
      response.writeHead(201).end();
    });
    const body = { length: 6, open: () => Promise.resolve(Readable.from(chunks)) };
    const put = request(registry.host, { method: 'PUT', body, redirect: 'refuse' });
    await expect(kit().transport.send(put)).rejects.toMatchObject({ code: 'mismatch' });
    expect(complete).toBe(false);
  });

  test('a source that fails ends the upload with its own error, and is opened anew for every try', async () => {
    let opened = 0;
    const registry = await start((_request, response, _seen, count) => {
      response.writeHead(count === 1 ? 503 : 201).end();
    });
    const good = { length: 3, open: () => Promise.resolve(Readable.from([Buffer.from(`ab${++opened}`)])) };
    const { transport } = kit();
    await transport.send(request(registry.host, { method: 'PUT', body: good, redirect: 'refuse' }));
    expect(registry.seen.map(({ body }) => body)).toEqual(
      Array.from({ length: 2 }, (_, n) => `ab${n + 1 + guesses()}`),
    );
    const failing = Readable.from(
      (function* () {
        yield Buffer.from('a');
        throw new Error('the source broke');
      })(),
    );
    const bad = { length: 3, open: () => Promise.resolve(failing) };
    await expect(
      transport.send(request(registry.host, { method: 'PUT', body: bad, redirect: 'refuse' })),
    ).rejects.toThrow('the source broke');
  });

  test('an answer before the body is all there ends the upload; the next request has a connection of its own', async () => {
    const registry = await start(
      () => undefined,
      (listener) => {
        const server = makeEarly();
        server.on('request', listener);
        return server;
      },
    );
    const endless = { length: 1e9, open: () => Promise.resolve(Readable.from(endlessly())) };
    const { transport } = kit();
    const answer = await transport.send(
      request(registry.host, { method: 'PUT', body: endless, redirect: 'refuse' }),
    );
    expect(answer.status).toBe(413);
    expect((await transport.send(request(registry.host))).status).toBe(413);
    expect(registry.connections()).toBe(2);
  });
});

function* endlessly(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(64 * 1024);
}

/** Answers 413 to everything without reading the body. */
function makeEarly(): http.Server {
  return http.createServer((_request, response) => void response.writeHead(413).end('too large'));
}

describe('concurrency', () => {
  test('no more requests in flight than asked for, and connections are kept', async () => {
    let inFlight = 0;
    let most = 0;
    const registry = await start((_, response) => {
      most = Math.max(most, ++inFlight);
      setTimeout(() => {
        inFlight--;
        response.end('ok');
      }, 2);
    });
    const { transport } = kit({ concurrency: 8 });
    await Promise.all(Array.from({ length: 100 }, () => transport.send(request(registry.host))));
    expect(most).toBe(8);
    expect(registry.connections()).toBe(connectionsFor(8));
  });

  test('HEAD keeps connections too', async () => {
    const registry = await start((_, response) => void response.end('ok'));
    const { transport } = kit({ concurrency: 4 });
    await Promise.all(
      Array.from({ length: 100 }, () => transport.send(request(registry.host, { method: 'HEAD' }))),
    );
    expect(registry.connections()).toBe(connectionsFor(4));
  });

  test('falls on 429 and everything still gets through', async () => {
    let inFlight = 0;
    const after: number[] = [];
    let refused = 0;
    const registry = await start((_, response) => {
      inFlight++;
      setTimeout(() => {
        if (refused < 16) {
          refused++;
          response.writeHead(429);
        } else after.push(inFlight);
        inFlight--;
        response.end();
      }, 2);
    });
    const { transport } = kit({ concurrency: 16 });
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => transport.send(request(registry.host))),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(Math.max(...after.slice(16, 24))).toBeLessThan(16);
  });

  test('downloads that feed uploads to the same registry do not wait for themselves', async () => {
    const data = Buffer.alloc(300_000, 'x');
    const registry = await start((_, response, seen) => {
      if (seen.method === 'GET') response.end(data);
      else response.writeHead(201).end();
    });
    const { transport } = kit({ concurrency: 1 });
    const body = {
      length: data.length,
      open: async () => (await transport.stream(request(registry.host, { path: BLOB }))).stream,
    };
    const puts = Array.from({ length: 4 }, () =>
      transport.send(request(registry.host, { method: 'PUT', body, redirect: 'refuse' })),
    );
    for (const { status } of await Promise.all(puts)) expect(status).toBe(201);
  });
});
