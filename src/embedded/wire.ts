import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { refusal, type Answer } from './answer.js';
import type { Call } from './call.js';
import { classifyRequest, type RequestKind } from './classify.js';
import { altered, mannerOf, replacement, type Manner } from './fault-effects.js';
import { faultName, type Fault, type FaultList } from './faults.js';
import { sendBadly, sendPlainly, untilClosed } from './send.js';

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

export interface WireOptions {
  readonly handle: (call: Call) => Answer | Promise<Answer>;
  readonly faults: FaultList;
  readonly log: LoggedRequest[];
  readonly now: () => number;
  readonly port?: number;
  readonly tls?: TlsOptions;
}

export interface Listening {
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
