/** What `retag pin` writes: for each entry the digest that its source tag has now. */
import { pool } from './shared/concurrency.js';
import { formatReference, type TagRef } from './oci/reference.js';
import { mapRepository, type RegistryMap } from './plan/overrides.js';
import type { ImageConfig } from './config/model.js';
import type { Registry } from './ports.js';

/** What became of one entry. */
export interface PinOutcome {
  readonly entry: ImageConfig;
  readonly source: string;
  /** to be written; null when the entry stays as it is */
  readonly digest: string | null;
  /** one sentence for people; that of a failure names the source */
  readonly text: string;
  /** the entry could not be pinned */
  readonly failed: boolean;
}

/**
 * Looks up the digest of every entry's source tag. Entries that name no tag, only a digest, are pinned already.
 * One entry that cannot be looked up stalls no other.
 */
export async function lookUpPins(
  entries: readonly ImageConfig[],
  registry: Registry,
  options: { readonly registryMap: RegistryMap; readonly concurrency: number },
): Promise<PinOutcome[]> {
  return pool(entries, options.concurrency, async (entry) => {
    const repository = mapRepository(entry.srcRepository, options.registryMap);
    if (entry.srcBuildTag === undefined) {
      const source = formatReference({ ...repository, digest: entry.srcDigest ?? '' });
      return { entry, source, digest: null, text: 'pinned already: it names a digest only', failed: false };
    }
    return pinOne(entry, { ...repository, tag: entry.srcBuildTag }, registry);
  });
}

async function pinOne(entry: ImageConfig, ref: TagRef, registry: Registry): Promise<PinOutcome> {
  const source = formatReference(ref);
  const found = await registry.look(ref);
  if (found.state === 'unknown')
    return { entry, source, digest: null, text: found.error.message, failed: true };
  if (found.state === 'absent') {
    const text = `${source}: the source tag does not exist; correct it, or push the image`;
    return { entry, source, digest: null, text, failed: true };
  }
  if (entry.srcDigest === found.digest) {
    return { entry, source, digest: null, text: `pinned already to ${found.digest}`, failed: false };
  }
  const was = entry.srcDigest === undefined ? '' : `, was ${entry.srcDigest}`;
  return { entry, source, digest: found.digest, text: `pinned to ${found.digest}${was}`, failed: false };
}
