/** Public keys as PEM, of the kinds that cosign makes or imports, and what they signed. Pure. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Parsed } from '../errors.js';

/** A key, and the digest of its SubjectPublicKeyInfo, which people compare. */
export interface PublicKey {
  readonly key: KeyObject;
  /** `sha256:<hex>` */
  readonly id: string;
}

/** The hash that belongs to a curve comes first; cosign 2 signed with SHA-256 whatever the curve. */
const HASHES: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ['sha256'],
  secp384r1: ['sha384', 'sha256'],
  secp521r1: ['sha512', 'sha256'],
};
const MIN_RSA_BITS = 2048;

/** Reads EC (P-256, P-384, P-521), RSA and Ed25519 keys. The text is not repeated in messages: it may be a secret by mistake. */
export function parsePublicKey(pem: string): Parsed<PublicKey> {
  const hint = 'give a public key as PEM: EC P-256, P-384 or P-521, RSA of 2048 bits or more, or Ed25519';
  if (!/^\s*-----BEGIN PUBLIC KEY-----\s/.test(pem))
    return { ok: false, what: 'it is no PEM block "PUBLIC KEY"', hint };
  try {
    const key = createPublicKey(pem);
    if (hashesOf(key) === null)
      return {
        ok: false,
        what: `it is a key of a kind that is not supported (${key.asymmetricKeyType ?? 'unknown'})`,
        hint,
      };
    const id = createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('hex');
    return { ok: true, value: { key, id: `sha256:${id}` } };
  } catch {
    return { ok: false, what: 'its PEM block cannot be read', hint };
  }
}

/** Is this the key's signature of the bytes? */
export function isSignedBy({ key }: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  return (hashesOf(key) ?? []).some((hash) => {
    try {
      return verify(hash, bytes, key, signature);
    } catch {
      return false; // not even the form of a signature
    }
  });
}

/** The hashes to try; null stands for none, since Ed25519 hashes by itself. */
function hashesOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly (string | null)[] | null {
  if (asymmetricKeyType === 'ed25519') return [null];
  if (asymmetricKeyType === 'rsa')
    return (asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS ? null : ['sha256'];
  return HASHES[asymmetricKeyDetails?.namedCurve ?? ''] ?? null;
}
