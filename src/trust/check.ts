/** Verification for a run: which rules an image must meet, and whether it does, each image asked for once. */
import { type Config, type Entry, isPromotion } from '../config/model.js';
import { parseManifest } from '../oci/manifest.js';
import { isAttestation } from '../oci/platform.js';
import { type DigestRef, formatReference, formatRepository, type Repository } from '../oci/reference.js';
import type { Registry } from '../ports.js';
import { once } from '../shared/concurrency.js';
import { readMaterial, type TrustSources } from './material.js';
import type { TrustVerdict } from '../plan/model.js';
import { type CompiledRule, rulesFor, rulesForNames } from './rules.js';
import { verifyImage, type VerifiedImage } from './verify.js';

/** What is read of a registry. */
type Source = Pick<Registry, 'candidates' | 'manifest'>;

export interface TrustCheck {
  /** the rules for what this entry promotes; `source` names what no entry of a file names */
  rulesFor(entry: Entry | undefined, source: Repository): readonly CompiledRule[];
  /**
   * Holds when the signatures in one of these repositories are enough.
   * @param places at least one, the likeliest first
   * @throws OperationError when a registry or a root gives no clear answer
   */
  verify(
    registry: Source,
    digest: string,
    places: readonly Repository[],
    rules: readonly CompiledRule[],
  ): Promise<TrustVerdict>;
}

/** For a run without rules: nothing is looked for. */
export const NO_TRUST: TrustCheck = {
  rulesFor: () => [],
  verify: () => Promise.resolve({ holds: true, rules: [] }),
};

/**
 * Reads keys and roots of these rules.
 * @throws UserError with every key and root that cannot be used
 */
export async function createTrustCheck(
  rules: readonly CompiledRule[],
  { trustedRoot }: Pick<Config, 'trustedRoot'>,
  sources: TrustSources,
): Promise<TrustCheck> {
  const material = await readMaterial(rules, trustedRoot, sources);
  const verdicts = once<TrustVerdict>(true);
  return {
    rulesFor: (entry, source) => {
      if (entry === undefined) return rulesForNames(rules, [[formatRepository(source), source]]);
      if (isPromotion(entry)) return rulesFor(rules, entry);
      return rulesForNames(
        rules,
        entry.names.map(({ text, repository }) => [text, repository]),
      );
    },
    async verify(registry, digest, places, needed) {
      let first: TrustVerdict | undefined;
      for (const { registry: host, repository } of places) {
        const ref = { registry: host, repository, digest };
        const key = [formatReference(ref), ...needed.map((rule) => rules.indexOf(rule))].join(' ');
        const verdict = await verdicts.run(key, () => verifyImage(imageAt(registry, ref), needed, material));
        if (verdict.holds) return verdict;
        first ??= verdict;
      }
      if (first === undefined) throw new Error('nowhere to look for signatures');
      return first;
    },
  };
}

function imageAt(registry: Source, ref: DigestRef): VerifiedImage {
  return {
    digest: ref.digest,
    candidates: (need) => registry.candidates(ref, need),
    manifest: async () => (await registry.manifest(ref)).bytes,
    platforms: async () => {
      const parsed = parseManifest(await registry.manifest(ref), formatReference(ref));
      const children = parsed.kind === 'index' ? parsed.manifests : [];
      return children
        .filter((child) => !isAttestation(child))
        .map(({ digest }) => imageAt(registry, { ...ref, digest }));
    },
  };
}
