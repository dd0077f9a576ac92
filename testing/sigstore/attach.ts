/** Signatures in every form that registries hold, as images to push. */
import { createHash } from 'node:crypto';

import {
  blob,
  built,
  type BuiltImage,
  type Descriptor,
  descriptorOf,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_MANIFEST,
  pushAll,
} from '../registry/image.js';
import { EMPTY_BLOB, referrersTag, type TaggedImage } from '../registry/images.js';
import { envelopeOf, pem, type Signature } from './sign.js';

export type BundleVersion = '0.1' | '0.2' | '0.3';

export const BUNDLE_TYPES: Readonly<Record<BundleVersion, string>> = {
  '0.1': 'application/vnd.dev.sigstore.bundle+json;version=0.1',
  '0.2': 'application/vnd.dev.sigstore.bundle+json;version=0.2',
  '0.3': 'application/vnd.dev.sigstore.bundle.v0.3+json',
};

/** A Sigstore bundle as JSON (sigstore/protobuf-specs, sigstore_bundle.proto). Version 0.1 has the promise of the log, the others the proof too. */
export function bundle(of: Signature, version: BundleVersion = '0.3'): Record<string, unknown> {
  const { content, signature, publicKey, certificates, entry, timestamps } = of;
  const raw = (der: Buffer): object => ({ rawBytes: der.toString('base64') });
  const [leaf] = certificates;
  const hint = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  const signer =
    leaf === undefined
      ? { publicKey: { hint } }
      : version === '0.3'
        ? { certificate: raw(leaf) }
        : { x509CertificateChain: { certificates: certificates.map(raw) } };
  const timestampVerificationData = {
    rfc3161Timestamps: timestamps.map((der) => ({ signedTimestamp: der.toString('base64') })),
  };
  return {
    mediaType: BUNDLE_TYPES[version],
    verificationMaterial: {
      ...signer,
      ...(entry === null ? { tlogEntries: [] } : { tlogEntries: [logEntry(entry, version)] }),
      ...(timestamps.length === 0 ? {} : { timestampVerificationData }),
    },
    ...(content.kind === 'envelope'
      ? { dsseEnvelope: envelopeOf(content, signature) }
      : {
          messageSignature: {
            messageDigest: {
              algorithm: 'SHA2_256',
              digest: createHash('sha256').update(content.bytes).digest('base64'),
            },
            signature: signature.toString('base64'),
          },
        }),
  };
}

function logEntry(entry: NonNullable<Signature['entry']>, version: BundleVersion): object {
  const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
  const { proof, promise } = entry;
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: base64(entry.logId) },
    kindVersion: { kind: entry.kind, version: entry.version },
    integratedTime: String(entry.integratedTime),
    ...(promise === null ? {} : { inclusionPromise: { signedEntryTimestamp: promise.toString('base64') } }),
    ...(version === '0.1'
      ? {}
      : {
          inclusionProof: {
            logIndex: String(proof.logIndex),
            treeSize: String(proof.treeSize),
            rootHash: base64(proof.rootHash),
            hashes: proof.hashes.map(base64),
            checkpoint: { envelope: proof.checkpoint },
          },
        }),
    canonicalizedBody: entry.body.toString('base64'),
  };
}

interface ReferrerOptions {
  /** media type of the layer, and what the descriptor and the manifest say; default the bundle's own */
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The manifest by which a bundle refers to its image, as cosign 3 and actions/attest write it. */
export function bundleReferrer(
  subject: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>,
  of: Readonly<Record<string, unknown>>,
  options: ReferrerOptions = {},
): BuiltImage {
  const mediaType = options.mediaType ?? String(of['mediaType']);
  const artifactType = options.artifactType ?? mediaType;
  const annotations = { ...contentAnnotations(of), ...options.annotations };
  const content = blob(of);
  const { digest, size } = subject;
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: descriptorOf(EMPTY_BLOB, 'application/vnd.oci.empty.v1+json'),
    layers: [descriptorOf(content, mediaType)],
    subject: { mediaType: subject.mediaType, digest, size },
    annotations,
  };
  return built(document, OCI_MANIFEST, {
    blobs: [EMPTY_BLOB, content],
    describe: { artifactType, annotations },
  });
}

function contentAnnotations(of: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const envelope = of['dsseEnvelope'] as { payload: string } | undefined;
  if (envelope === undefined) return { 'dev.sigstore.bundle.content': 'message-signature' };
  const { predicateType } = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as {
    predicateType?: string;
  };
  return {
    'dev.sigstore.bundle.content': 'dsse-envelope',
    ...(predicateType === undefined ? {} : { 'dev.sigstore.bundle.predicateType': predicateType }),
  };
}

/** cosign's older form: all signatures of an image are layers of one manifest under a tag (cosign specs/SIGNATURE_SPEC.md). */
export function cosignTag(
  digest: string,
  kind: 'sig' | 'att',
  signatures: readonly Signature[],
): TaggedImage {
  const layers = signatures.map((signature) => legacyLayer(signature));
  const config = blob({
    architecture: '',
    os: '',
    config: {},
    rootfs: { type: 'layers', diff_ids: layers.map(({ content }) => content.digest) },
  });
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptorOf(config, OCI_CONFIG),
    layers: layers.map(({ descriptor }) => descriptor),
  };
  const image = built(document, OCI_MANIFEST, { blobs: [config, ...layers.map(({ content }) => content)] });
  return { tag: `${digest.replace(':', '-')}.${kind}`, image };
}

function legacyLayer({ content, signature, certificates, entry }: Signature): {
  content: ReturnType<typeof blob>;
  descriptor: Descriptor;
} {
  const message = content.kind === 'message';
  const bytes = blob(message ? content.bytes : envelopeOf(content, signature));
  const mediaType = message
    ? 'application/vnd.dev.cosign.simplesigning.v1+json'
    : 'application/vnd.dsse.envelope.v1+json';
  const [leaf, ...chain] = certificates;
  const annotations = {
    'dev.cosignproject.cosign/signature': message ? signature.toString('base64') : '',
    ...(message ? {} : { predicateType: contentPredicate(content.bytes) }),
    ...(leaf
      ? { 'dev.sigstore.cosign/certificate': pem(leaf), 'dev.sigstore.cosign/chain': chain.map(pem).join('') }
      : {}),
    ...(entry === null ? {} : { 'dev.sigstore.cosign/bundle': JSON.stringify(legacyBundle(entry)) }),
  };
  return { content: bytes, descriptor: { ...descriptorOf(bytes, mediaType), annotations } };
}

function contentPredicate(bytes: Buffer): string {
  try {
    return (JSON.parse(bytes.toString()) as { predicateType?: string }).predicateType ?? '';
  } catch {
    return ''; // a forged payload
  }
}

function legacyBundle({
  promise,
  body,
  integratedTime,
  logIndex,
  logId,
}: NonNullable<Signature['entry']>): object {
  return {
    SignedEntryTimestamp: promise?.toString('base64') ?? '',
    Payload: { body: body.toString('base64'), integratedTime, logIndex, logID: logId },
  };
}

/**
 * Pushes a referrer into any registry that needs no token, and puts it into the fallback tag of its subject where the registry
 * does not list it by itself.
 *
 * @param url of the registry, e.g. `http://127.0.0.1:5000`
 */
export async function attach(url: string, repository: string, referrer: BuiltImage): Promise<void> {
  await pushAll(url, repository, null, referrer);
  const { subject } = JSON.parse(referrer.bytes.toString()) as { subject: Descriptor };
  const api = await fetch(`${url}/v2/${repository}/referrers/${subject.digest}`);
  const listed = api.ok && ((await api.json()) as { manifests?: unknown }).manifests !== undefined;
  if (!listed) await addToFallback(url, repository, subject.digest, [referrer]);
}

/** Adds descriptors to the fallback tag of a digest (distribution-spec "Referrers Tag Schema"), whatever is behind them. */
export async function addToFallback(
  url: string,
  repository: string,
  digest: string,
  referrers: readonly BuiltImage[],
): Promise<void> {
  const target = `${url}/v2/${repository}/manifests/${referrersTag(digest)}`;
  const before = await fetch(target, { headers: { accept: OCI_INDEX } });
  const old = before.ok ? ((await before.json()) as { manifests: Descriptor[] }).manifests : [];
  const added = referrers.map(({ mediaType, bytes, digest: name, describe }) => ({
    mediaType,
    digest: name,
    size: bytes.length,
    ...describe,
  }));
  const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...old, ...added] });
  const answer = await fetch(target, { method: 'PUT', headers: { 'content-type': OCI_INDEX }, body });
  if (!answer.ok) throw new Error(`PUT ${target}: ${answer.status} ${await answer.text()}`);
}
