/**
 * A local GitHub for tests: an HTTP server on loopback that keeps state, holds every request against GitHub's
 * published description, and can be told to fail, to page in small pages, to limit the rate and to deny.
 * A request that the description does not allow is remembered; `close` throws for it, so that the test fails.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { fittingAnswer, type Match, match, requestProblems } from './contract.js';
import type { Files } from './git.js';
import { neededFor } from './needed.js';
import { checkRoutes } from './routes-checks.js';
import { gitRoutes } from './routes-git.js';
import { issueRoutes } from './routes-issues.js';
import { Refusal, type Reply, type Routes } from './routes.js';
import { Repo, State, type Token } from './state.js';

const ROUTES: Routes = { ...gitRoutes, ...checkRoutes, ...issueRoutes };
const HOME = 'octo/app';

export interface Fault {
  /** `GET /path` or a part of it */
  readonly on: RegExp;
  /** how often; default once */
  times?: number;
  /** how many matching requests pass before it */
  after?: number;
  /** answered instead of carrying the request out; `drop` ends the connection */
  readonly answer?:
    { status: number; message?: string; headers?: Record<string, string>; raw?: string } | 'drop';
  /** carries the request out and then ends the connection: the answer is lost */
  readonly lose?: boolean;
  /** something else happens at the same time */
  readonly meanwhile?: () => void;
}

export interface LocalGitHub extends AsyncDisposable {
  /** GITHUB_API_URL */
  readonly url: string;
  readonly state: State;
  /** the repository `octo/app` */
  readonly repo: Repo;
  /** every request, `METHOD /path` with its status, in order */
  readonly requests: { readonly line: string; readonly status: number; readonly token: string }[];
  /** what requests did against the description */
  readonly problems: string[];
  /** requests that changed something */
  writes(): number;
  /** items in a page when the request does not say, and at most; default 100 as GitHub's limit */
  pageSize: number;
  /** path that the API lives under, as `/api/v3` of GitHub Enterprise Server; what is asked elsewhere is not known */
  prefix: string;
  fail(fault: Fault): void;
  /** forgets all faults */
  heal(): void;
  addRepo(name: string, files?: Files, options?: { private?: boolean; date?: string }): Repo;
  /** Stops the server, and throws when a request did not fit the description. */
  close(): Promise<void>;
}

/** Tokens `job` (the workflow's own), `fork` (the same, read-only) and `user` (octocat) are there from the start. */
export async function startGitHub(files: Files = {}): Promise<LocalGitHub> {
  const state = new State();
  const repo = new Repo(HOME, files);
  state.repos.set(HOME, repo);
  state.tokens.set('job', { login: 'github-actions[bot]', kind: 'job' });
  state.tokens.set('fork', { login: 'github-actions[bot]', kind: 'job', permissions: readOnly() });
  state.tokens.set('user', { login: 'octocat', kind: 'user' });
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      github.problems.push(String(error));
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    if (github.problems.length > 0)
      throw new Error(`requests that GitHub does not know:\n${github.problems.join('\n')}`);
  };
  const github: LocalGitHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    repo,
    requests: [],
    problems: [],
    pageSize: 100,
    prefix: '',
    writes: () =>
      github.requests.filter(({ line, status }) => !line.startsWith('GET') && status < 300).length,
    fail: (fault) => void faults.push(fault),
    heal: () => void faults.splice(0),
    addRepo: (name, repoFiles = {}, options = {}) => {
      const added = new Repo(name, repoFiles, options);
      state.repos.set(name, added);
      return added;
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const asked = request.url!;
    const url = new URL(
      asked.startsWith(github.prefix) ? asked.slice(github.prefix.length) : '/',
      github.url,
    );
    const token = request.headers.authorization?.replace(/^(token|bearer) /i, '') ?? '';
    const line = `${request.method!} ${url.pathname}`;
    const fault = faults.find((one) => one.on.test(line) && (one.times ?? 1) > 0);
    const strikes = fault !== undefined && (fault.after = (fault.after ?? 0) - 1) < 0;
    if (strikes) {
      fault.times = (fault.times ?? 1) - 1;
      fault.meanwhile?.();
      if (fault.answer === 'drop') return void response.destroy();
      if (fault.answer) {
        const { status, message, headers, raw } = fault.answer;
        github.requests.push({ line, status, token });
        response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
        return void response.end(raw ?? JSON.stringify({ message: message ?? 'told to fail' }));
      }
    }
    const { status, payload, headers } = answer(line, url, token, body, request.headers['if-none-match']);
    github.requests.push({ line, status, token });
    if (strikes && fault.lose === true) return void response.destroy();
    response.writeHead(status, headers);
    response.end(payload);
  }

  function answer(line: string, url: URL, token: string, body: unknown, known: string | undefined) {
    const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
    const found = match(line.slice(0, line.indexOf(' ')), url.pathname);
    const wrong = found
      ? requestProblems(found, url.searchParams, body)
      : ['the description has no such operation'];
    if (wrong.length > 0) github.problems.push(...wrong.map((problem) => `${line}: ${problem}`));
    const {
      status,
      body: content,
      link,
    } = found ? paged(reply(found, url, token, body), url) : { status: 404, body: undefined, link: '' };
    if (link !== '') headers['link'] = link;
    if (content === undefined || status === 204) return { status, payload: '', headers };
    const payload = JSON.stringify(found ? fittingAnswer(found.operation, status, content) : content);
    if (!line.startsWith('GET') || status !== 200) return { status, payload, headers };
    headers['etag'] = `"${createHash('sha256').update(payload).update(link).digest('hex')}"`;
    return known === headers['etag'] ? { status: 304, payload: '', headers } : { status, payload, headers };
  }

  function reply({ operation, path }: Match, url: URL, secret: string, body: unknown): Reply {
    try {
      const token = state.tokens.get(secret);
      if (!token) throw new Refusal(401, 'Bad credentials');
      const name = path['owner'] === undefined ? HOME : `${path['owner']}/${path['repo'] ?? ''}`;
      const target = state.repos.get(name);
      if (!target || (target.private && token.kind === 'job' && name !== HOME))
        throw new Refusal(404, 'Not Found');
      allow(operation, target, path, token, name === HOME);
      const call = {
        state,
        repo: target,
        path,
        query: url.searchParams,
        body: (body ?? {}) as Record<string, unknown>,
        token,
        api: github.url,
      };
      const route = ROUTES[operation];
      if (!route) throw new Error(`the local GitHub has no ${operation}`);
      return route(call);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      github.problems.push(String(error));
      return { status: 500, body: { message: String(error) } };
    }
  }

  function paged(
    { status, body, list, wrap }: Reply,
    url: URL,
  ): { status: number; body: unknown; link: string } {
    if (!list) return { status, body, link: '' };
    const size = Math.min(Number(url.searchParams.get('per_page') ?? 30), github.pageSize);
    const page = Number(url.searchParams.get('page') ?? 1);
    const items = list.slice((page - 1) * size, page * size);
    const next = new URL(`${github.prefix}${url.pathname}${url.search}`, url);
    next.searchParams.set('page', String(page + 1));
    const link = page * size < list.length ? `<${next.href}>; rel="next"` : '';
    return { status, body: wrap ? wrap(items, list.length) : items, link };
  }

  return github;
}

/** Refuses what the token may not do, in GitHub's words. */
function allow(operation: string, repo: Repo, path: Match['path'], token: Token, home: boolean): void {
  const needed = neededFor(
    operation,
    repo.issues.some(({ number, pull }) => pull && String(number) === path['issue_number']),
  );
  if (needed === null || (token.kind === 'user' && !token.permissions)) return;
  const [permission, level] = needed;
  if (permission === 'members') throw new Refusal(403, 'Resource not accessible by integration');
  // The job's own token reaches other repositories only as everyone does.
  if (!home && level === 'read' && !repo.private) return;
  const given = home ? (token.permissions ? token.permissions[permission] : 'write') : undefined;
  if (given === undefined || (level === 'write' && given === 'read')) {
    throw new Refusal(403, 'Resource not accessible by integration');
  }
}

function readOnly(): Record<string, 'read'> {
  const names = ['contents', 'checks', 'statuses', 'actions', 'issues', 'pull-requests'];
  return Object.fromEntries(names.map((name) => [name, 'read' as const]));
}

async function read(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
