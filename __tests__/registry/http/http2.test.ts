import http2 from 'node:http2';
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import { Readable } from 'node:stream';

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { finish } from '../../../src/registry/http/body.js';
import { createAuthority, type Pair } from '../../support/certificates.js';
import { closeAll, type Kit, kit, listen, request } from '../../support/http-harness.js';

let authority: ReturnType<typeof createAuthority>;
let pair: Pair;
beforeAll(() => {
  authority = createAuthority();
  pair = authority.issue('IP:127.0.0.1,DNS:localhost');
});

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  sockets.length = 0;
  closeAll();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Http2Registry {
  readonly host: string;
  /** method and path of each request, and the connection that it came on */
  readonly seen: { readonly line: string; readonly session: number; readonly headers: IncomingHttpHeaders }[];
  readonly sessions: ServerHttp2Session[];
}

/** the TLS connections of all servers of a test */
const sockets: tls.TLSSocket[] = [];

/** A registry with HTTP/2; `count` is the number of the request, from 1. */
async function start(
  answer: (stream: ServerHttp2Stream, count: number, session: ServerHttp2Session) => void,
  options: http2.SecureServerOptions = {},
): Promise<Http2Registry> {
  const seen: Http2Registry['seen'][number][] = [];
  const sessions: ServerHttp2Session[] = [];
  const server = http2.createSecureServer({ ...pair, ...options });
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => undefined);
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      stream.on('error', () => undefined);
      stream.resume();
      const line = `${String(headers[':method'])} ${String(headers[':path'])}`;
      seen.push({ line, session: sessions.indexOf(session), headers });
      answer(stream, seen.length, session);
    });
  });
  server.on('sessionError', () => undefined);
  server.on('secureConnection', (socket: tls.TLSSocket) => sockets.push(socket));
  const listening = await listen(server);
  servers.push(listening);
  return { host: `localhost:${listening.port}`, seen, sessions };
}

const ok = (stream: ServerHttp2Stream, body = 'ok'): void => {
  stream.respond({ ':status': 200, 'content-length': String(body.length) });
  stream.end(body);
};
/** Known to be TLS from the start: what is guessed of loopback is tested in tls.test.ts. */
const connected = async (registry: Http2Registry, over: Parameters<typeof kit>[0] = {}): Promise<Kit> => {
  const made = kit({ ca: authority.ca, ...over });
  await made.transport.send(request(registry.host));
  return made;
};
const put = (host: string) =>
  request(host, { method: 'PUT', body: Buffer.from('{}'), redirect: 'refuse', repeatable: false });

/** A server on the level of frames: after the client's preface and settings it sends what `after` gives. */
const frames = async (
  after: (socket: tls.TLSSocket) => void,
): Promise<{ host: string; count: () => number }> => {
  let count = 0;
  const server = await listen(
    tls.createServer({ ...pair, ALPNProtocols: ['h2'] }, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        count++;
        socket.write(frame(4, 0, Buffer.alloc(0)));
        after(socket);
      });
    }),
  );
  servers.push(server);
  return { host: `localhost:${server.port}`, count: () => count };
};
const frame = (type: number, stream: number, payload: Buffer, flags = 0): Buffer => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
};

describe('a registry that offers HTTP/2', () => {
  test('gets all requests on one connection', async () => {
    const registry = await start((stream) => setTimeout(() => ok(stream), 20));
    const { transport } = await connected(registry);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        transport.send(request(registry.host, { path: `manifests/${n}` })),
      ),
    );
    expect(answers.map(({ status, body }) => `${status} ${body.toString()}`)).toEqual(
      Array(40).fill('200 ok'),
    );
    expect(registry.sessions).toHaveLength(1);
    expect(answers[0]!.url.href).toBe(`https://${registry.host}/v2/org/app/manifests/0`);
    expect(answers[0]!.headers).not.toHaveProperty(':status');
  });

  test('sees the host as other clients write it, and the headers of the request', async () => {
    const registry = await start((stream) => ok(stream));
    await connected(registry);
    expect(registry.seen[0]).toMatchObject({
      line: 'GET /v2/org/app/manifests/1.0',
      headers: { ':authority': registry.host, 'accept-encoding': 'identity', 'user-agent': 'retag/test' },
    });
  });

  test('gets bodies with their length, whole or as a stream', async () => {
    const received: string[] = [];
    const registry = await start((stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received.push(Buffer.concat(chunks).toString());
        stream.respond({ ':status': 201 }, { endStream: true });
      });
    });
    const { transport } = await connected(registry);
    await transport.send(put(registry.host));
    const open = () => Promise.resolve(Readable.from(['ab', 'cd'], { objectMode: false }));
    const upload = await transport.send({ ...put(registry.host), body: { length: 4, open } });
    expect(upload.status).toBe(201);
    expect(received).toEqual(['', '{}', 'abcd']);
    expect(registry.seen.map(({ headers }) => headers['content-length'])).toEqual([undefined, '2', '4']);
  });

  test('may allow few streams on a connection: further ones go on another', async () => {
    let inFlight = 0;
    let most = 0;
    const registry = await start(
      (stream) => {
        most = Math.max(most, ++inFlight);
        setTimeout(() => {
          inFlight--;
          ok(stream);
        }, 20);
      },
      { settings: { maxConcurrentStreams: 2 } },
    );
    const { transport } = await connected(registry);
    await Promise.all(Array.from({ length: 12 }, () => transport.send(request(registry.host))));
    expect(registry.sessions.length).toBeGreaterThan(1);
    expect(most).toBeGreaterThan(2);
  });

  test('one that offers only HTTP/1.1 gets that, on the connection that showed it', async () => {
    const server = await listen(
      tls.createServer({ ...pair, ALPNProtocols: ['http/1.1'] }, (socket) => {
        socket.on('error', () => undefined);
        socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
      }),
    );
    servers.push(server);
    const { transport } = kit({ ca: authority.ca });
    for (let i = 0; i < 3; i++) await transport.send(request(`localhost:${server.port}`));
    // the guess in plain http, the look at TLS, and the connection that is kept
    expect(server.connections()).toBe(3);
  });

  test('a stream of megabytes comes whole, and others are not held up by one that nobody reads', async () => {
    const part = Buffer.alloc(64 * 1024, 'x');
    const registry = await start((stream, count) => {
      if (count !== 2) {
        ok(stream);
        return;
      }
      stream.respond({ ':status': 200, 'content-length': String(64 * part.length) });
      Readable.from(Array.from({ length: 64 }, () => part)).pipe(stream);
    });
    const { transport } = await connected(registry);
    const { stream } = await transport.stream(request(registry.host, { maxBytes: 1e8 }));
    for (let i = 0; i < 3; i++) await transport.send(request(registry.host));
    let total = 0;
    for await (const chunk of stream) total += (chunk as Buffer).length;
    expect(total).toBe(64 * part.length);
    expect(registry.sessions).toHaveLength(1);
  });
});

describe('a request that HTTP/2 says was not handled is sent again, a PUT to a tag too', () => {
  const refusals: [string, (stream: ServerHttp2Stream, session: ServerHttp2Session) => void][] = [
    ['REFUSED_STREAM', (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)],
    [
      'GOAWAY before it',
      (stream, session) => {
        const before = (stream.id ?? 1) - 2;
        session.goaway(http2.constants.NGHTTP2_NO_ERROR, before);
      },
    ],
  ];
  test.each(refusals)('%s', async (_, refuse) => {
    const registry = await start((stream, count, session) => {
      if (count === 2) refuse(stream, session);
      else ok(stream);
    });
    const { transport } = await connected(registry);
    await expect(transport.send(put(registry.host))).resolves.toMatchObject({ status: 200 });
    expect(registry.seen).toHaveLength(3);
    expect(transport.usage()).toMatchObject({ retries: 1 });
  });

  test('REFUSED_STREAM for ever ends after five tries', async () => {
    const registry = await start((stream, count) =>
      count === 1 ? ok(stream) : stream.close(http2.constants.NGHTTP2_REFUSED_STREAM),
    );
    const { transport, clock } = await connected(registry);
    await expect(transport.send(request(registry.host))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /REFUSED_STREAM\) \(5 tries\); run again when the registry is less busy/,
      ),
    });
    expect(clock.waits).toEqual([250, 500, 1000, 2000]);
  });

  test('HTTP_1_1_REQUIRED leads to HTTP/1.1', async () => {
    const server = http2.createSecureServer({ ...pair, allowHTTP1: true }, (incoming, response) => {
      if (incoming.httpVersion === '2.0') incoming.stream.close(http2.constants.NGHTTP2_HTTP_1_1_REQUIRED);
      else response.end(incoming.httpVersion);
    });
    const listening = await listen(server);
    servers.push(listening);
    const { transport } = kit({ ca: authority.ca });
    const answer = await transport.send(request(`localhost:${listening.port}`));
    expect(answer.body.toString()).toBe('1.1');
  });
});

describe('what may have been handled', () => {
  const ends: [string, (stream: ServerHttp2Stream, session: ServerHttp2Session) => void][] = [
    ['INTERNAL_ERROR', (stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)],
    ['CANCEL', (stream) => stream.close(http2.constants.NGHTTP2_CANCEL)],
    ['NO_ERROR without an answer', (stream) => stream.close(http2.constants.NGHTTP2_NO_ERROR)],
    ['the end of the connection', (_stream, session) => session.destroy()],
    ['a reset of the connection', () => sockets.forEach((socket) => socket.destroy())],
    [
      'GOAWAY with an error',
      (_stream, session) => {
        session.goaway(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
        session.destroy();
      },
    ],
  ];
  test.each(ends)('is sent again where that does no harm: %s', async (_, end) => {
    const registry = await start((stream, count, session) => {
      if (count === 2) end(stream, session);
      else ok(stream);
    });
    const { transport } = await connected(registry);
    await expect(transport.send(request(registry.host))).resolves.toMatchObject({ status: 200 });
    expect(registry.seen).toHaveLength(3);
  });

  test.each(ends)('and left to the caller where it might: %s', async (_, end) => {
    const registry = await start((stream, count, session) => {
      if (count === 2) end(stream, session);
      else ok(stream);
    });
    const { transport } = await connected(registry);
    await expect(transport.send(put(registry.host))).rejects.toMatchObject({ code: 'unavailable' });
    expect(registry.seen).toHaveLength(2);
  });
});

describe('a body that breaks off', () => {
  const half = (stream: ServerHttp2Stream, length: string | undefined, end: () => void): void => {
    stream.respond({ ':status': 200, ...(length === undefined ? {} : { 'content-length': length }) });
    stream.write('half');
    setTimeout(end, 20);
  };
  const cuts: [
    string,
    string | undefined,
    (stream: ServerHttp2Stream, session: ServerHttp2Session) => void,
  ][] = [
    ['RST_STREAM', '8', (stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)],
    ['NO_ERROR', '8', (stream) => stream.close(http2.constants.NGHTTP2_NO_ERROR)],
    ['an end before the length', '8', (stream) => void stream.end()],
    ['the end of the connection', '8', (_stream, session) => session.destroy()],
    ['the end of the connection, no length', undefined, (_stream, session) => session.destroy()],
    ['a cut of the connection', '8', () => sockets.forEach((socket) => socket.destroy())],
    ['a cut of the connection, no length', undefined, () => sockets.forEach((socket) => socket.destroy())],
  ];
  test.each(cuts)('%s: is asked for again', async (_, length, cut) => {
    const registry = await start((stream, count, session) => {
      if (count === 2) half(stream, length, () => cut(stream, session));
      else ok(stream, 'whole123');
    });
    const { transport } = await connected(registry);
    const { body } = await transport.send(request(registry.host));
    expect(body.toString()).toBe('whole123');
    expect(registry.seen).toHaveLength(3);
  });

  test.each(cuts)('%s: ends a stream with an error', async (_, length, cut) => {
    const registry = await start((stream, count, session) => {
      if (count === 2) half(stream, length, () => cut(stream, session));
      else ok(stream);
    });
    const { transport } = await connected(registry);
    const { stream } = await transport.stream(request(registry.host));
    await expect(stream.toArray()).rejects.toMatchObject({ code: 'protocol' });
  });
});

describe('a body without a length that is reset in the middle', () => {
  const [NO_ERROR, INTERNAL_ERROR, CANCEL] = [0, 2, 8];
  test.each([NO_ERROR, INTERNAL_ERROR, CANCEL])('RST_STREAM with code %i is no end', async (code) => {
    const rst = Buffer.alloc(4);
    rst.writeUInt32BE(code);
    const server = await frames((socket) => {
      const headers = frame(1, 1, Buffer.from([0x88]), 4);
      const start = Buffer.concat([headers, frame(0, 1, Buffer.from('half'))]);
      setTimeout(() => socket.write(start), 50);
      setTimeout(() => socket.write(frame(3, 1, rst)), 100);
    });
    const { transport } = kit({ ca: authority.ca, requestTimeoutMs: 1000 });
    await expect(transport.send(request(server.host))).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('cut short'),
    });
  });
});

describe('a connection that is of no use', () => {
  test('a stream that stalls ends alone, and the next request goes on another connection', async () => {
    const registry = await start((stream, count) => {
      if (count === 2) return;
      ok(stream);
    });
    const { transport } = await connected(registry, { requestTimeoutMs: 200 });
    await expect(transport.send(request(registry.host))).resolves.toMatchObject({ status: 200 });
    expect(registry.seen.map(({ session }) => session)).toEqual([0, 0, 1]);
  });

  test('a body that stalls likewise', async () => {
    const registry = await start((stream, count) => {
      if (count !== 2) {
        ok(stream);
        return;
      }
      stream.respond({ ':status': 200 });
      stream.write('half');
    });
    const { transport } = await connected(registry, { requestTimeoutMs: 200 });
    await expect(transport.send(request(registry.host))).resolves.toMatchObject({ status: 200 });
    expect(registry.seen.map(({ session }) => session)).toEqual([0, 0, 1]);
  });

  test('one that was closed while nothing happened is replaced without a wait', async () => {
    const registry = await start((stream) => ok(stream));
    const { transport, clock } = await connected(registry);
    const gone = new Promise((resolve) => registry.sessions[0]!.on('close', resolve));
    registry.sessions[0]!.close();
    await gone;
    await expect(transport.send(put(registry.host))).resolves.toMatchObject({ status: 200 });
    expect(clock.waits).toEqual([]);
  });

  test.each([
    ['a flood of SETTINGS', 4, 0],
    ['a flood of PING', 6, 8],
  ])('%s does not keep a request alive', async (_, type, size) => {
    const one = frame(type, 0, Buffer.alloc(size));
    const server = await frames((socket) => {
      const flood = (): void => {
        if (!socket.destroyed)
          socket.write(Buffer.concat(Array.from({ length: 2000 }, () => one)), () => setTimeout(flood, 20));
      };
      flood();
    });
    const { transport } = kit({ ca: authority.ca, requestTimeoutMs: 300 });
    await expect(transport.send(request(server.host))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:unavailable|protocol|timeout)$/),
    });
    expect(server.count()).toBe(5);
  });

  test.each([
    ['bytes that are no frames', Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')],
    ['headers for a stream that nobody opened', frame(1, 99, Buffer.from([0x88]))],
    ['a push that was forbidden', frame(5, 1, Buffer.from([0, 0, 0, 2, 0x82]))],
  ])('%s: the request fails, and nothing else', async (_, bytes) => {
    const server = await frames((socket) => void socket.write(bytes));
    const { transport } = kit({ ca: authority.ca, requestTimeoutMs: 300 });
    await expect(transport.send(request(server.host))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:unavailable|protocol|timeout)$/),
    });
  });

  test('one that never finishes its handshake is given up like any other', async () => {
    const server = await listen(net.createServer());
    servers.push(server);
    const { transport } = kit({ ca: authority.ca, requestTimeoutMs: 200, insecureRegistries: [] });
    await expect(transport.send(request(server.host))).rejects.toMatchObject({ code: expect.anything() });
  });
});

test('the end of the run ends what is in flight', async () => {
  const registry = await start((stream, count) => {
    if (count === 1) ok(stream);
  });
  const { transport, abort } = await connected(registry);
  const waiting = [transport.send(request(registry.host)), transport.send(request(registry.host))];
  while (registry.seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  abort.abort();
  for (const each of waiting) await expect(each).rejects.toMatchObject({ code: 'cancelled' });
});

describe('limits of an answer', () => {
  test('a body above its cap is refused', async () => {
    const registry = await start((stream, count) => ok(stream, count === 1 ? 'ok' : 'x'.repeat(5000)));
    const { transport } = await connected(registry);
    await expect(transport.send(request(registry.host, { maxBytes: 100 }))).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('at most 100 are read'),
    });
  });

  test('a body without a length above its cap is refused, and its stream ended', async () => {
    let end = (): void => undefined;
    const closed = new Promise<void>((resolve) => (end = resolve));
    const registry = await start((stream, count) => {
      if (count === 1) {
        ok(stream);
        return;
      }
      stream.on('close', end);
      stream.respond({ ':status': 200 });
      Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(16_384, 'x');
        })(),
      ).pipe(stream);
    });
    const { transport } = await connected(registry);
    await expect(transport.send(request(registry.host, { maxBytes: 100_000 }))).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('more than 100000 bytes'),
    });
    await closed;
  });

  test('headers without end are refused', async () => {
    const registry = await start(
      (stream, count) => {
        if (count === 1) {
          ok(stream);
          return;
        }
        const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`x-${n}`, 'y'.repeat(500)]));
        stream.respond({ ':status': 200, ...many }, { endStream: true });
      },
      { maxSendHeaderBlockLength: 10_000_000 },
    );
    const { transport } = await connected(registry, { requestTimeoutMs: 500 });
    await expect(transport.send(request(registry.host))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:unavailable|protocol)$/),
    });
  });
});

test('an answer whose stream closed before anybody looked at it has ended', async () => {
  const closed = Readable.from([]);
  closed.destroy();
  expect(await finish(closed as unknown as Parameters<typeof finish>[0])).toHaveLength(0);
});
