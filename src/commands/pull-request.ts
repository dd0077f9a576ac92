/** On a pull request: what it changes in the tag file, its one comment, and which refusals count. After its merge: what was reviewed. */
import {
  compareEntries,
  countsForPullRequest,
  type EntryChanges,
  planComment,
  planMarker,
  type Reviews,
  unreviewed,
} from '../comment/comment.js';
import { parseConfig, type TagFile } from '../config/config.js';
import type { Config, ImageConfig, ReviewMode } from '../config/model.js';
import { messageOf, OperationError, UserError } from '../errors.js';
import type { GitHub } from '../github/client.js';
import type { Outcome } from '../execute.js';
import type { Plan, PlannedAction } from '../plan/model.js';
import { holdToReview, reviewable, type Unreviewed } from '../plan/plan.js';
import type { RefFacts } from '../policy/policy.js';
import type { Log } from '../ports.js';
import type { Report } from '../report/model.js';

/** How many changes of the tag file are looked through for the plan that showed an entry which is completed only now. */
const MOST_COMMITS = 10;

export interface PullRequestParts {
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
    const before: ImageConfig[] = [];
    for (const { path } of files) before.push(...(await entriesAt(await github(), path, base)));
    return compareEntries(before, config.images);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    log.warning(`what this change does to the tag file is not known: ${messageOf(error)}`);
    return null;
  }
}

async function entriesAt(github: GitHub, path: string, ref: string): Promise<readonly ImageConfig[]> {
  const { readText } = await import('../github/files.js');
  const text = await readText(github, path, ref);
  if (text === null) return [];
  try {
    return parseConfig([{ path, bytes: new TextEncoder().encode(text) }]).images;
  } catch (error) {
    // The file that is already merged may be broken; this change may be what mends it.
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** The report as it counts for the pull request: entries that it did not touch never fail it. */
export function failsPullRequest(
  report: Report,
  changes: EntryChanges | null,
  onHold: Config['onHold'],
): boolean {
  const bad = report.actions.filter(
    ({ action, error }) => action === 'refuse' || error !== null || (action === 'hold' && onHold === 'fail'),
  );
  return bad.some((action) => changes === null || countsForPullRequest(action, changes));
}

export interface CommentInput {
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
      source === null ? [] : [[`${wanted.image}:${wanted.destination.tag}`, source.digest] as const],
    ),
  );
  const body = planComment({ report, closing, changes, sources, key, head: pull.headSha, summaryUrl });
  try {
    const { upsertComment } = await import('../github/comments.js');
    const done = await upsertComment(await github(), pull.number, planMarker(key), body);
    log.line(done.state === 'read-only' ? done.notice : `The plan comment is ${done.state}: ${done.url}`);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    log.warning(`the plan is in the summary only: ${messageOf(error)}`);
  }
}

/** What a run knows of the pull request that brought its tag files. */
export interface ReviewInput {
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
    const entry = { image, tag: destination.tag, digest: action.digest ?? '' };
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
    const { commitsTouching, reviewsOf } = await import('../github/comments.js');
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
