/**
 * Reviewed digests: what each source tag pointed at when the plan of a pull request was made, kept as hidden data
 * in the plan comment and read back after the merge. Whose comment it is must be checked by the reader
 * (src/github/comments.ts).
 */
import * as v from 'valibot';

import { pack, unpack } from '../hidden.js';
import { isDigest } from '../reference.js';

const ReviewedSchema = v.strictObject({
  /** the commit that was planned, 40 hexadecimal digits */
  head: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
  entries: v.array(
    v.strictObject({
      /** as in the report: the name after registry-map */
      image: v.pipe(v.string(), v.maxLength(300)),
      tag: v.pipe(v.string(), v.maxLength(128)),
      digest: v.pipe(v.string(), v.check(isDigest)),
    }),
  ),
  /** entries that did not fit */
  left: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

export type Reviewed = v.InferOutput<typeof ReviewedSchema>;
export type ReviewedEntry = Reviewed['entries'][number];

/** Room for the data in a comment of 65,536 characters; about 600 entries. */
export const MAX_DATA = 30_000;

/** The data as an HTML comment of at most 30,000 characters; entries at the end are left out, and counted, when they do not fit. */
export function encodeReviewed(head: string, entries: readonly ReviewedEntry[]): string {
  let kept = entries.length;
  for (;;) {
    const data = pack('reviewed', { head, entries: entries.slice(0, kept), left: entries.length - kept });
    if (data.length <= MAX_DATA) return data;
    kept = Math.min(kept - 1, Math.floor((kept * MAX_DATA) / data.length));
  }
}

export type Decoded =
  | { readonly ok: true; readonly value: Reviewed }
  /** `why` is a sentence; null when the text holds no such data at all */
  | { readonly ok: false; readonly why: string | null };

/** Reads the data out of a comment's text. Never throws; data that does not hold together is not used. */
export function decodeReviewed(text: string): Decoded {
  const found = unpack('reviewed', text);
  if (!found.ok) return { ok: false, why: found.why === null ? null : `in the plan comment ${found.why}` };
  const parsed = v.safeParse(ReviewedSchema, found.value);
  return parsed.success
    ? { ok: true, value: parsed.output }
    : { ok: false, why: 'in the plan comment the recorded data is not of this version' };
}

/** One tag whose source is not what it was at the review. */
export interface Moved {
  readonly image: string;
  readonly tag: string;
  readonly reviewed: string;
  readonly now: string;
}

/**
 * What moved between review and merge: of the tags that are about to be written, those whose digest is another
 * than the recorded one. A tag that was not recorded is not compared.
 */
export function movedSinceReview(reviewed: Reviewed, planned: readonly ReviewedEntry[]): readonly Moved[] {
  const known = new Map(reviewed.entries.map(({ image, tag, digest }) => [`${image}:${tag}`, digest]));
  return planned.flatMap(({ image, tag, digest }) => {
    const before = known.get(`${image}:${tag}`);
    return before === undefined || before === digest ? [] : [{ image, tag, reviewed: before, now: digest }];
  });
}
