import { afterEach, describe, expect, test } from '@jest/globals';
import { image, index, seed } from '../../testing/registry/image.js';
import { flow, flowRequest } from '../support/flow.js';
import { releasesOf, type Releases } from '../support/releases.js';

let releases: Releases;
afterEach(() => releases.close());

describe('a git tag with the name of a stable tag', () => {
  test.each(['wmcore', 'semver'])(
    'seam 04: is not published under it by %s, before the release and after it',
    async (policy) => {
      releases = await releasesOf(`policy: ${policy}\n`);
      const refused = { exitCode: 1, tags: { '2.3.4-stable': 'refuse name-taken' } };
      expect(await releases.push('refs/tags/2.3.4-stable')).toMatchObject(refused);
      expect(await releases.push('refs/tags/2.3.4')).toMatchObject({
        exitCode: 0,
        tags: { '2.3.4': 'create absent' },
      });
      const before = releases.tags();
      expect(await releases.push('refs/tags/2.3.4-stable')).toMatchObject(refused);
      expect(releases.tags()).toEqual(before);
    },
  );

  test('seam 04: is promoted by a rule that says from what', async () => {
    releases = await releasesOf(`policy:
  rules:
    - { class: final, git_tag: 'v{n}', tag: '{git_tag}', stable: manual }
    - { class: stable, git_tag: '{version:text}-stable', from: '{version}', tag: '{version}-stable' }
`);
    const sha = '7'.repeat(40);
    await releases.push('refs/tags/v7', { sha });
    expect(await releases.push('refs/tags/v7-stable', { sha })).toMatchObject({
      exitCode: 0,
      tags: { 'v7-stable': 'create absent' },
    });
    const tags = releases.tags();
    expect(tags['app:v7-stable']).toBe(tags['app:v7']);
  });

  test("seam 04: is nobody's when it follows no release", async () => {
    releases = await releasesOf('policy: wmcore\n');
    expect(await releases.push('refs/tags/old-stable')).toMatchObject({ exitCode: 0 });
  });
});

describe('an entry of images in a repository that is built', () => {
  const run = async (entry: string) => {
    releases = await releasesOf(
      (image) =>
        `policy: wmcore\nbuilds: [ { name: '${image}' } ]\nimages: [ { name: '${image}', ${entry} } ]\n`,
    );
    releases.holds('2.3.4', 'other');
    return (await releases.push('refs/heads/main')).tags;
  };

  test('seam 04: may promote a release to its stable tag', async () => {
    expect(await run('src_build_tag: 2.3.4, tag: 2.3.4-stable')).toEqual({ '2.3.4-stable': 'create absent' });
  });

  test('seam 04: may not promote anything else to it', async () => {
    expect(await run('src_build_tag: other, tag: 2.3.4-stable')).toEqual({
      '2.3.4-stable': 'refuse name-taken',
    });
  });

  test('seam 04: may have any name that only free text gives', async () => {
    expect(await run('src_build_tag: other, tag: stx.4.0-v2.2')).toEqual({ 'stx.4.0-v2.2': 'create absent' });
  });

  test.each([
    ['stable: manual', '', 'src_build_tag: v1, tag: v1-stable'],
    ['stable: { requires: [{ check: e2e }] }', '', 'src_build_tag: v1, tag: v1-stable'],
    ['requires: [{ check: e2e }], stable: true', '', 'src_build_tag: v1, tag: v1-stable'],
    ['requires: [{ check: e2e }]', '', 'src_build_tag: other, tag: v2'],
    ['stable: false', 'requires: [{ check: e2e }]', 'src_build_tag: other, tag: v2'],
    ['stable: true', 'requires: [{ check: e2e }]', 'src_build_tag: v1, tag: v1-stable'],
  ])('seam 04: goes past no condition of a rule or build (%s %s)', async (conditions, build, entry) => {
    releases = await releasesOf(
      (image) =>
        `policy: { rules: [ { class: final, git_tag: 'v{n}', tag: '{git_tag}', ${conditions} } ], unmatched: ignore }\nbuilds: [ { name: '${image}', ${build} } ]\nimages: [ { name: '${image}', ${entry} } ]\n`,
    );
    releases.holds('v1', 'other');
    const { actions, exitCode } = await releases.push('refs/heads/main');
    expect(exitCode).toBe(1);
    expect(actions.map(({ reason }) => reason.code)).toEqual(['name-taken']);
    expect(actions[0]?.reason.text).toContain('conditions');
  });
});

test('seam 04: an entry and a build that registry-map brings to one repository meet there', async () => {
  releases = await releasesOf('policy: semver\n');
  releases.holds('other');
  const text = `policy: semver
builds: [ { name: a.example/app } ]
images: [ { name: b.example/app, src_name: b.example/app, src_build_tag: other, tag: latest } ]
`;
  const registryMap = ['a.example', 'b.example'].map((host) => `${host}=${releases.registry.host}`);
  const { report, exitCode } = await flow({ ...flowRequest('apply', text), registryMap });
  expect(exitCode).toBe(1);
  expect(report.actions.map(({ tag, reason }) => [tag, reason.code])).toEqual([['latest', 'name-taken']]);
});

describe('a rule of class stable', () => {
  const policy =
    "policy: { rules: [ { class: final, git_tag: 'v{n}', tag: '{git_tag}', stable: manual }, { class: stable, git_tag: '{version:text}-stable', from: '{version}', tag: '{version}-stable' } ] }";
  const sha = '16a70a1e17939e45d6003edde221cd2a0d0aa56c';
  const made = (revision: string | null, content = 'one', platforms = ['linux/amd64']) => {
    const labels = revision === null ? {} : { 'org.opencontainers.image.revision': revision };
    const images = platforms.map((platform) =>
      image({ platform, labels, layers: [{ files: { content: `${content} ${platform}` } }] }),
    );
    return index(images);
  };
  const start = async (names: (name: string) => string, platforms = 'linux/amd64') => {
    releases = await releasesOf(
      (name) => `${policy}\nbuilds: [ { name: ${names(name)}, platforms: [${platforms}] } ]\n`,
    );
  };
  const stable = () => releases.push('refs/tags/v1-stable', { sha });

  test('seam 04: promotes the image of its commit', async () => {
    await start((name) => name);
    seed(releases.registry, 'app', 'v1', made(sha));
    expect(await stable()).toMatchObject({
      exitCode: 0,
      tags: { 'v1-stable': 'create absent' },
      warnings: [],
    });
  });

  test('seam 04: refuses an image of another commit, also when the tag is right', async () => {
    await start((name) => name);
    seed(releases.registry, 'app', 'v1', made('e'.repeat(40)));
    const { exitCode, actions, tags } = await stable();
    expect([exitCode, tags]).toEqual([1, { 'v1-stable': 'refuse revision-mismatch' }]);
    expect(actions[0]?.reason.text).toContain(
      `this run is for commit ${sha}, but the image for linux/amd64 says`,
    );
    seed(releases.registry, 'app', 'v1-stable', made('e'.repeat(40)));
    expect(await stable()).toMatchObject({ exitCode: 1, tags: { 'v1-stable': 'refuse revision-mismatch' } });
  });

  test('seam 04: warns where the image does not say its commit', async () => {
    await start((name) => name);
    seed(releases.registry, 'app', 'v1', made(null));
    expect(await stable()).toMatchObject({
      exitCode: 0,
      warnings: [
        'the image has no org.opencontainers.image.revision, so the commit that it is made from could not be checked',
      ],
    });
  });

  test('seam 04: refuses names of one build that hold different digests', async () => {
    await start((name) => `[${name}, ${name}/copy]`);
    seed(releases.registry, 'app', 'v1', made(sha));
    seed(releases.registry, 'app/copy', 'v1', made(sha, 'two'));
    const { exitCode, actions } = await stable();
    expect(exitCode).toBe(1);
    expect(actions.map(({ action, reason }) => `${action} ${reason.code}`)).toEqual([
      'refuse different-digest',
      'refuse different-digest',
    ]);
    expect(actions[0]?.reason.text).toContain('both are names of one build');
    seed(releases.registry, 'app/copy', 'v1', made(sha));
    expect((await stable()).exitCode).toBe(0);
    expect(releases.registry.tags('app/copy')).toContain('v1-stable');
  });

  test('seam 04: refuses an image without a platform of the release', async () => {
    await start((name) => name, 'linux/amd64, linux/arm64');
    seed(releases.registry, 'app', 'v1', made(sha));
    expect(await stable()).toMatchObject({ exitCode: 1, tags: { 'v1-stable': 'refuse platform-missing' } });
    seed(releases.registry, 'app', 'v1', made(sha, 'one', ['linux/amd64', 'linux/arm64']));
    expect(await stable()).toMatchObject({ exitCode: 0, tags: { 'v1-stable': 'create absent' } });
  });
});
