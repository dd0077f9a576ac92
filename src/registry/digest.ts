import { createHash, type Hash } from 'node:crypto';

type Algorithm = 'sha256' | 'sha512';

/** The algorithm of a digest that `isDigest` accepted. */
export function algorithmOf(digest: string): Algorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** `sha256:<hex>` of the bytes exactly as they are. */
export function digestOf(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** A running hash for bytes that are not kept, in the algorithm of `digest`. */
export function hasherFor(digest: string): Hash {
  return createHash(algorithmOf(digest));
}

/**
 * The tag under which a registry without the referrers API keeps the referrers of `digest`
 * (distribution-spec "Referrers Tag Schema": algorithm cut at 32, encoded part at 64 characters).
 */
export function referrersTag(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
}

/**
 * The tags under which cosign keeps signature, attestation and SBOM of `digest` (cosign SIGNATURE_SPEC).
 * None for sha512: such a tag would be longer than a tag may be.
 */
export function cosignTags(digest: string): readonly string[] {
  if (algorithmOf(digest) !== 'sha256') return [];
  return ['sig', 'att', 'sbom'].map((kind) => `${digest.replace(':', '-')}.${kind}`);
}
