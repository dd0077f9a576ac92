import { readFileSync } from 'node:fs';

import { parseAllDocuments } from 'yaml';

import { makeImage, pushImage, type TestImage } from './images.js';

/** One entry of a tag file in the StarlingX form, read without Retag's parser. */
export interface Entry {
  /** repository without the host, e.g. `starlingx/k8s-cni-sriov` */
  readonly repository: string;
  readonly sourceTag: string;
  readonly tag: string;
  /** the commit that `src_ref` names */
  readonly commit: string;
}

/** The distinct entries of a tag file; StarlingX's own files repeat some. */
export function readEntries(file: string): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    const { images } = document.toJS() as { images: Record<string, string>[] };
    for (const image of images) {
      const entry = {
        repository: image['name']!.replace(/^docker\.io\//, ''),
        sourceTag: image['src_build_tag']!,
        tag: image['tag']!,
        commit: image['src_ref']!.split('/').at(-1)!,
      };
      entries.set(`${entry.repository}:${entry.tag}`, entry);
    }
  }
  return [...entries.values()];
}

/** Pushes a multi-arch image with attestations for every source tag; gives `repository:source tag` → image. */
export async function pushSources(base: string, entries: readonly Entry[]): Promise<Map<string, TestImage>> {
  const images = new Map<string, TestImage>();
  for (const { repository, sourceTag, commit } of entries) {
    const source = `${repository}:${sourceTag}`;
    if (images.has(source)) continue;
    const image = makeImage({ seed: source, revision: commit });
    images.set(source, image);
    await pushImage(base, repository, image, [sourceTag]);
  }
  return images;
}
