import { type Call, invalid, notFound, Refusal, type Reply, type Routes, user } from './routes.js';
import type { Comment, Issue, Repo } from './state.js';

const REPO = '/repos/{owner}/{repo}';
const MAX_BODY = 65_536;

/** Issues, comments, labels, people and pull requests. */
export const issueRoutes: Routes = {
  'GET /user': ({ token }) => {
    if (token.kind === 'job') throw new Refusal(403, 'Resource not accessible by integration');
    return { status: 200, body: user(token.login) };
  },
  [`GET ${REPO}/assignees/{assignee}`]: ({ repo, path }) => ({
    status: repo.collaborators.has(path['assignee']!) ? 204 : notFound(),
  }),
  [`GET ${REPO}/labels/{name}`]: ({ repo, path }) => {
    const label = repo.labels.get(path['name']!) ?? notFound();
    return { status: 200, body: { name: path['name'], ...label } };
  },
  [`POST ${REPO}/labels`]: ({ repo, body }) => {
    const name = body['name'] as string;
    if (repo.labels.has(name)) invalid('Label', 'name', 'already_exists');
    if (name.length > 50) invalid('Label', 'name', 'invalid');
    const label = {
      color: (body['color'] as string | undefined) ?? 'ededed',
      description: (body['description'] as string | undefined) ?? '',
    };
    if (!/^[0-9a-f]{6}$/i.test(label.color)) invalid('Label', 'color', 'invalid');
    repo.labels.set(name, label);
    return { status: 201, body: { name, ...label } };
  },
  [`GET ${REPO}/issues`]: ({ repo, query }) => {
    const labels = query.get('labels')?.split(',') ?? [];
    const list = repo.issues
      .filter((issue) => inState(issue, query) && labels.every((label) => issue.labels.includes(label)))
      .reverse()
      .map((issue) => issueAnswer(repo, issue));
    return { status: 200, list };
  },
  [`POST ${REPO}/issues`]: ({ repo, body, token }) => {
    checkText(body);
    checkPeople(repo, body);
    const issue = repo.open(body['title'] as string, token.login, (body['body'] as string | undefined) ?? '');
    change(repo, issue, body);
    return { status: 201, body: issueAnswer(repo, issue) };
  },
  [`PATCH ${REPO}/issues/{issue_number}`]: ({ repo, path, body }) => {
    const issue = numbered(repo, path['issue_number']!);
    checkText(body);
    checkPeople(repo, body);
    change(repo, issue, body);
    return { status: 200, body: issueAnswer(repo, issue) };
  },
  [`GET ${REPO}/issues/{issue_number}/comments`]: ({ repo, path }) => {
    const { number } = numbered(repo, path['issue_number']!);
    return { status: 200, list: repo.comments.filter(({ issue }) => issue === number).map(commentAnswer) };
  },
  [`POST ${REPO}/issues/{issue_number}/comments`]: ({ repo, path, body, token }) => {
    const { number } = numbered(repo, path['issue_number']!);
    checkText(body);
    const comment = {
      id: repo.comments.length + 1,
      issue: number,
      login: token.login,
      body: body['body'] as string,
    };
    repo.comments.push(comment);
    return { status: 201, body: commentAnswer(comment) };
  },
  [`PATCH ${REPO}/issues/comments/{comment_id}`]: ({ repo, path, body }) => {
    const comment = repo.comments.find(({ id }) => id === Number(path['comment_id'])) ?? notFound();
    checkText(body);
    comment.body = body['body'] as string;
    return { status: 200, body: commentAnswer(comment) };
  },
  [`GET ${REPO}/pulls`]: ({ repo, query }) => {
    const head = query.get('head')?.split(':').at(-1);
    const list = repo.issues
      .filter((issue) => issue.pull && inState(issue, query))
      .filter(({ pull }) => head === undefined || pull?.head === head)
      .filter(({ pull }) => !query.has('base') || pull?.base === query.get('base'))
      .reverse();
    return { status: 200, list: list.map((issue) => pullAnswer(repo, issue)) };
  },
  [`POST ${REPO}/pulls`]: openPull,
  [`GET ${REPO}/pulls/{pull_number}`]: ({ repo, path }) => ({
    status: 200,
    body: pullAnswer(repo, pullNumbered(repo, path['pull_number']!)),
  }),
  [`PATCH ${REPO}/pulls/{pull_number}`]: ({ repo, path, body }) => {
    const issue = pullNumbered(repo, path['pull_number']!);
    checkText(body);
    change(repo, issue, body);
    return { status: 200, body: pullAnswer(repo, issue) };
  },
  [`GET ${REPO}/pulls/{pull_number}/reviews`]: ({ repo, path }) => {
    const { pull } = pullNumbered(repo, path['pull_number']!);
    const list = pull!.reviews.map(({ login, state, at, commit }, i) => ({
      id: i + 1,
      user: user(login),
      state,
      submitted_at: at,
      commit_id: commit ?? pull!.headSha,
    }));
    return { status: 200, list };
  },
  [`GET ${REPO}/commits/{commit_sha}/pulls`]: ({ repo, path }) => {
    const list = repo.issues.filter(
      ({ pull }) => pull && (pull.merged === path['commit_sha'] || pull.headSha === path['commit_sha']),
    );
    return { status: 200, list: list.map((issue) => pullAnswer(repo, issue)) };
  },
};

function openPull({ repo, body, token }: Call): Reply {
  checkText(body);
  const head = (body['head'] as string).split(':').at(-1)!;
  const base = body['base'] as string;
  const from = repo.git.refs.get(`heads/${head}`);
  const into = repo.git.refs.get(`heads/${base}`);
  if (from === undefined) return invalid('PullRequest', 'head', 'invalid');
  if (into === undefined) return invalid('PullRequest', 'base', 'invalid');
  if (from === into) invalid('PullRequest', 'base', 'custom', `No commits between ${base} and ${head}`);
  if (repo.issues.some(({ pull, state }) => state === 'open' && pull?.head === head && pull.base === base)) {
    invalid('PullRequest', 'base', 'custom', `A pull request already exists for ${head}.`);
  }
  const pull = { head, base, headSha: from, merged: null, mergedAt: null, reviews: [] };
  const issue = repo.open(
    body['title'] as string,
    token.login,
    (body['body'] as string | undefined) ?? '',
    pull,
  );
  return { status: 201, body: pullAnswer(repo, issue) };
}

function checkText(body: Call['body']): void {
  const { title, body: text } = body as { title?: string; body?: string };
  if (title !== undefined && (title === '' || title.length > 256)) invalid('Issue', 'title', 'invalid');
  if (text !== undefined && text.length > MAX_BODY) {
    invalid('Issue', 'body', 'custom', `body is too long (maximum is ${MAX_BODY} characters)`);
  }
}

function checkPeople(repo: Repo, body: Call['body']): void {
  for (const login of (body['assignees'] as string[] | undefined) ?? []) {
    if (!repo.collaborators.has(login)) invalid('Issue', 'assignees', 'invalid');
  }
}

function change(repo: Repo, issue: Issue, body: Call['body']): void {
  if (body['title'] !== undefined) issue.title = body['title'] as string;
  if (body['body'] !== undefined) issue.body = (body['body'] as string | null) ?? '';
  if (body['state'] !== undefined) issue.state = body['state'] as Issue['state'];
  if (body['state_reason'] !== undefined) issue.reason = body['state_reason'] as string | null;
  if (body['assignees'] !== undefined) issue.assignees = [...(body['assignees'] as string[])];
  if (body['labels'] === undefined) return;
  issue.labels = [...(body['labels'] as string[])];
  for (const label of issue.labels) {
    if (!repo.labels.has(label)) repo.labels.set(label, { color: 'ededed', description: '' });
  }
}

const inState = ({ state }: Issue, query: URLSearchParams): boolean => {
  const wanted = query.get('state') ?? 'open';
  return wanted === 'all' || wanted === state;
};

function numbered(repo: Repo, number: string): Issue {
  return repo.issues.find((issue) => issue.number === Number(number)) ?? notFound();
}

function pullNumbered(repo: Repo, number: string): Issue {
  const issue = numbered(repo, number);
  return issue.pull ? issue : notFound();
}

const association = (repo: Repo, login: string): string =>
  repo.collaborators.has(login) ? 'COLLABORATOR' : 'NONE';

function issueAnswer(repo: Repo, issue: Issue): object {
  const { number, title, body, state, reason, labels, assignees, login, pull } = issue;
  return {
    id: number,
    number,
    title,
    body,
    state,
    state_reason: reason,
    labels: labels.map((name) => ({ name })),
    assignees: assignees.map(user),
    assignee: assignees[0] === undefined ? null : user(assignees[0]),
    user: user(login),
    author_association: association(repo, login),
    html_url: `https://github.example/${repo.name}/issues/${number}`,
    created_at: `2026-01-01T00:00:${String(number % 60).padStart(2, '0')}Z`,
    ...(pull ? { pull_request: { url: 'https://github.example/x' } } : {}),
  };
}

const commentAnswer = ({ id, body, login, updated }: Comment): object => ({
  id,
  body,
  user: user(login),
  html_url: `https://github.example/c/${id}`,
  ...(updated === undefined ? {} : { updated_at: updated }),
});

function pullAnswer(repo: Repo, issue: Issue): object {
  const { number, title, body, state, login } = issue;
  const pull = issue.pull!;
  if (state === 'open') pull.headSha = repo.git.refs.get(`heads/${pull.head}`) ?? pull.headSha;
  const owner = repo.name.split('/')[0]!;
  const end = (ref: string, sha: string): object => ({
    ref,
    sha,
    label: `${owner}:${ref}`,
    repo: { full_name: repo.name },
  });
  return {
    id: number,
    number,
    title,
    body,
    state,
    user: user(login),
    html_url: `https://github.example/${repo.name}/pull/${number}`,
    head: end(pull.head, pull.headSha),
    base: end(pull.base, repo.git.refs.get(`heads/${pull.base}`) ?? 'x'),
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.merged,
    author_association: association(repo, login),
    merged: pull.merged !== null,
  };
}
