/** An entry of `images` in other versions of its tag file, to find the change that brought it in. */
import { entryKey } from '../comment/entries.js';
import { parseConfig } from '../config/config.js';
import type { ImageConfig } from '../config/model.js';
import { UserError, type Place } from '../errors.js';

/** How the entry is told in another version of the file. */
export interface EntryTest {
  readonly file: string;
  /** is the very same entry, wherever it stands, in this text? */
  readonly contains: (text: string) => boolean;
}

/** Null when no entry stands at the place. A version that is no valid tag file holds no entry. */
export function entryTest(images: readonly ImageConfig[], place: Place | null): EntryTest | null {
  const entry = images.find(({ origin }) => {
    const { file, line } = origin.at();
    return file === place?.file && line === place.line;
  });
  if (entry === undefined || place === null) return null;
  const key = entryKey(entry);
  const { file } = place;
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
