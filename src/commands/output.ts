/** Where a command of the command line writes, and how its errors look. */
import { formatProblem, OperationError, UserError, type Problem } from '../errors.js';
import { terminalLog, type Stream } from '../terminal/log.js';
import type { Arguments } from '../terminal/args.js';
import type { Log } from '../ports.js';
import { harmless } from '../shared/text.js';

/** The process as a command sees it. */
export interface Io {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** all of standard input, for `classify -` */
  readonly stdin: AsyncIterable<Buffer | string>;
}

/** The log of a command: stdout belongs to the JSON when that is asked for. */
export function logFor(args: Arguments, io: Io): Log {
  const out = args.is('json') ? io.stderr : io.stdout;
  const plain = args.is('no-color') || (io.env['NO_COLOR'] ?? '') !== '' || io.env['TERM'] === 'dumb';
  return terminalLog({
    out,
    err: io.stderr,
    quiet: args.is('quiet'),
    verbose: args.is('verbose'),
    color: !plain && out.isTTY === true,
  });
}

/** One problem, as all of them look on a terminal; never kept back by --quiet. */
export function sayError(problem: Problem, stderr: Stream): void {
  stderr.write(`error: ${harmless(formatProblem(problem))}\n`);
}

/** Writes what went wrong to stderr and gives the exit status: 2 for what a person gave, 1 for what an outside system did. */
export function fail(error: unknown, stderr: Stream): 1 | 2 {
  if (error instanceof UserError) {
    for (const problem of error.problems) sayError(problem, stderr);
    return 2;
  }
  if (error instanceof OperationError) {
    stderr.write(`error: ${harmless(error.message)}\n`);
    return 1;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(`error: this is a fault of Retag, please report it:\n${text}\n`);
  return 1;
}
