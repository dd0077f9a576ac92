import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { parseConfig, type TagFile } from '../../../src/config/config.js';
import type { ImageConfig } from '../../../src/config/model.js';
import { readTagFiles } from '../../../src/system/files.js';
import { image, seed } from '../../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../../testing/registry/server.js';
import { messages, tagFile } from '../../support/config.js';
import { flow, flowRequest } from '../../support/flow.js';
import { FIXTURES } from '../../support/other-tools.js';

const cwd = join(FIXTURES, 'kpromo');

/** One line for each name and tag. */
function edges(images: readonly ImageConfig[]): string[] {
  return images.flatMap(({ names, tags, srcName, srcDigest }) =>
    names.flatMap(({ text }) =>
      (tags.length === 0 ? ['no tag'] : tags).map(
        (tag) => `${srcName ?? ''}@${srcDigest?.slice(7, 11) ?? ''} -> ${text} ${tag}`,
      ),
    ),
  );
}

test('a directory of thin manifests is read whole, each manifest with its images', async () => {
  const files = await readTagFiles(['thin'], { cwd });
  expect(files.map(({ path }) => path)).toEqual([
    'thin/manifests/a/promoter-manifest.yaml',
    'thin/images/a/images.yaml',
    'thin/manifests/b/promoter-manifest.yaml',
    'thin/images/b/images.yaml',
    'thin/manifests/empty/promoter-manifest.yaml',
    'thin/images/empty/images.yaml',
  ]);
  const { images, selections } = parseConfig(files);
  expect(selections).toEqual([]);
  // https://github.com/kubernetes-sigs/promo-tools/blob/main/promoter/image/promotion/edge.go, ToEdges
  const prod = ['us', 'eu', 'asia'].map(
    (at) => `gcr.io/foo-staging/foo-controller@c3d3 -> ${at}.gcr.io/some-prod/foo-controller 1.0`,
  );
  const bom = (digest: string, name: string, tags: readonly string[]) =>
    ['bom', 'bom-mirror'].flatMap((at) =>
      tags.map(
        (tag) =>
          `gcr.io/k8s-staging-bom/${name}@${digest} -> us.gcr.io/k8s-cip-test-prod/canary/${at}/${name} ${tag}`,
      ),
    );
  expect(edges(images)).toEqual([
    ...prod,
    ...bom('631f', 'bom', ['v0.3.0-rc1']),
    ...bom('d722', 'bom', ['v0.3.0', 'latest']),
    ...bom('a95d', 'bom', ['no tag']),
    ...bom('ec22', 'sub/path/tool', ['1.10']),
  ]);
  expect(images.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  expect(images[2]?.origin.at()).toEqual({ file: 'thin/images/b/images.yaml', line: 6, column: 5 });
});

test('a plain manifest', async () => {
  const { images } = parseConfig(await readTagFiles(['plain.yaml'], { cwd }));
  expect(edges(images)).toEqual(
    [
      ['apple@e8ca', 'apple 1.1'],
      ['apple@e8ca', 'apple latest'],
      ['banana@c3d3', 'banana 1.0'],
      ['cherry@ec22', 'cherry 1.0'],
      ['cherry@06fd', 'cherry 1.2'],
      ['cherry@06fd', 'cherry latest'],
    ].map(
      ([from = '', to = '']) => `gcr.io/myproject-staging-area/${from} -> gcr.io/myproject-production/${to}`,
    ),
  );
});

test('a half of a thin manifest says which directory to give', async () => {
  const only = async (path: string): Promise<string[]> => messages(...(await readTagFiles([path], { cwd })));
  expect(await only('thin/manifests/a/promoter-manifest.yaml')).toEqual([
    expect.stringMatching(
      /^thin\/manifests\/a\/promoter-manifest.yaml:2:1: the images of this manifest are not among the files: thin\/images\/a\/images.yaml; give the directory that holds "manifests" and "images"$/,
    ),
  ]);
  expect(await only('thin/images/b/images.yaml')).toEqual([
    expect.stringMatching(
      /^thin\/images\/b\/images.yaml:3:1: .*its promoter-manifest.yaml is not among the files/,
    ),
  ]);
});

test('every mistake has its line', () => {
  const text = `registries:
- name: staging.example
  src: true
- name: other.example
  src: true
- { name: 'prod example', region: eu }
images:
- name: UPPER
  dmap: { "sha256:12": [] }
- name: app
  dmap:
    "sha512:12": ["1"]
    "sha256:c3d310f4741b3642497da8826e0986db5e02afc9777a2b8e668c8e41034128c1": ["1 0", "-x"]
  digest: x
`;
  expect(messages(tagFile(text, 'm.yaml')).map((line) => line.replace(/;.*/, ''))).toEqual([
    'm.yaml:4:3: there is a source before this one',
    'm.yaml:6:11: "prod example" is not a registry',
    'm.yaml:6:27: kpromo has no key "region" here',
    'm.yaml:8:9: "UPPER" is not the name of an image',
    'm.yaml:12:5: "sha512:12" is not a digest',
    'm.yaml:13:81: "1 0" is not a tag',
    'm.yaml:13:88: "-x" is not a tag',
    'm.yaml:14:3: kpromo has no key "digest" here',
  ]);
});

let registry: EmbeddedRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

const manifest = (images: string): TagFile =>
  tagFile(
    `registries:\n- { name: '${registry.host}/staging', src: true }\n- { name: '${registry.host}/eu' }\n- { name: '${registry.host}/us' }\nimages:\n${images}`,
    'promoter-manifest.yaml',
  );
const made = (content: string) => image({ layers: [{ files: { content } }] });

test('digests with and without tags are promoted, the source is read once, and running again writes nothing', async () => {
  const [one, two] = [made('one'), made('two')];
  seed(registry, 'staging/app', null, one);
  seed(registry, 'staging/app', null, two);
  const files = [
    manifest(`- name: app\n  dmap:\n    "${one.digest}": ["1.0", stable]\n    "${two.digest}": []\n`),
  ];
  const first = await flow(flowRequest('apply', null, { files }));
  expect(first.exitCode).toBe(0);
  expect(registry.tags('eu/app')).toEqual(['1.0', 'stable']);
  expect(registry.manifest('us/app', two.digest)?.digest).toBe(two.digest);
  expect(
    first.report.actions.map(({ action, tag, entry }) => `${action} ${tag.slice(0, 10)} ${entry ?? ''}`),
  ).toEqual([
    ...['create 1.0 1', 'create stable 1', 'create 1.0 1', 'create stable 1'],
    ...Array.from({ length: 2 }, () => `create ${two.digest.slice(0, 10)} 2`),
  ]);
  const reads = registry.requests.filter(
    ({ method, url }) => method === 'GET' && /\/staging\/app\/manifests\/sha256:/.test(url),
  );
  expect(reads).toHaveLength(2);

  const before = registry.requests.length;
  const second = await flow(flowRequest('apply', null, { files }));
  expect(second.report.counts).toMatchObject({ keep: 6, create: 0, move: 0 });
  expect(registry.requests.slice(before).filter(({ method }) => method === 'PUT')).toEqual([]);
});

test('a tag that another digest has is refused, also between entries of one manifest', async () => {
  const [one, two] = [made('one'), made('two')];
  for (const each of [one, two]) seed(registry, 'staging/app', null, each);
  seed(registry, 'eu/app', '1.0', two);
  const moved = await flow(
    flowRequest('plan', null, { files: [manifest(`- name: app\n  dmap: { "${one.digest}": ["1.0"] }\n`)] }),
  );
  expect(moved.report.actions.map(({ action, reason }) => `${action} ${reason.code}`)).toEqual([
    'refuse different-digest',
    'create absent',
  ]);
  const both = manifest(`- name: app\n  dmap: { "${one.digest}": ["2.0"], "${two.digest}": ["2.0"] }\n`);
  const overlapping = await flow(flowRequest('plan', null, { files: [both] }));
  expect(new Set(overlapping.report.actions.map(({ reason }) => reason.code))).toEqual(
    new Set(['conflicting-entries']),
  );
});
