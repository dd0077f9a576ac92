import { OperationError } from '../../errors.js';
import { reasonOf } from './cancellation.js';
import { failureOf } from './failure.js';
import { WireFault } from './fault.js';
import type { Peer } from './peer.js';
import { isTransient, judge, type Outcome } from './retry.js';
import type { Wiring } from './wiring.js';

/** What an answer must have for the judgement whether it is the last. */
export interface Headed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

type Ended<T> = { readonly result: T } | { readonly fault: WireFault };

/** What is repeated: `HEAD host/path` for messages, and whether the host may handle it twice. */
export interface Task {
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
  peer: Peer,
  task: Task,
  attempt: () => Promise<T>,
): Promise<T> {
  let tries = 0;
  try {
    for (;;) {
      tries++;
      wiring.cancellation.check();
      if (peer.notBefore > 0) await calm(wiring, peer);
      if (tries > 1 || task.again) wiring.usage.retries++;
      let ended: Ended<T>;
      try {
        const result = await attempt();
        if (!isTransient(result.status)) return result;
        ended = { result };
      } catch (error) {
        if (!(error instanceof WireFault)) throw error;
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
  peer: Peer,
  { repeatable }: Task,
  ended: Ended<Headed>,
  tries: number,
): number | null {
  const now = wiring.clock.now();
  const circumstances = { now, random: wiring.clock.random(), tries, maxTries: peer.maxTries(), repeatable };
  const verdict = judge(outcomeOf(ended), circumstances);
  if (verdict.again) {
    if ('fault' in ended && ended.fault.stale) wiring.agents.purge();
    if (verdict.askedMs > 0) peer.notBefore = Math.max(peer.notBefore, now + verdict.askedMs);
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

function finalOf<T>(peer: Peer, ended: Ended<T>): T {
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

/** Waits while the host has asked all of us to. */
async function calm(wiring: Wiring, peer: Peer): Promise<void> {
  const rest = peer.notBefore - wiring.clock.now();
  if (rest > 0) await pause(wiring, rest, 'the host asked for it');
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
