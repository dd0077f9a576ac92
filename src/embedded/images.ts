import { digestOf } from './blobs.js';
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from './media-types.js';
import { gzipStored, tar } from './tar.js';

export { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from './media-types.js';

/** A content descriptor (image-spec "OCI Content Descriptors"). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly data?: string;
  readonly artifactType?: string;
  readonly platform?: Readonly<Record<string, string>>;
}

/** A blob that an image brings along. */
export interface ImageBlob {
  readonly digest: string;
  readonly bytes: Buffer;
}

/** An image, index or artifact as bytes, with everything that it refers to. */
export interface BuiltImage {
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly digest: string;
  /** of this manifest alone, not of its children */
  readonly blobs: readonly ImageBlob[];
  readonly children: readonly BuiltImage[];
  /** what a descriptor of it says besides digest, size and media type */
  readonly describe: Pick<Descriptor, 'platform' | 'annotations' | 'artifactType'>;
}

type Texts = Readonly<Record<string, string>>;

export type LayerSpec =
  /** a tar of these files (path → text) */
  | { readonly files: Texts; readonly compression?: 'gzip' | 'none' }
  /** a layer that is, or is not, in the registry already */
  | { readonly descriptor: Descriptor; readonly diffId: string };

export interface ImageSpec {
  /** `os/architecture[/variant]`, default `linux/amd64` */
  readonly platform?: string;
  /** default one layer with one file that names the platform */
  readonly layers?: readonly LayerSpec[];
  /** labels of the config */
  readonly labels?: Texts;
  /** annotations of the manifest */
  readonly annotations?: Texts;
  readonly format?: 'oci' | 'docker';
  readonly subject?: BuiltImage;
  /** RFC 3339, default the epoch */
  readonly created?: string;
}

/** A single-platform image. The same spec always gives the same digest. */
export function image(spec: ImageSpec = {}): BuiltImage {
  const { platform = 'linux/amd64', format = 'oci', created = '1970-01-01T00:00:00Z' } = spec;
  const layers = (spec.layers ?? [{ files: { 'etc/platform': `${platform}\n` } }]).map((layer) =>
    buildLayer(layer, format),
  );
  const config = blob({
    ...platformOf(platform),
    created,
    config: spec.labels ? { Labels: spec.labels } : {},
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created, created_by: 'COPY . /' })),
  });
  const mediaType = format === 'oci' ? OCI_MANIFEST : DOCKER_MANIFEST;
  const document = {
    schemaVersion: 2,
    mediaType,
    config: descriptorOf(config, format === 'oci' ? OCI_CONFIG : DOCKER_CONFIG),
    layers: layers.map(({ descriptor }) => descriptor),
    ...(spec.subject ? { subject: descriptor(spec.subject, false) } : {}),
    ...(spec.annotations ? { annotations: spec.annotations } : {}),
  };
  const blobs = [config, ...layers.flatMap((layer) => layer.blob ?? [])];
  return built(document, mediaType, { blobs, describe: { platform: platformOf(platform) } });
}

export interface IndexSpec {
  readonly annotations?: Texts;
  readonly format?: 'oci' | 'docker';
  /** adds an attestation to every child that has a platform, as BuildKit does */
  readonly attestations?: boolean;
  readonly subject?: BuiltImage;
  readonly artifactType?: string;
}

/** An index (or Docker manifest list) of images, artifacts or further indexes. */
export function index(children: readonly BuiltImage[], spec: IndexSpec = {}): BuiltImage {
  const mediaType = spec.format === 'docker' ? DOCKER_LIST : OCI_INDEX;
  const subjects = spec.attestations ? children.filter(({ describe }) => describe.platform) : [];
  const all = [...children, ...subjects.map((child) => attestation(child))];
  const document = {
    schemaVersion: 2,
    mediaType,
    ...(spec.artifactType === undefined ? {} : { artifactType: spec.artifactType }),
    manifests: all.map((child) => descriptor(child)),
    ...(spec.subject ? { subject: descriptor(spec.subject, false) } : {}),
    ...(spec.annotations ? { annotations: spec.annotations } : {}),
  };
  return built(document, mediaType, { children: all });
}

/**
 * BuildKit's attestation manifest of an image: an in-toto statement as a layer, platform `unknown/unknown`,
 * tied to the image by annotations of its descriptor (BuildKit docs/attestations/attestation-storage.md).
 */
export function attestation(of: BuiltImage): BuiltImage {
  const statement = blob({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: 'image', digest: { sha256: of.digest.slice('sha256:'.length) } }],
    predicate: { builder: { id: '' } },
  });
  const config = blob({
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: [statement.digest] },
  });
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptorOf(config, OCI_CONFIG),
    layers: [
      {
        ...descriptorOf(statement, 'application/vnd.in-toto+json'),
        annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v0.2' },
      },
    ],
  };
  return built(document, OCI_MANIFEST, {
    blobs: [config, statement],
    describe: {
      platform: platformOf('unknown/unknown'),
      annotations: {
        'vnd.docker.reference.digest': of.digest,
        'vnd.docker.reference.type': 'attestation-manifest',
      },
    },
  });
}

/** The descriptor by which something else refers to this manifest; `full` adds platform and annotations. */
export function descriptor(of: BuiltImage, full = true): Descriptor {
  const { mediaType, digest, bytes, describe } = of;
  return { mediaType, digest, size: bytes.length, ...(full ? describe : {}) };
}

/** A manifest from a document, or from text that must stay exactly as it is. */
export function built(
  document: object | string,
  mediaType: string,
  rest: Partial<Pick<BuiltImage, 'blobs' | 'children' | 'describe'>> = {},
  algorithm: 'sha256' | 'sha512' = 'sha256',
): BuiltImage {
  const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  const digest = digestOf(bytes, `${algorithm}:`);
  return { bytes, mediaType, digest, blobs: [], children: [], describe: {}, ...rest };
}

/** A blob of this text or JSON document. */
export function blob(content: Buffer | string | object): ImageBlob {
  const bytes = Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  return { bytes, digest: digestOf(bytes) };
}

export function descriptorOf(of: ImageBlob, mediaType: string): Descriptor {
  return { mediaType, digest: of.digest, size: of.bytes.length };
}

/** `linux/arm/v7` → `{os, architecture, variant}` */
export function platformOf(text: string): Readonly<Record<string, string>> {
  const [os = '', architecture = '', variant] = text.split('/');
  return { architecture, os, ...(variant === undefined ? {} : { variant }) };
}

export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';

function buildLayer(
  spec: LayerSpec,
  format: 'oci' | 'docker',
): { readonly descriptor: Descriptor; readonly diffId: string; readonly blob?: ImageBlob } {
  if ('descriptor' in spec) return spec;
  const archive = tar(spec.files);
  const plain = spec.compression === 'none';
  const content = blob(plain ? archive : gzipStored(archive));
  const type =
    format === 'oci'
      ? `application/vnd.oci.image.layer.v1.tar${plain ? '' : '+gzip'}`
      : `application/vnd.docker.image.rootfs.diff.tar${plain ? '' : '.gzip'}`;
  return { descriptor: descriptorOf(content, type), diffId: digestOf(archive), blob: content };
}
