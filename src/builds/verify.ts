/** After the builder says it is done: is every image in its registry, and is it whole? (rows 90, 91) */
import { OperationError, messageOf } from '../errors.js';
import { platformsMissing } from '../plan/platforms.js';
import type { Registry } from '../ports.js';
import { joinIndex } from './join.js';
import type { BuiltImage, BuiltTarget, Checked } from './model.js';

/**
 * One image for each build: what its targets gave is read from the registry, joined where a build was made one
 * target a platform, and checked for the platforms that were asked for. Attestations are not platforms.
 * Writes nothing. A builder's word is not taken: exit status and metadata file have both been seen wrong.
 * @param annotations image → annotations of an index that is joined here
 */
export function checkBuilt(
  built: readonly BuiltTarget[],
  annotations: ReadonlyMap<string, Readonly<Record<string, string>>>,
  registry: Pick<Registry, 'manifest' | 'facts'>,
): Promise<readonly { readonly image: string; readonly result: Checked<BuiltImage> }[]> {
  const images = [...new Set(built.map(({ target }) => target.image))];
  return Promise.all(
    images.map(async (image) => {
      const parts = built.filter(({ target }) => target.image === image);
      return { image, result: await checkOne(parts, annotations.get(image) ?? {}, registry) };
    }),
  );
}

async function checkOne(
  parts: readonly BuiltTarget[],
  annotations: Readonly<Record<string, string>>,
  registry: Pick<Registry, 'manifest' | 'facts'>,
): Promise<Checked<BuiltImage>> {
  try {
    return { ok: true, value: await readImage(parts, annotations, registry) };
  } catch (error) {
    if (error instanceof OperationError) return { ok: false, error };
    return { ok: false, error: new OperationError('protocol', messageOf(error), { cause: error }) };
  }
}

async function readImage(
  parts: readonly BuiltTarget[],
  annotations: Readonly<Record<string, string>>,
  registry: Pick<Registry, 'manifest' | 'facts'>,
): Promise<BuiltImage> {
  const [first] = parts;
  if (first === undefined) throw new OperationError('protocol', 'the builder gave no image');
  const { image, repository } = first.target;
  const wanted = parts.flatMap(({ target }) => target.platforms);
  const joined = parts.length > 1 || (first.target.platforms.length === 1 && first.target.split);
  const manifest = joined
    ? await joinIndex({ repository, digests: new Map(parts.map(pair)), annotations }, registry)
    : await pushed(first, registry);
  const facts = await registry.facts(repository, manifest, { revision: false, platforms: true });
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
    attestations: facts.attestations,
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
