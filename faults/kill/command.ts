/** `npm run faults:kill [-- --lanes N]`: the table of kills. */
import { parseArgs } from 'node:util';

import { PROMOTIONS, sweep, WAYS, type KillResult } from './sweep.js';

export async function killCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { lanes: { type: 'string', default: '4' } } });
  const started = performance.now();
  const results = await sweep(Number(values.lanes));
  const broken = results.filter((result) => result.broken.length > 0);
  const lines = [
    'Kill sweep: the command line ended at each request of a promotion, then run again, and once more',
    '',
    'kills  as before  some tags  as planned  broken  how, and during which promotion',
    ...PROMOTIONS.flatMap((scenario) =>
      WAYS.map((way) =>
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
    `${results.length} kills, ${broken.length} broken (${Math.round((performance.now() - started) / 1000)} s)`,
  ];
  console.log(lines.join('\n'));
  return broken.length === 0 && results.length > 0 ? 0 : 1;
}

function row(some: readonly KillResult[], name: string): string {
  const count = (left: KillResult['left']): number => some.filter((result) => result.left === left).length;
  const broken = some.filter((result) => result.broken.length > 0).length;
  const cells = [some.length, count('before'), count('some'), count('planned'), broken];
  const widths = [5, 9, 9, 10, 6];
  return `${cells.map((cell, at) => String(cell).padStart(widths[at] ?? 0)).join('  ')}  ${name}`;
}
