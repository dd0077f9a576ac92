/** What the local GitHub remembers. Plain data; routes change it, tests look at it. */
import { type Files, Git } from './git.js';

export interface Comment {
  id: number;
  issue: number;
  login: string;
  body: string;
  /** ISO 8601; absent: before every merge */
  updated?: string;
}
export interface Issue {
  number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  reason: string | null;
  labels: string[];
  assignees: string[];
  login: string;
  /** set when it is a pull request */
  pull: Pull | null;
}
export interface Pull {
  head: string;
  base: string;
  /** the head's commit, kept when the branch goes */
  headSha: string;
  merged: string | null;
  /** ISO 8601 */
  mergedAt: string | null;
  /** `commit` is what was reviewed; absent: the head */
  reviews: { login: string; state: string; at: string; commit?: string }[];
}
export interface CheckRun {
  sha: string;
  name: string;
  app: string;
  /** the commit that the answer names, where it is another than that asked for */
  says?: string;
  /** when it says that it started, where that is another time than `at` */
  started?: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  /** ISO 8601 */
  at: string;
}
export interface Status {
  sha: string;
  context: string;
  state: 'success' | 'pending' | 'failure' | 'error';
  at: string;
  /** login; a bot's ends with `[bot]` */
  by?: string;
}
export interface WorkflowRun {
  workflow: string;
  branch: string;
  event: string;
  status: string;
  conclusion: string | null;
  at: string;
  /** OWNER/NAME that the head is from */
  headRepo: string;
}
export interface Environment {
  name: string;
  /** slugs of teams that must review */
  teams: string[];
}

export class Repo {
  readonly git = new Git();
  readonly issues: Issue[] = [];
  readonly comments: Comment[] = [];
  readonly labels = new Map<string, { color: string; description: string }>();
  readonly collaborators = new Set<string>();
  readonly checks: CheckRun[] = [];
  readonly statuses: Status[] = [];
  readonly runs: WorkflowRun[] = [];
  readonly environments: Environment[] = [];
  /** run id → who approved which environment */
  readonly approvals = new Map<number, { login: string; environment: string }[]>();
  readonly name: string;
  private: boolean;

  constructor(name: string, files: Files, options: { private?: boolean; date?: string } = {}) {
    this.name = name;
    this.private = options.private ?? false;
    const first = this.git.commit(this.git.tree(files), [], 'first', options.date ?? '2026-01-01T00:00:00Z');
    this.git.refs.set('heads/main', first.sha);
  }

  get main(): string {
    return this.git.refs.get('heads/main')!;
  }

  /** A commit on a branch, as someone would push it. Gives its id. */
  push(branch: string, change: Files, message = 'change', date = '2026-01-02T00:00:00Z'): string {
    const parent = this.git.resolve(`heads/${branch}`) ?? this.git.resolve('heads/main')!;
    const tree = this.git.tree({ ...this.git.files(parent.tree), ...change });
    const { sha } = this.git.commit(tree, [parent.sha], message, date);
    this.git.refs.set(`heads/${branch}`, sha);
    return sha;
  }

  open(title: string, login: string, body = '', pull: Pull | null = null): Issue {
    const issue: Issue = {
      number: this.issues.length + 1,
      title,
      body,
      state: 'open',
      reason: null,
      labels: [],
      assignees: [],
      login,
      pull,
    };
    this.issues.push(issue);
    return issue;
  }

  /** Merges an open pull request into its base, as the button does. Gives the id of the merge commit. */
  merge(number: number, date = '2026-01-03T00:00:00Z'): string {
    const issue = this.issues.find((one) => one.number === number);
    if (!issue?.pull || issue.state !== 'open') throw new Error(`#${number} is no open pull request`);
    const { head, base } = issue.pull;
    const from = this.git.resolve(`heads/${head}`)!;
    const into = this.git.resolve(`heads/${base}`)!;
    const tree = this.git.tree({ ...this.git.files(into.tree), ...this.git.files(from.tree) });
    const merge = this.git.commit(tree, [into.sha, from.sha], `Merge #${number}`, date);
    this.git.refs.set(`heads/${base}`, merge.sha);
    Object.assign(issue.pull, { merged: merge.sha, mergedAt: date, headSha: from.sha });
    issue.state = 'closed';
    return merge.sha;
  }
}

export interface Token {
  login: string;
  /** `job` tokens may not ask who they are, and reach only their own repository and public ones */
  kind: 'user' | 'job';
  /** permission → level; absent is all */
  permissions?: Record<string, 'read' | 'write'>;
}

export class State {
  readonly repos = new Map<string, Repo>();
  /** `org/team` → logins */
  readonly teams = new Map<string, Set<string>>();
  readonly tokens = new Map<string, Token>();
}
