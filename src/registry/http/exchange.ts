import type { IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { OperationError } from '../../errors.js';
import { TransportFault } from './errors.js';

/** Where a request goes, taken apart once for each registry. */
export interface Target {
  readonly secure: boolean;
  /** without the brackets of an IPv6 literal */
  readonly hostname: string;
  readonly port: number;
  /** path and query */
  readonly path: string;
}

/** A request without its body. */
interface RequestHead {
  readonly method: string;
  readonly target: Target;
  readonly headers: Record<string, string>;
  /** a body follows */
  readonly hasBody: boolean;
  /** undefined: the system's */
  readonly lookup: LookupFunction | undefined;
}

/** A connection, or what will give one, for one request: HTTP/1.1 or HTTP/2. */
export type Route = (head: RequestHead) => Outgoing;

/** One request on its way. Exactly one of `answer` and `fault` is heard, once, unless it is given up before. */
interface Outgoing {
  /** where the body goes */
  readonly body: Writable;
  /** False: there is no connection yet, so nothing can have been sent. */
  isConnected(): boolean;
  listen(heard: {
    connected(): void;
    answer(incoming: Incoming): void;
    /** a TransportFault, or the OperationError of a look-up that refused the address */
    fault(error: Error): void;
  }): void;
  /** The answer came before the body was all sent: the rest must not be taken for a next request. */
  cut(): void;
  /** Gives the request up: nothing came for too long, or the run ends. */
  destroy(): void;
}

/** An answer whose headers have arrived. */
export interface Incoming extends Readable {
  readonly statusCode?: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly httpVersion: string;
  /** the body came to the end that its framing has */
  readonly complete: boolean;
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
 * One request on one connection, until the headers of the answer. Rejects with a TransportFault, with the reason of
 * the run's end, or with the error of the upload's source.
 * @returns with `ms`, the milliseconds from the connection, or from the start when it stood, to the answer
 */
export async function exchange(
  route: Route,
  head: Omit<RequestHead, 'hasBody'>,
  content: Uint8Array | Upload | undefined,
  limits: ExchangeLimits,
): Promise<{ readonly incoming: Incoming; readonly ms: number }> {
  let started = performance.now();
  const wire = route({ ...head, hasBody: content !== undefined });
  return new Promise((resolve, reject) => {
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
      () => (wire.isConnected() ? limits.idleMs : Math.min(limits.idleMs, limits.connectMs)),
      (ms) => fail(silence(wire.isConnected(), ms)),
    );
    const unwatch = limits.cancellation.watch(fail);
    wire.listen({
      connected() {
        started = performance.now();
        timer.restart();
      },
      answer(incoming) {
        if (!settle()) return void incoming.destroy();
        upload?.stop();
        resolve({ incoming, ms: performance.now() - started });
      },
      fault: fail,
    });
    const upload = write(wire, content, { ...limits, onProgress: () => timer.restart(), onError: fail });
  });
}

export function silence(connected: boolean, ms: number): TransportFault {
  return connected
    ? new TransportFault('timeout', `no answer for ${ms / 1000} s`)
    : new TransportFault('connect', `no connection within ${ms / 1000} s`);
}

function write(
  wire: Outgoing,
  content: Uint8Array | Upload | undefined,
  hooks: { onSent: (bytes: number) => void; onProgress: () => void; onError: (error: Error) => void },
): { stop(): void } | undefined {
  if (content && 'source' in content) return feed(wire, content, hooks);
  if (content) hooks.onSent(content.length);
  wire.body.end(content);
  return undefined;
}

/**
 * A timer whose length is asked for anew whenever it is looked at; it may grow, not shrink. A restart only notes the
 * time, because there is one for every piece of an upload; what is left of the wait is waited for when the timer rings.
 */
export function startTimer(
  length: () => number,
  expired: (ms: number) => void,
): { restart(): void; stop(): void } {
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
function feed(wire: Outgoing, upload: Upload, hooks: Hooks): { stop(): void } {
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
    if (!wire.body.write(chunk)) source.pause();
  });
  wire.body.on('drain', () => {
    hooks.onProgress();
    source.resume();
  });
  source.on('end', () => {
    ended = true;
    if (sent === length) wire.body.end(hooks.onProgress);
    else wrong();
  });
  source.on('error', hooks.onError);
  source.on('close', () => {
    if (!ended) wrong();
  });
  return {
    stop() {
      if (ended) return;
      ended = true;
      wire.cut();
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
