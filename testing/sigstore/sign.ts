/** Signatures as plain data: whoever wants a forged one changes a field before it is packed. */
import { createHash, createPublicKey, type KeyObject, sign as signBytes, X509Certificate } from 'node:crypto';

import { type Identity, keyPair, type LogEntry, type Sigstore } from './instance.js';

export type Signer = { readonly key: KeyObject } | Keyless;

/** Signs with a key that lives for one signature, and a certificate that says whose it was. */
export interface Keyless {
  readonly sigstore: Sigstore;
  readonly identity: Identity;
  /** a certificate without proof of the certificate log */
  readonly sct?: false;
  /** seconds between the certificate and the entry in the log; the certificate lives for 600 */
  readonly later?: number;
  /** what proves the time; default the log */
  readonly time?: 'log' | 'timestamp' | 'both';
}

/** What is signed: bytes as they are, or a DSSE envelope around them. */
export type Content =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  | { readonly kind: 'envelope'; readonly bytes: Buffer; readonly payloadType: string };

export interface Signature {
  readonly content: Content;
  readonly signature: Buffer;
  /** of the key that signed */
  readonly publicKey: KeyObject;
  /** DER, the signer's first; empty for a key */
  readonly certificates: readonly Buffer[];
  readonly entry: LogEntry | null;
  /** DER, RFC 3161 */
  readonly timestamps: readonly Buffer[];
}

export async function sign(content: Content, signer: Signer): Promise<Signature> {
  const message =
    content.kind === 'message' ? content.bytes : preAuthentication(content.payloadType, content.bytes);
  if ('key' in signer) {
    const publicKey = createPublicKey(signer.key);
    return {
      content,
      signature: signed(message, signer.key),
      publicKey,
      certificates: [],
      entry: null,
      timestamps: [],
    };
  }
  const { sigstore, identity, sct = true, later = 0, time = 'log' } = signer;
  const { privateKey, publicKey } = keyPair();
  const certificate = await sigstore.certificate(publicKey, identity, { sct });
  const signature = signed(message, privateKey);
  const plain = { content, signature, publicKey, certificates: [certificate, sigstore.root] };
  return {
    ...plain,
    entry: time === 'timestamp' ? null : await sigstore.log(proposal(plain), later),
    timestamps: time === 'log' ? [] : [await sigstore.timestamp({ of: signature })],
  };
}

/** What Rekor keeps of a signature: hashes, not content (rekor, pkg/types/dsse and pkg/types/hashedrekord). */
export function proposal({
  content,
  signature,
  publicKey,
  certificates,
}: Omit<Signature, 'entry' | 'timestamps'>): object {
  const [certificate] = certificates;
  const verifier = Buffer.from(
    certificate ? pem(certificate) : publicKey.export({ type: 'spki', format: 'pem' }),
  );
  if (content.kind === 'envelope') {
    const envelope = Buffer.from(JSON.stringify(envelopeOf(content, signature)));
    const signatures = [{ signature: signature.toString('base64'), verifier: verifier.toString('base64') }];
    const spec = { envelopeHash: sha256(envelope), payloadHash: sha256(content.bytes), signatures };
    return { apiVersion: '0.0.1', kind: 'dsse', spec };
  }
  const what = { content: signature.toString('base64'), publicKey: { content: verifier.toString('base64') } };
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: { data: { hash: sha256(content.bytes) }, signature: what },
  };
}

/** An in-toto statement about this digest, in an envelope's payload. */
export function statement(
  digest: string,
  predicateType: string,
  predicate: object = {},
  name = '',
): Extract<Content, { kind: 'envelope' }> {
  const document = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ ...(name === '' ? {} : { name }), digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType,
    predicate,
  };
  return { kind: 'envelope', payloadType: IN_TOTO, bytes: Buffer.from(JSON.stringify(document)) };
}

/** What `cosign sign` signs (cosign specs/SIGNATURE_SPEC.md). */
export function simpleSigning(digest: string, reference: string): Extract<Content, { kind: 'message' }> {
  const document = {
    critical: {
      identity: { 'docker-reference': reference },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: null,
  };
  return { kind: 'message', bytes: Buffer.from(JSON.stringify(document)) };
}

/** The predicate type of `cosign sign` when it writes a bundle. */
export const COSIGN_SIGN = 'https://sigstore.dev/cosign/sign/v1';
export const SLSA_PROVENANCE = 'https://slsa.dev/provenance/v1';
const IN_TOTO = 'application/vnd.in-toto+json';

export function envelopeOf(
  { payloadType, bytes }: Extract<Content, { kind: 'envelope' }>,
  signature: Buffer,
): object {
  return {
    payload: bytes.toString('base64'),
    payloadType,
    signatures: [{ sig: signature.toString('base64') }],
  };
}

export function pem(der: Buffer): string {
  return new X509Certificate(der).toString();
}

/** Ed25519 hashes by itself. */
const signed = (message: Buffer, key: KeyObject): Buffer =>
  signBytes(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', message, key);

export const sha256 = (content: Buffer): object => ({
  algorithm: 'sha256',
  value: createHash('sha256').update(content).digest('hex'),
});

/** DSSE's pre-authentication encoding (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md). */
export const preAuthentication = (type: string, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
