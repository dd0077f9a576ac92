/**
 * Is what lies in a work tree what a commit has? The one place that asks, for the tag file and for what is built. An answer is "as
 * committed" or what is not; that git cannot tell is an error, so that nobody can take it for an answer.
 */
import { createHash } from 'node:crypto';
import { lstat, readFile, readlink, realpath } from 'node:fs/promises';
import { dirname, join, parse, relative, resolve, sep } from 'node:path';

import { OperationError } from '../errors.js';
import type { Uncommitted } from '../builds/model.js';
import type { Environment } from '../shared/environment.js';
import { checkoutAbove, commitOf, gitIn, linesOf, type Git } from './git.js';

/**
 * The commit that is checked out in git's directory; null where it is not the top of a work tree.
 * @throws OperationError when there is a `.git` and git cannot tell
 */
export async function headOf(git: Git): Promise<string | null> {
  const below = await git('rev-parse', '--show-prefix');
  if (below === null || (below.ok && below.stdout.trim() !== '')) return null;
  return headHere(git);
}

async function headHere(git: Git): Promise<string> {
  const head = await commitOf(git, 'HEAD');
  if (head !== null) return head;
  const answer = await git('rev-parse', '--verify', 'HEAD^{commit}');
  throw unknown('git cannot tell which commit is checked out', answer?.stderr ?? '');
}

function unknown(what: string, stderr: string): OperationError {
  const [why = ''] = stderr.trim().split('\n');
  return new OperationError('protocol', `${what}: ${why}`);
}

/**
 * What of `paths` (relative to the workspace) is not as `commit` has it, with paths of the workspace. Links are followed, and
 * each file is asked for in the checkout that it lies in. Files that are only untracked inside a submodule do not count.
 * @throws OperationError when git cannot tell, and for files of a checkout at another commit; what no checkout has is not compared
 */
export async function uncommittedIn(
  workspace: string,
  env: Environment,
  commit: string,
  paths: readonly string[],
): Promise<Uncommitted> {
  const root = await realpath(workspace);
  const steps = await Promise.all(paths.map((path) => stepsTo(resolve(root, path))));
  const byCheckout = new Map<string, Set<string>>();
  for (const path of new Set(steps.flat())) {
    const isFolder = (await lstat(path).catch(() => null))?.isDirectory() === true;
    const top = await checkoutAbove(isFolder ? path : dirname(path));
    if (top !== null) byCheckout.set(top, (byCheckout.get(top) ?? new Set()).add(relative(top, path) || '.'));
  }
  const modified: string[] = [];
  const untracked: string[] = [];
  for (const [top, names] of byCheckout) {
    const git = gitIn(top, env);
    await requireCommit(top, env, commit);
    const named = (name: string): string => relative(root, join(top, name));
    const entries = await zeroEnded(git, 'status', [...STATUS, '--', ...names]);
    const isNew = (entry: string): boolean => entry.startsWith('??');
    for (const entry of entries.filter(isNew)) untracked.push(named(entry.slice(3)));
    const changed = entries.filter((entry) => !isNew(entry)).map((entry) => entry.slice(3));
    for (const entry of await zeroEnded(git, 'ls-files', ['-v', '-s', '-z', '--', ...names])) {
      const [, mark = '', id = '', name = ''] = /^(\S) \d+ (\S+) \d\t(.*)$/s.exec(entry) ?? [];
      if (mark !== 'H' && !(await isAsMarked(mark, id, join(top, name)))) changed.push(name);
    }
    for (const name of new Set(changed)) modified.push(named(name));
  }
  return { modified, untracked };
}

const STATUS = [
  '--porcelain=v1',
  '-z',
  '--no-renames',
  '--untracked-files=all',
  '--ignore-submodules=untracked',
];

async function zeroEnded(git: Git, command: string, words: readonly string[]): Promise<string[]> {
  const answer = await git('--literal-pathspecs', command, ...words);
  if (answer?.ok !== true)
    throw unknown(`git ${command} cannot tell whether what is built is committed`, answer?.stderr ?? '');
  return answer.stdout.split('\0').filter((entry) => entry !== '');
}

/** Git does not look at files that are marked assume-unchanged or skip-worktree (sparse checkouts leave these out). */
async function isAsMarked(mark: string, id: string, path: string): Promise<boolean> {
  const info = await lstat(path).catch(() => null);
  if (info === null) return mark.toUpperCase() === 'S';
  if (info.isDirectory()) return (await checkoutAbove(path)) !== path;
  return isBlob(id, info.isSymbolicLink() ? Buffer.from(await readlink(path)) : await readFile(path));
}

/** Every symbolic link on the way, and where the way ends. */
async function stepsTo(path: string): Promise<string[]> {
  const links: string[] = [];
  let { root: at } = parse(path);
  let rest = path.slice(at.length).split(sep);
  for (let [next] = rest; next !== undefined; [next] = rest) {
    const here = join(at, next);
    const target = links.length < 40 ? await readlink(here).catch(() => null) : null;
    if (target !== null) links.push(here);
    const to = target === null ? here : resolve(at, target);
    rest = [...(target === null ? [] : to.slice(parse(to).root.length).split(sep)), ...rest.slice(1)];
    at = target === null ? here : parse(to).root;
  }
  return [...links, at];
}

/** A checkout is at the commit of the run, or it is a submodule at the commit that such a checkout names. */
async function requireCommit(top: string, env: Environment, commit: string): Promise<void> {
  const head = await headHere(gitIn(top, env));
  if (head === commit) return;
  const outer = await checkoutAbove(dirname(top));
  if (outer !== null && (await objectAt(gitIn(outer, env), relative(outer, top))) === head)
    return requireCommit(outer, env, commit);
  const what = `what is built lies in ${top}, a checkout at commit ${head}, and this run is for ${commit}`;
  throw new OperationError('mismatch', `${what}; check out that commit there`);
}

/** What HEAD has under a path of the checkout; null where the path is not committed. */
async function objectAt(git: Git, path: string): Promise<string | null> {
  const name = `HEAD:${path.split(sep).join('/')}`;
  return linesOf(await git('rev-parse', '--verify', '--quiet', '--end-of-options', name))[0] ?? null;
}

/**
 * The commits by which a tag file is tracked, by the path that was given and by the one that links lead to, and whether it is as
 * they have it. The bytes are hashed here, because git would run the filters that a repository's configuration names.
 * @param cwd the directory that a relative path is in
 * @returns empty where no commit has the file; null where there is no checkout at all
 * @throws OperationError when there is a `.git` and git cannot tell
 */
export async function trackedFile(
  cwd: string,
  env: Environment,
  file: { readonly path: string; readonly bytes: Uint8Array },
): Promise<readonly { readonly head: string; readonly same: boolean }[] | null> {
  const root = await realpath(cwd);
  const inside = relative(cwd, resolve(cwd, file.path));
  const given = resolve(root, inside);
  const real = await realpath(given).catch(() => given);
  const above = await Promise.all([root, dirname(given), dirname(real)].map(checkoutAbove));
  const tops = new Set(above.filter((path) => path !== null));
  if (tops.size === 0) return null;
  const found = [];
  for (const top of tops) {
    const git = gitIn(top, env);
    const head = await headHere(git);
    for (const path of new Set([given, real])) {
      const name = relative(top, path);
      const id = name.startsWith('..') ? null : await objectAt(git, name);
      // A tracked path that leads elsewhere is not the file that the commit has there.
      if (id !== null) found.push({ head, same: path === real && isBlob(id, file.bytes) });
    }
  }
  return found;
}

/** Is `bytes` that object? A checkout on Windows may have its own line ends. */
function isBlob(id: string, bytes: Uint8Array): boolean {
  const algorithm = id.length === 64 ? 'sha256' : 'sha1';
  const hash = (text: Buffer): string =>
    createHash(algorithm).update(`blob ${text.length}\0`).update(text).digest('hex');
  const text = Buffer.from(bytes);
  return (
    hash(text) === id || hash(Buffer.from(text.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')) === id
  );
}
