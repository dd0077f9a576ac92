import { describe, expect, test } from '@jest/globals';
import {
  built,
  type BuiltImage,
  descriptor,
  image,
  index,
  OCI_INDEX,
  seed,
} from '../../testing/registry/image.js';
import type { EmbeddedRegistry, Fault, RegistryOptions } from '../../testing/registry/server.js';
import { digestOf } from '../../src/oci/digest.js';
import type { AttachmentMode } from '../../src/oci/manifest.js';
import type { CopyReport } from '../../src/ports.js';
import { artifact, cosign, referrer, referrersTag } from '../../testing/registry/images.js';
import { type Client, connected, started, writes } from '../support/on-the-wire.js';

const FROM = 'team/app';
const TO = 'release/app';
const WITHOUT_API = { behaviour: { referrers: false } };

const child = image();
const root = index([child, image({ platform: 'linux/arm64' })]);

interface Places {
  readonly source: EmbeddedRegistry;
  readonly target: EmbeddedRegistry;
}

async function places(source: RegistryOptions = {}, target: RegistryOptions = {}): Promise<Places> {
  const at = { source: await started(source), target: await started(target) };
  seed(at.source, FROM, 'v1', root);
  return at;
}

async function transfer(
  { registry }: Client,
  { source, target }: Places,
  mode: AttachmentMode,
): Promise<CopyReport> {
  const from = { registry: source.host, repository: FROM, digest: root.digest };
  return registry.copyImage(
    from,
    await registry.manifest(from),
    { registry: target.host, repository: TO },
    mode,
  );
}

/** Cosign's three tags for the index and for one child, and a referrer of each; six tags, two referrers. */
function attachAll(source: EmbeddedRegistry): { tags: string[]; referrers: BuiltImage[] } {
  const tags = [root, child].flatMap((of) =>
    (['sig', 'att', 'sbom'] as const).map((kind) => cosign(of, kind)),
  );
  for (const { tag, image } of tags) seed(source, FROM, tag, image);
  const referrers = [referrer(root), referrer(child)];
  for (const each of referrers) seed(source, FROM, null, each);
  return { tags: tags.map(({ tag }) => tag), referrers };
}

/** Puts the fallback index of `subject` in place by hand, as a client of a registry without the API does. */
function fallbackIndex(referrers: readonly BuiltImage[]): BuiltImage {
  const manifests = referrers.map((each) => descriptor(each));
  return built({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX);
}

function listed(target: EmbeddedRegistry, subject: BuiltImage): string[] {
  const held = target.manifest(TO, referrersTag(subject.digest));
  if (!held) return [];
  const { manifests } = JSON.parse(held.bytes.toString()) as { manifests: { digest: string }[] };
  return manifests.map(({ digest }) => digest);
}

describe('attachments', () => {
  test('row 58: signatures, attestations, SBOMs and referrers of the index and its children travel', async () => {
    const at = await places();
    const { tags, referrers } = attachAll(at.source);
    const report = await transfer(connected(), at, 'copy');
    expect(report).toMatchObject({ attachmentsFound: 8, attachmentsCarried: 8 });
    for (const tag of tags)
      expect(at.target.manifest(TO, tag)?.digest).toBe(at.source.manifest(FROM, tag)?.digest);
    for (const { digest, blobs } of referrers) {
      expect(at.target.manifest(TO, digest)?.digest).toBe(digest);
      for (const blob of blobs) expect(at.target.hasBlob(TO, blob.digest)).toBe(true);
    }
  });

  test('a second transfer finds them all there and writes nothing', async () => {
    const at = await places();
    attachAll(at.source);
    await transfer(connected(), at, 'copy');
    const before = writes(at.target).length;
    expect(await transfer(connected(), at, 'copy')).toMatchObject({
      attachmentsFound: 8,
      attachmentsCarried: 8,
    });
    expect(writes(at.target)).toHaveLength(before);
  });

  test('nothing attached is nothing to carry', async () => {
    expect(await transfer(connected(), await places(), 'copy')).toMatchObject({
      attachmentsFound: 0,
      attachmentsCarried: 0,
    });
  });

  test('ignore does not ask', async () => {
    const at = await places();
    attachAll(at.source);
    const report = await transfer(connected(), at, 'ignore');
    expect(report).toMatchObject({ attachmentsFound: 0, attachmentsCarried: 0 });
    expect(
      at.source.requests.filter(
        ({ kind, reference }) => kind === 'referrers' || reference?.startsWith('sha256-'),
      ),
    ).toEqual([]);
  });

  test('fallback tag: read where the source has no API, and asked for without the API from then on', async () => {
    const at = await places(WITHOUT_API);
    const sbom = referrer(root);
    seed(at.source, FROM, null, sbom);
    seed(at.source, FROM, referrersTag(root.digest), fallbackIndex([sbom]));
    const report = await transfer(connected(), at, 'copy');
    expect(report).toMatchObject({ attachmentsFound: 1, attachmentsCarried: 1 });
    expect(at.target.manifest(TO, sbom.digest)?.digest).toBe(sbom.digest);
  });

  test('fallback tag: written where the target has no API', async () => {
    const at = await places({}, WITHOUT_API);
    const all = [referrer(root), referrer(root, 'application/vnd.in-toto+json', 'provenance')];
    for (const each of all) seed(at.source, FROM, null, each);
    const report = await transfer(connected(), at, 'copy');
    expect(report).toMatchObject({ attachmentsFound: 2, attachmentsCarried: 2 });
    expect(listed(at.target, root).sort()).toEqual(all.map(({ digest }) => digest).sort());
    const held = JSON.parse(at.target.manifest(TO, referrersTag(root.digest))!.bytes.toString());
    expect(held).toMatchObject({ schemaVersion: 2, mediaType: OCI_INDEX });
    expect(held.manifests).toContainEqual(
      expect.objectContaining({
        digest: all[0]!.digest,
        size: all[0]!.bytes.length,
        artifactType: 'application/spdx+json',
      }),
    );
  });

  test('fallback tag: what it lists already stays', async () => {
    const at = await places({}, WITHOUT_API);
    const [mine, theirs] = [referrer(root), referrer(root, 'application/x-theirs', 'theirs')];
    seed(at.source, FROM, null, mine);
    seed(at.target, TO, null, theirs);
    seed(at.target, TO, referrersTag(root.digest), fallbackIndex([theirs]));
    await transfer(connected(), at, 'copy');
    expect(listed(at.target, root)).toEqual([theirs.digest, mine.digest]);
  });

  test('fallback tag: a second transfer writes nothing', async () => {
    const at = await places({}, WITHOUT_API);
    seed(at.source, FROM, null, referrer(root));
    await transfer(connected(), at, 'copy');
    const before = writes(at.target).length;
    await transfer(connected(), at, 'copy');
    expect(writes(at.target)).toHaveLength(before);
  });

  test('row 47: an image with a subject is made findable where there is no API', async () => {
    const source = await started();
    const target = await started(WITHOUT_API);
    const attached = artifact({
      artifactType: 'application/x-note',
      content: 'note',
      subject: descriptor(root, false),
    });
    seed(source, FROM, 'note', attached);
    const { registry } = connected();
    const from = { registry: source.host, repository: FROM, digest: attached.digest };
    const to = { registry: target.host, repository: TO };
    const manifest = await registry.manifest(from);
    await registry.copyImage(from, manifest, to, 'ignore');
    await registry.put({ ...to, tag: 'note' }, manifest, null);
    expect(listed(target, root)).toEqual([attached.digest]);
  });

  test('row 58: what is attached to what is attached travels too', async () => {
    const at = await places();
    const sbom = referrer(root);
    const signature = referrer(sbom, 'application/vnd.dev.sigstore.bundle.v0.3+json', 'signed');
    seed(at.source, FROM, null, sbom);
    seed(at.source, FROM, null, signature);
    expect(await transfer(connected(), at, 'copy')).toMatchObject({
      attachmentsFound: 2,
      attachmentsCarried: 2,
    });
    expect(at.target.manifest(TO, signature.digest)?.digest).toBe(signature.digest);
  });

  describe('another signature at the destination', () => {
    async function conflict(): Promise<{ at: Places; tag: string; held: string }> {
      const at = await places();
      const { tag, image: signature } = cosign(root, 'sig');
      seed(at.source, FROM, tag, signature);
      const other = cosign(child, 'sig').image;
      seed(at.target, TO, tag, other);
      return { at, tag, held: other.digest };
    }

    test('row 58: is not overwritten; copy warns and counts', async () => {
      const { at, tag, held } = await conflict();
      const client = connected();
      expect(await transfer(client, at, 'copy')).toMatchObject({
        attachmentsFound: 1,
        attachmentsCarried: 0,
      });
      expect(at.target.manifest(TO, tag)?.digest).toBe(held);
      expect(client.warnings).toEqual([
        expect.stringContaining(`${tag} is not carried to ${at.target.host}/${TO}`),
      ]);
      expect(client.warnings[0]).toContain(held);
    });

    test('require refuses', async () => {
      const { at, tag, held } = await conflict();
      await expect(transfer(connected(), at, 'require')).rejects.toMatchObject({ code: 'mismatch' });
      expect(at.target.manifest(TO, tag)?.digest).toBe(held);
    });
  });

  describe('require', () => {
    test('without anything attached is an error before any write', async () => {
      const at = await places();
      const failing = transfer(connected(), at, 'require');
      await expect(failing).rejects.toMatchObject({ code: 'absent' });
      await expect(failing).rejects.toThrow(/no signature, attestation or SBOM is attached/);
      expect(writes(at.target)).toEqual([]);
    });

    test('within one repository asks only whether something is attached', async () => {
      const { source } = await places();
      const { registry } = connected();
      const from = { registry: source.host, repository: FROM, digest: root.digest };
      const manifest = await registry.manifest(from);
      await expect(registry.copyImage(from, manifest, from, 'require')).rejects.toMatchObject({
        code: 'absent',
      });
      const { tag, image: signature } = cosign(root, 'sig');
      seed(source, FROM, tag, signature);
      expect(await registry.copyImage(from, manifest, from, 'require')).toMatchObject({
        attachmentsFound: 1,
        attachmentsCarried: 1,
      });
      expect(writes(source)).toEqual([]);
    });

    test('an attachment that the source lists but does not have is an error', async () => {
      const at = await places(WITHOUT_API);
      seed(at.source, FROM, referrersTag(root.digest), fallbackIndex([referrer(root)]));
      await expect(transfer(connected(), at, 'require')).rejects.toMatchObject({ code: 'absent' });
    });
  });

  test('an attachment that the source lists but does not have is a warning for copy', async () => {
    const at = await places(WITHOUT_API);
    seed(at.source, FROM, referrersTag(root.digest), fallbackIndex([referrer(root)]));
    const client = connected();
    expect(await transfer(client, at, 'copy')).toMatchObject({ attachmentsFound: 1, attachmentsCarried: 0 });
    expect(client.warnings).toHaveLength(1);
  });

  test.each([404, 405, 400, 403])(
    'HTTP %i to the referrers API leads to the fallback tag',
    async (status) => {
      const at = await places();
      const sbom = referrer(root);
      seed(at.source, FROM, null, sbom);
      seed(at.source, FROM, referrersTag(root.digest), fallbackIndex([sbom]));
      at.source.faults.set([
        { match: { kind: 'referrers' }, fault: { kind: 'status', status }, times: 'always' },
      ]);
      expect(await transfer(connected(), at, 'copy')).toMatchObject({
        attachmentsFound: 1,
        attachmentsCarried: 1,
      });
    },
  );

  test.each<[string, Fault, number]>([
    ['404', { kind: 'status', status: 404 }, 0],
    ['400', { kind: 'status', status: 400 }, 1],
    ['403', { kind: 'status', status: 403 }, 1],
    ['200 in HTML', { kind: 'status', status: 200, body: 'html' }, 1],
  ])(
    '%s instead of the list of referrers is told when it may hide something',
    async (_name, fault, warnings) => {
      const at = await places();
      seed(at.source, FROM, null, referrer(root));
      at.source.faults.set([{ match: { kind: 'referrers' }, fault, times: 'always' }]);
      const client = connected();
      expect(await transfer(client, at, 'copy')).toMatchObject({ attachmentsFound: 0 });
      expect(client.warnings).toHaveLength(warnings);
      expect(client.warnings.join()).toMatch(warnings === 0 ? /^$/ : /cannot list what is attached/);
    },
  );

  test('a registry that fails to say what is attached ends the transfer before any write', async () => {
    const at = await places();
    at.source.faults.set([
      { match: { kind: 'referrers' }, fault: { kind: 'status', status: 503 }, times: 'always' },
    ]);
    await expect(transfer(connected(), at, 'copy')).rejects.toMatchObject({
      code: 'unavailable',
      status: 503,
    });
    expect(writes(at.target)).toEqual([]);
  });

  test('row 73: referrers are read page by page', async () => {
    const at = await places({ behaviour: { pageSize: 2 } });
    const all = [1, 2, 3, 4, 5].map((n) => referrer(root, 'application/x-n', `${n}`));
    for (const each of all) seed(at.source, FROM, null, each);
    expect(await transfer(connected(), at, 'copy')).toMatchObject({
      attachmentsFound: 5,
      attachmentsCarried: 5,
    });
  });
});

describe('what a hostile source lists', () => {
  const subject = descriptor(root, false);

  test('row 58: more than 32 MiB of attached manifests are refused, and nothing is written', async () => {
    const at = await places();
    const small = artifact({ artifactType: 'application/x', subject });
    const document = JSON.parse(small.bytes.toString()) as { layers: object[] };
    for (let n = 0; n < 9; n++) {
      const layers = document.layers.map((layer) => ({
        ...layer,
        annotations: { n: `${n}${'x'.repeat(3_900_000)}` },
      }));
      const large = built({ ...document, layers }, small.mediaType);
      seed(at.source, FROM, null, { ...large, blobs: small.blobs });
    }
    await expect(transfer(connected(), at, 'copy')).rejects.toThrow(
      'what is attached to the image has more than 1000 manifests or 32 MiB of manifests; remove what nobody needs',
    );
    expect(writes(at.target)).toEqual([]);
  });

  test('row 58: what is attached has at most 1,000 manifests together, and none of a longer list is read', async () => {
    const at = await places();
    const manifests = Array.from({ length: 1_001 }, (_, n) => ({
      mediaType: child.mediaType,
      digest: digestOf(Buffer.from(`${n}`)),
      size: 2,
    }));
    const long = built({ schemaVersion: 2, mediaType: OCI_INDEX, subject, manifests }, OCI_INDEX);
    seed(at.source, FROM, null, long);
    await expect(transfer(connected(), at, 'copy')).rejects.toThrow(
      'what is attached to the image has more than',
    );
    const read = at.source.requests.filter(({ kind }) => kind === 'get-manifest');
    expect(read.filter(({ reference }) => manifests.some(({ digest }) => digest === reference))).toEqual([]);
  });

  test('row 58: more than 1,000 referrers over several pages are refused', async () => {
    const at = await places();
    const page = (n: number): Fault => {
      const manifests = Array.from({ length: 600 }, (_, i) => ({
        ...descriptor(child),
        digest: digestOf(Buffer.from(`${n} ${i}`)),
      }));
      const list = built({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX);
      const link = `</v2/${FROM}/referrers/${root.digest}?page=${n}>; rel="next"`;
      return { kind: 'status', status: 200, body: list.bytes, headers: { 'content-type': OCI_INDEX, link } };
    };
    const match = { kind: 'referrers', reference: root.digest } as const;
    at.source.faults.set([1, 2].map((nth) => ({ match, fault: page(nth), nth })));
    await expect(transfer(connected(), at, 'copy')).rejects.toThrow('more than 1000 things are attached');
  });
});
