/**
 * The door to follow-ups: after the tags are there, the files that name them are set to the new tag in one pull
 * request. Pure. Every run plans from the files as they are on the base branch and from all entries whose tag is
 * right, not only from those that this run wrote: the pull request is a function of the state, so running again
 * changes nothing, a second promotion goes into the same pull request, and one that nobody merged is not lost.
 *
 *   const items = …  // per `images` entry with references whose tag is right (outcome done, or action keep)
 *   const result = await followUp(github, { base, branch: followUpBranch(base, files), items });   // src/github/followup.ts
 */
import { createHash } from 'node:crypto';
import type { ImageConfig } from '../../config/model.js';
import type { Outcome } from '../../plan/model.js';
import { formatRepository, tagOrDigest } from '../../oci/reference.js';
import { code, cut, escapeCell, link, oneLine, table } from '../../shared/markdown.js';
import { type Change, editReferences, type NewTag } from './edit.js';

/** One entry of `images` with its references. */
export interface FollowUpItem extends NewTag {
  /** as in the tag file, e.g. `Closes-Bug: 1854869`; a trailer of the commit message */
  readonly bug?: string;
  readonly references: readonly { readonly file: string; readonly path: string }[];
}

/** A reference that could not be set. The promotion itself stands. */
export interface FollowUpProblem {
  readonly file: string;
  readonly path: string;
  /** `name:tag` */
  readonly image: string;
  /** sentences without a full stop */
  readonly what: string;
  readonly hint: string;
}

export interface FollowUpPlan {
  /** files whose text changes, in the order of the tag file */
  readonly files: readonly {
    readonly file: string;
    readonly text: string;
    readonly changes: readonly Change[];
  }[];
  /** the items that change something */
  readonly items: readonly FollowUpItem[];
  readonly problems: readonly FollowUpProblem[];
  /** the same for the same files with the same new texts */
  readonly fingerprint: string;
}

/** @param texts file → its text on the base branch, null when it does not exist, false when its bytes are not UTF-8 */
export function planFollowUp(
  items: readonly FollowUpItem[],
  texts: ReadonlyMap<string, string | false | null>,
): FollowUpPlan {
  const files: FollowUpPlan['files'][number][] = [];
  const problems = new Map<Wanted, Pick<FollowUpProblem, 'what' | 'hint'>>();
  const active = new Set<FollowUpItem>();
  const wanted = items.flatMap((item) => item.references.map((reference): Wanted => ({ item, reference })));
  for (const [file, requests] of byFile(wanted)) {
    const text = texts.get(file) ?? null;
    const edited =
      typeof text !== 'string'
        ? null
        : editReferences(
            text,
            requests.map(({ item, reference }) => ({ path: reference.path, wanted: item })),
          );
    const changes: Change[] = [];
    for (const [i, request] of requests.entries()) {
      const result = edited?.results[i] ?? (text === null ? NO_FILE : NO_TEXT);
      if (!result.ok) problems.set(request, result);
      else if (result.changes.length > 0) active.add(request.item);
      if (result.ok) changes.push(...result.changes);
    }
    if (edited && edited.text !== text) files.push({ file, text: edited.text, changes });
  }
  return {
    files,
    items: items.filter((item) => active.has(item)),
    // In the order of the tag file, not of the files that it names.
    problems: wanted.flatMap((one) => {
      const problem = problems.get(one);
      return problem
        ? [{ ...one.reference, image: nameOf(one.item), what: problem.what, hint: problem.hint }]
        : [];
    }),
    fingerprint: fingerprintOf(files),
  };
}

interface Wanted {
  readonly item: FollowUpItem;
  readonly reference: FollowUpItem['references'][number];
}

const NO_TEXT = {
  ok: false,
  what: 'the file is not UTF-8, so it cannot be edited without changing other bytes',
  hint: 'convert it to UTF-8',
} as const;

const NO_FILE = {
  ok: false,
  what: 'the file does not exist',
  hint: 'correct the reference in the tag file',
} as const;

function byFile(wanted: readonly Wanted[]): ReadonlyMap<string, readonly Wanted[]> {
  const files = new Map<string, Wanted[]>();
  for (const one of wanted) {
    const list = files.get(one.reference.file);
    if (list) list.push(one);
    else files.set(one.reference.file, [one]);
  }
  return files;
}

/** The branch of the pull request: one for each base branch and set of tag files. */
export function followUpBranch(base: string, tagFiles: readonly string[]): string {
  const usual = tagFiles.length === 1 && tagFiles[0] === '.github/image-tags.yaml';
  const suffix = usual ? '' : `-${hash(tagFiles.join('\n')).slice(0, 8)}`;
  return `retag/follow-up/${base}${suffix}`;
}

/** `registry/repository:tag` */
function nameOf({ image, tag }: NewTag): string {
  return `${formatRepository(image)}:${tag}`;
}

function fingerprintOf(files: FollowUpPlan['files']): string {
  const sorted = [...files].sort((a, b) => (a.file < b.file ? -1 : 1));
  return hash(JSON.stringify(sorted.map(({ file, text }) => [file, text])));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

// Which entries of the tag file ask for a follow-up after this run. Pure.

/**
 * One item for each entry with references whose last tag is right under all of its names, written by this run or kept. Of
 * an entry with several tags the last is the one that the files name.
 */
export function followUpItems(images: readonly ImageConfig[], outcomes: readonly Outcome[]): FollowUpItem[] {
  return images.flatMap((entry) => {
    const { references, bug } = entry;
    const tag = entry.tags.at(-1);
    if (references.length === 0 || tag === undefined) return [];
    const mine = outcomes.filter(({ planned: { wanted } }) => {
      return wanted.entries.includes(entry) && tagOrDigest(wanted.destination) === tag;
    });
    const digest = mine.every(isRight) ? (mine[0]?.digest ?? mine[0]?.planned.digest ?? null) : null;
    const [image, ...others] = entry.names.map(({ repository }) => repository);
    if (digest === null || image === undefined) return [];
    return [{ image, others, tag, digest, references, ...(bug === undefined ? {} : { bug }) }];
  });
}

function isRight({ outcome, error, planned }: Outcome): boolean {
  return error === null && (outcome === 'done' || planned.action === 'keep');
}

// Commit message, title and text of the follow-up pull request. Pure; foreign text is escaped.

const TRAILER = /^[A-Za-z][A-Za-z0-9-]*: \S/;
const MARK = 'Retag-Edits: ';
/** What GitHub takes, in characters. */
const MAX_TITLE = 256;
const MAX_BODY = 65_536;

export function titleOf({ items }: FollowUpPlan): string {
  const [first, ...more] = items;
  if (!first) return 'Use new image tags';
  const title = more.length === 0 ? `Use ${nameOf(first)}` : `Use ${items.length} new image tags`;
  return title.length > MAX_TITLE ? `${title.slice(0, MAX_TITLE - 1)}…` : title;
}

/**
 * The last paragraph holds the trailers: those of the entries, those given, and the fingerprint by which Retag knows its own commit.
 * @param given lines such as `Depends-On: URL`
 */
export function commitMessage(plan: FollowUpPlan, given: readonly string[] = []): string {
  const tags = plan.items.map((item) => `- ${nameOf(item)}`);
  const bugs = plan.items.flatMap(({ bug }) => (bug === undefined ? [] : [trailer(bug)]));
  const trailers = [...new Set([...bugs, ...given]), MARK + plan.fingerprint];
  const list = tags.length > 1 ? [tags.join('\n')] : [];
  return [titleOf(plan), ...list, trailers.join('\n')].join('\n\n');
}

/** The fingerprint in a commit message or in the text of a pull request, null in anyone else's. */
export function fingerprintIn(text: string): string | null {
  return new RegExp(`^(?:<!-- )?${MARK}([0-9a-f]{64})(?: -->)?\\s*$`, 'm').exec(text)?.[1] ?? null;
}

/** The text of a pull request without its fingerprint. */
export function withoutFingerprint(text: string): string {
  return text.replace(new RegExp(`^<!-- ${MARK}[0-9a-f]{64} -->\\s*`, 'm'), '');
}

interface PullContext {
  /** the pull request is made with the job's own token, for which no workflows run */
  readonly jobToken: boolean;
}

/** Without anything that changes from run to run, so that the second run has nothing to update. */
export function pullBody(plan: FollowUpPlan, { jobToken }: PullContext): string {
  const rows = plan.files.flatMap(({ file, changes }) =>
    changes.map(({ line, before, after }) => [code(`${file}:${line}`), code(before), code(after)]),
  );
  const bugs = [...new Set(plan.items.flatMap(({ bug }) => (bug === undefined ? [] : [trailer(bug)])))];
  const parts = [
    `<!-- ${MARK}${plan.fingerprint} -->`,
    'These tags are in their registries; this pull request makes the files say so. Retag updates it in place until it is merged.',
    table(['place', 'from', 'to'], rows),
    bugs.map((bug) => `- ${escapeCell(bug)}`).join('\n'),
    jobToken ? noChecks() : '',
  ];
  const text = parts.filter((part) => part !== '').join('\n\n');
  return cut(text, MAX_BODY, 'The list was cut here; the diff has all of it.');
}

/** Said when the pull request is closed because there is nothing left to set. */
export function supersededText(runUrl: string | null): string {
  return `The files on the base branch say all of this already, so there is nothing left to merge. Closed by ${link('Retag', runUrl)}.`;
}

function noChecks(): string {
  const docs =
    'https://docs.github.com/actions/using-workflows/triggering-a-workflow#triggering-a-workflow-from-a-workflow';
  return (
    "**Checks do not run here by themselves**: this pull request is made with the job's own token, for which GitHub " +
    `starts ${link('no workflows', docs)}. Close and reopen it to start them, or give the input ${code('github-token')} ` +
    "an app's token or a personal one."
  );
}

/** One line; a text that is no trailer becomes one, since anything else would end the paragraph of trailers. */
function trailer(bug: string): string {
  const line = oneLine(bug).trim();
  return TRAILER.test(line) ? line : `Bug: ${line}`;
}
