/**
 * What an attached signature or attestation says, before anything of it is proved: which digest it is about, what was signed and
 * by what kind of signer. One reader for all forms, so that what is verified and what is judged are the same bytes. Pure.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { isObject, type JsonObject } from '../oci/manifest.js';
import type { Candidate } from '../ports.js';
import { at, textAt } from '../shared/text.js';
import { COSIGN_SIGN, IN_TOTO, preAuthEncoding } from './model.js';

export interface Claim {
  /** a signature says that somebody approves of the image, an attestation says something about it */
  readonly kind: 'signature' | 'attestation';
  /** of an attestation; null for a signature */
  readonly predicateType: string | null;
  /** the digests that it is about, in the order of the document */
  readonly digests: readonly string[];
  /** the bytes that were signed; null: the manifest with the digest, byte for byte */
  readonly signed: Uint8Array | null;
  readonly signatures: readonly Uint8Array[];
  /** the bundle as JSON when a certificate says who signed; null for a key */
  readonly certified: JsonObject | null;
}

/** A candidate cannot count; the message says why, as a clause. */
export class NoClaim extends Error {}

/** Signatures in one envelope; more are nobody's. */
const MAX_SIGNATURES = 16;
/** Parts of a bundle that are compared with each other or parsed: real ones have one or two, of a few KiB. */
const MAX_PARTS = 8;
const MAX_PART_LENGTH = 64 * 1024;

/** @throws NoClaim */
export function readClaim({ content }: Candidate): Claim {
  switch (content.kind) {
    case 'other':
      throw new NoClaim(content.why);
    case 'bundle':
      return ofBundle(parse(content.bytes));
    case 'signature': {
      const signature = Buffer.from(content.annotations.get(`${LEGACY}/signature`) ?? '', 'base64');
      const digest = createHash('sha256').update(content.bytes).digest('base64');
      const message = {
        messageDigest: { algorithm: 'SHA2_256', digest },
        signature: signature.toString('base64'),
      };
      return {
        ...simpleSigning(parse(content.bytes)),
        signed: content.bytes,
        signatures: [signature],
        certified: certifiedBundle(content.annotations, { messageSignature: message }),
      };
    }
    case 'attestation': {
      const envelope = parse(content.bytes);
      return {
        ...ofEnvelope(envelope),
        certified: certifiedBundle(content.annotations, { dsseEnvelope: envelope }),
      };
    }
  }
}

function parse(bytes: Uint8Array): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(value)) return value;
  } catch {
    // said below
  }
  throw new NoClaim('it is no JSON object in UTF-8');
}

function ofBundle(bundle: JsonObject): Claim {
  const { dsseEnvelope, messageSignature, verificationMaterial: material } = bundle;
  if (!isObject(material)) throw new NoClaim('the bundle has no verification material');
  const kinds = ['certificate', 'x509CertificateChain', 'publicKey'].filter((key) => isObject(material[key]));
  if (kinds.length !== 1) throw new NoClaim('the bundle has not exactly one signer');
  const certified = kinds[0] === 'publicKey' ? null : bounded(bundle, material);
  if (isObject(dsseEnvelope) === isObject(messageSignature))
    throw new NoClaim('the bundle holds not exactly one of an envelope and a message signature');
  if (isObject(dsseEnvelope)) {
    const claim = ofEnvelope(dsseEnvelope);
    const isSignature = claim.predicateType === COSIGN_SIGN;
    return { ...claim, ...(isSignature ? { kind: 'signature', predicateType: null } : {}), certified };
  }
  const digest = Buffer.from(textAt(messageSignature, 'messageDigest', 'digest') ?? '', 'base64');
  if (textAt(messageSignature, 'messageDigest', 'algorithm') !== 'SHA2_256' || digest.length !== 32)
    throw new NoClaim('the message signature is of no SHA-256 digest');
  return {
    kind: 'signature',
    predicateType: null,
    digests: [`sha256:${digest.toString('hex')}`],
    signed: null,
    signatures: [Buffer.from(textAt(messageSignature, 'signature') ?? '', 'base64')],
    certified,
  };
}

/** Lists in a bundle are compared each with each when it is verified, and certificates parsed: nobody needs long ones. */
function bounded(bundle: JsonObject, material: JsonObject): JsonObject {
  const lists = [
    at(material, 'tlogEntries'),
    at(material, 'timestampVerificationData', 'rfc3161Timestamps'),
    at(material, 'x509CertificateChain', 'certificates'),
  ];
  if (lists.some((list) => Array.isArray(list) && list.length > MAX_PARTS))
    throw new NoClaim(`the bundle has more than ${MAX_PARTS} log entries, time-stamps or certificates`);
  const { certificate } = material;
  const long = [certificate, ...lists.slice(1)].some(
    (part) => JSON.stringify(part ?? null).length > MAX_PART_LENGTH,
  );
  if (long) throw new NoClaim(`a certificate or time-stamp has more than ${MAX_PART_LENGTH / 1024} KiB`);
  return bundle;
}

/** A DSSE envelope that holds an in-toto statement. */
function ofEnvelope(envelope: JsonObject): Claim {
  const { payload, payloadType, signatures } = envelope;
  if (typeof payload !== 'string' || !Array.isArray(signatures))
    throw new NoClaim('it is no signed envelope');
  if (signatures.length === 0 || signatures.length > MAX_SIGNATURES)
    throw new NoClaim(`the envelope has ${signatures.length} signatures`);
  if (payloadType !== IN_TOTO)
    throw new NoClaim(`its payload is "${String(payloadType).slice(0, 80)}", and no in-toto statement`);
  const bytes = Buffer.from(payload, 'base64');
  const statement = parse(bytes);
  const { _type, subject, predicateType } = statement;
  if (
    typeof _type !== 'string' ||
    !_type.startsWith('https://in-toto.io/Statement/') ||
    typeof predicateType !== 'string'
  )
    throw new NoClaim('its payload is no in-toto statement');
  return {
    kind: 'attestation',
    predicateType,
    digests: Array.isArray(subject) ? subject.flatMap(digestsOf) : [],
    signed: preAuthEncoding(payloadType, bytes),
    signatures: signatures.map((each) => Buffer.from(textAt(each, 'sig') ?? '', 'base64')),
    certified: null,
  };
}

function digestsOf(subject: unknown): string[] {
  return ['sha256', 'sha512'].flatMap((algorithm) => {
    const hex = textAt(subject, 'digest', algorithm);
    return hex === null ? [] : [`${algorithm}:${hex}`];
  });
}

// cosign's form from before there were bundles (cosign, specs/SIGNATURE_SPEC.md): the parts of a bundle as annotations.

const LEGACY = 'dev.cosignproject.cosign';
const SIGSTORE = 'dev.sigstore.cosign';

function simpleSigning(payload: JsonObject): Pick<Claim, 'kind' | 'predicateType' | 'digests'> {
  if (textAt(payload, 'critical', 'type') !== 'cosign container image signature')
    throw new NoClaim('its payload is no signature of a container image');
  const digest = textAt(payload, 'critical', 'image', 'docker-manifest-digest');
  return { kind: 'signature', predicateType: null, digests: digest === null ? [] : [digest] };
}

/** The same as a bundle of version 0.1; null when no certificate is there, since then a key signed. */
function certifiedBundle(annotations: ReadonlyMap<string, string>, content: JsonObject): JsonObject | null {
  const pem = annotations.get(`${SIGSTORE}/certificate`);
  if (pem === undefined || pem === '') return null;
  const entry = annotations.get(`${SIGSTORE}/bundle`);
  const timestamp = annotations.get(`${SIGSTORE}/rfc3161timestamp`);
  const signedTimestamp =
    timestamp === undefined ? null : textAt(parseText(timestamp), 'SignedRFC3161Timestamp');
  return bounded(
    {
      mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
      verificationMaterial: {
        x509CertificateChain: { certificates: [{ rawBytes: derOf(pem) }] },
        tlogEntries: entry === undefined ? [] : [logEntry(parseText(entry))],
        timestampVerificationData: {
          rfc3161Timestamps: signedTimestamp === null ? [] : [{ signedTimestamp }],
        },
      },
      ...content,
    },
    { certificate: { rawBytes: pem.slice(0, MAX_PART_LENGTH) } },
  );
}

function parseText(text: string): JsonObject {
  return parse(Buffer.from(text));
}

function derOf(pem: string): string {
  try {
    if (pem.length < MAX_PART_LENGTH) return new X509Certificate(pem).raw.toString('base64');
  } catch {
    // said below
  }
  throw new NoClaim('its certificate cannot be read');
}

function logEntry(entry: JsonObject): JsonObject {
  const payload = at(entry, 'Payload');
  const body = textAt(payload, 'body') ?? '';
  const { kind, apiVersion } = parseText(Buffer.from(body, 'base64').toString());
  return {
    logIndex: String(at(payload, 'logIndex')),
    logId: { keyId: Buffer.from(textAt(payload, 'logID') ?? '', 'hex').toString('base64') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(at(payload, 'integratedTime')),
    inclusionPromise: { signedEntryTimestamp: textAt(entry, 'SignedEntryTimestamp') ?? '' },
    canonicalizedBody: body,
  };
}
