/** The committed bundle as a child process. Nothing of this machine's environment reaches it but PATH. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

export interface Finished {
  /** null when a signal ended it */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildOptions {
  readonly cwd: string;
  /** added to PATH, or instead of it */
  readonly env?: NodeJS.ProcessEnv;
  /** another copy of dist/ */
  readonly dist?: string;
  /** on standard input, which ends after it */
  readonly input?: string;
  /** sees the process as soon as it runs */
  readonly onStart?: (child: ChildProcessWithoutNullStreams) => void;
}

/** A child that hangs is a failing test, and must not outlive it. */
const LONGEST_MS = 20_000;

/** PATH and `more`: what a child sees of the environment, also one that a shell starts. */
export const childEnvironment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  ...more,
});

/** Runs `dist/ENTRY.cjs ARGS` to its end. */
export function runBundle(
  entry: 'cli' | 'main',
  args: readonly string[],
  { cwd, env = {}, dist = DIST, input = '', onStart }: ChildOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(dist, `${entry}.cjs`), ...args], {
      cwd,
      env: childEnvironment(env),
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...said }));
    // A command that does not read its input is not a fault.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    onStart?.(child);
  });
}
