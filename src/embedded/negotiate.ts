import { refusal, type Answer } from './answer.js';
import { factsOf } from './manifest-check.js';
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from './media-types.js';
import type { StoredManifest } from './store.js';

/**
 * Which manifest a strict registry gives for this Accept, as distribution 2.8.2 was measured to do:
 * wildcards and everything after `;` are dropped, OCI types that are not named are 404, a Docker list
 * asked for by tag without its type becomes the linux/amd64 child, and a Docker manifest 400.
 */
export function negotiate(
  found: StoredManifest,
  byTag: boolean,
  accept: string,
  child: (digest: string) => StoredManifest | undefined,
): StoredManifest | Answer {
  const accepted = accept.split(',').map((part) => (part.split(';', 1)[0] ?? '').trim());
  if (accepted.includes(found.mediaType)) return found;
  switch (found.mediaType) {
    case OCI_INDEX:
      return notAccepted('OCI index found, but accept header does not support OCI indexes');
    case OCI_MANIFEST:
      return notAccepted('OCI manifest found, but accept header does not support OCI manifests');
    case DOCKER_LIST:
      return byTag ? defaultPlatform(found, accepted, child) : found;
    case DOCKER_MANIFEST:
      return byTag ? schema1() : found;
    default:
      return found;
  }
}

function defaultPlatform(
  list: StoredManifest,
  accepted: readonly string[],
  child: (digest: string) => StoredManifest | undefined,
): StoredManifest | Answer {
  const facts = factsOf(list.bytes, list.mediaType);
  const entry = facts?.children.find(({ platform }) => platform === 'linux/amd64');
  const manifest = entry && child(entry.digest);
  if (!manifest) return refusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  return manifest.mediaType === DOCKER_MANIFEST && !accepted.includes(DOCKER_MANIFEST) ? schema1() : manifest;
}

/** The 404 that means "it is there, but you did not ask for its type"; on a HEAD it looks like any other. */
export function notAccepted(message: string): Answer {
  return refusal(404, 'MANIFEST_UNKNOWN', message);
}

/** 2.8.2 tries to rewrite to schema 1 and fails for want of a signature key that clients trust. */
function schema1(): Answer {
  return refusal(400, 'MANIFEST_INVALID', 'manifest invalid');
}
