import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { wireOk, type WireOptions } from './wire.js';

/** Bytes with their digest and media type. */
export interface Content {
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly digest: string;
}

/** An image as everything that has to be pushed, children before the root. */
export interface TestImage {
  readonly blobs: readonly Content[];
  readonly children: readonly Content[];
  readonly root: Content;
}

export interface ImageOptions {
  /** makes the content, and so the digests, differ */
  readonly seed: string;
  readonly platforms?: readonly string[];
  /** a BuildKit attestation manifest per platform; default true */
  readonly attestations?: boolean;
  /** `org.opencontainers.image.revision`, as annotation of the index and label of each image */
  readonly revision?: string;
  /** content of the layer in place of a small tar; stored, not compressed */
  readonly layer?: Buffer;
}

const OCI = 'application/vnd.oci.image';
const REVISION = 'org.opencontainers.image.revision';

/** An index as `docker buildx build --platform … --provenance` pushes it: platforms, then their attestations. */
export function makeImage(options: ImageOptions): TestImage {
  const blobs: Content[] = [];
  const children: Content[] = [];
  const entries: object[] = [];
  const attestations: object[] = [];
  for (const platform of options.platforms ?? ['linux/amd64', 'linux/arm64']) {
    const [os, architecture, variant] = platform.split('/');
    const place = { architecture, os, ...(variant === undefined ? {} : { variant }) };
    const manifest = platformManifest(options, place, blobs);
    children.push(manifest);
    entries.push({ ...descriptor(manifest), platform: place });
    if (options.attestations === false) continue;
    const attestation = attestationManifest(manifest.digest, options.seed, blobs);
    children.push(attestation);
    attestations.push({
      ...descriptor(attestation),
      platform: { architecture: 'unknown', os: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': manifest.digest,
      },
    });
  }
  const root = json(`${OCI}.index.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [...entries, ...attestations],
    ...(options.revision === undefined ? {} : { annotations: { [REVISION]: options.revision } }),
  });
  return { blobs, children, root };
}

/** Pushes an image to `base` (scheme and host) and points the tags at it; checks every answer. */
export async function pushImage(
  base: string,
  repository: string,
  image: TestImage,
  tags: readonly string[],
  options: WireOptions = {},
): Promise<void> {
  const api = `${base}/v2/${repository}`;
  for (const blob of image.blobs) await pushBlob(api, blob, options);
  for (const child of image.children) await putManifest(api, child.digest, child, options);
  for (const tag of tags) await putManifest(api, tag, image.root, options);
}

async function pushBlob(api: string, blob: Content, options: WireOptions): Promise<void> {
  const started = await wireOk('POST', `${api}/blobs/uploads/`, { ...options, body: '' });
  const target = new URL(started.headers.location ?? '', `${api}/`);
  target.searchParams.set('digest', blob.digest);
  const headers = { ...options.headers, 'content-type': 'application/octet-stream' };
  await wireOk('PUT', target, { ...options, headers, body: blob.bytes });
}

async function putManifest(
  api: string,
  reference: string,
  manifest: Content,
  options: WireOptions,
): Promise<void> {
  const headers = { ...options.headers, 'content-type': manifest.mediaType };
  await wireOk('PUT', `${api}/manifests/${reference}`, { ...options, headers, body: manifest.bytes });
}

function platformManifest(options: ImageOptions, place: object, blobs: Content[]): Content {
  const files = options.layer ?? tarOf(options.seed);
  const layer = content(`${OCI}.layer.v1.tar+gzip`, gzipSync(files, { level: options.layer ? 0 : 6 }));
  const labels = options.revision === undefined ? {} : { [REVISION]: options.revision };
  const config = json(`${OCI}.config.v1+json`, {
    ...place,
    config: { Labels: { seed: options.seed, ...labels } },
    rootfs: { type: 'layers', diff_ids: [digestOf(files)] },
  });
  blobs.push(layer, config);
  return manifestOf(config, layer);
}

function attestationManifest(subject: string, seed: string, blobs: Content[]): Content {
  const statement = json('application/vnd.in-toto+json', {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: seed, digest: { sha256: subject.slice('sha256:'.length) } }],
    predicate: {},
  });
  const config = json(`${OCI}.config.v1+json`, {
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: [statement.digest] },
  });
  blobs.push(statement, config);
  return manifestOf(config, statement);
}

function manifestOf(config: Content, layer: Content): Content {
  return json(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: descriptor(config),
    layers: [descriptor(layer)],
  });
}

function descriptor({ mediaType, digest, bytes }: Content): object {
  return { mediaType, digest, size: bytes.length };
}

function json(mediaType: string, value: object): Content {
  return content(mediaType, Buffer.from(JSON.stringify(value)));
}

function content(mediaType: string, bytes: Buffer): Content {
  return { bytes, mediaType, digest: digestOf(bytes) };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A tar with one file, `seed`. ustar: 512-byte header, content in blocks of 512, two empty blocks at the end. */
function tarOf(text: string): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, '0') + '\0';
  header.write('seed', 0);
  header.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8), 100);
  header.write(octal(Buffer.byteLength(text), 12) + octal(0, 12) + ' '.repeat(8) + '0', 124);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(sum.toString(8).padStart(6, '0') + '\0 ', 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512 + 1024);
  body.write(text);
  return Buffer.concat([header, body]);
}
