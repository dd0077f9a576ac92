/**
 * buildx reads many values as one line of CSV (`type=gha,mode=max`) and the whole bake file as an HCL template
 * in JSON clothes. Both would let a value become something else; here every value is made to stay a value.
 */
import type { Parsed } from '../errors.js';

/** One `key=value` of a CSV option, in the order given; a key alone has an empty value and `bare` set. */
export interface CsvField {
  readonly key: string;
  readonly value: string;
  readonly bare: boolean;
}

/**
 * Escapes what HCL would evaluate in a JSON string of a bake file: `${…}` and `%{…}` (hashicorp/hcl,
 * json/spec.md "Strings are parsed as templates"). Keys of objects are templates too.
 */
function hclLiteral(text: string): string {
  return text.replace(/[$%]\{/g, (opening) => opening.charAt(0) + opening);
}

/** `hclLiteral` on every string and key of a JSON value. */
export function hclLiterals(value: unknown): unknown {
  if (typeof value === 'string') return hclLiteral(value);
  if (Array.isArray(value)) return value.map(hclLiterals);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [hclLiteral(key), hclLiterals(item)]));
}

/** Joins fields into the CSV that buildx reads, quoted as RFC 4180 has it where that is needed. */
export function formatCsv(fields: readonly CsvField[]): string {
  return fields.map(({ key, value, bare }) => quote(bare ? key : `${key}=${value}`)).join(',');
}

function quote(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

const KEY = /^[a-z][a-z0-9._-]*$/;

/** Parses the CSV form of a buildx option. Keys are case-insensitive, as in buildx; line breaks are refused. */
export function parseCsv(text: string): Parsed<readonly CsvField[]> {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00-\x1f\x7f]/.test(text)) {
    return { ok: false, what: 'the value holds a control character', hint: 'write it on one line' };
  }
  const read = readRecords(text, { relaxed: false, comments: false });
  if (!read.ok) {
    return { ok: false, what: 'a quotation mark does not end', hint: 'close it before the next comma' };
  }
  const fields: CsvField[] = [];
  const seen = new Set<string>();
  for (const cell of read.records[0] ?? []) {
    const equals = cell.indexOf('=');
    if (equals < 0) {
      fields.push({ key: cell, value: '', bare: true });
      continue;
    }
    const key = cell.slice(0, equals).trim().toLowerCase();
    if (!KEY.test(key)) return { ok: false, what: `"${key}" is not a key`, hint: 'write it as "key=value"' };
    if (seen.has(key)) {
      return { ok: false, what: `the key "${key}" is given twice`, hint: 'give it once: the last would win' };
    }
    seen.add(key);
    fields.push({ key, value: cell.slice(equals + 1), bare: false });
  }
  return { ok: true, value: fields };
}

/** CSV as records of cells: one reader for what buildx reads strictly and for inputs that are read loosely. Pure. */

interface RecordOptions {
  /**
   * A quotation mark that is not around a whole cell is text, as csv-parse's `relax_quotes` has it. Otherwise it is
   * an error, as in Go's encoding/csv.
   */
  readonly relaxed: boolean;
  /** lines that start with "#" are left out */
  readonly comments: boolean;
}

type Records =
  | { readonly ok: true; readonly records: readonly (readonly string[])[] }
  /** the line of the cell that is wrong, counted from 1; its text may be a secret */
  | { readonly ok: false; readonly line: number };

const QUOTED = /"([^"]*(?:""[^"]*)*)"/y;
const PLAIN = /[^,\r\n]*(?:\r(?!\n)[^,\r\n]*)*/y;
const END = /,|\r?\n|$/y;
const COMMENT = /[ \t]*#[^\n]*(?:\n|$)/y;

/** RFC 4180: line breaks and commas within quotation marks belong to the cell. An empty line is one empty cell. */
export function readRecords(text: string, { relaxed, comments }: RecordOptions): Records {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    at += found?.[0].length ?? 0;
    return found;
  };
  for (;;) {
    if (comments && record.length === 0) while (at < text.length && take(COMMENT) !== null);
    const begin = at;
    const wrong = () => ({ ok: false, line: text.slice(0, begin).split('\n').length }) as const;
    const opens = text.startsWith('"', at);
    const quoted = opens ? take(QUOTED) : null;
    if (opens && quoted === null) return wrong();
    const rest = take(PLAIN)?.[0] ?? '';
    if (!relaxed && (quoted === null ? rest.includes('"') : rest !== '')) return wrong();
    const inner = quoted?.[1]?.replaceAll('""', '"') ?? '';
    if (quoted === null) record.push(rest);
    else record.push(rest === '' ? inner : `"${inner}"${rest}`);
    const end = take(END)?.[0] ?? '';
    if (end === ',') continue;
    records.push(record);
    if (end === '') return { ok: true, records };
    record = [];
  }
}
