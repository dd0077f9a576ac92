/** Where a command of the command line writes, and how its errors look. */
import type { Log } from '../ports.js';
import { harmless, wrap } from '../shared/text.js';
import type { Arguments } from './args.js';
import { problemLines, type Stream, widthOf } from './problems.js';

/** The process as a command sees it. */
export interface Io {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** refs for `classify`, and a person's answer */
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

const COLORS: Readonly<Record<string, number>> = { '+': 32, '~': 33, '?': 36, '!': 31, '=': 2, help: 36 };
const ERASE = '\r\x1b[K';
/** Nobody wants to see a line that is gone before it is read. */
const FIRST_PROGRESS = 400;

/**
 * The log of a command, for people at a terminal or for a file: everything on one stream, with a live progress line where
 * standard error is a terminal. Standard output belongs to the document when one is asked for.
 */
export function logFor(args: Arguments, { env, cwd, stdout, stderr: err }: Io): Log {
  const out = args.format === 'text' ? stdout : err;
  const quiet = args.is('quiet');
  const verbose = args.is('verbose');
  const plain = args.is('no-color') || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  const color = !plain && out.isTTY === true;
  const progress = quiet || err.isTTY !== true ? null : progressLine(err);
  let printed = 0;
  // With --quiet what went wrong is all there is to say, and it belongs with the warnings.
  const line = (text: string, bad = false): void => {
    progress?.end();
    const stream = quiet ? (bad ? err : null) : out;
    const indent = /^ */.exec(text)?.[0].length ?? 0;
    for (const each of wrap('', text, out.columns === undefined ? null : widthOf(out), indent + 2))
      stream?.write(`${color ? paint(each) : each}\n`);
    if (text === '') stream?.write('\n');
    printed += 1;
  };
  return {
    get layout() {
      return { width: widthOf(out), all: verbose, groups: false };
    },
    group: (title, body) => {
      const before = printed;
      // buildx draws the progress of a build itself.
      if (title !== 'Build') progress?.show(title);
      return body().then((result) => {
        progress?.end();
        if (printed > before) line('');
        return result;
      });
    },
    line,
    warning: (text) => {
      progress?.end();
      const problem = typeof text === 'string' ? { what: text } : text;
      const lines = problemLines('warning', problem, { cwd, stderr: err }).join('\n');
      err.write(`${color ? lines.replace('warning', '\x1b[33mwarning\x1b[0m') : lines}\n`);
    },
    debug: (text) => {
      if (verbose) line(`debug: ${text}`);
    },
    progress: (done, total, what) => {
      if (done >= total) progress?.end();
      else progress?.show(`${done} of ${total} ${what}`);
    },
  };
}

function paint(line: string): string {
  return line.replace(/^( {2})([+~=?!])(?= )|^( +)(help)(?=:)/, (_, ...groups: (string | undefined)[]) => {
    const [indent = groups[2] ?? '', word = groups[3] ?? ''] = groups;
    return `${indent}\x1b[${COLORS[word] ?? 0}m${word}\x1b[0m`;
  });
}

/** One line that is drawn over: what, how many, and how long so far, also while nothing happens. */
function progressLine(err: Stream): { show(text: string): void; end(): void } {
  let text = '';
  const started = performance.now();
  let drawn = false;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    const elapsed = performance.now() - started;
    if (elapsed < FIRST_PROGRESS) return;
    const line = `${harmless(text)}, ${(elapsed / 1000).toFixed(1)} s`;
    err.write(`${ERASE}${line.slice(0, widthOf(err) - 1)}`);
    drawn = true;
  };
  return {
    show: (next) => {
      timer ??= setInterval(draw, 100).unref();
      text = next;
    },
    end: () => {
      clearInterval(timer);
      timer = undefined;
      if (drawn) err.write(ERASE);
      drawn = false;
    },
  };
}
