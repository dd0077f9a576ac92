/** `npm run faults:races [-- --on embedded|2.8|v3|all] [--rounds N]`: the table of races. */
import { parseArgs } from 'node:util';

import { startDockerRegistry282, startRegistryV3 } from '../../e2e/support/registries.js';
import { CONTESTS, ONE_TAG, type Protection } from './contests.js';
import { raceFreely, raceInOrder, type Tally } from './races.js';

const WORDS: Readonly<Record<Protection, string>> = {
  none: 'none: look, write, believe',
  'read-back': 'read-back at once: settle 0',
  settle: 'read-back after 250 ms: what Retag does',
  claim: 'claim: git-tag',
};

const STARTS = {
  '2.8': { name: 'docker-registry 2.8', start: startDockerRegistry282 },
  v3: { name: 'distribution v3', start: startRegistryV3 },
} as const;

/** Most orders that are tried one after the other: all of two runs for one tag. */
const MOST = 4_000;

export async function racesCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { on: { type: 'string', default: 'all' }, rounds: { type: 'string', default: '1000' } },
  });
  const rounds = Number(values.rounds);
  const on = (key: string): boolean => values.on === 'all' || values.on === key;
  const tallies: Tally[] = [];
  const add = (tally: Tally): void => {
    tallies.push(tally);
    console.log(row(tally));
  };
  console.log(HEADING);
  if (on('embedded')) for await (const tally of inOrder(rounds)) add(tally);
  for (const key of ['2.8', 'v3'] as const) {
    if (!on(key)) continue;
    const { name, start } = STARTS[key];
    const registry = await start();
    try {
      for await (const tally of freely({ name, url: registry.base }, rounds)) add(tally);
    } finally {
      await registry.stop();
    }
  }
  const promised = tallies.filter(({ protection }) => protection === 'claim' || protection === 'settle');
  const lost = promised.reduce((sum, { counts }) => sum + counts.lost, 0);
  const all = tallies.reduce((sum, { rounds: some }) => sum + some, 0);
  console.log(`${all} races; ${lost} lost in silence with what Retag does`);
  return lost === 0 ? 0 : 1;
}

async function* inOrder(rounds: number): AsyncGenerator<Tally> {
  for (const contest of CONTESTS) {
    for (const protection of contest.protections) {
      const how = contest === ONE_TAG ? 'every order' : 'orders by chance';
      yield await raceInOrder(contest, protection, 2, contest === ONE_TAG ? MOST : rounds, how);
      yield await raceInOrder(contest, protection, 3, rounds, 'orders by chance');
    }
  }
}

async function* freely(
  registry: { readonly name: string; readonly url: string },
  rounds: number,
): AsyncGenerator<Tally> {
  for (const protection of ONE_TAG.protections) {
    for (const jitter of [0, 20, 100]) {
      yield await raceFreely(
        ONE_TAG,
        protection,
        2,
        protection === 'settle' && jitter < 100 ? rounds : Math.ceil(rounds / 4),
        registry,
        jitter,
      );
    }
  }
  for (const contest of CONTESTS.filter((each) => each !== ONE_TAG)) {
    for (const protection of contest.protections) {
      yield await raceFreely(contest, protection, 2, Math.ceil(rounds / 4), registry, 20);
    }
  }
}

const HEADING = [
  'Races. "lost": a run ended with exit status 0 and the tag holds something else, so that nobody was told.',
  '',
  'races   fine   told   lost  for, between, protected by, on',
].join('\n');

function row({ contest, protection, racers, where, rounds, counts }: Tally): string {
  const numbers = [rounds, counts.fine, counts.told, counts.lost]
    .map((n) => String(n).padStart(5))
    .join('  ');
  return `${numbers}  ${contest.name}; ${racers} runs; ${WORDS[protection]}; ${where}`;
}
