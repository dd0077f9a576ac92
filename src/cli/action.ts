/** The action: inputs and event → run → outputs, summary, annotations, report. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildArguments, pairOf } from '../builds/inputs.js';
import { type CiRun, readCiRun } from '../ci/ci.js';
import type { TagFile } from '../config/config.js';
import { OperationError, UserError } from '../errors.js';
import { readRefFacts } from '../git/facts.js';
import { requireWrite } from '../git/permission.js';
import { sourceSettings } from '../git/source.js';
import { type ActionInputs, readInputs } from '../github/inputs.js';
import {
  annotate,
  jobLog,
  mask,
  passOn,
  publishAnnotations,
  publishOutputs,
  publishSummary,
} from '../github/output.js';
import type { RefFacts } from '../policy/policy.js';
import { annotations, problemAnnotation } from '../report/annotations.js';
import type { Report } from '../report/model.js';
import { buildOutputs, noOutputs, outputs } from '../report/outputs.js';
import { renderProblems } from '../report/render.js';
import { summary } from '../report/summary.js';
import { promotionRequest, type Request } from '../request.js';
import { run, type RunResult } from '../run.js';
import { escapeCell } from '../shared/markdown.js';
import { systemClock } from '../system/clock.js';
import { readDigests, readTagFiles } from '../system/files.js';
import { hostsNamed, otherToolOptions, withinRights } from './session.js';
import { type Deadline, parseSettle, parseTimeout, startDeadline } from '../system/process.js';
import { checkWritable, writeJson } from '../system/write.js';
import { gitHubOf, openAdapters } from './adapters.js';
import { afterRun } from './after-run.js';
import { checkStages } from './plan-apply.js';
import { parseConcurrency, parseInsecureHosts, permitted, realRegistry } from './registry.js';

/** Runs the action and gives its exit status. Never throws. */
export async function runAction(env: NodeJS.ProcessEnv, cwd: string): Promise<number> {
  let deadline: Deadline | null = null;
  try {
    const inputs = readInputs();
    deadline = startDeadline(parseTimeout(inputs.timeout), inputs.timeout);
    const code = await runWith(inputs, env, env['GITHUB_WORKSPACE'] ?? cwd, deadline);
    return deadline.exitCode() ?? code;
  } catch (error) {
    const code = await reportError(error, env);
    return deadline?.exitCode() ?? code;
  } finally {
    deadline?.release();
  }
}

async function runWith(
  inputs: ActionInputs,
  env: NodeJS.ProcessEnv,
  workspace: string,
  deadline: Deadline,
): Promise<number> {
  const log = jobLog();
  const path = inputs.report || join(env['RUNNER_TEMP'] ?? '.', 'retag-report.json');
  await checkWritable(path, 'input report', workspace);
  if (inputs.token !== '') mask(inputs.token);
  const named = await filesOf(inputs, workspace, env);
  const ci = await readCiRun(env);
  const merged = inputs.ref === '' ? mergeOf(ci) : null;
  const facts = await readRefFacts({
    run: ci,
    env,
    cwd: workspace,
    time: systemClock.now(),
    files: named,
    ref: inputs.ref || merged?.base || undefined,
    // Whoever leaves the command to the event has not said what the run is for.
    yes: inputs.command !== 'auto',
    sha: inputs.sha || merged?.sha,
    ...(inputs.token === '' || ci?.forge != null
      ? {}
      : { isTagAt: asker({ run: ci, token: inputs.token, env, log, signal: deadline.signal }) }),
  });
  const command = commandFor(inputs.command, facts);
  const files = named.map((file) => withinRights(file, facts.may, command !== 'validate'));
  for (const text of facts.warnings) log.warning(text);
  if (!facts.may.write && inputs.command === 'auto' && !isReview(facts) && facts.warnings.length === 0)
    log.warning(`nothing is written: ${facts.may.why}; ${facts.may.help}`);
  const concurrency = parseConcurrency(inputs.concurrency);
  const insecure = parseInsecureHosts(inputs.insecureRegistries);
  const registry = realRegistry({
    env,
    log,
    signal: deadline.signal,
    concurrency,
    ...permitted(facts.may, insecure, inputs.registryMap, namesIn(inputs)),
    githubToken: inputs.token,
    onSecret: mask,
  });
  const outside = openAdapters({
    files,
    env,
    run: ci,
    workspace,
    token: inputs.token,
    facts,
    log,
    signal: deadline.signal,
    builder: inputs.build.builder,
    insecure,
    write: passOn,
    onSecret: mask,
  });
  const request: Request = {
    ...promotionRequest(command, files),
    policy: inputs.policy,
    images: inputs.images,
    promotions: inputs.promotions,
    imagesDisabled: inputs.imagesDisabled,
    facts,
    forge: ci?.forge ?? null,
    only: inputs.only,
    stable: inputs.stable,
    includeStages: new Set(checkStages(inputs.includeStages)),
    force: inputs.force,
    review: inputs.review,
    registryMap: inputs.registryMap,
    concurrency,
    settle: parseSettle(inputs.settle),
    drift: facts.event === 'schedule' && command === 'plan',
    build: await buildSettings(inputs, facts, ci, env, workspace, insecure),
  };
  try {
    const { trust, trustFiles } = await outside.trustOf(files, facts.may.write);
    const result = await run({ ...request, trustFiles }, { registry, ...outside, trust });
    const written = await publish(result, request, path, env, workspace);
    const code = await afterRun({ result, request, facts, inputs, env, outside, log });
    return written ? code : 1;
  } finally {
    registry.close();
  }
}

/**
 * `auto` plans where nothing may be written and applies on everything else. An explicit `apply` there is an error and not a
 * silent plan.
 */
export function commandFor(
  input: ActionInputs['command'],
  facts: Pick<RefFacts, 'event' | 'may'>,
): Request['command'] {
  if (input === 'apply') requireWrite('command: apply', facts.may);
  if (input !== 'auto') return input;
  return facts.may.write ? 'apply' : 'plan';
}

/** What a pull request would be after its merge: its base branch, at the commit that GitHub merged for it. */
function mergeOf(run: CiRun | null): { readonly base: string; readonly sha: string } | null {
  const base = run?.pullRequest?.base ?? null;
  return run?.event !== 'pull_request' || base === null || run.sha === null ? null : { base, sha: run.sha };
}

/** On these events everybody expects a plan. */
function isReview({ event, pullRequest }: RefFacts): boolean {
  return pullRequest !== null || event === 'merge_group';
}

/** Asks GitHub what the checkout does not have. */
function asker(access: Parameters<typeof gitHubOf>[0]): (name: string, sha: string) => Promise<boolean> {
  const github = gitHubOf(access);
  return async (name, sha) => {
    const { isTagAt } = await import('../github/refs.js');
    return isTagAt(await github(), name, sha);
  };
}

/** Publishes what a run gave; false when the report file could not be written, which keeps nothing else back. */
async function publish(
  result: RunResult,
  { build }: Request,
  path: string,
  env: NodeJS.ProcessEnv,
  workspace: string,
): Promise<boolean> {
  const { report } = result;
  const written = await writeReport(path, report, workspace);
  const partial = build.platform !== '';
  const { source, defaults } = build;
  publishOutputs({
    ...outputs(report, written ? path : ''),
    ...buildOutputs({ ...result, source, defaults, partial }),
  });
  publishAnnotations(annotations(report));
  await publishSummary(summary(report, result.closing), env);
  return written;
}

async function writeReport(path: string, report: Report, workspace: string): Promise<boolean> {
  try {
    await writeJson(path, report, workspace);
    return true;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    annotate('error', `the report: ${error.message}`);
    return false;
  }
}

/** Errors that end a run before there is a report: annotations on their lines, a summary, exit status 2 or 1. */
async function reportError(error: unknown, env: NodeJS.ProcessEnv): Promise<number> {
  publishOutputs(noOutputs());
  if (error instanceof UserError) {
    publishAnnotations(error.problems.map(problemAnnotation));
    await publishSummary(renderProblems(error.problems, 'markdown'), env);
    return 2;
  }
  if (error instanceof OperationError) {
    annotate('error', error.message);
    await publishSummary(`## Retag failed\n\n${escapeCell(error.message)}\n`, env);
    return 1;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  annotate('error', `This is a fault of Retag, please report it: ${text}`);
  return 1;
}

/** Every image name that an input gives. */
function namesIn({ images, promotions, destination }: ActionInputs): string[] {
  return [
    ...images,
    ...hostsNamed(destination),
    ...promotions.flatMap(({ srcName, names }) => [srcName ?? '', ...names.map(({ text }) => text)]),
  ];
}

// The inputs of the action → what a run is asked for.

/** The tag files; none when the inputs stand in for the default one and it is not there. */
export async function filesOf(
  inputs: ActionInputs,
  workspace: string,
  env: NodeJS.ProcessEnv = {},
): Promise<TagFile[]> {
  const { policy, images, imagesDisabled, promotions } = inputs;
  const standsIn = policy !== '' || images.length > 0 || imagesDisabled || promotions.length > 0;
  if (standsIn && !inputs.configGiven) {
    const there = await stat(join(workspace, inputs.config[0] ?? '')).catch(() => null);
    if (there === null) return [];
  }
  const options = otherToolOptions(inputs.destination, inputs.scoped, env);
  const files = await readTagFiles(inputs.config, { cwd: workspace, workspaceRoot: workspace });
  return files.map((file) => ({ ...file, options }));
}

/** How images are built, by the inputs and the event. */
export async function buildSettings(
  inputs: ActionInputs,
  facts: RefFacts,
  run: CiRun | null,
  env: NodeJS.ProcessEnv,
  workspace: string,
  insecure: readonly string[],
): Promise<Request['build']> {
  const { build } = inputs;
  return {
    defaults: {
      context: build.context,
      file: build.file,
      target: build.target,
      platforms: build.platforms,
      buildArgs: argumentsOf(build.buildArgs, env),
      labels: labelsOf(build.labels),
      cacheFrom: build.cacheFrom,
      cacheTo: build.cacheTo,
      provenance: build.provenance,
      sbom: build.sbom,
    },
    inputSecrets: build.secrets,
    ...sourceSettings(run, env, facts),
    insecure,
    platform: inputs.platform,
    digests: inputs.digests === '' ? null : await readDigests(inputs.digests, workspace),
    allowDirty: inputs.allowDirty,
    checkOnly: inputs.buildOnPullRequest && facts.pullRequest !== null,
  };
}

/** @throws UserError for an argument without a name */
function argumentsOf(items: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  refuse(items, 'build-args', (item) => item.startsWith('='));
  return buildArguments(items, env);
}

/** @throws UserError for a label without `=` or without a name */
function labelsOf(items: readonly string[]): Record<string, string> {
  refuse(items, 'labels', (item) => item.indexOf('=') < 1);
  return Object.fromEntries(items.map((item) => [pairOf(item)[0], pairOf(item)[1] ?? '']));
}

function refuse(items: readonly string[], input: string, isWrong: (item: string) => boolean): void {
  const wrong = items.filter(isWrong);
  if (wrong.length === 0) return;
  throw new UserError(
    wrong.map((item) => ({
      what: `input ${input}: "${item}" is not a name and a value`,
      hint: 'write it as NAME=value',
    })),
  );
}
