/** Sticky comments, and the reviewed digests of merged pull requests. */
import { type PullReview, readReviewed, type Reviews } from '../comment/comment.js';
import { OperationError } from '../errors.js';
import { mayBeOwn, type Data, type GitHub } from './client.js';

type Pull = Data<'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls'>[number];

type Comment = Data<'GET /repos/{owner}/{repo}/issues/{issue_number}/comments'>[number];

export type Upserted =
  | { readonly state: 'created' | 'updated' | 'unchanged'; readonly url: string }
  /** the token may only read, as in a run for a fork; `notice` is for the log */
  | { readonly state: 'read-only'; readonly notice: string };

const LIST = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
const NEEDS = 'pull-requests: write';

/**
 * Writes the one comment that starts with `marker`: updated in place, made when it is missing, left alone when
 * its text is right. @param marker the first line of `body`
 */
export async function upsertComment(
  github: GitHub,
  pull: number,
  marker: string,
  body: string,
): Promise<Upserted> {
  const { home } = github;
  try {
    const mine = await ownComments(github, pull, marker);
    const [first] = mine;
    if (first && sameText(first.body ?? '', body)) return { state: 'unchanged', url: first.html_url };
    if (first) {
      const params = { ...home, comment_id: Number(first.id), body };
      const updated = await github.find(
        'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
        params,
        NEEDS,
      );
      // Someone deleted it in between: it is made anew.
      if (updated) return { state: 'updated', url: updated.html_url };
    }
    const params = { ...home, issue_number: pull, body };
    const made = await github.call(
      'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
      params,
      NEEDS,
    );
    return { state: 'created', url: made.html_url };
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'denied') throw error;
    return { state: 'read-only', notice: `the plan is in the summary only: ${error.message}` };
  }
}

/**
 * The plan comments of the pull requests that were merged into `branch` and brought `shas`, both the newest first. A comment
 * that is missing, damaged, changed after the merge or not certainly the token's own gives the reason instead.
 * @param marker `planMarker` of the same key
 * @param branch null: any
 */
export async function reviewsOf(
  github: GitHub,
  shas: readonly string[],
  marker: string,
  branch: string | null,
): Promise<Reviews> {
  const reviews = new Map<number, PullReview>();
  let last: PullReview | undefined;
  for (const [i, commit_sha] of shas.entries()) {
    const pulls = await github.call('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
      ...github.home,
      commit_sha,
    });
    for (const pull of pulls) {
      if (pull.merged_at === null || reviews.has(pull.number)) continue;
      if (branch !== null && pull.base.ref !== branch) continue;
      const review = await reviewOf(github, pull, marker);
      reviews.set(pull.number, review);
      if (i === 0) last ??= review;
    }
  }
  const into = branch === null ? '' : ` into ${branch}`;
  const why = `commit ${shas[0]?.slice(0, 7) ?? ''} came without a pull request${into}`;
  return { all: [...reviews.values()], last: last ?? { why } };
}

/**
 * GitHub's REST API says when a comment was changed and not by whom, so one that was changed after the merge was not what
 * people saw before it. A token that cannot ask who it is proves nothing but the job's own account.
 */
async function reviewOf(
  github: GitHub,
  { number: pull, head, merged_at }: Pull,
  marker: string,
): Promise<PullReview> {
  const { login } = await github.identity();
  const marked = await commentsWith(github, pull, marker);
  const comment = marked.find(({ user }) => user?.login === login);
  const of = `the plan comment of pull request #${pull}`;
  if (comment === undefined) {
    const [other] = marked;
    if (other === undefined) return { pull, why: `pull request #${pull} has no plan comment by ${login}` };
    return { pull, why: `${of} is by ${other.user?.login ?? 'a deleted account'}, not by ${login}` };
  }
  if (Date.parse(comment.updated_at) > Date.parse(merged_at ?? '')) {
    return { pull, why: `${of} was changed after the merge` };
  }
  const decoded = readReviewed(comment.body ?? '');
  if (decoded.ok) return { pull, head: head.sha, reviewed: decoded.value };
  return { pull, why: `pull request #${pull}: ${decoded.why ?? 'the plan comment holds no plan'}` };
}

/** The newest commits at `sha` that changed the file, newest first: for runs that complete what an earlier push brought. */
export async function commitsTouching(
  github: GitHub,
  file: string,
  sha: string,
  most: number,
): Promise<string[]> {
  const params = { ...github.home, sha, path: file, per_page: most };
  return (await github.call('GET /repos/{owner}/{repo}/commits', params)).map((commit) => commit.sha);
}

/**
 * The comments that start with the marker and that this run may take for its own sticky one, oldest first: the token's own; of
 * a token that cannot ask who it is, where there are none by its likely login, those of other bots.
 */
async function ownComments(github: GitHub, issue: number, marker: string): Promise<Comment[]> {
  const identity = await github.identity();
  const found = (await commentsWith(github, issue, marker)).filter(({ user }) => mayBeOwn(identity, user));
  const certain = found.filter(({ user }) => user?.login === identity.login);
  return certain.length > 0 ? certain : found;
}

/** All comments that start with the marker, oldest first. Anybody may write it: that is no proof. */
async function commentsWith(github: GitHub, issue: number, marker: string): Promise<Comment[]> {
  const found: Comment[] = [];
  for await (const page of github.pages(LIST, { ...github.home, issue_number: issue })) {
    found.push(...page.filter(({ body }) => (body ?? '').startsWith(marker)));
  }
  return found;
}

/** GitHub keeps line ends as they were typed, other clients may not. */
function sameText(a: string, b: string): boolean {
  return a.replaceAll('\r\n', '\n').trimEnd() === b.trimEnd();
}
