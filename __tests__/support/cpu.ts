/** Measures work by the CPU time of this process, which other load on the machine hardly changes. */
import { expect } from '@jest/globals';

/** Below this many microseconds a ratio says nothing. */
const ENOUGH = 150_000;

/** Microseconds of CPU. The least of three runs, since the first may compile and any may collect garbage. */
export function cpu(work: () => unknown): number {
  return Math.min(cpuOnce(work), cpuOnce(work), cpuOnce(work));
}

function cpuOnce(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user;
}

/** Linear work takes four times as long for four times as much; quadratic work sixteen times. */
export function expectLinear(work: (size: number) => unknown, size: number): void {
  if (cpuOnce(() => work(4 * size)) < ENOUGH) return;
  expect(cpu(() => work(4 * size))).toBeLessThan(8 * cpu(() => work(size)) + ENOUGH);
}
