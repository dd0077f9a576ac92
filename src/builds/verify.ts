/** After the builder says it is done: is every image in its registry, and is it whole? (rows 90, 91) */
import { messageOf, OperationError } from '../errors.js';
import { digestOf } from '../oci/digest.js';
import {
  type Descriptor,
  isIndex,
  type JsonObject,
  type Manifest,
  OCI_INDEX,
  parseManifest,
} from '../oci/manifest.js';
import { formatPlatform, isAttestation, normalisePlatform, platformsMissing } from '../oci/platform.js';
import { formatReference, type Repository } from '../oci/reference.js';
import type { Registry } from '../ports.js';
import type { BuiltImage, BuiltTarget, Checked } from './model.js';
import { revisionOfAll } from './state.js';

/** What built images are held to. */
export interface Expected {
  /** image → annotations of an index that is joined here */
  readonly annotations: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** the commit that images must be made from, where they say one; null: not looked at */
  readonly revision: string | null;
  /** another job joins what this one built: it is taken as it was pushed, since that is what the other job can find */
  readonly partial?: boolean;
}

/**
 * One image for each build: what its targets gave is read from the registry, joined where a build was made one
 * target a platform, and checked for the platforms that were asked for. Attestations are not platforms.
 * Writes nothing. A builder's word is not taken: exit status and metadata file have both been seen wrong.
 */
export function checkBuilt(
  built: readonly BuiltTarget[],
  registry: Pick<Registry, 'manifest' | 'inspect'>,
  expected: Expected,
): Promise<readonly { readonly image: string; readonly result: Checked<BuiltImage> }[]> {
  const images = [...new Set(built.map(({ target }) => target.image))];
  return Promise.all(
    images.map(async (image) => {
      const parts = built.filter(({ target }) => target.image === image);
      return { image, result: await checkOne(parts, registry, expected) };
    }),
  );
}

async function checkOne(
  parts: readonly BuiltTarget[],
  registry: Pick<Registry, 'manifest' | 'inspect'>,
  expected: Expected,
): Promise<Checked<BuiltImage>> {
  try {
    if (expected.revision !== null) await checkRevisions(parts, registry, expected.revision);
    return { ok: true, value: await readImage(parts, registry, expected) };
  } catch (error) {
    if (error instanceof OperationError) return { ok: false, error };
    return { ok: false, error: new OperationError('protocol', messageOf(error), { cause: error }) };
  }
}

/**
 * Digests that were handed on may be of another commit's run (stale artifacts). An image without the label says nothing,
 * and is accepted: it need not have been built with Retag.
 */
async function checkRevisions(
  parts: readonly BuiltTarget[],
  registry: Pick<Registry, 'manifest' | 'inspect'>,
  revision: string,
): Promise<void> {
  for (const part of parts) {
    const { image, platforms, repository } = part.target;
    const manifest = await pushed(part, registry);
    const facts = await registry.inspect(repository, manifest, { revision: 'every', platforms: false });
    const said = revisionOfAll(facts, revision);
    if (said === null || said === revision) continue;
    throw new OperationError(
      'mismatch',
      `${image}@${part.digest} (${platforms.join(', ')}) is made from commit ${said}, and this run is for ${revision}; hand on the digests of this run`,
    );
  }
}

async function readImage(
  parts: readonly BuiltTarget[],
  registry: Pick<Registry, 'manifest' | 'inspect'>,
  expected: Expected,
): Promise<BuiltImage> {
  const [first] = parts;
  if (first === undefined) throw new OperationError('protocol', 'the builder gave no image');
  const { image, repository } = first.target;
  const annotations = expected.annotations.get(image) ?? {};
  const wanted = parts.flatMap(({ target }) => target.platforms);
  const joined =
    expected.partial !== true &&
    (parts.length > 1 || (first.target.platforms.length === 1 && first.target.split));
  const manifest = joined
    ? await joinIndex({ repository, digests: new Map(parts.map(pair)), annotations }, registry)
    : await pushed(first, registry);
  const facts = await registry.inspect(repository, manifest, { revision: null, platforms: true });
  const missing = platformsMissing(wanted, facts.platforms);
  if (missing.length > 0) {
    throw new OperationError(
      'mismatch',
      `${image}@${manifest.digest} lacks ${missing.join(', ')}; it has ${facts.platforms.join(', ') || 'no platform'}`,
    );
  }
  return {
    image,
    repository,
    digest: manifest.digest,
    manifest: joined ? manifest : null,
    platforms: facts.platforms,
  };
}

function pair({ target, digest }: BuiltTarget): [string, string] {
  return [target.platforms[0] ?? '', digest];
}

async function pushed({ target, digest }: BuiltTarget, registry: Pick<Registry, 'manifest'>) {
  try {
    return await registry.manifest({ ...target.repository, digest });
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'absent') throw error;
    throw new OperationError(
      'mismatch',
      `the builder reports ${target.image}@${digest}, but the registry does not have it; build again`,
      { cause: error },
    );
  }
}

// One index from images of single platforms, as BuildKit would have made it on one machine: the image
// manifests in the order of the platforms, then their attestations (moby/buildkit,
// exporter/containerimage/writer.go).

interface JoinInput {
  readonly repository: Repository;
  /** platform → digest of an image or of an index with that one image and its attestations; in order */
  readonly digests: ReadonlyMap<string, string>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Reads what each platform gave and puts the index together. Nothing is written: the caller puts `bytes` by
 * digest and then under its tags.
 * @throws OperationError `mismatch` when a digest is not an image of its platform; what the registry throws
 */
async function joinIndex(
  { repository, digests, annotations }: JoinInput,
  registry: Pick<Registry, 'manifest' | 'inspect'>,
): Promise<Manifest> {
  const parts = await Promise.all(
    [...digests].map(([platform, digest]) => partOf(repository, platform, digest, registry)),
  );
  const manifests = [
    ...parts.map(({ image }) => image),
    ...parts.flatMap(({ attestations }) => attestations),
  ];
  const index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests,
    ...(Object.keys(annotations).length > 0 ? { annotations: sorted(annotations) } : {}),
  };
  const bytes = Buffer.from(JSON.stringify(index, null, 2));
  return {
    bytes,
    mediaType: OCI_INDEX,
    digest: digestOf(bytes),
  };
}

/** Descriptors for the index that is made; whatever else they have travels along. */
interface Part {
  readonly image: JsonObject;
  readonly attestations: readonly JsonObject[];
}

async function partOf(
  repository: Repository,
  platform: string,
  digest: string,
  registry: Pick<Registry, 'manifest' | 'inspect'>,
): Promise<Part> {
  const manifest = await registry.manifest({ ...repository, digest });
  const children = childrenOf(manifest, formatReference({ ...repository, digest }));
  if (children === null)
    return { image: await lone(repository, platform, manifest, registry), attestations: [] };
  const images = children.filter((child) => !isAttestation(child));
  const [image] = images;
  if (image === undefined || images.length > 1 || !samePlatform(platform, platformText(image))) {
    throw wrong(repository, digest, platform, images.map(platformText).join(', ') || 'no image');
  }
  const attestations = children.filter(
    (child) => isAttestation(child) && child.annotations.get(ATTESTED) === image.digest,
  );
  return { image: image.raw, attestations: attestations.map(({ raw }) => raw) };
}

/** Names the image that an attestation is about (BuildKit's attestation-storage.md). */
const ATTESTED = 'vnd.docker.reference.digest';

/** The children of an index in order; null for a manifest of one image. */
function childrenOf(manifest: Manifest, name: string): readonly Descriptor[] | null {
  if (!isIndex(manifest.mediaType)) return null;
  const parsed = parseManifest(manifest, name);
  return parsed.kind === 'index' ? parsed.manifests : null;
}

function platformText({ platform }: Descriptor): string {
  return platform === null ? 'unknown' : formatPlatform(platform);
}

/** A manifest without an index around it says its platform in its config only. */
async function lone(
  repository: Repository,
  platform: string,
  manifest: Manifest,
  registry: Pick<Registry, 'inspect'>,
): Promise<JsonObject> {
  const facts = await registry.inspect(repository, manifest, { revision: null, platforms: true });
  const [has] = facts.platforms;
  if (has === undefined || !samePlatform(platform, has)) {
    throw wrong(repository, manifest.digest, platform, has ?? 'no platform');
  }
  const [os = '', architecture = '', variant] = has.split('/');
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    platform: { architecture, os, ...(variant === undefined ? {} : { variant }) },
  };
}

function samePlatform(wanted: string, has: string): boolean {
  return normalisePlatform(wanted) === normalisePlatform(has);
}

function wrong(repository: Repository, digest: string, platform: string, has: string): OperationError {
  return new OperationError(
    'mismatch',
    `${formatReference({ ...repository, digest })} was handed on as ${platform} but holds ${has}; check the jobs that built the platforms`,
  );
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
