import { isDigest } from '../oci/reference.js';
import { bytes, empty, refusal, type Answer } from './answer.js';
import type { Call } from './call.js';
import { badDigest } from './manifest-routes.js';
import type { Store } from './store.js';

/** GET and HEAD of a blob, whole or one Range. */
export function getBlob(store: Store, repository: string, call: Call): Answer {
  const digest = call.reference ?? '';
  if (!isDigest(digest)) return badDigest(digest);
  const blob = store.blob(repository, digest);
  if (!blob) return unknownBlob(digest);
  const range = parseRange(call.headers['range'], blob.size);
  if (range === 'unsatisfiable') return empty(416, { 'content-range': `bytes */${blob.size}` });
  const { start, end } = range ?? { start: 0, end: blob.size };
  return bytes(
    range ? 206 : 200,
    { length: end - start, open: () => blob.open(start, end) },
    {
      'content-type': 'application/octet-stream',
      'docker-content-digest': digest,
      'accept-ranges': 'bytes',
      ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${blob.size}` } : {}),
    },
  );
}

export function deleteBlob(store: Store, repository: string, call: Call): Answer {
  const digest = call.reference ?? '';
  if (!isDigest(digest)) return badDigest(digest);
  return store.unlinkBlob(repository, digest) ? empty(202) : unknownBlob(digest);
}

function unknownBlob(digest: string): Answer {
  return refusal(404, 'BLOB_UNKNOWN', 'blob unknown to registry', digest);
}

/** RFC 9110 section 14.1.2, one range; what is not understood is ignored, as the RFC asks. */
function parseRange(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const last = Math.min(Number(match[2]), size);
    return last === 0 ? 'unsatisfiable' : { start: size - last, end: size };
  }
  const start = Number(match[1]);
  if (start >= size) return 'unsatisfiable';
  const end = match[2] === '' ? size : Math.min(Number(match[2]) + 1, size);
  return end <= start ? null : { start, end };
}
