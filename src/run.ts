/** THE FLOW on one page: load → classify → want → observe → plan → execute → report. */
import { parseConfig } from './config/config.js';
import type { Config } from './config/model.js';
import { UserError } from './errors.js';
import { asPlanned, execute, type BuildResult, type Outcome } from './execute.js';
import { observe } from './observe.js';
import { lookoutsFor } from './lookouts.js';
import type { Plan, WantedTag } from './plan/model.js';
import { parseForce, parseRegistryMap } from './plan/names.js';
import { plan } from './plan/plan.js';
import { wantImages, type WantOptions } from './plan/want.js';
import { DEFAULT_STABLE_SUFFIX, type CompiledPolicy } from './policy/policy.js';
import { buildRelease, showDefinition, type Made } from './release/build.js';
import { policyOf, prepareRelease, type Release } from './release/release.js';
import { classificationOf, refOf } from './release/report.js';
import { exitCode, makeReport, reportAction } from './report/report.js';
import { closing, tagLine } from './report/words.js';
import type { Report } from './report/model.js';
import type { RunParts, RunRequest } from './request.js';

export type { RunParts, RunRequest } from './request.js';

export interface RunResult {
  readonly report: Report;
  readonly exitCode: 0 | 1 | 3;
  readonly config: Config;
  /** null without a ref or a policy */
  readonly release: Release | null;
  /** what was built in this run; null when nothing was */
  readonly made: Made | null;
  readonly outcomes: readonly Outcome[];
}

/**
 * Runs one command. `plan` is `apply` with execute left out.
 * @throws UserError before anything is written to a registry; OperationError when the run cannot go on at all
 */
export async function run(request: RunRequest, parts: RunParts): Promise<RunResult> {
  const { registry, log, clock } = parts;
  const started = clock.now();
  const config = parseConfig(request.files);
  const policy = policyOf(config, request.policy);
  const options: WantOptions = {
    registryMap: parseRegistryMap(request.registryMap),
    forces: parseForce(request.force),
    stableSuffix: config.policy?.stableSuffix ?? DEFAULT_STABLE_SUFFIX,
  };
  const scope = scopeOf(request);
  const images = scope.images ? wantImages(config.images, options) : [];
  if (scope.builds && request.command !== 'validate') requirePolicy(config, request, policy);
  const release =
    policy === null || request.facts === null
      ? null
      : await log.group('Classify', () => classifyRun(policy, config, scope.builds, options, request, parts));
  const wanted = request.command === 'validate' ? [] : [...(release?.wanted ?? []), ...images];
  const { planned, building } = await log.group('Plan', async () => {
    const made = await makePlan(wanted, release, request, parts);
    const needed = release === null ? null : showDefinition(release, made, request, log);
    const lines = [...(needed?.planned ?? []), ...tagOutcomes(made, request)];
    for (const outcome of lines) log.line(tagLine(reportAction(outcome)));
    return { planned: made, building: needed };
  });
  let outcomes = [...(building?.planned ?? []), ...tagOutcomes(planned, request)];
  let made: Made | null = null;
  if (request.command === 'apply') {
    made = building === null ? null : await log.group('Build', () => buildRelease(building, request, parts));
    outcomes = await log.group('Apply', () => carryOut(planned, made, request, parts));
  }
  const report = makeReport({
    command: request.command,
    ref: refOf(request.facts),
    classification: classificationOf(release),
    outcomes,
    http: registry.usage(),
    durationMs: clock.now() - started,
  });
  log.line(closing(report));
  const code = exitCode(report, { changesAsCode: request.changesAsCode, onHold: config.onHold });
  return { report, exitCode: code, config, release, made, outcomes };
}

/**
 * Which part of the tag file counts. Without a ref there is nothing to build; on a git tag the promotions of the tag file
 * are left alone, since the file of an old commit is not what should be promoted.
 */
function scopeOf({ only, facts }: RunRequest): { readonly builds: boolean; readonly images: boolean } {
  if (facts === null) return { builds: false, images: only !== 'builds' };
  if (only !== '') return { builds: only === 'builds', images: only === 'images' };
  return { builds: true, images: facts.kind !== 'tag' };
}

function requirePolicy(config: Config, request: RunRequest, policy: CompiledPolicy | null): void {
  if (policy !== null) return;
  const [first] = config.builds;
  if (first === undefined && request.images.length === 0) return;
  throw new UserError({
    ...(first === undefined ? {} : { place: first.origin.at() }),
    what: 'there are builds, but no policy says what they are called',
    mend: 'add "policy:" with a preset (wmcore, semver, …) or rules of your own',
  });
}

function classifyRun(
  policy: CompiledPolicy,
  config: Config,
  withBuilds: boolean,
  options: WantOptions,
  request: RunRequest,
  parts: RunParts,
): Promise<Release> {
  const { facts, images, build, stable, includeStages, concurrency, command } = request;
  if (facts === null) throw new Error('a run without a ref has no release');
  const { registry, log, gatekeeper } = parts;
  const settings = {
    facts,
    withBuilds,
    images,
    defaults: build.defaults,
    ...options,
    stable,
    includeStages,
    concurrency,
  };
  const claim = command === 'apply' ? parts.claim : null;
  const subject = parts.subject(null, null);
  return prepareRelease(policy, config, settings, { registry, log, gatekeeper, subject, claim });
}

async function makePlan(
  wanted: readonly WantedTag[],
  release: Release | null,
  request: RunRequest,
  parts: RunParts,
): Promise<Plan> {
  const { registry, log } = parts;
  const observed = await observe(wanted, registry, lookoutsFor(release, parts), {
    concurrency: request.concurrency * 2,
    onProgress: (done) => log.progress(done, wanted.length, 'tags looked at'),
  });
  return plan(wanted, observed);
}

/** Tags as planned. A job that builds one platform of several leaves all tags to a later job. */
function tagOutcomes(planned: Plan, { build }: RunRequest): Outcome[] {
  return build.platform === '' ? asPlanned(planned) : [];
}

async function carryOut(
  planned: Plan,
  made: Made | null,
  request: RunRequest,
  parts: RunParts,
): Promise<Outcome[]> {
  const { registry, log, signal } = parts;
  if (request.build.platform !== '') return [...(made?.outcomes ?? [])];
  const built = made?.results ?? new Map<string, BuildResult>();
  const outcomes = await execute(planned, registry, {
    concurrency: request.concurrency * 2,
    built,
    signal,
    log,
  });
  for (const outcome of outcomes) {
    if (outcome.planned.action !== 'keep') log.line(tagLine(reportAction(outcome)));
  }
  return [...(made?.outcomes ?? []), ...outcomes];
}
