/** What a pull request does to the `images` entries of the tag file. Pure. */
import type { ImageConfig } from '../config/model.js';
import { formatReference, formatRepository } from '../reference.js';

/** The lines of one entry, both ends included. */
export interface Span {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

/** One tag that an entry asks for. */
export interface EntryTag {
  /** `registry/repository:tag` as in the tag file, before registry-map */
  readonly name: string;
  /** what it is promoted from */
  readonly from: string;
}

export interface EntryChanges {
  /** entries that are new or different in the pull request */
  readonly changed: readonly Span[];
  /** entries that are as they were before */
  readonly untouched: readonly Span[];
  /** tags that no entry asks for any more; nothing is deleted in a registry */
  readonly removed: readonly EntryTag[];
  /** tags that an entry now takes from elsewhere */
  readonly edited: readonly { readonly before: EntryTag; readonly after: EntryTag; readonly span: Span }[];
}

const KEYS = [
  ['name'],
  ['src_name'],
  ['src_build_tag'],
  ['src_ref'],
  ['src_digest'],
  ['tag'],
  ['tags'],
  ['stable'],
  ['platforms'],
  ['attachments'],
  ['requires'],
  ['bug'],
  ['references'],
] as const;

/**
 * Compares the tag file at the base of a pull request with that at its head. An entry without any difference
 * but its place is untouched.
 * @param before entries at the base; empty when the file is new
 */
export function compareEntries(before: readonly ImageConfig[], after: readonly ImageConfig[]): EntryChanges {
  const known = new Set(before.map(entryKey));
  const changed = after.filter((entry) => !known.has(entryKey(entry)));
  const wanted = new Map(before.flatMap(tagsOf).map((tag) => [tag.name, tag]));
  const now = new Set(after.flatMap(tagsOf).map(({ name }) => name));
  const edited = changed.flatMap((entry) =>
    tagsOf(entry).flatMap((tag) => {
      const old = wanted.get(tag.name);
      return old && old.from !== tag.from ? [{ before: old, after: tag, span: spanOf(entry) }] : [];
    }),
  );
  return {
    changed: changed.map(spanOf),
    untouched: after.filter((entry) => known.has(entryKey(entry))).map(spanOf),
    removed: [...wanted.values()].filter(({ name }) => !now.has(name)),
    edited,
  };
}

interface Located {
  readonly location: { readonly file: string; readonly line: number } | null;
}

/** Does the action belong to an entry that the pull request added or edited? */
export function isTouched(action: Located, changes: EntryChanges): boolean {
  return changes.changed.some((span) => inside(action, span));
}

/** May a refusal of this action fail the pull request? Not when it belongs to an entry that was there before. */
export function countsForPullRequest(action: Located, changes: EntryChanges): boolean {
  return !changes.untouched.some((span) => inside(action, span));
}

function inside({ location }: Located, { file, first, last }: Span): boolean {
  return location !== null && location.file === file && location.line >= first && location.line <= last;
}

function spanOf({ origin }: ImageConfig): Span {
  const start = origin.at();
  const lines = KEYS.map((path) => origin.at(...path).line);
  return { file: start.file, first: Math.min(start.line, ...lines), last: Math.max(start.line, ...lines) };
}

function tagsOf(entry: ImageConfig): EntryTag[] {
  const source = formatRepository(entry.srcRepository);
  const from = [
    entry.srcBuildTag === undefined ? source : `${source}:${entry.srcBuildTag}`,
    ...(entry.srcDigest === undefined ? [] : [`@${entry.srcDigest}`]),
  ].join('');
  return entry.tags.map((tag) => ({ name: formatReference({ ...entry.repository, tag }), from }));
}

/** The entry without the places it stands at: equal for equal entries. */
export function entryKey(entry: ImageConfig): string {
  return JSON.stringify(entry, (key, value: unknown) => (key === 'origin' ? undefined : value));
}
