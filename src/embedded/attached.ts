import {
  blob,
  built,
  descriptor,
  descriptorOf,
  OCI_CONFIG,
  type BuiltImage,
  type Descriptor,
} from './images.js';
import { OCI_MANIFEST } from './media-types.js';

/** A manifest under a tag of its own. */
export interface TaggedImage {
  readonly tag: string;
  readonly image: BuiltImage;
}

/** The empty JSON blob of image-spec "Guidance for an Empty Descriptor". */
export const EMPTY_BLOB = blob('{}');
export const EMPTY_DESCRIPTOR: Descriptor = {
  ...descriptorOf(EMPTY_BLOB, 'application/vnd.oci.empty.v1+json'),
  data: 'e30=',
};

export interface ArtifactSpec {
  readonly artifactType: string;
  /** what it is about; makes it a referrer. A descriptor, because the subject need not exist */
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
  /** one blob; default the empty one */
  readonly content?: string;
}

/** An artifact: an SBOM, a signature bundle, anything that is not an image (image-spec "Guidelines for Artifact Usage"). */
export function artifact(spec: ArtifactSpec): BuiltImage {
  const content = spec.content === undefined ? null : blob(spec.content);
  const layer = content ? descriptorOf(content, spec.artifactType) : EMPTY_DESCRIPTOR;
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: spec.artifactType,
    config: EMPTY_DESCRIPTOR,
    layers: [layer],
    ...(spec.subject ? { subject: spec.subject } : {}),
    ...(spec.annotations ? { annotations: spec.annotations } : {}),
  };
  return built(document, OCI_MANIFEST, {
    blobs: content ? [EMPTY_BLOB, content] : [EMPTY_BLOB],
    describe: {
      artifactType: spec.artifactType,
      ...(spec.annotations ? { annotations: spec.annotations } : {}),
    },
  });
}

/** An artifact whose subject is this image. */
export function referrer(
  of: BuiltImage,
  artifactType = 'application/spdx+json',
  content = `about ${of.digest}`,
): BuiltImage {
  return artifact({ artifactType, content, subject: descriptor(of, false) });
}

/** The tag that stands in for the referrers API: `sha256-<hex>` (distribution-spec "Referrers Tag Schema"). */
export function referrersTag(digest: string): string {
  return digest.replace(':', '-').slice(0, 128);
}

/** What cosign attaches under a tag next to the image: `sha256-<hex>.sig`, `.att` or `.sbom` (cosign specs/SIGNATURE_SPEC.md). */
export function cosign(of: BuiltImage, kind: 'sig' | 'att' | 'sbom'): TaggedImage {
  const payload = blob({ critical: { image: { 'docker-manifest-digest': of.digest }, type: kind } });
  const config = blob({
    architecture: '',
    os: '',
    config: {},
    rootfs: { type: 'layers', diff_ids: [payload.digest] },
  });
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptorOf(config, OCI_CONFIG),
    layers: [
      {
        ...descriptorOf(payload, COSIGN_TYPES[kind]),
        annotations: { 'dev.cosignproject.cosign/signature': Buffer.from(of.digest).toString('base64') },
      },
    ],
  };
  return {
    tag: `${of.digest.replace(':', '-')}.${kind}`,
    image: built(document, OCI_MANIFEST, { blobs: [config, payload] }),
  };
}

const COSIGN_TYPES = {
  sig: 'application/vnd.dev.cosign.simplesigning.v1+json',
  att: 'application/vnd.dsse.envelope.v1+json',
  sbom: 'text/spdx+json',
} as const;
