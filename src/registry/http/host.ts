import type { Authorizer } from '../auth/authorizer.js';
import type { RegistryAddress } from '../hosts.js';
import type { Target } from './exchange.js';

/** What is known about one registry in this run. */
export interface Host extends HostState {
  readonly registry: string;
  readonly authorizer: Authorizer;
  /** scheme and host that Retag connects to now */
  api(): URL;
  /** the same as text; a URL puts its origin together anew each time it is asked */
  origin(): string;
  /** The scheme is a guess: plain http to loopback, until something other than a TLS server has answered. */
  isGuess(): boolean;
  /** Settles the scheme. From https there is no way back. */
  speak(scheme: 'http' | 'https'): void;
  /**
   * The first request goes alone: its answer tells the scheme and the kind of login, which the others would
   * otherwise all ask for. Gives the function that lets the others go; undefined when they are on their way already.
   */
  enter(): Promise<(() => void) | undefined> | undefined;
}

export function createHost(
  registry: string,
  address: RegistryAddress,
  concurrency: number,
  authorizerOf: (api: () => URL) => Authorizer,
): Host {
  let scheme = address.scheme;
  let api = new URL(`${scheme === 'https' ? 'https' : 'http'}://${address.host}`);
  let { origin } = api;
  let opened = false;
  let opening: Promise<void> | null = null;

  const lead = async (): Promise<(() => void) | undefined> => {
    while (opening) await opening;
    if (opened) return undefined;
    let release = (): void => undefined;
    opening = new Promise((resolve) => (release = resolve));
    return () => {
      opened = true;
      opening = null;
      release();
    };
  };

  return {
    ...createHostState(concurrency),
    registry,
    authorizer: authorizerOf(() => api),
    api: () => api,
    origin: () => origin,
    isGuess: () => scheme === 'either',
    speak(settled) {
      if (scheme !== 'either') return;
      scheme = settled;
      api = new URL(`${settled}://${address.host}`);
      origin = api.origin;
    },
    enter: () => (opened ? undefined : lead()),
  };
}

/** A URL taken apart for the wire. */
export function targetOf(url: URL): Target {
  const secure = url.protocol === 'https:';
  return {
    secure,
    hostname: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
  };
}

const MAX_TRIES = 5;

/** A host that requests are sent to, registry or token server, as far as its state in this run goes. */
export interface HostState {
  readonly limiter: Limiter;
  /** An answer of any kind came. */
  answered(): void;
  /** A request was given up for want of a connection. */
  unreachable(): void;
  /** Tries for one request: a host that never answered and was given up once is not waited for again by each of hundreds. */
  maxTries(): number;
  /** Nothing is sent before this time, milliseconds since the epoch: the host asked all of us to wait. */
  notBefore: number;
}

export function createHostState(concurrency: number): HostState {
  let everAnswered = false;
  let givenUp = false;
  return {
    limiter: createLimiter(concurrency),
    answered: () => void (everAnswered = true),
    unreachable: () => void (givenUp = true),
    maxTries: () => (givenUp && !everAnswered ? 1 : MAX_TRIES),
    notBefore: 0,
  };
}

/** How many requests to one registry are in flight: halves when the registry says "too many", recovers slowly. */
interface Limiter {
  /** Waits for a turn, first come first served. Undefined when the turn is there at once. */
  acquire(): Promise<void> | undefined;
  release(): void;
  /** A 429, or an answer that asks to wait. `startedAt` is what `epoch()` was when the request began. */
  slowDown(startedAt: number): void;
  /** An answer that was none of these. */
  speedUp(): void;
  epoch(): number;
  limit(): number;
  /** Refuses all who wait, and all who come later. */
  stop(reason: Error): void;
}

/**
 * Additive increase, multiplicative decrease, as TCP does it. One burst of 429 halves once, not once for each
 * request of the burst: answers to requests that began before the last halving do not count.
 */
export function createLimiter(most: number): Limiter {
  let allowed = most;
  let active = 0;
  let epoch = 0;
  let stopped: Error | null = null;
  let waiting: { go: () => void; refuse: (reason: Error) => void }[] = [];
  let head = 0;

  const admit = (): void => {
    while (head < waiting.length && active < Math.floor(allowed)) {
      active++;
      waiting[head++]?.go();
    }
    if (head === waiting.length) {
      waiting = [];
      head = 0;
    }
  };

  return {
    acquire() {
      if (stopped) return Promise.reject(stopped);
      if (active < Math.floor(allowed) && head === waiting.length) {
        active++;
        return undefined;
      }
      return new Promise<void>((go, refuse) => waiting.push({ go, refuse }));
    },
    release() {
      active--;
      admit();
    },
    slowDown(startedAt) {
      if (startedAt !== epoch) return;
      epoch++;
      allowed = Math.max(1, Math.floor(allowed / 2));
    },
    speedUp() {
      if (allowed >= most) return;
      allowed = Math.min(most, allowed + 1 / Math.floor(allowed));
      admit();
    },
    epoch: () => epoch,
    limit: () => Math.floor(allowed),
    stop(reason) {
      stopped = reason;
      const refused = waiting.slice(head);
      waiting = [];
      head = 0;
      for (const { refuse } of refused) refuse(reason);
    },
  };
}
