import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { OperationError } from '../errors.js';

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
function hasherFor(digest: string): Hash {
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

/**
 * Passes bytes on and holds the last piece back until count and hash of all of them are right, so that a
 * wrong blob never arrives whole, whatever the receiver checks. Constant memory: one piece.
 * @param name what is read, for the message
 */
export function verifying(
  name: string,
  expected: { readonly digest: string; readonly size: number },
): Transform {
  const hash = hasherFor(expected.digest);
  let held: Buffer | null = null;
  let count = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done: TransformCallback) {
      hash.update(piece);
      count += piece.length;
      const ready = held;
      held = piece;
      if (ready) this.push(ready);
      done();
    },
    flush(done: TransformCallback) {
      const algorithm = expected.digest.split(':', 1)[0] ?? '';
      const digest = `${algorithm}:${hash.digest('hex')}`;
      if (count !== expected.size || digest !== expected.digest) {
        done(
          new OperationError(
            'mismatch',
            `${name}: ${count} bytes with digest ${digest} came back where ${expected.size} were promised; ` +
              'run again; if it stays, have the registry and any proxy before it looked at',
          ),
        );
        return;
      }
      done(null, held);
    },
  });
}
