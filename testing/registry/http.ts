import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
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

/** What one request meets on its way, in place of being handled and answered as HTTP means it. */
interface Interception {
  /** names of what hit the request, for the log */
  readonly faults: readonly string[];
  /** false when no part of the answer is sent: the log then keeps status 0 */
  readonly answers: boolean;
  /** The answer, of `handle` or another; null when the connection is gone. */
  answer(request: IncomingMessage, handle: () => Answer | Promise<Answer>): Promise<Answer | null>;
  /** Sends the answer; null to have it sent plainly. */
  readonly send: ((response: ServerResponse, answer: Answer) => Promise<void>) | null;
}

/** Called once for every request; null lets it alone. */
export type Intercept = (call: Call) => Interception | null;

interface WireOptions {
  readonly handle: (call: Call) => Answer | Promise<Answer>;
  readonly intercept?: Intercept | undefined;
  readonly log: LoggedRequest[];
  readonly now: () => number;
  readonly port?: number;
  readonly tls?: TlsOptions | undefined;
  /** the server; default node's for HTTP/1.1, with TLS where `tls` is given */
  readonly serverOf?: ((listener: RequestListener) => Server) | undefined;
  /** as clients write it; default `https` with `tls`, else `http` */
  readonly scheme?: 'http' | 'https' | undefined;
}

interface Listening {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1, logs every request and sends what `handle` answers, unless `intercept` steps in. */
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
    const met = options.intercept?.(call) ?? null;
    entry.faults = met?.faults ?? [];
    const handle = (): Answer | Promise<Answer> => options.handle(call);
    try {
      const answer = await (met ? met.answer(request, handle) : handle());
      if (!answer) return;
      if (met?.answers !== false) entry.status = answer.status;
      await (met?.send?.(response, answer) ?? sendPlainly(response, answer, call.method === 'HEAD'));
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
  const { tls, scheme = tls ? 'https' : 'http' } = options;
  const server =
    options.serverOf?.(listener) ?? (tls ? createTlsServer(tls, listener) : createServer(listener));
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `${scheme}://${host}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
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
