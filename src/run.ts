/** THE FLOW on one page: load → classify → want → observe → plan → execute → report. */
import { parseConfig, type TagFile } from './config/config.js';
import { asPlanned, execute, type Outcome } from './execute.js';
import { observe, type Lookouts } from './observe.js';
import type { Plan, WantedTag } from './plan/model.js';
import { parseForce, parseRegistryMap } from './plan/names.js';
import { plan } from './plan/plan.js';
import { wantImages } from './plan/want.js';
import { exitCode, makeReport } from './report/report.js';
import { closing, tagLine } from './report/words.js';
import type { Report } from './report/model.js';
import type { Clock, Log, Registry } from './ports.js';

/** What was asked for, whoever asked. */
export interface RunRequest {
  readonly command: 'plan' | 'apply' | 'validate';
  readonly files: readonly TagFile[];
  readonly force: readonly string[];
  readonly registryMap: readonly string[];
  readonly concurrency: number;
  /** exit 3 when a plan has changes */
  readonly changesAsCode: boolean;
}

/** The outside systems of a run, built by the entries. */
export interface RunParts {
  readonly registry: Registry;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface RunResult {
  readonly report: Report;
  readonly exitCode: 0 | 1 | 3;
}

/**
 * Runs one command. `plan` is `apply` with execute left out.
 * @throws UserError before anything is read from or written to a registry
 */
export async function run(request: RunRequest, parts: RunParts): Promise<RunResult> {
  const started = parts.clock.now();
  const { registry, log } = parts;
  const config = parseConfig(request.files);
  const options = {
    registryMap: parseRegistryMap(request.registryMap),
    forces: parseForce(request.force),
    stableSuffix: config.policy?.stableSuffix ?? '-stable',
  };
  const wanted = request.command === 'validate' ? [] : wantImages(config.images, options);
  const planned = await log.group('Plan', () => makePlan(wanted, request, parts));
  const outcomes =
    request.command === 'apply'
      ? await log.group('Apply', () => carryOut(planned, request, parts))
      : asPlanned(planned);
  const report = makeReport({
    command: request.command,
    ref: null,
    classification: null,
    outcomes,
    http: registry.usage(),
    durationMs: parts.clock.now() - started,
  });
  for (const action of report.actions) log.line(tagLine(action));
  log.line(closing(report));
  return {
    report,
    exitCode: exitCode(report, { changesAsCode: request.changesAsCode, onHold: config.onHold }),
  };
}

async function makePlan(wanted: readonly WantedTag[], request: RunRequest, parts: RunParts): Promise<Plan> {
  const { registry, log } = parts;
  const lookouts: Lookouts = {
    gate: () => Promise.resolve({ state: 'open', text: '' }),
    channel: () => Promise.resolve(null),
    build: () => Promise.resolve({ state: 'to-build' }),
  };
  const observed = await observe(wanted, registry, lookouts, {
    concurrency: request.concurrency,
    onProgress: (done) => log.progress(done, wanted.length, 'tags looked at'),
  });
  return plan(wanted, observed);
}

function carryOut(planned: Plan, request: RunRequest, parts: RunParts): Promise<Outcome[]> {
  const { registry, log, signal } = parts;
  return execute(planned, registry, { concurrency: request.concurrency, built: new Map(), signal, log });
}
