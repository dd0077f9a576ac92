import type { Data, GitHub } from './client.js';

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
