/** THE FLOW on one page: load → classify → want → observe → plan → execute → report. */
import { setImmediate } from 'node:timers/promises';
import { applyQuestion, closingLine, isBad, tagLine } from './report/format.js';
import type { Config } from './config/model.js';
import {
  load,
  type Loaded,
  promotionProblems,
  type RunParts,
  type RunRequest,
  logWarnings,
  splitBySeverity,
} from './load.js';
import { findDrift } from './plan/drift.js';
import { formatProblem, UserError } from './errors.js';
import { asPlanned, execute } from './execute.js';
import type { BuildResult, Outcome, Plan, WantedTag } from './plan/model.js';
import { confirmUnwritten, observeParts, observe, memoised } from './observe.js';
import { unusedForces } from './plan/overrides.js';
import { plan } from './plan/plan.js';
import type { CompiledPolicy } from './policy/policy.js';
import type { Log } from './ports.js';
import { buildRelease, checkSources, showDefinition, type BuildActions, type BuiltImages } from './build.js';
import { prepareRelease, type Release } from './classify.js';
import { classificationOf, exitCode, makeReport, refOf, reportAction, stagesOf } from './report/report.js';
import type { Report } from './report/model.js';

export type { RunParts, RunRequest } from './load.js';

export interface RunResult {
  readonly report: Report;
  readonly exitCode: 0 | 1 | 3;
  /** one sentence that says what happened */
  readonly closing: string;
  readonly config: Config;
  /** null without a ref or a policy */
  readonly release: Release | null;
  /** what was built in this run; null when nothing was */
  readonly made: BuiltImages | null;
  readonly outcomes: readonly Outcome[];
}

/**
 * Runs one command. `plan` is `apply` with execute left out.
 * @throws UserError before anything is written to a registry; OperationError when the run cannot go on at all
 */
export async function run(
  request: RunRequest,
  parts: RunParts,
  loaded: Loaded = load(request),
): Promise<RunResult> {
  const { registry, log, clock } = parts;
  const planning = { ...parts, registry: memoised(registry) };
  const started = clock.now();
  await breathe();
  const { config, policy, images } = loaded;
  logWarnings(policy, log);
  const release =
    policy === null || request.facts === null || request.command === 'validate'
      ? null
      : await log.group('Classify', () => classifyRun(policy, loaded, request, planning));
  if (policy !== null && loaded.scope.images) await checkPromotions(policy, loaded, request, parts);
  const wanted = request.command === 'validate' ? [] : [...(release?.wanted ?? []), ...images];
  // Nothing is planned to validate, so there is no such group in the log.
  const { planned, building } =
    request.command === 'validate'
      ? { planned: { actions: [] }, building: null }
      : await log.group('Plan', () => planRun(wanted, release, loaded, request, planning));
  let outcomes = [...(building?.planned ?? []), ...tagOutcomes(planned, request)];
  let made: BuiltImages | null = null;
  if (request.command === 'apply') {
    const question = applyQuestion(outcomes);
    if (question !== null) await parts.confirm?.(question);
    made = building === null ? null : await log.group('Build', () => buildRelease(building, request, parts));
    outcomes = await log.group('Apply', () => carryOut(planned, made, request, parts));
  }
  const drift = request.drift ? await findDrift(planned, registry, request.concurrency) : null;
  const report = makeReport({
    command: request.command,
    ref: refOf(request.facts),
    classification: classificationOf(release),
    outcomes,
    stages: stagesOf(release),
    drift,
    http: registry.usage(),
    durationMs: clock.now() - started,
  });
  const closing = closingLine(report, loaded, request);
  log.line(closing);
  const code = exitCode(report, { changesAsCode: request.changesAsCode, onHold: config.onHold });
  return { report, exitCode: code, closing, config, release, made, outcomes };
}

/** The plan of a run, and what has to be built for it; both are printed in the log. */
async function planRun(
  wanted: readonly WantedTag[],
  release: Release | null,
  { config, options }: Loaded,
  request: RunRequest,
  parts: RunParts,
): Promise<{ readonly planned: Plan; readonly building: BuildActions | null }> {
  const { log } = parts;
  for (const problem of unusedForces(options.forces, wanted, options.registryMap)) {
    log.warning(formatProblem(problem));
  }
  const seen = await makePlan(wanted, release, request, parts);
  const planned =
    request.command === 'apply'
      ? await parts.review(seen, request.files, request.review ?? config.review)
      : seen;
  const shown = release === null ? null : await showDefinition(release, planned, request, parts);
  const building = shown === null ? null : await checkSources(shown, request, parts);
  const lines = [...(building?.planned ?? []), ...tagOutcomes(planned, request)];
  // What is refused is reported again by apply, where it counts.
  sayTags(lines, log, request.command === 'plan');
  return { planned, building };
}

/** @throws UserError for tags of entries that this change brings */
async function checkPromotions(
  policy: CompiledPolicy,
  { config }: Loaded,
  { facts }: RunRequest,
  parts: RunParts,
): Promise<void> {
  const problems = promotionProblems(policy, config.images, facts);
  if (problems.length === 0) return;
  const { errors, warnings } = splitBySeverity(problems, await parts.changes(config));
  for (const problem of warnings) parts.log.warning(formatProblem(problem));
  if (errors.length > 0) throw new UserError(errors);
}

function classifyRun(
  policy: CompiledPolicy,
  { config, options, scope }: Loaded,
  request: RunRequest,
  parts: RunParts,
): Promise<Release> {
  const { facts, images, build, stable, includeStages, concurrency, command } = request;
  if (facts === null) throw new Error('a run without a ref has no release');
  const { registry, log, gatekeeper } = parts;
  const names = { facts, withBuilds: scope.builds, images, defaults: build.defaults, ...options };
  // A job that builds one platform of several writes no tag, so it needs no number of its own.
  const claim = command === 'apply' && build.platform === '' ? parts.claim : null;
  const subject = parts.subject(null, null);
  const outside = { registry, log, gatekeeper, subject, claim };
  return prepareRelease(policy, config, { ...names, stable, includeStages, concurrency }, outside);
}

async function makePlan(
  wanted: readonly WantedTag[],
  release: Release | null,
  request: RunRequest,
  parts: RunParts,
): Promise<Plan> {
  const { registry, log, gatekeeper } = parts;
  const lookups = observeParts(release, {
    gatekeeper,
    registry,
    gitTags: request.facts?.gitTags,
    subject: (entry, revision) => parts.subject(entry, revision),
  });
  const observed = await observe(wanted, registry, lookups, {
    concurrency: request.concurrency * 2,
    absence: request.command === 'apply' ? 'unconfirmed' : 'confirmed',
    onProgress: (done) => log.progress(done, wanted.length, 'tags looked at'),
  });
  await breathe();
  let planned = plan(wanted, observed);
  await breathe();
  while (await confirmUnwritten(planned, observed, registry, request.concurrency * 2)) {
    planned = plan(wanted, observed);
  }
  return planned;
}

/**
 * Lets a time limit or a signal that came during long work be heard: what follows asks whether it did. Timers and signals
 * have their turn between two immediates, and a pause of 0 ms would last a millisecond.
 */
async function breathe(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** One line a tag. @param counts what is bad in them is not to be missed */
function sayTags(outcomes: readonly Outcome[], log: Log, counts: boolean): void {
  for (const action of outcomes.map(reportAction)) log.line(tagLine(action), counts && isBad(action));
}

/**
 * Tags as planned. A job that builds one platform of several leaves all tags to a later job; it says which of its release are
 * refused, since nothing is built for those.
 */
function tagOutcomes(planned: Plan, { build }: RunRequest): Outcome[] {
  const tags = asPlanned(planned);
  if (build.platform === '') return tags;
  return tags.filter(({ planned: { action, wanted } }) => {
    return action === 'refuse' && wanted.source.from === 'build' && wanted.follows === null;
  });
}

async function carryOut(
  planned: Plan,
  made: BuiltImages | null,
  request: RunRequest,
  parts: RunParts,
): Promise<Outcome[]> {
  const { registry, log, clock, signal } = parts;
  const failed = (made?.outcomes ?? []).filter(({ outcome }) => outcome === 'failed');
  sayTags(failed, log, true);
  if (request.build.platform !== '') {
    const refused = tagOutcomes(planned, request);
    sayTags(refused, log, true);
    return [...(made?.outcomes ?? []), ...refused.map((each): Outcome => ({ ...each, outcome: 'skipped' }))];
  }
  const built = made?.results ?? new Map<string, BuildResult>();
  const outcomes = await execute(planned, registry, {
    concurrency: request.concurrency * 2,
    settle: request.settle,
    built,
    clock,
    signal,
    log,
  });
  const news = outcomes.filter(({ planned, outcome }) => planned.action !== 'keep' || outcome !== 'skipped');
  sayTags(news, log, true);
  return [...(made?.outcomes ?? []), ...outcomes];
}
