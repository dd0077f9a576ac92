/** The follow-up pull request on GitHub: one branch with one commit on top of the base, made through the API. */
import { OperationError } from '../../errors.js';
import { type Data, type GitHub, JOB_LOGIN } from '../client.js';
import { readTreeFiles, type TreeFile } from '../refs.js';
import {
  commitMessage,
  fingerprintIn,
  type FollowUpItem,
  type FollowUpPlan,
  type FollowUpProblem,
  planFollowUp,
  pullBody,
  supersededText,
  titleOf,
  withoutFingerprint,
} from './plan.js';

export interface FollowUpRequest {
  /** the branch that is to be changed */
  readonly base: string;
  /** `followUpBranch` */
  readonly branch: string;
  readonly items: readonly FollowUpItem[];
  readonly runUrl: string | null;
}

export interface FollowUpResult {
  /**
   * `nothing`: the files say it already. `declined`: a person closed a pull request with these very changes.
   * `foreign`: the branch holds a commit that is not Retag's, which is left alone.
   */
  readonly state: 'nothing' | 'created' | 'updated' | 'unchanged' | 'closed' | 'declined' | 'foreign';
  readonly url: string | null;
  /** references that could not be set; the run fails with them, the tags stand */
  readonly problems: readonly FollowUpProblem[];
  /** for the log and the summary; null when there is nothing to say */
  readonly notice: string | null;
}

type Pull = Data<'GET /repos/{owner}/{repo}/pulls'>[number];

/**
 * Brings the follow-up pull request to what the items ask for, from whatever state it is in. When base or branch
 * change meanwhile it starts again once; a second time is an OperationError that says so.
 */
export async function followUp(github: GitHub, request: FollowUpRequest): Promise<FollowUpResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await bring(github, request);
    } catch (error) {
      const raced = error instanceof OperationError && (error.status === 409 || error.status === 422);
      if (!raced) throw error;
      if (attempt === 1) continue;
      const text = `the follow-up pull request could not be brought up to date, twice: ${error.message}; run again`;
      throw new OperationError('rejected', text, { cause: error });
    }
  }
}

async function bring(github: GitHub, request: FollowUpRequest): Promise<FollowUpResult> {
  const base = await baseOf(github, request);
  const texts = new Map([...base.files].map(([file, found]) => [file, found?.text ?? null]));
  const plan = planFollowUp(request.items, texts);
  const pulls = await pullsOf(github, request);
  const open = pulls.find(({ state }) => state === 'open') ?? null;
  const result = { url: open?.html_url ?? null, problems: plan.problems, notice: null };
  if (plan.files.length === 0)
    return { ...result, state: open ? await close(github, request, open) : 'nothing' };
  const declined = open ? null : declinedPull(pulls, plan);
  if (declined) {
    const notice = `${declined.html_url} with the same changes was closed without merging; delete nothing, reopen it when it is wanted after all`;
    return { ...result, url: declined.html_url, state: 'declined', notice };
  }
  const branch = await branchOf(github, request);
  if (branch?.foreign === true) {
    const notice = `${request.branch} holds commits that are not Retag's and was left alone; delete the branch to have it made anew`;
    return { ...result, state: 'foreign', notice };
  }
  // Without an open pull request the branch may be one that was merged long ago.
  const written = branch?.fingerprint !== plan.fingerprint || !open;
  if (written) await writeBranch(github, request, plan, base, branch !== null);
  if (written && (await movedUnder(github, request, base))) {
    throw new OperationError('rejected', `${request.base} changed meanwhile`, { status: 409 });
  }
  return { ...result, ...(await writePull(github, request, plan, open, written)) };
}

interface Base {
  readonly sha: string;
  readonly tree: string;
  readonly files: ReadonlyMap<string, TreeFile | null>;
}

async function baseOf(github: GitHub, { base, items }: FollowUpRequest): Promise<Base> {
  const { home } = github;
  const ref = await github.call('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...home, ref: `heads/${base}` });
  const commit_sha = ref.object.sha;
  const commit = await github.call('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    ...home,
    commit_sha,
  });
  const files = items.flatMap(({ references }) => references.map(({ file }) => file));
  return {
    sha: commit_sha,
    tree: commit.tree.sha,
    files: await readTreeFiles(github, commit.tree.sha, files),
  };
}

/** Did one of the files change on the base while the branch was made? */
async function movedUnder(github: GitHub, request: FollowUpRequest, before: Base): Promise<boolean> {
  const now = await baseOf(github, request);
  return [...now.files].some(([file, found]) => found?.sha !== before.files.get(file)?.sha);
}

interface Branch {
  readonly fingerprint: string | null;
  readonly foreign: boolean;
}

/** Null when there is no branch. A merge of the base into it ("Update branch") does not make it someone else's. */
async function branchOf(github: GitHub, { branch }: FollowUpRequest): Promise<Branch | null> {
  const { home } = github;
  const ref = await github.find('GET /repos/{owner}/{repo}/git/ref/{ref}', {
    ...home,
    ref: `heads/${branch}`,
  });
  if (ref === null) return null;
  const commit = (commit_sha: string) =>
    github.call('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { ...home, commit_sha });
  let head = await commit(ref.object.sha);
  const [first, second] = head.parents;
  if (first && second && fingerprintIn(head.message) === null) head = await commit(first.sha);
  const fingerprint = fingerprintIn(head.message);
  return { fingerprint, foreign: fingerprint === null };
}

async function pullsOf(github: GitHub, { base, branch }: FollowUpRequest): Promise<readonly Pull[]> {
  const params = {
    ...github.home,
    head: `${github.home.owner}:${branch}`,
    base,
    state: 'all' as const,
    per_page: 30,
  };
  return await github.call('GET /repos/{owner}/{repo}/pulls', params);
}

/** The newest pull request of the branch, when a person closed it and it has these very changes. */
function declinedPull(pulls: readonly Pull[], plan: FollowUpPlan): Pull | null {
  const newest = [...pulls].sort((a, b) => b.number - a.number)[0];
  if (!newest || newest.merged_at !== null) return null;
  return fingerprintIn(newest.body ?? '') === plan.fingerprint ? newest : null;
}

async function writeBranch(
  github: GitHub,
  request: FollowUpRequest,
  plan: FollowUpPlan,
  base: Base,
  exists: boolean,
): Promise<void> {
  const { home } = github;
  const entries = plan.files.map(({ file, text }) => ({
    path: file,
    mode: base.files.get(file)?.mode ?? ('100644' as const),
    type: 'blob' as const,
    content: text,
  }));
  const tree = await github.call('POST /repos/{owner}/{repo}/git/trees', {
    ...home,
    base_tree: base.tree,
    tree: entries,
  });
  const commit = await github.call('POST /repos/{owner}/{repo}/git/commits', {
    ...home,
    message: commitMessage(plan),
    tree: tree.sha,
    parents: [base.sha],
  });
  const { sha } = commit;
  if (exists) {
    const params = { ...home, ref: `heads/${request.branch}`, sha, force: true };
    await github.call('PATCH /repos/{owner}/{repo}/git/refs/{ref}', params);
  } else {
    await github.call('POST /repos/{owner}/{repo}/git/refs', {
      ...home,
      ref: `refs/heads/${request.branch}`,
      sha,
    });
  }
}

async function writePull(
  github: GitHub,
  request: FollowUpRequest,
  plan: FollowUpPlan,
  open: Pull | null,
  written: boolean,
): Promise<Pick<FollowUpResult, 'state' | 'url'>> {
  const title = titleOf(plan);
  if (!open) return createPull(github, request, plan, title);
  const body = pullBody(plan, { jobToken: open.user?.login === JOB_LOGIN });
  // A person may have given it a better title; it is only set along with new content.
  const same = open.body?.replaceAll('\r\n', '\n').trimEnd() === body.trimEnd();
  if (!same) {
    const params = { ...github.home, pull_number: open.number, title, body };
    await github.call('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', params);
  }
  return { state: written || !same ? 'updated' : 'unchanged', url: open.html_url };
}

/** Whose pull request it is tells whether checks run on it. A token that cannot ask who it is learns that from the answer. */
async function createPull(
  github: GitHub,
  { branch, base }: FollowUpRequest,
  plan: FollowUpPlan,
  title: string,
): Promise<Pick<FollowUpResult, 'state' | 'url'>> {
  const jobToken = (await github.identity()).kind === 'job';
  const body = pullBody(plan, { jobToken });
  const params = { ...github.home, title, body, head: branch, base, maintainer_can_modify: true };
  const made = await github.call('POST /repos/{owner}/{repo}/pulls', params);
  if (jobToken && made.user.login !== JOB_LOGIN) {
    const change = { ...github.home, pull_number: made.number, body: pullBody(plan, { jobToken: false }) };
    await github.call('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', change);
  }
  return { state: 'created', url: made.html_url };
}

/** Says why, closes, and takes the branch away when it is Retag's own. */
async function close(github: GitHub, request: FollowUpRequest, open: Pull): Promise<'closed'> {
  const { home } = github;
  const branch = await branchOf(github, request);
  const comment = { ...home, issue_number: open.number, body: supersededText(request.runUrl) };
  await github.call(
    'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    comment,
    'pull-requests: write',
  );
  // Without the fingerprint, so that it is not taken for one that a person declined.
  const text = withoutFingerprint(open.body ?? '');
  const params = { ...home, pull_number: open.number, state: 'closed' as const, body: text };
  await github.call('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', params);
  if (branch?.foreign === false) {
    await github.call('DELETE /repos/{owner}/{repo}/git/refs/{ref}', {
      ...home,
      ref: `heads/${request.branch}`,
    });
  }
  return 'closed';
}
