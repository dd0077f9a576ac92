import { algorithmOf, digestOf } from '../oci/digest.js';
import {
  bareMediaType,
  COPY_ACCEPT,
  type Descriptor,
  DOCKER_SCHEMA1,
  isObject,
  isSchema1,
  type Manifest,
  MAX_MANIFEST_BYTES,
  parseJson,
  parseManifest,
  refuseUncopyable,
} from '../oci/manifest.js';
import { formatReference, type ImageRef, isDigest, type Repository } from '../oci/reference.js';
import { once } from '../shared/concurrency.js';
import { saysAbsent } from './head.js';
import type { RegistryResponse } from './http/types.js';
import { ask, type Context, failure, nameOf, retryOnMismatch, refusal, type Task } from './request.js';

/** The most bytes of a blob that is read whole: a config, for its platform and labels, or a signed statement. */
const MAX_SMALL_BLOB = 4 * 1024 * 1024;

/**
 * Reads a manifest as bytes (distribution-spec "Pulling manifests"). What comes back is hashed; a digest that was asked
 * for, or that the registry names for a tag, must be that hash, and the body must be what its Content-Type says.
 * @throws OperationError `absent` on a confirmed 404, `mismatch`, `rejected` for types that cannot be copied, or as the wire fails
 */
async function readManifest(context: Context, ref: ImageRef): Promise<Manifest> {
  const manifest = await readUnparsed(context, ref);
  parseManifest(manifest, nameOf(ref));
  return manifest;
}

/** As `readManifest`, whatever the content is. */
export function readUnparsed(context: Context, ref: ImageRef): Promise<Manifest> {
  return retryOnMismatch(context, (wire) => fetchManifest(wire, ref));
}

async function fetchManifest(context: Context, ref: ImageRef): Promise<Manifest> {
  const task: Task = { operation: 'read the manifest', ref };
  const response = await ask(context, task, {
    method: 'GET',
    repository: ref,
    path: `manifests/${'digest' in ref ? ref.digest : ref.tag}`,
    headers: { accept: COPY_ACCEPT },
    access: 'pull',
    maxBytes: MAX_MANIFEST_BYTES,
    redirect: 'follow',
    repeatable: true,
  });
  if (saysAbsent(response)) {
    throw failure('absent', task, 'there is none (HTTP 404)', 'check the name and that it was pushed', {
      status: 404,
    });
  }
  if (response.status !== 200) throw refusal(task, response);
  const mediaType = mediaTypeOf(response);
  // The digest of a signed schema 1 manifest is not that of its bytes, which would hide what is wrong.
  if (isSchema1(mediaType)) refuseUncopyable(mediaType, nameOf(ref));
  return { bytes: response.body, mediaType, digest: verifiedDigest(task, ref, response) };
}

/** Reads a small blob whole; its bytes must have the size and the digest of the descriptor. */
async function readBlob(
  context: Context,
  source: Repository,
  descriptor: Descriptor,
  what: string,
): Promise<Uint8Array> {
  return retryOnMismatch(context, (wire) => fetchBlob(wire, source, descriptor, what));
}

async function fetchBlob(
  context: Context,
  source: Repository,
  descriptor: Descriptor,
  what: string,
): Promise<Uint8Array> {
  const task: Task = { operation: `read the ${what}`, ref: { ...source, digest: descriptor.digest } };
  const response = await ask(context, task, {
    method: 'GET',
    repository: source,
    path: `blobs/${descriptor.digest}`,
    access: 'pull',
    maxBytes: Math.min(descriptor.size, MAX_SMALL_BLOB),
    redirect: 'follow',
    repeatable: true,
  });
  if (response.status === 404) {
    throw failure(
      'absent',
      task,
      `${source.registry} answered HTTP 404`,
      'the image is incomplete; push it again',
      { status: 404 },
    );
  }
  if (response.status !== 200) throw refusal(task, response);
  const digest = digestOf(response.body, algorithmOf(descriptor.digest));
  if (digest !== descriptor.digest || response.body.length !== descriptor.size) {
    throw contradicted(
      task,
      `${response.body.length} bytes with digest ${digest} came back where ${descriptor.size} were promised`,
    );
  }
  return response.body;
}

function verifiedDigest(task: Task, ref: ImageRef, response: RegistryResponse): string {
  const header = response.headers['docker-content-digest'];
  const expected = 'digest' in ref ? ref.digest : undefined;
  const digest = digestOf(response.body, algorithmOf(expected ?? ''));
  if (expected !== undefined && digest !== expected) {
    throw contradicted(task, `the digest of what came back is ${digest}`);
  }
  if (header !== undefined && header !== digest && isDigest(header) && !hasDigest(response.body, header)) {
    throw contradicted(task, `the registry says that the digest is ${header} but sent bytes with ${digest}`);
  }
  return digest;
}

function hasDigest(bytes: Uint8Array, digest: string): boolean {
  return digestOf(bytes, algorithmOf(digest)) === digest;
}

function contradicted(task: Task, what: string): Error {
  return failure(
    'mismatch',
    task,
    what,
    'run again; if it stays, have the registry and any proxy before it looked at',
    {
      status: 200,
    },
  );
}

/** The Content-Type, or, from registries that leave it out, what the body calls itself. Schema 1 has no name for itself. */
function mediaTypeOf(response: RegistryResponse): string {
  const served = bareMediaType(response.headers['content-type']);
  if (served !== '' && served !== 'application/json') return served;
  const body = parseJson(response.body);
  if (isObject(body) && body['schemaVersion'] === 1) return DOCKER_SCHEMA1;
  if (served !== '') return served;
  return isObject(body) && typeof body['mediaType'] === 'string' ? body['mediaType'] : '';
}

/** Reading of manifests and configs, each at most once a run as long as the memory below holds it. */
export interface Reader {
  /** by tag: always asked; by digest: from memory when it was read before */
  manifest(ref: ImageRef): Promise<Manifest>;
  /** a config, or another small blob that messages call `what` */
  blob(source: Repository, descriptor: Descriptor, what?: string): Promise<Uint8Array>;
}

/** Bytes kept for the run. Several thousand manifests of usual size; content with a digest never goes stale. */
const MEMORY = 16 * 1024 * 1024;

/** Callers that want the same thing at the same time share one request. */
export function createReader(context: Context): Reader {
  const manifests = recent<Manifest>(MEMORY, ({ bytes }) => bytes.length);
  const blobs = recent<Uint8Array>(MEMORY / 4, (bytes) => bytes.length);
  const manifestsUnderWay = once<Manifest>(false);
  const blobsUnderWay = once<Uint8Array>(false);
  return {
    manifest(ref) {
      const key = formatReference(ref);
      const known = 'digest' in ref ? manifests.get(key) : undefined;
      if (known) return Promise.resolve(known);
      return manifestsUnderWay.run(key, async () => {
        const manifest = await readManifest(context, ref);
        const { registry, repository } = ref;
        manifests.set(formatReference({ registry, repository, digest: manifest.digest }), manifest);
        return manifest;
      });
    },
    blob(source, descriptor, what = 'config') {
      const key = formatReference({
        registry: source.registry,
        repository: source.repository,
        digest: descriptor.digest,
      });
      const known = blobs.get(key);
      if (known) return Promise.resolve(known);
      return blobsUnderWay.run(key, async () => {
        const bytes = await readBlob(context, source, descriptor, what);
        blobs.set(key, bytes);
        return bytes;
      });
    },
  };
}

interface Recent<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/** A memory of at most `capacity` bytes; what was not used for longest goes first. */
function recent<T>(capacity: number, sizeOf: (value: T) => number): Recent<T> {
  const entries = new Map<string, T>();
  let total = 0;
  const remove = (key: string): void => {
    const value = entries.get(key);
    if (value === undefined) return;
    entries.delete(key);
    total -= sizeOf(value);
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      remove(key);
      entries.set(key, value);
      total += sizeOf(value);
      for (const oldest of entries.keys()) {
        if (total <= capacity) break;
        remove(oldest);
      }
    },
  };
}
