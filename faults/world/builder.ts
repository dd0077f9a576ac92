import type { BakeDefinition, Builder, BuiltTarget } from '../../src/builds/model.js';
import type { BuiltImage } from '../../testing/registry/image.js';
import { freshBuild } from './scenario.js';

/** A builder that pushes by digest, as buildx does, past all faults. No build gives the digest of another. */
export interface CountingBuilder extends Builder {
  /** every image so far, by repository */
  readonly built: ReadonlyMap<string, readonly BuiltImage[]>;
}

/** `make` gives the image of one build; default another one each time. */
export function countingBuilder(
  push: (repository: string, image: BuiltImage) => Promise<void>,
  make: (repository: string, attempt: number) => BuiltImage = freshBuild,
): CountingBuilder {
  const built = new Map<string, BuiltImage[]>();
  const bake = async (definition: BakeDefinition): Promise<readonly BuiltTarget[]> => {
    const targets: BuiltTarget[] = [];
    for (const target of definition.targets) {
      const { repository } = target.repository;
      const earlier = built.get(repository) ?? [];
      const image = make(repository, earlier.length);
      await push(repository, image);
      built.set(repository, [...earlier, image]);
      targets.push({ target, digest: image.digest });
    }
    return targets;
  };
  return {
    built,
    prepare: () =>
      Promise.resolve({
        name: 'counting',
        driver: 'test',
        nodes: 1,
        platforms: [],
        temporary: false,
        version: null,
      }),
    bake,
    close: () => Promise.resolve(),
  };
}
