/**
 * Reviewed digests: what each source tag pointed at when the plan of a pull request was made, kept as hidden data
 * in the plan comment and read back after the merge. Whose comment it is must be checked by the reader
 * (src/github/comments.ts).
 */
import * as v from 'valibot';
import { isDigest } from '../../oci/reference.js';
import type { Unreviewed } from '../../plan/plan.js';
import { isSealed, encode, decode } from '../payload.js';

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

type Reviewed = v.InferOutput<typeof ReviewedSchema>;
export type ReviewedEntry = Reviewed['entries'][number];

/** Room for the data in a comment of 65,536 characters; about 600 entries. */
const MAX_DATA = 30_000;

/** The data as an HTML comment of at most 30,000 characters; entries at the end are left out, and counted, when they do not fit. */
export function encodeReviewed(head: string, entries: readonly ReviewedEntry[]): string {
  let kept = entries.length;
  for (;;) {
    const data = encode('reviewed', { head, entries: entries.slice(0, kept), left: entries.length - kept });
    if (data.length <= MAX_DATA) return data;
    kept = Math.min(kept - 1, Math.floor((kept * MAX_DATA) / data.length));
  }
}

type Decoded =
  | { readonly ok: true; readonly value: Reviewed }
  /** `why` is a sentence; null when the text holds no such data at all */
  | { readonly ok: false; readonly why: string | null };

/** Reads the data out of a comment's text. Never throws; data that does not hold together is not used. */
function decodeReviewed(text: string): Decoded {
  const found = decode('reviewed', text);
  if (!found.ok) return { ok: false, why: found.why === null ? null : `in the plan comment ${found.why}` };
  const parsed = v.safeParse(ReviewedSchema, found.value);
  return parsed.success
    ? { ok: true, value: parsed.output }
    : { ok: false, why: 'in the plan comment the recorded data is not of this version' };
}

/** Reads the data out of a whole plan comment, and not if any of its text is another than Retag wrote: people saw that text. */
export function readReviewed(comment: string): Decoded {
  const decoded = decodeReviewed(comment);
  if (!decoded.ok || isSealed(comment)) return decoded;
  return { ok: false, why: 'in the plan comment the text was changed' };
}

/** The plan of one merged pull request, as far as it can be believed; `why` is a phrase. */
export type PullReview =
  | { readonly pull: number; readonly head: string; readonly reviewed: Reviewed }
  | { readonly pull: number; readonly why: string };

/** The reviews of the pull requests that brought the tag file to what it is, the newest first. */
export interface Reviews {
  readonly all: readonly PullReview[];
  /** that of its last change, or why there is none: a phrase */
  readonly last: PullReview | { readonly why: string };
}

/** Null when the newest review that shows the tag shows this digest; otherwise why it is not reviewed. */
export function unreviewed({ image, tag, digest }: ReviewedEntry, { all, last }: Reviews): Unreviewed | null {
  for (const review of all) {
    if ('why' in review) continue;
    const shown = review.reviewed.entries.find((entry) => entry.image === image && entry.tag === tag);
    if (shown?.digest === digest) return null;
    if (shown !== undefined) return { pull: review.pull, reviewed: shown.digest, now: digest };
  }
  if ('why' in last) return { why: last.why };
  const { pull, head, reviewed } = last;
  if (reviewed.head !== head)
    return { why: `the plan of pull request #${pull} was made before its last commit` };
  const lacks = reviewed.left > 0 ? 'has no room for it' : 'does not show it';
  return { why: `the plan comment of pull request #${pull} ${lacks}` };
}
