/** Questions to git, without a shell. A directory that is no repository is an answer; anything else that fails is an error. */
import { execFile, type ExecFileException } from 'node:child_process';
import { OperationError } from '../errors.js';

/** Runs git in one directory. Null: there is no repository, or no git. */
export type Git = (...args: readonly string[]) => Promise<GitAnswer | null>;

export interface GitAnswer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

// Ten thousand tags are well below a megabyte.
const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Git in `cwd` with the environment `env`. Prompts are off: nobody is there to answer them.
 * The answer has `ok: false` when git said no (exit 1 to 127), for the caller to judge.
 * @throws OperationError when git cannot be run to its end
 */
export function gitIn(cwd: string, env: Readonly<Record<string, string | undefined>>, timeout = 60_000): Git {
  const environment = { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };
  return (...args) =>
    new Promise((resolve, reject) => {
      const options = { cwd, env: environment, timeout, maxBuffer: MAX_OUTPUT, encoding: 'utf8' as const };
      execFile('git', [...args], options, (error, stdout, stderr) => {
        if (error === null) resolve({ ok: true, stdout, stderr });
        else if (error.code === 'ENOENT' || /not a git repository/i.test(stderr)) resolve(null);
        else if (typeof error.code === 'number') resolve({ ok: false, stdout, stderr });
        else reject(broken(args[0] ?? '', error, timeout));
      });
    });
}

function broken(command: string, error: ExecFileException, timeout: number): OperationError {
  const killed = error.killed === true;
  const why = killed ? `no answer within ${timeout / 1000} s` : error.message;
  return new OperationError(killed ? 'timeout' : 'protocol', `git ${command}: ${why}`, { cause: error });
}

/** Lines of an answer that succeeded; none otherwise. */
export function linesOf(answer: GitAnswer | null): string[] {
  return answer?.ok === true ? answer.stdout.split('\n').filter((line) => line !== '') : [];
}

/** The commit that a revision names, null when it names none here. */
export async function commitOf(git: Git, revision: string): Promise<string | null> {
  const answer = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  return linesOf(answer)[0] ?? null;
}

/** The commit that is checked out in the directory; null where the directory is not the top of a working tree. */
export async function headOf(git: Git): Promise<string | null> {
  const below = await git('rev-parse', '--show-prefix');
  return below?.ok === true && below.stdout.trim() === '' ? commitOf(git, 'HEAD') : null;
}

/** Is the history of the clone cut off? */
export async function isShallow(git: Git): Promise<boolean> {
  return linesOf(await git('rev-parse', '--is-shallow-repository'))[0] === 'true';
}
