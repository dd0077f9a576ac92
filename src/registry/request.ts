import { type OperationCode, OperationError } from '../errors.js';
import { isObject, parseJson } from '../oci/manifest.js';
import { formatReference, formatRepository, type ImageRef, type Repository } from '../oci/reference.js';
import type { Clock, Log } from '../ports.js';
import type { RegistryRequest, RegistryResponse, Transport } from './http/types.js';
import { quirksOf } from './quirks.js';

/** What every operation needs: the wire, time and a place to warn. */
export interface Context {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
}

/** As `context`, for what was asked before and went wrong: the report counts each request as a retry. */
export function repeating(context: Context): Context {
  const { transport } = context;
  return {
    ...context,
    transport: {
      ...transport,
      send: (request) => transport.send({ ...request, again: true }),
      stream: (request) => transport.stream({ ...request, again: true }),
    },
  };
}

/** Sends one request; what the transport throws is thrown on with the place where it happened. */
export function ask(context: Context, task: Task, request: RegistryRequest): Promise<RegistryResponse> {
  return context.transport.send(request).catch((error: unknown) => {
    throw inContext(task, error);
  });
}

/** What is being done to what, for messages: `{ doing: 'look at the tag', ref }`. */
export interface Task {
  readonly operation: string;
  readonly ref: ImageRef | Repository;
}

/** One entry of the `errors` list of a registry's answer (distribution-spec "Error Codes"). */
interface RegistryError {
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
  const message = `${nameOf(task.ref)}: cannot ${task.operation}: ${what}`;
  return new OperationError(code, message, { ...options, hint: next });
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
  return error.within(`${nameOf(task.ref)}: cannot ${task.operation}: `);
}

/** The registry's own words in brackets, made fit for one line of a message. */
function detailOf(response: Pick<RegistryResponse, 'body'>): string {
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
  if (status === 401) return `log in with an account that may use ${repository}: docker login ${registry}`;
  if (status === 403) return `give the account that is logged in to ${registry} access to ${repository}`;
  if (status === 429) return `run again later, or lower the concurrency`;
  if (status === 408 || status >= 500) return `run again when ${registry} is well`;
  return `see what ${registry} says about it, fix that and run again`;
}

/** Bytes that were bent on the way are asked for once more before the registry is blamed. */
export async function retryOnMismatch<T>(
  context: Context,
  read: (context: Context) => Promise<T>,
): Promise<T> {
  try {
    return await read(context);
  } catch (error) {
    if (error instanceof OperationError && error.code === 'mismatch') return read(repeating(context));
    throw error;
  }
}

/**
 * The target of `rel="next"` in a Link header (RFC 8288), or null. Links without a target in angle
 * brackets and other relations are passed over; quoted parameters may hold commas and semicolons.
 */
export function nextLink(header: string | undefined): string | null {
  let rest = header ?? '';
  for (;;) {
    const open = rest.indexOf('<');
    const close = rest.indexOf('>', open);
    if (open < 0 || close < 0) return null;
    const target = rest.slice(open + 1, close).trim();
    const [parameters, after] = splitAtComma(rest.slice(close + 1));
    if (target !== '' && isNext(parameters)) return target;
    rest = after;
  }
}

/** Splits at the first comma that is not inside double quotes. */
function splitAtComma(text: string): [string, string] {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === '\\') at++;
    else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) return [text.slice(0, at), text.slice(at + 1)];
  }
  return [text, ''];
}

/** `name=token` or `name="quoted"`, one after the other; values in quotes are taken whole. */
const PARAMETER = /;\s*([\w-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?/g;

function isNext(parameters: string): boolean {
  const relation = [...parameters.matchAll(PARAMETER)].find(([, name]) => name?.toLowerCase() === 'rel');
  const names = (relation?.[2] ?? relation?.[3] ?? '').toLowerCase().split(/\s+/);
  return names.includes('next');
}
