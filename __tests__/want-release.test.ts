import { describe, expect, test } from '@jest/globals';
import { tagOrDigest } from '../src/oci/reference.js';
import { buildsOfRun } from '../src/builds/inputs.js';
import { wantBuilds } from '../src/want.js';
import { builds, config, options, resolved } from './support/release.js';

/** `kind image:tag`, with what it waits for or follows. */
async function wanted(
  policy: string,
  ref: string,
  names: (string | string[])[],
  stable = false,
): Promise<string[]> {
  return wantBuilds(builds(...names), await resolved(policy, ref), stable).map(
    ({ kind, image, destination, follows, manual }) =>
      `${kind} ${image}:${tagOrDigest(destination)}${follows === null ? '' : ` after ${tagOrDigest(follows.destination)}`}${manual ? ' held' : ''}`,
  );
}
const rules = (...lines: string[]): string =>
  `policy:\n  rules:\n${lines.map((line) => `    - ${line}\n`).join('')}`;

describe('tags of builds', () => {
  test.each<[string, string, string, (string | string[])[], string[]]>([
    [
      'a final of wmcore: primary and stable, for each image',
      'policy: wmcore',
      'refs/tags/2.3.4',
      ['reg.example/a', 'reg.example/b'],
      [
        'primary reg.example/a:2.3.4',
        'stable reg.example/a:2.3.4-stable after 2.3.4',
        'primary reg.example/b:2.3.4',
        'stable reg.example/b:2.3.4-stable after 2.3.4',
      ],
    ],
    [
      'a candidate of wmcore: primary only',
      'policy: wmcore',
      'refs/tags/2.3.4rc1',
      ['reg.example/a'],
      ['primary reg.example/a:2.3.4rc1'],
    ],
    [
      'a final of semver: channels follow the primary',
      'policy: semver',
      'refs/tags/v1.2.3',
      ['reg.example/a'],
      [
        'primary reg.example/a:v1.2.3',
        'channel reg.example/a:1.2 after v1.2.3',
        'channel reg.example/a:1 after v1.2.3',
        'channel reg.example/a:latest after v1.2.3',
      ],
    ],
    [
      'one build in several registries: the same in each',
      'policy: wmcore',
      'refs/tags/2.3.4rc1',
      [['reg.example/a', 'other.example/a']],
      ['primary reg.example/a:2.3.4rc1', 'primary other.example/a:2.3.4rc1'],
    ],
    [
      'several tags: each has its stable tag, channels follow the first',
      rules("{ class: final, git_tag: 'v{x}', tags: ['{x}', 'r{x}'], stable: true, channels: [latest] }"),
      'refs/tags/v7',
      ['reg.example/a'],
      [
        'primary reg.example/a:7',
        'primary reg.example/a:r7',
        'stable reg.example/a:7-stable after 7',
        'stable reg.example/a:r7-stable after r7',
        'channel reg.example/a:latest after 7',
      ],
    ],
    [
      'a rule of class stable: its tag is the stable tag, and has none of its own',
      rules(
        "{ class: stable, git_tag: '{version:text}-stable', from: '{version}', tag: '{version}-stable' }",
      ),
      'refs/tags/2.3-stable',
      ['reg.example/a'],
      ['stable reg.example/a:2.3-stable'],
    ],
  ])('%s', async (_name, policy, ref, names, expected) => {
    expect(await wanted(policy, ref, names)).toEqual(expected);
  });

  test('stable: manual is held until somebody says so', async () => {
    const policy = rules("{ class: final, git_tag: 'v{x}', tag: '{x}', stable: manual }");
    expect((await wanted(policy, 'refs/tags/v7', ['reg.example/a']))[1]).toBe(
      'stable reg.example/a:7-stable after 7 held',
    );
    expect((await wanted(policy, 'refs/tags/v7', ['reg.example/a'], true))[1]).toBe(
      'stable reg.example/a:7-stable after 7',
    );
  });

  test('a stable suffix of the policy', async () => {
    const policy = 'policy:\n  preset: wmcore\n  stable_suffix: .ok\n';
    expect((await wanted(policy, 'refs/tags/1.2.3', ['reg.example/a']))[1]).toContain(
      ':1.2.3.ok after 1.2.3',
    );
  });

  test('all are one release, and stand where the entry stands', async () => {
    const all = wantBuilds(
      builds('reg.example/a', 'reg.example/b'),
      await resolved('policy: wmcore', 'refs/tags/1.2.3'),
      false,
    );
    expect(new Set(all.map(({ group }) => group))).toEqual(new Set(['release']));
    expect([...new Set(all.map(({ location: place }) => place?.line))]).toEqual([3, 4]);
  });
});

describe('where the content comes from', () => {
  const from = (fallback: string): string =>
    rules(`{ class: final, git_tag: 'v{x}', tag: '{x}', from: 's{x}'${fallback}, stable: true }`);

  test.each([
    [
      'a build',
      rules("{ class: final, git_tag: 'v{x}', tag: '{x}', stable: true }"),
      { from: 'build', build: 'reg.example/a' },
    ],
    [
      'an image that exists',
      from(''),
      { from: 'image', ref: { registry: 'reg.example', repository: 'a', tag: 's7' } },
    ],
    [
      'an image that exists, else a build',
      from(', fallback: build'),
      { from: 'build', build: 'reg.example/a' },
    ],
  ])('%s', async (_name, policy, source) => {
    const all = wantBuilds(builds('reg.example/a'), await resolved(policy, 'refs/tags/v7'), false);
    expect(all.map((tag) => tag.source)).toEqual([source, source]);
  });
});

test('gates: those of rule and entry for all tags, those of stable for stable tags besides', async () => {
  const policy = rules(
    "{ class: final, git_tag: 'v{x}', tag: '{x}', channels: [latest], requires: [{ check: rule }], stable: { requires: [{ check: soak }] } }",
  );
  const file = config('policy: wmcore\nbuilds: [{ name: reg.example/a, requires: [{ check: entry }] }]\n');
  const all = wantBuilds(buildsOfRun(file, options()), await resolved(policy, 'refs/tags/v7'), false);
  expect(all.map(({ kind, gates }) => [kind, gates.map(({ check }) => check)])).toEqual([
    ['primary', ['rule', 'entry']],
    ['stable', ['rule', 'entry', 'soak']],
    ['channel', ['rule', 'entry']],
  ]);
});

test('force by name and tag, before and after registry-map', async () => {
  const file = config('policy: wmcore\nbuilds: [{ name: reg.example/a }]\n');
  const forced = async (force: string): Promise<boolean[]> =>
    wantBuilds(
      buildsOfRun(file, options({ map: ['reg.example=local.example'], force: [force] })),
      await resolved('policy: wmcore', 'refs/tags/1.2.3'),
      false,
    ).map((tag) => tag.forced);
  expect(await forced('reg.example/a')).toEqual([true, true]);
  expect(await forced('local.example/a:1.2.3')).toEqual([true, false]);
  expect(await forced('reg.example/a:1.2.3-stable')).toEqual([false, true]);
  expect(await forced('reg.example/b')).toEqual([false, false]);
});
