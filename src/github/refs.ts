/** Git refs of the home repository as GitHub has them: a checkout seldom has the tags. */
import { OperationError } from '../errors.js';
import type { Data, GitHub } from './client.js';

/** The commit that a git tag names, annotated or not; null when there is no such tag. */
export async function commitOfTag(github: GitHub, name: string): Promise<string | null> {
  const ref = await github.find('GET /repos/{owner}/{repo}/git/ref/{ref}', {
    ...github.home,
    ref: `tags/${name}`,
  });
  if (ref === null || ref.object.type !== 'tag') return ref?.object.sha ?? null;
  const params = { ...github.home, tag_sha: ref.object.sha };
  return (await github.call('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', params)).object.sha;
}

/** Is the name a git tag at this commit, and no branch as well? */
export async function isTagAt(github: GitHub, name: string, sha: string): Promise<boolean> {
  if ((await commitOfTag(github, name)) !== sha) return false;
  const branch = { ...github.home, ref: `heads/${name}` };
  return (await github.find('GET /repos/{owner}/{repo}/git/ref/{ref}', branch)) === null;
}

/**
 * `created`: the git tag is new and ours. `ours`: it was there with our commit, so this is a re-run.
 * `taken`: it names another commit (take the next number). `denied`: the token may not create it; the error
 * names the permission.
 */
export type Claim =
  | { readonly state: 'created' | 'ours' }
  | { readonly state: 'taken'; readonly sha: string }
  | { readonly state: 'denied'; readonly error: OperationError };

/**
 * Claims a version by creating the git tag `name` at `sha` (40 hexadecimal digits) through the API, which only
 * one of several runs can do. When the answer is lost the tag is looked at before anything else is believed.
 * Throws OperationError for everything that is none of the four answers.
 */
export async function claimTag(github: GitHub, name: string, sha: string): Promise<Claim> {
  try {
    await github.call('POST /repos/{owner}/{repo}/git/refs', {
      ...github.home,
      ref: `refs/tags/${name}`,
      sha,
    });
    return { state: 'created' };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    // 404 is how GitHub hides a repository that the token may not write to.
    if (error.code === 'denied' || error.code === 'absent') return { state: 'denied', error };
    const exists = error.status === 422 && /already exists/i.test(error.message);
    const lost = error.code === 'unavailable' || error.code === 'timeout';
    if (!exists && !lost) throw error;
    const there = await commitOfTag(github, name);
    if (there === null) throw error;
    return there === sha ? { state: lost ? 'created' : 'ours' } : { state: 'taken', sha: there };
  }
}

/**
 * A text file of the home repository at a commit, null when there is none. Used for the tag file as it was
 * before a pull request and for earlier versions of it. Up to 1 MB, which is what this part of the API gives.
 */
export async function readText(github: GitHub, path: string, ref: string): Promise<string | null> {
  const answer = await github.find('GET /repos/{owner}/{repo}/contents/{path}', {
    ...github.home,
    path,
    ref,
  });
  if (answer === null || Array.isArray(answer) || !('content' in answer)) return null;
  if (answer.encoding !== 'base64') {
    throw new OperationError(
      'rejected',
      `${path} at ${ref.slice(0, 7)} cannot be read through GitHub's API (over 1 MB)`,
    );
  }
  return decodeBase64(answer.content);
}

/** GitHub breaks base64 into lines; bytes that are not UTF-8 become U+FFFD. */
export function decodeBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

export interface TreeFile {
  /** false when its bytes are not UTF-8: written back, they would be others */
  readonly text: string | false;
  /** git's mode, kept when the file is written back */
  readonly mode: '100644' | '100755';
  readonly sha: string;
}

type Tree = Data<'GET /repos/{owner}/{repo}/git/trees/{tree_sha}'>;

/**
 * Reads files of a tree by walking it, so that modes are known and a symbolic link is not taken for a file.
 * Null for a file that is not there, is a directory, a link or a submodule.
 */
export async function readTreeFiles(
  github: GitHub,
  root: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, TreeFile | null>> {
  const trees = new Map<string, Promise<Tree>>();
  const tree = (tree_sha: string): Promise<Tree> => {
    const known = trees.get(tree_sha);
    if (known) return known;
    const asked = github.call('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', { ...github.home, tree_sha });
    trees.set(tree_sha, asked);
    return asked;
  };
  const read = async (file: string): Promise<TreeFile | null> => {
    let sha = root;
    const [...directories] = file.split('/');
    const name = directories.pop();
    for (const directory of directories) {
      const next = (await tree(sha)).tree.find(({ path, type }) => path === directory && type === 'tree');
      if (next?.sha === undefined) return null;
      sha = next.sha;
    }
    const entry = (await tree(sha)).tree.find(({ path, type }) => path === name && type === 'blob');
    if (entry?.sha === undefined || (entry.mode !== '100644' && entry.mode !== '100755')) return null;
    const params = { ...github.home, file_sha: entry.sha };
    const blob = await github.call('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', params);
    return { text: exactText(blob.content), mode: entry.mode, sha: entry.sha };
  };
  const unique = [...new Set(files)];
  return new Map(await Promise.all(unique.map(async (file) => [file, await read(file)] as const)));
}

/** The text whose UTF-8 is these very bytes, a byte order mark included. */
function exactText(base64: string): TreeFile['text'] {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return false;
  }
}
