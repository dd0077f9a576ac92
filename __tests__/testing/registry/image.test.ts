import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

import {
  artifact,
  cosign,
  indexWithout,
  indexWithWrong,
  referrer,
  referrersTag,
  shapes,
} from '../../../testing/registry/images.js';
import {
  attestation,
  type BuiltImage,
  descriptor,
  type Descriptor,
  gzipStored,
  image,
  index,
  OCI_INDEX,
  OCI_MANIFEST,
  pushAll,
  seed,
  tar,
} from '../../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../../testing/registry/server.js';

const sha256 = (content: Uint8Array): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;
interface Document {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly manifests: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly subject: Descriptor;
}
const read = (of: BuiltImage): Document => JSON.parse(of.bytes.toString()) as Document;
const blobOf = (of: BuiltImage, digest: string): Buffer =>
  of.blobs.find((one) => one.digest === digest)!.bytes;

describe('image', () => {
  test('config and layers are what the manifest says, and diff_ids are of the layers unpacked', () => {
    const built = image({
      platform: 'linux/arm/v7',
      layers: [{ files: { a: '1' } }, { files: { 'b/c': '2' }, compression: 'none' }],
      labels: { revision: 'abc' },
      annotations: { note: 'x' },
    });
    const manifest = read(built);
    const config = JSON.parse(blobOf(built, manifest.config.digest).toString());
    const [packed, plain] = manifest.layers.map(({ digest }) => blobOf(built, digest));
    expect(built.digest).toBe(sha256(built.bytes));
    expect(built.blobs.map(({ bytes }) => sha256(bytes))).toEqual(built.blobs.map(({ digest }) => digest));
    expect(config).toMatchObject({ os: 'linux', architecture: 'arm', variant: 'v7' });
    expect(config.config.Labels).toEqual({ revision: 'abc' });
    expect(config.rootfs.diff_ids).toEqual([sha256(gunzipSync(packed!)), sha256(plain!)]);
    expect(gunzipSync(packed!).equals(tar({ a: '1' }))).toBe(true);
    expect(manifest.annotations).toEqual({ note: 'x' });
    expect(manifest.layers.map(({ size }) => size)).toEqual([packed!.length, plain!.length]);
  });

  test('the same spec gives the same digest, for ever', () => {
    expect(image().digest).toBe('sha256:8801db600769a6f3138a59adf869dc3eeab908594ca6e5fb55c3f3f26bf7e28e');
    expect(index([image(), image({ platform: 'linux/arm64' })], { attestations: true }).digest).toBe(
      'sha256:0c6bf25f23b9b4a702ba95906853feaed76defc05a59b2546bb327a268db804b',
    );
  });

  test('the docker format has docker types throughout', () => {
    const list = index([image({ format: 'docker' })], { format: 'docker' });
    const [child] = list.children;
    const types = [
      list.mediaType,
      child!.mediaType,
      read(child!).config.mediaType,
      read(child!).layers[0]!.mediaType,
    ];
    expect(types.filter((type: string) => !type.startsWith('application/vnd.docker.'))).toEqual([]);
  });
});

describe('index', () => {
  test('attestations follow the images and point at them', () => {
    const built = index([image(), image({ platform: 'linux/arm64' })], { attestations: true });
    const entries = read(built).manifests;
    expect(entries.map(({ platform }) => `${platform!['os']}/${platform!['architecture']}`)).toEqual([
      'linux/amd64',
      'linux/arm64',
      'unknown/unknown',
      'unknown/unknown',
    ]);
    expect(entries[3]!.annotations).toEqual({
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': entries[1]!.digest,
    });
    expect(built.children.map(({ digest }) => digest)).toEqual(entries.map(({ digest }) => digest));
  });

  test('can name what is missing, and what is wrong', () => {
    const child = image();
    const partial = indexWithout(child, attestation(child));
    expect([read(partial).manifests.length, partial.children.length]).toEqual([2, 1]);
    expect(read(indexWithWrong(child, { size: -1 })).manifests[0]).toEqual({
      ...descriptor(child),
      size: -1,
    });
  });
});

describe('attached things', () => {
  const app = image();
  const hex = app.digest.slice('sha256:'.length);

  test('cosign tags and the referrers tag', () => {
    expect((['sig', 'att', 'sbom'] as const).map((kind) => cosign(app, kind).tag)).toEqual([
      `sha256-${hex}.sig`,
      `sha256-${hex}.att`,
      `sha256-${hex}.sbom`,
    ]);
    expect(referrersTag(app.digest)).toBe(`sha256-${hex}`);
    expect(referrersTag(`sha512:${'a'.repeat(128)}`)).toHaveLength(128);
  });

  test('a referrer names its subject, an artifact need not', () => {
    const sbom = referrer(app);
    expect(read(sbom).subject).toEqual({
      mediaType: OCI_MANIFEST,
      digest: app.digest,
      size: app.bytes.length,
    });
    expect(read(artifact({ artifactType: 'application/x-a' }))).not.toHaveProperty('subject');
    expect(descriptor(sbom).artifactType).toBe('application/spdx+json');
  });
});

describe('shapes', () => {
  test('are all different and hash to their digests', () => {
    const all = Object.values(shapes());
    expect(new Set(all.map(({ digest }) => digest)).size).toBeGreaterThan(20);
    for (const { bytes, digest } of all) expect(digest).toBe(sha256(bytes));
  });

  test('most would not survive being parsed and written again', () => {
    const {
      'pretty-printed': pretty,
      'trailing newline': newline,
      'duplicate keys': twice,
      escapes,
    } = shapes();
    for (const shape of [pretty!, newline!, twice!, escapes!]) {
      expect(JSON.stringify(read(shape))).not.toBe(shape.bytes.toString());
    }
    expect(shapes()['index without mediaType']!.mediaType).toBe(OCI_INDEX);
    expect(read(shapes()['index without mediaType']!)).not.toHaveProperty('mediaType');
  });
});

describe('seeding and pushing', () => {
  const contents = (registry: EmbeddedRegistry, of: BuiltImage): unknown[] => [
    registry.manifest('a', of.digest)?.bytes.equals(of.bytes),
    of.blobs.map(({ digest }) => registry.hasBlob('a', digest)),
    of.children.map((child) => contents(registry, child)),
  ];

  test('leave the same behind; only pushing makes requests', async () => {
    const [seeded, pushed] = [await startRegistry(), await startRegistry()];
    for (const shape of Object.values(shapes())) {
      seed(seeded, 'a', 'v1', shape);
      await pushAll(pushed.url, 'a', 'v1', shape);
      expect(contents(pushed, shape)).toEqual(contents(seeded, shape));
      expect(pushed.manifest('a', 'v1')!.bytes.equals(seeded.manifest('a', 'v1')!.bytes)).toBe(true);
    }
    await Promise.all([seeded.close(), pushed.close()]);
    expect(seeded.requests).toEqual([]);
    expect(pushed.requests.filter(({ status }) => status >= 400)).toEqual([]);
  });

  test('a push that is refused says which request and why', async () => {
    const registry = await startRegistry();
    const partial = indexWithout(image(), image({ platform: 'linux/arm64' }));
    await expect(pushAll(registry.url, 'a', 'v1', partial)).rejects.toThrow(
      /^PUT http:.*\/a\/manifests\/v1: 400 .*MANIFEST_BLOB_UNKNOWN/,
    );
    await registry.close();
  });
});

describe('archives', () => {
  test('gzipStored gives back what went in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(3), (content, times) => {
        const long = Buffer.concat(Array.from({ length: times * 100 + 1 }, () => Buffer.from(content)));
        expect(gunzipSync(gzipStored(long)).equals(long)).toBe(true);
      }),
    );
    const exact = Buffer.alloc(2 * 0xffff, 7);
    expect(gunzipSync(gzipStored(exact)).equals(exact)).toBe(true);
  });

  test('a tar has whole blocks, names, sizes and an end', () => {
    const archive = tar({ 'etc/name': 'x'.repeat(600), b: '' });
    expect(archive.length % 512).toBe(0);
    expect(archive.subarray(0, 8).toString()).toBe('etc/name');
    expect(parseInt(archive.subarray(124, 135).toString(), 8)).toBe(600);
    expect(archive.subarray(512 + 1024, 512 + 1025).toString()).toBe('b');
    expect(archive.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  });
});
