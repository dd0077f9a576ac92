/** `npm run faults:kill [-- --what promotions|records|releases|waits|all] [--lanes N] [--every N]`: the tables of kills; `waits`: those between write and read-back. */
import { parseArgs } from 'node:util';

import { sweepRelease, type ReleaseResult } from './release.js';
import { PROMOTIONS, sweep, WAYS, type KillResult } from './sweep.js';

export async function killCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      what: { type: 'string', default: 'all' },
      lanes: { type: 'string', default: '4' },
      every: { type: 'string', default: '1' },
    },
  });
  let kills = 0;
  let broken = 0;
  if (values.what !== 'releases') {
    const results = await killPromotions(values.what, Number(values.lanes), Number(values.every));
    kills += results.length;
    broken += results.filter((result) => result.broken.length > 0).length;
  }
  if (values.what !== 'promotions' && values.what !== 'records') {
    const results = await killReleases(values.what === 'waits' ? null : Number(values.every));
    kills += results.length;
    broken += results.filter((result) => result.broken.length > 0).length;
  }
  console.log(`${kills} kills, ${broken} broken`);
  return broken === 0 && kills > 0 ? 0 : 1;
}

async function killPromotions(what: string, lanes: number, every: number): Promise<readonly KillResult[]> {
  const started = performance.now();
  const ways = WAYS.filter(({ when }) => what !== 'waits' || when === 'settling');
  const scenarios = PROMOTIONS.filter(({ record }) => what !== 'records' || record === true);
  const results = await sweep(lanes, ways, every, scenarios);
  const broken = results.filter((result) => result.broken.length > 0);
  const lines = [
    'Kill sweep: the command line ended at each request of a promotion, then run again, and once more',
    '',
    'kills  as before  some tags  as planned  broken  how, and during which promotion',
    ...scenarios.flatMap((scenario) =>
      ways.map((way) =>
        row(
          results.filter(({ kill }) => kill.way === way && kill.scenario === scenario),
          `${way.name}: ${scenario.title}`,
        ),
      ),
    ),
    row(results, 'all'),
    '',
    ...broken.flatMap(({ kill, broken: what }) => [
      `BROKEN ${kill.scenario.name}, request ${kill.nth} to the ${kill.side}, ${kill.way.name}`,
      ...what.map((line) => `    ${line}`),
    ]),
    `${results.length} kills of promotions, ${broken.length} broken (${secondsSince(started)} s)`,
    '',
  ];
  console.log(lines.join('\n'));
  return results;
}

async function killReleases(every: number | null): Promise<readonly ReleaseResult[]> {
  const started = performance.now();
  console.log(
    'Kill sweep: the command line ended during a release of two images, at each request that reaches the registry',
  );
  console.log('\nkills  no tag  some tags  all tags  broken  how, and during which request');
  const results = await sweepRelease(every);
  const names = [...new Set(results.map(({ kill, at }) => `${kill.signal}, ${at}`))];
  const broken = results.filter((result) => result.broken.length > 0);
  for (const name of [...names, 'all']) {
    const some = results.filter(({ kill, at }) => name === 'all' || name === `${kill.signal}, ${at}`);
    const count = (left: ReleaseResult['left']): number =>
      some.filter((result) => result.left === left).length;
    const bad = some.filter((result) => result.broken.length > 0).length;
    const cells = [some.length, count('nothing'), count('some'), count('all'), bad];
    console.log(
      `${cells.map((cell, at) => String(cell).padStart([5, 6, 9, 8, 6][at] ?? 0)).join('  ')}  ${name}`,
    );
  }
  for (const { kill, at, broken: what } of broken) {
    console.log(
      [`BROKEN ${kill.signal} at request ${kill.nth}, ${at}`, ...what.map((line) => `    ${line}`)].join(
        '\n',
      ),
    );
  }
  console.log(
    `\n${results.length} kills of releases, ${broken.length} broken (${secondsSince(started)} s)\n`,
  );
  return results;
}

function secondsSince(started: number): number {
  return Math.round((performance.now() - started) / 1000);
}

function row(some: readonly KillResult[], name: string): string {
  const count = (left: KillResult['left']): number => some.filter((result) => result.left === left).length;
  const broken = some.filter((result) => result.broken.length > 0).length;
  const cells = [some.length, count('before'), count('some'), count('planned'), broken];
  const widths = [5, 9, 9, 10, 6];
  return `${cells.map((cell, at) => String(cell).padStart(widths[at] ?? 0)).join('  ')}  ${name}`;
}
