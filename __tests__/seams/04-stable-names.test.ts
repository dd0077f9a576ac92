import { afterEach, describe, expect, test } from '@jest/globals';
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
    await releases.push('refs/tags/v7');
    expect(await releases.push('refs/tags/v7-stable')).toMatchObject({
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
});
