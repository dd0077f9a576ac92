/** Git refs: their names, and what of a name a tag can hold. Pure. */
import { createHash } from 'node:crypto';
import type { Parsed } from '../errors.js';

export interface ParsedRef {
  /** with `refs/` in front */
  readonly ref: string;
  readonly kind: RefKind;
  /** the part that patterns match: without `refs/heads/` and `refs/tags/` */
  readonly name: string;
}

// git-check-ref-format(1), the parts that a regular expression can say.
const FORBIDDEN = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[/.]$/; // eslint-disable-line no-control-regex
const LONGEST_REF = 4096;

/**
 * Parses `refs/…`, `heads/…` or `tags/…`. A short name such as `2.3.4` is a git tag where `short` says so (git looks
 * there first, gitrevisions(7)), and a mistake elsewhere: a branch and a tag of one name would be taken for each other.
 */
export function parseRef(text: string, short: 'tag' | 'refuse' = 'refuse'): Parsed<ParsedRef> {
  const ref = fullRef(text, short);
  if (ref === null) {
    const example = /\s/.test(text) || text === '' ? 'main' : text;
    return bad(text, `write all of it: "refs/heads/${example}" or "refs/tags/${example}"`);
  }
  const name = ref.replace(/^refs\/(?:heads\/|tags\/)?/, '');
  if (name === '' || /^refs\/(?:heads|tags)$/.test(ref) || ref.length > LONGEST_REF || FORBIDDEN.test(ref)) {
    return bad(text, 'give a ref that git takes (git check-ref-format)');
  }
  return { ok: true, value: { ref, kind: kindOf(ref), name } };
}

function fullRef(text: string, short: 'tag' | 'refuse'): string | null {
  if (text.startsWith('refs/')) return text;
  if (text.startsWith('heads/') || text.startsWith('tags/')) return `refs/${text}`;
  return short === 'tag' && text !== '' && text !== '@' && !text.startsWith('-') ? `refs/tags/${text}` : null;
}

function kindOf(ref: string): RefKind {
  if (ref.startsWith('refs/heads/')) return 'branch';
  if (ref.startsWith('refs/tags/')) return 'tag';
  return ref.startsWith('refs/pull/') ? 'pull' : 'other';
}

function bad(text: string, hint: string): { ok: false; what: string; hint: string } {
  return { ok: false, what: `${visible(text)} is not a git ref`, hint };
}

/** Foreign text in quotes, control characters and what is not ASCII as escapes, cut at 120. */
export function visible(text: string): string {
  if (text.length <= 120 && /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text)) return JSON.stringify(text);
  const escaped = JSON.stringify(text.slice(0, 120)).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > 120 ? `${escaped.slice(0, -1)}..."` : escaped;
}

// "-" and 8 hexadecimal digits of the SHA-256 of the name.
const HASH_LENGTH = 9;

/** Below this a name is not recognisable any more. */
export const SHORTEST_PART = HASH_LENGTH + 7;

/**
 * The part of a tag that stands for a ref name. A name that fits is taken as it is. Otherwise runs of characters that
 * no tag may hold become one `-`, a leading `.` or `-` goes when the part is at the `start` of the tag, the end is cut
 * at `max` characters, and, since two names could now look the same, `-` and eight hexadecimal digits of the name's
 * SHA-256 follow: `feature/a` becomes `feature-a-` and its digits, `feature-a` stays.
 */
export function toTagPart(name: string, max: number, start: boolean): string {
  const fits = /^[A-Za-z0-9._-]+$/.test(name) && name.length <= max && !(start && /^[.-]/.test(name));
  if (fits) return name;
  const hash = createHash('sha256').update(name, 'utf8').digest('hex').slice(0, 8);
  const allowed = name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(start ? /^[.-]+/ : /^(?!)/, '')
    .slice(0, Math.max(0, max - HASH_LENGTH))
    .replace(/(?<![.-])[.-]+$/, '');
  return allowed === '' || allowed === '-' ? `ref-${hash}` : `${allowed}-${hash}`;
}

export type RefKind = 'branch' | 'tag' | 'pull' | 'other';
