/** Questions to the docker command, and its answer as text. */
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

import { OperationError, messageOf } from '../errors.js';
import { runLong, type LongRun } from './process.js';

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
  throw new OperationError(
    'unavailable',
    'there is no docker command on the PATH; install it with its buildx plugin, or use a runner that has them',
  );
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
