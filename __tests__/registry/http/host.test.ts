import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { createLimiter } from '../../../src/registry/http/host.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the limiter', () => {
  test('admits as many as allowed at once, the others first come first served', async () => {
    const limiter = createLimiter(2);
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

  test('a burst of 429 halves once, a later one again, never below one', () => {
    const limiter = createLimiter(16);
    const burst = limiter.epoch();
    for (let i = 0; i < 16; i++) limiter.slowDown(burst);
    expect(limiter.limit()).toBe(8);
    for (let i = 0; i < 9; i++) limiter.slowDown(limiter.epoch());
    expect(limiter.limit()).toBe(1);
  });

  test('grows by one for each round of good answers, up to where it began', () => {
    const limiter = createLimiter(16);
    limiter.slowDown(limiter.epoch());
    for (let i = 0; i < 8; i++) limiter.speedUp();
    expect(limiter.limit()).toBe(9);
    for (let i = 0; i < 200; i++) limiter.speedUp();
    expect(limiter.limit()).toBe(16);
  });

  test('while slowed down nobody new is admitted before enough have ended', async () => {
    const limiter = createLimiter(4);
    for (let i = 0; i < 4; i++) void limiter.acquire();
    let admitted = 0;
    void limiter.acquire()!.then(() => admitted++);
    limiter.slowDown(limiter.epoch());
    limiter.release();
    limiter.release();
    await settle();
    expect(admitted).toBe(0);
    limiter.release();
    await settle();
    expect(admitted).toBe(1);
  });

  test('stopping refuses those who wait and those who come', async () => {
    const limiter = createLimiter(1);
    void limiter.acquire();
    const waiting = limiter.acquire()!;
    limiter.stop(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    await expect(limiter.acquire()).rejects.toThrow('over');
  });

  test('never more in flight than allowed, and nobody is forgotten', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom('acquire', 'release', 'slow', 'fast'), { maxLength: 60 }),
        async (most, steps) => {
          const limiter = createLimiter(most);
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
            } else if (step === 'slow') limiter.slowDown(limiter.epoch());
            else if (step === 'fast') limiter.speedUp();
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
