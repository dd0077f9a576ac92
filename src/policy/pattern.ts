/**
 * Patterns over whole names: `v{major}.{minor}.{patch}{seq:2}`, `release-*`. docs/policy.md has the grammar; there are
 * no regular expressions for users to write, so no name, however hostile, can make one slow: matching fills a table
 * of (part, position) once, which is linear in the length of the name.
 */
import { isCalendarDay } from './calendar.js';

/** A piece of a pattern. `at` is where it starts in the source, 0-based. */
export type PatternPart =
  | { readonly kind: 'literal'; readonly text: string; readonly at: number }
  /** `{name}`: one or more digits; `{name:4}`: exactly so many */
  | { readonly kind: 'digits'; readonly name: string; readonly width: number | null; readonly at: number }
  /** no pattern of a user has it: digits of a commit in a tag, `{sha:12}` read backwards */
  | { readonly kind: 'hex'; readonly name: string; readonly width: number | null; readonly at: number }
  /** `{date}`: a day of the calendar, YYYYMMDD */
  | { readonly kind: 'date'; readonly name: string; readonly at: number }
  /** `{name:text}`: letters, digits, `.`, `_`, `-` */
  | { readonly kind: 'text'; readonly name: string; readonly at: number }
  /** `*`: any run without `/`, also none */
  | { readonly kind: 'segment'; readonly at: number }
  /** `**`: any run, also none */
  | { readonly kind: 'any'; readonly at: number };

export interface Pattern {
  readonly source: string;
  readonly parts: readonly PatternPart[];
  /** parts from `from` up to `to` that are one name together: the `{git_tag}` inside a tag */
  readonly spans?: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

export type Fields = Readonly<Record<string, string>>;

/** What is wrong with a pattern or template, and at which character (0-based). */
export interface SyntaxProblem {
  readonly ok: false;
  readonly at: number;
  readonly what: string;
  readonly hint: string;
}

type PatternResult = { readonly ok: true; readonly value: Pattern } | SyntaxProblem;

// git-check-ref-format(1): none of these can be in a ref, so a pattern with one never matches.
const IN_NO_REF = /[\x00-\x20\x7f~^:?[\\]/; // eslint-disable-line no-control-regex
// Names of images, issuers and subjects of certificates; expressions of other tools have one of these.
const IN_NO_NAME = /[\x00-\x20\x7f^[\]\\]|\$$/; // eslint-disable-line no-control-regex
/** What a pattern is for: refs, or names of images and signers. */
type PatternOf = 'ref' | 'name';
const FIELD = /^([A-Za-z][A-Za-z0-9_]*)(?::([A-Za-z0-9]+))?$/;
// More digits than any version, run number or time stamp has.
const MAX_WIDTH = 32;

/** Parses a pattern; on failure says which character is to blame. */
export function parsePattern(source: string, of: PatternOf = 'ref'): PatternResult {
  if (source === '') return fail(0, 'the pattern is empty', 'write a name, fields or "*"');
  const parts: PatternPart[] = [];
  const seen = new Set<string>();
  for (let at = 0; at < source.length;) {
    const end = endOfPart(source, at);
    if (end < 0) return fail(at, 'a "{" has no "}"', 'close the field, or leave the brace out');
    const text = source.slice(at, end);
    const part = parsePart(text, at, of);
    if ('ok' in part) return part;
    if ('name' in part) {
      if (seen.has(part.name)) {
        return fail(at, `the field {${part.name}} is there twice`, 'give each field a name of its own');
      }
      seen.add(part.name);
    }
    parts.push(part);
    at = end;
  }
  return { ok: true, value: { source, parts } };
}

function endOfPart(source: string, at: number): number {
  const first = source.charAt(at);
  if (first === '{') return source.indexOf('}', at) + 1 || -1;
  if (first === '*') return at + (source.charAt(at + 1) === '*' ? 2 : 1);
  let end = at + 1;
  while (end < source.length && source.charAt(end) !== '{' && source.charAt(end) !== '*') end += 1;
  return end;
}

function parsePart(text: string, at: number, of: PatternOf): PatternPart | SyntaxProblem {
  if (text === '*') return { kind: 'segment', at };
  if (text === '**') return { kind: 'any', at };
  if (!text.startsWith('{')) return parseLiteral(text, at, of);
  const [, name, type] = FIELD.exec(text.slice(1, -1)) ?? [];
  if (name === undefined) {
    return fail(at, `"${text}" is not a field`, 'write "{name}", "{name:2}" or "{name:text}"');
  }
  if (type === 'text') return { kind: 'text', name, at };
  if (name === 'date') {
    return type === undefined
      ? { kind: 'date', name, at }
      : fail(at, `"${text}": a date has no width`, 'write "{date}": eight digits, a day of the calendar');
  }
  if (type === undefined) return { kind: 'digits', name, width: null, at };
  const width = Number(type);
  if (Number.isInteger(width) && width >= 1 && width <= MAX_WIDTH) return { kind: 'digits', name, width, at };
  return fail(
    at,
    `"${text}" has neither a width nor a type that exists`,
    `write a width from 1 to ${MAX_WIDTH}, as in "{${name}:2}", or "{${name}:text}"`,
  );
}

function parseLiteral(text: string, at: number, of: PatternOf): PatternPart | SyntaxProblem {
  const bad = text.search(of === 'ref' ? IN_NO_REF : IN_NO_NAME);
  if (bad < 0) return { kind: 'literal', text, at };
  const character = JSON.stringify(text.charAt(bad));
  return fail(
    at + bad,
    `${character} can be in no ${of}, so the pattern never matches`,
    'patterns know fields such as "{major}" for digits, "*" and "**", and no character classes',
  );
}

function fail(at: number, what: string, hint: string): SyntaxProblem {
  return { ok: false, at, what, hint };
}

/** The names of the fields, in order. */
export function fieldNames(pattern: Pattern): string[] {
  return pattern.parts.flatMap((part) => ('name' in part ? [part.name] : []));
}

/** What became of a match: the fields, or how many leading characters some part of the pattern could account for. */
type Match = { readonly ok: true; readonly fields: Fields } | { readonly ok: false; readonly prefix: number };

/**
 * The fields of `text` when all of it matches, else null. Where a text can be read in several ways, fields and runs
 * further right take as little as they can. With `anyDate`, eight digits pass for a date although no calendar has them.
 */
export function matchPattern(pattern: Pattern, text: string, anyDate = false): Fields | null {
  const first = pattern.parts[0];
  if (first?.kind === 'literal' && !text.startsWith(first.text)) return null;
  const match = explainMatch(pattern, text, anyDate);
  return match.ok ? match.fields : null;
}

/** As `matchPattern`; a text that does not match comes with the place up to which it could. */
export function explainMatch(pattern: Pattern, text: string, anyDate = false): Match {
  const { parts } = pattern;
  const columns = text.length + 1;
  const table = emptyTable((parts.length + 1) * columns);
  const prefix = fill(table, parts, text, anyDate);
  if (table[parts.length * columns + text.length] !== 1) return { ok: false, prefix };
  const [starts = []] = trace(table, parts, text, 1);
  return { ok: true, fields: fieldsAt(parts, text, starts) };
}

/**
 * The fields of `text` in each of the ways in which the pattern reads it, at most 32; the first is that of
 * `matchPattern`. Bounded by the limit times the length of the text: no way is begun that does not reach the start.
 * Spans of the pattern are fields too.
 */
export function readAll({ parts, spans = [] }: Pattern, text: string): Fields[] {
  const [first] = parts;
  if (first?.kind === 'literal' && !text.startsWith(first.text)) return [];
  const columns = text.length + 1;
  const table = emptyTable((parts.length + 1) * columns);
  fill(table, parts, text, false);
  if (table[parts.length * columns + text.length] !== 1) return [];
  return trace(table, parts, text, MAX_READINGS).map((starts) => {
    const fields = fieldsAt(parts, text, starts);
    const at = (part: number): number => starts[part] ?? text.length;
    for (const { name, from, to } of spans) fields[name] = text.slice(at(from), at(to));
    return fields;
  });
}

// Only free text side by side can be read in more ways, and then the first ones show all that the rest would.
const MAX_READINGS = 32;

/** Without a prototype: a field may be called `constructor`, and one that is not there must not be found. */
function fieldsAt(
  parts: readonly PatternPart[],
  text: string,
  starts: readonly number[],
): Record<string, string> {
  const fields = Object.create(null) as Record<string, string>;
  parts.forEach((part, i) => {
    if ('name' in part) fields[part.name] = text.slice(starts[i], starts[i + 1] ?? text.length);
  });
  return fields;
}

/** Where the parts start, for each reading that the table has; parts further right take as little as they can first. */
function trace(table: Uint8Array, parts: readonly PatternPart[], text: string, limit: number): number[][] {
  const columns = text.length + 1;
  const found: number[][] = [];
  const starts = new Array<number>(parts.length).fill(0);
  const walk = (i: number, end: number): void => {
    const part = parts[i];
    if (part === undefined) {
      found.push([...starts]);
      return;
    }
    for (const start of startsOfPart(part, end, text)) {
      if (found.length === limit) return;
      if (table[i * columns + start] !== 1) continue;
      starts[i] = start;
      walk(i - 1, start);
    }
  };
  walk(parts.length - 1, text.length);
  return found;
}

// Names are short: one table serves nearly all of them, and no two matches are ever under way at once.
const scratch = new Uint8Array(8192);

function emptyTable(size: number): Uint8Array {
  return size <= scratch.length ? scratch.fill(0, 0, size) : new Uint8Array(size);
}

/**
 * Sets `table[i * columns + j]` to 1 when the first i parts match the first j characters; gives the largest j back that
 * any part reached.
 */
function fill(table: Uint8Array, parts: readonly PatternPart[], text: string, anyDate: boolean): number {
  const columns = text.length + 1;
  table[0] = 1;
  let furthest = 0;
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i] as PatternPart;
    const from = i * columns;
    const width = widthOf(part);
    const last =
      width === null ? fillRun(table, from, part, text) : fillFixed(table, from, part, width, text, anyDate);
    if (last < 0) break;
    furthest = Math.max(furthest, last);
  }
  return furthest;
}

function fillFixed(
  table: Uint8Array,
  from: number,
  part: PatternPart,
  width: number,
  text: string,
  anyDate: boolean,
): number {
  const to = from + text.length + 1;
  let last = -1;
  for (let at = 0; at + width <= text.length; at += 1) {
    if (table[from + at] !== 1 || !matchesFixed(part, text, at, anyDate)) continue;
    last = at + width;
    table[to + last] = 1;
  }
  return last;
}

function fillRun(table: Uint8Array, from: number, part: PatternPart, text: string): number {
  const to = from + text.length + 1;
  const empty = mayBeEmpty(part);
  let last = -1;
  let running = false;
  for (let at = 0; at <= text.length; at += 1) {
    const here = table[from + at] === 1;
    if (here && empty) {
      table[to + at] = 1;
      last = at;
    }
    running = (running || here) && at < text.length && accepts(part, text.charCodeAt(at));
    if (!running) continue;
    table[to + at + 1] = 1;
    last = at + 1;
  }
  return last;
}

/** The length of what the part matches, null when it varies. */
export function widthOf(part: PatternPart): number | null {
  if (part.kind === 'literal') return part.text.length;
  if (part.kind === 'date') return 8;
  return part.kind === 'digits' || part.kind === 'hex' ? part.width : null;
}

/** Can the part match nothing? */
export function mayBeEmpty(part: PatternPart): boolean {
  return part.kind === 'segment' || part.kind === 'any';
}

/** May the character (UTF-16 code unit) be in the run that a part of varying length matches? */
export function accepts(part: PatternPart, code: number): boolean {
  switch (part.kind) {
    case 'digits':
    case 'date':
      return isDigit(code);
    case 'hex':
      return isDigit(code) || (code >= 0x61 && code <= 0x66);
    case 'text':
      return isTagCharacter(code);
    case 'segment':
      return code !== 0x2f;
    case 'any':
      return true;
    case 'literal':
      return false;
  }
}

function matchesFixed(part: PatternPart, text: string, at: number, anyDate: boolean): boolean {
  if (part.kind === 'literal') return text.startsWith(part.text, at);
  const width = widthOf(part) ?? 0;
  for (let i = at; i < at + width; i += 1) if (!accepts(part, text.charCodeAt(i))) return false;
  return part.kind !== 'date' || anyDate || isCalendarDay(text.slice(at, at + width));
}

/** The places where a part that ends at `end` may start, the nearest first. */
function* startsOfPart(part: PatternPart, end: number, text: string): Generator<number> {
  const width = widthOf(part);
  if (width !== null) {
    yield end - width;
    return;
  }
  if (mayBeEmpty(part)) yield end;
  for (let start = end - 1; start >= 0 && accepts(part, text.charCodeAt(start)); start -= 1) yield start;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isTagCharacter(code: number): boolean {
  const lower = code | 0x20;
  return isDigit(code) || (lower >= 0x61 && lower <= 0x7a) || code === 0x2e || code === 0x2d || code === 0x5f;
}

/** The form of a tag, and the pattern of the refs that it comes from. */
export interface Shape extends Pattern {
  readonly pattern: Pattern;
}
