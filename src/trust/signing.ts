/** Statements in signed envelopes, and those in bundles of Sigstore. */
import { type KeyObject, sign } from 'node:crypto';
import { BUNDLE_V03, IN_TOTO, preAuthEncoding, type Statement } from './model.js';

/** A DSSE envelope (github.com/secure-systems-lab/dsse, envelope.md) with one signature. */
export interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly [{ readonly sig: string }];
}

export function signEnvelope(
  statement: Statement,
  key: KeyObject,
): { envelope: Envelope; signature: Buffer } {
  const payload = Buffer.from(JSON.stringify(statement));
  const signature = sign(hashOf(key), preAuthEncoding(IN_TOTO, payload), key);
  const signatures = [{ sig: signature.toString('base64') }] as const;
  return { signature, envelope: { payload: payload.toString('base64'), payloadType: IN_TOTO, signatures } };
}

/** A bundle of version 0.3 as JSON (github.com/sigstore/protobuf-specs, sigstore_bundle.proto). */
export function bundleOf(envelope: Envelope, verificationMaterial: object): Uint8Array {
  return Buffer.from(JSON.stringify({ mediaType: BUNDLE_V03, verificationMaterial, dsseEnvelope: envelope }));
}

/** As cosign hashes by the kind of the key; Ed25519 hashes by itself. */
function hashOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string | null {
  if (type === 'ed25519') return null;
  return HASHES[details?.namedCurve ?? ''] ?? 'sha256';
}

const HASHES: Readonly<Record<string, string>> = { secp384r1: 'sha384', secp521r1: 'sha512' };
