import { messageOf, OperationError } from '../errors.js';
import type { TagState } from '../ports.js';
import type { Manifest } from '../oci/manifest.js';
import { isDigest, type DigestRef, type ImageRef, type TagRef } from '../oci/reference.js';
import { ask, type Context, errorsOf, failure, refusal, repeating, type Task } from './request.js';
import { algorithmOf, digestOf } from '../oci/digest.js';
import { headByBody } from './head.js';
import type { RegistryResponse } from './http/types.js';
import { quirksOf } from './quirks.js';

/** What the registry said about a write besides "yes". */
interface Receipt {
  /** the registry lists the manifest under its `subject` itself (the `OCI-Subject` header) */
  readonly subjectListed: boolean;
}

type PutTask = Task & { readonly ref: ImageRef };
type Answer = { readonly response: RegistryResponse } | { readonly error: OperationError };

/** How often one tag is written at most; before each time but the first the tag is looked at. */
const TRIES = 3;
/** Milliseconds before the second try; doubled for the third, each with full jitter. */
const PAUSE = 500;
const MAX_ANSWER_BYTES = 64 * 1024;
const PART_UNKNOWN: readonly string[] = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN'];

/**
 * Writes exactly the manifest's bytes to a tag (distribution-spec "Pushing Manifests"). When the answer is lost or is a
 * refusal, the tag is looked at before anything else: ours is success, so a refusal by an immutable tag that holds this digest already is
 * none. The write is repeated only while the tag is absent or still at `previous`.
 * @param previous the digest that the tag had when the write was decided; null when it was absent
 * @throws OperationError `mismatch` when the tag holds another digest (both are named), or as the registry refused
 */
export async function putTag(
  context: Context,
  ref: TagRef,
  manifest: Manifest,
  previous: string | null,
): Promise<Receipt> {
  const task: PutTask = { operation: 'write the tag', ref };
  for (let attempt = 1; ; attempt++) {
    const wire = attempt === 1 ? context : repeating(context);
    const answer = await putOnce(wire, task, manifest, ref.tag, false);
    if ('response' in answer && isTaken(answer.response)) return receipt(task, manifest, answer.response);
    if (!needsHead(answer)) throw reasonOf(task, answer);
    const now = await headByBody(context, ref);
    if (now.state === 'present' && isOurs(manifest, now.digest)) return { subjectListed: false };
    const untouched = now.state === 'absent' || (now.state === 'present' && now.digest === previous);
    if (!untouched || !isPassing(answer) || attempt === TRIES)
      throw verdict(task, manifest, answer, now, previous);
    await context.clock.sleep(context.clock.random() * PAUSE * 2 ** (attempt - 1));
  }
}

/**
 * Writes a manifest under its digest. The same bytes always give the same state, so the transport may repeat it.
 * @throws OperationError as the registry refused; `isPartUnknown` tells a refusal over missing parts
 */
export async function putByDigest(context: Context, ref: DigestRef, manifest: Manifest): Promise<Receipt> {
  const task: PutTask = { operation: 'write the manifest', ref };
  const answer = await putOnce(context, task, manifest, ref.digest, true);
  if ('error' in answer) throw answer.error;
  if (isTaken(answer.response)) return receipt(task, manifest, answer.response);
  if (isPartMissing(answer.response)) throw new PartUnknown(refusal(task, answer.response));
  throw refusal(task, answer.response);
}

/** The registry refused a manifest because it does not know one of its parts. */
export class PartUnknown extends Error {
  readonly refusal: OperationError;

  constructor(reason: OperationError) {
    super(reason.message);
    this.refusal = reason;
  }
}

function putOnce(
  context: Context,
  task: PutTask,
  manifest: Manifest,
  name: string,
  repeatable: boolean,
): Promise<Answer> {
  const answer = ask(context, task, {
    method: 'PUT',
    repository: task.ref,
    path: `manifests/${name}`,
    // Exactly the media type: registries refuse parameters and anything that differs from the body's.
    headers: { 'content-type': manifest.mediaType },
    body: manifest.bytes,
    access: 'pull,push',
    maxBytes: MAX_ANSWER_BYTES,
    redirect: 'refuse',
    repeatable,
  });
  return answer.then(
    (response) => ({ response }),
    (error: unknown) => {
      if (error instanceof OperationError) return { error };
      throw error;
    },
  );
}

function receipt(task: Task, manifest: Manifest, response: RegistryResponse): Receipt {
  const stored = response.headers['docker-content-digest'];
  if (stored !== undefined && isDigest(stored) && !isOurs(manifest, stored)) {
    throw failure(
      'mismatch',
      task,
      `${task.ref.registry} took ${manifest.digest} (HTTP ${response.status}) but says that it stored ${stored}`,
      'look at the tag with another tool before anything else; the registry or a proxy changes what is pushed',
      { status: response.status },
    );
  }
  return { subjectListed: response.headers['oci-subject'] !== undefined };
}

/** Nothing was sent, or the registry knew nobody: no need to ask what became of it. */
function needsHead(answer: Answer): boolean {
  if ('error' in answer) return !['cancelled', 'denied', 'unsafe'].includes(answer.error.code);
  return answer.response.status !== 401;
}

/** Faults that another try may cure. */
function isPassing(answer: Answer): boolean {
  if ('error' in answer) return ['unavailable', 'timeout', 'protocol'].includes(answer.error.code);
  const { status } = answer.response;
  return status < 300 || status === 408 || status === 429 || status >= 500 || isPartMissing(answer.response);
}

/** docker-registry 2.8 says so for a moment while somebody else writes the same child again. */
function isPartMissing(response: RegistryResponse): boolean {
  return (
    [400, 404].includes(response.status) && errorsOf(response).some(({ code }) => PART_UNKNOWN.includes(code))
  );
}

function verdict(
  task: Task,
  manifest: Manifest,
  answer: Answer,
  now: TagState,
  previous: string | null,
): OperationError {
  const reason = reasonOf(task, answer);
  const status = reason.status === undefined ? {} : { status: reason.status };
  if (now.state === 'unknown') {
    return new OperationError(
      reason.code,
      `${reason.message}. Whether the tag was written cannot be told: ${messageOf(now.error)}`,
      { cause: reason, ...status },
    );
  }
  if (now.state === 'absent') return reason;
  const held = `the tag holds ${now.digest}, not ${manifest.digest}`;
  if ('response' in answer && !isPassing(answer)) {
    return failure(
      'rejected',
      task,
      `${held}, and the registry refuses to move it: ${reason.message}`,
      immutabilityHint(task.ref.registry),
      {
        cause: reason,
        ...status,
      },
    );
  }
  const who = now.digest === previous ? 'the write did not go through' : 'another writer was faster';
  return failure(
    'mismatch',
    task,
    `${held}; ${who}: ${reason.message}`,
    'find out who writes this tag, then run again',
    {
      cause: reason,
      ...status,
    },
  );
}

/** What to do about a tag that the registry will not move, in that registry's own terms where they are known. */
function immutabilityHint(registry: string): string {
  const known = quirksOf(registry).find(({ immutable }) => immutable !== undefined)?.immutable;
  return known ?? 'if the tag is immutable or protected there, choose another tag or lift the rule';
}

function reasonOf(task: Task, answer: Answer): OperationError {
  return 'error' in answer ? answer.error : refusal(task, answer.response);
}

/** 201 is the only yes of the specification. Registries that say 200 or 202 name the digest; a proxy does not. */
function isTaken({ status, headers }: RegistryResponse): boolean {
  return status === 201 || ([200, 202].includes(status) && headers['docker-content-digest'] !== undefined);
}

function isOurs(manifest: Manifest, digest: string): boolean {
  return digest === manifest.digest || digest === digestOf(manifest.bytes, algorithmOf(digest));
}
