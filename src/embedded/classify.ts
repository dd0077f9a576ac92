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
  | 'referrers'
  | 'other';

/** A request line taken apart. */
export interface ClassifiedRequest {
  readonly kind: RequestKind;
  /** as in the path, not checked against the grammar; null for `ping`, `token` and `other` */
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
