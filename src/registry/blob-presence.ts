import type { Repository } from '../reference.js';
import { failure, type Task } from './answers.js';
import type { Descriptor } from './manifest.js';
import { ask, type Context } from './wire.js';

/** HEAD of a blob: true only for 200 with the size that the descriptor promises. */
export async function isThere(context: Context, repository: Repository, blob: Descriptor): Promise<boolean> {
  return (await statusOf(context, repository, blob, 'pull,push')) === 200;
}

/** @throws OperationError `absent` or `mismatch` when the source clearly lacks the blob or has it with another size */
export async function checkSource(context: Context, source: Repository, blob: Descriptor): Promise<void> {
  const status = await statusOf(context, source, blob, 'pull');
  if (status !== 404) return;
  throw failure(
    'absent',
    taskOf('find the blob', source, blob),
    `the source is incomplete: ${source.registry} answered HTTP 404`,
    'push the source image again',
    { status },
  );
}

async function statusOf(
  context: Context,
  repository: Repository,
  blob: Descriptor,
  access: 'pull' | 'pull,push',
): Promise<number> {
  const task = taskOf('find the blob', repository, blob);
  const head = await ask(context, task, {
    method: 'HEAD',
    repository,
    path: `blobs/${blob.digest}`,
    access,
    maxBytes: 0,
    redirect: 'follow',
    repeatable: true,
  });
  const length = head.headers['content-length'];
  if (head.status === 200 && length !== undefined && Number(length) !== blob.size) {
    throw failure(
      'mismatch',
      task,
      `it has ${length} bytes where the manifest promises ${blob.size}`,
      'build and push the image anew',
      {
        status: 200,
      },
    );
  }
  return head.status;
}

/** A task about a blob, for messages. */
export function taskOf(doing: string, repository: Repository, blob: Descriptor): Task {
  return {
    doing,
    ref: { registry: repository.registry, repository: repository.repository, digest: blob.digest },
  };
}
