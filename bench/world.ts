import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeImage, pushImage, type Content, type TestImage } from '../e2e/support/images.js';
import { inParallel } from '../e2e/support/process.js';

/** One promotion of the benchmark; the tag that is created gets a suffix for each round, so nothing has to be deleted. */
export interface BenchEntry {
  readonly repository: string;
  readonly sourceTag: string;
  readonly tag: string;
  readonly root: Content;
}

/** The size of StarlingX's history of promotions. */
export const ENTRIES = 371;
export const REPOSITORIES = 59;

/**
 * Fills a registry with the sources: per repository one two-platform image with attestations, per entry an
 * index of its own over those children.
 */
export async function fill(
  base: string,
  count = ENTRIES,
  repositories = REPOSITORIES,
  options: { readonly ca?: string } = {},
): Promise<BenchEntry[]> {
  const images = Array.from({ length: repositories }, (_, index) => makeImage({ seed: `image ${index}` }));
  await inParallel(images, 8, (image, index) => pushImage(base, name(index), image, [], options));
  const entries = Array.from({ length: count }, (_, index): BenchEntry => {
    const root = variant(images[index % repositories]!, index);
    const number = Math.floor(index / repositories);
    return {
      repository: name(index % repositories),
      sourceTag: `master-debian-stable-20250730T04${String(number).padStart(2, '0')}00Z.0`,
      tag: `stx.11.0-v1.${number}`,
      root,
    };
  });
  await inParallel(entries, 16, ({ repository, sourceTag, root }) =>
    pushImage(base, repository, { blobs: [], children: [], root }, [sourceTag], options),
  );
  return entries;
}

/** Writes the tag file that creates every tag with `suffix`. */
export function writeTagFile(
  directory: string,
  host: string,
  entries: readonly BenchEntry[],
  suffix: string,
  pinned = false,
): string {
  const file = join(directory, `image-tags${suffix}.yaml`);
  const lines = entries.flatMap(({ repository, sourceTag, tag, root }) => [
    `  - name: ${host}/${repository}`,
    `    src_build_tag: ${sourceTag}`,
    `    tag: ${tag}${suffix}`,
    ...(pinned ? [`    src_digest: ${root.digest}`] : []),
  ]);
  writeFileSync(file, ['images:', ...lines, ''].join('\n'));
  return file;
}

function name(index: number): string {
  return `starlingx/image-${index}`;
}

function variant({ root }: TestImage, index: number): Content {
  const value = JSON.parse(root.bytes.toString()) as object;
  const bytes = Buffer.from(JSON.stringify({ ...value, annotations: { entry: String(index) } }));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { bytes, mediaType: root.mediaType, digest };
}
