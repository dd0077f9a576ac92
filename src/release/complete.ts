/** Finished images that lack a platform which is wanted by now. */
import { imageOf } from '../builds/names.js';
import type { SelectedBuild } from '../builds/model.js';
import { OperationError } from '../errors.js';
import { platformsMissing } from '../oci/platform.js';
import type { Registry } from '../ports.js';
import type { BuildStates } from './states.js';

/**
 * A tag of this commit is a finished build whatever its platforms (contract 6), since nothing moves a tag. What was asked for
 * after it was built is not in it, and that is worth a warning.
 * @returns one sentence for each image
 */
export async function incompleteBuilds(
  selected: readonly SelectedBuild[],
  states: BuildStates,
  registry: Pick<Registry, 'manifest' | 'facts'>,
): Promise<string[]> {
  const found = await Promise.all(
    selected.map(async ({ config, choice }) => {
      const image = imageOf(config);
      const state = states.get(image);
      if (state?.state !== 'present' || choice.push.length === 0) return [];
      const { repository, digest } = state;
      const has = await platformsOf(registry, repository, digest);
      const missing = has === null ? [] : platformsMissing(choice.push, has);
      return missing.length === 0 ? [] : [sentence(image, digest, missing)];
    }),
  );
  return found.flat();
}

/** Null when the registry does not say: then nothing is claimed. */
async function platformsOf(
  registry: Pick<Registry, 'manifest' | 'facts'>,
  repository: { readonly registry: string; readonly repository: string },
  digest: string,
): Promise<readonly string[] | null> {
  try {
    const manifest = await registry.manifest({ ...repository, digest });
    return (await registry.facts(repository, manifest, { revision: null, platforms: true })).platforms;
  } catch (error) {
    if (error instanceof OperationError) return null;
    throw error;
  }
}

function sentence(image: string, digest: string, missing: readonly string[]): string {
  return (
    `${image}: the finished image ${digest} lacks ${missing.join(', ')}, and a tag that exists is not built again; ` +
    'give the next commit a version of its own to have it with all platforms'
  );
}
