import { describe, expect, test } from '@jest/globals';
import { createPace } from '../../../src/registry/http/pace.js';

/** A host in virtual time: what it answers, and after how many milliseconds, with so many in flight. */
type HostModel = (
  now: number,
  inFlight: number,
) => { readonly status?: number; readonly ms: number; readonly headers?: Record<string, string> };

interface Ran {
  /** of each request that was taken, when it ended */
  readonly ends: readonly number[];
  readonly refused: number;
  readonly most: number;
}

/** Sends `count` requests, each again when it is refused, as fast as the pace allows. No real time passes. */
function simulate(host: HostModel, count: number, most = 64): Ran & { pace: ReturnType<typeof createPace> } {
  const pace = createPace(() => most);
  const flights: { at: number; end: () => void }[] = [];
  const ends: number[] = [];
  let [now, left, refused, peak] = [0, count, 0, 0];
  const send = (): void => {
    left--;
    pace.started(now);
    const epoch = pace.epoch();
    const { status = 200, ms, headers = {} } = host(now, flights.length + 1);
    const end = (): void => {
      const full = 2 * (flights.length + 1) >= pace.limit(now);
      pace.answered({ now, method: 'GET', status, ms, headers, epoch, full });
      if (status < 400) return void ends.push(now);
      refused++;
      left++;
      const wait = Number(headers['retry-after'] ?? 0) * 1000;
      if (wait > 0) pace.pause(now, now + wait);
    };
    flights.push({ at: now + ms, end });
    peak = Math.max(peak, flights.length);
  };
  const admit = (): void => {
    while (left > 0 && flights.length < pace.limit(now) && pace.delay(now) === 0) send();
  };
  while (left > 0 || flights.length > 0) {
    admit();
    const delay = left > 0 && flights.length < pace.limit(now) ? pace.delay(now) : Infinity;
    flights.sort((a, b) => a.at - b.at);
    now = Math.min(flights[0]?.at ?? Infinity, delay === Infinity ? Infinity : now + delay);
    while (flights[0] !== undefined && flights[0].at <= now) {
      flights.shift()!.end();
      admit();
    }
  }
  return { ends, refused, most: peak, pace };
}

/** A host that takes so many requests in each second, and asks to wait a second for the next. */
function windowed(perSecond: number, ms: number, offset: number): HostModel {
  const taken = new Map<number, number>();
  return (now) => {
    const second = Math.floor((now + offset) / 1000);
    const count = (taken.get(second) ?? 0) + 1;
    taken.set(second, count);
    return count <= perSecond ? { ms } : { status: 429, ms, headers: { 'retry-after': '1' } };
  };
}

const last = (times: readonly number[]): number => times.at(-1) ?? 0;

describe('requests in flight', () => {
  test('begin with 16 and double with every round while answers stay quick, up to 64', () => {
    const peaks: number[] = [];
    const ran = simulate((_, inFlight) => {
      peaks.push(inFlight);
      return { ms: 40 };
    }, 400);
    expect(Math.max(...peaks.slice(0, 16))).toBe(16);
    expect(ran.most).toBe(64);
    // 16, 32, 64, 64, …: two rounds to the top, and 352 requests at 64 a round
    expect(last(ran.ends)).toBe(40 * (2 + Math.ceil(352 / 64)));
  });

  test.each([1, 4, 16])('a ceiling of %i counts from the first request', (most) => {
    expect(simulate(() => ({ ms: 40 }), 100, most).most).toBe(most);
  });

  test('stay at the ceiling where it is higher than 64', () => {
    expect(simulate(() => ({ ms: 40 }), 1000, 128).most).toBe(128);
  });

  test('do not grow where more in flight only wait for each other', () => {
    // one thing at a time, 10 ms each
    const { most } = simulate((_, inFlight) => ({ ms: 10 * inFlight }), 400);
    expect(most).toBeLessThanOrEqual(40);
  });

  test('fall when answers become slow, and rise again when they are quick again', () => {
    const pace = createPace(() => 64);
    const answers = (count: number, ms: number): void => {
      for (let i = 0; i < count; i++)
        pace.answered({
          now: 0,
          method: 'HEAD',
          status: 200,
          ms,
          headers: {},
          epoch: pace.epoch(),
          full: true,
        });
    };
    answers(100, 20);
    expect(pace.limit(0)).toBe(64);
    answers(40, 600);
    expect(pace.limit(0)).toBe(16);
    answers(3000, 20);
    expect(pace.limit(0)).toBe(64);
  });

  test('a kind of request that takes long does not count against the others', () => {
    const pace = createPace(() => 64);
    for (let i = 0; i < 200; i++) {
      const [method, ms] = i % 2 === 0 ? ['HEAD', 20] : ['PUT', 300];
      pace.answered({
        now: 0,
        method: method,
        status: 200,
        ms: ms,
        headers: {},
        epoch: 0,
        full: true,
      });
    }
    expect(pace.limit(0)).toBe(64);
  });

  test.each([
    [429, {}],
    [503, {}],
    [502, { 'retry-after': '1' }],
  ])('a burst of %i %j halves once, a later one again, never below one', (status, headers) => {
    const pace = createPace(() => 64);
    const refuse = (epoch: number): void =>
      pace.answered({ now: 0, method: 'GET', status, ms: 1, headers, epoch, full: true });
    const burst = pace.epoch();
    for (let i = 0; i < 16; i++) refuse(burst);
    expect(pace.limit(0)).toBe(8);
    for (let i = 0; i < 9; i++) refuse(pace.epoch());
    expect(pace.limit(0)).toBe(1);
  });

  test('after a refusal they grow by one a round', () => {
    const pace = createPace(() => 64);
    const answer = (status: number): void =>
      pace.answered({ now: 0, method: 'GET', status, ms: 1, headers: {}, epoch: pace.epoch(), full: true });
    answer(429);
    for (let i = 0; i < 8; i++) answer(200);
    expect(pace.limit(0)).toBe(9);
  });

  test('500 and 502 say nothing about how much is too much', () => {
    const pace = createPace(() => 64);
    for (const status of [500, 502, 504])
      pace.answered({ now: 0, method: 'GET', status, ms: 1, headers: {}, epoch: 0, full: true });
    expect(pace.limit(0)).toBe(16);
  });
});

describe('requests per second', () => {
  test.each([
    [50, 2, 0],
    [50, 2, 600],
    [50, 25, 400],
    [50, 40, 0],
    [50, 40, 900],
    [20, 2, 0],
    [20, 40, 500],
    [200, 10, 300],
  ])(
    '%i a second, %i ms each, %i ms after a second began: within 1.15 times the least',
    (perSecond, ms, offset) => {
      const count = perSecond * 30;
      const ran = simulate(windowed(perSecond, ms, offset), count);
      const least = (count / perSecond - 1) * 1000;
      expect(ran.ends).toHaveLength(count);
      expect(last(ran.ends)).toBeLessThanOrEqual(least * 1.15);
      // once for the first burst, and seldom afterwards
      expect(ran.refused).toBeLessThan(150);
    },
  );

  test('a wait of a few requests is waited for, and not taken for a rate', () => {
    let refused = false;
    const ran = simulate((now) => {
      if (refused || now < 50) return { ms: 10 };
      refused = true;
      return { status: 429, ms: 10, headers: { 'retry-after': '20' } };
    }, 100);
    expect(last(ran.ends)).toBeLessThan(22_000);
  });
});

describe('RateLimit headers', () => {
  test('an empty window is waited for, and no more is in flight than is left of one', () => {
    const pace = createPace(() => 64);
    const say = (headers: Record<string, string>): void =>
      pace.answered({ now: 1000, method: 'GET', status: 200, ms: 1, headers, epoch: 0, full: false });
    say({ 'ratelimit-remaining': '3', 'ratelimit-reset': '5' });
    expect([pace.limit(1000), pace.limit(6001), pace.delay(1000)]).toEqual([3, 16, 0]);
    say({ 'ratelimit-remaining': '0', 'ratelimit-reset': '5' });
    expect([pace.delay(1000), pace.delay(6000)]).toEqual([5000, 0]);
  });

  test('a window of hours is left to the 429 that it may lead to', () => {
    const pace = createPace(() => 64);
    const headers = { 'ratelimit-remaining': '0', 'ratelimit-reset': '3600' };
    pace.answered({ now: 0, method: 'GET', status: 200, ms: 1, headers, epoch: 0, full: false });
    expect([pace.delay(0), pace.limit(0)]).toEqual([0, 16]);
  });

  const NOW = 1_760_000_000_000;
  test.each<[string, Record<string, string>, { left: number; ms: number } | null]>([
    ['two headers', { 'ratelimit-remaining': '7', 'ratelimit-reset': '30' }, { left: 7, ms: 30_000 }],
    ['the older names', { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '30' }, { left: 7, ms: 30_000 }],
    [
      'a point in time',
      { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '1760000012' },
      { left: 5, ms: 12_000 },
    ],
    ['a point in the past', { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '1759999990' }, null],
    ['one header', { ratelimit: 'limit=100, remaining=5, reset=5' }, { left: 5, ms: 5000 }],
    ['the newest draft', { ratelimit: '"default";r=5;t=30' }, { left: 5, ms: 30_000 }],
    ['Docker Hub', { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '5;w=21600' }, null],
    ['nonsense', { 'ratelimit-remaining': 'many', 'ratelimit-reset': 'soon' }, null],
    ['nothing', {}, null],
  ])('%s', (_, headers, window) => {
    const pace = createPace(() => 64);
    pace.answered({ now: NOW, method: 'GET', status: 200, ms: 1, headers, epoch: 0, full: false });
    expect(pace.limit(NOW)).toBe(window?.left ?? 16);
    if (window !== null)
      expect([pace.limit(NOW + window.ms - 1), pace.limit(NOW + window.ms)]).toEqual([window.left, 16]);
  });
});
