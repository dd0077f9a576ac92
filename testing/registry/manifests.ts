import { algorithmOf, digestOf } from '../../src/oci/digest.js';
import { bareMediaType, isCopyable, isIndex, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/manifest.js';
import { isDigest, isReservedTag, parseTag } from '../../src/oci/reference.js';
import { DOCKER_LIST, DOCKER_MANIFEST } from './image.js';
import { type Answer, bytes, type Call, empty, readBody, refusal } from './request.js';
import type { Store, StoredManifest } from './store.js';

const DOCKER_SCHEMA1_SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/** The least that a registry must take (distribution-spec "Pushing Manifests"), and the most that distribution takes. */
const MAX_MANIFEST = 4 * 1024 * 1024;

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
  const digest = digestOf(body, algorithmOf(reference));
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
  facts: ParsedManifest,
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

/** Which manifest is asked for, and of what else it may be made. */
interface Negotiation {
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
function negotiate(negotiation: Negotiation): StoredManifest | Answer {
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
function notAccepted(message: string): Answer {
  return refusal(404, 'MANIFEST_UNKNOWN', message);
}

function defaultPlatform(negotiation: Negotiation, accepted: readonly string[]): StoredManifest | Answer {
  const facts = parsedOf(negotiation.found.bytes, DOCKER_LIST);
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
  const layers = parsedOf(manifest.bytes, manifest.mediaType)?.blobs.slice(1) ?? [];
  const document = { schemaVersion: 1, fsLayers: layers.map((blobSum) => ({ blobSum })), history: [] };
  const bytes = Buffer.from(JSON.stringify(document, null, 3));
  return { bytes, mediaType: DOCKER_SCHEMA1_SIGNED, digest: digestOf(bytes) };
}

/** What the registry needs to know of a manifest; everything else stays bytes. */
interface ParsedManifest {
  readonly mediaType: string;
  /** blobs that must be there */
  readonly blobs: readonly string[];
  /** children that must be there */
  readonly children: readonly Child[];
  readonly subject: string | null;
  /** of the referrers API: `artifactType`, else the media type of the config */
  readonly artifactType: string | null;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Child {
  readonly digest: string;
  readonly platform: string | null;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a manifest as the registry that takes it must (distribution-spec "Pushing Manifests").
 * Returns the facts, or one sentence that says why the manifest is not one.
 */
function checkManifest(bytes: Buffer, contentType: string | undefined): ParsedManifest | string {
  if (contentType === undefined) return 'no Content-Type';
  const mediaType = bareMediaType(contentType);
  if (!isCopyable(mediaType)) return `unsupported media type ${mediaType}`;
  const document = parse(bytes);
  if (!document) return 'the manifest is not a JSON object';
  const stated = document['mediaType'];
  if (stated !== undefined && stated !== mediaType) {
    return `mediaType ${JSON.stringify(stated)} is not the Content-Type ${mediaType}`;
  }
  if (document['schemaVersion'] !== 2) return 'schemaVersion is not 2';
  return parseManifest(mediaType, document) ?? 'a descriptor of the manifest has no usable digest';
}

/** The same facts of a manifest that is stored already, whatever it is. */
export function parsedOf(bytes: Buffer, mediaType: string): ParsedManifest | null {
  const document = parse(bytes);
  return document && parseManifest(mediaType, document);
}

function parseManifest(mediaType: string, document: Json): ParsedManifest | null {
  const index = isIndex(mediaType);
  const config = asObject(document['config']);
  const parts = index ? [] : [config, ...asList(document['layers'])];
  const children = index ? asList(document['manifests']) : [];
  const subject = asObject(document['subject']);
  const named = [...parts, ...children, ...(subject ? [subject] : [])];
  if ((!index && !config) || named.some((part) => !isDigest(textOf(part, 'digest') ?? ''))) return null;
  return {
    mediaType,
    blobs: parts.filter((part) => !isForeign(part)).map(digestIn),
    children: children.map((child) => ({ digest: digestIn(child), platform: platformOf(child) })),
    subject: subject ? digestIn(subject) : null,
    artifactType: textOf(document, 'artifactType') ?? (index ? null : textOf(config, 'mediaType')),
    annotations: textsIn(document['annotations']),
  };
}

/** Layers that live elsewhere (`urls`, non-distributable) need not be in the registry. */
function isForeign(part: Json | null): boolean {
  const mediaType = textOf(part, 'mediaType') ?? '';
  return Array.isArray(part?.['urls']) || /nondistributable|foreign/.test(mediaType);
}

function platformOf(child: Json | null): string | null {
  const platform = asObject(child?.['platform']);
  return platform && `${textOf(platform, 'os') ?? ''}/${textOf(platform, 'architecture') ?? ''}`;
}

function parse(bytes: Buffer): Json | null {
  try {
    return asObject(JSON.parse(bytes.toString('utf8')));
  } catch {
    return null;
  }
}

function asObject(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function asList(value: unknown): readonly (Json | null)[] {
  return Array.isArray(value) ? value.map(asObject) : [];
}

function textOf(value: Json | null, key: string): string | null {
  const text = value?.[key];
  return typeof text === 'string' && text !== '' ? text : null;
}

function digestIn(part: Json | null): string {
  return textOf(part, 'digest') ?? '';
}

function textsIn(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(asObject(value) ?? {}).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    ),
  );
}

/** Where registries differ within (and outside) the distribution-spec. The default is what the spec asks for. */
export interface Behaviour {
  /**
   * `ignored`; or as distribution does, where only types that Accept names word for word are given. There, OCI
   * manifests (in 2.8 also OCI indexes) that are not named are 404, and Docker types become something else.
   */
  readonly accept: 'ignored' | 'distribution-2.8' | 'distribution-3.1';
  /** tags/list honours `n` and `last`, sends Link and sorts */
  readonly pagedTags: boolean;
  /** the list of all repositories, which the distribution-spec does not have */
  readonly catalog: boolean;
  /** a repository that has lost its last tag has `"tags": null` instead of an empty list */
  readonly nullTags: boolean;
  /** the most entries of one page of tags or referrers, whatever `n` says; null: no limit */
  readonly pageSize: number | null;
  /** the referrers API and OCI-Subject */
  readonly referrers: boolean;
  /** DELETE of a tag; otherwise 400 UNSUPPORTED */
  readonly deleteTags: boolean;
  /** `POST …/uploads/?digest=` stores the blob; otherwise it only opens an upload */
  readonly singlePost: boolean;
  /** cross-repository mounts; otherwise 202, an upload */
  readonly mounts: boolean;
  /** Content-Range of a chunk must follow on the bytes already there; otherwise it is ignored */
  readonly chunkOrder: boolean;
  /** an index may name children that are not there */
  readonly sparseIndexes: boolean;
  /** what a manifest above 4 MiB gets */
  readonly tooLargeStatus: 413 | 400;
}

export const SPEC: Behaviour = {
  accept: 'ignored',
  pagedTags: true,
  catalog: false,
  nullTags: false,
  pageSize: null,
  referrers: true,
  deleteTags: true,
  singlePost: true,
  mounts: true,
  chunkOrder: true,
  sparseIndexes: false,
  tooLargeStatus: 413,
};

/** How registry 3.1 was measured to differ. */
export const DISTRIBUTION_3: Behaviour = {
  ...SPEC,
  accept: 'distribution-3.1',
  catalog: true,
  nullTags: true,
  referrers: false,
  singlePost: false,
  tooLargeStatus: 400,
};

/** How docker-registry 2.8.2 was measured to differ. */
export const DISTRIBUTION_2_8: Behaviour = {
  ...DISTRIBUTION_3,
  accept: 'distribution-2.8',
  pagedTags: false,
  deleteTags: false,
  chunkOrder: false,
};
