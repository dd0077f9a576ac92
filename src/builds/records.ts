/** CSV as records of cells: one reader for what buildx reads strictly and for inputs that are read loosely. Pure. */

export interface RecordOptions {
  /**
   * A quotation mark that is not around a whole cell is text, as csv-parse's `relax_quotes` has it. Otherwise it is
   * an error, as in Go's encoding/csv.
   */
  readonly relaxed: boolean;
  /** lines that start with "#" are left out */
  readonly comments: boolean;
}

export type Records =
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
    const wrong = { ok: false, line: text.slice(0, at).split('\n').length } as const;
    const opens = text.startsWith('"', at);
    const quoted = opens ? take(QUOTED) : null;
    if (opens && quoted === null) return wrong;
    const rest = take(PLAIN)?.[0] ?? '';
    if (!relaxed && (quoted === null ? rest.includes('"') : rest !== '')) return wrong;
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
