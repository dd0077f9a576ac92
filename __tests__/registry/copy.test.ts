import { describe, expect, test } from '@jest/globals';
import {
  blob,
  built,
  type BuiltImage,
  descriptor,
  descriptorOf,
  image,
  index,
  OCI_INDEX,
  OCI_MANIFEST,
  seed,
} from '../../testing/registry/image.js';
import { DISTRIBUTION_2_8, type EmbeddedRegistry } from '../../testing/registry/server.js';
import type { DigestRef, Repository } from '../../src/oci/reference.js';
import type { CopyReport } from '../../src/ports.js';
import type { AttachmentMode } from '../../src/oci/manifest.js';
import { shapes } from '../../testing/registry/images.js';
import { type Client, connected, lineOf, started, writes } from '../support/on-the-wire.js';

const FROM = 'team/app';
const TO = 'release/app';

const two = index([image(), image({ platform: 'linux/arm64' })]);

interface Places {
  readonly source: EmbeddedRegistry;
  readonly target: EmbeddedRegistry;
  readonly from: Repository;
  readonly to: Repository;
}

/** Two repositories: of one registry, or of two. */
async function places(near: boolean, behaviour = {}): Promise<Places> {
  const source = await started({ behaviour });
  const target = near ? source : await started({ behaviour });
  return {
    source,
    target,
    from: { registry: source.host, repository: FROM },
    to: { registry: target.host, repository: TO },
  };
}

async function transfer(
  { registry }: Client,
  { from, to }: Places,
  what: BuiltImage,
  mode: AttachmentMode = 'ignore',
): Promise<CopyReport> {
  const source: DigestRef = { ...from, digest: what.digest };
  return registry.copyImage(source, await registry.manifest(source), to, mode);
}

/** Everything below the root, by digest. */
function below(what: BuiltImage): { manifests: string[]; blobs: string[] } {
  const inner = what.children.map(below);
  return {
    manifests: [...what.children.map(({ digest }) => digest), ...inner.flatMap(({ manifests }) => manifests)],
    blobs: [...what.blobs.map(({ digest }) => digest), ...inner.flatMap(({ blobs }) => blobs)],
  };
}

function expectComplete(target: EmbeddedRegistry, repository: string, what: BuiltImage): void {
  for (const digest of below(what).manifests)
    expect(target.manifest(repository, digest)?.digest).toBe(digest);
  for (const digest of below(what).blobs)
    expect([digest, target.hasBlob(repository, digest)]).toEqual([digest, true]);
}

/** How the blobs came, by the requests that the registry answered. */
function arrived(target: EmbeddedRegistry): { readonly mounted: number; readonly uploaded: number } {
  const created = (name: string): number =>
    target.requests.filter(({ kind, status }) => kind === name && status === 201).length;
  return { mounted: created('mount'), uploaded: created('put-blob') };
}

describe.each([
  ['within a registry', true],
  ['between registries', false],
])('transfer %s', (_name, near) => {
  test.each(Object.entries(shapes()))(
    'rows 42 to 50: %s arrives byte for byte, and its tag can be written',
    async (_shape, what) => {
      const at = await places(near);
      seed(at.source, FROM, 'v1', what);
      const client = connected();
      await transfer(client, at, what);
      expectComplete(at.target, TO, what);
      const manifest = await client.registry.manifest({ ...at.from, tag: 'v1' });
      await client.registry.put({ ...at.to, tag: 'v1' }, manifest, null);
      expect(at.target.manifest(TO, 'v1')?.bytes.equals(what.bytes)).toBe(true);
    },
  );

  test('does not write the root manifest, and nothing at all the second time', async () => {
    const at = await places(near);
    seed(at.source, FROM, 'v1', two);
    await transfer(connected(), at, two);
    expect(at.target.manifest(TO, two.digest)).toBeUndefined();
    const before = writes(at.target).filter((line) => !line.includes('mount=')).length;
    await transfer(connected(), at, two);
    expect(writes(at.target).filter((line) => !line.includes('mount='))).toHaveLength(before);
  });

  test('children are there before their parents', async () => {
    const nested = index([two, image({ platform: 'linux/s390x' })]);
    const at = await places(near);
    seed(at.source, FROM, 'v1', nested);
    await transfer(connected(), at, nested);
    const puts = writes(at.target).filter((line) => line.includes('/manifests/'));
    expect(puts).toHaveLength(4);
    expect(puts.at(-1)).toContain(two.digest);
  });

  test('row 52: a child that is missing at the source is an error before any write', async () => {
    const at = await places(near);
    const [first] = two.children;
    seed(at.source, FROM, null, first!);
    at.source.putManifest(FROM, 'v1', { bytes: two.bytes, mediaType: two.mediaType, digest: two.digest });
    const failing = transfer(connected(), at, two);
    await expect(failing).rejects.toMatchObject({ code: 'absent' });
    await expect(failing).rejects.toThrow(/the source is incomplete: .*team\/app@sha256:/);
    expect(writes(at.target)).toEqual([]);
  });

  test('row 52: a blob that is missing at the source is an error, and no manifest is written', async () => {
    const at = await places(near);
    const what = image();
    seed(at.source, FROM, null, { ...what, blobs: what.blobs.slice(1) });
    const failing = transfer(connected(), at, what);
    await expect(failing).rejects.toMatchObject({ code: 'absent' });
    await expect(failing).rejects.toThrow(/the source is incomplete/);
    expect(writes(at.target).filter((line) => line.includes('/manifests/'))).toEqual([]);
  });

  test('row 54: a foreign layer is never asked for at its urls, and left out', async () => {
    const trap = await started();
    const at = await places(near);
    const layer = {
      mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
      digest: blob('far away').digest,
      size: 8,
      urls: [`${trap.url}/v2/x/blobs/${blob('far away').digest}`],
    };
    const what = image({ layers: [{ descriptor: layer, diffId: layer.digest }] });
    seed(at.source, FROM, 'v1', what);
    await transfer(connected(), at, what);
    expectComplete(at.target, TO, what);
    expect(trap.requests).toEqual([]);
    expect(at.target.hasBlob(TO, layer.digest)).toBe(false);
  });

  test('row 54: an ordinary layer with urls comes from the registry only', async () => {
    const trap = await started();
    const at = await places(near);
    const content = blob('near by');
    const layer = {
      ...descriptorOf(content, 'application/vnd.oci.image.layer.v1.tar'),
      urls: [`${trap.url}/x`],
    };
    const what = image({ layers: [{ descriptor: layer, diffId: layer.digest }] });
    seed(at.source, FROM, 'v1', what);
    at.source.putBlob(FROM, content.bytes);
    await transfer(connected(), at, what);
    expect(at.target.hasBlob(TO, content.digest)).toBe(true);
    expect(trap.requests).toEqual([]);
  });

  test.each([
    ['too small', 3],
    ['too large', 1_000_000],
  ])('row 55: a layer whose size is %s is refused', async (_what, size) => {
    const at = await places(near);
    const content = blob('content');
    const layer = { ...descriptorOf(content, 'application/vnd.oci.image.layer.v1.tar'), size };
    const what = image({ layers: [{ descriptor: layer, diffId: layer.digest }] });
    seed(at.source, FROM, 'v1', what);
    at.source.putBlob(FROM, content.bytes);
    await expect(transfer(connected(), at, what)).rejects.toMatchObject({
      code: expect.stringMatching(/mismatch|protocol/),
    });
    expect(at.target.hasBlob(TO, content.digest)).toBe(false);
  });

  test.each([
    ['size', (child: BuiltImage) => ({ ...descriptor(child), size: child.bytes.length + 1 })],
    ['media type', (child: BuiltImage) => ({ ...descriptor(child), mediaType: OCI_INDEX })],
  ])(
    'row 55: a child with another %s than its descriptor says is refused before any write',
    async (_what, lie) => {
      const at = await places(near);
      const child = image();
      const what = built({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [lie(child)] }, OCI_INDEX, {
        children: [child],
      });
      seed(at.source, FROM, 'v1', what);
      await expect(transfer(connected(), at, what)).rejects.toMatchObject({ code: 'mismatch' });
      expect(writes(at.target)).toEqual([]);
    },
  );

  test('row 56: indexes nested five deep are refused before any write, four deep are not', async () => {
    const four = index([index([index([image()])])]);
    const five = index([four]);
    const at = await places(near);
    seed(at.source, FROM, null, five);
    await transfer(connected(), at, four);
    const before = writes(at.target).length;
    await expect(transfer(connected(), at, five)).rejects.toThrow(/nested more than 4 deep/);
    expect(writes(at.target)).toHaveLength(before);
  });

  test('row 56: more than 1,000 manifests are refused', async () => {
    const at = await places(near);
    const manifests = Array.from({ length: 1001 }, (_, n) => ({
      mediaType: OCI_MANIFEST,
      digest: blob(`${n}`).digest,
      size: 1,
    }));
    const what = built({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX);
    seed(at.source, FROM, 'v1', what);
    await expect(transfer(connected(), at, what)).rejects.toThrow(/more than 1000 manifests/);
    expect(at.source.requests.filter(({ kind }) => kind === 'get-manifest')).toHaveLength(1);
  });

  test('two transfers at once share what they have in common', async () => {
    const at = await places(near);
    const shared = image();
    const [a, b] = [
      index([shared, image({ platform: 'linux/arm64' })]),
      index([shared, image({ platform: 'linux/s390x' })]),
    ] as const;
    seed(at.source, FROM, 'a', a);
    seed(at.source, FROM, 'b', b);
    const client = connected();
    await Promise.all([transfer(client, at, a), transfer(client, at, b)]);
    expectComplete(at.target, TO, a);
    expectComplete(at.target, TO, b);
    const lines = writes(at.target);
    expect(lines.filter((line) => line.includes(`/manifests/${shared.digest}`))).toHaveLength(1);
    const arrivals = near ? 'mount=' : 'digest=';
    for (const { digest } of shared.blobs) {
      expect(
        lines.filter((line) => line.includes(arrivals) && line.includes(encodeURIComponent(digest))),
      ).toHaveLength(1);
    }
  });

  test('row 59: a child that is refused for parts which are there is written once more', async () => {
    const at = await places(near);
    seed(at.source, FROM, 'v1', two);
    const refusal = { kind: 'status', status: 400, code: 'MANIFEST_BLOB_UNKNOWN' } as const;
    at.target.faults.set([{ match: { kind: 'put-manifest-digest' }, fault: refusal }]);
    await transfer(connected(), at, two);
    expect(at.target.faults.fired()).toEqual([1]);
    expectComplete(at.target, TO, two);
  });

  test('row 59: but not for ever', async () => {
    const at = await places(near);
    seed(at.source, FROM, 'v1', two);
    const refusal = { kind: 'status', status: 400, code: 'MANIFEST_BLOB_UNKNOWN' } as const;
    at.target.faults.set([{ match: { kind: 'put-manifest-digest' }, fault: refusal, times: 'always' }]);
    await expect(transfer(connected(), at, two)).rejects.toMatchObject({ code: 'rejected', status: 400 });
    const puts = writes(at.target).filter((line) => line.includes('/manifests/'));
    expect(puts.length).toBeLessThanOrEqual(4);
  });
});

describe('transfer within one repository', () => {
  test.each(['copy', 'ignore'] as const)('sends nothing (%s)', async (mode) => {
    const at = await places(true);
    seed(at.source, FROM, 'v1', two);
    const client = connected();
    const manifest = await client.registry.manifest({ ...at.from, tag: 'v1' });
    const before = at.source.requests.length;
    const report = await client.registry.copyImage(
      { ...at.from, digest: two.digest },
      manifest,
      at.from,
      mode,
    );
    expect(at.source.requests).toHaveLength(before);
    expect(report).toEqual({ attachmentsFound: 0, attachmentsCarried: 0 });
  });
});

describe('transfer within a registry', () => {
  test('mounts every blob, and uploads none', async () => {
    const at = await places(true);
    seed(at.source, FROM, 'v1', two);
    await transfer(connected(), at, two);
    expect(arrived(at.target)).toEqual({ mounted: new Set(below(two).blobs).size, uploaded: 0 });
    expect(at.source.requests.filter(({ kind }) => kind === 'get-blob')).toEqual([]);
  });

  test('row 53: 202 is an upload session, which is used', async () => {
    const at = await places(true, { mounts: false });
    seed(at.source, FROM, 'v1', two);
    await transfer(connected(), at, two);
    expectComplete(at.target, TO, two);
    expect(arrived(at.target)).toEqual({ mounted: 0, uploaded: new Set(below(two).blobs).size });
    expect(at.source.requests.filter(({ kind }) => kind === 'start-upload')).toEqual([]);
  });

  test.each([401, 403, 405, 400, 404, 501])(
    'row 53: %i to a mount falls back to an upload',
    async (status) => {
      const at = await places(true);
      seed(at.source, FROM, 'v1', two);
      at.source.faults.set([
        { match: { kind: 'mount' }, fault: { kind: 'status', status }, times: 'always' },
      ]);
      await transfer(connected(), at, two);
      expectComplete(at.target, TO, two);
      expect(arrived(at.target)).toEqual({ mounted: 0, uploaded: new Set(below(two).blobs).size });
    },
  );

  test('row 54: the session of a foreign layer that is not mounted is cancelled', async () => {
    const at = await places(true, { mounts: false });
    const what = shapes()['layer that is not distributable']!;
    seed(at.source, FROM, 'v1', what);
    await transfer(connected(), at, what);
    expect(
      at.source.requests.filter(({ kind }) => kind === 'cancel-upload').map(({ status }) => status),
    ).toEqual([204]);
  });
});

describe('transfer between registries', () => {
  test('streams each blob once', async () => {
    const at = await places(false);
    seed(at.source, FROM, 'v1', two);
    await transfer(connected(), at, two);
    const blobs = new Set(below(two).blobs);
    expectComplete(at.target, TO, two);
    expect(arrived(at.target)).toEqual({ mounted: 0, uploaded: blobs.size });
    expect(at.source.requests.filter(({ kind }) => kind === 'get-blob')).toHaveLength(blobs.size);
  });

  test('on docker-registry 2.8 too', async () => {
    const at = await places(false, DISTRIBUTION_2_8);
    seed(at.source, FROM, 'v1', two);
    await transfer(connected(), at, two);
    expectComplete(at.target, TO, two);
  });

  test('row 60: a target that may only be read is an error at the first write', async () => {
    const at = await places(false);
    seed(at.source, FROM, 'v1', two);
    at.target.faults.set([
      {
        match: { kind: 'start-upload' },
        fault: { kind: 'status', status: 403, code: 'DENIED' },
        times: 'always',
      },
    ]);
    const failing = transfer(connected(), at, two);
    await expect(failing).rejects.toMatchObject({ code: 'denied', status: 403 });
    await expect(failing).rejects.toThrow(`copying to ${at.target.host}/${TO} stopped`);
    expect(writes(at.target).filter((line) => line.includes('/manifests/'))).toEqual([]);
  });

  const upload = { kind: 'put-blob' } as const;
  const download = { kind: 'get-blob' } as const;
  test.each([
    ['the answer to an upload is lost', 'target', upload, { kind: 'reset', when: 'after' }],
    ['an upload is cut off', 'target', upload, { kind: 'reset', when: 'during' }],
    ['an upload is not taken', 'target', upload, { kind: 'status', status: 503 }],
    ['the session is gone', 'target', upload, { kind: 'status', status: 404, code: 'BLOB_UPLOAD_UNKNOWN' }],
    [
      'the registry doubts the digest',
      'target',
      upload,
      { kind: 'status', status: 400, code: 'DIGEST_INVALID' },
    ],
    ['a download is cut short', 'source', download, { kind: 'truncate', framing: 'length' }],
    ['a download is cut short without a length', 'source', download, { kind: 'truncate', framing: 'close' }],
    ['row 65: a download is corrupt', 'source', download, { kind: 'corrupt' }],
    ['a download is refused once', 'source', download, { kind: 'status', status: 502 }],
  ] as const)('a fault is cured with a new session: %s', async (_name, where, match, fault) => {
    const at = await places(false);
    seed(at.source, FROM, 'v1', two);
    at[where].faults.set([{ match, fault }]);
    await transfer(connected(), at, two);
    expect(at[where].faults.fired()).toEqual([1]);
    expectComplete(at.target, TO, two);
  });

  test.each([
    ['row 65: corrupt', { kind: 'corrupt' }, /with digest/],
    ['cut short', { kind: 'truncate', framing: 'length' }, /cut short|aborted/],
    ['gone', { kind: 'status', status: 404 }, /the source is incomplete/],
    [
      'forbidden',
      { kind: 'status', status: 403, code: 'DENIED', message: 'secret project' },
      /HTTP 403 \(DENIED: secret project\)/,
    ],
  ] as const)(
    'a source whose blobs are always %s is an error that says so, and no wrong blob arrives',
    async (_name, fault, message) => {
      const at = await places(false);
      const what = image();
      seed(at.source, FROM, 'v1', what);
      at.source.faults.set([{ match: download, fault, times: 'always' }]);
      await expect(transfer(connected(), at, what)).rejects.toThrow(message);
      for (const { digest } of what.blobs) expect(at.target.hasBlob(TO, digest)).toBe(false);
      const requests = at.source.requests.filter(({ kind }) => kind === 'get-blob').length;
      expect(requests).toBeLessThanOrEqual(5 * what.blobs.length);
    },
  );

  test.each([
    ['relative', '/'],
    ['absolute', null],
  ])('row 72: a Location that is %s, with a query, is completed with the digest', async (kind, to) => {
    const at = await places(false);
    const what = image();
    seed(at.source, FROM, 'v1', what);
    at.target.faults.set([
      {
        match: { kind: 'start-upload' },
        fault: { kind: 'location', to: to === null ? 'absolute' : 'relative' },
        times: 'always',
      },
    ]);
    await transfer(connected(), at, what);
    expect(kind).toBeTruthy();
    expectComplete(at.target, TO, what);
    const puts = at.target.requests.filter(({ kind }) => kind === 'put-blob').map(lineOf);
    expect(puts.every((line) => /[?&]digest=sha256%3A[0-9a-f]{64}$/.test(line))).toBe(true);
  });

  test('row 72: a Location on another host is not followed', async () => {
    const trap = await started();
    const at = await places(false);
    seed(at.source, FROM, 'v1', two);
    at.target.faults.set([
      {
        match: { kind: 'start-upload' },
        fault: { kind: 'location', to: 'http://10.0.0.1:9' },
        times: 'always',
      },
    ]);
    await expect(transfer(connected(), at, two)).rejects.toMatchObject({ code: 'unsafe' });
    expect(trap.requests).toEqual([]);
  });

  test('one lane is enough: a copy through one registry at concurrency 1 does not wait for itself', async () => {
    const at = await places(true, { mounts: false });
    seed(at.source, FROM, 'v1', two);
    await transfer(connected({ concurrency: 1 }), at, two);
    expectComplete(at.target, TO, two);
  });
});
