import type { Repository } from '../oci/reference.js';
import { failure, type Task } from './answers.js';
import type { RegistryResponse } from './http/types.js';
import type { Descriptor } from '../oci/manifest.js';
import { ask, type Context } from './wire.js';

/**
 * Is the blob there? True only for 200 with the size that the descriptor promises; a 200 alone may come from a proxy.
 * A wrong yes would lose the blob, a wrong no costs an upload.
 */
export async function isThere(context: Context, repository: Repository, blob: Descriptor): Promise<boolean> {
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
export function taskOf(doing: string, repository: Repository, blob: Descriptor): Task {
  return {
    doing,
    ref: { registry: repository.registry, repository: repository.repository, digest: blob.digest },
  };
}

function head(
  context: Context,
  repository: Repository,
  blob: Descriptor,
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
