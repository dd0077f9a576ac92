import http from 'node:http';
import https from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { OperationError } from '../../errors.js';
import { faultOf, TransportFault } from './errors.js';

/** Where a request goes, taken apart once for each registry. */
export interface Target {
  readonly secure: boolean;
  /** without the brackets of an IPv6 literal */
  readonly hostname: string;
  readonly port: number;
  /** path and query */
  readonly path: string;
}

interface ExchangeRequest {
  readonly method: string;
  readonly target: Target;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | Upload | undefined;
  readonly agent: http.Agent;
  /** undefined: the system's */
  readonly lookup: LookupFunction | undefined;
}

interface ExchangeLimits {
  /** the longest silence while an answer is waited for, milliseconds */
  readonly idleMs: number;
  /** the longest wait for a connection, milliseconds */
  readonly connectMs: number;
  readonly cancellation: Cancellation;
  /** bytes of the body that were sent */
  readonly onSent: (bytes: number) => void;
}

/**
 * One request on one connection, until the headers of the answer. Rejects with a WireFault, with the reason of
 * the run's end, or with the error of the upload's source. The connection is left to its agent afterwards.
 */
export function exchange(request: ExchangeRequest, limits: ExchangeLimits): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, target, headers, agent, lookup } = request;
    const { hostname: host, port, path, secure } = target;
    // The protocol is what proxy agents find a kept connection again by.
    const options = { method, host, port, path, headers, agent, ...(lookup === undefined ? {} : { lookup }) };
    const wire = secure
      ? https.request({ protocol: 'https:', ...options })
      : http.request({ protocol: 'http:', ...options });
    const track = trackConnection(wire, () => timer.restart());
    let done = false;
    const settle = (): boolean => {
      if (done) return false;
      done = true;
      timer.stop();
      unwatch();
      return true;
    };
    const fail = (error: Error): void => {
      if (!settle()) return;
      upload?.stop();
      wire.destroy();
      reject(error);
    };
    const timer = startTimer(
      () => (track.connected ? limits.idleMs : Math.min(limits.idleMs, limits.connectMs)),
      (ms) => fail(silence(track.connected, ms)),
    );
    const unwatch = limits.cancellation.watch(fail);
    wire.on('error', (error) =>
      fail(
        // The look-up refused the address.
        error instanceof OperationError
          ? error
          : faultOf(error, { connected: track.connected, reused: wire.reusedSocket, proxy: proxyOf(agent) }),
      ),
    );
    wire.on('close', () => {
      // Neither answer nor error: a 101, or an agent that gave up. Every request ends here, so no error is made in vain.
      if (!done) fail(new TransportFault('reset', 'the connection was closed', { stale: wire.reusedSocket }));
    });
    wire.on('proxyConnect', ({ statusCode }: { statusCode?: number }) => {
      // A proxy that is asked for the whole URL has no answer of its own at this point.
      if (statusCode !== undefined && statusCode !== 200) fail(proxyRefusal(statusCode));
    });
    wire.on('response', (incoming) => {
      if (!settle()) return void incoming.destroy();
      if (isReusable(method, incoming)) wire.shouldKeepAlive = true;
      upload?.stop();
      resolve(incoming);
    });
    const upload = write(wire, request.body, { ...limits, onProgress: () => timer.restart(), onError: fail });
  });
}

/**
 * node gives a connection up when an answer has no length, also where the answer to HEAD has no body whose end could
 * be missed. Many registries send such a 404, and looking at tags is what Retag does most.
 */
function isReusable(method: string, { headers, httpVersion }: IncomingMessage): boolean {
  return method === 'HEAD' && httpVersion === '1.1' && headers.connection?.toLowerCase() !== 'close';
}

/** An answer to CONNECT that is not 200 comes from the proxy; 5xx says that it could not reach the registry now. */
export function proxyRefusal(status: number): TransportFault {
  return new TransportFault(
    status >= 500 ? 'connect' : 'proxy',
    `the proxy answered HTTP ${status}; see HTTPS_PROXY, HTTP_PROXY and NO_PROXY`,
  );
}

function silence(connected: boolean, ms: number): TransportFault {
  return connected
    ? new TransportFault('timeout', `no answer for ${ms / 1000} s`)
    : new TransportFault('connect', `no connection within ${ms / 1000} s`);
}

/** Tells whether anything can have been sent: not before the connection (and its TLS) stands. */
function trackConnection(wire: ClientRequest, onConnected: () => void): { connected: boolean } {
  const track = { connected: false };
  wire.once('socket', (socket: Socket & { encrypted?: boolean }) => {
    const connected = (): void => {
      track.connected = true;
      onConnected();
    };
    if (socket.connecting) socket.once(socket.encrypted ? 'secureConnect' : 'connect', connected);
    else connected();
  });
  return track;
}

function write(
  wire: ClientRequest,
  body: Uint8Array | Upload | undefined,
  hooks: { onSent: (bytes: number) => void; onProgress: () => void; onError: (error: Error) => void },
): { stop(): void } | undefined {
  if (body && 'source' in body) return feed(wire, body, hooks);
  if (body) hooks.onSent(body.length);
  wire.end(body);
  return undefined;
}

/**
 * A timer whose length is asked for anew whenever it is looked at; it may grow, not shrink. A restart only notes the
 * time, because there is one for every piece of an upload; what is left of the wait is waited for when the timer rings.
 */
function startTimer(length: () => number, expired: (ms: number) => void): { restart(): void; stop(): void } {
  let started = performance.now();
  const ring = (): void => {
    const ms = length();
    const rest = started + ms - performance.now();
    if (rest > 0) timer = setTimeout(ring, Math.ceil(rest));
    else expired(ms);
  };
  let timer = setTimeout(ring, length());
  return {
    restart: () => void (started = performance.now()),
    stop: () => clearTimeout(timer),
  };
}

/** A body that is sent as it arrives. */
export interface Upload {
  /** bytes that the source will give, no more and no fewer */
  readonly length: number;
  readonly source: Readable;
}

interface Hooks {
  readonly onSent: (bytes: number) => void;
  readonly onProgress: () => void;
  readonly onError: (error: Error) => void;
}

/**
 * Sends `upload` as the body of `wire`, holding back while the connection is full. A source that fails, ends
 * early or gives too much ends the request, so that the registry never takes a part for the whole.
 */
function feed(wire: ClientRequest, upload: Upload, hooks: Hooks): { stop(): void } {
  const { source, length } = upload;
  let sent = 0;
  let ended = false;
  const wrong = (): void => {
    hooks.onError(new OperationError('mismatch', `the body to send has ${sent} bytes instead of ${length}`));
  };

  source.on('data', (chunk: Buffer) => {
    sent += chunk.length;
    if (sent > length) {
      wrong();
      return;
    }
    hooks.onSent(chunk.length);
    hooks.onProgress();
    if (!wire.write(chunk)) source.pause();
  });
  wire.on('drain', () => {
    hooks.onProgress();
    source.resume();
  });
  source.on('end', () => {
    ended = true;
    if (sent === length) wire.end(hooks.onProgress);
    else wrong();
  });
  source.on('error', hooks.onError);
  source.on('close', () => {
    if (!ended) wrong();
  });
  return {
    stop() {
      if (ended) return;
      // The answer came before the body was all sent: the rest must not be taken for a next request.
      ended = true;
      wire.shouldKeepAlive = false;
      source.removeAllListeners('data');
      source.destroy();
    },
  };
}

/** The end of the run as everything in flight sees it: one listener on the signal, however many requests there are. */
export interface Cancellation {
  readonly signal: AbortSignal;
  /** Throws when the run has ended. */
  check(): void;
  /** Calls `end` when the run ends; the function that it gives takes it off again. */
  watch(end: (reason: OperationError) => void): () => void;
}

/** `timeout` when the signal was a time limit, `cancelled` for anything else; an OperationError given as the reason stays. */
export function reasonOf(signal: AbortSignal): OperationError {
  const reason: unknown = signal.reason;
  if (reason instanceof OperationError) return reason;
  return (reason as Partial<Error> | null)?.name === 'TimeoutError'
    ? new OperationError('timeout', 'the time limit of the run has passed', { cause: reason })
    : new OperationError('cancelled', 'the run was told to stop', { cause: reason });
}

export function cancellationOf(signal: AbortSignal): Cancellation {
  const watchers = new Set<(reason: OperationError) => void>();
  let reason = signal.aborted ? reasonOf(signal) : null;
  signal.addEventListener(
    'abort',
    () => {
      reason = reasonOf(signal);
      for (const end of [...watchers]) end(reason);
    },
    { once: true },
  );
  return {
    signal,
    check() {
      if (reason) throw reason;
    },
    watch(end) {
      watchers.add(end);
      return () => void watchers.delete(end);
    },
  };
}

/** The proxy of an agent, as the two proxy agents name it; without the login that its URL may have. */
function proxyOf(agent: http.Agent): string | null {
  return 'proxy' in agent && agent.proxy instanceof URL ? agent.proxy.host : null;
}
