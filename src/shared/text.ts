import type { Parsed } from '../errors.js';

/**
 * The candidate that a person most likely meant, or undefined when none is near: at most a third of
 * the word may be wrong, and never more than three characters. Case does not count. Of several, the
 * nearest and then the first wins. Used for keys, flags, presets and platforms.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase().slice(0, LONGEST);
  let best: string | undefined;
  let allowed = Math.min(3, Math.max(1, Math.floor((wanted.length + 1) / 3)));
  for (const candidate of candidates) {
    // Each further character is one edit at least: most words are distinguished without the table.
    if (Math.abs(Math.min(candidate.length, LONGEST) - wanted.length) > allowed) continue;
    const distance = editDistance(wanted, candidate.toLowerCase().slice(0, LONGEST), allowed);
    if (distance > allowed) continue;
    best = candidate;
    allowed = distance - 1;
    if (allowed < 0) break;
  }
  return best;
}

/** The candidates that are most like the word, the nearest first, however far away they are. */
export function nearest(word: string, candidates: Iterable<string>, count: number): string[] {
  const wanted = word.toLowerCase().slice(0, LONGEST);
  return [...candidates]
    .map((name) => ({ name, far: editDistance(wanted, name.toLowerCase().slice(0, LONGEST), LONGEST) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, count)
    .map(({ name }) => name);
}

// Beyond this nobody mistyped a name; it also bounds the quadratic table below.
const LONGEST = 64;

/**
 * Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`: optimal string alignment.
 * @param most where two rows of the table are above it, the rest is not looked at; any number above it is given then
 */
function editDistance(a: string, b: string, most: number): number {
  let lowest = 0;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    const low = Math.min(...row);
    if (low > most && lowest > most) return low;
    lowest = low;
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/**
 * Foreign text made harmless for everything that Retag prints. A GitHub runner reads commands from both streams of a step:
 * `::name::` at the start of a line, and `##[name]` anywhere in it, compared by the rules of a language, which skip
 * invisible characters (https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs). Terminals
 * read control characters, and people read what characters that reorder text make of it.
 */

// Controls, line separators, half surrogates, and everything invisible: soft hyphens, joiners, tags, bidirectional controls.
const UNSEEN = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;
// What stands before a character is looked at last: looked at first, it would be at every place in a run of spaces.
const COMMAND = String.raw`#(?=\[)(?<=##)|:(?=:)(?<=^\s*:)|:(?=:[A-Za-z])`;
const IN_LINE = new RegExp(`${UNSEEN}|${COMMAND}`, 'gu');
const IN_LINES = new RegExp(String.raw`(?![\n\t])${UNSEEN}|${COMMAND}`, 'gmu');
const IN_TERMINAL = new RegExp(String.raw`(?![\n\t\r\x1b])${UNSEEN}|${COMMAND}`, 'gmu');

/** Foreign text as one line of plain text: what could act is shown as an escape (`\x1b`, `\u202e`, `#\x23[`). */
export function harmless(text: string): string {
  return text.replace(IN_LINE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${hex(code, 2)}` : inJson(character);
  });
}

/**
 * What the process writes to stdout and stderr, whole lines: the escapes are those of JSON, so that a document stays one.
 * @param terminal a person's terminal, where Retag's own colours pass
 */
export function printable(text: string, terminal: boolean): string {
  return text.replace(terminal ? IN_TERMINAL : IN_LINES, inJson);
}

function inJson(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at), 4)}`).join(
    '',
  );
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/**
 * The text without the characters of `set` at its end. An expression such as `/[/#]+$/` would begin at every run of them, and
 * take quadratic time for many.
 */
export function trimEnd(text: string, set: string): string {
  let end = text.length;
  while (end > 0 && set.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Reading what somebody else wrote: nothing in it is taken for granted. */

/** The value at a path of keys, undefined when any step is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

/** The non-empty text at a path, else null. */
export function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in the largest unit that keeps it above one, rounded down: `30 d`, `5 h`, `12 min`, `0 min`. */
export function span(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms >= DAY) return `${Math.floor(ms / DAY)} d`;
  if (ms >= HOUR) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / MINUTE)} min`;
}

/** A text in which every duration that `span` made is the same: for telling whether anything but time has passed. */
export function withoutSpans(text: string): string {
  return text.replace(/\b\d+ (?:d|h|min)\b/g, '…');
}

/** `2026-01-31 14:05 UTC` */
export function moment(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `2026-01-31` */
export function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Longer than anything that anybody waits for, and far from where milliseconds lose their exactness. */
const LONGEST_DURATION = 3_660 * 86_400_000;

const SPAN = /^(?:[0-9]{1,9}w)?(?:[0-9]{1,9}d)?(?:[0-9]{1,9}h)?(?:[0-9]{1,9}m)?(?:[0-9]{1,9}s)?$/;

/** `90s`, `30m`, `12h`, `30d`, `2w` → milliseconds, more than 0 and at most ten years. */
export function parseDuration(text: string): Parsed<number> {
  const match = /^([0-9]{1,9})([smhdw])$/.exec(text);
  const value = match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : 0;
  if (value > 0 && value <= LONGEST_DURATION) return { ok: true, value };
  return {
    ok: false,
    what: `${JSON.stringify(text.slice(0, 60))} is not a duration`,
    hint: 'write a number and one of s, m, h, d, w, such as "30m" or "30d", at most ten years',
  };
}

/**
 * The same, and several of them in a row as Go and most tools write them: `1h30m`. The larger unit is first, each comes
 * once; a part may be 0 when the sum is not.
 */
export function parseTimeSpan(text: string): Parsed<number> {
  const parts = SPAN.test(text) ? text.match(/[0-9]+[a-z]/g) : null;
  const value = (parts ?? []).reduce(
    (sum, part) => sum + parseInt(part, 10) * (UNITS[part.slice(-1)] ?? 0),
    0,
  );
  if (value > 0 && value <= LONGEST_DURATION) return { ok: true, value };
  return {
    ok: false,
    what: `${JSON.stringify(text.slice(0, 60))} is not a time`,
    hint: 'write numbers with w, d, h, m and s, such as "90s" or "1h30m", at most ten years',
  };
}

// Characters that take two columns of a terminal (East Asian wide, emoji).
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;

/** How many columns of a terminal a text takes. */
export function columnsOf(text: string): number {
  return Array.from(text).length + (text.match(WIDE)?.length ?? 0) - (text.match(/\p{M}/gu)?.length ?? 0);
}

/**
 * `head` and foreign text as lines of at most `width` columns, further lines indented. Nothing is cut: a word that is too
 * long, such as an image's name, has a line of its own from which it can be copied. A flag stays with its value.
 * @param width null: one line
 */
export function wrap(head: string, text: string, width: number | null, indent: number): string[] {
  const lines: string[] = [];
  let line = head;
  let isNew = true;
  for (const word of harmless(text).split(/(?<!(?:^| )--[a-z-]+) /)) {
    const longer = isNew ? line + word : `${line} ${word}`;
    if (width === null || columnsOf(longer) <= width) line = longer;
    else {
      if (line.trim() !== '') lines.push(line.trimEnd());
      line = ' '.repeat(Math.max(0, Math.min(indent, width - columnsOf(word)))) + word;
    }
    isNew = false;
  }
  return [...lines, line.trimEnd()].filter((each) => each !== '');
}
