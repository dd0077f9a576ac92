/** The end of an action: the comment on a pull request, what follows an apply, and the exit status. */
import { publishNotes } from '../github/output.js';
import type { ActionInputs } from '../github/inputs.js';
import type { RefFacts } from '../policy/policy.js';
import type { Log } from '../ports.js';
import type { RunRequest } from '../request.js';
import type { RunResult } from '../run.js';
import { aftermath } from './aftermath.js';
import { branchOfRun, type Outside } from './outside.js';
import { failsPullRequest, publishComment } from '../github/review/review.js';

export interface Ending {
  readonly result: RunResult;
  readonly request: RunRequest;
  readonly facts: RefFacts;
  readonly inputs: ActionInputs;
  readonly env: NodeJS.ProcessEnv;
  readonly outside: Outside;
  readonly log: Log;
}

/** Gives the exit status of the action. */
export function finish(ending: Ending): Promise<number> {
  return ending.facts.pullRequest === null ? finishRun(ending) : finishPullRequest(ending);
}

/** The comment, and the exit status: entries that the pull request does not touch never fail it. */
async function finishPullRequest({ result, request, facts, inputs, env, outside, log }: Ending) {
  const { report, outcomes, closing, config, exitCode: code } = result;
  const { files } = request;
  // The comment is the plan that was reviewed; to validate makes none, and must not take its place.
  if (inputs.token === '' || files.length === 0 || report.command === 'validate') return code;
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
  const { ok, notes } = await aftermath(result, { files, base, github, runUrl: runUrl(env) });
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
