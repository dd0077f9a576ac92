/**
 * Certificates of Sigstore: chain, certificate log, transparency log and time, proved by Sigstore's own library. It is loaded
 * only when an authority asks for a certificate, and lies in a file of its own, so nothing here knows a class of the rest. Who
 * the certificate names is judged elsewhere.
 */
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import type { Claim } from './claim.js';
import { preAuthEncoding } from './model.js';

/** A certificate that a root proves, with what the library read in it. */
export interface Proved {
  readonly der: Uint8Array;
  readonly subject: string;
  readonly issuer: string;
  /** identifiers with dots, and the bytes inside the extension */
  readonly extensions: readonly { readonly id: string; readonly value: Buffer }[];
}

/**
 * @param artifact the manifest's bytes, where those were signed
 * @throws Error when no root proves it; the message says why
 */
export type Prover = (claim: Claim, artifact: Uint8Array | null) => Proved;

interface Instance {
  readonly root: TrustedRoot;
  readonly verifier: Verifier;
}

/**
 * @param roots documents `trusted_root.json` (sigstore/protobuf-specs, sigstore_trustroot.proto); one that proves a claim is enough
 * @throws Error for what is no trusted root
 */
export function createProver(roots: readonly unknown[]): Prover {
  const instances = roots.map(instanceOf);
  return (claim, artifact) => {
    const messages: string[] = [];
    for (const instance of instances) {
      try {
        return prove(instance, claim, artifact);
      } catch (error) {
        messages.push(error instanceof Error ? error.message : String(error));
      }
    }
    // Of several roots, the one that knows the certificate's authority says more than the others.
    throw new Error(messages.find((message) => !/certificate chain/i.test(message)) ?? messages[0]);
  };
}

/** What a root has no authority for, nobody can be asked to prove; some time has to be proved always. */
function instanceOf(json: unknown): Instance {
  const root = TrustedRoot.fromJSON(json);
  if (root.certificateAuthorities.length === 0) throw new Error('it has no certificate authorities');
  const material = toTrustMaterial(root, () => {
    throw new Error('it is signed with a key');
  });
  const thresholds = {
    tlogThreshold: root.tlogs.length > 0 ? 1 : 0,
    ctlogThreshold: root.ctlogs.length > 0 ? 1 : 0,
    timestampThreshold: 1,
  };
  return { root, verifier: new Verifier(material, thresholds) };
}

function prove({ root, verifier }: Instance, claim: Claim, artifact: Uint8Array | null): Proved {
  const bundle = bundleFromJSON(claim.certified);
  const material = bundle.verificationMaterial;
  if (root.tlogs.length === 0) material.tlogEntries = [];
  if (root.timestampAuthorities.length === 0) material.timestampVerificationData = { rfc3161Timestamps: [] };
  const bytes = claim.signed ?? artifact;
  if (bytes === null) throw new Error('the signed manifest is not known');
  const entity = toSignedEntity(bundle, Buffer.from(bytes));
  if (root.ctlogs.length === 0) hideLogProofs(entity);
  const { identity } = verifier.verify(entity);
  if (!isRead(bundle, claim)) throw new Error('its content can be read in two ways');
  return {
    der: leafOf(bundle),
    subject: identity?.subjectAlternativeName ?? '',
    issuer: identity?.extensions?.issuer ?? '',
    extensions: (identity?.oids ?? []).map(({ oid, value }) => ({ id: oid?.id.join('.') ?? '', value })),
  };
}

const LOG_PROOFS = '1.3.6.1.4.1.11129.2.4.2';

/** Without a certificate log in the root no proof of one can be checked; the library, which checks them in a copy, would refuse each. */
function hideLogProofs({ key }: ReturnType<typeof toSignedEntity>): void {
  if (key.$case !== 'certificate') return;
  const { certificate } = key;
  const whole = certificate.clone.bind(certificate);
  certificate.clone = () => {
    const copy = whole();
    const { extensions } = copy;
    extensions.splice(0, Infinity, ...extensions.filter(({ subs }) => subs[0]?.toOID() !== LOG_PROOFS));
    return copy;
  };
}

/** The claim was read by another reader of JSON: what was verified must be what is judged. */
function isRead({ content }: Bundle, { signed, digests }: Claim): boolean {
  if (content.$case === 'dsseEnvelope') {
    const { payload, payloadType } = content.dsseEnvelope;
    return signed !== null && preAuthEncoding(payloadType, payload).equals(signed);
  }
  const { digest } = content.messageSignature.messageDigest;
  return signed !== null || (digests.length === 1 && digests[0] === `sha256:${digest.toString('hex')}`);
}

function leafOf({ verificationMaterial: { content } }: Bundle): Buffer {
  switch (content.$case) {
    case 'certificate':
      return content.certificate.rawBytes;
    case 'x509CertificateChain':
      return content.x509CertificateChain.certificates[0]?.rawBytes ?? Buffer.alloc(0);
    case 'publicKey':
      throw new Error('it is signed with a key');
  }
}
