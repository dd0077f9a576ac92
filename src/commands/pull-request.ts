/** On a pull request: what it changes in the tag file, its one comment, and which refusals count. On its merge: what was reviewed. */
import {
  compareEntries,
  countsForPullRequest,
  movedSinceReview,
  planComment,
  planMarker,
} from '../comment/comment.js';
import type { EntryChanges } from '../comment/comment.js';
import { parseConfig, type TagFile } from '../config/config.js';
import type { Config, ImageConfig } from '../config/model.js';
import { messageOf, OperationError, UserError } from '../errors.js';
import type { GitHub } from '../github/client.js';
import type { MergedReview } from '../github/comments.js';
import { writes, type Plan } from '../plan/model.js';
import { holdToReview, type MovedTag } from '../plan/reviewed.js';
import type { RefFacts } from '../policy/policy.js';
import type { Log } from '../ports.js';
import type { Report } from '../report/model.js';

/** How many commits before this one may have brought an entry that is completed only now. */
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
  readonly closing: string;
  readonly changes: EntryChanges | null;
  readonly files: readonly TagFile[];
  readonly facts: RefFacts;
  readonly summaryUrl: string | null;
}

/** Writes the plan as one comment, updated in place; with a token that may only read, says so and leaves it to the summary. */
export async function publishComment(
  { report, closing, changes, files, facts, summaryUrl }: CommentInput,
  { github, log }: PullRequestParts,
): Promise<void> {
  const pull = facts.pullRequest;
  if (pull === null) return;
  const key = keyOf(files);
  const body = planComment({ report, closing, changes, key, head: pull.headSha, summaryUrl });
  try {
    const { upsertComment } = await import('../github/comments.js');
    const done = await upsertComment(await github(), pull.number, planMarker(key), body);
    log.line(done.state === 'read-only' ? done.notice : `The plan comment is ${done.state}: ${done.url}`);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    log.warning(`the plan is in the summary only: ${messageOf(error)}`);
  }
}

/**
 * After the merge: refuses (or warns about) tags whose source is not what the pull request showed. A review that cannot be read
 * holds nothing up, and is said.
 * @param sha the commit that is checked out
 */
export async function applyReview(
  plan: Plan,
  files: readonly TagFile[],
  config: Config,
  sha: string | null,
  { github, log }: PullRequestParts,
): Promise<Plan> {
  // A source that is pinned in the file itself is what the file says, whatever an older plan saw.
  const planned = plan.actions
    .filter(writes)
    .flatMap(({ wanted, digest }) =>
      digest !== null && wanted.source.from === 'image' && wanted.digest === null
        ? [{ image: wanted.image, tag: wanted.destination.tag, digest }]
        : [],
    );
  if (planned.length === 0 || sha === null) return plan;
  const seen = new Set<string>();
  try {
    const moved = new Map<string, MovedTag>();
    for (const { pull, head, decoded } of await mergedReviews(await github(), files, sha)) {
      if (!decoded.ok) {
        if (decoded.why !== null) log.warning(`pull request #${pull}: ${decoded.why}`);
        continue;
      }
      if (decoded.value.head !== head) {
        log.warning(
          `pull request #${pull}: its plan was made before its last commit, so some entries may be unreviewed`,
        );
      }
      // The newest review of a tag is the one that counts; older ones saw what it replaced.
      const compared = movedSinceReview(
        decoded.value,
        planned.filter((each) => !seen.has(nameOf(each))),
      );
      for (const each of compared) moved.set(nameOf(each), { ...each, pull });
      for (const each of decoded.value.entries) seen.add(nameOf(each));
    }
    return holdToReview(plan, [...moved.values()], config.onMoved);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    log.warning(`what was reviewed is not known, so nothing is compared with it: ${messageOf(error)}`);
    return plan;
  }
}

/** The reviews of the pull requests that brought the commits which last changed the tag files. */
async function mergedReviews(
  github: GitHub,
  files: readonly TagFile[],
  sha: string,
): Promise<MergedReview[]> {
  const { commitsTouching, reviewedFor } = await import('../github/comments.js');
  const commits = new Set([sha]);
  for (const { path } of files) {
    for (const commit of await commitsTouching(github, path, sha, MOST_COMMITS)) commits.add(commit);
  }
  return reviewedFor(github, [...commits], planMarker(keyOf(files)));
}

/** Tells the comments of several workflows apart. */
function keyOf(files: readonly TagFile[]): string {
  return files.map(({ path }) => path).join('\n');
}

function nameOf({ image, tag }: { readonly image: string; readonly tag: string }): string {
  return `${image}:${tag}`;
}
