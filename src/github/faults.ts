import { messageOf, type OperationCode, OperationError } from '../errors.js';
import { moment } from '../gates/gates.js';
import { oneLine } from '../shared/markdown.js';
import type { Answer } from './limits.js';
import { mendRefusal, permissionFor } from './permissions.js';

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
export interface Fault {
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
  const error = new OperationError(codeOf(status), `${said}${mend(status, message, attempt)}`, { status });
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

function mend(status: number, message: string, attempt: Attempt): string {
  if (status === 401) return '; give "github-token" a token that is valid';
  if (/not permitted to create or approve pull requests/i.test(message)) {
    return '; allow it in the settings of the repository: Actions, General, "Allow GitHub Actions to create and approve pull requests"';
  }
  // GitHub hides what a token may not see behind 404.
  if (status !== 403 && status !== 404) return '';
  const needs = attempt.needs ?? permissionFor(attempt.route);
  const { owner, repo } = attempt.params as { owner?: string; repo?: string };
  const target = owner !== undefined && repo !== undefined ? `${owner}/${repo}` : null;
  const advice = mendRefusal(attempt.route, needs, target, attempt.home);
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
