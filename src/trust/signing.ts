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
  // cosign takes SHA-256 for keys of every curve; Ed25519 hashes by itself.
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const signature = sign(hash, preAuthEncoding(IN_TOTO, payload), key);
  const signatures = [{ sig: signature.toString('base64') }] as const;
  return { signature, envelope: { payload: payload.toString('base64'), payloadType: IN_TOTO, signatures } };
}

/** A bundle of version 0.3 as JSON (github.com/sigstore/protobuf-specs, sigstore_bundle.proto). */
export function bundleOf(envelope: Envelope, verificationMaterial: object): Uint8Array {
  return Buffer.from(JSON.stringify({ mediaType: BUNDLE_V03, verificationMaterial, dsseEnvelope: envelope }));
}
