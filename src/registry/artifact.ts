import { digestOf } from '../oci/digest.js';
import {
  type Descriptor,
  type Manifest,
  OCI_MANIFEST,
  type ParsedManifest,
  parseManifest,
} from '../oci/manifest.js';
import type { Artifact, SubjectDescriptor } from '../ports.js';

/** The descriptor of image-spec "Guidance for an Empty Descriptor". */
const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };

/** An artifact as what has to be pushed: its blobs, then the manifest that refers to its image. */
export function artifactOf(
  { mediaType, digest, size }: SubjectDescriptor,
  { type, content, annotations }: Artifact,
): {
  readonly manifest: Manifest;
  readonly parsed: ParsedManifest;
  readonly parts: readonly { readonly blob: Descriptor; readonly bytes: Uint8Array }[];
} {
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: type,
    config: described(EMPTY.mediaType, EMPTY.bytes),
    layers: [described(type, content)],
    subject: { mediaType, digest, size },
    annotations,
  };
  const bytes = Buffer.from(JSON.stringify(document));
  const manifest = { bytes, mediaType: OCI_MANIFEST, digest: digestOf(bytes) };
  const parsed = parseManifest(manifest, manifest.digest);
  if (parsed.kind !== 'image') throw new Error('an artifact is an image manifest');
  const contents = [EMPTY.bytes, content];
  const parts = [parsed.config, ...parsed.layers].map((blob, i) => ({ blob, bytes: contents[i] ?? content }));
  return { manifest, parsed, parts };
}

const described = (mediaType: string, bytes: Uint8Array) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});
