import { OperationError } from '../errors.js';
import type { Repository } from '../oci/reference.js';
import type { Task } from './answers.js';
import { taskOf } from './blob-presence.js';
import type { Descriptor } from '../oci/manifest.js';
import { ask, type Context } from './wire.js';

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
  const task: Task = { doing: 'cancel the upload', ref: destination };
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
