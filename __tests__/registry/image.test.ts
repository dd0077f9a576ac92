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
import type { FactsNeed, InspectedImage } from '../../src/ports.js';
import { artifact } from '../../testing/registry/images.js';
import { connected, started } from '../support/on-the-wire.js';

const REVISION = 'org.opencontainers.image.revision';
const COMMIT = 'dac417bd31ed36d455e94db4aabe5916367654d4';
const BOTH: FactsNeed = { revision: 'first', platforms: true };

/** The facts, and the requests that were sent beyond reading the manifest itself. */
async function factsOf(what: BuiltImage, need = BOTH): Promise<{ facts: InspectedImage; kinds: string[] }> {
  const server = await started();
  seed(server, 'team/app', 'v1', what);
  const { registry } = connected();
  const source = { registry: server.host, repository: 'team/app' };
  const manifest = await registry.manifest({ ...source, tag: 'v1' });
  const before = server.requests.length;
  const facts = await registry.inspect(source, manifest, need);
  return { facts, kinds: server.requests.slice(before).map(({ kind }) => kind) };
}

describe('platforms', () => {
  test('of an index are in its descriptors: no request', async () => {
    const what = index([image(), image({ platform: 'linux/arm/v7' }), image({ platform: 'linux/arm64' })]);
    const { facts, kinds } = await factsOf(what, { revision: null, platforms: true });
    expect(facts).toEqual({
      platforms: ['linux/amd64', 'linux/arm/v7', 'linux/arm64'],
      revision: null,
      revisions: [],
    });
    expect(kinds).toEqual([]);
  });

  test('row 46: attestations are counted and are no platform', async () => {
    const what = index([image(), image({ platform: 'linux/arm64' })], { attestations: true });
    const { facts } = await factsOf(what, { revision: null, platforms: true });
    expect(facts).toMatchObject({ platforms: ['linux/amd64', 'linux/arm64'] });
  });

  test('unknown/unknown without the annotation is no platform either', async () => {
    const { facts } = await factsOf(index([image(), image({ platform: 'unknown/unknown' })]));
    expect(facts).toMatchObject({ platforms: ['linux/amd64'] });
  });

  test('the default variant is left out, and a platform that comes twice is one', async () => {
    const what = index([
      image({ platform: 'linux/arm64/v8' }),
      image({ platform: 'linux/arm64', labels: { a: 'b' } }),
    ]);
    expect((await factsOf(what)).facts.platforms).toEqual(['linux/arm64']);
  });

  test('row 45: of nested indexes count', async () => {
    const what = index([
      index([image(), image({ platform: 'linux/arm64' })]),
      image({ platform: 'linux/s390x' }),
    ]);
    const { facts, kinds } = await factsOf(what, { revision: null, platforms: true });
    expect(facts.platforms).toEqual(['linux/amd64', 'linux/arm64', 'linux/s390x']);
    // The inner index was read with the outer one, to know whether the image can be copied.
    expect(kinds).toEqual([]);
  });

  test.each(['oci', 'docker'] as const)(
    'row 44: of a single manifest (%s) is in its config',
    async (format) => {
      const { facts, kinds } = await factsOf(image({ platform: 'linux/arm/v7', format }));
      expect(facts.platforms).toEqual(['linux/arm/v7']);
      expect(kinds).toEqual(['get-blob']);
    },
  );

  test('of a child that does not say is in its config', async () => {
    const child = image({ platform: 'linux/s390x' });
    const bare = { ...descriptor(child, false) };
    const what = built({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [bare] }, OCI_INDEX, {
      children: [child],
    });
    expect((await factsOf(what)).facts.platforms).toEqual(['linux/s390x']);
  });

  test('of an artifact there are none', async () => {
    const { facts, kinds } = await factsOf(
      artifact({ artifactType: 'application/spdx+json', content: '{}' }),
    );
    expect(facts).toEqual({ platforms: [], revision: null, revisions: [] });
    expect(kinds).toEqual([]);
  });

  test('are not read when nobody needs them', async () => {
    const { facts, kinds } = await factsOf(image(), { revision: null, platforms: false });
    expect(facts.platforms).toEqual([]);
    expect(kinds).toEqual([]);
  });
});

describe('revision', () => {
  test('is the annotation of the index, without a request', async () => {
    const what = index([image({ labels: { [REVISION]: 'of the label' } })], {
      annotations: { [REVISION]: COMMIT },
    });
    const { facts, kinds } = await factsOf(what);
    expect(facts.revision).toBe(COMMIT);
    expect(kinds).toEqual([]);
  });

  test('is else the annotation of the first image', async () => {
    const what = index([
      image({ annotations: { [REVISION]: COMMIT }, labels: { [REVISION]: 'of the label' } }),
    ]);
    const { facts, kinds } = await factsOf(what);
    expect(facts.revision).toBe(COMMIT);
    expect(kinds).toEqual(['get-manifest']);
  });

  test('is else the label of the first image, attestations passed over', async () => {
    const labelled = image({ labels: { [REVISION]: COMMIT } });
    const what = index([
      image({ platform: 'unknown/unknown' }),
      labelled,
      image({ platform: 'linux/arm64' }),
    ]);
    const { facts, kinds } = await factsOf(what);
    expect(facts.revision).toBe(COMMIT);
    expect(kinds).toEqual(['get-manifest', 'get-blob']);
  });

  test('of a single image is its label; the config is read once for both questions', async () => {
    const { facts, kinds } = await factsOf(image({ labels: { [REVISION]: COMMIT } }));
    expect(facts).toMatchObject({ revision: COMMIT, platforms: ['linux/amd64'] });
    expect(kinds).toEqual(['get-blob']);
  });

  test.each([[{}], [{ [REVISION]: '' }], [{ [REVISION]: 'x'.repeat(300) }], [{ __proto__: COMMIT }]])(
    'is null when the labels are %p',
    async (labels) => {
      expect((await factsOf(image({ labels }))).facts.revision).toBeNull();
    },
  );

  test('is not looked for when nobody needs it', async () => {
    const { facts } = await factsOf(image({ labels: { [REVISION]: COMMIT } }), {
      revision: null,
      platforms: true,
    });
    expect(facts.revision).toBeNull();
  });
});

describe('every revision', () => {
  const EVERY: FactsNeed = { revision: 'every', platforms: false };
  const of = (platform: string, revision?: string) =>
    image({ platform, ...(revision === undefined ? {} : { labels: { [REVISION]: revision } }) });

  test.each<[string, BuiltImage, InspectedImage['revisions']]>([
    ['of a single image', of('linux/amd64', COMMIT), [{ of: null, revision: COMMIT }]],
    [
      'of each platform, attestations aside',
      index([of('linux/amd64', COMMIT), of('linux/arm64', 'b')], { attestations: true }),
      [
        { of: 'linux/amd64', revision: COMMIT },
        { of: 'linux/arm64', revision: 'b' },
      ],
    ],
    [
      'behind an annotation of the index, which speaks for the silent',
      index([of('linux/amd64'), of('linux/arm64', 'b')], { annotations: { [REVISION]: COMMIT } }),
      [
        { of: null, revision: COMMIT },
        { of: 'linux/arm64', revision: 'b' },
      ],
    ],
    [
      'annotation and label of one image',
      index([image({ annotations: { [REVISION]: COMMIT }, labels: { [REVISION]: 'b' } })]),
      [
        { of: 'linux/amd64', revision: COMMIT },
        { of: 'linux/amd64', revision: 'b' },
      ],
    ],
    [
      'in nested indexes, silence included',
      index([index([of('linux/amd64', COMMIT), of('linux/s390x')])]),
      [
        { of: 'linux/amd64', revision: COMMIT },
        { of: 'linux/s390x', revision: null },
      ],
    ],
  ])('%s', async (_, what, expected) => {
    const { facts } = await factsOf(what, EVERY);
    expect(facts.revisions).toEqual(expected);
    expect(facts.revision).toBe(COMMIT);
  });
});

describe('a source that lies', () => {
  test('a config with other bytes is refused', async () => {
    const server = await started();
    const what = image();
    seed(server, 'team/app', 'v1', what);
    server.faults.set([{ match: { kind: 'get-blob' }, fault: { kind: 'corrupt' }, times: 'always' }]);
    const { registry } = connected();
    const source = { registry: server.host, repository: 'team/app' };
    const manifest = await registry.manifest({ ...source, tag: 'v1' });
    await expect(registry.inspect(source, manifest, BOTH)).rejects.toMatchObject({ code: 'mismatch' });
  });

  test('row 56: indexes nested too deep are refused', async () => {
    await expect(factsOf(index([index([index([index([image()])])])]))).rejects.toThrow(
      /nested more than 4 deep/,
    );
  });
});
