import { describe, expect, test } from '@jest/globals';

import { judge } from '../../../src/registry/http/retry.js';

type Outcome = Parameters<typeof judge>[0];

const now = Date.UTC(2026, 0, 1);
const base = { repeatable: true, tries: 1, maxTries: 5, now, random: 0.5 };
const status = (code: number, retryAfter?: string): Outcome => ({ status: code, retryAfter });

describe('who is sent again', () => {
  // outcome, when repeatable, when not
  const table: [string, Outcome, boolean, boolean][] = [
    ['200', status(200), false, false],
    ['400', status(400), false, false],
    ['401', status(401), false, false],
    ['404', status(404), false, false],
    ['408', status(408), true, false],
    ['429, which the registry surely did not handle', status(429), true, true],
    ['500', status(500), true, false],
    ['501', status(501), false, false],
    ['502', status(502), true, false],
    ['503, which a proxy may give after the registry has acted', status(503), true, false],
    ['504', status(504), true, false],
    ['505', status(505), false, false],
    ['522', status(522), true, false],
    ['no connection', { fault: 'connect', stale: false }, true, true],
    ['a host that does not exist', { fault: 'name', stale: false }, false, false],
    ['a certificate', { fault: 'tls', stale: false }, false, false],
    ['a proxy that refuses', { fault: 'proxy', stale: false }, false, false],
    ['a reset', { fault: 'reset', stale: false }, true, false],
    ['a reset of an idle connection', { fault: 'reset', stale: true }, true, false],
    ['silence', { fault: 'timeout', stale: false }, true, false],
    ['garbage', { fault: 'garbled', stale: false }, true, false],
    ['a cut body', { fault: 'cut', stale: false }, true, false],
    ['a compressed body', { fault: 'encoded', stale: false }, false, false],
    ['a body that is too large', { fault: 'too-large', stale: false }, false, false],
  ];
  test.each(table)('%s', (_, outcome, repeatable, not) => {
    expect(judge(outcome, base).again).toBe(repeatable);
    expect(judge(outcome, { ...base, repeatable: false }).again).toBe(not);
    expect(judge(outcome, { ...base, tries: 5 }).again).toBe(false);
  });
});

describe('when', () => {
  test.each([
    [1, 250],
    [2, 500],
    [3, 1000],
    [4, 2000],
  ])('after try %i: half of the ceiling with random one half', (tries, delayMs) => {
    expect(judge(status(503), { ...base, tries })).toEqual({ again: true, delayMs, askedMs: 0 });
  });

  test('jitter is full: from no wait to the ceiling', () => {
    expect(judge(status(503), { ...base, random: 0 })).toMatchObject({ delayMs: 0 });
    expect(judge(status(503), { ...base, tries: 4, random: 0.999 })).toMatchObject({ delayMs: 3996 });
    expect(judge(status(503), { ...base, tries: 30, maxTries: 99, random: 0.999 })).toMatchObject({
      delayMs: 9990,
    });
  });

  test('a connection that was closed while idle is replaced at once', () => {
    expect(judge({ fault: 'reset', stale: true }, base)).toEqual({ again: true, delayMs: 0, askedMs: 0 });
  });

  test('row 61: Retry-After is a lower bound', () => {
    expect(judge(status(429, '2'), { ...base, random: 0 })).toEqual({
      again: true,
      delayMs: 2000,
      askedMs: 2000,
    });
    expect(judge(status(429, '60'), { ...base, random: 0 })).toMatchObject({ delayMs: 60_000 });
  });

  test('row 61: a Retry-After above a minute ends the tries and says how long was asked', () => {
    expect(judge(status(429, '86400'), base)).toEqual({ again: false, asked: 86_400 });
    expect(judge(status(503, '61'), base)).toEqual({ again: false, asked: 61 });
  });

  test('Retry-After with a status that is not repeated means nothing', () => {
    expect(judge(status(404, '86400'), base)).toEqual({ again: false });
  });
});

test.each([
  ['2', 2],
  [' 2 ', 2],
  ['0', 0],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30],
  ['Thu, 01 Jan 2025 00:00:00 GMT', 0],
  ['-1', null],
  ['1.5', null],
  ['soon', null],
  ['', null],
  ['9'.repeat(400), null],
  ['Thu, 99 Foo 2026 00:00:30 GMT', null],
  [undefined, null],
])('row 61: Retry-After "%s" is %s seconds', (header, seconds) => {
  const verdict = judge(status(503, header), { ...base, random: 0 });
  expect(verdict).toMatchObject({ again: true, delayMs: (seconds ?? 0) * 1000 });
});

test('row 62: the statuses that may pass are 408, 429 and 5xx but 501 and 505', () => {
  const transient = Array.from({ length: 500 }, (_, i) => i + 100).filter(
    (code) => judge(status(code), base).again,
  );
  expect(transient).toEqual([
    408,
    429,
    ...Array.from({ length: 100 }, (_, i) => i + 500).filter((s) => s !== 501 && s !== 505),
  ]);
});
