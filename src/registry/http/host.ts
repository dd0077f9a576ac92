import type { Authorizer } from '../auth/authorizer.js';
import type { RegistryAddress } from '../hosts.js';
import type { Clock } from '../../ports.js';
import type { Cancellation, Target } from './exchange.js';
import { createPace, type Pace } from './pace.js';

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
  state: HostState,
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
    ...state,
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
}

/** @param most the most requests in flight, see `createPace` */
export function createHostState(most: () => number, clock: Clock, end: Cancellation): HostState {
  let everAnswered = false;
  let givenUp = false;
  return {
    limiter: createLimiter(createPace(most), clock, end),
    answered: () => void (everAnswered = true),
    unreachable: () => void (givenUp = true),
    maxTries: () => (givenUp && !everAnswered ? 1 : MAX_TRIES),
  };
}

/** Turns at one host: how many at a time, and when, is the pace's to say. */
interface Limiter {
  /** Waits for a turn, first come first served. Undefined when the turn is there at once. */
  acquire(): Promise<void> | undefined;
  release(): void;
  /** The headers of an answer came; `epoch` is what `epoch()` was when the request began. */
  answered(answer: Omit<Parameters<Pace['answered']>[0], 'now' | 'full'>): void;
  epoch(): number;
  /** Nobody gets a turn for so many milliseconds: the host asked for it. */
  pause(ms: number): void;
}

/** @param end with it all who wait are refused, and all who come later */
export function createLimiter(pace: Pace, clock: Pick<Clock, 'now' | 'sleep'>, end: Cancellation): Limiter {
  let active = 0;
  let stopped: Error | null = null;
  let waiting: { go: () => void; refuse: (reason: Error) => void }[] = [];
  let head = 0;
  let asleep = false;

  const take = (now: number): void => {
    active++;
    pace.started(now);
  };
  const wake = (): void => {
    asleep = false;
    admit();
  };
  const admit = (): void => {
    for (let now = clock.now(); head < waiting.length && active < pace.limit(now); now = clock.now()) {
      const delay = pace.delay(now);
      if (delay > 0) {
        if (!asleep) void clock.sleep(Math.ceil(delay), end.signal).then(wake, () => undefined);
        asleep = true;
        return;
      }
      take(now);
      waiting[head++]?.go();
    }
    if (head === waiting.length) {
      waiting = [];
      head = 0;
    }
  };
  end.watch((reason) => {
    stopped = reason;
    const refused = waiting.slice(head);
    waiting = [];
    head = 0;
    for (const { refuse } of refused) refuse(reason);
  });

  return {
    acquire() {
      if (stopped) return Promise.reject(stopped);
      const now = clock.now();
      if (active < pace.limit(now) && head === waiting.length && pace.delay(now) === 0) {
        take(now);
        return undefined;
      }
      const turn = new Promise<void>((go, refuse) => waiting.push({ go, refuse }));
      admit();
      return turn;
    },
    release() {
      active--;
      admit();
    },
    answered(answer) {
      const now = clock.now();
      pace.answered({ ...answer, now, full: 2 * active >= pace.limit(now) });
      admit();
    },
    epoch: () => pace.epoch(),
    pause(ms) {
      const now = clock.now();
      pace.pause(now, now + ms);
    },
  };
}
