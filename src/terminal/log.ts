/** The log of the command line: everything on one stream, a live progress line when that is a terminal. */
import type { Log } from '../ports.js';
import { harmless } from '../shared/text.js';

export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface TerminalOptions {
  /** all messages; stderr with `--json`, else stdout */
  readonly out: Stream;
  /** warnings; with `quiet` also what went wrong */
  readonly err: Stream;
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
  const { out, err, quiet, verbose, color } = options;
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
      err.write(`${color ? '\x1b[33mwarning\x1b[0m' : 'warning'}: ${harmless(text)}\n`);
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
