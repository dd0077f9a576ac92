/** An entry of `images` in other versions of its tag file, to find the change that brought it in. */
import { entryKey } from '../comment/entries.js';
import { parseConfig } from '../config/config.js';
import type { ImageConfig } from '../config/model.js';
import { UserError } from '../errors.js';

/** How the entry is told in another version of the file: by what it says, wherever it stands. */
export interface EntryTest {
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
