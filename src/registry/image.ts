import {
  type Descriptor,
  isCopyable,
  isIndex,
  isObject,
  type JsonObject,
  type Manifest,
  type ParsedImage,
  type ParsedManifest,
  parseJson,
  parseManifest,
  platformOf,
  strings,
} from '../oci/manifest.js';
import { formatPlatform, isAttestation, isRealPlatform } from '../oci/platform.js';
import { type DigestRef, formatReference, type Repository } from '../oci/reference.js';
import type { FactsNeed, InspectedImage, StatedRevision } from '../ports.js';
import { pool } from '../shared/concurrency.js';
import type { Reader } from './read.js';
import { type Budget, imageBudget, MAX_DEPTH, spend, tooDeep } from './tree.js';

const REVISION = 'org.opencontainers.image.revision';
/** A revision is a commit: anything longer is not one. */
const MAX_REVISION = 256;

/** Configs that hold platform and labels; those of other artifacts mean something else. */
const IMAGE_CONFIGS: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/**
 * Platforms and source revision of an image. An index answers most of it itself; children and configs are
 * read only for what it leaves open: nested indexes, children without a platform, the platform of a single manifest,
 * and the revision: the first that an annotation or else an image has, or every one that is there.
 */
export async function readImage(
  reader: Reader,
  source: Repository,
  manifest: Manifest,
  need: FactsNeed,
): Promise<InspectedImage> {
  const fresh = (): View => ({
    reader,
    source,
    seen: new Set(),
    budget: imageBudget(source, manifest.digest),
  });
  const view = fresh();
  const parsed = parse(view, manifest);
  const platforms = new Set<string>();
  const visit = async (node: ParsedManifest, depth: number): Promise<void> => {
    if (node.kind === 'image') {
      const platform = need.platforms ? await platformInConfig(view, node) : null;
      if (platform && isRealPlatform(platform)) platforms.add(formatPlatform(platform));
      return;
    }
    for (const child of node.manifests) {
      if (isAttestation(child)) continue;
      if (child.platform && !isIndex(child.mediaType)) {
        if (isRealPlatform(child.platform)) platforms.add(formatPlatform(child.platform));
      } else if (need.platforms && isCopyable(child.mediaType)) {
        const inner = await descend(view, child, depth + 1);
        if (inner) await visit(inner, depth + 1);
      }
    }
  };
  await visit(parsed, 1);
  const again = fresh();
  const revisions = need.revision === 'every' ? await revisionsOf(again, parsed, null, 1) : [];
  const revision =
    need.revision === 'first'
      ? await revisionOf(again, parsed, 1)
      : (revisions.find((each) => each.revision !== null)?.revision ?? null);
  return { platforms: [...platforms], revision, revisions };
}

interface View {
  readonly reader: Reader;
  readonly source: Repository;
  readonly seen: Set<string>;
  readonly budget: Budget;
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
  const manifest = await view.reader.manifest(ref);
  spend(view.budget, manifest);
  return parse(view, manifest);
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
