import { OperationError } from '../errors.js';
import { formatRepository, type Repository } from '../oci/reference.js';
import { checkSource, isThere } from './blob-presence.js';
import { type Descriptor, isNonDistributable } from '../oci/manifest.js';
import { cancelUpload, mountBlob } from './mount.js';
import { once } from '../shared/concurrency.js';
import { uploadBlob } from './upload.js';
import type { Context } from './wire.js';

/** What was done, added up over one transfer. */
export interface Tally {
  mounted: number;
  uploaded: number;
  bytes: number;
  /** manifests that were not there before */
  manifests: number;
}

/** Blobs and where they are known to be in this run. */
export interface Blobs {
  /** Makes the blob exist in `destination`: mounted within a registry, otherwise streamed through. Once a run for each blob and repository, whoever asks. */
  bring(source: Repository, destination: Repository, blob: Descriptor, tally: Tally): Promise<void>;
  /** @throws OperationError `absent` or `mismatch` when the source clearly lacks the blob or has it with another size */
  check(source: Repository, blob: Descriptor): Promise<void>;
  /** The registry says that it does not have it after all. */
  forget(destination: Repository, digest: string): void;
}

export function createBlobs(context: Context): Blobs {
  const brought = once<unknown>(true);
  const checked = once<unknown>(true);
  return {
    async bring(source, destination, blob, tally) {
      await brought.run(keyOf(destination, blob.digest), () =>
        bring(context, source, destination, blob, tally),
      );
    },
    async check(source, blob) {
      await checked.run(`${keyOf(source, blob.digest)} ${blob.size}`, () =>
        checkSource(context, source, blob),
      );
    },
    forget: (destination, digest) => brought.forget(keyOf(destination, digest)),
  };
}

/**
 * A layer that the image says to get from elsewhere: its `urls` are never asked (CVE-2020-15157), registries
 * take the manifest without the blob, and its licence may forbid copying it. Mounted where that is possible, else left out.
 */
export function isForeign(blob: Descriptor): boolean {
  return isNonDistributable(blob.mediaType) && blob.urls.length > 0;
}

async function bring(
  context: Context,
  source: Repository,
  destination: Repository,
  blob: Descriptor,
  tally: Tally,
): Promise<void> {
  const near = source.registry === destination.registry;
  if (!near && isForeign(blob)) return;
  const mount = near ? await mountBlob(context, source, destination, blob) : 'refused';
  if (mount === 'mounted') {
    tally.mounted++;
    return;
  }
  if (isForeign(blob)) {
    if (mount !== 'refused') await cancelUpload(context, destination, mount);
    return;
  }
  if (mount === 'refused' && (await isThere(context, destination, blob))) return;
  try {
    await uploadBlob(context, source, destination, blob, mount === 'refused' ? null : mount);
  } catch (error) {
    // A layer with urls need not be in the source's registry, and then the destination does not ask for it either.
    if (blob.urls.length > 0 && error instanceof OperationError && error.code === 'absent') return;
    throw error;
  }
  tally.uploaded++;
  tally.bytes += blob.size;
}

function keyOf(repository: Repository, digest: string): string {
  return `${formatRepository(repository)}@${digest}`;
}
