/** `npm run faults:races [-- --on embedded|2.8|v3|all] [--rounds N] [--protection none|read-back|settle|claim]`: the table of races. */
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
    options: {
      on: { type: 'string', default: 'all' },
      rounds: { type: 'string', default: '1000' },
      protection: { type: 'string', default: 'all' },
    },
  });
  const protectedBy = (protection: Protection): boolean => [protection, 'all'].includes(values.protection);
  const rounds = Number(values.rounds);
  const on = (key: string): boolean => values.on === 'all' || values.on === key;
  const tallies: Tally[] = [];
  const add = (tally: Tally): void => {
    tallies.push(tally);
    console.log(row(tally));
  };
  console.log(HEADING);
  if (on('embedded')) for await (const tally of inOrder(rounds, protectedBy)) add(tally);
  for (const key of ['2.8', 'v3'] as const) {
    if (!on(key)) continue;
    const { name, start } = STARTS[key];
    const registry = await start();
    try {
      for await (const tally of freely({ name, url: registry.base }, rounds, protectedBy)) add(tally);
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

async function* inOrder(
  rounds: number,
  protectedBy: (protection: Protection) => boolean,
): AsyncGenerator<Tally> {
  for (const contest of CONTESTS) {
    for (const protection of contest.protections.filter(protectedBy)) {
      const how = contest === ONE_TAG ? 'every order' : 'orders by chance';
      yield await raceInOrder(contest, protection, 2, contest === ONE_TAG ? MOST : rounds, how);
      yield await raceInOrder(contest, protection, 3, rounds, 'orders by chance');
    }
  }
}

/** What Retag promises is raced in full, what it is compared with a quarter of that. */
async function* freely(
  registry: { readonly name: string; readonly url: string },
  rounds: number,
  protectedBy: (protection: Protection) => boolean,
): AsyncGenerator<Tally> {
  for (const contest of CONTESTS) {
    for (const protection of contest.protections.filter(protectedBy)) {
      for (const jitter of contest === ONE_TAG ? [0, 20, 100] : [20]) {
        const full = contest === ONE_TAG && protection === 'settle' && jitter < 100;
        yield await raceFreely(
          contest,
          protection,
          2,
          full ? rounds : Math.ceil(rounds / 4),
          registry,
          jitter,
        );
      }
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
