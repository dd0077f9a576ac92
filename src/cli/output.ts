/** Where a command of the command line writes, and how its errors look. */
import type { Log } from '../ports.js';
import { harmless } from '../shared/text.js';
import type { Arguments } from './args.js';
import { problemLines, type Stream } from './problems.js';

/** The process as a command sees it. */
export interface Io {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** refs for `classify`, and a person's answer */
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

/** The log of a command: stdout belongs to the JSON when that is asked for. */
export function logFor(args: Arguments, io: Io): Log {
  const out = args.is('json') ? io.stderr : io.stdout;
  const plain = args.is('no-color') || (io.env['NO_COLOR'] ?? '') !== '' || io.env['TERM'] === 'dumb';
  return terminalLog({
    out,
    err: io.stderr,
    cwd: io.cwd,
    quiet: args.is('quiet'),
    verbose: args.is('verbose'),
    color: !plain && out.isTTY === true,
  });
}

// The log of the command line: everything on one stream, a live progress line when that is a terminal.

export interface TerminalOptions {
  /** all messages; stderr with `--json`, else stdout */
  readonly out: Stream;
  /** warnings; with `quiet` also what went wrong */
  readonly err: Stream;
  /** where relative files of warnings are */
  readonly cwd: string;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

const COLORS: Readonly<Record<string, number>> = {
  create: 32,
  build: 32,
  move: 33,
  hold: 36,
  refuse: 31,
  failed: 31,
  skipped: 31,
  keep: 2,
};

/** A log for people at a terminal, or for a file when the stream is none. */
export function terminalLog(options: TerminalOptions): Log {
  const { out, err, cwd, quiet, verbose, color } = options;
  const live = !quiet && err.isTTY === true;
  let shown = false;
  const clear = (): void => {
    if (shown) err.write('\r\x1b[K');
    shown = false;
  };
  const paint = (text: string): string => {
    const word = /^[a-z]+/.exec(text)?.[0] ?? '';
    const code = color ? COLORS[word] : undefined;
    return code === undefined ? text : `\x1b[${code}m${word}\x1b[0m${text.slice(word.length)}`;
  };
  // With --quiet what went wrong is all there is to say, and it belongs with the warnings.
  const line = (text: string, bad = false): void => {
    clear();
    const stream = quiet ? (bad ? err : null) : out;
    stream?.write(`${paint(harmless(text))}\n`);
  };
  return {
    group: async (title, body) => {
      line(title);
      return body();
    },
    line,
    warning: (text) => {
      clear();
      const problem = typeof text === 'string' ? { what: text } : text;
      const lines = problemLines('warning', problem, { cwd, stderr: err }).join('\n');
      err.write(`${color ? lines.replace('warning', '\x1b[33mwarning\x1b[0m') : lines}\n`);
    },
    debug: (text) => {
      if (verbose) line(`debug: ${text}`);
    },
    progress: (done, total, what) => {
      if (!live || done >= total) {
        clear();
        return;
      }
      const text = harmless(`${done} of ${total} ${what}`).slice(0, Math.max(10, (err.columns ?? 80) - 1));
      err.write(`\r\x1b[K${text}`);
      shown = true;
    },
  };
}
