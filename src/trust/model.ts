/**
 * Words of Sigstore and in-toto that reading and writing of signatures share, and what verification gives.
 * Sources: the Sigstore bundle format (github.com/sigstore/protobuf-specs), cosign's specs/SIGNATURE_SPEC.md and
 * specs/BUNDLE_SPEC.md, in-toto's attestation framework (spec/v1), and Fulcio's docs/oid-info.md.
 */
import type { TrustRule } from '../config/model.js';

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

/** Who signed what, proved. */
export interface Signer {
  /** of a certificate; null for a key */
  readonly identity: { readonly subject: string; readonly issuer: string } | null;
  /** of a key: `sha256:` and the digest of its SubjectPublicKeyInfo; null for a certificate */
  readonly key: string | null;
  /** OWNER/NAME, commit and workflow of the build, as the certificate says; null where it doesn't */
  readonly repository: string | null;
  readonly commit: string | null;
  readonly workflow: string | null;
  readonly ref: string | null;
  /** null: a signature and no statement */
  readonly predicateType: string | null;
}

/** What became of one candidate under one rule. */
export type CandidateVerdict = { readonly name: string } & (
  { readonly counts: true; readonly signer: Signer } | { readonly counts: false; readonly why: string }
);

/** What became of one rule. */
export interface RuleVerdict {
  readonly rule: TrustRule;
  /** the name of the rule, or where it stands: `trust[0]` */
  readonly label: string;
  readonly holds: boolean;
  /** who vouched; empty unless it holds */
  readonly signers: readonly Signer[];
  readonly candidates: readonly CandidateVerdict[];
  /** one sentence: why the rule doesn't hold; empty when it does */
  readonly why: string;
}

/** All rules that an image must meet. */
export interface TrustVerdict {
  readonly holds: boolean;
  readonly rules: readonly RuleVerdict[];
}
