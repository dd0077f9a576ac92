import { OperationError } from '../errors.js';
import { algorithmOf, digestOf } from './digest.js';
import { isDigest } from './reference.js';

/** The most bytes of one manifest. The distribution-spec asks for 4 MiB at least. */
export const MAX_MANIFEST_BYTES = 8 * 1024 * 1024;

/** A pointer to a manifest or blob (image-spec "Descriptor"). `size` is in bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  /** foreign places to get the content from; never asked */
  readonly urls: readonly string[];
  readonly annotations: ReadonlyMap<string, string>;
  readonly platform: Platform | null;
  /** as it was written, for lists that repeat it */
  readonly raw: JsonObject;
}

/** `os`, `architecture` and `variant` as the image-spec names them. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
}

interface Common {
  readonly annotations: ReadonlyMap<string, string>;
  /** the manifest that this one is attached to */
  readonly subject: Descriptor | null;
  readonly artifactType: string;
}

interface ParsedIndex extends Common {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export interface ParsedImage extends Common {
  readonly kind: 'image';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export type ParsedManifest = ParsedIndex | ParsedImage;

/** What was read is read again before it is written; the object with the bytes is the same then. */
const parsedBefore = new WeakMap<Manifest, ParsedManifest>();

/**
 * Reads one of the four manifest types. The bytes stay the truth: this is only a view of them.
 * @param name the reference, for messages
 * @throws OperationError `mismatch` when the content contradicts its media type or itself (image-spec and
 *   CVE-2021-41190), `rejected` for schema 1 and other types that cannot be copied
 */
export function parseManifest(manifest: Manifest, name: string): ParsedManifest {
  const known = parsedBefore.get(manifest);
  if (known) return known;
  refuseUncopyable(manifest.mediaType, name);
  const body = parseJson(manifest.bytes);
  if (!isObject(body)) throw broken(name, 'it is not a JSON object in UTF-8');
  const declared = body['mediaType'];
  if (declared !== undefined && declared !== manifest.mediaType) {
    throw broken(
      name,
      `it calls itself ${JSON.stringify(declared)} but was served as "${manifest.mediaType}"`,
    );
  }
  try {
    const parsed = isIndex(manifest.mediaType) ? parseIndex(body) : parseImage(body);
    parsedBefore.set(manifest, parsed);
    return parsed;
  } catch (error) {
    throw error instanceof Fault ? broken(name, error.message) : error;
  }
}

/** @throws OperationError `rejected`, with the way out for schema 1 */
export function refuseUncopyable(mediaType: string, name: string): void {
  if (isCopyable(mediaType)) return;
  if (isSchema1(mediaType)) {
    throw new OperationError(
      'rejected',
      `${name}: this is a Docker schema 1 image, which Retag does not support: registries no longer accept it, and its digest ` +
        'does not survive a copy; pull it and push it again with a current tool',
    );
  }
  throw new OperationError(
    'rejected',
    `${name}: the media type "${mediaType.slice(0, 120)}" is not one of a container image; name an image or an image index`,
  );
}

/** A mistake inside a manifest; `parseManifest` adds the name. */
class Fault extends Error {}

function broken(name: string, what: string): OperationError {
  return new OperationError(
    'mismatch',
    `${name}: the manifest cannot be used: ${what}; build and push the image anew`,
  );
}

function parseIndex(body: JsonObject): ParsedIndex {
  if ('layers' in body || 'config' in body) refuseDoubleNature(body);
  return { kind: 'index', manifests: descriptors(body['manifests'], 'manifests'), ...common(body) };
}

function parseImage(body: JsonObject): ParsedImage {
  if ('manifests' in body) refuseDoubleNature(body);
  return {
    kind: 'image',
    config: descriptor(body['config'], 'config'),
    layers: descriptors(body['layers'], 'layers'),
    ...common(body),
  };
}

/** A document that can be read as index and as image means two things (CVE-2021-41190); buildkit's caches say which by mediaType. */
function refuseDoubleNature(body: JsonObject): void {
  if (body['mediaType'] === undefined) throw new Fault('it is an index and an image at once');
}

function common(body: JsonObject): Common {
  return {
    annotations: strings(body['annotations']),
    subject:
      body['subject'] === undefined || body['subject'] === null
        ? null
        : descriptor(body['subject'], 'subject'),
    artifactType: text(body['artifactType']),
  };
}

function descriptors(value: unknown, where: string): readonly Descriptor[] {
  // An empty list of Go programs, registries among them, that encode it without care.
  if (value === null) return [];
  if (!Array.isArray(value)) throw new Fault(`"${where}" is not a list`);
  return value.map((entry: unknown, index) => descriptor(entry, `${where}[${index}]`));
}

function descriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw new Fault(`"${where}" is not a descriptor`);
  const { digest, size } = value;
  if (typeof digest !== 'string' || !isDigest(digest)) {
    throw new Fault(`"${where}" has no sha256 or sha512 digest`);
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new Fault(`"${where}" (${digest}) has the size ${JSON.stringify(size)}`);
  }
  checkData(value['data'], digest, size, where);
  return {
    mediaType: text(value['mediaType']).toLowerCase(),
    digest,
    size,
    urls: Array.isArray(value['urls']) ? value['urls'].filter((url) => typeof url === 'string') : [],
    annotations: strings(value['annotations']),
    platform: platformOf(value['platform']),
    raw: value,
  };
}

/** Content that a descriptor carries within itself (image-spec "Embedded Content"): clients may take it for what the digest names. */
function checkData(data: unknown, digest: string, size: number, where: string): void {
  if (data === undefined || data === null) return;
  const bytes = Buffer.from(text(data), 'base64');
  const same = bytes.length === size && digestOf(bytes, algorithmOf(digest)) === digest;
  if (!same || bytes.toString('base64') !== data) {
    throw new Fault(`the "data" of "${where}" is not the content of ${digest} with ${size} bytes`);
  }
}

/** A platform object, of a descriptor or of an image's config; null when it names none. */
export function platformOf(value: unknown): Platform | null {
  if (!isObject(value)) return null;
  const platform = {
    os: text(value['os']),
    architecture: text(value['architecture']),
    variant: text(value['variant']),
  };
  return platform.os === '' && platform.architecture === '' ? null : platform;
}

/** The entries of a string map; a Map, because keys such as `__proto__` come from strangers. */
export function strings(value: unknown): ReadonlyMap<string, string> {
  if (!isObject(value)) return new Map();
  return new Map(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The media types of manifests, and the Accept lines made of them. */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_ARTIFACT = 'application/vnd.oci.artifact.manifest.v1+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+json';
const DOCKER_SCHEMA1_SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/** What Retag copies. One line: proxies that keep only the last of several Accept lines turn tags into 404s. */
export const COPY_ACCEPT = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST].join(', ');

/**
 * What may sit behind a tag. A registry that finds a type which is not accepted may answer 404
 * (docker-registry 2.8), so a look that leaves one out can take a tag for free that is not.
 */
export const HEAD_ACCEPT = `${COPY_ACCEPT}, ${OCI_ARTIFACT}, ${DOCKER_SCHEMA1_SIGNED}, */*;q=0.1`;

const INDEXES: readonly string[] = [OCI_INDEX, DOCKER_LIST];
const IMAGES: readonly string[] = [OCI_MANIFEST, DOCKER_MANIFEST];
const SCHEMA1: readonly string[] = [DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED];

/** A Content-Type without its parameters, in lower case; '' when there is none. */
export function bareMediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export function isIndex(mediaType: string): boolean {
  return INDEXES.includes(mediaType);
}

export function isSchema1(mediaType: string): boolean {
  return SCHEMA1.includes(mediaType);
}

/** One of the four types that can be copied byte for byte. */
export function isCopyable(mediaType: string): boolean {
  return INDEXES.includes(mediaType) || IMAGES.includes(mediaType);
}

/** Any type that a registry serves at the manifest endpoint. */
export function isManifest(mediaType: string): boolean {
  return isCopyable(mediaType) || isSchema1(mediaType) || mediaType === OCI_ARTIFACT;
}

/** Layers that licences keep out of other registries (image-spec "Non-distributable layers"). */
export function isNonDistributable(mediaType: string): boolean {
  return (
    mediaType.includes('.nondistributable.') ||
    mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.')
  );
}

const MAX_DEPTH = 64;

/** Made once: a decoder costs more than the decoding of a manifest. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type JsonObject = Readonly<Record<string, unknown>>;

/** JSON of a stranger: strict UTF-8, no byte order mark, nested at most 64 deep. Undefined when it is not that. */
export function parseJson(bytes: Uint8Array): unknown {
  if (!isShallow(bytes)) return undefined;
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Counts brackets outside strings before the parser sees them: a body of nothing but "[" costs it memory by the gigabyte. */
function isShallow(bytes: Uint8Array): boolean {
  return opens(bytes, '[') + opens(bytes, '{') <= MAX_DEPTH || depthOf(bytes) <= MAX_DEPTH;
}

/** How often the bracket stands there, wherever; no more than one above the depth that is allowed. */
function opens(bytes: Uint8Array, bracket: '[' | '{'): number {
  const code = bracket.charCodeAt(0);
  let count = 0;
  for (let at = bytes.indexOf(code); at >= 0 && count <= MAX_DEPTH; at = bytes.indexOf(code, at + 1)) count++;
  return count;
}

/** The deepest nesting; it stops counting beyond what is allowed. */
function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      deepest = Math.max(deepest, ++depth);
      if (deepest > MAX_DEPTH) break;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
}

/** A manifest or index as bytes: what arrived was hashed, and what was hashed is sent. */
export interface Manifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** sha256 (or, when asked for by one, sha512) of `bytes` */
  readonly digest: string;
}

/** How signatures, SBOMs and referrers of the index and its children travel with a copy. */
export type AttachmentMode = 'copy' | 'require' | 'ignore';
