import { OperationError } from '../errors.js';
import {
  type Descriptor,
  isCopyable,
  isIndex,
  isManifest,
  isObject,
  type JsonObject,
  type Manifest,
  type ParsedImage,
  type ParsedManifest,
  parseJson,
  parseManifest,
  platformOf,
  refuseUncopyable,
  strings,
} from '../oci/manifest.js';
import { formatPlatform, isAttestation, isRealPlatform } from '../oci/platform.js';
import { type DigestRef, formatReference, type Repository } from '../oci/reference.js';
import type { FactsNeed, InspectedImage, StatedRevision } from '../ports.js';
import { pool } from '../shared/concurrency.js';
import type { Reader } from './read.js';

/** Levels of manifests: an index of indexes of indexes of images is the most. */
const MAX_DEPTH = 4;
const MAX_MANIFESTS = 1000;
const MAX_BLOBS = 10_000;
/** Manifests that are read at once; the transport bounds the requests of all transfers together. */
const LANES = 8;

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
 * @returns children before their parents, the root last
 * @throws OperationError `absent` when a child is missing, `mismatch` when a child has another size or media type than
 *   its descriptor or a `subject` outside the image, or when the image is deeper or larger than the limits
 */
export async function readTree(
  reader: Reader,
  source: Repository,
  root: Manifest,
  only: (child: Descriptor) => boolean = () => true,
): Promise<readonly TreeNode[]> {
  const { registry, repository } = source;
  const name = (digest: string): string => formatReference({ registry, repository, digest });
  const nodes = new Map<string, TreeNode>([[root.digest, nodeOf(root, name(root.digest))]]);
  let level = [...nodes.values()];
  for (let depth = 2; level.length > 0; depth++) {
    const missing = new Map(
      level.flatMap((node) => node.children).map((child) => [child.digest, child] as const),
    );
    for (const digest of nodes.keys()) missing.delete(digest);
    if (missing.size > 0 && depth > MAX_DEPTH) throw tooDeep(name(root.digest));
    if (nodes.size + missing.size > MAX_MANIFESTS) throw tooMany(name(root.digest));
    level = await pool([...missing.values()].filter(only), LANES, async (child) => {
      return nodeOf(await readChild(reader, source, child), name(child.digest));
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
    throw new OperationError('mismatch', error.message, { cause: error });
  }
}

/** @param name the reference, for the message */
function tooDeep(name: string): OperationError {
  return new OperationError(
    'mismatch',
    `${name}: indexes are nested more than ${MAX_DEPTH} deep, and Retag copies at most ${MAX_DEPTH} levels of manifests; ` +
      'build the image with a flatter index',
  );
}

/** @param name the reference, for the message */
function tooMany(name: string): OperationError {
  return new OperationError(
    'mismatch',
    `${name}: the image has more than ${MAX_MANIFESTS} manifests or ${MAX_BLOBS} blobs; split it`,
  );
}

async function readChild(reader: Reader, source: Repository, child: Descriptor): Promise<Manifest> {
  const { registry, repository } = source;
  try {
    return await reader.manifest({ registry, repository, digest: child.digest });
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'absent') throw error;
    throw new OperationError('absent', `the source is incomplete: ${error.message}`, {
      cause: error,
      status: 404,
    });
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
  if (blobs.size > MAX_BLOBS) throw tooMany(name([...nodes.keys()][0] ?? ''));
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

const REVISION = 'org.opencontainers.image.revision';
/** A revision is a commit: anything longer is not one. */
const MAX_REVISION = 256;

/** Configs that hold platform and labels; those of other artifacts mean something else. */
const IMAGE_CONFIGS: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/**
 * Platforms, attestations and source revision of an image. An index answers most of it itself; children and configs are
 * read only for what it leaves open: nested indexes, children without a platform, the platform of a single manifest,
 * and the revision: the first that an annotation or else an image has, or every one that is there.
 */
export async function readImage(
  reader: Reader,
  source: Repository,
  manifest: Manifest,
  need: FactsNeed,
): Promise<InspectedImage> {
  const view: View = { reader, source, seen: new Set() };
  const parsed = parse(view, manifest);
  const platforms = new Set<string>();
  let attestations = 0;
  const visit = async (node: ParsedManifest, depth: number): Promise<void> => {
    if (node.kind === 'image') {
      const platform = need.platforms ? await platformInConfig(view, node) : null;
      if (platform && isRealPlatform(platform)) platforms.add(formatPlatform(platform));
      return;
    }
    for (const child of node.manifests) {
      if (isAttestation(child)) attestations++;
      else if (child.platform && !isIndex(child.mediaType)) {
        if (isRealPlatform(child.platform)) platforms.add(formatPlatform(child.platform));
      } else if (need.platforms && isCopyable(child.mediaType)) {
        const inner = await descend(view, child, depth + 1);
        if (inner) await visit(inner, depth + 1);
      }
    }
  };
  await visit(parsed, 1);
  const again = { ...view, seen: new Set<string>() };
  const revisions = need.revision === 'every' ? await revisionsOf(again, parsed, null, 1) : [];
  const revision =
    need.revision === 'first'
      ? await revisionOf(again, parsed, 1)
      : (revisions.find((each) => each.revision !== null)?.revision ?? null);
  return { platforms: [...platforms], attestations, revision, revisions };
}

interface View {
  readonly reader: Reader;
  readonly source: Repository;
  readonly seen: Set<string>;
}

async function revisionOf(view: View, node: ParsedManifest, depth: number): Promise<string | null> {
  const annotated = fit(node.annotations.get(REVISION));
  if (annotated !== null) return annotated;
  if (node.kind === 'image') return fit((await labelsOf(view, node)).get(REVISION));
  const first = node.manifests.find(isPlatform);
  const child = first && (await descend(view, first, depth + 1));
  return child ? revisionOf(view, child, depth + 1) : null;
}

/** Images that are read at once; the transport bounds the requests of all together. */
const PLATFORM_LANES = 8;

/**
 * All that the image says about its revision: the annotations of indexes, annotation and label of each image. An image without any
 * is in the list too, unless an index above it speaks for it.
 * @param of the platform of `node`, or its digest; null for the root
 * @param spoken an index above has the annotation
 */
async function revisionsOf(
  view: View,
  node: ParsedManifest,
  of: string | null,
  depth: number,
  spoken = false,
): Promise<StatedRevision[]> {
  const annotated = fit(node.annotations.get(REVISION));
  if (node.kind === 'image') {
    const label = fit((await labelsOf(view, node)).get(REVISION));
    const said = [...new Set([annotated, label])].filter((revision) => revision !== null);
    return said.length > 0 || spoken ? said.map((revision) => ({ of, revision })) : [{ of, revision: null }];
  }
  const below = await pool(node.manifests.filter(isPlatform), PLATFORM_LANES, async (child) => {
    const inner = await descend(view, child, depth + 1);
    if (inner === null) return [];
    const name = child.platform ? formatPlatform(child.platform) : (of ?? child.digest);
    return revisionsOf(view, inner, name, depth + 1, spoken || annotated !== null);
  });
  return [...(annotated === null ? [] : [{ of, revision: annotated }]), ...below.flat()];
}

/** Is it an image that can run, or an index of such? */
function isPlatform(child: Descriptor): boolean {
  return (
    !isAttestation(child) &&
    isCopyable(child.mediaType) &&
    (!child.platform || isRealPlatform(child.platform))
  );
}

function fit(revision: string | undefined): string | null {
  return revision === undefined || revision === '' || revision.length > MAX_REVISION ? null : revision;
}

/** A child manifest; null when it was visited before. */
async function descend(view: View, child: Descriptor, depth: number): Promise<ParsedManifest | null> {
  if (view.seen.has(child.digest)) return null;
  view.seen.add(child.digest);
  const ref = refOf(view, child.digest);
  if (depth > MAX_DEPTH) throw tooDeep(formatReference(ref));
  if (view.seen.size > MAX_MANIFESTS) throw tooMany(formatReference(ref));
  return parse(view, await view.reader.manifest(ref));
}

async function configOf(view: View, image: ParsedImage): Promise<JsonObject> {
  if (!IMAGE_CONFIGS.includes(image.config.mediaType)) return {};
  const config = parseJson(await view.reader.blob(view.source, image.config));
  return isObject(config) ? config : {};
}

async function platformInConfig(view: View, image: ParsedImage): Promise<ReturnType<typeof platformOf>> {
  return platformOf(await configOf(view, image));
}

async function labelsOf(view: View, image: ParsedImage): Promise<ReadonlyMap<string, string>> {
  const config = (await configOf(view, image))['config'];
  return strings(isObject(config) ? config['Labels'] : undefined);
}

function parse(view: View, manifest: Manifest): ParsedManifest {
  return parseManifest(manifest, formatReference(refOf(view, manifest.digest)));
}

function refOf({ source: { registry, repository } }: View, digest: string): DigestRef {
  return { registry, repository, digest };
}
