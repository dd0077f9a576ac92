import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';

import { systemClock } from '../../src/system/clock.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('sleeps as long as it is told, and forgets the signal afterwards', async () => {
  const controller = new AbortController();
  const slept = systemClock.sleep(1_000, controller.signal);
  jest.advanceTimersByTime(1_000);
  await expect(slept).resolves.toBeUndefined();
  controller.abort(new Error('too late'));
  expect(jest.getTimerCount()).toBe(0);
});

test('an abort ends the sleep at once, with its reason, and leaves no timer', async () => {
  const controller = new AbortController();
  const slept = systemClock.sleep(60_000, controller.signal);
  controller.abort(new Error('stop'));
  await expect(slept).rejects.toThrow('stop');
  expect(jest.getTimerCount()).toBe(0);
});

test('a signal that is aborted already is not slept under', async () => {
  await expect(systemClock.sleep(60_000, AbortSignal.abort('why'))).rejects.toThrow('why');
  expect(jest.getTimerCount()).toBe(0);
});
