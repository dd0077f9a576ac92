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

import { formatRepository } from '../oci/reference.js';
import { type Change, editReferences, type NewTag } from './edit.js';

export { editReference, editReferences } from './edit.js';

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
  readonly mend: string;
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
  const problems = new Map<Wanted, Pick<FollowUpProblem, 'what' | 'mend'>>();
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
        ? [{ ...one.reference, image: nameOf(one.item), what: problem.what, mend: problem.mend }]
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
  mend: 'convert it to UTF-8',
} as const;

const NO_FILE = {
  ok: false,
  what: 'the file does not exist',
  mend: 'correct the reference in the tag file',
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
export function nameOf({ image, tag }: NewTag): string {
  return `${formatRepository(image)}:${tag}`;
}

function fingerprintOf(files: FollowUpPlan['files']): string {
  const sorted = [...files].sort((a, b) => (a.file < b.file ? -1 : 1));
  return hash(JSON.stringify(sorted.map(({ file, text }) => [file, text])));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
