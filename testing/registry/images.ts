import {
  attestation,
  blob,
  built,
  type BuiltImage,
  descriptor,
  type Descriptor,
  descriptorOf,
  image,
  index,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_MANIFEST,
} from './image.js';

/**
 * Manifests in every shape that a copy must keep byte for byte: the kinds of data of the
 * distribution-spec's conformance suite, and JSON that a careless re-encoding would change. Distribution
 * (2.8 and 3.1) refuses two of them: the sha512 child, and the layer with `urls` unless they are allowed.
 */
export function shapes(): Readonly<Record<string, BuiltImage>> {
  const amd64 = image({ labels: { 'org.opencontainers.image.revision': '0123abc' } });
  const arm = image({ platform: 'linux/arm/v7' });
  const plain = index([amd64, arm]);
  const docker = [image({ format: 'docker' }), image({ format: 'docker', platform: 'linux/arm64' })];
  return {
    image: amd64,
    'docker image': image({ format: 'docker' }),
    'uncompressed layer': image({ layers: [{ files: { a: '1' }, compression: 'none' }] }),
    index: plain,
    'docker list': index(docker, { format: 'docker' }),
    'nested index': index([plain, image({ platform: 'linux/s390x' })], { annotations: { nested: 'true' } }),
    'index with attestations': index([amd64, arm], { attestations: true }),
    'index of one with its attestation': index([amd64, attestation(amd64)]),
    'index without mediaType': reshaped(plain, (text) => text.replace(`"mediaType":"${OCI_INDEX}",`, '')),
    'empty index': index([]),
    'index with artifactType and subject': index([amd64], {
      artifactType: 'application/x-set',
      subject: arm,
    }),
    'no layers': image({ layers: [] }),
    'empty config and layer': artifact({ artifactType: 'application/x-empty' }),
    'artifact with subject': referrer(amd64),
    'artifact with a subject that is missing': artifact({
      artifactType: 'application/x-orphan',
      subject: { mediaType: OCI_MANIFEST, digest: blob('nowhere').digest, size: 7 },
    }),
    'data field': dataField(),
    'unknown fields': reshaped(plain, (text) => text.replace('{', '{"org.example.new":{"a":[1,2.50,1e3]},')),
    'pretty-printed': reshaped(plain, (text) => JSON.stringify(JSON.parse(text), null, 3)),
    'trailing newline': reshaped(plain, (text) => `${text}\n`),
    'duplicate keys': reshaped(plain, (text) => text.replace('{', '{"schemaVersion":2,')),
    escapes: reshaped(plain, (text) => text.replace('{', '{"x":"\\u00fc\\/ü😀",')),
    'sha512 child': index([sha512(amd64), arm]),
    'layer that is not distributable': foreignLayer(),
    'large manifest': image({ annotations: { padding: 'x'.repeat(3 * 1024 * 1024) } }),
  };
}

/** The same image with other bytes for its manifest. */
function reshaped(of: BuiltImage, change: (text: string) => string): BuiltImage {
  const { mediaType, blobs, children, describe } = of;
  return built(change(of.bytes.toString('utf8')), mediaType, { blobs, children, describe });
}

/** The same image, addressed by its sha512 digest. */
export function sha512(of: BuiltImage): BuiltImage {
  const { mediaType, blobs, children, describe } = of;
  return built(of.bytes.toString('utf8'), mediaType, { blobs, children, describe }, 'sha512');
}

/** The content of a blob repeated inside its descriptor (image-spec "Embedded Content"). */
function dataField(): BuiltImage {
  const config = blob({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } });
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { ...descriptorOf(config, OCI_CONFIG), data: config.bytes.toString('base64') },
    layers: [EMPTY_DESCRIPTOR],
  };
  return built(document, OCI_MANIFEST, { blobs: [config, EMPTY_BLOB] });
}

/** A layer with `urls` that nobody must fetch, and that no registry needs to have. */
function foreignLayer(): BuiltImage {
  const absent = blob('a layer from elsewhere');
  const layer = {
    ...descriptorOf(absent, 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'),
    urls: ['http://127.0.0.1:9/never-fetch-this'],
  };
  return image({ layers: [{ descriptor: layer, diffId: absent.digest }, { files: { a: 'b' } }] });
}

/** An index that names this child without bringing it along. */
export function indexWithout(present: BuiltImage, missing: BuiltImage): BuiltImage {
  const whole = index([present, missing]);
  return { ...whole, children: [present] };
}

/** An index in which the size, media type or digest of the first child is not what it says. */
export function indexWithWrong(child: BuiltImage, wrong: Partial<ReturnType<typeof descriptor>>): BuiltImage {
  const document = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [{ ...descriptor(child), ...wrong }],
  };
  return built(document, OCI_INDEX, { children: [child] });
}

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

interface ArtifactSpec {
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
