/** The port `Checks` of the gates on GitHub's API. */
import { OperationError } from '../errors.js';
import type {
  CheckHistory,
  CheckQuery,
  Checks,
  CommitSignals,
  Light,
  RunHistory,
  RunQuery,
  Signal,
} from '../gates/port.js';
import { approvalsOf } from './approvals.js';
import { type Data, type GitHub, repoName } from './client.js';

/** Commits that are looked at for `green_for` on a branch; each takes two requests. */
const MAX_COMMITS = 50;
/** Commits that are looked at to find since when a branch is red. */
const MAX_RED = 20;
/** Pages of 100 workflow runs that are looked at. */
const MAX_RUN_PAGES = 5;
const SHA = /^[0-9a-f]{7,40}$/;

type CheckRun = Data<'GET /repos/{owner}/{repo}/commits/{ref}/check-runs'>['check_runs'][number];
type Status = Data<'GET /repos/{owner}/{repo}/commits/{ref}/statuses'>[number];
type Run = Data<'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs'>['workflow_runs'][number];
type Commit = Data<'GET /repos/{owner}/{repo}/commits'>[number];

/** @param runId GITHUB_RUN_ID, whose environment approvals count for `approved_by`; null outside a workflow */
export function createChecks(github: GitHub, runId: number | null): Checks {
  return {
    check: (query) => checkHistory(github, query),
    runs: (query) => runHistory(github, query),
    approvals: (query) => approvalsOf(github, query, runId),
  };
}

async function checkHistory(github: GitHub, query: CheckQuery): Promise<CheckHistory> {
  const repo = repoName(query.repo);
  const ref = query.ref ?? (await defaultBranch(github, query.repo));
  // Also for a whole commit id: that the commit is there tells "never appeared" (pending) from "no such commit" (unknown),
  // and its date says since when a check that never appeared is waited for.
  const head = await github.call('GET /repos/{owner}/{repo}/commits/{ref}', { ...repo, ref });
  if (SHA.test(ref) && !head.sha.startsWith(ref)) {
    throw new OperationError('protocol', `GitHub answered for commit ${head.sha}, not for ${ref}`);
  }
  const first = await signalsOf(github, query, head);
  const history = { repo: query.repo, ref: shortRef(ref) };
  // A branch that is red is followed back to where it turned red, which is the date that people want.
  const follow = !SHA.test(ref) && (query.backTo !== null || worst(first) === 'red');
  if (!follow) return { ...history, commits: [first], complete: true };
  const { older, complete } = await olderCommits(github, query, head.sha);
  const commits = [first];
  for (const commit of older) {
    const signals = await signalsOf(github, query, commit);
    commits.push(signals);
    const light = worst(signals);
    if (light !== null && light !== worst(first)) return { ...history, commits, complete: true };
  }
  return { ...history, commits, complete };
}

/** Of the newest signal of each source, the one that decides; null when nothing was reported. */
function worst({ signals }: CommitSignals): Light | null {
  const newest = signals.filter((one, i) => signals.findIndex(({ source }) => source === one.source) === i);
  return newest.find(({ light }) => light === 'red')?.light ?? newest[0]?.light ?? null;
}

/** The commits of a branch before `sha`, back to the first that is older than the wanted time. */
async function olderCommits(
  github: GitHub,
  query: CheckQuery,
  sha: string,
): Promise<{ older: readonly Commit[]; complete: boolean }> {
  const limit = query.backTo === null ? MAX_RED : MAX_COMMITS;
  const params = { ...repoName(query.repo), sha, per_page: limit + 1 };
  const page = await github.call('GET /repos/{owner}/{repo}/commits', params);
  const [, ...older] = page;
  const last = older.findIndex((commit) => dateOf(commit) < (query.backTo ?? 0));
  return { older: last < 0 ? older : older.slice(0, last + 1), complete: last >= 0 || page.length <= limit };
}

/**
 * Check runs (all re-runs) and commit statuses of one name, newest first. GitHub gives the ids, so a later one is newer;
 * the times of a check run are whatever its app says.
 */
async function signalsOf(
  github: GitHub,
  { repo, name, app }: CheckQuery,
  commit: Commit,
): Promise<CommitSignals> {
  const params = { ...repoName(repo), ref: commit.sha };
  const runs: CheckRun[] = [];
  const wanted = { ...params, check_name: name, filter: 'all' as const };
  let listed = 0;
  let total = 0;
  for await (const page of github.pages('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', wanted)) {
    listed += page.check_runs.length;
    total = page.total_count;
    // GitHub filters by name and commit itself; a proxy may not, and another check must not open a gate.
    const mine = page.check_runs.filter((run) => run.name === name && run.head_sha === commit.sha);
    runs.push(...mine.filter((run) => app === undefined || run.app?.slug === app));
  }
  // One that is missing may be the newest, and red.
  if (listed < total) {
    const what = `GitHub lists ${listed} of ${total} runs of the check "${name}" on ${commit.sha.slice(0, 7)}`;
    throw new OperationError('protocol', `${what}; run again`);
  }
  const statuses: Status[] = [];
  for await (const page of github.pages('GET /repos/{owner}/{repo}/commits/{ref}/statuses', params)) {
    const mine = page.filter(({ context }) => context === name);
    statuses.push(...mine.filter(({ creator }) => app === undefined || creator?.login === `${app}[bot]`));
  }
  const committedAt = dateOf(commit);
  const signals = [
    ...runs.sort(newestFirst).map((run) => signalOfCheck(run, committedAt)),
    ...statuses.sort(newestFirst).map(signalOfStatus),
  ];
  return { committedAt, signals };
}

const newestFirst = (a: { readonly id: number | bigint }, b: { readonly id: number | bigint }): number =>
  Number(b.id) - Number(a.id);

/** @param committedAt nothing was green before its commit was made, whatever the app says */
function signalOfCheck(run: CheckRun, committedAt: number): Signal {
  const done = run.status === 'completed';
  return {
    light: done ? lightOf(run.conclusion) : 'pending',
    said: done ? (run.conclusion ?? 'no conclusion') : run.status,
    source: run.app?.slug ?? 'unknown app',
    at: Math.max(time(run.completed_at) ?? time(run.started_at) ?? 0, committedAt),
  };
}

function signalOfStatus(status: Status): Signal {
  const light = status.state === 'success' ? 'green' : status.state === 'pending' ? 'pending' : 'red';
  // The slash is in no app's name, so a status and a check run are never one source.
  const source = `status/${status.creator?.login ?? ''}`;
  return { light, said: status.state, source, at: time(status.updated_at) ?? 0 };
}

/**
 * `neutral` is green as it is for GitHub's own required checks; `skipped` is not, since nothing was tested;
 * `action_required` waits for a person.
 */
function lightOf(conclusion: string | null): Light {
  if (conclusion === 'success' || conclusion === 'neutral') return 'green';
  if (conclusion === 'skipped') return 'skipped';
  return conclusion === 'action_required' ? 'pending' : 'red';
}

async function runHistory(github: GitHub, query: RunQuery): Promise<RunHistory> {
  const branch = query.branch ?? (await defaultBranch(github, query.repo));
  const params = {
    ...repoName(query.repo),
    workflow_id: query.workflow,
    branch,
    status: 'completed' as const,
  };
  const runs: Signal[] = [];
  let [looked, read, total] = [0, 0, 0];
  for await (const page of github.pages(
    'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
    params,
  )) {
    runs.push(
      ...page.workflow_runs
        .filter((run) => counts(run, branch))
        .map((run) => signalOfRun(run, query.workflow)),
    );
    looked++;
    read += page.workflow_runs.length;
    total = page.total_count;
    if (enough(runs, query)) return { repo: query.repo, branch, runs, complete: true };
    if (looked === MAX_RUN_PAGES) return { repo: query.repo, branch, runs, complete: false };
  }
  // A list that ends before its own count is not all that there is.
  return { repo: query.repo, branch, runs, complete: read >= total };
}

/**
 * GitHub's `branch` is the name of the head branch, so a fork's pull request from its own `main` would count
 * as a run on ours. Runs in which nothing ran say nothing.
 */
function counts(run: Run, branch: string): boolean {
  if (run.head_branch !== branch) return false;
  if (run.event === 'pull_request' || run.event === 'pull_request_target') return false;
  if ((run.head_repository as Run['head_repository'] | null)?.full_name !== run.repository.full_name)
    return false;
  return run.conclusion !== 'skipped';
}

function signalOfRun(run: Run, workflow: string): Signal {
  const green = run.conclusion === 'success' || run.conclusion === 'neutral';
  return {
    light: green ? 'green' : 'red',
    said: run.conclusion ?? 'no conclusion',
    source: workflow,
    at: Date.parse(run.updated_at),
  };
}

function enough(runs: readonly Signal[], { atLeast, backTo }: RunQuery): boolean {
  if (runs.length < atLeast) return false;
  const row = runs.findIndex(({ light }) => light !== runs[0]?.light);
  const start = runs.at(row < 0 ? -1 : row - 1);
  return row >= 0 || backTo === null || (start !== undefined && start.at <= backTo);
}

async function defaultBranch(github: GitHub, repo: string): Promise<string> {
  return (await github.call('GET /repos/{owner}/{repo}', repoName(repo))).default_branch;
}

const dateOf = ({ commit }: Pick<Commit, 'commit'>): number => time(commit.committer?.date) ?? 0;

const shortRef = (ref: string): string => (SHA.test(ref) ? ref.slice(0, 7) : ref);

function time(text: string | null | undefined): number | null {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : at;
}
