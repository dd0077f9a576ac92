/**
 * One long-running child that can be stopped. @actions/exec has no way to stop what it started, so the build
 * itself is started here, as the leader of a process group: the docker command and its plugin end together.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { messageOf, OperationError } from '../errors.js';
import type { Clock } from '../ports.js';
import { lineSplitter } from './output.js';

interface LongRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly clock: Pick<Clock, 'sleep'>;
  /** every line of stdout and stderr, in the order in which they arrive */
  readonly onLine: (line: string, from: 'stdout' | 'stderr') => void;
  /** stderr is the terminal itself: live progress, and nothing to see for `onLine` */
  readonly terminal: boolean;
}

/** GitHub's runner waits 7.5 s between SIGINT and SIGTERM and 2.5 s after it; the child gets less than that. */
const GRACE_MS = 5000;

/**
 * Resolves to the exit status, or the name of the signal that ended the child. When the signal aborts, the whole
 * group gets SIGTERM, after five seconds SIGKILL, and the promise rejects once it is gone.
 * @throws OperationError `unavailable` when it cannot be started; the reason of the abort
 */
export async function runLong(options: LongRun): Promise<number | NodeJS.Signals> {
  options.signal.throwIfAborted();
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: { ...options.environment },
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', options.terminal ? 'inherit' : 'pipe'],
  });
  const lines = (['stdout', 'stderr'] as const).flatMap((from) => {
    const stream = child[from];
    if (stream === null) return [];
    const splitter = lineSplitter((line) => options.onLine(line, from));
    stream.setEncoding('utf8').on('data', (text: string) => splitter.push(text));
    return [splitter];
  });
  const gone = finished(child);
  // A second signal ends Retag at once; even then nothing is left behind.
  const atExit = (): void => killGroup(child, 'SIGKILL');
  process.once('exit', atExit);
  const stop = (): void => void stopGroup(child, gone, options.clock);
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    const end = await gone;
    options.signal.throwIfAborted();
    return end;
  } finally {
    options.signal.removeEventListener('abort', stop);
    process.off('exit', atExit);
    for (const splitter of lines) splitter.flush();
  }
}

function finished(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        new OperationError('unavailable', `docker cannot be run (${messageOf(error)})`, { cause: error }),
      ),
    );
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
  });
}

async function stopGroup(
  child: ChildProcess,
  gone: Promise<unknown>,
  clock: Pick<Clock, 'sleep'>,
): Promise<void> {
  killGroup(child, 'SIGTERM');
  const done = new AbortController();
  const ended = gone.then(
    () => done.abort(),
    () => done.abort(),
  );
  await Promise.race([ended, clock.sleep(GRACE_MS, done.signal).catch(() => undefined)]);
  if (!done.signal.aborted) killGroup(child, 'SIGKILL');
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // it is gone already
  }
}

// Questions to the docker command, and its answer as text.

export interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `docker` with these words; never throws for an exit status. */
export type Ask = (words: readonly string[]) => Promise<Answer>;

/**
 * Asks through @actions/exec, loaded when it is first needed: a run without builds never pays for it.
 * @param docker the path that `findDocker` gave
 */
export function askDocker(docker: string, environment: Readonly<Record<string, string>>, cwd: string): Ask {
  return async (words) => {
    const { getExecOutput } = await import('@actions/exec');
    try {
      const options = { env: { ...environment }, cwd, silent: true, ignoreReturnCode: true };
      return await getExecOutput(`"${docker}"`, [...words], options);
    } catch (error) {
      throw new OperationError('unavailable', `docker cannot be run: ${messageOf(error)}`, { cause: error });
    }
  };
}

/**
 * The docker command on the PATH of `environment` (@actions/exec would look in this process's own).
 * @throws OperationError `unavailable` when there is none
 */
export async function findDocker(environment: Readonly<Record<string, string>>): Promise<string> {
  if (process.platform === 'win32') return 'docker';
  for (const directory of (environment['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'docker');
    const usable =
      isAbsolute(directory) &&
      (await access(path, constants.X_OK).then(
        () => true,
        () => false,
      ));
    if (usable) return path;
  }
  throw new OperationError('unavailable', 'there is no docker command on the PATH', {
    hint: 'install it with its buildx plugin, or use a runner that has them',
  });
}

/** As `askDocker`, for what may take long: it ends when the signal aborts. */
export function askDockerLong(
  options: Pick<LongRun, 'command' | 'environment' | 'cwd' | 'signal' | 'clock'>,
): Ask {
  return async (words) => {
    const text = { stdout: '', stderr: '' };
    const end = await runLong({
      ...options,
      args: words,
      terminal: false,
      onLine: (line, from) => {
        text[from] += `${line}\n`;
      },
    });
    return { ...text, exitCode: typeof end === 'number' ? end : 1 };
  };
}
