import type { Manifest } from '../ports.js';
import { isDigest, type ImageRef, type Repository } from '../oci/reference.js';
import { failure, nameOf, refusal, type Task } from './answers.js';
import { algorithmOf, digestOf } from '../oci/digest.js';
import { saysAbsent } from './existence.js';
import type { RegistryResponse } from './http/types.js';
import {
  bareMediaType,
  COPY_ACCEPT,
  type Descriptor,
  DOCKER_SCHEMA1,
  isObject,
  isSchema1,
  MAX_MANIFEST_BYTES,
  parseJson,
  parseManifest,
  refuseUncopyable,
} from '../oci/manifest.js';
import { onceMore } from './once-more.js';
import { ask, type Context } from './wire.js';

/** The most bytes of a config that is read for its platform and labels. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/**
 * Reads a manifest as bytes (distribution-spec "Pulling manifests"). What comes back is hashed; a digest that was asked
 * for, or that the registry names for a tag, must be that hash, and the body must be what its Content-Type says.
 * @throws OperationError `absent` on a confirmed 404, `mismatch`, `rejected` for types that cannot be copied, or as the wire fails
 */
export async function readManifest(context: Context, ref: ImageRef): Promise<Manifest> {
  const manifest = await readUnparsed(context, ref);
  parseManifest(manifest, nameOf(ref));
  return manifest;
}

/** As `readManifest`, whatever the content is. */
export function readUnparsed(context: Context, ref: ImageRef): Promise<Manifest> {
  return onceMore(context, (wire) => fetchManifest(wire, ref));
}

async function fetchManifest(context: Context, ref: ImageRef): Promise<Manifest> {
  const task: Task = { doing: 'read the manifest', ref };
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
export async function readBlob(
  context: Context,
  source: Repository,
  descriptor: Descriptor,
): Promise<Uint8Array> {
  return onceMore(context, (wire) => fetchBlob(wire, source, descriptor));
}

async function fetchBlob(context: Context, source: Repository, descriptor: Descriptor): Promise<Uint8Array> {
  const task: Task = { doing: 'read the config', ref: { ...source, digest: descriptor.digest } };
  const response = await ask(context, task, {
    method: 'GET',
    repository: source,
    path: `blobs/${descriptor.digest}`,
    access: 'pull',
    maxBytes: Math.min(descriptor.size, MAX_CONFIG_BYTES),
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
