/** The random search: cases one after the other, the first broken one made as small as it goes. */
import { fork } from 'node:child_process';

import fc from 'fast-check';

import { UserError } from '../../src/errors.js';
import { pool } from '../../src/shared/concurrency.js';
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
  /** the smallest case that breaks something, with the seed that draws it; null when none does */
  readonly failure: string | null;
}

export const SEED = 20261121;
/** Of all policies drawn at least so many must load, or the search looks at nothing. */
export const LEAST_LOADED = 0.3;
/** To load a policy takes longer than to play a story. */
const STORIES = 20;
/** Between its stages a run waits for timers: others go on meanwhile. */
const AT_ONCE = 50;
/** Cases that are drawn from one seed: the next ones are drawn from the next seed, by whichever process. */
const BLOCK = 1000;

/** What is searched; the same seed draws the same cases. */
export interface SearchSettings {
  /** of the first block of cases; the next one has the next */
  readonly seed: number;
  readonly cases: number;
  /** of `parts` processes, which deal out the blocks: one process uses one core, and the search is all computing */
  readonly part: number;
  readonly parts: number;
}

/** Plays the blocks of one part, up to the first case that breaks something. */
export async function search({ seed, cases, part, parts }: SearchSettings): Promise<Tally> {
  let tally: Tally = { cases: 0, drawn: 0, loaded: 0, runs: 0, moves: 0, taken: 0, failure: null };
  for (let block = part; block * BLOCK < cases && tally.failure === null; block += parts)
    tally = sumOf([tally, await playBlock(seed + block, Math.min(BLOCK, cases - block * BLOCK))]);
  return tally;
}

/** The whole search, in several processes. @throws Error when one of them ends early */
export async function searchInParts(settings: Omit<SearchSettings, 'part'>): Promise<Tally> {
  const parts = Array.from({ length: settings.parts }, (_, part) => inProcess({ ...settings, part }));
  return sumOf(await Promise.all(parts));
}

function inProcess(settings: SearchSettings): Promise<Tally> {
  const child = fork('faults/run.mjs', ['search', '--part', JSON.stringify(settings)]);
  return new Promise((resolve, reject) => {
    child.once('message', (tally) => resolve(tally as Tally));
    child.once('error', reject);
    child.once('close', () => reject(new Error(`part ${settings.part} of the search ended early`)));
  });
}

/** What the other process does. */
export async function searchPart(text: string): Promise<void> {
  const tally = await search(JSON.parse(text) as SearchSettings);
  process.send?.(tally);
  process.disconnect();
}

function sumOf(tallies: readonly Tally[]): Tally {
  const sum = (key: Exclude<keyof Tally, 'failure'>) => tallies.reduce((total, each) => total + each[key], 0);
  return {
    cases: sum('cases'),
    drawn: sum('drawn'),
    loaded: sum('loaded'),
    runs: sum('runs'),
    moves: sum('moves'),
    taken: sum('taken'),
    failure: tallies.find(({ failure }) => failure !== null)?.failure ?? null,
  };
}

async function playBlock(seed: number, cases: number): Promise<Tally> {
  const tally = { cases, drawn: 0, loaded: 0, runs: 0, moves: 0, taken: 0 };
  const drawn: { readonly given: Case; readonly file: LoadedFile }[] = [];
  for (const policy of drawPolicies(seed)) {
    tally.drawn += 1;
    const file = loadedFile(policy);
    if (file === null) continue;
    tally.loaded += 1;
    const numRuns = Math.min(STORIES, cases - drawn.length);
    const stories = fc.sample(storiesOf(policy), { seed: seed + tally.drawn, numRuns });
    drawn.push(...stories.map((story) => ({ given: { policy, story }, file })));
    if (drawn.length === cases) break;
  }
  const broken = await pool(drawn, AT_ONCE, ({ given, file }) => brokenBy(given, file, tally));
  const first = drawn.find((_, at) => broken[at]?.length !== 0);
  if (first === undefined) return { ...tally, failure: null };
  const least = await smallest(first.given);
  return {
    ...tally,
    failure: `seed ${seed}, case ${drawn.indexOf(first) + 1}\n${showCase(least, await brokenBy(least))}`,
  };
}

/** Without an end. Blocks draw from their own seeds only, which are one apart. */
function* drawPolicies(seed: number): Generator<CasePolicy> {
  for (let batch = 0; ; batch += 1)
    yield* fc.sample(policies, { seed: seed + batch * 1_000_000, numRuns: 200 });
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
