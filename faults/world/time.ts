import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';

import { OperationError } from '../../src/errors.js';
import type { Clock } from '../../src/ports.js';

/** Time that passes only while somebody sleeps, so that waits take none of ours and are counted all the same. */
export interface FakeTime {
  readonly clock: Clock;
  /** aborts when `limitMs` of fake time have passed, as the time limit of a run does */
  readonly signal: AbortSignal;
  /** milliseconds of fake time since the start */
  elapsed(): number;
  /** Ends the run from outside, as SIGTERM does. */
  stop(reason: OperationError): void;
  /** Runs before each sleep: the world may change while Retag waits. */
  onSleep(work: () => void | Promise<void>): void;
}

/**
 * Several sleeps at once end when each of them would: the time of a run is its longest chain of waits, not their sum.
 * `breathMs`: the most real time that a sleep takes. A real registry has states that pass by themselves (docker-registry 2.8
 * answers 500 while it writes a link anew), and a wait before the next try is what lets them pass.
 */
export function fakeTime(limitMs: number, breathMs = 0): FakeTime {
  const start = Date.UTC(2026, 0, 1);
  const controller = new AbortController();
  let now = start;
  let meanwhile: () => void | Promise<void> = () => undefined;
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    const end = now + ms;
    await meanwhile();
    // The network gets its turn, so that a sleep is not shorter than an answer that is on its way.
    await (breathMs > 0 ? pause(Math.min(ms, breathMs)) : turn());
    now = Math.max(now, Math.min(end, start + limitMs));
    if (end > start + limitMs && !controller.signal.aborted) {
      controller.abort(
        new OperationError('timeout', 'the time limit for the whole run has passed; run again'),
      );
    }
    signal?.throwIfAborted();
  };
  return {
    clock: { now: () => now, random: () => 0.5, sleep },
    signal: controller.signal,
    elapsed: () => now - start,
    stop: (reason) => controller.abort(reason),
    onSleep: (work) => void (meanwhile = work),
  };
}
