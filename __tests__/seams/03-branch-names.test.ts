import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { releasesOf, type Releases } from '../support/releases.js';

/** docs/migrating-from-metadata-action.md, `type=ref,event=branch`, before a preset. */
const POLICY = `policy:
  preset: semver
  rules:
    - { class: snapshot, branch: '**', tag: '{branch}-{sha:12}', channels: ['{branch}'] }
`;

let releases: Releases;
beforeEach(async () => {
  releases = await releasesOf(POLICY);
  await releases.push('refs/tags/v1.2.3');
});
afterEach(() => releases.close());

describe('a branch with the name of a release or of its channel', () => {
  test.each([
    ['v1.2.3', 'a primary tag'],
    ['1.2', 'a channel'],
    ['1', 'a channel'],
    ['latest', 'a channel'],
    ['v9.9.9', 'a primary tag'],
  ])('seam 03: %s moves nothing', async (branch, kind) => {
    const before = releases.tags();
    const { exitCode, actions } = await releases.push(`refs/heads/${branch}`);
    expect(exitCode).toBe(1);
    expect(actions.map(({ action, reason }) => `${action} ${reason.code}`)).toEqual([
      'refuse name-taken',
      'refuse name-taken',
    ]);
    expect(actions.find(({ tag }) => tag === branch)?.reason.text).toContain(
      `the rule semver/final writes it as ${kind}`,
    );
    expect(releases.tags()).toEqual(before);
  });

  test('seam 03: any other branch has its channel', async () => {
    expect(await releases.push('refs/heads/main')).toMatchObject({
      exitCode: 0,
      tags: { main: 'create absent' },
    });
    expect(await releases.push('refs/heads/main')).toMatchObject({
      exitCode: 0,
      tags: { main: 'move newer' },
    });
    expect((await releases.push('refs/heads/feature/a')).exitCode).toBe(0);
    expect((await releases.push('refs/heads/2.x')).exitCode).toBe(0);
  });

  test('seam 03: the release has its name although a branch could have it', async () => {
    const { exitCode, tags } = await releases.push('refs/tags/v1.2.4');
    expect({ exitCode, latest: tags['latest'] }).toEqual({ exitCode: 0, latest: 'move newer' });
  });
});

test('seam 03: a channel is not moved onto a tag that an entry promotes', async () => {
  await releases.close();
  releases = await releasesOf(
    (image) =>
      `${POLICY}builds: [ { name: '${image}', platforms: [linux/amd64] } ]\nimages: [ { name: '${image}', src_build_tag: held, tag: stx.4.0-v2.2 } ]\n`,
  );
  releases.holds('held', 'stx.4.0-v2.2');
  const before = releases.tags();
  const { exitCode, actions } = await releases.push('refs/heads/stx.4.0-v2.2');
  expect(exitCode).toBe(1);
  expect(actions.map(({ kind, tag, reason }) => [kind, tag, reason.code])).toContainEqual([
    'channel',
    'stx.4.0-v2.2',
    'name-taken',
  ]);
  expect(actions.find(({ source }) => source !== null)).toMatchObject({
    action: 'keep',
    reason: { code: 'same-digest' },
  });
  expect(releases.tags()).toEqual(before);
});

test('seam 03: a branch called like a pre-release has its snapshots', async () => {
  await releases.close();
  releases = await releasesOf('policy: semver\n');
  expect((await releases.push('refs/heads/v2.0.0-dev')).exitCode).toBe(0);
  expect((await releases.push('refs/tags/v2.0.0-dev')).exitCode).toBe(0);
});
