import { isDigest } from '../oci/reference.js';
import { empty, refusal, type Answer } from './answer.js';
import type { Behaviour } from './behaviour.js';
import type { Call } from './call.js';
import { badDigest } from './manifest-routes.js';
import type { Store, Upload } from './store.js';

/** POST: a mount, a blob in one request, or the start of an upload. */
export async function startUpload(
  store: Store,
  behaviour: Behaviour,
  repository: string,
  call: Call,
): Promise<Answer> {
  const { query } = call;
  const mount = query.get('mount');
  const from = query.get('from');
  if (mount !== null && from !== null && behaviour.mounts && store.linkBlob(from, repository, mount)) {
    return created(repository, mount);
  }
  const digest = query.get('digest');
  if (digest !== null && mount === null && behaviour.singlePost) {
    if (!isDigest(digest)) return badDigest(digest);
    const sink = store.newSink();
    await pour(call, sink);
    return keep(store, repository, digest, sink);
  }
  // A mount that cannot be had is not an error: an upload is opened instead (distribution-spec "Mounting a blob").
  return accepted(202, store.startUpload(repository));
}

/** PATCH: a chunk, or everything at once. */
export async function patchUpload(
  store: Store,
  behaviour: Behaviour,
  repository: string,
  call: Call,
): Promise<Answer> {
  const upload = findUpload(store, repository, call);
  if ('status' in upload) return upload;
  const problem = outOfPlace(upload, behaviour, call);
  if (problem) return problem;
  await pour(call, upload.sink);
  return accepted(202, upload);
}

/** PUT: the last bytes, if any, and the digest of the whole. A wrong digest ends the upload. */
export async function finishUpload(
  store: Store,
  behaviour: Behaviour,
  repository: string,
  call: Call,
): Promise<Answer> {
  const upload = findUpload(store, repository, call);
  if ('status' in upload) return upload;
  const digest = call.query.get('digest') ?? '';
  if (!isDigest(digest)) return badDigest(digest);
  const problem = outOfPlace(upload, behaviour, call);
  if (problem) return problem;
  await pour(call, upload.sink);
  store.uploads.delete(upload.id);
  return keep(store, repository, digest, upload.sink);
}

export function uploadStatus(store: Store, repository: string, call: Call): Answer {
  const upload = findUpload(store, repository, call);
  return 'status' in upload ? upload : accepted(204, upload);
}

export async function cancelUpload(store: Store, repository: string, call: Call): Promise<Answer> {
  const upload = findUpload(store, repository, call);
  if ('status' in upload) return upload;
  store.uploads.delete(upload.id);
  await upload.sink.discard();
  return empty(204);
}

function findUpload(store: Store, repository: string, call: Call): Upload | Answer {
  // Clients must keep the query of the Location that they were given; losing `_state` is the classic mistake.
  const id = call.reference ?? '';
  if (!(call.query.get('_state') ?? '').startsWith(`${id}.`)) {
    return refusal(404, 'BLOB_UPLOAD_INVALID', 'blob upload invalid', 'missing or foreign _state');
  }
  const upload = store.uploads.get(id);
  if (upload?.repository === repository) return upload;
  return refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
}

/** 416 for bytes that do not follow on those already there (distribution-spec "Pushing a blob in chunks"). */
function outOfPlace(upload: Upload, behaviour: Behaviour, call: Call): Answer | null {
  const misplaced = refusal(
    416,
    'RANGE_INVALID',
    'invalid content range',
    undefined,
    accepted(416, upload).headers,
  );
  if (call.query.get('_state') !== stateOf(upload)) return misplaced;
  const range = call.headers['content-range'];
  if (range === undefined || !behaviour.chunkOrder) return null;
  const match = /^(?:bytes )?(\d+)-(\d+)$/.exec(range);
  return match && Number(match[1]) === upload.sink.size ? null : misplaced;
}

async function pour(call: Call, sink: Upload['sink']): Promise<void> {
  for await (const chunk of call.body) await sink.write(chunk as Buffer);
}

async function keep(store: Store, repository: string, digest: string, sink: Upload['sink']): Promise<Answer> {
  const { digest: actual, content } = await sink.finish(digest);
  if (actual !== digest) {
    await sink.discard();
    return badDigest(digest);
  }
  store.putBlob(repository, digest, content);
  return created(repository, digest);
}

function created(repository: string, digest: string): Answer {
  return empty(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });
}

function accepted(status: number, upload: Upload): Answer {
  return empty(status, {
    location: `/v2/${upload.repository}/blobs/uploads/${upload.id}?_state=${stateOf(upload)}`,
    range: `0-${Math.max(upload.sink.size - 1, 0)}`,
    'docker-upload-uuid': upload.id,
  });
}

function stateOf(upload: Upload): string {
  return `${upload.id}.${upload.sink.size}`;
}
