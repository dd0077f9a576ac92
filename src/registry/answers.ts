import { OperationError, type OperationCode } from '../errors.js';
import { formatReference, formatRepository, type ImageRef, type Repository } from '../oci/reference.js';
import type { RegistryResponse } from './http/types.js';
import { isObject, parseJson } from '../oci/manifest.js';
import { quirksOf } from './quirks.js';

/** What is being done to what, for messages: `{ doing: 'look at the tag', ref }`. */
export interface Task {
  readonly doing: string;
  readonly ref: ImageRef | Repository;
}

/** One entry of the `errors` list of a registry's answer (distribution-spec "Error Codes"). */
export interface RegistryError {
  readonly code: string;
  readonly message: string;
}

const MAX_DETAIL = 300;

/** The errors that a body lists; none when it is not an answer that a registry gives (HTML of a proxy, an empty body). */
export function errorsOf(response: Pick<RegistryResponse, 'body'>): readonly RegistryError[] {
  const body = parseJson(response.body);
  if (!isObject(body) || !Array.isArray(body['errors'])) return [];
  return (body['errors'] as readonly unknown[]).filter(isObject).map((entry) => ({
    code: typeof entry['code'] === 'string' ? entry['code'].toUpperCase() : '',
    message: typeof entry['message'] === 'string' ? entry['message'] : '',
  }));
}

/** `docker.io/library/x:tag: cannot look at the tag: <what>; <next>` */
export function failure(
  code: OperationCode,
  task: Task,
  what: string,
  next: string,
  options: { readonly cause?: unknown; readonly status?: number } = {},
): OperationError {
  return new OperationError(code, `${nameOf(task.ref)}: cannot ${task.doing}: ${what}; ${next}`, options);
}

/** The error for an answer that refuses, with the status, the registry's own words and what to do next. */
export function refusal(task: Task, response: RegistryResponse, next?: string): OperationError {
  const { status } = response;
  const what = `${task.ref.registry} answered HTTP ${status}${detailOf(response)}`;
  return failure(codeOf(status), task, what, next ?? nextFor(task, status), { status });
}

/** Gives an error of the transport the place where it happened. */
export function inContext(task: Task, error: unknown): unknown {
  if (!(error instanceof OperationError)) return error;
  return new OperationError(error.code, `${nameOf(task.ref)}: cannot ${task.doing}: ${error.message}`, {
    cause: error,
    ...(error.status === undefined ? {} : { status: error.status }),
  });
}

/** The registry's own words in brackets, made fit for one line of a message. */
export function detailOf(response: Pick<RegistryResponse, 'body'>): string {
  const errors = errorsOf(response);
  if (errors.length > 0) {
    return ` (${clean(errors.map(({ code, message }) => [code, message].filter((part) => part !== '').join(': ')).join('; '))})`;
  }
  return response.body.length === 0 ? '' : ` (${clean(response.body.toString('utf8'))})`;
}

/** Foreign text on one line, without control characters and without anything that looks like a credential. */
export function clean(text: string): string {
  const line = text
    .slice(0, 4 * MAX_DETAIL)
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 [hidden]')
    .trim();
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL - 3)}...` : line;
}

/** `registry/repository`, with tag or digest where there is one. */
export function nameOf(ref: ImageRef | Repository): string {
  return 'tag' in ref || 'digest' in ref ? formatReference(ref) : formatRepository(ref);
}

function codeOf(status: number): OperationCode {
  if (status === 401 || status === 403) return 'denied';
  if (status === 408 || status === 429 || status >= 500) return 'unavailable';
  return status >= 400 ? 'rejected' : 'protocol';
}

function nextFor(task: Task, status: number): string {
  const { registry, repository } = task.ref;
  const denied = quirksOf(registry).find((quirk) => quirk.denied !== undefined)?.denied;
  if (denied !== undefined && (status === 401 || status === 403)) return denied;
  if (status === 401) return `log in to ${registry} with an account that may use ${repository}`;
  if (status === 403) return `give the account that is logged in to ${registry} access to ${repository}`;
  if (status === 429) return `run again later, or lower the concurrency`;
  if (status === 408 || status >= 500) return `run again when ${registry} is well`;
  return `see what ${registry} says about it, mend that and run again`;
}
