import { Readable } from 'node:stream';

import { runCommandLine } from '../../src/cli/start.js';

export interface Spoken {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a person sits in front of: all three streams are a terminal. */
export interface Terminal {
  /** what is typed; null: nothing, and the input stays open */
  readonly typed: string | null;
  readonly columns?: number;
  /** sees what is written, as it is written */
  readonly onText?: (text: string) => void;
}

/**
 * Runs `retag ARGV` inside this process, with an environment of its own and nothing on standard input.
 * @param terminal absent: the streams are pipes
 * @param more of the environment
 */
export async function retag(
  argv: readonly string[],
  cwd = process.cwd(),
  terminal?: Terminal,
  more: Readonly<Record<string, string>> = {},
): Promise<Spoken> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => ({
    isTTY: terminal !== undefined,
    columns: terminal?.columns,
    write: (text: string) => {
      said[name] += text;
      terminal?.onText?.(text);
      return true;
    },
  });
  const code = await runCommandLine(argv, {
    env: { PATH: process.env['PATH'], HOME: cwd, ...more },
    cwd,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    stdin: Object.assign(inputOf(terminal), { isTTY: terminal !== undefined }),
  });
  return { code, ...said };
}

function inputOf(terminal: Terminal | undefined): Readable {
  if (terminal?.typed === null) return new Readable({ read: () => undefined });
  return Readable.from(terminal === undefined ? [] : [terminal.typed]);
}

/** Text that was broken into lines to fit a terminal, as it was before: each message on one line. */
export function joined(text: string): string {
  return text.replace(/\n +(?![ |]|-->)/g, ' ');
}
