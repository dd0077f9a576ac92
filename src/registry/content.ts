import { OperationError } from '../errors.js';
import { type Descriptor, isNonDistributable, HEAD_ACCEPT, MAX_MANIFEST_BYTES } from '../oci/manifest.js';
import { type DigestRef, formatRepository, type Repository } from '../oci/reference.js';
import { once, pool } from '../shared/concurrency.js';
import { type BlobSource, cancelUpload, checkSource, isThere, mountBlob, uploadBlob } from './blob.js';
import type { TreeNode } from './tree.js';
import { PartUnknown, putByDigest } from './put.js';
import type { Referrers } from './referrers.js';
import { ask, type Context, refusal, repeating, type Task } from './request.js';

/** What was done, added up over one transfer. */
export interface Tally {
  /** manifests that were not there before */
  manifests: number;
}

/** Blobs and where they are known to be in this run. */
interface Blobs {
  /** Makes the blob exist in `destination`: mounted within a registry, otherwise streamed through; bytes at hand are sent. Once a run for each blob and repository, whoever asks. */
  ensure(source: BlobSource, destination: Repository, blob: Descriptor): Promise<void>;
  /** @throws OperationError `absent` or `mismatch` when the source clearly lacks the blob or has it with another size */
  check(source: Repository, blob: Descriptor): Promise<void>;
  /** The registry says that it does not have it after all. */
  forget(destination: Repository, digest: string): void;
}

export function createBlobs(context: Context): Blobs {
  const brought = once<unknown>(true);
  const checked = once<unknown>(true);
  return {
    async ensure(source, destination, blob) {
      await brought.run(keyOf(destination, blob.digest), () => bring(context, source, destination, blob));
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
  source: BlobSource,
  destination: Repository,
  blob: Descriptor,
): Promise<void> {
  const near = !(source instanceof Uint8Array) && source.registry === destination.registry;
  if (!near && isForeign(blob)) return;
  const mount = near ? await mountBlob(context, source, destination, blob) : 'refused';
  if (mount === 'mounted') return;
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
}

function keyOf(repository: Repository, digest: string): string {
  return `${formatRepository(repository)}@${digest}`;
}

/** Writes the manifests of an image by digest, each at most once a run and repository. */
export interface Content {
  /** Everything that the nodes need and then the nodes themselves: blobs, images, indexes from the inside out. `nodes` has children before their parents. */
  bring(source: Repository, destination: Repository, nodes: readonly TreeNode[], tally: Tally): Promise<void>;
  /** Only what `node` refers to directly, as `bring`. */
  bringParts(source: Repository, destination: Repository, node: TreeNode): Promise<void>;
}

/** Blobs and images that one transfer moves at once; the transport bounds the requests of all transfers together. */
const LANES = 6;
/** Milliseconds, with full jitter, before a manifest is written again whose parts the registry did not see. */
const PAUSE = 500;

export function createContent(context: Context, blobs: Blobs, referrers: Referrers): Content {
  const brought = once<unknown>(true);

  const bringOne = async (
    source: Repository,
    destination: Repository,
    node: TreeNode,
    tally: Tally,
  ): Promise<void> => {
    const ref: DigestRef = {
      registry: destination.registry,
      repository: destination.repository,
      digest: node.manifest.digest,
    };
    let listed = false;
    if (!(await isManifestThere(context, ref))) {
      tally.manifests++;
      listed = await write(ref, node, () => bringAgain(source, destination, node));
    }
    if (!listed) await referrers.register(destination, node);
  };

  /** docker-registry 2.8 loses sight of a part for a moment while somebody else writes it again: look at all of them once more, then write once more. */
  const write = async (ref: DigestRef, node: TreeNode, again: () => Promise<void>): Promise<boolean> => {
    try {
      return (await putByDigest(context, ref, node.manifest)).subjectListed;
    } catch (error) {
      if (!(error instanceof PartUnknown)) throw error;
      context.log.debug(`${error.message}; trying again`);
    }
    await context.clock.sleep(context.clock.random() * PAUSE);
    await again();
    try {
      return (await putByDigest(repeating(context), ref, node.manifest)).subjectListed;
    } catch (error) {
      throw error instanceof PartUnknown ? error.refusal : error;
    }
  };

  const bringAgain = async (source: Repository, destination: Repository, node: TreeNode): Promise<void> => {
    for (const { digest } of node.blobs) blobs.forget(destination, digest);
    await bringBlobs(source, destination, [node]);
    await pool(node.children, LANES, async ({ digest }) => {
      const { registry, repository } = destination;
      await isManifestThere(context, { registry, repository, digest });
    });
  };

  const bringBlobs = async (
    source: Repository,
    destination: Repository,
    nodes: readonly TreeNode[],
  ): Promise<void> => {
    const needed = new Map(nodes.flatMap((node) => node.blobs).map((blob) => [blob.digest, blob] as const));
    await pool([...needed.values()], LANES, (blob) => blobs.ensure(source, destination, blob));
  };

  const bringManifest = async (
    source: Repository,
    destination: Repository,
    node: TreeNode,
    tally: Tally,
  ): Promise<void> => {
    const key = `${formatRepository(destination)}@${node.manifest.digest}`;
    await brought.run(key, () => bringOne(source, destination, node, tally));
  };

  return {
    async bring(source, destination, nodes, tally) {
      await bringBlobs(source, destination, nodes);
      const images = nodes.filter(({ children }) => children.length === 0);
      await pool(images, LANES, (node) => bringManifest(source, destination, node, tally));
      for (const node of nodes) {
        if (node.children.length > 0) await bringManifest(source, destination, node, tally);
      }
    },
    bringParts: (source, destination, node) => bringBlobs(source, destination, [node]),
  };
}

/**
 * Children are looked for before they are written: writing one again disturbs others who read it on docker-registry 2.8.
 * Only the digest in the answer counts; a 200 alone may come from a proxy.
 */
async function isManifestThere(context: Context, ref: DigestRef): Promise<boolean> {
  const task: Task = { operation: 'look for the manifest', ref };
  const head = await ask(context, task, {
    method: 'HEAD',
    repository: ref,
    path: `manifests/${ref.digest}`,
    headers: { accept: HEAD_ACCEPT },
    access: 'pull,push',
    maxBytes: MAX_MANIFEST_BYTES,
    redirect: 'follow',
    repeatable: true,
  });
  if (head.status === 429 || head.status >= 500) throw refusal(task, head);
  return head.status === 200 && head.headers['docker-content-digest'] === ref.digest;
}
