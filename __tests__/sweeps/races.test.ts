/** Runs that start together, in every order of their requests; `npm run faults:races` has more of them. */
import { describe, expect, test } from '@jest/globals';

import { ONE_CHANNEL, ONE_NUMBER, ONE_TAG } from '../../faults/races/contests.js';
import { raceInOrder } from '../../faults/races/races.js';

describe('seam 28: races', () => {
  test('seam 28: two runs that start together for one tag: every order of requests, none lost', async () => {
    const { counts, where, rounds } = await raceInOrder(ONE_TAG, 'settle', 2, 4_000, 'every order');
    expect({ lost: counts.lost, where }).toEqual({ lost: 0, where: 'every order of requests' });
    expect(rounds).toBeGreaterThan(50);
  }, 120_000);

  test('seam 28: the explorer does find what is lost when tags are read back at once', async () => {
    const { counts } = await raceInOrder(ONE_TAG, 'read-back', 2, 4_000, 'every order');
    expect(counts.lost).toBeGreaterThan(0);
  }, 120_000);

  test.each([ONE_TAG, ONE_CHANNEL, ONE_NUMBER])(
    'seam 28: three runs that start together for $name: none lost',
    async (contest) => {
      expect((await raceInOrder(contest, 'settle', 3, 40, 'orders by chance')).counts.lost).toBe(0);
    },
    120_000,
  );
});
