/** Git tags of a repository: all of them, and those in the history of a commit. */
import { UserError } from '../errors.js';
import { isShallow, linesOf, type Git, type GitAnswer } from './git.js';

const PREFIX = 'refs/tags/';

/**
 * Every git tag. A shallow clone (what actions/checkout makes) has no tags of its own, so the remote is asked; outside a
 * repository there are none.
 * @throws UserError when the clone is shallow and the remote does not answer: an incomplete list would give a number twice
 */
export async function allTags(git: Git, askRemote: () => Promise<GitAnswer | null>): Promise<string[]> {
  const local = await git('for-each-ref', '--format=%(refname)', 'refs/tags');
  if (local === null) return [];
  if (!local.ok) throw unreadable('the git tags cannot be read', local.stderr);
  const names = namesOf(linesOf(local));
  if (!(await isShallow(git))) return names;
  const remote = await askRemote();
  if (remote?.ok !== true) {
    throw unreadable('this clone is shallow and the remote did not list its git tags', remote?.stderr ?? '');
  }
  const lines = linesOf(remote).map((line) => line.slice(line.indexOf('\t') + 1));
  return [...new Set([...names, ...namesOf(lines)])];
}

/**
 * Git tags in the history of a commit, the nearest first: commits in the order of `git rev-list --date-order`, and the tags of
 * one commit with the highest version first.
 * @throws UserError when there is no repository or the commit is not in it
 */
export async function tagsReachableFrom(git: Git, revision: string): Promise<string[]> {
  // Not --simplify-by-decoration: it leaves out a root commit without files, tags and all.
  const answer = await git('rev-list', '--date-order', '--format=%D', '--end-of-options', revision, '--');
  if (answer?.ok !== true) {
    throw unreadable(
      `the history of ${revision} cannot be read`,
      answer?.stderr ?? 'there is no git repository here',
    );
  }
  return linesOf(answer).flatMap((line) =>
    line
      .split(', ')
      .flatMap((name) => (name.startsWith('tag: ') ? [name.slice('tag: '.length)] : []))
      .sort(highestFirst),
  );
}

function namesOf(refs: readonly string[]): string[] {
  return refs.filter((ref) => ref.startsWith(PREFIX)).map((ref) => ref.slice(PREFIX.length));
}

function highestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}

function unreadable(what: string, stderr: string): UserError {
  const said = stderr.trim().split('\n')[0] ?? '';
  return new UserError({
    what: said === '' ? what : `${what} (${said})`,
    mend: 'check out with "fetch-depth: 0" (actions/checkout), or run "git fetch --unshallow --tags"',
  });
}
