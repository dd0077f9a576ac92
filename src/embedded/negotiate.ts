import { refusal, type Answer } from './answer.js';
import { digestOf } from './blobs.js';
import { factsOf } from './manifest-check.js';
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, SCHEMA_1 } from './media-types.js';
import type { StoredManifest } from './store.js';

/** Which manifest is asked for, and of what else it may be made. */
export interface Negotiation {
  readonly found: StoredManifest;
  readonly byTag: boolean;
  readonly accept: string;
  readonly version: 'distribution-2.8' | 'distribution-3.1';
  readonly child: (digest: string) => StoredManifest | undefined;
}

/**
 * Which manifest a strict registry gives for this Accept, as distribution 2.8 and 3.1 were measured to do:
 * wildcards and everything after `;` are dropped, OCI types that are not named are 404 (in 3.1 manifests only),
 * a Docker list asked for by tag without its type becomes the linux/amd64 child, and in 2.8 a Docker manifest
 * becomes one of schema 1.
 */
export function negotiate(negotiation: Negotiation): StoredManifest | Answer {
  const { found, byTag } = negotiation;
  const old = negotiation.version === 'distribution-2.8';
  const accepted = negotiation.accept.split(',').map((part) => (part.split(';', 1)[0] ?? '').trim());
  if (accepted.includes(found.mediaType)) return found;
  switch (found.mediaType) {
    case OCI_INDEX:
      return old ? notAccepted('OCI index found, but accept header does not support OCI indexes') : found;
    case OCI_MANIFEST:
      return notAccepted('OCI manifest found, but accept header does not support OCI manifests');
    case DOCKER_LIST:
      return byTag ? defaultPlatform(negotiation, accepted) : found;
    case DOCKER_MANIFEST:
      return byTag && old ? schema1(found) : found;
    default:
      return found;
  }
}

/** The 404 that means "it is there, but you did not ask for its type"; on a HEAD it looks like any other. */
export function notAccepted(message: string): Answer {
  return refusal(404, 'MANIFEST_UNKNOWN', message);
}

function defaultPlatform(negotiation: Negotiation, accepted: readonly string[]): StoredManifest | Answer {
  const facts = factsOf(negotiation.found.bytes, DOCKER_LIST);
  const entry = facts?.children.find(({ platform }) => platform === 'linux/amd64');
  const manifest = entry && negotiation.child(entry.digest);
  if (!manifest) return refusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  if (accepted.includes(DOCKER_MANIFEST)) return manifest;
  return negotiation.version === 'distribution-2.8'
    ? schema1(manifest)
    : refusal(400, 'MANIFEST_INVALID', 'manifest invalid');
}

/** Another manifest altogether, with a digest that nobody pushed. Unsigned here; signed, and so new each time, there. */
function schema1(manifest: StoredManifest): StoredManifest {
  const layers = factsOf(manifest.bytes, manifest.mediaType)?.blobs.slice(1) ?? [];
  const document = { schemaVersion: 1, fsLayers: layers.map((blobSum) => ({ blobSum })), history: [] };
  const bytes = Buffer.from(JSON.stringify(document, null, 3));
  return { bytes, mediaType: SCHEMA_1, digest: digestOf(bytes) };
}
