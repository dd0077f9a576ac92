/** Mistakes as people and programs read them: on a terminal as rustc shows them, with `--format` as a document, too. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Location, OperationError, type Problem, UserError } from '../errors.js';
import type { Format } from '../report/render.js';
import { FILE_LIMITS } from '../shared/limits.js';
import { columnsOf, harmless, wrap } from '../shared/text.js';

/** An output of the process. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

interface Place {
  readonly cwd: string;
  readonly stderr: Stream;
  /** the lines of files that were shown before */
  readonly shown?: Map<string, readonly string[]>;
}

/**
 * What is wrong, where, the line of the file with a caret below, and what to do; lines without line ends, as wide as the
 * terminal, 80 columns where that is not known. The file is read again for this: one that has gone has no line to show.
 */
export function problemLines(
  level: 'error' | 'warning',
  { location, what, hint }: Problem,
  place: Place,
): string[] {
  const width = widthOf(place.stderr);
  const lines = wrap(`${level}: `, location?.nowhere ? `${location.file}: ${what}` : what, width, 2);
  if (location !== undefined && location.nowhere !== true) {
    const text = lineOf(location, place);
    const margin = ' '.repeat(String(location.line).length);
    lines.push(`${margin}--> ${harmless(location.file)}:${location.line}:${location.column}`);
    if (text !== null) {
      const shown = excerpt(text, location.column - 1, width - margin.length - 3);
      lines.push(`${margin} |`, `${location.line} | ${shown.text}`, `${margin} | ${shown.caret}`);
    }
  }
  return hint === undefined || hint === '' ? lines : [...lines, ...wrap('help: ', hint, width, 6)];
}

/** Columns of a terminal: 80 where it does not say. */
export function widthOf({ columns }: Stream): number {
  // A terminal that does not know its size has 0 columns.
  return columns === undefined || columns === 0 ? 80 : Math.max(20, columns);
}

/** The line that the location names; null when there is none to show. */
function lineOf({ file, line }: Location, { cwd, shown = new Map() }: Place): string | null {
  const path = resolve(cwd, file);
  const lines = shown.get(path) ?? linesOf(path, cwd, file);
  shown.set(path, lines);
  return lines[line - 1]?.replace(/\r$/, '') ?? null;
}

/** Nothing behind a symbolic link: one that a stranger commits can lead to a file with secrets, and this goes to the log. */
function linesOf(path: string, cwd: string, file: string): readonly string[] {
  try {
    if (realpathSync(path) !== resolve(realpathSync(cwd), file)) return [];
    const info = statSync(path);
    return info.isFile() && info.size <= FILE_LIMITS.bytes ? readFileSync(path, 'utf8').split('\n') : [];
  } catch {
    return [];
  }
}

const CUT = '…';
const TAB = '    ';

/** The part of a line around the character at `offset` (UTF-16 units, from 0) that fits, and a caret below that character. */
function excerpt(
  line: string,
  offset: number,
  width: number,
): { readonly text: string; readonly caret: string } {
  // A line may have megabytes; further than this nothing can be shown.
  const cells = (text: string): string[] => Array.from(text, (one) => (one === '\t' ? TAB : harmless(one)));
  const before = cells(line.slice(Math.max(0, offset - width), offset));
  const after = cells(line.slice(offset, offset + width));
  const room = width - 2 * CUT.length;
  const behind = Math.max(Math.floor(room / 3), room - columnsOf(before.join('')));
  const right = fitting(after, behind);
  const left = fitting(before.toReversed(), room - columnsOf(right.join(''))).toReversed();
  const isCut = left.length < before.length || offset > width;
  const isCutBehind = right.length < after.length || offset + width < line.length;
  const start = `${isCut ? CUT : ''}${left.join('')}`;
  const text = `${start}${right.join('')}${isCutBehind ? CUT : ''}`;
  return { text: text.trimEnd(), caret: `${' '.repeat(columnsOf(start))}^` };
}

/** As many of the cells from the first on as fit. */
function fitting(cells: readonly string[], width: number): string[] {
  let left = width;
  const end = cells.findIndex((cell) => (left -= columnsOf(cell)) < 0);
  return cells.slice(0, end < 0 ? cells.length : end);
}

/** One mistake on standard error; never kept back by `--quiet`. */
export function sayError(problem: Problem, io: Place): void {
  io.stderr.write(`${problemLines('error', problem, io).join('\n')}\n`);
}

/**
 * Reports what ended a command and gives the exit status: 2 for what a person gave, 1 for what an outside system did.
 * @param format what standard output is for: it gets the mistakes, too
 */
export async function fail(
  error: unknown,
  io: Place & { readonly stdout: Stream },
  format: Format,
): Promise<1 | 2> {
  if (error instanceof UserError) {
    const place = { cwd: io.cwd, stderr: io.stderr, shown: new Map<string, readonly string[]>() };
    for (const problem of error.problems) sayError(problem, place);
    await printProblems(error.problems, format, io);
    return 2;
  }
  if (error instanceof OperationError) {
    // Somebody stopped it: nothing is wrong.
    const label = error.code === 'cancelled' ? '' : 'error: ';
    io.stderr.write(`${wrap(label, error.message, widthOf(io.stderr), 2).join('\n')}\n`);
    // What reads JSON waits for a document; the other forms are read by systems that show every error as one.
    if (label !== '' || format === 'json') await printProblems([{ what: error.message }], format, io);
    return 1;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(`error: this is a fault of Retag, please report it:\n${text}\n`);
  return 1;
}

async function printProblems(
  problems: readonly Problem[],
  format: Format,
  { stdout }: { readonly stdout: Stream },
): Promise<void> {
  if (format === 'text') return;
  const { renderProblems } = await import('../report/render.js');
  stdout.write(renderProblems(problems, format));
}
