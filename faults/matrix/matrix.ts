/** All cells of the matrix on one registry, and the table of what became of them. */
import { inParallel } from '../../e2e/support/process.js';
import type { Backend } from '../world/backend.js';
import { SCENARIOS, type Scenario } from '../world/scenario.js';
import { normalRequests, runCell, type Cell, type CellResult } from './cell.js';
import { ELSEWHERE, FAULTS, type FaultKind } from './faults.js';
import { isOfLogin, stepsOf, type Step } from './steps.js';

/** A cell that means nothing, and why. */
export interface Exclusion {
  readonly cell: Cell;
  readonly why: string;
}

export interface Selection {
  readonly cells: readonly Cell[];
  readonly excluded: readonly Exclusion[];
}

export interface Outcome {
  readonly results: readonly CellResult[];
  readonly excluded: readonly Exclusion[];
  /** milliseconds */
  readonly took: number;
}

/** Every step with every fault, except where a fault means nothing; `only` picks some. */
export function selectCells(
  backend: Backend,
  only: (scenario: Scenario, step: Step, fault: FaultKind) => boolean = () => true,
): Selection {
  const cells: Cell[] = [];
  const excluded: Exclusion[] = [];
  for (const scenario of SCENARIOS) {
    for (const step of stepsOf(scenario)) {
      for (const fault of FAULTS) {
        if (!only(scenario, step, fault)) continue;
        const cell = { scenario, step, fault };
        const why = exclusion(cell, backend);
        if (why === null) cells.push(cell);
        else excluded.push({ cell, why });
      }
    }
  }
  return { cells, excluded };
}

function exclusion({ scenario, step, fault }: Cell, backend: Backend): string | null {
  if (!backend.logins && isOfLogin(step)) return 'this registry asks for no token';
  if (fault.http2 && backend.http2 === null) return 'only HTTP/2 has streams';
  if (fault.doors === 'tls' && backend.http2 !== null)
    return 'a certificate is judged before the protocol is chosen';
  const why = fault.not(step, { scenario });
  if (why !== null) return why;
  if (!backend.logins && fault.name.includes('expired token')) return 'this registry asks for no token';
  return null;
}

/** Runs cells, some at once; `onResult` hears of each as it ends. */
export async function runCells(
  { cells, excluded }: Selection,
  backend: Backend,
  lanes: number,
  onResult: (result: CellResult, done: number) => void = () => undefined,
): Promise<Outcome> {
  const started = performance.now();
  const normal = new Map<Scenario, number>();
  for (const scenario of new Set(cells.map((cell) => cell.scenario))) {
    normal.set(scenario, await normalRequests(scenario, backend));
  }
  const results: CellResult[] = [];
  await inParallel(cells, lanes, async (cell) => {
    const result = await runCell(cell, backend, normal.get(cell.scenario) ?? 0);
    onResult(result, results.length + 1);
    // What was said in thousands of cells would fill the memory.
    results.push({ ...result, said: '' });
  });
  return { results, excluded, took: performance.now() - started };
}

/** A step and a fault in words. */
export function cellName({ scenario, step, fault }: Cell): string {
  return `${scenario.name} / ${step.name} / ${fault.name}`;
}

/** The table: one row a fault, how the runs with it ended; then what was left out, and what is broken. */
export function tableOf(backend: Backend, { results, excluded, took }: Outcome): string[] {
  const width = Math.max(...FAULTS.map(({ name }) => name.length));
  const heading = ['cells', 'cured', 'untouched', 'told', 'lost', 'broken'];
  const row = (name: string, some: readonly CellResult[]): string => {
    const count = (ending: string): number => some.filter((result) => result.ending === ending).length;
    const broken = some.filter((result) => result.broken.length > 0).length;
    const numbers = [some.length, count('cured'), count('untouched'), count('told'), count('lost'), broken];
    return `${name.padEnd(width)}  ${numbers.map((n, at) => String(n).padStart(heading[at]?.length ?? 0)).join('  ')}`;
  };
  const broken = results.filter((result) => result.broken.length > 0);
  return [
    `Fault matrix on ${backend.name}: ${SCENARIOS.length} promotions, ${new Set(results.map(({ cell }) => cell.step)).size} kinds of request, ${new Set(results.map(({ cell }) => cell.fault)).size} kinds of fault`,
    '',
    `${'fault'.padEnd(width)}  ${heading.join('  ')}`,
    ...FAULTS.flatMap((fault) => {
      const some = results.filter(({ cell }) => cell.fault === fault);
      return some.length === 0 ? [] : [row(fault.name, some)];
    }),
    row('all', results),
    '',
    ...leftOut(excluded),
    ...broken.flatMap((result) => [
      `BROKEN ${cellName(result.cell)}`,
      ...result.broken.map((line) => `    ${line}`),
    ]),
    `${results.length} cells, ${broken.length} broken (${backend.name}, ${Math.round(took / 1000)} s)`,
  ];
}

function leftOut(excluded: readonly Exclusion[]): string[] {
  const reasons = new Map<string, number>();
  for (const { why } of excluded) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  return [
    'Not counted, because they mean nothing:',
    ...[...reasons].map(([why, count]) => `  ${String(count).padStart(4)}  ${why}`),
    ...ELSEWHERE.map(({ name, why }) => `        ${name}: ${why}`),
    '',
  ];
}
