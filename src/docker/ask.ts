/** Questions to the docker command, and its answer as text. */
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
 * @throws OperationError `unavailable` when there is no docker command
 */
export function askDocker(environment: Readonly<Record<string, string>>, cwd: string): Ask {
  return async (words) => {
    const { getExecOutput } = await import('@actions/exec');
    try {
      const options = { env: { ...environment }, cwd, silent: true, ignoreReturnCode: true };
      return await getExecOutput('docker', [...words], options);
    } catch (error) {
      throw new OperationError(
        'unavailable',
        `docker cannot be run (${messageOf(error)}); install the docker command with its buildx plugin, or use a runner that has them`,
        { cause: error },
      );
    }
  };
}

/** As `askDocker`, for what may take long: it ends when the signal aborts. */
export function askDockerLong(options: Pick<LongRun, 'environment' | 'cwd' | 'signal' | 'clock'>): Ask {
  return async (words) => {
    const text = { stdout: '', stderr: '' };
    const end = await runLong({
      ...options,
      command: 'docker',
      args: words,
      terminal: false,
      onLine: (line, from) => {
        text[from] += `${line}\n`;
      },
    });
    return { ...text, exitCode: typeof end === 'number' ? end : 1 };
  };
}
