/** A short search on every change; `npm run search` has 100,000 cases. */
import { expect, test } from '@jest/globals';
import { LEAST_LOADED, search, SEED } from '../../faults/search/search.js';

test('seam 02: no fixed tag moves, no channel goes back, no name has two owners (2,000 cases)', async () => {
  const tally = await search({ seed: SEED, cases: 2000, part: 0, parts: 1 });
  expect(tally.failure).toBeNull();
  expect(tally.cases).toBe(2000);
  // A search whose policies do not load, or whose tags never move, looks at nothing.
  expect(tally.loaded).toBeGreaterThan(tally.drawn * LEAST_LOADED);
  expect(tally.moves).toBeGreaterThan(100);
  expect(tally.taken).toBeGreaterThan(20);
});
