import { OperationError } from '../../errors.js';
import { failureOf, type FaultKind, TransportFault } from './errors.js';
import { reasonOf } from './exchange.js';
import type { HostState } from './host.js';
import type { Wiring } from './types.js';

/** What an answer must have for the judgement whether it is the last. */
export interface Headed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

type Ended<T> = { readonly result: T } | { readonly fault: TransportFault };

/** What is repeated: `HEAD host/path` for messages, and whether the host may handle it twice. */
interface Task {
  readonly what: () => string;
  readonly repeatable: boolean;
  /** even the first try repeats one of the caller's */
  readonly again?: true | undefined;
}

/**
 * Repeats `attempt` for as long as the judgement of retry.ts says so. Returns the last answer whatever its status;
 * throws OperationError when the last try had none, when the host asks for a wait that is too long, and when the
 * run ends.
 */
export async function retrying<T extends Headed>(
  wiring: Wiring,
  peer: HostState,
  task: Task,
  attempt: () => Promise<T>,
): Promise<T> {
  let tries = 0;
  try {
    for (;;) {
      tries++;
      wiring.cancellation.check();
      if (tries > 1 || task.again) wiring.usage.retries++;
      let ended: Ended<T>;
      try {
        const result = await attempt();
        if (!isTransient(result.status)) return result;
        ended = { result };
      } catch (error) {
        if (!(error instanceof TransportFault)) throw error;
        ended = { fault: error };
      }
      const delayMs = delayUntilNext(wiring, peer, task, ended, tries);
      if (delayMs === null) return finalOf(peer, ended);
      wiring.debug(`${task.what()}: ${wordsOf(ended)}; again in ${delayMs} ms`);
      if (delayMs > 0) await pause(wiring, delayMs, wordsOf(ended));
    }
  } catch (error) {
    throw failureOf(error, task.what(), tries, (text) => wiring.secrets.scrub(text));
  }
}

/** Milliseconds until the next try; null when there is none. */
function delayUntilNext(
  wiring: Wiring,
  peer: HostState,
  { repeatable }: Task,
  ended: Ended<Headed>,
  tries: number,
): number | null {
  const now = wiring.clock.now();
  const circumstances = { now, random: wiring.clock.random(), tries, maxTries: peer.maxTries(), repeatable };
  const verdict = judge(outcomeOf(ended), circumstances);
  if (verdict.again) {
    if ('fault' in ended && ended.fault.stale) wiring.agents.purge();
    if (verdict.askedMs > 0) peer.limiter.pause(verdict.askedMs);
    return verdict.delayMs;
  }
  if (verdict.asked !== undefined && 'result' in ended) throw tooLong(ended.result.status, verdict.asked);
  return null;
}

function tooLong(status: number, seconds: number): OperationError {
  return new OperationError(
    'unavailable',
    `HTTP ${status} with the demand to wait ${seconds} s, which is longer than a run waits; run again after that`,
    { status },
  );
}

function finalOf<T>(peer: HostState, ended: Ended<T>): T {
  if ('result' in ended) return ended.result;
  if (ended.fault.kind === 'connect') peer.unreachable();
  throw ended.fault;
}

function outcomeOf(ended: Ended<Headed>): Outcome {
  return 'fault' in ended
    ? { fault: ended.fault.kind, stale: ended.fault.stale }
    : { status: ended.result.status, retryAfter: ended.result.headers['retry-after'] };
}

function wordsOf(ended: Ended<Headed>): string {
  return 'fault' in ended ? ended.fault.message : `HTTP ${ended.result.status}`;
}

async function pause({ clock, cancellation }: Wiring, ms: number, because: string): Promise<void> {
  try {
    await clock.sleep(ms, cancellation.signal);
  } catch (error) {
    if (!cancellation.signal.aborted) throw error;
    const { code, message } = reasonOf(cancellation.signal);
    throw new OperationError(code, `${message} while waiting to try again (${because})`, { cause: error });
  }
}

/** How one try ended. */
type Outcome =
  | { readonly status: number; readonly retryAfter: string | undefined }
  | { readonly fault: FaultKind; readonly stale: boolean };

/** What is known when the next step is decided. */
interface Circumstances {
  /** the request may be handled twice without harm */
  readonly repeatable: boolean;
  /** tries so far, this one included */
  readonly tries: number;
  readonly maxTries: number;
  /** milliseconds since the epoch */
  readonly now: number;
  /** 0 ≤ x < 1 */
  readonly random: number;
}

/**
 * `askedMs`: how much of the delay the registry asked for, which holds for all requests to it.
 * `asked`: the seconds of a Retry-After that is too long to wait for.
 */
type Verdict =
  | { readonly again: true; readonly delayMs: number; readonly askedMs: number }
  | { readonly again: false; readonly asked?: number };

const BASE_MS = 500;
const CAP_MS = 10_000;
const MAX_RETRY_AFTER_S = 60;

/**
 * Is the request sent again, and when? Waits are exponential with full jitter. A request that must not be
 * handled twice is repeated only when it surely was not handled: no connection, refused, or 429. A 5xx or a reset
 * leaves that open, so there the caller looks first.
 */
export function judge(outcome: Outcome, circumstances: Circumstances): Verdict {
  if (!mayRepeat(outcome, circumstances.repeatable)) return { again: false };
  const asked = 'status' in outcome ? secondsOf(outcome.retryAfter, circumstances.now) : null;
  if (asked !== null && asked > MAX_RETRY_AFTER_S) return { again: false, asked };
  if (circumstances.tries >= circumstances.maxTries) return { again: false };
  if ('fault' in outcome && outcome.stale) return { again: true, delayMs: 0, askedMs: 0 };
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** (circumstances.tries - 1));
  const askedMs = (asked ?? 0) * 1000;
  return { again: true, delayMs: Math.ceil(askedMs + circumstances.random * ceiling), askedMs };
}

function mayRepeat(outcome: Outcome, repeatable: boolean): boolean {
  if ('fault' in outcome) {
    if (outcome.fault === 'connect' || outcome.fault === 'refused') return true;
    return repeatable && ['reset', 'timeout', 'garbled', 'cut'].includes(outcome.fault);
  }
  const { status } = outcome;
  return status === 429 || (repeatable && isTransient(status));
}

/** 408, 429 and 5xx without 501 (not implemented) and 505 (HTTP version), which repeating does not change. */
function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** Seconds of a Retry-After header, a number or an HTTP date (RFC 9110 10.2.3). Null for garbage and none. */
function secondsOf(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (!/^[A-Z][a-z]{2},? [\w :+-]{10,40}$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}
