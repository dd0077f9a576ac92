/** Rounds of a contest, in orders that are chosen on the embedded registry or as they come on a real one. */
import { seed, pushAll } from '../../testing/registry/image.js';
import { startRegistry } from '../../testing/registry/server.js';
import { systemClock } from '../../src/system/clock.js';
import { inParallel } from '../../e2e/support/process.js';
import { rawOf } from '../../__tests__/support/registry-contract/place.js';
import type { Arena, Contest, Protection, Verdict } from './contests.js';
import { createReferee, everyOrder, ordersByChance, type Choice } from './schedule.js';

/** What came of many rounds. */
export interface Tally {
  readonly contest: Contest;
  readonly protection: Protection;
  readonly racers: number;
  readonly where: string;
  readonly rounds: number;
  readonly counts: Readonly<Record<Verdict, number>>;
}

const none = (): Record<Verdict, number> => ({ fine: 0, told: 0, lost: 0 });

/**
 * Lets the racers of every round forward one request at a time: in every order up to `limit`, else in `limit`
 * orders by chance. They start together, and time passes only while all of them sleep: a request takes less time than
 * the wait before a tag is read back.
 */
export async function raceInOrder(
  contest: Contest,
  protection: Protection,
  racers: number,
  limit: number,
  how: 'every order' | 'orders by chance',
): Promise<Tally> {
  const registry = await startRegistry();
  const counts = none();
  let count = 0;
  const trial = async (choose: Choice): Promise<readonly number[]> => {
    const referee = createReferee();
    const arena: Arena = {
      host: registry.host,
      raw: rawOf(registry.url),
      clock: (racer) => referee.clock(racer),
      signal: () => new AbortController().signal,
      seed(repository, tag, image) {
        seed(registry, repository, tag, image);
        return Promise.resolve();
      },
    };
    const round = await contest.prepare(arena, `race/app-${count++}`, racers, protection);
    registry.faults.set([referee.rule]);
    const widths = await referee.run(round.racers, choose);
    registry.faults.set([]);
    counts[await round.verdict()] += 1;
    return widths;
  };
  try {
    if (how === 'every order') {
      const { trials, complete } = await everyOrder(limit, trial);
      const where = complete ? 'every order of requests' : `the first ${limit} orders of requests`;
      return { contest, protection, racers, where, rounds: trials, counts };
    }
    for (let seedOfOrder = 1; seedOfOrder <= limit; seedOfOrder++) await trial(ordersByChance(seedOfOrder));
    return { contest, protection, racers, where: 'orders by chance', rounds: limit, counts };
  } finally {
    await registry.close();
  }
}

/** Lets the racers run freely on a registry at `url`, each after a pause of up to `jitter` milliseconds. */
export async function raceFreely(
  contest: Contest,
  protection: Protection,
  racers: number,
  rounds: number,
  registry: { readonly name: string; readonly url: string },
  jitter: number,
): Promise<Tally> {
  const counts = none();
  const lanes = protection === 'settle' ? 4 : 2;
  const arena: Arena = {
    host: new URL(registry.url).host,
    raw: rawOf(registry.url),
    clock: () => systemClock,
    signal: () => new AbortController().signal,
    seed: (repository, tag, image) => pushAll(registry.url, repository, tag, image),
  };
  const numbers = Array.from({ length: rounds }, (_, at) => at);
  await inParallel(numbers, lanes, async (at) => {
    const repository = `race-${process.pid}/${contest.name.replaceAll(' ', '-')}-${protection}-${racers}-${jitter}-${at}`;
    const round = await contest.prepare(arena, repository, racers, protection);
    await Promise.all(
      [...round.racers.values()].map(async (race) => {
        await systemClock.sleep(Math.random() * jitter);
        await race();
      }),
    );
    counts[await round.verdict()] += 1;
  });
  const where = `${registry.name}, starts within ${jitter} ms`;
  return { contest, protection, racers, where, rounds, counts };
}
