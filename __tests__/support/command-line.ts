import { Readable } from 'node:stream';

import { runCommandLine } from '../../src/cli/start.js';

export interface Spoken {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `retag ARGV` inside this process, with an environment of its own and nothing on standard input. */
export async function retag(argv: readonly string[], cwd = process.cwd()): Promise<Spoken> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => ({
    isTTY: false,
    write: (text: string) => {
      said[name] += text;
      return true;
    },
  });
  const code = await runCommandLine(argv, {
    env: { PATH: process.env['PATH'], HOME: cwd },
    cwd,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    stdin: Readable.from([]),
  });
  return { code, ...said };
}
