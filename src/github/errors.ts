import { messageOf, type OperationCode, OperationError } from '../errors.js';
import { moment } from '../shared/text.js';
import { oneLine } from '../shared/markdown.js';

interface Attempt {
  readonly route: string;
  readonly params: object;
  readonly needs: string | undefined;
  readonly token: string;
  /** OWNER/NAME of the run */
  readonly home: string;
  readonly signal: AbortSignal | undefined;
}

/** `answer` is null when nothing may be sent again. */
interface Fault {
  readonly error: OperationError;
  readonly answer: Answer | null;
}

interface ThrownByOctokit {
  readonly status?: number;
  readonly message?: string;
  readonly response?: { readonly headers: Answer['headers']; readonly data: unknown };
}

/** What octokit threw, as an OperationError for people and as facts for the rules about limits. */
export function faultOf(thrown: unknown, attempt: Attempt): Fault {
  if (attempt.signal?.aborted) {
    return { error: new OperationError('cancelled', 'the run was stopped', { cause: thrown }), answer: null };
  }
  const method = attempt.route.slice(0, attempt.route.indexOf(' '));
  const what = `${method} ${pathOf(attempt)}`;
  const { response, status } = thrown as ThrownByOctokit;
  if (!response || status === undefined) {
    const message = redact(messageOf(thrown), attempt.token);
    const error =
      thrown instanceof OperationError
        ? thrown
        : new OperationError('unavailable', `GitHub cannot be reached for ${what} (${message})`);
    return { error, answer: { method, status: null, headers: {}, message } };
  }
  const message = redact(messageIn(response.data), attempt.token);
  const said = `GitHub answered ${status} to ${what}${message === '' ? '' : ` (${message})`}`;
  const error = new OperationError(codeOf(status), `${said}${hint(status, message, attempt)}`, { status });
  return { error, answer: { method, status, headers: response.headers, message } };
}

/** The limit opens too late to wait for it. */
export function limitFault({ status }: Answer, until: number): OperationError {
  const text = `GitHub's rate limit is used up until ${moment(until)}; run again after that`;
  return new OperationError('unavailable', text, status === null ? {} : { status });
}

/** Foreign text for a message: the token taken out, one line, cut. */
export function redact(text: string, token: string): string {
  return oneLine(token === '' ? text : text.replaceAll(token, '***'));
}

function codeOf(status: number): OperationCode {
  if (status === 404 || status === 410) return 'absent';
  if (status === 401 || status === 403) return 'denied';
  return status >= 500 || status === 429 ? 'unavailable' : 'rejected';
}

function hint(status: number, message: string, attempt: Attempt): string {
  if (status === 401) return '; give "github-token" a token that is valid';
  if (/not permitted to create or approve pull requests/i.test(message)) {
    return '; allow it in the settings of the repository: Actions, General, "Allow GitHub Actions to create and approve pull requests"';
  }
  // GitHub hides what a token may not see behind 404.
  if (status !== 403 && status !== 404) return '';
  const needs = attempt.needs ?? permissionFor(attempt.route);
  const { owner, repo } = attempt.params as { owner?: string; repo?: string };
  const target = owner !== undefined && repo !== undefined ? `${owner}/${repo}` : null;
  const advice = explainRefusal(attempt.route, needs, target, attempt.home);
  return status === 403 ? `; ${advice}` : `; if it exists, ${advice}`;
}

/** The path without query, with the parameters filled in as far as they are plain text. */
function pathOf({ route, params }: Attempt): string {
  const target = route.slice(route.indexOf(' ') + 1);
  if (URL.canParse(target)) return new URL(target).pathname;
  const values = params as Readonly<Record<string, string | number | undefined>>;
  return oneLine(target.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)));
}

function messageIn(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const { message, errors } = data as { message?: unknown; errors?: unknown };
  const text = typeof message === 'string' ? message : '';
  const details = Array.isArray(errors) ? errors.map(detail).filter((one) => one !== '') : [];
  return details.length > 0 ? `${text}: ${details.join(', ')}` : text;
}

function detail(error: unknown): string {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return '';
  const { message, resource, field, code } = error as Record<string, unknown>;
  if (typeof message === 'string') return message;
  return [resource, field, code].filter((part) => typeof part === 'string').join(' ');
}

/**
 * Which permission a request needs, for messages that say how to fix a refusal. From the table "Permissions
 * required for GitHub Apps" of GitHub's REST documentation; docs/permissions.md is written from the same facts.
 */

const REPO = '/repos/{owner}/{repo}';

/** First match wins; a route is `METHOD path-template`. */
const NEEDS: readonly (readonly [start: string, permission: string])[] = [
  [`GET ${REPO}/commits/{ref}/check-runs`, 'checks: read'],
  [`GET ${REPO}/commits/{ref}/statuses`, 'statuses: read'],
  [`GET ${REPO}/commits/{commit_sha}/pulls`, 'pull-requests: read'],
  [`GET ${REPO}/actions/`, 'actions: read'],
  [`GET ${REPO}/environments/`, 'actions: read'],
  [`GET ${REPO}/pulls`, 'pull-requests: read'],
  [`POST ${REPO}/pulls`, 'pull-requests: write'],
  [`PATCH ${REPO}/pulls`, 'pull-requests: write'],
  [`GET ${REPO}/issues`, 'issues: read'],
  [`GET ${REPO}/labels`, 'issues: read'],
  [`GET ${REPO}/assignees`, 'issues: read'],
  [`POST ${REPO}/issues`, 'issues: write'],
  [`PATCH ${REPO}/issues`, 'issues: write'],
  [`POST ${REPO}/labels`, 'issues: write'],
  [`GET ${REPO}/commits`, 'contents: read'],
  [`GET ${REPO}/contents/`, 'contents: read'],
  [`GET ${REPO}/git/`, 'contents: read'],
  [`POST ${REPO}/git/`, 'contents: write'],
  [`PATCH ${REPO}/git/`, 'contents: write'],
  [`DELETE ${REPO}/git/`, 'contents: write'],
];

/** `checks: read` and the like; null where no permission of the job's own token helps. */
export function permissionFor(route: string): string | null {
  return NEEDS.find(([start]) => route.startsWith(start))?.[1] ?? null;
}

/** What to do about a refusal, as an imperative without a full stop. */
function explainRefusal(route: string, needs: string | null, repo: string | null, home: string): string {
  if (route.startsWith('GET /orgs/')) {
    return 'give "github-token" a token that may read the members of the organisation; the job\'s own token cannot';
  }
  if (repo !== null && repo.toLowerCase() !== home.toLowerCase()) {
    const what = needs === null ? 'access' : `"${needs}"`;
    return `give "github-token" a token with ${what} on ${repo}; the job's own token reaches only ${home}`;
  }
  return needs === null
    ? 'check the token that "github-token" gives'
    : `add "${needs}" under "permissions:" of the job`;
}

/**
 * What to do after an answer that is not a success: GitHub's rules for rate limits
 * (docs.github.com, "Best practices for using the REST API"). Pure.
 */

interface Answer {
  readonly method: string;
  /** HTTP status; null when there was no answer at all */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  /** GitHub's message */
  readonly message: string;
}

type NextStep =
  | { readonly step: 'again'; readonly waitMs: number }
  | { readonly step: 'stop' }
  /** the limit opens again only after more than `maxWaitMs` */
  | { readonly step: 'limited'; readonly until: number };

const MAX_TRIES = 4;
const SECONDARY = /secondary rate limit|abuse detection/i;

/**
 * A limit refuses before anything is done, so any method may be sent again after it. After a lost or a 5xx
 * answer a POST is not sent again, since it may have been carried out.
 * @param tries requests sent so far, at least 1
 * @param now milliseconds since the epoch
 * @param chance 0 ≤ x < 1
 */
export function nextStep(
  answer: Answer,
  tries: number,
  now: number,
  maxWaitMs: number,
  chance: number,
): NextStep {
  const limitedUntil = limitEnd(answer, tries, now);
  if (limitedUntil !== null) {
    const waitMs = Math.max(0, limitedUntil - now);
    if (tries >= MAX_TRIES || waitMs > maxWaitMs) return { step: 'limited', until: limitedUntil };
    return { step: 'again', waitMs };
  }
  const passing = answer.status === null || answer.status >= 500;
  if (!passing || answer.method === 'POST' || tries >= MAX_TRIES) return { step: 'stop' };
  return { step: 'again', waitMs: Math.round(500 * 2 ** (tries - 1) * (1 + chance)) };
}

/** When the rate limit of a 403 or 429 ends; null when it is not about a limit. */
function limitEnd({ status, headers, message }: Answer, tries: number, now: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const after = retryAfter(headers['retry-after'], now);
  if (after !== null) return after;
  const reset = Number(headers['x-ratelimit-reset']);
  if (String(headers['x-ratelimit-remaining']) === '0' && Number.isFinite(reset)) return reset * 1000 + 1000;
  // Without a header: at least one minute, and longer each time.
  return status === 429 || SECONDARY.test(message) ? now + 60_000 * 2 ** (tries - 1) : null;
}

/** Retry-After is seconds or an HTTP date (RFC 9110, 10.2.3). */
function retryAfter(value: string | number | undefined, now: number): number | null {
  if (value === undefined || value === '') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return now + Math.max(0, seconds) * 1000;
  const date = Date.parse(String(value));
  return Number.isNaN(date) ? null : Math.max(now, date);
}

/** Runs at most `width` tasks at a time, in the order in which they came. */
export function createWorker(width: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running--;
  };
  return async (task) => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      leave();
    }
  };
}
