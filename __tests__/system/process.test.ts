import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { type OperationError, UserError } from '../../src/errors.js';
import {
  type Deadline,
  exposedCollector,
  parseTimeout,
  startDeadline,
  tuneEngine,
  youngCollector,
} from '../../src/system/process.js';

describe('parseTimeout', () => {
  test.each([
    ['1s', 1_000],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['1d', 86_400_000],
    ['1h30m', 5_400_000],
    ['1h0m5s', 3_605_000],
    ['90m30s', 5_430_000],
  ])('%s', (text, ms) => {
    expect(parseTimeout(text)).toBe(ms);
  });

  // Above 2^31-1 ms a timer of Node fires at once.
  test.each([
    '',
    '0',
    '0s',
    '0h0m',
    '1x',
    '1h30',
    '30m1h',
    '1h1h',
    '23h61m',
    '-1h30m',
    '30',
    '30 m',
    '-1m',
    '1.5h',
    '25h',
    '25d',
    '10w',
    'Infinity',
  ])('%j is none', (text) => {
    expect(() => parseTimeout(text)).toThrow(UserError);
  });
});

describe('startDeadline', () => {
  let deadline: Deadline;

  beforeEach(() => {
    jest.useFakeTimers();
    deadline = startDeadline(5_000, '5s');
  });
  afterEach(() => {
    deadline.release();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });
  const reason = () => deadline.signal.reason as OperationError;

  test('the time limit aborts once it has passed, and sets no exit status of a signal', () => {
    jest.advanceTimersByTime(4_999);
    expect(deadline.signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(deadline.signal.aborted).toBe(true);
    expect(reason()).toMatchObject({ code: 'timeout' });
    expect(reason().message).toContain('the time limit of 5s for the whole run has passed');
    expect(deadline.exitCode()).toBeNull();
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s aborts, and the exit status is %d', (name, code) => {
    expect(deadline.exitCode()).toBeNull();
    process.emit(name);
    expect(deadline.exitCode()).toBe(code);
    expect(reason()).toMatchObject({ code: 'cancelled' });
    expect(reason().message).toContain(`stopped by ${name}`);
  });

  test('a second signal does not wait for anything', () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    process.emit('SIGTERM');
    expect(exit).not.toHaveBeenCalled();
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
  });

  test('a signal after the time limit still sets the exit status, and the first reason stays', () => {
    jest.advanceTimersByTime(5_000);
    process.emit('SIGTERM');
    expect(deadline.exitCode()).toBe(143);
    expect(reason()).toMatchObject({ code: 'timeout' });
  });

  test('release takes the handlers and the timer away', () => {
    const listening = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
    const before = listening();
    deadline.release();
    expect(listening()).toBe(before - 2);
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(10_000);
    expect(deadline.signal.aborted).toBe(false);
  });
});

test.each([
  ['11.3.244.8-node.38', [['--interrupt-budget=300000']]],
  ['12.4.254.21-node.33', []],
  ['13.6.233.17-node.40', []],
])('V8 %s', async (version, flags) => {
  const setFlagsFromString = jest.fn();
  await tuneEngine(version, () => Promise.resolve({ setFlagsFromString }));
  expect(setFlagsFromString.mock.calls).toEqual(flags);
});

test('the flag is given to the engines that know it, and to no other', () => {
  const { status } = spawnSync(process.execPath, ['--interrupt-budget=300000', '--eval', '']);
  expect(status === 0).toBe(process.versions.v8.startsWith('11.'));
});

describe('freeing what lived for a moment', () => {
  test('is left to engines that do it well', () => {
    expect(youngCollector('11.3.244.8-node.38')).toBeNull();
  });

  test('loads what it needs once, when it is asked first, and works from then on', async () => {
    const gc = jest.fn();
    const load = jest.fn(() => Promise.resolve(gc));
    const collect = youngCollector('13.6.233.17-node.40', load)!;
    expect(load).not.toHaveBeenCalled();
    collect();
    collect();
    await Promise.resolve();
    expect(gc).not.toHaveBeenCalled();
    collect();
    expect(load).toHaveBeenCalledTimes(1);
    expect(gc.mock.calls).toEqual([[{ type: 'minor' }]]);
  });

  test('this engine has what is asked of it, and shows it to nobody else', async () => {
    const collect = await exposedCollector();
    expect(() => collect({ type: 'minor' })).not.toThrow();
    expect('gc' in globalThis).toBe(false);
  });
});
