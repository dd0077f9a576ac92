import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { BuiltTarget, TargetInfo } from '../../src/builds/model.js';
import { checkBuilt } from '../../src/builds/verify.js';
import { OCI_INDEX } from '../../src/oci/manifest.js';
import type { InspectedImage } from '../../src/ports.js';
import type { Manifest } from '../../src/oci/manifest.js';
import { memoryRegistry, originAt, repo } from '../support/builds.js';

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const repository = repo('quay.io/o/app');

function manifestOf(value: object, mediaType: string): Manifest {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, mediaType, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}
const descriptorOf = ({ mediaType, digest, bytes }: Manifest) => ({ mediaType, digest, size: bytes.length });

/** What buildx pushes for one platform with provenance: an index with the image and its attestation. */
function single(platform: string): { image: Manifest; attestation: Manifest; index: Manifest } {
  const [os, architecture, variant] = platform.split('/');
  const image = manifestOf({ image: platform }, OCI_MANIFEST);
  const attestation = manifestOf({ attests: platform }, OCI_MANIFEST);
  const index = manifestOf(
    {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [
        { ...descriptorOf(image), platform: { architecture, os, ...(variant ? { variant } : {}) } },
        {
          ...descriptorOf(attestation),
          annotations: {
            'vnd.docker.reference.digest': image.digest,
            'vnd.docker.reference.type': 'attestation-manifest',
          },
          platform: { architecture: 'unknown', os: 'unknown' },
        },
      ],
    },
    OCI_INDEX,
  );
  return { image, attestation, index };
}

/** Platforms as the real registry adapter reads them, for the shapes of this test. */
function factsOf({ bytes, mediaType }: Manifest): InspectedImage {
  const data = JSON.parse(Buffer.from(bytes).toString()) as {
    manifests?: { annotations?: object; platform: Record<string, string> }[];
    image?: string;
  };
  if (mediaType !== OCI_INDEX) return { platforms: [data.image ?? ''], revision: null, revisions: [] };
  const images = (data.manifests ?? []).filter((child) => child.annotations === undefined);
  const platforms = images.map(({ platform: { os, architecture, variant } }) =>
    [os, architecture, variant].filter(Boolean).join('/'),
  );
  return {
    platforms,
    revision: null,
    revisions: [],
  };
}

const amd = single('linux/amd64');
const arm = single('linux/arm64/v8');
const bare = manifestOf({ image: 'linux/arm/v7' }, OCI_MANIFEST);
const registry = () =>
  memoryRegistry(new Map([amd.index, arm.index, bare, amd.image].map((one) => [one.digest, one])), factsOf);

/** The index of these platforms, each built on a machine of its own; why there is none is thrown. */
async function join(
  digests: readonly (readonly [platform: string, digest: string])[],
  annotations: Readonly<Record<string, string>> = {},
): Promise<Manifest> {
  const parts = digests.map(([platform, digest]) => ({
    target: target({ name: platform, platforms: [platform], split: true }),
    digest,
  }));
  const expected = { annotations: new Map([['quay.io/o/app', annotations]]), revision: null };
  const [checked] = await checkBuilt(parts, registry(), expected);
  if (checked?.result.ok === false) throw checked.result.error;
  return checked!.result.value.manifest!;
}

describe('joining platforms into one index', () => {
  test('images first in the order of the platforms, then attestations; descriptors untouched', async () => {
    const digests = [
      ['linux/amd64', amd.index.digest],
      ['linux/arm64', arm.index.digest],
      ['linux/arm/v7', bare.digest],
    ] as const;
    const joined = await join(digests, { b: '2', a: '1' });
    const index = JSON.parse(Buffer.from(joined.bytes).toString()) as { manifests: object[] };
    const children = (one: Manifest) =>
      (JSON.parse(Buffer.from(one.bytes).toString()) as { manifests: object[] }).manifests;
    expect(index).toEqual({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [
        children(amd.index)[0],
        children(arm.index)[0],
        { ...descriptorOf(bare), platform: { architecture: 'arm', os: 'linux', variant: 'v7' } },
        children(amd.index)[1],
        children(arm.index)[1],
      ],
      annotations: { a: '1', b: '2' },
    });
    expect(joined.digest).toBe(`sha256:${createHash('sha256').update(joined.bytes).digest('hex')}`);
  });

  test('the same digests give the same bytes', async () => {
    const [one, two] = await Promise.all([0, 1].map(() => join([['linux/amd64', amd.index.digest]])));
    expect(Buffer.from(one!.bytes).equals(two!.bytes)).toBe(true);
  });

  test.each([
    ['another platform', 'linux/s390x', amd.index.digest, /as linux\/s390x but holds linux\/amd64/],
    ['an image of another platform', 'linux/amd64', bare.digest, /as linux\/amd64 but holds linux\/arm\/v7/],
    ['not in the registry', 'linux/amd64', `sha256:${'0'.repeat(64)}`, /is not there/],
  ])('refused: %s', async (_name, platform, digest, message) => {
    await expect(join([[platform, digest]])).rejects.toThrow(message);
  });
});

function target(over: Partial<TargetInfo>): TargetInfo {
  return {
    name: 'app',
    image: 'quay.io/o/app',
    repository,
    platforms: ['linux/amd64'],
    pushed: true,
    split: false,
    context: '.',
    dockerfile: 'Dockerfile',
    stage: null,
    paths: [],
    origin: originAt('b'),
    ...over,
  };
}

describe('after the build', () => {
  const check = async (...built: BuiltTarget[]) =>
    (await checkBuilt(built, registry(), { annotations: new Map(), revision: null })).map(
      ({ result }) => result,
    );

  test('an image that is whole; its attestation is kept and is no platform', async () => {
    const [result] = await check({ target: target({}), digest: amd.index.digest });
    expect(result).toMatchObject({
      ok: true,
      value: { digest: amd.index.digest, platforms: ['linux/amd64'], manifest: null },
    });
  });

  test('row 90: digest in metadata not in registry', async () => {
    const [result] = await check({ target: target({}), digest: `sha256:${'9'.repeat(64)}` });
    expect(result).toMatchObject({ ok: false, error: { code: 'mismatch' } });
    expect(result?.ok === false && result.error.message).toMatch(
      /quay\.io\/o\/app@sha256:9+, but the registry does not have it/,
    );
  });

  test('row 91: platform asked for missing in index', async () => {
    const wanted = target({ platforms: ['linux/amd64', 'linux/s390x'] });
    const [result] = await check({ target: wanted, digest: amd.index.digest });
    expect(result?.ok === false && result.error.message).toMatch(/lacks linux\/s390x; it has linux\/amd64/);
  });

  test('one target a platform: joined here, one image', async () => {
    const results = await check(
      { target: target({ name: 'a', split: true }), digest: amd.index.digest },
      { target: target({ name: 'b', split: true, platforms: ['linux/arm64'] }), digest: arm.index.digest },
    );
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({
      ok: true,
      value: { platforms: ['linux/amd64', 'linux/arm64/v8'] },
    });
    expect(results[0]?.ok === true && results[0].value.manifest?.mediaType).toBe(OCI_INDEX);
  });

  test.each([
    ['the commit of this run', 'this', true],
    ['another commit', 'other', false],
    ['no commit', null, true],
  ])('made elsewhere, from %s', async (_name, revision, ok) => {
    const parts = [
      { target: target({ name: 'a', split: true }), digest: amd.index.digest },
      { target: target({ name: 'b', split: true, platforms: ['linux/arm64'] }), digest: arm.index.digest },
    ];
    const port = registry();
    const facts: typeof port.inspect = async (repository, manifest, need) => ({
      ...(await port.inspect(repository, manifest, need)),
      revisions: [{ of: null, revision: manifest.digest === arm.index.digest ? revision : 'this' }],
    });
    const expected = { annotations: new Map(), revision: 'this' };
    const [checked] = await checkBuilt(parts, { ...port, inspect: facts }, expected);
    expect(checked?.result.ok).toBe(ok);
    if (checked?.result.ok === false) {
      expect(checked.result.error.message).toMatch(
        /\(linux\/arm64\) is made from commit other, and this run is for this; hand on the digests of this run/,
      );
    }
  });
});
