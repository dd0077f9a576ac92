/**
 * Words of Sigstore and in-toto that reading and writing of signatures share.
 * Sources: the Sigstore bundle format (github.com/sigstore/protobuf-specs), cosign's specs/SIGNATURE_SPEC.md and
 * specs/BUNDLE_SPEC.md, in-toto's attestation framework (spec/v1), and Fulcio's docs/oid-info.md.
 */
/** Media type of a Sigstore bundle that is written; versions 0.1 and 0.2 carry theirs as a parameter. */
export const BUNDLE_V03 = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** `payloadType` of an envelope that holds a statement. */
export const IN_TOTO = 'application/vnd.in-toto+json';
export const STATEMENT_V1 = 'https://in-toto.io/Statement/v1';

/** Predicate of a statement that is cosign's signature in a bundle. */
export const COSIGN_SIGN = 'https://sigstore.dev/cosign/sign/v1';
export const SLSA_PROVENANCE = 'https://slsa.dev/provenance/v1';
/** Predicate of a record of Retag (docs/trust.md). */
export const PROMOTION = 'https://github.com/retag/retag/promotion/v1';

/** An in-toto statement about one or several images. */
export interface Statement {
  readonly _type: string;
  readonly subject: readonly { readonly name?: string; readonly digest: Readonly<Record<string, string>> }[];
  readonly predicateType: string;
  readonly predicate?: unknown;
}

/** DSSE's pre-authentication encoding: the bytes that are signed (github.com/secure-systems-lab/dsse, protocol.md). */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.byteLength(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type} ${payloadType} ${payload.length} `), payload]);
}
