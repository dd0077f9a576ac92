/** The cells of a place, dealt out to several processes: one process uses one core, and the matrix is all computing. */
import { fork } from 'node:child_process';

import type { CellResult } from './cell.js';
import { isShort } from './faults.js';
import { cellName, runCells, selectCells, type Outcome, type Selection } from './matrix.js';
import { placeOf } from './places.js';

export interface PartSettings {
  readonly place: string;
  readonly url: string;
  /** `SCENARIO/STEP/FAULT`, each a part of a name */
  readonly only: string;
  /** one fault of each family, except where `only` names a fault */
  readonly short: boolean;
  /** of so many cells one is run, another of each fault */
  readonly every: number;
  readonly lanes: number;
  readonly verbose: boolean;
  /** cells whose number leaves `part` when divided by `parts` */
  readonly part: number;
  readonly parts: number;
}

/** What a process tells of a cell, by its number among the selected ones. */
type Told = Omit<CellResult, 'cell'> & { readonly number: number };

/** The selected cells in several processes, their results in one outcome. */
export async function inParts(
  settings: Omit<PartSettings, 'part'>,
  onResult: (done: number, of: number) => void,
): Promise<Outcome> {
  const started = performance.now();
  const { cells, excluded } = selectionOf(settings);
  const results: CellResult[] = [];
  const hear = ({ number, ...result }: Told): void => {
    const cell = cells[number];
    if (cell !== undefined) results.push({ cell, ...result });
    onResult(results.length, cells.length);
  };
  await Promise.all(
    Array.from({ length: settings.parts }, (_, part) => inProcess({ ...settings, part }, hear)),
  );
  if (results.length !== cells.length) {
    throw new Error(`${results.length} of ${cells.length} cells were told of: a process ended early`);
  }
  return { results, excluded, took: performance.now() - started };
}

function inProcess(settings: PartSettings, hear: (told: Told) => void): Promise<void> {
  const child = fork('faults/run.mjs', ['part', JSON.stringify(settings)]);
  child.on('message', (message) => hear(message as Told));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
}

/** What the other process does. */
export async function partCommand(text: string): Promise<number> {
  const settings = JSON.parse(text) as PartSettings;
  const { cells, excluded } = selectionOf(settings);
  const mine = cells.filter((_, number) => number % settings.parts === settings.part);
  const numbers = new Map(cells.map((cell, number) => [cell, number]));
  await runCells(
    { cells: mine, excluded },
    placeOf(settings.place).backend(settings.url),
    settings.lanes,
    ({ cell, said, ...result }) => {
      if (settings.verbose) console.log(`${cellName(cell)}: ${result.ending}\n${said}\n`);
      process.send?.({ ...result, said: '', number: numbers.get(cell) ?? -1 } satisfies Told);
    },
  );
  process.disconnect();
  return 0;
}

function selectionOf({ place, url, only, short, every }: Omit<PartSettings, 'part'>): Selection {
  const [scenario = '', step = '', fault = ''] = only.split('/');
  const { cells, excluded } = selectCells(
    placeOf(place).backend(url),
    (a, b, c) =>
      a.name.includes(scenario) &&
      b.name.includes(step) &&
      c.name.includes(fault) &&
      (fault !== '' || !short || isShort(c)),
  );
  return { cells: cells.filter((_, at) => (at + Math.floor(at / every)) % every === 0), excluded };
}
