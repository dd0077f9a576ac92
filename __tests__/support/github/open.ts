import { type GitHub, type GitHubOptions, openGitHub } from '../../../src/github/client.js';
import type { Clock } from '../../../src/ports.js';
import type { LocalGitHub } from './local-github.js';

/** A clock that never waits: sleeping moves it. `slept` is what was asked for, in milliseconds. */
export function testClock(
  start = Date.parse('2026-01-10T12:00:00Z'),
): Clock & { slept: number[]; time: number } {
  const clock = {
    time: start,
    slept: [] as number[],
    now: () => clock.time,
    sleep: (ms: number, signal?: AbortSignal) => {
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      clock.slept.push(ms);
      clock.time += ms;
      return Promise.resolve();
    },
    random: () => 0,
  };
  return clock;
}

/** The adapter on a local GitHub, as the job's own token of `octo/app` unless told otherwise. */
export function open(local: LocalGitHub, options: Partial<GitHubOptions> = {}): Promise<GitHub> {
  return openGitHub({
    token: 'job',
    apiUrl: local.url,
    repository: 'octo/app',
    clock: testClock(),
    ...options,
  });
}
