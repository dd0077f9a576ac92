import http from 'node:http';
import http2 from 'node:http2';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { formatProblem } from '../../src/errors.js';
import type { Clock } from '../../src/ports.js';
import type { Credential } from '../../src/registry/auth/docker-config.js';
import { createTransport } from '../../src/registry/http/transport.js';
import type { RegistryRequest, Transport } from '../../src/registry/http/types.js';
import { createAuthority, type Pair } from './certificates.js';

type TransportOptions = Parameters<typeof createTransport>[0];

/** A clock whose waits take no time and are written down. `random` is always one half. */
export interface TestClock extends Clock {
  readonly waits: number[];
  advance(ms: number): void;
}

export function testClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let now = start;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    random: () => 0.5,
    advance: (ms) => void (now += ms),
    sleep(ms, signal) {
      signal?.throwIfAborted();
      waits.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  body: string;
}

export interface TestServer {
  readonly host: string;
  /** `http://127.0.0.1:PORT`, or with https */
  readonly url: string;
  readonly port: number;
  readonly seen: Seen[];
  readonly connections: () => number;
  close(): Promise<void>;
}

let certified: { readonly pair: Pair; readonly ca: string } | null = null;

/** From here on the servers of this process speak HTTP/2 over TLS, and the transports trust them. */
export function speakHttp2(): void {
  const authority = createAuthority();
  certified = { pair: authority.issue('IP:127.0.0.1,DNS:localhost'), ca: authority.ca };
}

/** What a server of this process costs before its first request over TLS is sent: a guess in plain http, for it is on loopback. */
export function guesses(): number {
  return certified === null ? 0 : 1;
}

/** The connections that `inFlight` requests at a time need, those of the guess and of the look at TLS included. */
export function connectionsFor(inFlight: number): number {
  return certified === null ? inFlight : 3;
}

/** Of the servers of this process. */
function scheme(): string {
  return certified === null ? 'http' : 'https';
}

function makeServer(listener: RequestListener): Server {
  if (certified === null) return http.createServer(listener);
  const server = http2.createSecureServer({ ...certified.pair, allowHTTP1: true }, listener as never);
  server.on('sessionError', () => undefined);
  return server;
}

type Handler = (request: IncomingMessage, response: ServerResponse, seen: Seen, count: number) => void;

/** An HTTP server on loopback that writes down what it sees; the handler runs when the body has arrived. */
export async function serve(handler: Handler, make = makeServer): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = make((request, response) => {
    const entry: Seen = { method: request.method!, path: request.url!, headers: request.headers, body: '' };
    seen.push(entry);
    const count = seen.length;
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => (entry.body += chunk));
    request.on('end', () => handler(request, response, entry, count));
    request.on('error', () => undefined);
  });
  const listening = await listen(server);
  const url = `${scheme()}://${listening.host}`;
  return { ...listening, url, seen };
}

/** Listens on a free port of loopback; closing ends all connections. */
export async function listen(server: Server): Promise<Omit<TestServer, 'seen' | 'url'>> {
  const sockets = new Set<{ destroy(): void }>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export interface Kit {
  readonly transport: Transport;
  readonly clock: TestClock;
  readonly secrets: string[];
  readonly warnings: string[];
  readonly debug: string[];
  readonly lookups: string[];
  readonly abort: AbortController;
}

const made: Transport[] = [];

/** A transport with a test clock; `credential` is what every registry gets. */
export function kit(options: Partial<TransportOptions> & { credential?: Credential } = {}): Kit {
  const clock = testClock();
  const [secrets, warnings, debug, lookups]: [string[], string[], string[], string[]] = [[], [], [], []];
  const abort = new AbortController();
  const { credential, ...rest } = options;
  const transport = createTransport({
    clock,
    env: {},
    credentials: (registry) => {
      lookups.push(registry);
      return Promise.resolve(credential ?? null);
    },
    insecureRegistries: [],
    deadline: abort.signal,
    requestTimeoutMs: 2000,
    userAgent: 'retag/test',
    log: {
      warning: (text) => void warnings.push(typeof text === 'string' ? text : formatProblem(text)),
      debug: (text) => void debug.push(text),
    },
    anonymous: false,
    onSecret: (secret) => void secrets.push(secret),
    ...(certified === null ? {} : { ca: certified.ca }),
    ...rest,
  });
  made.push(transport);
  return { transport, clock, secrets, warnings, debug, lookups, abort };
}

/** For afterEach: ends the connections of all transports made. */
export function closeAll(): void {
  for (const transport of made.splice(0)) transport.close();
}

/** A request with what most tests want: a repeatable GET that follows redirects. */
export function request(host: string, over: Partial<RegistryRequest> = {}): RegistryRequest {
  return {
    method: 'GET',
    repository: { registry: host, repository: 'org/app' },
    path: 'manifests/1.0',
    access: 'pull',
    maxBytes: 1024 * 1024,
    redirect: 'follow',
    repeatable: true,
    ...over,
  };
}
