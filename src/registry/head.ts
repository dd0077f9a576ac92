import { OperationError } from '../errors.js';
import { algorithmOf, digestOf } from '../oci/digest.js';
import { bareMediaType, isManifest, isSchema1, HEAD_ACCEPT, MAX_MANIFEST_BYTES } from '../oci/manifest.js';
import { type ImageRef, isDigest } from '../oci/reference.js';
import type { Absence, TagState } from '../ports.js';
import type { RegistryRequest, RegistryResponse } from './http/types.js';
import { ask, type Context, errorsOf, failure, retryOnMismatch, refusal, type Task } from './request.js';

/**
 * Codes of a 404 that say "no such manifest" or "no such repository": the distribution-spec's, and NOT_FOUND, which
 * Harbor gives for both.
 */
const ABSENT_CODES: readonly string[] = ['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND'];

/**
 * The four-state look (distribution-spec "Checking if content exists in the registry"). HEAD first: registries that
 * count pulls do not count it. A 404 is believed only when a GET repeats it with a body of the registry: a HEAD has
 * none, and proxies, wrong paths and unaccepted media types answer 404 as well; with `unconfirmed` the GET is left to
 * the caller. Never throws OperationError.
 */
export async function look(
  context: Context,
  ref: ImageRef,
  absence: Absence = 'confirmed',
): Promise<TagState> {
  const task = taskOf(ref);
  try {
    const head = await ask(context, task, headRequest('HEAD', ref));
    if (head.status === 404 && absence === 'unconfirmed') return { state: 'absent', unconfirmed: true };
    if (head.status === 404 || head.status === 405) return await headByGet(context, task, ref);
    if (head.status !== 200) throw await unclear(context, task, ref, head);
    const digest = head.headers['docker-content-digest'];
    if (digest === undefined || !isDigest(digest)) return await headByGet(context, task, ref);
    checkAskedDigest(task, ref, digest);
    return { state: 'present', digest };
  } catch (error) {
    return unknown(error);
  }
}

/** The look in a single request whatever the answer: a GET, whose 404 has a body. */
export function headByBody(context: Context, ref: ImageRef): Promise<TagState> {
  return headByGet(context, taskOf(ref), ref).catch(unknown);
}

/** Is this 404 the registry's own word that the manifest or the repository is not there? */
export function saysAbsent(response: RegistryResponse): boolean {
  if (response.status !== 404) return false;
  const errors = errorsOf(response);
  return (
    errors.length > 0 &&
    errors.every(({ code, message }) => ABSENT_CODES.includes(code) && !hidesByAccept(message))
  );
}

function headByGet(context: Context, task: Task, ref: ImageRef): Promise<TagState> {
  return retryOnMismatch(context, (wire) => getOnce(wire, task, ref));
}

async function getOnce(context: Context, task: Task, ref: ImageRef): Promise<TagState> {
  const response = await ask(context, task, headRequest('GET', ref));
  if (saysAbsent(response)) return { state: 'absent' };
  if (response.status !== 200) throw refusedHead(task, response);
  const mediaType = bareMediaType(response.headers['content-type']);
  if (!isManifest(mediaType)) {
    throw failure(
      'protocol',
      task,
      `${ref.registry} answered HTTP 200 with "${mediaType}", which is not a registry answer`,
      'check that the host is a registry and that no proxy or login page answers in its place',
      { status: 200 },
    );
  }
  return { state: 'present', digest: digestInHand(task, ref, response, mediaType) };
}

/** The digest of the body, once it agrees with what the registry says and with what was asked for. */
function digestInHand(task: Task, ref: ImageRef, response: RegistryResponse, mediaType: string): string {
  const header = response.headers['docker-content-digest'];
  const claimed = header !== undefined && isDigest(header) ? header : undefined;
  // The digest of a signed schema 1 manifest is that of its payload without the signatures.
  if (claimed !== undefined && isSchema1(mediaType)) return claimed;
  const asked = 'digest' in ref ? ref.digest : undefined;
  const digest = digestOf(response.body, algorithmOf(asked ?? claimed ?? ''));
  if (claimed !== undefined && algorithmOf(claimed) === algorithmOf(digest) && claimed !== digest) {
    throw failure(
      'mismatch',
      task,
      `${ref.registry} says that the digest is ${claimed} but sent bytes with ${digest} (HTTP 200)`,
      'run again; if it stays, have the registry and any proxy before it looked at',
      { status: 200 },
    );
  }
  checkAskedDigest(task, ref, digest);
  return digest;
}

function checkAskedDigest(task: Task, ref: ImageRef, digest: string): void {
  if (!('digest' in ref) || ref.digest === digest) return;
  throw failure(
    'mismatch',
    task,
    `${ref.registry} answered with ${digest} (HTTP 200)`,
    'run again; if it stays, have the registry and any proxy before it looked at',
    { status: 200 },
  );
}

/** A HEAD has no body: where its status alone says little, the same question as a GET brings the registry's words, and only these. */
async function unclear(
  context: Context,
  task: Task,
  ref: ImageRef,
  head: RegistryResponse,
): Promise<OperationError> {
  const wordless = [401, 429].includes(head.status) || head.status < 400 || head.status >= 500;
  if (wordless) return refusedHead(task, head);
  const get = await ask(context, task, headRequest('GET', ref));
  return refusedHead(task, get.status === head.status ? get : head);
}

function refusedHead(task: Task, response: RegistryResponse): OperationError {
  const { status } = response;
  if (status === 404) {
    return refusal(
      task,
      response,
      'this 404 is not a registry answer, so nobody can tell whether the tag is free: check the host and any proxy before it, and whether the tag exists with a media type that Retag does not know',
    );
  }
  if (status === 500) {
    return refusal(
      task,
      response,
      'run again in a moment; if it stays, the registry may hold an empty link for this tag (it stopped while the tag was written), which pushing the tag once by hand repairs',
    );
  }
  return refusal(task, response);
}

/**
 * docker-registry 2.8: `404 MANIFEST_UNKNOWN "OCI index found, but accept header does not support OCI indexes"`. There is
 * no code for it. The text can only take away from what is known: an absence that is uncertain is never written on.
 */
function hidesByAccept(message: string): boolean {
  return message.toLowerCase().includes('accept header');
}

function headRequest(method: 'HEAD' | 'GET', ref: ImageRef): RegistryRequest {
  return {
    method,
    repository: ref,
    path: `manifests/${'digest' in ref ? ref.digest : ref.tag}`,
    headers: { accept: HEAD_ACCEPT },
    access: 'pull',
    maxBytes: MAX_MANIFEST_BYTES,
    redirect: 'follow',
    repeatable: true,
  };
}

function taskOf(ref: ImageRef): Task {
  return { operation: 'digest' in ref ? 'look at the manifest' : 'look at the tag', ref };
}

/** An error of the registry or the way to it means that nobody can tell; any other is a fault of the program. */
function unknown(error: unknown): TagState {
  if (error instanceof OperationError) return { state: 'unknown', error };
  throw error;
}
