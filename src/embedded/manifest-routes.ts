import { isDigest, isReservedTag, parseTag } from '../oci/reference.js';
import { bytes, empty, refusal, type Answer } from './answer.js';
import type { Behaviour } from './behaviour.js';
import { digestOf } from './blobs.js';
import { readBody, type Call } from './call.js';
import { checkManifest, type ManifestFacts } from './manifest-check.js';
import { negotiate } from './negotiate.js';
import type { Store } from './store.js';

/** The least that a registry must take (distribution-spec "Pushing Manifests"), and the most that distribution takes. */
export const MAX_MANIFEST = 4 * 1024 * 1024;

/** GET and HEAD of a manifest. */
export function getManifest(store: Store, behaviour: Behaviour, repository: string, call: Call): Answer {
  const reference = call.reference ?? '';
  if (reference.includes(':') && !isDigest(reference)) return badDigest(reference);
  const found = store.manifest(repository, reference);
  if (!found) return unknownManifest(reference);
  const given =
    behaviour.accept === 'ignored'
      ? found
      : negotiate({
          found,
          byTag: !isDigest(reference),
          accept: call.headers['accept'] ?? '',
          version: behaviour.accept,
          child: (digest) => store.manifest(repository, digest),
        });
  if ('status' in given) return given;
  return bytes(200, given.bytes, { 'content-type': given.mediaType, 'docker-content-digest': given.digest });
}

/** PUT of a manifest by tag or digest; the bytes are kept exactly. */
export async function putManifest(
  store: Store,
  behaviour: Behaviour,
  repository: string,
  call: Call,
): Promise<Answer> {
  const reference = call.reference ?? '';
  const tag = reference.includes(':') ? null : reference;
  if (tag === null ? !isDigest(reference) : !isTag(tag)) {
    return tag === null
      ? badDigest(reference)
      : refusal(400, 'TAG_INVALID', 'manifest tag did not match URI');
  }
  const body = await readBody(call.body, MAX_MANIFEST);
  if (!body) {
    const code = behaviour.tooLargeStatus === 413 ? 'SIZE_INVALID' : 'MANIFEST_INVALID';
    return refusal(behaviour.tooLargeStatus, code, 'http: request body too large');
  }
  const facts = checkManifest(body, call.headers['content-type']);
  if (typeof facts === 'string') return refusal(400, 'MANIFEST_INVALID', 'manifest invalid', facts);
  const digest = digestOf(body, reference);
  if (tag === null && digest !== reference) return badDigest(reference);
  const missing = missingParts(store, behaviour, repository, facts);
  if (missing.length > 0) return blobsUnknown(missing);
  store.putManifest(repository, tag, { bytes: body, mediaType: facts.mediaType, digest }, call.index);
  return empty(201, {
    location: `/v2/${repository}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(facts.subject !== null && behaviour.referrers ? { 'oci-subject': facts.subject } : {}),
  });
}

/** DELETE by digest takes every tag on it along; DELETE by tag is optional in the spec. */
export function deleteManifest(store: Store, behaviour: Behaviour, repository: string, call: Call): Answer {
  const reference = call.reference ?? '';
  if (reference.includes(':')) {
    if (!isDigest(reference)) return badDigest(reference);
    return store.deleteManifest(repository, reference, call.index) ? empty(202) : unknownManifest(reference);
  }
  if (!behaviour.deleteTags) return refusal(400, 'UNSUPPORTED', 'The operation is unsupported.');
  return store.deleteTag(repository, reference, call.index) ? empty(202) : unknownManifest(reference);
}

export function badDigest(digest: string): Answer {
  return refusal(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content', { digest });
}

function missingParts(
  store: Store,
  behaviour: Behaviour,
  repository: string,
  facts: ManifestFacts,
): readonly string[] {
  const blobs = facts.blobs.filter((digest) => !store.blob(repository, digest));
  const children = behaviour.sparseIndexes
    ? []
    : facts.children.map(({ digest }) => digest).filter((digest) => !isThere(store, repository, digest));
  return [...new Set([...blobs, ...children])];
}

/** An index may also name blobs (image-spec "Image Index": entries of other media types). */
function isThere(store: Store, repository: string, digest: string): boolean {
  return store.manifest(repository, digest) !== undefined || store.blob(repository, digest) !== undefined;
}

function blobsUnknown(digests: readonly string[]): Answer {
  const one = refusal(400, 'MANIFEST_BLOB_UNKNOWN', '');
  const errors = digests.map((digest) => ({
    code: 'MANIFEST_BLOB_UNKNOWN',
    message: 'manifest references a manifest or blob unknown to registry',
    detail: { digest },
  }));
  return { ...one, body: Buffer.from(`${JSON.stringify({ errors })}\n`) };
}

function unknownManifest(reference: string): Answer {
  return refusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown', `unknown reference ${reference}`);
}

function isTag(text: string): boolean {
  return isReservedTag(text) || parseTag(text).ok;
}
