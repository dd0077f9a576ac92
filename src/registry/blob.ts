import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { messageOf, OperationError } from '../errors.js';
import { verifying } from '../oci/digest.js';
import type { Descriptor } from '../oci/manifest.js';
import type { Repository } from '../oci/reference.js';
import type { RegistryResponse } from './http/types.js';
import { ask, type Context, failure, inContext, nameOf, refusal, repeating, type Task } from './request.js';

const TRIES = 3;
/** Milliseconds before the second try; doubled for the third, each with full jitter. */
const PAUSE = 500;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Refusals that a further try will not change. */
const FINAL: readonly number[] = [401, 402, 403, 405, 413, 507];

/** Where the bytes of a blob come from: a repository that has it, or the bytes themselves. */
export type BlobSource = Repository | Uint8Array;
type BlobName = Pick<Descriptor, 'digest' | 'size'>;

/**
 * Streams a blob from one repository to another, or bytes that are at hand, in one piece, POST then PUT (distribution-spec "Pushing a blob
 * monolithically"), with constant memory. After any fault the upload session is thrown away: registries disagree about
 * what is left of it. The blob is looked for before each further try, since an earlier one may have landed.
 * @param session an upload session that is open already, from a mount that was not done
 */
export async function uploadBlob(
  context: Context,
  source: BlobSource,
  destination: Repository,
  blob: BlobName,
  session: URL | null,
): Promise<void> {
  const task: Task = taskOf('upload the blob', destination, blob);
  let location = session;
  for (let attempt = 1; ; attempt++) {
    const wire = attempt === 1 ? context : repeating(context);
    location ??= await beginUpload(wire, task, destination);
    const problem = await tryUpload(wire, task, source, destination, blob, location);
    if (problem === null) return;
    if (attempt === TRIES || !isPassing(problem)) throw problem;
    context.log.debug(`${problem.message}; trying again`);
    await context.clock.sleep(context.clock.random() * PAUSE * 2 ** (attempt - 1));
    if (await isThere(context, destination, blob)) return;
    location = null;
  }
}

async function beginUpload(context: Context, task: Task, destination: Repository): Promise<URL> {
  const response = await ask(context, task, {
    method: 'POST',
    repository: destination,
    path: 'blobs/uploads/',
    body: new Uint8Array(0),
    access: 'pull,push',
    maxBytes: MAX_ANSWER_BYTES,
    redirect: 'refuse',
    repeatable: true,
  });
  const location = response.headers['location'];
  if (response.status !== 202) throw refusal(task, response);
  if (location === undefined) {
    throw failure('protocol', task, 'HTTP 202 came without a Location', 'have the registry looked at', {
      status: 202,
    });
  }
  try {
    return context.transport.resolve(response.url, location);
  } catch (error) {
    throw inContext(task, error);
  }
}

/** One PUT. @returns null when the blob is there, else what went wrong */
async function tryUpload(
  context: Context,
  task: Task,
  source: BlobSource,
  destination: Repository,
  blob: BlobName,
  location: URL,
): Promise<OperationError | null> {
  const reading = sourceOf(context, source, blob);
  try {
    const response = await ask(context, task, {
      method: 'PUT',
      repository: destination,
      path: withDigest(location, blob.digest),
      headers: { 'content-type': 'application/octet-stream' },
      body: { length: blob.size, open: () => reading.open() },
      access: 'pull,push',
      maxBytes: MAX_ANSWER_BYTES,
      redirect: 'refuse',
      repeatable: false,
    });
    if (response.status === 201) return wrongDigest(task, blob, response);
    return reading.problem() ?? refusal(task, response);
  } catch (error) {
    // When the source gives out, the upload breaks off as a consequence: the cause is the better message.
    const cause = reading.problem() ?? error;
    if (cause instanceof OperationError) return cause;
    throw cause;
  }
}

/** The source as a body that can be opened once for each try of the transport, and what was wrong with it. */
function sourceOf(
  context: Context,
  source: BlobSource,
  blob: BlobName,
): { open(): Promise<Readable>; problem(): OperationError | null } {
  if (source instanceof Uint8Array)
    return { open: () => Promise.resolve(Readable.from([source])), problem: () => null };
  const task: Task = taskOf('read the blob', source, blob);
  let problem: OperationError | null = null;
  let wire = context;
  const note = (error: unknown): OperationError => {
    problem =
      error instanceof OperationError
        ? error
        : failure('unavailable', task, messageOf(error), 'run again', { cause: error });
    return problem;
  };
  return {
    problem: () => problem,
    async open() {
      problem = null;
      try {
        const opening = openBlob(wire, task, source, blob);
        wire = repeating(context);
        const stream = await opening;
        const checked = verifying(nameOf(task.ref), blob);
        stream.once('error', (error) => note(inContext(task, error)));
        checked.once('error', (error) => problem ?? note(error));
        return pipeline(stream, checked, () => undefined);
      } catch (error) {
        throw note(inContext(task, error));
      }
    },
  };
}

async function openBlob(context: Context, task: Task, source: Repository, blob: BlobName): Promise<Readable> {
  const response = await context.transport.stream({
    method: 'GET',
    repository: source,
    path: `blobs/${blob.digest}`,
    access: 'pull',
    maxBytes: blob.size,
    redirect: 'follow',
    repeatable: true,
  });
  if (response.status === 200) return response.stream;
  const { stream, ...rest } = response;
  const answer: RegistryResponse = { ...rest, body: await buffer(stream) };
  if (response.status !== 404) throw refusal(task, answer);
  throw failure(
    'absent',
    task,
    `the source is incomplete: ${source.registry} answered HTTP 404`,
    'push the source image again',
    {
      status: 404,
    },
  );
}

/** Locations carry their state in the query, so the digest is added to it as text: nothing is parsed and written anew. */
function withDigest(location: URL, digest: string): URL {
  const url = new URL(location);
  url.search = `${url.search === '' ? '?' : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return url;
}

function wrongDigest(
  task: Task,
  blob: Pick<BlobName, 'digest'>,
  response: RegistryResponse,
): OperationError | null {
  const stored = response.headers['docker-content-digest'];
  if (
    stored === undefined ||
    stored === blob.digest ||
    stored.split(':', 1)[0] !== blob.digest.split(':', 1)[0]
  )
    return null;
  return failure(
    'mismatch',
    task,
    `HTTP ${response.status} says that ${stored} was stored`,
    'have the registry and any proxy before it looked at',
    {
      status: response.status,
    },
  );
}

function isPassing(problem: OperationError): boolean {
  if (problem.status !== undefined && FINAL.includes(problem.status)) return false;
  return !['cancelled', 'denied', 'unsafe', 'absent'].includes(problem.code);
}

/**
 * Is the blob there? True only for 200 with the size that the descriptor promises; a 200 alone may come from a proxy.
 * A wrong yes would lose the blob, a wrong no costs an upload.
 */
export async function isThere(context: Context, repository: Repository, blob: BlobName): Promise<boolean> {
  const { status, headers } = await head(context, repository, blob, 'pull,push');
  return status === 200 && headers['content-length'] === String(blob.size);
}

/** @throws OperationError `absent` or `mismatch` when the source clearly lacks the blob or has it with another size */
export async function checkSource(context: Context, source: Repository, blob: Descriptor): Promise<void> {
  const { status, headers } = await head(context, source, blob, 'pull');
  const task = taskOf('find the blob', source, blob);
  if (status === 404) {
    const what = `the source is incomplete: ${source.registry} answered HTTP 404`;
    throw failure('absent', task, what, 'push the source image again', { status });
  }
  const length = headers['content-length'];
  if (status === 200 && length !== undefined && length !== String(blob.size)) {
    const what = `it has ${length} bytes where the manifest promises ${blob.size}`;
    throw failure('mismatch', task, what, 'build and push the image anew', { status });
  }
}

/** A task about a blob, for messages. */
function taskOf(operation: string, repository: Repository, blob: Pick<BlobName, 'digest'>): Task {
  return {
    operation,
    ref: { registry: repository.registry, repository: repository.repository, digest: blob.digest },
  };
}

function head(
  context: Context,
  repository: Repository,
  blob: BlobName,
  access: 'pull' | 'pull,push',
): Promise<RegistryResponse> {
  return ask(context, taskOf('find the blob', repository, blob), {
    method: 'HEAD',
    repository,
    path: `blobs/${blob.digest}`,
    access,
    maxBytes: 0,
    redirect: 'follow',
    repeatable: true,
  });
}

/**
 * Cross-repository mount (distribution-spec "Mounting a blob from another repository"). 202 is "no, but here is an
 * upload session", which is used or cancelled. Anything else, such as the 401 of docker-registry 2.8 for a token without pull on
 * the source, means that an upload must do.
 */
export async function mountBlob(
  context: Context,
  source: Repository,
  destination: Repository,
  blob: Descriptor,
): Promise<'mounted' | 'refused' | URL> {
  try {
    const response = await ask(context, taskOf('mount the blob', destination, blob), {
      method: 'POST',
      repository: destination,
      path: `blobs/uploads/?mount=${encodeURIComponent(blob.digest)}&from=${encodeURIComponent(source.repository)}`,
      body: new Uint8Array(0),
      access: 'pull,push',
      alsoPull: source,
      maxBytes: 64 * 1024,
      redirect: 'refuse',
      repeatable: true,
    });
    if (response.status === 201) return 'mounted';
    const location = response.headers['location'];
    return response.status === 202 && location !== undefined
      ? context.transport.resolve(response.url, location)
      : 'refused';
  } catch (error) {
    if (error instanceof OperationError && !['cancelled', 'timeout'].includes(error.code)) return 'refused';
    throw error;
  }
}

/** An upload session that nobody will use; registries drop it by themselves in the end, so a refusal does not matter. */
export async function cancelUpload(context: Context, destination: Repository, session: URL): Promise<void> {
  const task: Task = { operation: 'cancel the upload', ref: destination };
  try {
    await ask(context, task, {
      method: 'DELETE',
      repository: destination,
      path: session,
      access: 'pull,push',
      maxBytes: 64 * 1024,
      redirect: 'refuse',
      repeatable: false,
    });
  } catch (error) {
    if (!(error instanceof OperationError) || error.code === 'cancelled') throw error;
  }
}
