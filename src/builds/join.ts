/**
 * One index from images of single platforms, as BuildKit would have made it on one machine: the image
 * manifests in the order of the platforms, then their attestations (moby/buildkit,
 * exporter/containerimage/writer.go).
 */
import { createHash } from 'node:crypto';

import { OperationError } from '../errors.js';
import { normalisePlatform } from '../oci/platform.js';
import type { Manifest, Registry } from '../ports.js';
import type { Repository } from '../oci/reference.js';
import { platformTextOf, readDescriptors, type Descriptor } from './descriptors.js';

export interface JoinInput {
  readonly repository: Repository;
  /** platform → digest of an image or of an index with that one image and its attestations; in order */
  readonly digests: ReadonlyMap<string, string>;
  readonly annotations: Readonly<Record<string, string>>;
}

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/**
 * Reads what each platform gave and puts the index together. Nothing is written: the caller puts `bytes` by
 * digest and then under its tags.
 * @throws OperationError `mismatch` when a digest is not an image of its platform; what the registry throws
 */
export async function joinIndex(
  { repository, digests, annotations }: JoinInput,
  registry: Pick<Registry, 'manifest' | 'facts'>,
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
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  };
}

interface Part {
  readonly image: Descriptor;
  readonly attestations: readonly Descriptor[];
}

async function partOf(
  repository: Repository,
  platform: string,
  digest: string,
  registry: Pick<Registry, 'manifest' | 'facts'>,
): Promise<Part> {
  const manifest = await registry.manifest({ ...repository, digest });
  const children = readDescriptors(manifest);
  if (children === null)
    return { image: await lone(repository, platform, manifest, registry), attestations: [] };
  const images = children.filter((child) => !child.attestation);
  const [image] = images;
  if (image === undefined || images.length > 1 || !samePlatform(platform, platformTextOf(image.descriptor))) {
    const has = images.map(({ descriptor }) => platformTextOf(descriptor) ?? 'unknown').join(', ');
    throw wrong(repository, digest, platform, has || 'no image');
  }
  const attestations = children.filter((child) => child.attestation === image.descriptor.digest);
  return { image: image.descriptor, attestations: attestations.map(({ descriptor }) => descriptor) };
}

/** A manifest without an index around it says its platform in its config only. */
async function lone(
  repository: Repository,
  platform: string,
  manifest: Manifest,
  registry: Pick<Registry, 'facts'>,
): Promise<Descriptor> {
  const facts = await registry.facts(repository, manifest, { revision: null, platforms: true });
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

function samePlatform(wanted: string, has: string | null): boolean {
  return has !== null && normalisePlatform(wanted) === normalisePlatform(has);
}

function wrong(repository: Repository, digest: string, platform: string, has: string): OperationError {
  const name = `${repository.registry}/${repository.repository}@${digest}`;
  return new OperationError(
    'mismatch',
    `${name} was handed on as ${platform} but holds ${has}; check the jobs that built the platforms`,
  );
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
