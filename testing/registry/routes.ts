import { OCI_INDEX } from '../../src/oci/manifest.js';
import { isDigest } from '../../src/oci/reference.js';
import { badDigest, type Behaviour, parsedOf } from './manifests.js';
import { type Answer, bytes, type Call, empty, json, pageNotFound, refusal } from './request.js';
import type { Store, StoredManifest, Upload } from './store.js';

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

/** GET tags/list, paged by `n` and `last` with a Link to the next page (distribution-spec "Listing Tags"). */
export function listTags(store: Store, behaviour: Behaviour, repository: string, call: Call): Answer {
  if (!store.knows(repository)) {
    return refusal(404, 'NAME_UNKNOWN', 'repository name not known to registry', { name: repository });
  }
  const tags = store.tags(repository);
  if (tags.length === 0 && behaviour.nullTags) return json(200, { name: repository, tags: null });
  if (!behaviour.pagedTags) return json(200, { name: repository, tags });
  const asked = call.query.get('n');
  if (asked !== null && !/^\d{1,9}$/.test(asked)) {
    return refusal(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested', { n: asked });
  }
  const page = pageOf([...tags].sort(), call, behaviour.pageSize);
  const link = page.next === null ? {} : nextLink(`/v2/${repository}/tags/list`, page.next, page.size);
  return json(200, { name: repository, tags: page.entries }, link);
}

/** GET _catalog, paged as the list of tags (https://distribution.github.io/distribution/spec/api/, "Listing Repositories"). */
export function listRepositories(store: Store, behaviour: Behaviour, call: Call): Answer {
  const page = pageOf([...store.repositories()].sort(), call, behaviour.pageSize);
  const link = page.next === null ? {} : nextLink('/v2/_catalog', page.next, page.size);
  return json(200, { repositories: page.entries }, link);
}

/** GET referrers (distribution-spec "Listing Referrers"): an index of the manifests whose subject this is. */
export function listReferrers(store: Store, behaviour: Behaviour, repository: string, call: Call): Answer {
  if (!behaviour.referrers) return pageNotFound();
  const subject = call.reference ?? '';
  if (!isDigest(subject)) return badDigest(subject);
  const wanted = call.query.get('artifactType');
  const all = store
    .manifests(repository)
    .flatMap((manifest) => describe(manifest, subject))
    .filter((descriptor) => wanted === null || descriptor.artifactType === wanted);
  const byDigest = new Map(all.map((descriptor) => [descriptor.digest, descriptor]));
  const page = pageOf([...byDigest.keys()].sort(), call, behaviour.pageSize);
  const filter: Record<string, string> = wanted === null ? {} : { artifactType: wanted };
  const index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: page.entries.map((digest) => byDigest.get(digest)),
  };
  return bytes(200, Buffer.from(JSON.stringify(index)), {
    'content-type': OCI_INDEX,
    ...(wanted === null ? {} : { 'oci-filters-applied': 'artifactType' }),
    ...(page.next === null
      ? {}
      : nextLink(`/v2/${repository}/referrers/${subject}`, page.next, page.size, filter)),
  });
}

function describe(manifest: StoredManifest, subject: string) {
  const facts = parsedOf(manifest.bytes, manifest.mediaType);
  if (facts?.subject !== subject) return [];
  return [
    {
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.bytes.length,
      ...(facts.artifactType === null ? {} : { artifactType: facts.artifactType }),
      ...(Object.keys(facts.annotations).length === 0 ? {} : { annotations: facts.annotations }),
    },
  ];
}

interface Page {
  readonly entries: readonly string[];
  /** the `last` of the next page */
  readonly next: string | null;
  readonly size: number;
}

function pageOf(sorted: readonly string[], call: Call, most: number | null): Page {
  const last = call.query.get('last');
  const rest = last === null ? sorted : sorted.filter((entry) => entry > last);
  const asked = call.query.get('n') ?? '';
  const size = Math.min(/^\d+$/.test(asked) ? Number(asked) : Infinity, most ?? Infinity);
  const entries = rest.slice(0, size);
  const final = entries.at(-1);
  return { entries, next: final !== undefined && entries.length < rest.length ? final : null, size };
}

function nextLink(
  path: string,
  last: string,
  size: number,
  more: Readonly<Record<string, string>> = {},
): { link: string } {
  const query = new URLSearchParams({ ...more, last, n: String(size) });
  return { link: `<${path}?${query.toString()}>; rel="next"` };
}
