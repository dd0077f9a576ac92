/**
 * The one way to GitHub's REST API: octokit (loaded when first needed), conditional requests, rate limits,
 * retries, and errors that name the permission that is missing. Every other file here goes through `GitHub`.
 */
import type { Endpoints } from '@octokit/types';

import { messageOf, OperationError } from '../errors.js';
import type { Clock, Log } from '../ports.js';
import { trimEnd } from '../shared/text.js';
import { checked } from './answers.js';
import { createWorker, faultOf, limitFault, nextStep, permissionFor, redact } from './errors.js';

export type Route = keyof Endpoints;
export type Params<R extends Route> = Omit<
  Endpoints[R]['parameters'],
  'baseUrl' | 'headers' | 'mediaType' | 'request'
>;
export type Data<R extends Route> = Endpoints[R]['response']['data'];

export interface RepoName {
  readonly owner: string;
  readonly repo: string;
}

/**
 * Who the token is. `job`: most likely the workflow's own token, for whose pull requests no workflows run. The token of
 * an app may not ask who it is either, so it looks the same until something that it wrote is seen.
 */
export interface Identity {
  readonly login: string;
  readonly kind: 'user' | 'job';
}

export const JOB_LOGIN = 'github-actions[bot]';

/**
 * May this be a text of the token's own? By its login; of a token that cannot ask, anything that a bot wrote: only apps that
 * were installed on the repository write as bots.
 */
export function mayBeOwn(
  { login, kind }: Identity,
  user: { readonly login: string; readonly type?: string } | null | undefined,
): boolean {
  return user?.login === login || (kind === 'job' && user?.type === 'Bot');
}

export interface GitHubOptions {
  readonly token: string;
  /** GITHUB_API_URL */
  readonly apiUrl: string;
  /** GITHUB_REPOSITORY, OWNER/NAME */
  readonly repository: string;
  readonly clock: Clock;
  /** ends every request and every wait */
  readonly signal?: AbortSignal;
  readonly log?: Pick<Log, 'debug' | 'warning'>;
  /** the longest wait for a rate limit, default 2 minutes */
  readonly maxWaitMs?: number;
  /** time for one request, default 30 s */
  readonly requestMs?: number;
}

export interface GitHub {
  /** the repository of this run */
  readonly home: RepoName;
  /**
   * One request. Throws OperationError: `absent` on 404, `denied` on 401 and 403 (with the permission that is
   * missing; `needs` overrides the one of the table), `rejected`, `unavailable`, `timeout`, `cancelled`.
   */
  call<R extends Route>(route: R, params: Params<R>, needs?: string): Promise<Data<R>>;
  /** Like `call`, but null on 404. */
  find<R extends Route>(route: R, params: Params<R>, needs?: string): Promise<Data<R> | null>;
  /** The pages of a list, 100 items each, at most 50. Stop reading to stop asking. */
  pages<R extends Route>(route: R, params: Params<R>): AsyncGenerator<Data<R>>;
  identity(): Promise<Identity>;
}

interface Answered {
  readonly data: unknown;
  readonly link: string | undefined;
}

const MAX_PAGES = 50;

type Octokit = Awaited<ReturnType<typeof loadOctokit>>;

/** Loads octokit and gives the door to the API. Sends nothing yet. */
export async function openGitHub(options: GitHubOptions): Promise<GitHub> {
  const home = repoName(options.repository);
  const send = createSender(await loadOctokit(options), options);
  const call = async (route: string, params: Record<string, unknown>, needs?: string): Promise<unknown> =>
    checked(route, (await send(route, params, needs)).data);
  const find = async (route: string, params: Record<string, unknown>, needs?: string): Promise<unknown> => {
    try {
      return await call(route, params, needs);
    } catch (error) {
      if (error instanceof OperationError && error.code === 'absent') return null;
      throw error;
    }
  };
  async function* pages(route: string, params: Record<string, unknown>): AsyncGenerator {
    let page = await send(route, { per_page: 100, ...params });
    for (let count = 1; ; count++) {
      yield checked(route, page.data);
      const next = nextPage(page.link, options.apiUrl);
      if (next === null || count >= MAX_PAGES) return;
      page = await send(`GET ${next}`, {}, permissionFor(route) ?? undefined);
    }
  }
  let identity: Promise<Identity> | undefined;
  return {
    home,
    call: call,
    find: find,
    pages: pages as unknown as GitHub['pages'],
    identity: () => (identity ??= whoAmI(call)),
  };
}

/** `owner/name`; anything else cannot be used in a request. */
export function repoName(text: string): RepoName {
  const [owner, repo, ...rest] = text.split('/');
  if (!owner || !repo || rest.length > 0) {
    throw new OperationError('rejected', `"${text}" is not a repository; write it as OWNER/NAME`);
  }
  return { owner, repo };
}

async function loadOctokit({ token, apiUrl }: GitHubOptions) {
  const { getOctokit } = await importOctokit();
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  return getOctokit(token, { baseUrl: trimEnd(apiUrl, '/'), userAgent: 'retag', log: silent });
}

/**
 * When it is loaded the module reads the event file, throws what JSON.parse throws, and says on stdout that there is no such
 * file. Retag has read the event by itself, and stdout may be a report, so the file is not shown to it.
 */
async function importOctokit() {
  const path = process.env['GITHUB_EVENT_PATH'];
  delete process.env['GITHUB_EVENT_PATH'];
  try {
    return await import('@actions/github');
  } catch (error) {
    throw new OperationError('protocol', `GitHub's client cannot be loaded (${messageOf(error)})`, {
      cause: error,
    });
  } finally {
    if (path !== undefined) process.env['GITHUB_EVENT_PATH'] = path;
  }
}

/** Sends with conditional requests and retries. Reads run eight at a time, writes one after another as GitHub asks. */
function createSender(octokit: Octokit, options: GitHubOptions) {
  const cache = new Map<string, Answered & { etag: string }>();
  const reads = createWorker(8);
  const writes = createWorker(1);
  const once = async (route: string, params: Record<string, unknown>): Promise<Answered> => {
    const { url, method } = octokit.request.endpoint(route, params);
    const known = method === 'GET' ? cache.get(url) : undefined;
    const limit = AbortSignal.timeout(options.requestMs ?? 30_000);
    const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    try {
      const { data, headers, status } = (await octokit.request(route, {
        ...params,
        headers: { 'x-github-api-version': '2022-11-28', ...(known ? { 'if-none-match': known.etag } : {}) },
        request: { signal },
      })) as { data: unknown; headers: { link?: string; etag?: string }; status: number };
      // octokit gives text, or nothing, where JSON was cut short.
      if (typeof data === 'string' && status !== 204) {
        throw new OperationError(
          'protocol',
          `GitHub's answer to ${method} ${new URL(url).pathname} is not whole`,
        );
      }
      const answer = { data, link: headers.link };
      if (method === 'GET' && headers.etag) cache.set(url, { ...answer, etag: headers.etag });
      return answer;
    } catch (error) {
      if (known && (error as { status?: unknown }).status === 304) return known;
      throw limit.aborted && !options.signal?.aborted
        ? new OperationError('timeout', `GitHub did not answer ${method} ${new URL(url).pathname} in time`)
        : error;
    }
  };
  return (route: string, params: Record<string, unknown>, needs?: string): Promise<Answered> => {
    const lane = route.startsWith('GET ') ? reads : writes;
    return lane(() => persist(() => once(route, params), route, params, needs, options));
  };
}

/** Repeats what GitHub's rules allow to repeat, then gives up with an OperationError. */
async function persist(
  once: () => Promise<Answered>,
  route: string,
  params: Record<string, unknown>,
  needs: string | undefined,
  options: GitHubOptions,
): Promise<Answered> {
  const { clock, signal, token } = options;
  for (let tries = 1; ; tries++) {
    try {
      return await once();
    } catch (error) {
      const fault = faultOf(error, { route, params, needs, token, home: options.repository, signal });
      if (fault.answer === null) throw fault.error;
      const next = nextStep(fault.answer, tries, clock.now(), options.maxWaitMs ?? 120_000, clock.random());
      if (next.step === 'stop') throw fault.error;
      if (next.step === 'limited') throw limitFault(fault.answer, next.until);
      const wait = `GitHub: ${redact(fault.error.message, token)}; trying again in ${Math.ceil(next.waitMs / 1000)} s`;
      if (next.waitMs >= 5000) options.log?.warning(wait);
      else options.log?.debug(wait);
      await clock.sleep(next.waitMs, signal);
    }
  }
}

/** The `next` link, only within the API itself: octokit would send the token to any URL. */
function nextPage(link: string | undefined, apiUrl: string): string | null {
  const [, next] = /<([^<>]+)>;\s*rel="next"/.exec(link ?? '') ?? [];
  if (next === undefined) return null;
  const url = new URL(next, apiUrl);
  if (url.origin === new URL(apiUrl).origin) return url.href;
  throw new OperationError(
    'unsafe',
    `GitHub's list goes on at ${url.host}, which is not the API; nothing was sent there`,
  );
}

/** The job's own token may not ask who it is; that is how it is recognised. */
async function whoAmI(call: GitHub['call']): Promise<Identity> {
  try {
    const { login } = await call('GET /user', {});
    return { login, kind: 'user' };
  } catch (error) {
    if (error instanceof OperationError && error.code === 'denied' && error.status === 403) {
      return { login: JOB_LOGIN, kind: 'job' };
    }
    throw error;
  }
}
