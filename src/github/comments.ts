/** Sticky comments, and the reviewed digests of merged pull requests. */
import type { Decoded } from '../comment/comment.js';
import { decodeReviewed } from '../comment/comment.js';
import { OperationError } from '../errors.js';
import { mayBeOwn, type Data, type GitHub } from './client.js';

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

/** What was reviewed in one merged pull request. */
export interface MergedReview {
  /** the pull request's number */
  readonly pull: number;
  /** the commit of the pull request that was merged */
  readonly head: string;
  readonly decoded: Decoded;
}

/**
 * The plan comments of the pull requests that brought `shas` (newest first) into the branch. Only comments that
 * may be the token's own are trusted; those of pull requests without one are left out.
 * @param marker `planMarker` of the same key
 */
export async function reviewedFor(
  github: GitHub,
  shas: readonly string[],
  marker: string,
): Promise<MergedReview[]> {
  const reviews = new Map<number, MergedReview>();
  for (const commit_sha of shas) {
    const pulls = await github.call('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
      ...github.home,
      commit_sha,
    });
    for (const { number, merged_at, head } of pulls) {
      if (merged_at === null || reviews.has(number)) continue;
      const [comment] = await ownComments(github, number, marker);
      if (comment)
        reviews.set(number, { pull: number, head: head.sha, decoded: decodeReviewed(comment.body ?? '') });
    }
  }
  return [...reviews.values()];
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
 * The token's own comments that start with the marker, oldest first; of a token that cannot ask who it is, where there are none
 * by its likely login, those of other bots. People may write the marker too: that is no proof.
 */
async function ownComments(github: GitHub, issue: number, marker: string): Promise<Comment[]> {
  const identity = await github.identity();
  const found: Comment[] = [];
  for await (const page of github.pages(LIST, { ...github.home, issue_number: issue })) {
    found.push(
      ...page.filter(({ user, body }) => mayBeOwn(identity, user) && (body ?? '').startsWith(marker)),
    );
  }
  const certain = found.filter(({ user }) => user?.login === identity.login);
  return certain.length > 0 ? certain : found;
}

/** GitHub keeps line ends as they were typed, other clients may not. */
function sameText(a: string, b: string): boolean {
  return a.replaceAll('\r\n', '\n').trimEnd() === b.trimEnd();
}
