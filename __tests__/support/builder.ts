/** A builder port that makes small images and puts them into embedded registries by digest, as buildx does. */
import type { BakeDefinition, Builder, BuilderState } from '../../src/builds/model.js';
import { bakeError } from '../../src/docker/metadata.js';
import { image, index, seed } from '../../testing/registry/image.js';
import type { EmbeddedRegistry } from '../../testing/registry/server.js';

export interface TestBuilder extends Builder {
  /** the definitions that were baked, in order */
  readonly baked: BakeDefinition[];
  /** prepared, baked, closed: every call in order */
  readonly calls: string[];
}

export interface TestBuilderOptions {
  readonly nodes?: number;
  /** an image whose target fails; what was built before it has been pushed */
  readonly fails?: string;
  /** pushes nothing, and says that it did */
  readonly forgets?: boolean;
}

/** @param registryAt the registry of a host in an image name */
export function testBuilder(
  registryAt: (host: string) => EmbeddedRegistry,
  options: TestBuilderOptions = {},
): TestBuilder {
  const calls: string[] = [];
  const baked: BakeDefinition[] = [];
  const state: BuilderState = {
    name: 'test',
    driver: 'docker-container',
    nodes: options.nodes ?? 1,
    temporary: false,
    version: null,
  };
  const pushTarget = (
    { target }: { target: BakeDefinition['targets'][number] },
    definition: BakeDefinition,
  ) => {
    if (target.image === options.fails) {
      throw bakeError(1, [`ERROR: target ${target.name}: failed to solve: exit code: 1`], definition);
    }
    const { labels = {}, args = {} } = definition.file.target[target.name] ?? {};
    const platforms = target.platforms.length === 0 ? ['linux/amd64'] : target.platforms;
    const made = platforms.map((platform) =>
      image({ platform, labels, layers: [{ files: { args: JSON.stringify(args), name: target.image } }] }),
    );
    const built = index(made, { attestations: true });
    if (options.forgets !== true)
      seed(registryAt(target.repository.registry), target.repository.repository, null, built);
    return { target, digest: built.digest };
  };
  return {
    calls,
    baked,
    prepare: () => {
      calls.push('prepare');
      return Promise.resolve(state);
    },
    bake: async (definition) => {
      calls.push('bake');
      baked.push(definition);
      await Promise.resolve();
      return definition.targets
        .filter(({ pushed }) => pushed)
        .map((target) => pushTarget({ target }, definition));
    },
    close: () => {
      calls.push('close');
      return Promise.resolve();
    },
  };
}
