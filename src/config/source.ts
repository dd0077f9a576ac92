import { LineCounter } from 'yaml';
import type { Location, Problem } from '../errors.js';
import { FILE_LIMITS } from '../shared/limits.js';

/** A tag file as it was read, not yet looked at. */
export interface TagFile {
  /** as people shall see it: relative to the workspace, with `/` */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** for files of other tools, what those read from elsewhere */
  readonly options?: OtherToolOptions;
}

/** What the files of other tools leave to the command line or the environment of their tool. */
export interface OtherToolOptions {
  /** for the templates of regsync.yml; absent: none may be read */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** registry and path that a file of skopeo sync copies to, as its last argument */
  readonly destination?: string;
  /** skopeo's flag: the whole name of the source is kept below the destination */
  readonly scoped?: boolean;
  /** a file that needs a destination is wrong without one */
  readonly needsDestination?: boolean;
}

/** The text of one file and where its lines begin. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** filled once, so that a place is a binary search and not another scan */
  readonly lines: LineCounter;
}

const NEWLINE = 0x0a;
// What YAML 1.2 calls not printable, plus a carriage return that ends no line: YAML reads it as a line
// break, most tools do not, and the same file would mean two things.
// eslint-disable-next-line no-control-regex
const UNFIT = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|\r(?!\n)/;

/** The place of the character at `offset` (UTF-16 units, from 0). */
export function placeAt(source: Source, offset: number): Location {
  const { line, col } = source.lines.linePos(offset);
  return { file: source.path, line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** UTF-8 bytes, with or without a byte order mark, to text; or the one reason why this is no text. */
export function decode(file: TagFile): Source | Problem {
  const { path, bytes } = file;
  const start = { file: path, line: 1, column: 1 };
  if (bytes.length > FILE_LIMITS.bytes) {
    return {
      location: start,
      what: 'the file is larger than 4 MiB',
      hint: 'split it into several files',
    };
  }
  if (looksLikeUtf16(bytes)) {
    return { location: start, what: 'the file is UTF-16', hint: 'save it as UTF-8' };
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    return {
      location: firstBadByte(path, bytes),
      what: 'the file is not UTF-8 from here',
      hint: 'save it as UTF-8',
    };
  }
  const source = sourceOf(path, text);
  const unfit = UNFIT.exec(text);
  return unfit ? unfitCharacter(source, unfit) : source;
}

function unfitCharacter(source: Source, found: RegExpExecArray): Problem {
  const location = placeAt(source, found.index);
  if (found[0] === '\r') {
    return {
      location,
      what: 'a line ends with a lone carriage return',
      hint: 'save the file with LF or CRLF line ends',
    };
  }
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { location, what: `the file holds the control character U+${code}`, hint: 'remove it' };
}

function looksLikeUtf16(bytes: Uint8Array): boolean {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  // without a mark: one byte of the first ASCII character is zero
  return bytes.length > 1 && (a === 0) !== (b === 0);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Only after a failure: which line, and about which column of it. */
function firstBadByte(file: string, bytes: Uint8Array): Location {
  let start = 0;
  for (let line = 1; start <= bytes.length; line += 1) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const piece = bytes.subarray(start, end);
    if (decodeUtf8(piece) === undefined) {
      const column = new TextDecoder().decode(piece).indexOf('\ufffd') + 1;
      return { file, line, column: Math.max(column, 1) };
    }
    start = end + 1;
  }
  return { file, line: 1, column: 1 };
}

/** A text that is known to be one. */
export function sourceOf(path: string, text: string): Source {
  return { path, text, lines: countLines(text) };
}

function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}
