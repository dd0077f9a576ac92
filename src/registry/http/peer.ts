import { createLimiter, type Limiter } from './limiter.js';
import { MAX_TRIES } from './retry.js';

/** A host that requests are sent to, registry or token server, as far as its state in this run goes. */
export interface Peer {
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

export function createPeer(concurrency: number): Peer {
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
