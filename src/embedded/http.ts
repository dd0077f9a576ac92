import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  altered,
  bufferOf,
  type Fault,
  type FaultList,
  faultName,
  type Manner,
  mannerOf,
  replacement,
} from '../../testing/registry/faults.js';
import { type Answer, type Call, classifyRequest, refusal, type RequestKind } from './request.js';

/** One request as it was seen, in order of arrival. */
export interface LoggedRequest {
  readonly index: number;
  /** milliseconds, of the clock passed in */
  readonly at: number;
  readonly method: string;
  /** request target: path and query */
  readonly url: string;
  readonly kind: RequestKind;
  readonly repository: string | null;
  readonly reference: string | null;
  /** all of them, lower-case names; credentials included, so that tests can look for them */
  readonly headers: Readonly<Record<string, string>>;
  /** host and port that it came in on */
  readonly host: string;
  /** number of the connection, from 0: kept-alive connections carry several requests */
  readonly connection: number;
  /** requests being handled when it came in, itself included */
  readonly inFlight: number;
  /** 0 until, and unless, an answer was sent */
  readonly status: number;
  /** names of the faults that hit it */
  readonly faults: readonly string[];
}

type Entry = { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] };

/** Certificate and key in PEM. */
export interface TlsOptions {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

interface WireOptions {
  readonly handle: (call: Call) => Answer | Promise<Answer>;
  readonly faults: FaultList;
  readonly log: LoggedRequest[];
  readonly now: () => number;
  readonly port?: number;
  readonly tls?: TlsOptions;
}

interface Listening {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1, logs every request, lets the faults have their way and sends what `handle` answers. */
export async function listen(options: WireOptions): Promise<Listening> {
  const connections = new WeakMap<Socket, number>();
  let connectionCount = 0;
  let inFlight = 0;
  let host = '';

  function record(request: IncomingMessage, call: Call): Entry {
    const connection = connections.get(request.socket) ?? connectionCount++;
    connections.set(request.socket, connection);
    const { index, method, url, kind, repository, reference, headers } = call;
    const entry: Entry = {
      index,
      at: options.now(),
      method,
      url,
      kind,
      repository,
      reference,
      headers,
      host,
      connection,
      inFlight,
      status: 0,
      faults: [],
    };
    options.log.push(entry);
    return entry;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = callOf(request, options.log.length);
    inFlight += 1;
    const entry = record(request, call);
    const faults = options.faults.take(call);
    entry.faults = faults.map(faultName);
    try {
      const answer = await answerUnder(faults, call, request, options.handle);
      if (answer) await send(response, answer, call, faults, entry);
    } catch (error) {
      // The client went away mid-body: there is nobody to answer. Anything else is a fault of this server.
      if (!request.socket.destroyed && !response.headersSent) {
        await sendPlainly(response, refusal(500, 'UNKNOWN', String(error)), false);
        entry.status = 500;
      } else response.destroy();
    } finally {
      inFlight -= 1;
    }
  }

  const listener: RequestListener = (request, response) => void serve(request, response);
  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `${options.tls ? 'https' : 'http'}://${host}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The answer after the faults that strike before and at handling; null when the connection is gone. */
async function answerUnder(
  faults: readonly Fault[],
  call: Call,
  request: IncomingMessage,
  handle: WireOptions['handle'],
): Promise<Answer | null> {
  let instead: Answer | null = null;
  for (const fault of faults) {
    if (fault.kind === 'call' && fault.when === 'before') await fault.onRequest(call);
    if (fault.kind === 'delay') await sleep(fault.ms);
    if (fault.kind === 'stall' && fault.when === 'headers') await untilClosed(request.socket);
    if (fault.kind === 'reset' && fault.when !== 'after') await resetEarly(request, fault.when);
    if (request.socket.destroyed) return null;
    instead ??= replacement(fault, call);
  }
  let answer = instead ?? (await handle(call));
  for (const fault of faults) {
    if (fault.kind === 'call' && fault.when === 'after') await fault.onRequest(call);
    answer = await altered(fault, call, answer);
  }
  return answer;
}

async function resetEarly(request: IncomingMessage, when: 'before' | 'during'): Promise<void> {
  // The first bytes of the body, or its end when there is none.
  if (when === 'during') await request.iterator({ destroyOnReturn: false }).next();
  request.socket.resetAndDestroy();
}

async function send(
  response: ServerResponse,
  answer: Answer,
  call: Call,
  faults: readonly Fault[],
  entry: Entry,
): Promise<void> {
  const manner = faults.map(mannerOf).find((found): found is Manner => found !== null);
  if (manner?.kind !== 'reset') entry.status = answer.status;
  const head = call.method === 'HEAD';
  if (manner) await sendBadly(response, answer, head, manner);
  else await sendPlainly(response, answer, head);
}

function callOf(request: IncomingMessage, index: number): Call {
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  return { ...classifyRequest(method, url), method, url, headers, body: request, index };
}

/** Sends the answer as HTTP means it; no body for HEAD. */
async function sendPlainly(response: ServerResponse, answer: Answer, head: boolean): Promise<void> {
  const bodyless = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, {
    ...(bodyless ? {} : { 'content-length': String(answer.body.length) }),
    ...answer.headers,
  });
  if (head || bodyless) response.end();
  else if (Buffer.isBuffer(answer.body)) response.end(answer.body);
  else await pipeline(answer.body.open(), response);
}

/** Sends the answer in a way that is wrong on purpose. The connection is of no use afterwards. */
async function sendBadly(
  response: ServerResponse,
  answer: Answer,
  head: boolean,
  manner: Manner,
): Promise<void> {
  const socket = response.socket;
  if (!socket) return;
  const body = head ? Buffer.alloc(0) : await bufferOf(answer);
  const length = { 'content-length': String(answer.body.length) };
  switch (manner.kind) {
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'stall':
      if (manner.after === 'half') {
        writeHead(socket, answer, length);
        socket.write(body.subarray(0, Math.floor(body.length / 2)));
      }
      await untilClosed(socket);
      return;
    case 'truncate': {
      const part = body.subarray(0, manner.at ?? Math.floor(body.length / 2));
      if (manner.framing === 'chunked') {
        writeHead(socket, answer, { 'transfer-encoding': 'chunked' });
        socket.end(
          Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
        );
      } else {
        writeHead(socket, answer, manner.framing === 'length' ? length : { connection: 'close' });
        socket.end(part);
      }
      return;
    }
    case 'flood':
      await flood(socket, answer, manner);
      return;
    case 'drip':
      writeHead(socket, answer, length);
      for (let at = 0; at < body.length && !socket.destroyed; at += manner.bytes) {
        socket.write(body.subarray(at, at + manner.bytes));
        await sleep(manner.everyMs);
      }
      socket.end();
      return;
  }
}

/** Waits until the other side has had enough. */
async function untilClosed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close');
}

const FLOOD_PART = 16 * 1024 * 1024;

async function flood(
  socket: Socket,
  answer: Answer,
  manner: Extract<Manner, { kind: 'flood' }>,
): Promise<void> {
  const blanks = Buffer.alloc(Math.min(FLOOD_PART, manner.bytes), ' ');
  // A gzip stream may have many members, one after the other (RFC 1952 section 2.2): compress once, send often.
  const part = manner.gzip ? gzipSync(blanks) : blanks.subarray(0, 64 * 1024);
  const parts = Math.ceil(manner.bytes / (manner.gzip ? blanks.length : part.length));
  writeHead(socket, answer, {
    'transfer-encoding': 'chunked',
    ...(manner.gzip ? { 'content-encoding': 'gzip' } : {}),
  });
  for (let sent = 0; sent < parts && !socket.destroyed; sent += 1) {
    socket.write(`${part.length.toString(16)}\r\n`);
    socket.write(part);
    if (!socket.write('\r\n')) await Promise.race([once(socket, 'drain'), untilClosed(socket)]);
  }
  if (!socket.destroyed) socket.end('0\r\n\r\n');
}

/** Straight to the socket, because node:http mends framing that is meant to be wrong. */
function writeHead(socket: Socket, answer: Answer, framing: Readonly<Record<string, string>>): void {
  const headers = Object.entries({ ...answer.headers, ...framing });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${answer.status} Fault\r\n${lines}\r\n`, 'latin1');
}
