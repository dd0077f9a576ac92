/** Real git repositories in temporary directories. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What git may see: no configuration of this machine, fixed people, and the clock that a commit is given. */
export const GIT_ENV = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

export interface Sandbox {
  readonly path: string;
  /** a directory below it */
  at(...parts: string[]): string;
  /** runs git in a directory of the sandbox and gives its output back, trimmed */
  git(directory: string, ...args: string[]): string;
  /** an empty commit `minute` minutes into 2024; gives its id back */
  commit(directory: string, minute: number): string;
  remove(): void;
}

export function sandbox(): Sandbox {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'retag-git-')));
  const at = (...parts: string[]) => join(path, ...parts);
  const run = (directory: string, args: string[], env: Record<string, string> = {}) =>
    execFileSync('git', args, {
      cwd: at(directory),
      env: { ...GIT_ENV, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  return {
    path,
    at,
    git: (directory, ...args) => run(directory, args),
    commit: (directory, minute) => {
      const date = `2024-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
      const env = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
      run(directory, ['commit', '--quiet', '--allow-empty', '-m', `c${minute}`], env);
      return run(directory, ['rev-parse', 'HEAD']);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
