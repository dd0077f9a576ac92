/** The children of an index, read from its bytes. Pure. */
import { OperationError } from '../errors.js';
import type { Manifest } from '../ports.js';

/** A content descriptor (image-spec descriptor.md); whatever else it has travels along. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Child {
  readonly descriptor: Descriptor;
  /** digest of the image that it attests (BuildKit's attestation-storage.md); null for an image */
  readonly attestation: string | null;
}

const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/**
 * The children of an index in order; null for a manifest of one image.
 * @throws OperationError `protocol` when the bytes are not an index although the media type says so
 */
export function readDescriptors(manifest: Manifest): readonly Child[] | null {
  if (!INDEX_TYPES.includes(manifest.mediaType)) return null;
  const index = parse(manifest);
  const list = isRecord(index) ? index['manifests'] : undefined;
  if (!Array.isArray(list)) throw malformed(manifest.digest);
  return list.map((entry: unknown) => {
    if (!isDescriptor(entry)) throw malformed(manifest.digest);
    return { descriptor: entry, attestation: attestationOf(entry) };
  });
}

/** `linux/arm/v7`, or null when the descriptor names no platform. */
export function platformTextOf({ platform }: Descriptor): string | null {
  const { os, architecture, variant } = platform ?? {};
  if (typeof os !== 'string' || typeof architecture !== 'string') return null;
  return [os, architecture, ...(typeof variant === 'string' && variant !== '' ? [variant] : [])].join('/');
}

function attestationOf({ annotations }: Descriptor): string | null {
  if (annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest') return null;
  return annotations['vnd.docker.reference.digest'] ?? '';
}

function parse(manifest: Manifest): unknown {
  try {
    return JSON.parse(Buffer.from(manifest.bytes).toString('utf8'));
  } catch {
    throw malformed(manifest.digest);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDescriptor(value: unknown): value is Descriptor {
  return (
    isRecord(value) &&
    typeof value['mediaType'] === 'string' &&
    typeof value['digest'] === 'string' &&
    typeof value['size'] === 'number'
  );
}

function malformed(digest: string): OperationError {
  return new OperationError('protocol', `${digest} is called an index by the registry but is none`);
}
