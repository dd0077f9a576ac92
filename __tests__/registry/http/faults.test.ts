import net from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import {
  closeAll,
  guesses,
  kit,
  listen,
  request,
  serve,
  type TestServer,
} from '../../support/http-harness.js';

const servers: { close(): Promise<void> }[] = [];
const start = async (...args: Parameters<typeof serve>): Promise<TestServer> => {
  const server = await serve(...args);
  servers.push(server);
  return server;
};
/** A server that answers the n-th request with the n-th text, byte for byte, and then ends the connection. The last is repeated. */
const script = async (...answers: string[]): Promise<{ host: string; count: () => number }> => {
  let count = 0;
  const server = await listen(
    net.createServer((socket) => {
      socket.once('data', () => {
        const answer = answers[Math.min(count++, answers.length - 1)]!;
        if (answer === 'RESET') socket.resetAndDestroy();
        else socket.end(answer);
      });
    }),
  );
  servers.push(server);
  return { host: server.host, count: () => count };
};
const D = `sha256:${'a'.repeat(64)}`;
const CRLF = (text: string): string => text.replace(/\n/g, '\r\n');

afterEach(async () => {
  closeAll();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('row 61: 429', () => {
  test.each([
    ['Retry-After: 2', '2', 2000],
    ['an HTTP date', 'Thu, 01 Jan 2026 00:00:03 GMT', 3000],
    ['garbage', 'whenever', 0],
    ['nothing', undefined, 0],
  ])('%s', async (_, retryAfter, least) => {
    const server = await start((_request, response, _seen, count) => {
      if (count === 1) response.writeHead(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
      response.end('ok');
    });
    const { transport, clock } = kit();
    const answer = await transport.send(request(server.host));
    expect(answer.status).toBe(200);
    expect(clock.waits).toHaveLength(1);
    expect(clock.waits[0]).toBeGreaterThanOrEqual(least);
    expect(clock.waits[0]).toBeLessThanOrEqual(least + 500);
    expect(transport.usage()).toMatchObject({ requests: 2 + guesses(), retries: 1 });
  });

  test('Retry-After: 86400 fails at once and says how long was asked', async () => {
    const server = await start((_request, response) => {
      response.writeHead(429, { 'retry-after': '86400' }).end();
    });
    const { transport, clock } = kit();
    await expect(transport.send(request(server.host))).rejects.toMatchObject({
      code: 'unavailable',
      status: 429,
      message: expect.stringMatching(/GET 127.*manifests\/1\.0: HTTP 429 .* wait 86400 s/),
    });
    expect(clock.waits).toEqual([]);
    expect(server.seen).toHaveLength(1);
  });

  test('others wait too while the registry has asked for it', async () => {
    const server = await start((_request, response, _seen, count) => {
      if (count === 1) response.writeHead(429, { 'retry-after': '5' });
      response.end('ok');
    });
    const { transport, clock } = kit();
    const first = transport.send(request(server.host));
    await expect(first).resolves.toMatchObject({ status: 200 });
    clock.advance(-3000);
    await transport.send(request(server.host));
    expect(clock.waits[1]).toBeGreaterThan(2000);
  });

  test('a PUT to a tag is sent again after 429, which the registry surely did not handle', async () => {
    const server = await start((_request, response, _seen, count) => {
      response.writeHead(count === 1 ? 429 : 201).end();
    });
    const { transport } = kit();
    const put = request(server.host, {
      method: 'PUT',
      body: Buffer.from('{}'),
      redirect: 'refuse',
      repeatable: false,
    });
    await expect(transport.send(put)).resolves.toMatchObject({ status: 201 });
    expect(server.seen.map(({ body }) => body)).toEqual(['{}', '{}']);
  });
});

describe('rows 62 and 63: answers that pass', () => {
  test.each([408, 500, 502, 503, 504])('row 62: %i once', async (status) => {
    const server = await start((_request, response, _seen, count) => {
      response.writeHead(count === 1 ? status : 200).end('ok');
    });
    const { transport } = kit();
    await expect(transport.send(request(server.host))).resolves.toMatchObject({ status: 200 });
    expect(transport.usage().retries).toBe(1);
  });

  test('row 63: 503 for ever is given back after five tries', async () => {
    const server = await start((_request, response) => void response.writeHead(503).end('down'));
    const { transport, clock } = kit();
    await expect(transport.send(request(server.host))).resolves.toMatchObject({ status: 503 });
    expect(server.seen).toHaveLength(5);
    expect(clock.waits).toEqual([250, 500, 1000, 2000]);
  });

  test.each([500, 503])(
    'a PUT to a tag is not sent again after %i: the caller looks first',
    async (status) => {
      const server = await start((_request, response) => void response.writeHead(status).end());
      const { transport } = kit();
      const put = request(server.host, {
        method: 'PUT',
        body: Buffer.from('{}'),
        redirect: 'refuse',
        repeatable: false,
      });
      await expect(transport.send(put)).resolves.toMatchObject({ status });
      expect(server.seen).toHaveLength(1);
    },
  );
});

describe('connections that end', () => {
  const KEPT = CRLF('HTTP/1.1 200 OK\nContent-Length: 2\n\nok');
  const OK = CRLF('HTTP/1.1 200 OK\nConnection: close\nContent-Length: 2\n\nok');

  test('a reset once is cured', async () => {
    const server = await script(OK, 'RESET', OK);
    const { transport } = kit();
    await transport.send(request(server.host));
    await expect(transport.send(request(server.host))).resolves.toMatchObject({ status: 200 });
    expect(server.count()).toBe(3);
  });

  test('a reset of the very first request is cured too, and does not lead to TLS', async () => {
    const server = await script('RESET', '', OK);
    const { transport } = kit();
    await expect(transport.send(request(server.host))).resolves.toMatchObject({ status: 200 });
  });

  test('a PUT to a tag whose answer was lost is not sent again', async () => {
    const server = await script(OK, 'RESET', OK);
    const { transport } = kit();
    await transport.send(request(server.host));
    const put = request(server.host, {
      method: 'PUT',
      body: Buffer.from('{}'),
      redirect: 'refuse',
      repeatable: false,
    });
    await expect(transport.send(put)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^PUT 127\S+\/v2\/org\/app\/manifests\/1\.0: the connection was/),
    });
    expect(server.count()).toBe(2);
  });

  test('a refused connection is tried five times, then named; the next request does not wait again', async () => {
    const server = await listen(net.createServer());
    await server.close();
    const { transport, clock } = kit();
    await expect(transport.send(request(server.host))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/no connection \(ECONNREFUSED\) \(5 tries\); see whether/),
    });
    expect(clock.waits).toHaveLength(4);
    await expect(transport.send(request(server.host))).rejects.toMatchObject({ code: 'unavailable' });
    expect(clock.waits).toHaveLength(4);
  });

  test('a host that does not exist is named at once', async () => {
    const { transport, clock } = kit();
    await expect(transport.send(request('does-not-exist.invalid'))).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(clock.waits.length).toBeLessThanOrEqual(4);
  });

  test('a kept-alive connection that the server closed is replaced without a wait', async () => {
    const server = await listen(
      net.createServer((socket) => {
        let count = 0;
        socket.on('data', () => {
          // The second request on a connection is what a server sees that has just decided to close it.
          if (++count === 1) socket.write(KEPT);
          else socket.resetAndDestroy();
        });
      }),
    );
    servers.push(server);
    const { transport, clock } = kit();
    await transport.send(request(server.host));
    await expect(transport.send(request(server.host))).resolves.toMatchObject({ status: 200 });
    expect(clock.waits).toEqual([]);
    expect(transport.usage().retries).toBe(1);
    expect(server.connections()).toBe(2);
  });

  test('an answer that is not HTTP', async () => {
    const server = await script(OK, 'SSH-2.0-OpenSSH_9.2\r\n\r\n');
    const { transport } = kit();
    await transport.send(request(server.host));
    await expect(transport.send(request(server.host))).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('not HTTP'),
    });
  });
});

describe('row 64: a body that ends early is never taken', () => {
  const CASES: [string, string][] = [
    ['with a length', 'HTTP/1.1 200 OK\nContent-Length: 10\n\nshort'],
    ['with chunks', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\r\nshort\r\n'],
    ['with chunks, within one', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nff\r\nshort'],
    ['that the connection delimits', 'HTTP/1.1 200 OK\nConnection: close\n\nshort'],
    ['that the connection delimits, HTTP/1.0', 'HTTP/1.0 200 OK\n\nshort'],
  ];
  test.each(CASES)('%s', async (_, answer) => {
    const server = await script(CRLF(answer));
    const { transport } = kit();
    await expect(transport.send(request(server.host, { path: 'tags/list' }))).rejects.toMatchObject({
      code: 'protocol',
    });
    expect(server.count()).toBe(5);
  });

  test.each(CASES.slice(0, 3))('%s, as a stream', async (_, answer) => {
    const server = await script(CRLF(answer));
    const { transport } = kit();
    const { stream } = await transport.stream(request(server.host, { path: `blobs/${D}` }));
    await expect(stream.toArray()).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/blobs\/sha256:a+: the body was cut short/),
    });
  });

  test.each(CASES.slice(0, 4))('%s: once is cured', async (_, answer) => {
    const server = await script(CRLF(answer), CRLF('HTTP/1.1 200 OK\nContent-Length: 4\n\nfull'));
    const { transport } = kit();
    const { body } = await transport.send(request(server.host, { path: 'tags/list' }));
    expect(body.toString()).toBe('full');
  });

  test.each([
    ['cut', 'HTTP/1.1 404 Not Found\nContent-Length: 100\n\n{"errors":['],
    ['cut between chunks', 'HTTP/1.1 404 Not Found\nTransfer-Encoding: chunked\n\n5\r\n{"err\r\n'],
  ])(
    'a 404 whose body is %s is asked for again, since the body says whether a thing is absent',
    async (_, cut) => {
      const server = await script(CRLF(cut), CRLF('HTTP/1.1 404 Not Found\nContent-Length: 4\n\nfull'));
      const { transport } = kit();
      const { status, body } = await transport.send(request(server.host));
      expect([status, body.toString()]).toEqual([404, 'full']);
    },
  );

  test('delimited by the connection is accepted where the request names the digest, which the caller checks', async () => {
    const server = await script(CRLF('HTTP/1.1 200 OK\nConnection: close\n\nwhole'));
    const { transport } = kit();
    const { body } = await transport.send(request(server.host, { path: `manifests/${D}` }));
    expect(body.toString()).toBe('whole');
    const { stream } = await transport.stream(request(server.host, { path: `blobs/${D}` }));
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('whole');
  });

  test('a write whose answer has a body of unknown length is a write all the same', async () => {
    const server = await script(CRLF('HTTP/1.1 201 Created\nLocation: /x\nConnection: close\n\n'));
    const { transport } = kit();
    const put = request(server.host, {
      method: 'PUT',
      body: Buffer.from('{}'),
      redirect: 'refuse',
      repeatable: false,
    });
    await expect(transport.send(put)).resolves.toMatchObject({ status: 201 });
  });
});

describe('row 66: bodies that are more than they seem', () => {
  test('a compressed body is refused, not decoded', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb);
    });
    const { transport } = kit();
    const before = process.memoryUsage().rss;
    await expect(transport.send(request(server.host))).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('compressed (gzip)'),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(server.seen).toHaveLength(1);
  });

  test('a compressed error body is left out', async () => {
    const server = await start((_request, response) => {
      response.writeHead(404, { 'content-encoding': 'gzip' }).end(gzipSync('{"errors":[]}'));
    });
    const { transport } = kit();
    const answer = await transport.send(request(server.host));
    expect(answer.status).toBe(404);
    expect(answer.body).toHaveLength(0);
  });

  test.each([
    ['with a length', { 'content-length': 2000 }],
    ['without one', {}],
  ])('a body above the cap, %s', async (_, headers) => {
    const server = await start((_request, response) => {
      response.writeHead(200, headers).end('x'.repeat(2000));
    });
    const { transport } = kit();
    await expect(transport.send(request(server.host, { maxBytes: 1999 }))).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('1999'),
    });
    await expect(transport.send(request(server.host, { maxBytes: 2000 }))).resolves.toMatchObject({
      status: 200,
    });
  });

  test('a length of petabytes is refused before a byte is read', async () => {
    const server = await script(CRLF('HTTP/1.1 200 OK\nContent-Length: 9000000000000000\n\nx'));
    const { transport } = kit();
    await expect(transport.send(request(server.host))).rejects.toMatchObject({ code: 'protocol' });
    expect(server.count()).toBe(1);
  });

  test('an endless error body is cut at 64 KiB', async () => {
    const server = await start((_request, response) => {
      response.writeHead(404);
      Readable.from(
        (function* () {
          for (;;) yield 'x'.repeat(16 * 1024);
        })(),
      ).pipe(response);
      response.on('error', () => undefined);
    });
    const { transport } = kit();
    const answer = await transport.send(request(server.host, { maxBytes: 4 * 1024 * 1024 }));
    expect(answer.status).toBe(404);
    expect(answer.body).toHaveLength(64 * 1024);
  });
});

describe('row 67: silence and slowness', () => {
  test('no answer', async () => {
    const server = await start(() => undefined);
    const { transport } = kit({ requestTimeoutMs: 400 });
    await expect(transport.send(request(server.host))).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('no answer for 0.4 s (5 tries)'),
    });
    expect(server.seen).toHaveLength(5);
  });

  test('a body that stops', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('a');
    });
    const { transport } = kit({ requestTimeoutMs: 400 });
    await expect(transport.send(request(server.host))).rejects.toMatchObject({ code: 'timeout' });
    const { stream } = await transport.stream(request(server.host, { path: `blobs/${D}` }));
    await expect(stream.toArray()).rejects.toMatchObject({ code: 'timeout' });
  });

  test('a reader that takes its time is not silence of the registry', async () => {
    const data = Buffer.alloc(4 * 1024 * 1024, 'x');
    const server = await start((_request, response) => void response.end(data));
    const { transport } = kit({ requestTimeoutMs: 500 });
    const { stream } = await transport.stream(
      request(server.host, { path: `blobs/${D}`, maxBytes: data.length }),
    );
    let total = 0;
    let pauses = 0;
    for await (const chunk of stream) {
      total += (chunk as Buffer).length;
      if (pauses++ < 2) await new Promise((resolve) => setTimeout(resolve, 700));
    }
    expect(total).toBe(data.length);
  });

  test.each(['send', 'stream'] as const)('a drip ends at the deadline of the run (%s)', async (how) => {
    const drips: NodeJS.Timeout[] = [];
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      drips.push(setInterval(() => response.write('x'), 10));
    });
    const { transport } = kit({ deadline: AbortSignal.timeout(120) });
    const read =
      how === 'send'
        ? transport.send(request(server.host))
        : transport
            .stream(request(server.host, { path: `blobs/${D}` }))
            .then(({ stream }) => stream.toArray());
    await expect(read).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('time limit of the run'),
    });
    drips.forEach(clearInterval);
  });
});

describe('the end of the run', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await start(() => undefined);
  });

  test('ends what is in flight and what waits for its turn', async () => {
    const { transport, abort } = kit({ concurrency: 1 });
    const both = [transport.send(request(server.host)), transport.send(request(server.host))];
    const results = Promise.allSettled(both);
    while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    abort.abort();
    for (const result of await results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    }
    await expect(transport.send(request(server.host))).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.seen).toHaveLength(1);
  });

  test('ends a wait between tries, and tells what was waited for', async () => {
    const busy = await start((_request, response) => void response.writeHead(503).end());
    const abort = new AbortController();
    const { transport } = kit({
      deadline: abort.signal,
      clock: {
        now: Date.now,
        random: () => 0.5,
        sleep: (_ms, signal) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason as Error));
            abort.abort(new DOMException('over', 'TimeoutError'));
          }),
      },
    });
    await expect(transport.send(request(busy.host, {}))).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('while waiting to try again (HTTP 503)'),
    });
  });
});
