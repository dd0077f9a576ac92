/** Git objects of one repository, with git's own ids for blobs and trees. */
import { createHash } from 'node:crypto';

export interface File {
  readonly mode: '100644' | '100755' | '120000';
  readonly text: string;
}
/** path → file */
export type Files = Readonly<Record<string, File>>;
export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** ISO 8601 */
  readonly date: string;
}
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: 'blob' | 'tree';
  readonly sha: string;
}

export class Git {
  readonly blobs = new Map<string, string>();
  readonly trees = new Map<string, readonly TreeEntry[]>();
  readonly commits = new Map<string, Commit>();
  /** annotated tags: id → commit */
  readonly tags = new Map<string, string>();
  /** `heads/main` → id */
  readonly refs = new Map<string, string>();

  blob(text: string): string {
    const bytes = Buffer.from(text);
    const sha = sha1(`blob ${bytes.length}\0`, bytes);
    this.blobs.set(sha, text);
    return sha;
  }

  /** Writes the tree of `files` and all trees below it. */
  tree(files: Files): string {
    const entries = new Map<string, TreeEntry>();
    const below = new Map<string, Record<string, File>>();
    for (const [path, file] of Object.entries(files)) {
      const slash = path.indexOf('/');
      if (slash < 0) entries.set(path, { path, mode: file.mode, type: 'blob', sha: this.blob(file.text) });
      else
        (below.get(path.slice(0, slash)) ?? set(below, path.slice(0, slash)))[path.slice(slash + 1)] = file;
    }
    for (const [path, inner] of below) {
      entries.set(path, { path, mode: '040000', type: 'tree', sha: this.tree(inner) });
    }
    const sorted = [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    const sha = sha1('tree ', Buffer.from(JSON.stringify(sorted)));
    this.trees.set(sha, sorted);
    return sha;
  }

  files(tree: string, prefix = ''): Files {
    const all: Record<string, File> = {};
    for (const { path, mode, type, sha } of this.trees.get(tree) ?? []) {
      if (type === 'tree') Object.assign(all, this.files(sha, `${prefix}${path}/`));
      else all[prefix + path] = { mode: mode as File['mode'], text: this.blobs.get(sha) ?? '' };
    }
    return all;
  }

  commit(tree: string, parents: readonly string[], message: string, date: string): Commit {
    const sha = sha1(
      'commit ',
      Buffer.from(JSON.stringify([tree, parents, message, date, this.commits.size])),
    );
    const commit = { sha, tree, parents, message, date };
    this.commits.set(sha, commit);
    return commit;
  }

  /** The commit that a branch, a tag, a full ref or an id names. */
  resolve(name: string): Commit | null {
    for (const ref of [name, `heads/${name}`, `tags/${name}`, name.replace(/^refs\//, '')]) {
      const sha = this.refs.get(ref) ?? ref;
      const commit = this.commits.get(this.tags.get(sha) ?? sha);
      if (commit) return commit;
    }
    const short = /^[0-9a-f]{7,39}$/.test(name)
      ? [...this.commits.keys()].find((sha) => sha.startsWith(name))
      : undefined;
    return short ? this.commits.get(short)! : null;
  }

  /** First parents, newest first. */
  history(from: Commit): Commit[] {
    const line: Commit[] = [];
    for (let at: Commit | undefined = from; at; at = this.commits.get(at.parents[0] ?? '')) line.push(at);
    return line;
  }
}

function set(map: Map<string, Record<string, File>>, key: string): Record<string, File> {
  const value: Record<string, File> = {};
  map.set(key, value);
  return value;
}

function sha1(head: string, bytes: Buffer): string {
  return createHash('sha1').update(head).update(bytes).digest('hex');
}
