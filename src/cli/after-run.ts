/** The end of an action: the comment on a pull request, what follows an apply, and the exit status. */
import type { TagFile } from '../config/config.js';
import { messageOf, OperationError } from '../errors.js';
import type { GitHub } from '../github/client.js';
import { followUpBranch, followUpItems } from '../github/follow-up/plan.js';
import type { ActionInputs } from '../github/inputs.js';
import { type Note, publishNotes } from '../github/output.js';
import { failsPullRequest, publishComment } from '../github/review/review.js';
import { tagEvents, trackedImages } from '../github/tracking/events.js';
import { groupTracked, shepherdAdvice } from '../github/tracking/issue.js';
import type { RefFacts } from '../policy/policy.js';
import type { Log } from '../ports.js';
import type { Request } from '../request.js';
import type { RunResult } from '../run.js';
import { systemClock } from '../system/clock.js';
import { branchOfRun, type Adapters } from './adapters.js';

interface Ending {
  readonly result: RunResult;
  readonly request: Request;
  readonly facts: RefFacts;
  readonly inputs: ActionInputs;
  readonly env: NodeJS.ProcessEnv;
  readonly outside: Adapters;
  readonly log: Log;
}

/** Gives the exit status of the action. What it writes beside tags is GitHub's: on other forges the log says so. */
export async function afterRun(ending: Ending): Promise<number> {
  const { forge } = ending.request;
  if (forge !== null) {
    for (const text of leftOut(ending)) ending.log.warning(`${text} not supported on ${forge}`);
    return ending.result.exitCode;
  }
  return ending.facts.pullRequest === null ? finishRun(ending) : finishPullRequest(ending);
}

/** What would follow on GitHub. Tracking issues were warned of where the file asks for them. */
function leftOut({ facts, inputs, result }: Ending): string[] {
  const { config, outcomes, report } = result;
  const comment = facts.pullRequest !== null && inputs.comment === 'true';
  const follows = report.command === 'apply' && followUpItems(config.images, outcomes).length > 0;
  return [
    ...(comment ? ['plan comments (input comment) are'] : []),
    ...(follows ? ['follow-up pull requests ("references"; see "retag follow-up --commit") are'] : []),
  ];
}

/** The comment, and the exit status: entries that the pull request does not touch never fail it. */
async function finishPullRequest({ result, request, facts, inputs, env, outside, log }: Ending) {
  const { report, outcomes, closing, config, exitCode: code } = result;
  const { files, promotions } = request;
  const asksForTags = files.length + promotions.length > 0;
  // The comment is the plan that was reviewed; to validate makes none, and must not take its place.
  if (report.command === 'validate') return code;
  if (inputs.token === '' || !asksForTags) return failsPullRequest(report, null, config.onHold) ? code : 0;
  const parts = { github: outside.github, log };
  const changes = await outside.changes(config);
  const summaryUrl = runUrl(env);
  if (wantsComment(inputs, facts))
    await publishComment({ report, outcomes, closing, changes, files, facts, summaryUrl }, parts);
  else if (inputs.comment === 'auto') {
    log.line('The plan is in the summary only: the token of a run for a fork may not write comments.');
  }
  if (code === 0 || failsPullRequest(report, changes, config.onHold)) return code;
  log.line('What is refused or held was so before this pull request; it does not fail it.');
  return 0;
}

/**
 * What follows an apply; of a plan that looks for drift, its news in the tracking issues. A rehearsal against other
 * registries (registry-map) has no consequences.
 */
async function finishRun({ result, request, facts, inputs, env, outside, log }: Ending) {
  const { command, registryMap, files, drift } = request;
  const follows = facts.may.write && (command === 'apply' || drift);
  if (!follows || registryMap.length > 0 || inputs.token === '') return result.exitCode;
  const { github } = outside;
  const base = branchOfRun(env) ?? facts.defaultBranch;
  const { ok, notes } = await afterApply(result, { files, base, github, runUrl: runUrl(env) });
  await publishNotes(notes, env);
  if (ok) return result.exitCode;
  if (command === 'apply')
    log.line('What the run could do to tags is done; running it again brings the rest up to date.');
  return 1;
}

/** `auto`: everywhere but on pull requests of forks, whose token may not write. */
function wantsComment({ comment }: ActionInputs, facts: RefFacts): boolean {
  return comment === 'true' || (comment === 'auto' && facts.pullRequest?.fork === false);
}

function runUrl(env: NodeJS.ProcessEnv): string | null {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : null;
}

// After the tags are there: the follow-up pull request and the tracking issues.

interface AfterApplyParts {
  readonly files: readonly TagFile[];
  /** the branch whose files are set; null: not known */
  readonly base: string | null;
  readonly github: () => Promise<GitHub>;
  readonly runUrl: string | null;
}

interface AfterApply {
  /** false: the run fails, and running again does the rest */
  readonly ok: boolean;
  /** what was done and what was not, in order */
  readonly notes: readonly Note[];
}

/** Does what the tag file asks for once tags are right. The tags stand whatever happens here. A plan does nothing but track. */
async function afterApply(result: RunResult, parts: AfterApplyParts): Promise<AfterApply> {
  const applied = result.report.command === 'apply';
  const followed = applied
    ? await attempt('the follow-up pull request', applied, () => openFollowUp(result, parts))
    : [];
  const tracked = await attempt('the tracking issues', applied, () => track(result, parts));
  const notes = [...followed, ...tracked];
  return { ok: notes.every(({ level }) => level !== 'error'), notes };
}

async function attempt(what: string, applied: boolean, work: () => Promise<Note[]>): Promise<Note[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const standing = applied ? 'the tags are there, but ' : '';
    const text = `${standing}${what} could not be brought up to date; run again to do the rest: ${messageOf(error)}`;
    return [{ level: 'error', text, url: null }];
  }
}

async function openFollowUp(
  { config, outcomes }: RunResult,
  { files, base, github, runUrl }: AfterApplyParts,
): Promise<Note[]> {
  const items = followUpItems(config.images, outcomes);
  if (items.length === 0 || base === null) return [];
  const branch = followUpBranch(
    base,
    files.map(({ path }) => path),
  );
  const { followUp } = await import('../github/follow-up/pull-request.js');
  const { state, url, notice, problems } = await followUp(await github(), { base, branch, items, runUrl });
  return [
    { level: 'line', text: `Follow-up pull request: ${state}`, url },
    ...(notice === null ? [] : [{ level: 'warning' as const, text: notice, url: null }]),
    ...problems.map(({ file, path, image, what, hint }) => ({
      level: 'error' as const,
      text: `the tags are there, but ${file}: ${path} could not be set to ${image}: ${what}; ${hint}`,
      url: null,
    })),
  ];
}

async function track(
  { config, outcomes, release, report }: RunResult,
  { github, runUrl }: AfterApplyParts,
): Promise<Note[]> {
  const { tracking } = config;
  if (tracking === undefined) return [];
  const events = tagEvents(outcomes, release, report.drift);
  const tracked = groupTracked(events, trackedImages(outcomes, release));
  if (tracked.length === 0) return [];
  const { syncTracking } = await import('../github/tracking/sync.js');
  const results = await syncTracking(await github(), tracking, tracked, {
    now: systemClock.now(),
    runUrl,
    create: report.command === 'apply',
  });
  const warnings = [...new Set(results.flatMap((each) => each.warnings))];
  const advice = shepherdAdvice(tracking);
  return [
    ...results.map(({ image, line, state, open, url }) => ({
      level: 'line' as const,
      text: `Tracking issue of ${image} ${line}: ${state}, ${open ? 'open' : 'closed'}`,
      url,
    })),
    ...warnings.map((text) => ({ level: 'warning' as const, text, url: null })),
    ...(advice === null
      ? []
      : [
          { level: advice.level === 'hint' ? ('line' as const) : advice.level, text: advice.text, url: null },
        ]),
  ];
}
