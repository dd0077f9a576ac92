/**
 * The door to the plan comment: the report of a plan → the text of one sticky comment on the pull request. Pure.
 *
 *   const changes = compareEntries(base.images, head.images);
 *   const body = planComment({ report, changes, key, head, summaryUrl });
 *   await upsertComment(github, pull, planMarker(key), body);          // src/github/comments.ts
 *
 * and after the merge: `reviewsOf` (src/github/comments.ts), then `unreviewed`.
 */
import { type EntryChanges, isTouched } from '../../config/entries.js';
import { headline, nameOf } from '../../report/format.js';
import type { Report, ReportAction } from '../../report/model.js';
import { news, unchanged } from '../../report/summary.js';
import { code, cut, details, escapeCell, link } from '../../shared/markdown.js';
import { marker, seal } from '../payload.js';
import { encodeReviewed, type ReviewedEntry } from './reviewed.js';

export type { EntryChanges } from '../../config/entries.js';
export { compareEntries, countsForPullRequest } from '../../config/entries.js';
export type { PullReview, Reviews } from './reviewed.js';
export { readReviewed, unreviewed } from './reviewed.js';

/** What GitHub takes in one comment, in characters. */
const MAX_COMMENT = 65_536;
/** Rows of a table in the comment; the summary has them all. */
const MAX_ROWS = 100;

interface PlanCommentInput {
  readonly report: Report;
  /** one sentence that says what is planned; absent: the report's */
  readonly closing?: string;
  /** null when it is not known what the pull request changes; then every entry is shown alike */
  readonly changes: EntryChanges | null;
  /** `image:tag` → the digest of its source, for lines that do not have it: those on hold */
  readonly sources?: ReadonlyMap<string, string>;
  /** tells the comments of several workflows apart, e.g. the tag file's path */
  readonly key: string;
  /** the head of the pull request (not the test merge that GITHUB_SHA names), 40 hexadecimal digits */
  readonly head: string;
  /** the job summary or the run */
  readonly summaryUrl: string | null;
}

/** The first line of the comment, by which it is found again. */
export function planMarker(key: string): string {
  return marker('plan', key);
}

/** The whole text of the comment, at most 65,536 characters. Equal input gives equal text, so a second run changes nothing. */
export function planComment(input: PlanCommentInput): string {
  const { report, changes, key, head, summaryUrl } = input;
  const touched = report.actions.filter((action) => changes === null || isTouched(action, changes));
  const inFront = new Set(touched);
  const others = report.actions.filter((action) => !inFront.has(action));
  const data = encodeReviewed(head, reviewedEntries([...touched, ...others], input.sources));
  const visible = [
    `### Retag: ${escapeCell(input.closing ?? headline(report))}`,
    `On merge of ${code(head.slice(0, 12))}:`,
    changes === null
      ? 'It could not be told which entries this pull request changes; these are all of them.'
      : '',
    touched.length > 0
      ? overview(touched, report)
      : changes === null
        ? ''
        : 'This pull request changes no entry of the tag file.',
    changes === null ? '' : pointedOut(changes, report.actions),
    others.length === 0
      ? ''
      : details(
          `Entries that this pull request does not change (${others.length})`,
          overview(others, report),
        ),
    summaryUrl === null ? '' : `${link('The whole plan', summaryUrl)} is in the summary of the run.`,
  ];
  const first = planMarker(key);
  const hidden = `${data}\n\n`;
  const where = link('the summary of the run', summaryUrl);
  const tail = `This comment was cut at GitHub's limit; the whole plan is in ${where}.`;
  const text = visible.filter((part) => part !== '').join('\n\n');
  return seal(first, hidden + cut(text, MAX_COMMENT - seal(first, hidden).length, tail));
}

/** What needs a person comes first, then what changes; what is right already stays folded. */
function overview(actions: readonly ReportAction[], { classification }: Report): string {
  const shown = actions.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_ROWS);
  const left = actions.length - shown.length;
  const [changes = '', ...stuck] = news(shown, classification?.version ?? null);
  const more = left > 0 ? `${left} more are in the summary of the run.` : '';
  return [...stuck, changes, unchanged(shown), more].filter((part) => part !== '').join('\n\n');
}

const ORDER = ['refuse', 'hold', 'move', 'build', 'create', 'keep'] as const;

function rank({ action }: ReportAction): number {
  return ORDER.indexOf(action);
}

function pointedOut(changes: EntryChanges, actions: readonly ReportAction[]): string {
  const removed = changes.removed.map(
    ({ name }) =>
      `- ${code(name)} is taken out of the tag file. The tag stays in the registry: Retag deletes nothing.`,
  );
  const edited = changes.edited
    .filter(({ entry }) =>
      actions.some((action) => hasTag(action) && isTouched(action, { changed: new Set([entry]) })),
    )
    .map(
      ({ before, after }) =>
        `- ${code(after.name)} exists already, and this pull request takes it from ${code(after.from)} instead of ${code(before.from)}. ` +
        'A released tag should not change: choose a new tag.',
    );
  return [...edited, ...removed].slice(0, MAX_ROWS).join('\n');
}

/** Is there something at the tag now? */
function hasTag({ previous, reason }: ReportAction): boolean {
  return previous !== null || reason.code === 'same-digest' || reason.code === 'source-gone';
}

function reviewedEntries(
  actions: readonly ReportAction[],
  sources: ReadonlyMap<string, string> = new Map(),
): ReviewedEntry[] {
  return actions.flatMap(({ action, image, tag, digest: known }) => {
    const digest = known ?? sources.get(nameOf({ image, tag }));
    return digest !== undefined && action !== 'keep' && action !== 'build' ? [{ image, tag, digest }] : [];
  });
}
