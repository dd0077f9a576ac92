import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { cancellationOf } from '../../../src/registry/http/exchange.js';
import { createLimiter } from '../../../src/registry/http/host.js';
import { createPace } from '../../../src/registry/http/pace.js';
import { testClock } from '../../support/http-harness.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function limiterOf(most: number) {
  const abort = new AbortController();
  const clock = testClock();
  const pace = createPace(() => most);
  return { limiter: createLimiter(pace, clock, cancellationOf(abort.signal)), abort, clock, pace };
}

const answer = (status: number, epoch: number) => ({ method: 'HEAD', status, ms: 1, headers: {}, epoch });

describe('the limiter', () => {
  test('admits as many as allowed at once, the others first come first served', async () => {
    const { limiter } = limiterOf(2);
    expect(limiter.acquire()).toBeUndefined();
    expect(limiter.acquire()).toBeUndefined();
    const order: number[] = [];
    for (const n of [1, 2, 3]) void limiter.acquire()!.then(() => order.push(n));
    await settle();
    expect(order).toEqual([]);
    limiter.release();
    await settle();
    expect(order).toEqual([1]);
    limiter.release();
    limiter.release();
    await settle();
    expect(order).toEqual([1, 2, 3]);
  });

  test('while slowed down nobody new is admitted before enough have ended', async () => {
    const { limiter } = limiterOf(4);
    for (let i = 0; i < 4; i++) void limiter.acquire();
    let admitted = 0;
    void limiter.acquire()!.then(() => admitted++);
    limiter.answered(answer(429, limiter.epoch()));
    limiter.release();
    limiter.release();
    await settle();
    expect(admitted).toBe(0);
    limiter.release();
    await settle();
    expect(admitted).toBe(1);
  });

  test('a wait that the host asks for holds for everybody, and ends by itself', async () => {
    const { limiter, clock } = limiterOf(4);
    limiter.pause(2000);
    await limiter.acquire();
    expect(clock.waits).toEqual([2000]);
  });

  test('the end of the run refuses those who wait and those who come', async () => {
    const { limiter, abort } = limiterOf(1);
    void limiter.acquire();
    const waiting = limiter.acquire()!;
    abort.abort();
    await expect(waiting).rejects.toThrow('told to stop');
    await expect(limiter.acquire()).rejects.toThrow('told to stop');
  });

  test('never more in flight than allowed, and nobody is forgotten', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom('acquire', 'release', 'slow', 'fast', 'pause'), { maxLength: 60 }),
        async (most, steps) => {
          const { limiter } = limiterOf(most);
          let inFlight = 0;
          let asked = 0;
          let served = 0;
          const admitted = (): void => {
            inFlight++;
            served++;
            expect(inFlight).toBeLessThanOrEqual(most);
          };
          for (const step of steps) {
            if (step === 'acquire') {
              asked++;
              const turn = limiter.acquire();
              if (turn) void turn.then(admitted);
              else admitted();
            } else if (step === 'release' && inFlight > 0) {
              inFlight--;
              limiter.release();
            } else if (step === 'slow') limiter.answered(answer(429, limiter.epoch()));
            else if (step === 'fast') limiter.answered(answer(200, limiter.epoch()));
            else if (step === 'pause') limiter.pause(1000);
            await Promise.resolve();
          }
          while (served < asked || inFlight > 0) {
            await settle();
            if (inFlight === 0) break;
            inFlight--;
            limiter.release();
          }
          expect(served).toBe(asked);
        },
      ),
      { numRuns: 60 },
    );
  });
});
