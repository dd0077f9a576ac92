/** The manifests below one that is to be copied, read before anything is written. */
import { OperationError } from '../errors.js';
import {
  type Descriptor,
  isIndex,
  isManifest,
  type Manifest,
  type ParsedManifest,
  parseManifest,
  refuseUncopyable,
} from '../oci/manifest.js';
import { formatReference, type Repository } from '../oci/reference.js';
import { pool } from '../shared/concurrency.js';
import type { Reader } from './read.js';

/** Levels of manifests: an index of indexes of indexes of images is the most. */
export const MAX_DEPTH = 4;
const MAX_BLOBS = 10_000;
/** Manifests that are read at once; the transport bounds the requests of all transfers together. */
const LANES = 8;

/** How much may be read for one thing. Manifests are held in memory until all of it is known; those of real images have a few KiB. */
const MOST = { manifests: 1000, bytes: 32 * 1024 * 1024 } as const;

/** What is left of `MOST`, for an image or for all that is attached to one. */
export interface Budget {
  manifests: number;
  bytes: number;
  /** a sentence and what to do, for when there is less than nothing */
  readonly spent: string;
}

/** @param what begins the message: `quay.io/org/app: the image has` */
export function budgetFor(what: string, advice: string): Budget {
  const spent = `${what} more than ${MOST.manifests} manifests or ${MOST.bytes / 1024 / 1024} MiB of manifests; ${advice}`;
  return { ...MOST, spent };
}

/** More was listed or read than one thing may have. */
export class OverBudget extends OperationError {}

/** @throws OverBudget */
export function spend(budget: Budget, { bytes }: Manifest): void {
  budget.manifests -= 1;
  budget.bytes -= bytes.length;
  if (budget.manifests < 0 || budget.bytes < 0) throw new OverBudget('mismatch', budget.spent);
}

/** Before anything of `listed` is read. */
function checkAffordable(budget: Budget, listed: Iterable<Descriptor>): void {
  let { manifests, bytes } = budget;
  for (const { size } of listed) {
    manifests -= 1;
    bytes -= size;
  }
  if (manifests < 0 || bytes < 0) throw new OverBudget('mismatch', budget.spent);
}

/** One manifest of an image with what it needs: manifests below it and blobs. */
export interface TreeNode {
  readonly manifest: Manifest;
  readonly parsed: ParsedManifest;
  readonly children: readonly Descriptor[];
  readonly blobs: readonly Descriptor[];
}

/**
 * Reads everything below `root` at the source, before anything is written anywhere. Each digest is read once, so
 * that a list which names itself ends.
 * @param only which children are read; all, unless a plan only wants to know whether the image can be copied
 * @param budget shared by things that are held together; the image's own without one
 * @returns children before their parents, the root last
 * @throws OperationError `absent` when a child is missing, `mismatch` when a child has another size or media type than
 *   its descriptor or a `subject` outside the image, or when the image is deeper or larger than the limits
 */
export async function readTree(
  reader: Reader,
  source: Repository,
  root: Manifest,
  only: (child: Descriptor) => boolean = () => true,
  budget: Budget = imageBudget(source, root.digest),
): Promise<readonly TreeNode[]> {
  const { registry, repository } = source;
  const name = (digest: string): string => formatReference({ registry, repository, digest });
  spend(budget, root);
  const nodes = new Map<string, TreeNode>([[root.digest, nodeOf(root, name(root.digest))]]);
  let level = [...nodes.values()];
  for (let depth = 2; level.length > 0; depth++) {
    const missing = new Map(
      level.flatMap((node) => node.children).map((child) => [child.digest, child] as const),
    );
    for (const digest of nodes.keys()) missing.delete(digest);
    if (missing.size > 0 && depth > MAX_DEPTH) throw tooDeep(name(root.digest));
    checkAffordable(budget, missing.values());
    level = await pool([...missing.values()].filter(only), LANES, async (child) => {
      const manifest = await readChild(reader, source, child);
      spend(budget, manifest);
      return nodeOf(manifest, name(child.digest));
    });
    for (const node of level) nodes.set(node.manifest.digest, node);
  }
  checkDescriptors(nodes, name);
  checkSubjects(nodes, root.digest, name);
  return childrenFirst(nodes, root.digest);
}

/**
 * Refuses what `readTree` would refuse, as far as indexes tell it: a plan knows then what a copy would trip over. Reads nothing
 * unless an index lists another.
 * @throws OperationError `mismatch` or `rejected`
 */
export async function checkCopyable(reader: Reader, source: Repository, root: Manifest): Promise<void> {
  try {
    await readTree(reader, source, root, ({ mediaType }) => isIndex(mediaType));
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'absent') throw error;
    // The image is there, and a part of it is not: `absent` means the image alone.
    throw error.within('', { code: 'mismatch' });
  }
}

/** @param name the reference, for the message */
export function tooDeep(name: string): OperationError {
  return new OperationError(
    'mismatch',
    `${name}: indexes are nested more than ${MAX_DEPTH} deep, and Retag copies at most ${MAX_DEPTH} levels of manifests; ` +
      'build the image with a flatter index',
  );
}

export function imageBudget({ registry, repository }: Repository, digest: string): Budget {
  return budgetFor(`${formatReference({ registry, repository, digest })}: the image has`, 'split it');
}

async function readChild(reader: Reader, source: Repository, child: Descriptor): Promise<Manifest> {
  const { registry, repository } = source;
  try {
    return await reader.manifest({ registry, repository, digest: child.digest });
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'absent') throw error;
    throw error.within('the source is incomplete: ', { status: 404 });
  }
}

function nodeOf(manifest: Manifest, name: string): TreeNode {
  const parsed = parseManifest(manifest, name);
  if (parsed.kind === 'image') {
    return { manifest, parsed, children: [], blobs: [parsed.config, ...parsed.layers] };
  }
  const children = parsed.manifests.filter(({ mediaType }) => isManifest(mediaType));
  for (const child of children) refuseUncopyable(child.mediaType, `${name}, child ${child.digest}`);
  // Indexes may list what is no manifest (BuildKit's cache does): those are blobs.
  return { manifest, parsed, children, blobs: parsed.manifests.filter((child) => !children.includes(child)) };
}

/** Every descriptor must tell the truth about the manifest that it points at: registries do not check. */
function checkDescriptors(nodes: ReadonlyMap<string, TreeNode>, name: (digest: string) => string): void {
  const blobs = new Map<string, number>();
  for (const node of nodes.values()) {
    for (const { digest, size } of node.blobs) {
      if ((blobs.get(digest) ?? size) !== size) throw twoSizes(name(node.manifest.digest), digest);
      blobs.set(digest, size);
    }
    for (const child of node.children) {
      const found = nodes.get(child.digest)?.manifest;
      if (!found || (found.bytes.length === child.size && found.mediaType === child.mediaType)) continue;
      throw new OperationError(
        'mismatch',
        `${name(node.manifest.digest)}: its child ${child.digest} is listed with ${child.size} bytes of "${child.mediaType}", ` +
          `but has ${found.bytes.length} bytes of "${found.mediaType}"; build and push the image anew`,
      );
    }
  }
  if (blobs.size <= MAX_BLOBS) return;
  const root = name([...nodes.keys()][0] ?? '');
  throw new OperationError('mismatch', `${root}: the image has more than ${MAX_BLOBS} blobs; split it`);
}

/**
 * A registry attaches whatever it is given to its `subject`. Parts of an image may be attached to other parts (BuildKit's
 * attestations as artifacts are), but not to images that nobody named.
 */
function checkSubjects(
  nodes: ReadonlyMap<string, TreeNode>,
  root: string,
  name: (digest: string) => string,
): void {
  const parts = new Set([root, ...[...nodes.values()].flatMap((node) => node.children.map((c) => c.digest))]);
  for (const [digest, { parsed }] of nodes) {
    const subject = digest === root ? undefined : parsed.subject?.digest;
    if (subject === undefined || parts.has(subject)) continue;
    throw new OperationError(
      'mismatch',
      `${name(root)}: its part ${digest} is attached to ${subject}, which is not part of the image; build and push the image anew`,
    );
  }
}

function twoSizes(name: string, digest: string): OperationError {
  return new OperationError(
    'mismatch',
    `${name}: the blob ${digest} is listed with two sizes; build and push the image anew`,
  );
}

function childrenFirst(nodes: ReadonlyMap<string, TreeNode>, root: string): readonly TreeNode[] {
  const ordered = new Set<TreeNode>();
  const open = new Set<string>();
  const visit = (digest: string): void => {
    const node = nodes.get(digest);
    if (!node || open.has(digest) || ordered.has(node)) return;
    open.add(digest);
    for (const child of node.children) visit(child.digest);
    ordered.add(node);
  };
  visit(root);
  return [...ordered];
}
