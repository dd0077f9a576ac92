/** What a pull request does to the `images` entries of the tag file. Pure. */
import { UserError } from '../errors.js';
import { formatReference, formatRepository } from '../oci/reference.js';
import { parseConfig } from './config.js';
import type { ImageConfig, Selection } from './model.js';

/** One tag that an entry asks for. */
interface EntryTag {
  /** `registry/repository:tag` as in the tag file, before registry-map */
  readonly name: string;
  /** what it is promoted from */
  readonly from: string;
}

/** Entries of this run are named by their numbers, as in its report. */
export interface EntryChanges {
  /** entries that are new or different in the pull request */
  readonly changed: ReadonlySet<number>;
  /** entries that are as they were before */
  readonly untouched: ReadonlySet<number>;
  /** tags that no entry asks for any more; nothing is deleted in a registry */
  readonly removed: readonly EntryTag[];
  /** tags that an entry now takes from elsewhere */
  readonly edited: readonly { readonly before: EntryTag; readonly after: EntryTag; readonly entry: number }[];
}

/**
 * Compares the tag file at the base of a pull request with that at its head. An entry without any difference
 * but its place is untouched.
 * @param before entries at the base; empty when the file is new
 */
export function compareEntries(
  before: readonly (ImageConfig | Selection)[],
  after: readonly (ImageConfig | Selection)[],
): EntryChanges {
  const known = new Set(before.map(entryKey));
  const changed = after.filter((entry) => !known.has(entryKey(entry)));
  const wanted = new Map(before.flatMap(tagsOf).map((tag) => [tag.name, tag]));
  const now = new Set(after.flatMap(tagsOf).map(({ name }) => name));
  const edited = changed.flatMap((entry) =>
    tagsOf(entry).flatMap((tag) => {
      const old = wanted.get(tag.name);
      return old && old.from !== tag.from ? [{ before: old, after: tag, entry: entry.number }] : [];
    }),
  );
  return {
    changed: new Set(changed.map(({ number }) => number)),
    untouched: new Set(after.filter((entry) => known.has(entryKey(entry))).map(({ number }) => number)),
    removed: [...wanted.values()].filter(({ name }) => !now.has(name)),
    edited,
  };
}

/** The numbers of the entries that ask for a tag, as in the report. */
interface OfEntries {
  readonly entry: number | null;
  readonly other_entries: readonly number[];
}

/** Does the action belong to an entry that the pull request added or edited? */
export function isTouched(action: OfEntries, { changed }: Pick<EntryChanges, 'changed'>): boolean {
  return entriesOf(action).some((entry) => changed.has(entry));
}

/** May a refusal of this action fail the pull request? Not when it belongs to entries that were there before alone. */
export function countsForPullRequest(action: OfEntries, { untouched }: EntryChanges): boolean {
  return !(action.entry !== null && entriesOf(action).every((entry) => untouched.has(entry)));
}

function entriesOf({ entry, other_entries: others }: OfEntries): readonly number[] {
  return entry === null ? others : [entry, ...others];
}

/** Of a selection the registry knows them. */
function tagsOf(entry: ImageConfig | Selection): EntryTag[] {
  if (!('names' in entry)) return [];
  const source = formatRepository(entry.srcRepository);
  const from = [
    entry.srcBuildTag === undefined ? source : `${source}:${entry.srcBuildTag}`,
    ...(entry.srcDigest === undefined ? [] : [`@${entry.srcDigest}`]),
  ].join('');
  return entry.names.flatMap(({ repository }) =>
    entry.tags.map((tag) => ({ name: formatReference({ ...repository, tag }), from })),
  );
}

/** What the entry says, without where it stands: equal for equal entries, also in another version of the file. */
function entryKey(entry: ImageConfig | Selection): string {
  return JSON.stringify(entry, (key, value: unknown) =>
    key === 'origin' || key === 'number' ? undefined : value,
  );
}

// An entry of `images` in other versions of its tag file, to find the change that brought it in.

/** How the entry is recognised in another version of the file: by what it says, wherever it stands. */
interface EntryTest {
  readonly file: string;
  /** is an entry that says the same in this text? */
  readonly contains: (text: string) => boolean;
}

/** A version that is no valid tag file holds no entry. */
export function entryTest(entry: ImageConfig): EntryTest {
  const key = entryKey(entry);
  const { file } = entry.origin.at();
  return { file, contains: (text) => entriesIn(file, text).some((other) => entryKey(other) === key) };
}

function entriesIn(path: string, text: string): readonly ImageConfig[] {
  try {
    return parseConfig([{ path, bytes: new TextEncoder().encode(text) }]).images;
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
