/** Measures work by the CPU time of this process, which other load on the machine hardly changes. */
import { expect } from '@jest/globals';

/** Below this many microseconds a ratio says nothing. */
const ENOUGH = 150_000;

/** Microseconds of CPU that one run takes. */
export function cpu(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user;
}

/**
 * Linear work takes four times as long for four times as much; quadratic work sixteen times. The first run may compile and any
 * may collect garbage, so the least of several counts: two of the small size, and of the large one as many as it needs, at most three.
 */
export function expectLinear(work: (size: number) => unknown, size: number): void {
  const small = Math.min(
    cpu(() => work(size)),
    cpu(() => work(size)),
  );
  const most = 8 * small + ENOUGH;
  let large = Infinity;
  for (let run = 0; run < 3 && large >= most; run++)
    large = Math.min(
      large,
      cpu(() => work(4 * size)),
    );
  expect(large).toBeLessThan(most);
}
