/**
 * `npm run faults [-- --on embedded|2.8|v3|all] [--only SCENARIO/STEP/FAULT] [--faults short|all] [--lanes N] [--verbose]`.
 * Without `--faults` the embedded registry gets all of them and the real ones, which are slower, one of each family.
 */
import { parseArgs } from 'node:util';

import { startDockerRegistry282, startRegistryV3, type RealRegistry } from '../../e2e/support/registries.js';
import { findBinary } from '../../e2e/support/binaries.js';
import { embedded, realBackend, type Backend } from '../world/backend.js';
import { isShort } from './faults.js';
import { cellName, runCells, selectCells, tableOf, type Outcome } from './matrix.js';

interface Place {
  readonly key: string;
  open(): Promise<{ readonly backend: Backend; close(): Promise<void> }>;
}

const real = (key: string, name: string, binary: string, start: () => Promise<RealRegistry>): Place => ({
  key,
  async open() {
    if (findBinary(binary) === null)
      throw new Error(`${name} is not installed; run scripts/stack/install.sh`);
    const registry = await start();
    return {
      backend: realBackend(`${name}, through the proxy`, registry.base),
      close: () => registry.stop(),
    };
  },
});

const PLACES: readonly Place[] = [
  { key: 'embedded', open: () => Promise.resolve({ backend: embedded, close: () => Promise.resolve() }) },
  real('2.8', 'docker-registry 2.8', 'docker-registry', () => startDockerRegistry282()),
  real('v3', 'distribution v3', 'registry', () => startRegistryV3()),
];

export async function matrixCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      on: { type: 'string', default: 'all' },
      only: { type: 'string', default: '' },
      faults: { type: 'string', default: '' },
      lanes: { type: 'string', default: '8' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const [scenario = '', step = '', fault = ''] = values.only.split('/');
  const outcomes: Outcome[] = [];
  const summaries: string[] = [];
  for (const place of PLACES.filter(({ key }) => values.on === 'all' || values.on === key)) {
    const opened = await place.open();
    const { backend } = opened;
    try {
      const short = values.faults === 'short' || (values.faults === '' && place.key !== 'embedded');
      const selection = selectCells(
        backend,
        (a, b, c) =>
          a.name.includes(scenario) &&
          b.name.includes(step) &&
          c.name.includes(fault) &&
          (fault !== '' || !short || isShort(c)),
      );
      const outcome = await runCells(selection, backend, Number(values.lanes), (result, done) => {
        if (values.verbose) {
          console.log(`${done} ${cellName(result.cell)}: ${result.ending}\n${result.said}\n`);
        } else if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${selection.cells.length} cells`);
      });
      const lines = tableOf(backend, outcome);
      console.log(`${lines.join('\n')}\n`);
      summaries.push(lines.at(-1) ?? '');
      outcomes.push(outcome);
    } finally {
      await opened.close();
    }
  }
  const results = outcomes.flatMap((outcome) => outcome.results);
  const broken = results.filter((result) => result.broken.length > 0).length;
  console.log([...summaries, `${results.length} cells, ${broken} broken`].join('\n'));
  return broken === 0 && results.length > 0 ? 0 : 1;
}
