import type { Readable } from 'node:stream';

/** What a request is for. Faults and tests speak of requests in these words. */
export type RequestKind =
  | 'ping'
  | 'token'
  | 'head-manifest'
  | 'get-manifest'
  | 'put-manifest-tag'
  | 'put-manifest-digest'
  | 'delete-manifest'
  | 'head-blob'
  | 'get-blob'
  | 'delete-blob'
  | 'mount'
  | 'start-upload'
  | 'patch-blob'
  | 'put-blob'
  | 'upload-status'
  | 'cancel-upload'
  | 'tags'
  | 'catalog'
  | 'referrers'
  | 'other';

/** A request line taken apart. */
export interface ClassifiedRequest {
  readonly kind: RequestKind;
  /** as in the path, not checked against the grammar; null for `ping`, `token`, `catalog` and `other` */
  readonly repository: string | null;
  /** tag, digest or upload id; null where the path has none */
  readonly reference: string | null;
  readonly query: URLSearchParams;
}

type KindOf = (method: string, reference: string, query: URLSearchParams) => RequestKind;

// Order matters: an upload's path is also the path of a blob named "uploads".
const ROUTES: readonly (readonly [RegExp, KindOf])[] = [
  [/^\/v2\/(.+)\/manifests\/([^/]+)$/, manifestKind],
  [/^\/v2\/(.+)\/blobs\/uploads\/?$/, startKind],
  [/^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/, uploadKind],
  [/^\/v2\/(.+)\/blobs\/([^/]+)$/, blobKind],
  [/^\/v2\/(.+)\/tags\/list$/, (method) => (method === 'GET' ? 'tags' : 'other')],
  [/^\/v2\/(.+)\/referrers\/([^/]+)$/, (method) => (method === 'GET' ? 'referrers' : 'other')],
];

/**
 * Names the request: distribution-spec "Endpoints", plus the token endpoint at `/token`.
 * `url` is the request target, path and query; the path is not normalised.
 */
export function classifyRequest(method: string, url: string): ClassifiedRequest {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const plain = (kind: RequestKind): ClassifiedRequest => ({
    kind,
    repository: null,
    reference: null,
    query,
  });
  if (path === '/v2/' || path === '/v2')
    return plain(method === 'GET' || method === 'HEAD' ? 'ping' : 'other');
  if (path === '/token') return plain('token');
  if (path === '/v2/_catalog') return plain(method === 'GET' ? 'catalog' : 'other');
  for (const [pattern, kindOf] of ROUTES) {
    const match = pattern.exec(path);
    if (!match) continue;
    const reference = match[2] === undefined ? null : decode(match[2]);
    const kind = kindOf(method, reference ?? '', query);
    return { kind, repository: match[1] ?? '', reference, query };
  }
  return plain('other');
}

function manifestKind(method: string, reference: string): RequestKind {
  switch (method) {
    case 'HEAD':
      return 'head-manifest';
    case 'GET':
      return 'get-manifest';
    case 'PUT':
      return reference.includes(':') ? 'put-manifest-digest' : 'put-manifest-tag';
    case 'DELETE':
      return 'delete-manifest';
    default:
      return 'other';
  }
}

function startKind(method: string, _reference: string, query: URLSearchParams): RequestKind {
  if (method !== 'POST') return 'other';
  return query.has('mount') ? 'mount' : 'start-upload';
}

function uploadKind(method: string): RequestKind {
  switch (method) {
    case 'PATCH':
      return 'patch-blob';
    case 'PUT':
      return 'put-blob';
    case 'GET':
      return 'upload-status';
    case 'DELETE':
      return 'cancel-upload';
    default:
      return 'other';
  }
}

function blobKind(method: string): RequestKind {
  switch (method) {
    case 'HEAD':
      return 'head-blob';
    case 'GET':
      return 'get-blob';
    case 'DELETE':
      return 'delete-blob';
    default:
      return 'other';
  }
}

/** `sha256%3A…` is a digest too; what cannot be decoded stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One request as handlers see it. */
export interface Call extends ClassifiedRequest {
  readonly method: string;
  /** request target: path and query */
  readonly url: string;
  /** lower-case names; several values of one name joined with ", " */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
  /** index into the request log */
  readonly index: number;
}

/** The whole body, or null when it has more than `limit` bytes. */
export async function readBody(body: Readable, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not tear the connection down: the client is still owed an answer.
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > limit) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Bytes that are opened only when they are sent: blobs that may be large or live in a file. */
interface LazyBody {
  readonly length: number;
  open(): Readable;
}

/**
 * What the registry says to one request, as a value: handlers make it, faults alter it, the wire sends it.
 * A HEAD gets the answer of the GET; the wire leaves the body out.
 */
export interface Answer {
  readonly status: number;
  /** lower-case names; content-length is added by the wire */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | LazyBody;
}

const NOTHING = Buffer.alloc(0);

/** An answer without a body. */
export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: NOTHING };
}

export function bytes(
  status: number,
  body: Buffer | LazyBody,
  headers: Readonly<Record<string, string>>,
): Answer {
  return { status, headers, body };
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return bytes(status, Buffer.from(`${JSON.stringify(value)}\n`), {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
}

/** The error document of the distribution-spec, "Error Codes": `{"errors":[{code,message,detail}]}`. */
export function refusal(
  status: number,
  code: string,
  message: string,
  detail?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, { errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] }, headers);
}

/** What a router says about a path that it does not know: plain text, as distribution does. */
export function pageNotFound(): Answer {
  return bytes(404, Buffer.from('404 page not found\n'), { 'content-type': 'text/plain; charset=utf-8' });
}
