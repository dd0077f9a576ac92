/** Sticky comments, and the reviewed digests of merged pull requests. */
import { parseConfig, type TagFile } from '../../config/config.js';
import type { Config, ReviewMode } from '../../config/model.js';
import { messageOf, OperationError, UserError } from '../../errors.js';
import { tagOrDigest } from '../../oci/reference.js';
import { type Outcome, type Plan, type PlannedAction, tagName } from '../../plan/model.js';
import { holdToReview, reviewable, type Unreviewed } from '../../plan/plan.js';
import type { RefFacts } from '../../policy/policy.js';
import type { Log } from '../../ports.js';
import type { Report } from '../../report/model.js';
import { type Data, type GitHub, mayBeOwn } from '../client.js';
import {
  compareEntries,
  countsForPullRequest,
  type EntryChanges,
  planComment,
  planMarker,
  type PullReview,
  readReviewed,
  type Reviews,
  unreviewed,
} from './comment.js';

type Pull = Data<'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls'>[number];

type Comment = Data<'GET /repos/{owner}/{repo}/issues/{issue_number}/comments'>[number];

type Upserted =
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

// On a pull request: what it changes in the tag file, its one comment, and which refusals count. After its merge: what was reviewed.

/** How many changes of the tag file are looked through for the plan that showed an entry which is completed only now. */
const MOST_COMMITS = 10;

interface PullRequestParts {
  readonly github: () => Promise<GitHub>;
  readonly log: Log;
}

/**
 * The entries that a change touches: the tag files at `base` against those of this run. Null when the files at `base`
 * cannot be read; then nothing is known, and every entry counts.
 */
export async function changedEntries(
  files: readonly TagFile[],
  config: Config,
  base: string | null,
  { github, log }: PullRequestParts,
): Promise<EntryChanges | null> {
  if (base === null) return null;
  try {
    const before = await entriesAt(await github(), files, base);
    return compareEntries(before, [...config.images, ...config.selections]);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    log.warning(`what this change does to the tag file is not known: ${messageOf(error)}`);
    return null;
  }
}

/** A file that is already merged may be broken, and this change may be what fixes it: the others are read without it. */
async function entriesAt(github: GitHub, files: readonly TagFile[], ref: string): Promise<readonly Listed[]> {
  const { readText } = await import('../refs.js');
  const before: TagFile[] = [];
  for (const file of files) {
    const text = await readText(github, file.path, ref);
    if (text !== null) before.push({ ...file, bytes: new TextEncoder().encode(text) });
  }
  return entriesIn(before) ?? before.flatMap((file) => entriesIn([file]) ?? []);
}

type Listed = Parameters<typeof compareEntries>[1][number];

function entriesIn(files: readonly TagFile[]): readonly Listed[] | null {
  try {
    const { images, selections } = parseConfig(files);
    return [...images, ...selections];
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/**
 * The report as it counts for the pull request: entries that it did not touch never fail it, and of what the merge would build only
 * a build that was tried and failed does.
 */
export function failsPullRequest(
  report: Report,
  changes: EntryChanges | null,
  onHold: Config['onHold'],
): boolean {
  const bad = report.actions.filter(
    ({ action, error, source }) =>
      error !== null ||
      (source !== null && (action === 'refuse' || (action === 'hold' && onHold === 'fail'))),
  );
  return bad.some(
    (action) => changes === null || action.action === 'build' || countsForPullRequest(action, changes),
  );
}

interface CommentInput {
  readonly report: Report;
  readonly outcomes: readonly Outcome[];
  readonly closing: string;
  readonly changes: EntryChanges | null;
  readonly files: readonly TagFile[];
  readonly facts: RefFacts;
  readonly summaryUrl: string | null;
}

/** Writes the plan as one comment, updated in place; with a token that may only read, says so and leaves it to the summary. */
export async function publishComment(
  { report, outcomes, closing, changes, files, facts, summaryUrl }: CommentInput,
  { github, log }: PullRequestParts,
): Promise<void> {
  const pull = facts.pullRequest;
  if (pull === null) return;
  const key = keyOf(files);
  const sources = new Map(
    outcomes.flatMap(({ planned: { wanted, source } }) =>
      source === null ? [] : [[tagName(wanted), source.digest] as const],
    ),
  );
  const body = planComment({ report, closing, changes, sources, key, head: pull.headSha, summaryUrl });
  try {
    const done = await upsertComment(await github(), pull.number, planMarker(key), body);
    log.line(done.state === 'read-only' ? done.notice : `The plan comment is ${done.state}: ${done.url}`);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    log.warning(`the plan is in the summary only: ${messageOf(error)}`);
  }
}

/** What a run knows of the pull request that brought its tag files. */
interface ReviewInput {
  readonly files: readonly TagFile[];
  readonly mode: Exclude<ReviewMode, 'off'>;
  /** the commit that is checked out */
  readonly sha: string | null;
  /** its branch; null when it is not known */
  readonly branch: string | null;
  /** why pull requests cannot be looked up; null when they can */
  readonly missing: string | null;
}

/** After the merge: refuses, or warns about, tags that are not what a pull request showed. What cannot be known is not reviewed. */
export async function applyReview(
  plan: Plan,
  input: ReviewInput,
  { github }: Pick<PullRequestParts, 'github'>,
): Promise<Plan> {
  const actions = reviewable(plan);
  if (actions.length === 0) return plan;
  const reviews = await mergedReviews(input, github);
  const found = new Map<PlannedAction, Unreviewed>();
  for (const action of actions) {
    const { image, destination } = action.wanted;
    const entry = { image, tag: tagOrDigest(destination), digest: action.digest ?? '' };
    const cause = unreviewed(entry, reviews);
    if (cause !== null) found.set(action, cause);
  }
  return holdToReview(plan, found, input.mode);
}

/** The reviews of the pull requests that brought the commits which last changed the tag files, or why there are none. */
async function mergedReviews(
  { files, sha, branch, missing }: ReviewInput,
  open: () => Promise<GitHub>,
): Promise<Reviews> {
  if (missing !== null) return { all: [], last: { why: missing } };
  if (sha === null) return { all: [], last: { why: 'the commit of the tag file is not known' } };
  try {
    const github = await open();
    const commits = new Set<string>();
    for (const { path } of files) {
      for (const commit of await commitsTouching(github, path, sha, MOST_COMMITS)) commits.add(commit);
    }
    return await reviewsOf(github, [...commits.add(sha)], planMarker(keyOf(files)), branch);
  } catch (error) {
    if (!(error instanceof OperationError) || error.code === 'cancelled') throw error;
    return { all: [], last: { why: `pull requests cannot be read: ${messageOf(error)}` } };
  }
}

/** Tells the comments of several workflows apart. */
function keyOf(files: readonly TagFile[]): string {
  return files.map(({ path }) => path).join('\n');
}
