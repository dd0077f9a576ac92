/** THE FLOW on one page: load → select → classify → want → observe → plan → execute → report. */
import { setImmediate } from 'node:timers/promises';
import { type BuildActions, type BuiltImages, buildRelease, planBuilds, tryBuilds } from './builds/build.js';
import type { Release } from './builds/release.js';
import { classify } from './classify.js';
import type { Config, TrustRule } from './config/model.js';
import { asPlanned, execute } from './execute.js';
import { checkPromotions, inputWarnings, load } from './load.js';
import { confirmUnwritten, memoised, observe, observeParts } from './observe.js';
import { type Drift, findDrift } from './plan/drift.js';
import type { Outcome, Plan, WantedTag } from './plan/model.js';
import { unusedForces } from './plan/overrides.js';
import { plan as planTags } from './plan/plan.js';
import { applyQuestion, closing, sentence } from './report/format.js';
import { tagLines } from './report/lines.js';
import type { Report } from './report/model.js';
import { classificationOf, exitCode, makeReport, refOf, reportAction, stagesOf } from './report/report.js';
import type { Registry } from './ports.js';
import { buildsWithoutRef } from './report/nothing.js';
import type { Input, Ports, Request } from './request.js';
import { select } from './select.js';
import { wrap } from './shared/text.js';
import { createRecords, lacksRecord, type Recorder, type Records } from './trust/record.js';
import { createTrustCheck, NO_TRUST, type TrustCheck } from './trust/check.js';

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

/** What a run does: first the images, then their tags and those of promotions. */
interface RunPlan {
  /** null when nothing is built */
  readonly builds: BuildActions | null;
  readonly tags: Plan;
  /** of the release, which a channel moves to */
  readonly version: string | null;
  /** that names its tags */
  readonly rule: string | null;
}

/** What became of a plan. */
type Result = Pick<RunResult, 'made' | 'outcomes'>;

/**
 * Runs one command. `plan` is `apply` with execute left out.
 * @throws UserError before anything is written to a registry; OperationError when the run cannot go on at all
 */
export async function run(request: Request, ports: Ports): Promise<RunResult> {
  return runLoaded(load(request), ports);
}

/** The same for what is loaded already. */
export async function runLoaded(loaded: Input, ports: Ports): Promise<RunResult> {
  const { request } = loaded;
  const started = ports.clock.now();
  await breathe();
  const input = await select(loaded, ports.registry, ports.log);
  for (const problem of inputWarnings(input)) ports.log.warning(problem);
  const passedOver = buildsWithoutRef(input);
  if (passedOver !== null) ports.log.warning(passedOver);
  const planning = { ...ports, registry: memoised(ports.registry) };
  const release = await classify(input, planning);
  await checkPromotions(input, ports);
  // Before anything is looked at: without its key or token a run could not end well.
  const recorder = await recorderFor(input, release, ports);
  const plan = await planRun(input, release, planning);
  const result =
    request.command === 'apply'
      ? await apply(plan, recorder, request, ports)
      : await shown(plan, request, ports);
  const drift = request.drift
    ? await findDrift(plan.tags, driftPorts(recorder, ports.registry), request.concurrency)
    : null;
  return finish(input, release, plan.builds, result, drift, ports, started);
}

function driftPorts(recorder: Recorder | null, registry: Registry): Parameters<typeof findDrift>[1] {
  if (recorder === null) return { registry, lacksRecord: null };
  return { registry, lacksRecord: (tag) => lacksRecord(tag, { registry, recorder }) };
}

/** Who signs and checks records in this run; null when nothing is tagged and nobody looks for drift. */
async function recorderFor(
  { request, config, images }: Input,
  release: Release | null,
  ports: Ports,
): Promise<Recorder | null> {
  if (images.length + (release?.wanted.length ?? 0) === 0) return null;
  if (request.command === 'apply' && request.build.platform === '') return ports.recorder(config, 'write');
  return request.drift ? ports.recorder(config, 'check') : null;
}

/** The plan of a run; its lines are printed in the log. */
async function planRun(input: Input, release: Release | null, ports: Ports): Promise<RunPlan> {
  const { request, config, options } = input;
  const { log } = ports;
  // Nothing is planned to validate, so there is no such group in the log.
  if (request.command === 'validate')
    return { builds: null, tags: { actions: [] }, version: null, rule: null };
  return log.group('Plan', async () => {
    const wanted = [...(release?.wanted ?? []), ...input.images];
    for (const problem of unusedForces(options.forces, wanted, options.registryMap)) {
      log.warning(problem);
    }
    const seen = await observeAndPlan(wanted, release, input, ports);
    const tags =
      request.command === 'apply'
        ? await ports.review(seen, request.files, request.review ?? config.review)
        : seen;
    const { resolved, decision } = release?.names ?? {};
    const version = resolved?.version ?? null;
    const builds = await planBuilds(release, tags, request, ports);
    const plan = { builds, tags, version, rule: decision?.rule ?? null };
    // A terminal shows each tag once: when apply is done, or before it asks.
    if (isPlanShown(request, ports)) sayTags(planned(plan, request).outcomes, version, ports);
    return plan;
  });
}

async function observeAndPlan(
  wanted: readonly WantedTag[],
  release: Release | null,
  input: Input,
  ports: Ports,
): Promise<Plan> {
  const { request } = input;
  const { registry, log } = ports;
  const concurrency = request.concurrency * 2;
  log.progress(0, wanted.length, 'tags looked at');
  const trust = await trustCheck(input, wanted, ports);
  const parts = { ...observeParts(release, ports, request.facts?.gitTags), trust };
  const seen = await observe(wanted, registry, parts, {
    concurrency,
    absence: request.command === 'apply' ? 'unconfirmed' : 'confirmed',
    onProgress: (done) => log.progress(done, wanted.length, 'tags looked at'),
  });
  await breathe();
  let plan = planTags(wanted, seen);
  await breathe();
  while (await confirmUnwritten(plan, seen, registry, concurrency)) plan = planTags(wanted, seen);
  return plan;
}

/** Do they say the same, wherever they stand? */
function sameRules(own: readonly TrustRule[], used: Input['trust']): boolean {
  const text = (rules: readonly TrustRule[]): string =>
    JSON.stringify(rules, (key, value: unknown) => (key === 'origin' ? undefined : value));
  return text(own) === text(used.map(({ rule }) => rule));
}

/** Keys and roots are read before any registry is asked, and only where a rule may have something to say. */
async function trustCheck(
  { request, config, trust: rules }: Input,
  wanted: readonly WantedTag[],
  { trust, log }: Ports,
): Promise<TrustCheck> {
  if (request.trustFiles !== undefined && !sameRules(config.trust ?? [], rules))
    log.warning(
      'this change touches the trust rules: this plan is made with those before it, and new ones count after the merge',
    );
  if (rules.length === 0 || !wanted.some(({ source }) => source.from === 'image')) return NO_TRUST;
  if (trust === undefined) throw new Error('there are trust rules, and nothing to read their keys with');
  return createTrustCheck(rules, config, trust);
}

/**
 * Lets a time limit or a signal that came during long work be heard: what follows asks whether it did. Timers and signals
 * have their turn between two immediates, and a pause of 0 ms would last a millisecond.
 */
async function breathe(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** A plan; of a pull request that asks for it, with what came of its builds. */
async function shown(plan: RunPlan, request: Request, ports: Ports): Promise<Result> {
  const result = planned(plan, request);
  const { builds, tags } = plan;
  if (builds === null || request.command !== 'plan' || request.build.checkOnly !== true) return result;
  const tried = await ports.log.group('Build', () => tryBuilds(builds, request, ports));
  sayTags(
    tried.filter(({ error }) => error !== null),
    plan.version,
    ports,
  );
  return { made: null, outcomes: [...tried, ...tagOutcomes(tags, request)] };
}

/** What a plan says when it is only shown. */
function planned({ builds, tags }: RunPlan, request: Request): Result {
  return { made: null, outcomes: [...(builds?.planned ?? []), ...tagOutcomes(tags, request)] };
}

/**
 * Tags as planned. A job that builds one platform of several leaves all tags to a later job; it says which of its release are
 * refused, since nothing is built for those.
 */
function tagOutcomes(tags: Plan, { build }: Request): Outcome[] {
  const outcomes = asPlanned(tags);
  if (build.platform === '') return outcomes;
  return outcomes.filter(({ planned: { action, wanted } }) => {
    return action === 'refuse' && wanted.source.from === 'build' && wanted.follows === null;
  });
}

/** Builds, then writes tags. */
async function apply(
  plan: RunPlan,
  recorder: Recorder | null,
  request: Request,
  ports: Ports,
): Promise<Result> {
  const { log } = ports;
  const { builds } = plan;
  const question = applyQuestion(planned(plan, request).outcomes);
  const asked = question !== null && (ports.confirm ?? null) !== null;
  if (question !== null) await ports.confirm?.(question);
  const made = builds === null ? null : await log.group('Build', () => buildRelease(builds, request, ports));
  const records = recorder === null ? null : createRecords({ ...ports, recorder, rule: plan.rule });
  return log.group('Apply', () => applyTags(plan, { made, asked, records }, request, ports));
}

async function applyTags(
  { tags, version }: RunPlan,
  { made, asked, records }: Pick<Result, 'made'> & { asked: boolean; records: Records | null },
  request: Request,
  ports: Ports,
): Promise<Result> {
  const { clock, signal, log } = ports;
  // What was shown before and has not changed is not shown again.
  const isNews = ({ planned, outcome, error }: Outcome): boolean =>
    log.layout.groups ? planned.action !== 'keep' || outcome !== 'skipped' : error !== null;
  const end = (tagged: readonly Outcome[]): Result => {
    const outcomes = [...(made?.outcomes ?? []), ...tagged];
    sayTags(isPlanShown(request, ports) ? outcomes.filter(isNews) : outcomes, version, ports);
    return { made, outcomes };
  };
  if (request.build.platform !== '')
    return end(tagOutcomes(tags, request).map((each): Outcome => ({ ...each, outcome: 'skipped' })));
  return execute(tags, ports.registry, {
    concurrency: request.concurrency * 2,
    settle: request.settle,
    built: made?.results ?? new Map(),
    asked,
    records,
    clock,
    signal,
    log,
  }).then(end);
}

function isPlanShown({ command }: Request, { log, confirm }: Ports): boolean {
  return command === 'plan' || log.layout.groups || (confirm ?? null) !== null;
}

function sayTags(outcomes: readonly Outcome[], version: string | null, { log }: Ports): void {
  for (const { text, bad } of tagLines(outcomes.map(reportAction), log.layout, version)) log.line(text, bad);
}

/** The report, its closing line, which is printed, and the exit status. */
function finish(
  input: Input,
  release: Release | null,
  builds: BuildActions | null,
  { made, outcomes }: Result,
  drift: readonly Drift[] | null,
  { registry, log, clock }: Ports,
  started: number,
): RunResult {
  const { request, config } = input;
  const report = makeReport({
    command: request.command,
    ref: refOf(request.facts),
    classification: classificationOf(release),
    outcomes,
    stages: stagesOf(release),
    drift,
    bake: builds?.recipe?.here?.definition.text ?? null,
    http: registry.usage(),
    durationMs: clock.now() - started,
  });
  const said = sentence(report, input, request);
  for (const text of wrap('', closing(report, said), log.layout.width, 2)) log.line(text);
  const code = exitCode(report, { changesAsCode: request.changesAsCode, onHold: config.onHold });
  return { report, exitCode: code, closing: said, config, release, made, outcomes };
}
