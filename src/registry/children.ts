import { once, pool } from '../shared/concurrency.js';
import { formatRepository, type DigestRef, type Repository } from '../oci/reference.js';
import { refusal, type Task } from './answers.js';
import type { Blobs, Tally } from './blobs.js';
import { LOOK_ACCEPT, MAX_MANIFEST_BYTES } from '../oci/manifest.js';
import { PartUnknown, putByDigest } from './put.js';
import type { Referrers } from './referrers.js';
import type { TreeNode } from './tree.js';
import { ask, repeating, type Context } from './wire.js';

/** Writes the manifests of an image by digest, each at most once a run and repository. */
export interface Children {
  /** Everything that the nodes need and then the nodes themselves: blobs, images, indexes from the inside out. `nodes` has children before their parents. */
  bring(source: Repository, destination: Repository, nodes: readonly TreeNode[], tally: Tally): Promise<void>;
  /** Only what `node` refers to directly, as `bring`. */
  bringParts(source: Repository, destination: Repository, node: TreeNode, tally: Tally): Promise<void>;
}

/** Blobs and images that one transfer moves at once; the transport bounds the requests of all transfers together. */
const LANES = 6;
/** Milliseconds, with full jitter, before a manifest is written again whose parts the registry did not see. */
const PAUSE = 500;

export function createChildren(context: Context, blobs: Blobs, referrers: Referrers): Children {
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
      listed = await write(ref, node, () => bringAgain(source, destination, node, tally));
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

  const bringAgain = async (
    source: Repository,
    destination: Repository,
    node: TreeNode,
    tally: Tally,
  ): Promise<void> => {
    for (const { digest } of node.blobs) blobs.forget(destination, digest);
    await bringBlobs(source, destination, [node], tally);
    await pool(node.children, LANES, async ({ digest }) => {
      const { registry, repository } = destination;
      await isManifestThere(context, { registry, repository, digest });
    });
  };

  const bringBlobs = async (
    source: Repository,
    destination: Repository,
    nodes: readonly TreeNode[],
    tally: Tally,
  ): Promise<void> => {
    const needed = new Map(nodes.flatMap((node) => node.blobs).map((blob) => [blob.digest, blob] as const));
    await pool([...needed.values()], LANES, (blob) => blobs.bring(source, destination, blob, tally));
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
      await bringBlobs(source, destination, nodes, tally);
      const images = nodes.filter(({ children }) => children.length === 0);
      await pool(images, LANES, (node) => bringManifest(source, destination, node, tally));
      for (const node of nodes) {
        if (node.children.length > 0) await bringManifest(source, destination, node, tally);
      }
    },
    bringParts: (source, destination, node, tally) => bringBlobs(source, destination, [node], tally),
  };
}

/**
 * Children are looked for before they are written: writing one again disturbs others who read it on docker-registry 2.8.
 * Only the digest in the answer counts; a 200 alone may come from a proxy.
 */
async function isManifestThere(context: Context, ref: DigestRef): Promise<boolean> {
  const task: Task = { doing: 'look for the manifest', ref };
  const head = await ask(context, task, {
    method: 'HEAD',
    repository: ref,
    path: `manifests/${ref.digest}`,
    headers: { accept: LOOK_ACCEPT },
    access: 'pull,push',
    maxBytes: MAX_MANIFEST_BYTES,
    redirect: 'follow',
    repeatable: true,
  });
  if (head.status === 429 || head.status >= 500) throw refusal(task, head);
  return head.status === 200 && head.headers['docker-content-digest'] === ref.digest;
}
