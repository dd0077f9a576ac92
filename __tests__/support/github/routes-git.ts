import type { Commit, Files } from './git.js';
import { type Call, notFound, Refusal, type Reply, type Routes } from './routes.js';

const REPO = '/repos/{owner}/{repo}';

/** Commits, contents and git's own objects. */
export const gitRoutes: Routes = {
  [`GET ${REPO}`]: ({ repo, path }) => ({
    status: 200,
    body: { name: path['repo'], full_name: repo.name, default_branch: 'main', private: repo.private },
  }),
  [`GET ${REPO}/commits`]: (call) => {
    const { repo, query } = call;
    const from = repo.git.resolve(query.get('sha') ?? 'main') ?? notFound();
    const since = Date.parse(query.get('since') ?? '1970-01-01');
    const file = query.get('path');
    const commits = repo.git
      .history(from)
      .filter((commit) => Date.parse(commit.date) >= since)
      .filter((commit) => file === null || touches(call, commit, file));
    return { status: 200, list: commits.map(commitAnswer) };
  },
  [`GET ${REPO}/commits/{ref}`]: ({ repo, path }) => {
    const commit = repo.git.resolve(path['ref']!);
    if (!commit) throw new Refusal(422, `No commit found for SHA: ${path['ref']!}`);
    return { status: 200, body: commitAnswer(commit) };
  },
  [`GET ${REPO}/contents/{path}`]: ({ repo, path, query }) => {
    const commit = repo.git.resolve(query.get('ref') ?? 'main') ?? notFound();
    const file = repo.git.files(commit.tree)[path['path']!] ?? notFound();
    const bytes = Buffer.from(file.text);
    return {
      status: 200,
      body: {
        type: 'file',
        encoding: 'base64',
        size: bytes.length,
        name: path['path']!.split('/').at(-1),
        path: path['path'],
        content: lines(bytes.toString('base64')),
        sha: repo.git.blob(file.text),
      },
    };
  },
  [`GET ${REPO}/git/ref/{ref}`]: ({ repo, path }) =>
    refAnswer(200, path['ref']!, repo.git.refs.get(path['ref']!), repo.git.tags),
  [`POST ${REPO}/git/refs`]: ({ repo, body }) => {
    const full = body['ref'] as string;
    const ref = full.replace(/^refs\//, '');
    if (ref === full || ref.split('/').length < 2)
      throw new Refusal(422, "Reference name must start with 'refs/'.");
    if (repo.git.refs.has(ref)) throw new Refusal(422, 'Reference already exists');
    mustExist(repo.git.commits, body['sha'] as string);
    repo.git.refs.set(ref, body['sha'] as string);
    return refAnswer(201, ref, repo.git.refs.get(ref), repo.git.tags);
  },
  [`PATCH ${REPO}/git/refs/{ref}`]: ({ repo, path, body }) => {
    const ref = path['ref']!;
    const old = repo.git.refs.get(ref);
    if (old === undefined) throw new Refusal(422, 'Reference does not exist');
    const commit = mustExist(repo.git.commits, body['sha'] as string);
    const forward = repo.git.history(commit).some(({ sha }) => sha === old);
    if (!forward && body['force'] !== true) throw new Refusal(422, 'Update is not a fast forward');
    repo.git.refs.set(ref, commit.sha);
    return refAnswer(200, ref, commit.sha, repo.git.tags);
  },
  [`DELETE ${REPO}/git/refs/{ref}`]: ({ repo, path }) => {
    if (!repo.git.refs.delete(path['ref']!)) throw new Refusal(422, 'Reference does not exist');
    const branch = path['ref']!.replace(/^heads\//, '');
    for (const issue of repo.issues)
      if (issue.pull?.head === branch && issue.state === 'open') issue.state = 'closed';
    return { status: 204 };
  },
  [`GET ${REPO}/git/tags/{tag_sha}`]: ({ repo, path }) => {
    const target = repo.git.tags.get(path['tag_sha']!) ?? notFound();
    return { status: 200, body: { sha: path['tag_sha'], object: { type: 'commit', sha: target } } };
  },
  [`GET ${REPO}/git/commits/{commit_sha}`]: ({ repo, path }) => ({
    status: 200,
    body: gitCommitAnswer(repo.git.commits.get(path['commit_sha']!) ?? notFound()),
  }),
  [`POST ${REPO}/git/commits`]: ({ repo, body }) => {
    if (!repo.git.trees.has(body['tree'] as string)) throw new Refusal(422, 'Tree SHA does not exist');
    for (const parent of (body['parents'] as string[] | undefined) ?? []) mustExist(repo.git.commits, parent);
    const commit = repo.git.commit(
      body['tree'] as string,
      (body['parents'] as string[] | undefined) ?? [],
      body['message'] as string,
      '2026-01-05T00:00:00Z',
    );
    return { status: 201, body: gitCommitAnswer(commit) };
  },
  [`GET ${REPO}/git/trees/{tree_sha}`]: ({ repo, path }) => {
    const sha = repo.git.commits.get(path['tree_sha']!)?.tree ?? path['tree_sha']!;
    return { status: 200, body: { sha, truncated: false, tree: repo.git.trees.get(sha) ?? notFound() } };
  },
  [`POST ${REPO}/git/trees`]: ({ repo, body }) => {
    const base = body['base_tree'] as string | undefined;
    if (base !== undefined && !repo.git.trees.has(base))
      throw new Refusal(422, 'base_tree is not a valid tree oid');
    const files: Record<string, Files[string]> = { ...(base === undefined ? {} : repo.git.files(base)) };
    for (const entry of body['tree'] as Record<string, string>[]) {
      const text = entry['content'] ?? repo.git.blobs.get(entry['sha'] ?? '') ?? notFound();
      files[entry['path']!] = { mode: entry['mode'] as Files[string]['mode'], text };
    }
    const sha = repo.git.tree(files);
    return { status: 201, body: { sha, truncated: false, tree: repo.git.trees.get(sha) } };
  },
  [`GET ${REPO}/git/blobs/{file_sha}`]: ({ repo, path }) => {
    const text = repo.git.blobs.get(path['file_sha']!) ?? notFound();
    const bytes = Buffer.from(text);
    const content = lines(bytes.toString('base64'));
    return { status: 200, body: { sha: path['file_sha'], encoding: 'base64', size: bytes.length, content } };
  },
};

/** GitHub breaks base64 into lines. */
const lines = (base64: string): string => base64.replace(/.{60}/g, '$&\n') + '\n';

function touches({ repo }: Call, commit: Commit, file: string): boolean {
  const parent = repo.git.commits.get(commit.parents[0] ?? '');
  const before = parent ? repo.git.files(parent.tree)[file]?.text : undefined;
  return repo.git.files(commit.tree)[file]?.text !== before;
}

function mustExist(commits: ReadonlyMap<string, Commit>, sha: string): Commit {
  const commit = commits.get(sha);
  if (!commit) throw new Refusal(422, 'Object does not exist');
  return commit;
}

function refAnswer(
  status: number,
  ref: string,
  sha: string | undefined,
  tags: ReadonlyMap<string, string>,
): Reply {
  if (sha === undefined) return notFound();
  return { status, body: { ref: `refs/${ref}`, object: { type: tags.has(sha) ? 'tag' : 'commit', sha } } };
}

const person = (date: string): object => ({ name: 'x', email: 'x@github.example', date });

const commitAnswer = ({ sha, tree, parents, message, date }: Commit): object => ({
  sha,
  commit: { message, author: person(date), committer: person(date), tree: { sha: tree } },
  parents: parents.map((parent) => ({ sha: parent })),
});

const gitCommitAnswer = ({ sha, tree, parents, message, date }: Commit): object => ({
  sha,
  message,
  author: person(date),
  committer: person(date),
  tree: { sha: tree },
  parents: parents.map((parent) => ({ sha: parent })),
});
