/** The one question that a person answers before anything is written. */
import { createInterface } from 'node:readline';
import { OperationError } from '../errors.js';
import type { Arguments } from './args.js';
import type { Io } from './output.js';

/** Asks, and rejects unless the answer is yes: see `confirmer`. */
type Confirm = (question: string) => Promise<void>;

/**
 * How a command asks before it writes; null where nothing is asked: with `--yes`, and where standard input or standard error is
 * no terminal, since nobody could read the question or answer it. The question goes to standard error, so that `--json` and
 * `| tee` keep working.
 *
 * The result rejects with an OperationError (`cancelled`) for every answer but `y` and `yes`, for the end of the input, and when
 * the signal aborts first.
 */
export function confirmer(args: Arguments, io: Io, signal: AbortSignal): Confirm | null {
  if (args.is('yes') || io.stdin.isTTY !== true || io.stderr.isTTY !== true) return null;
  return async (question) => {
    signal.throwIfAborted();
    io.stderr.write(`${question} Only "yes" writes [y/N]: `);
    const answer = await oneLine(io, signal);
    if (/^\s*y(?:es)?\s*$/i.test(answer ?? '')) return;
    // After Ctrl-C and Ctrl-D the cursor is still behind the question.
    if (answer === null) io.stderr.write('\n');
    throw new OperationError('cancelled', 'Nothing was written.');
  };
}

/** Null at the end of the input and when the signal aborts. */
function oneLine({ stdin }: Io, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    // Not as a terminal: Ctrl-C stays a signal, which ends the run like everywhere else.
    const lines = createInterface({ input: stdin, terminal: false });
    const end = (answer: string | null): void => {
      signal.removeEventListener('abort', onAbort);
      resolve(answer);
      lines.close();
    };
    const onAbort = (): void => end(null);
    signal.addEventListener('abort', onAbort);
    lines.once('line', end);
    lines.once('close', () => end(null));
  });
}
