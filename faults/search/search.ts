/** The random search: cases one after the other, the first broken one made as small as it goes. */
import fc from 'fast-check';

import { UserError } from '../../src/errors.js';
import { policies, storiesOf, tagFileOf, type Case, type CasePolicy } from './cases.js';
import { checkCase, showCase } from './check.js';
import { smallerThan } from './shrink.js';
import { loadTagFile, type LoadedFile } from './world.js';

export interface Tally {
  /** stories played */
  readonly cases: number;
  /** policies drawn, and how many of them load; the others are passed over */
  readonly drawn: number;
  readonly loaded: number;
  readonly runs: number;
  readonly moves: number;
  readonly taken: number;
  /** the smallest case that breaks something; null when none does */
  readonly failure: string | null;
}

export const SEED = 20261121;
/** Of all policies drawn at least so many must load, or the search looks at nothing. */
export const LEAST_LOADED = 0.3;
/** To load a policy takes longer than to play a story. */
const STORIES = 20;

/** Plays `cases` cases. The same seed draws the same ones. */
export async function search(seed: number, cases: number): Promise<Tally> {
  const tally = { cases: 0, drawn: 0, loaded: 0, runs: 0, moves: 0, taken: 0 };
  for (const policy of drawPolicies(seed)) {
    if (tally.cases >= cases) break;
    tally.drawn += 1;
    const file = loadedFile(policy);
    if (file === null) continue;
    tally.loaded += 1;
    for (const story of fc.sample(storiesOf(policy), { seed: seed + tally.drawn, numRuns: STORIES })) {
      if (tally.cases >= cases) break;
      tally.cases += 1;
      const given = { policy, story };
      const broken = await brokenBy(given, file, tally);
      if (broken.length === 0) continue;
      const least = await smallest(given);
      const said = `seed ${seed}, case ${tally.cases}\n${showCase(least, await brokenBy(least))}`;
      return { ...tally, failure: said };
    }
  }
  return { ...tally, failure: null };
}

function* drawPolicies(seed: number): Generator<CasePolicy> {
  for (let batch = 0; ; batch += 1) yield* fc.sample(policies, { seed: seed + batch, numRuns: 500 });
}

function loadedFile(policy: CasePolicy): LoadedFile | null {
  try {
    return loadTagFile(tagFileOf(policy));
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** What the case breaks; a fault of Retag counts, and a policy that does not load breaks nothing. */
export async function brokenBy(
  given: Case,
  file: LoadedFile | null = loadedFile(given.policy),
  tally = { runs: 0, moves: 0, taken: 0 },
): Promise<readonly string[]> {
  if (file === null) return [];
  try {
    const verdict = await checkCase(given, file);
    tally.runs += verdict.runs;
    tally.moves += verdict.moves;
    tally.taken += verdict.taken;
    return verdict.broken;
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

/** Leaves out whatever can be left out of a case that is broken. */
export async function smallest(
  given: Case,
  fails = async (smaller: Case): Promise<boolean> => (await brokenBy(smaller)).length > 0,
): Promise<Case> {
  for (const smaller of smallerThan(given)) if (await fails(smaller)) return smallest(smaller, fails);
  return given;
}
