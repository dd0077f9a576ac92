/** After the builder says it is done: is every image in its registry, and is it whole? (rows 90, 91) */
import { OperationError, messageOf } from '../errors.js';
import { platformsMissing } from '../oci/platform.js';
import type { Registry } from '../ports.js';
import { joinIndex } from './join.js';
import type { BuiltImage, BuiltTarget, Checked } from './model.js';

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
  registry: Pick<Registry, 'manifest' | 'facts'>,
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
  registry: Pick<Registry, 'manifest' | 'facts'>,
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
 * and is taken: it need not have been built with Retag.
 */
async function checkRevisions(
  parts: readonly BuiltTarget[],
  registry: Pick<Registry, 'manifest' | 'facts'>,
  revision: string,
): Promise<void> {
  for (const part of parts) {
    const { image, platforms, repository } = part.target;
    const manifest = await pushed(part, registry);
    const facts = await registry.facts(repository, manifest, { revision: 'first', platforms: false });
    if (facts.revision === null || facts.revision === revision) continue;
    throw new OperationError(
      'mismatch',
      `${image}@${part.digest} (${platforms.join(', ')}) is made from commit ${facts.revision}, and this run is for ${revision}; hand on the digests of this run`,
    );
  }
}

async function readImage(
  parts: readonly BuiltTarget[],
  registry: Pick<Registry, 'manifest' | 'facts'>,
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
  const facts = await registry.facts(repository, manifest, { revision: null, platforms: true });
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
