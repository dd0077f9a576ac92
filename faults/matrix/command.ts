/**
 * `npm run faults [-- --on embedded|embedded-h2|2.8|v3|all] [--only SCENARIO/STEP/FAULT] [--faults short|all] [--every N] [--lanes N] [--processes N]
 * [--verbose]`. Without `--faults` the embedded registry gets all of them and the real ones, which are slower, one of each family.
 * `--every` runs each Nth cell, of the embedded registry only when it is named.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { tableOf } from './matrix.js';
import { inParts, type PartSettings } from './part.js';
import { PLACES, placeOf, type Place } from './places.js';

export async function matrixCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      on: { type: 'string', default: 'all' },
      only: { type: 'string', default: '' },
      faults: { type: 'string', default: '' },
      every: { type: 'string', default: '1' },
      lanes: { type: 'string', default: '8' },
      processes: { type: 'string', default: String(availableParallelism()) },
      verbose: { type: 'boolean', default: false },
    },
  });
  const chosen = values.on === 'all' ? PLACES : [placeOf(values.on)];
  const summaries: string[] = [];
  let cells = 0;
  let broken = 0;
  for (const place of chosen) {
    const outcome = await at(place, {
      only: values.only,
      short: values.faults === 'short' || (values.faults === '' && place.key !== 'embedded'),
      every: place.key === 'embedded' && values.on === 'all' ? 1 : Number(values.every),
      lanes: Number(values.lanes),
      verbose: values.verbose,
      parts: Number(values.processes),
    });
    console.log(`${outcome.lines.join('\n')}\n`);
    summaries.push(outcome.lines.at(-1) ?? '');
    cells += outcome.cells;
    broken += outcome.broken;
  }
  console.log([...summaries, `${cells} cells, ${broken} broken`].join('\n'));
  return broken === 0 && cells > 0 ? 0 : 1;
}

async function at(
  place: Place,
  settings: Omit<PartSettings, 'place' | 'url' | 'part'>,
): Promise<{ readonly lines: readonly string[]; readonly cells: number; readonly broken: number }> {
  const started = await place.start();
  const { url } = started;
  try {
    const outcome = await inParts({ ...settings, place: place.key, url }, (done, of) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} cells`);
    });
    return {
      lines: tableOf(place.backend(url), outcome),
      cells: outcome.results.length,
      broken: outcome.results.filter((result) => result.broken.length > 0).length,
    };
  } finally {
    await started.stop();
  }
}
