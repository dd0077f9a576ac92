import { afterEach, describe, expect, test } from '@jest/globals';
import { compareChannel, resolveNames } from '../../src/policy/policy.js';
import { decide, factsOf, policyOf, withRules } from '../support/policies.js';
import { releasesOf, type Releases } from '../support/releases.js';

/** The policy of docs/policy.md. */
const DOCUMENTED = `policy:
  rules:
    - { class: snapshot, branch: [main, master], tag: 'v0.0.{date}{seq:2}' }
    - { class: patch, git_tag: 'v{major}.{minor}.{patch}{seq:2}', tag: '{git_tag}', stable: true }
    - { class: final, git_tag: 'v{major}.{minor}.{patch}', tag: '{git_tag}', stable: true, channels: ['{major}.{minor}', latest] }
    - { class: stable, git_tag: '{version:text}-stable', from: '{version}', tag: '{version}-stable' }
`;

let releases: Releases;
afterEach(() => releases.close());

test('seam 01: a patch beside the releases keeps no channel from the next release', async () => {
  releases = await releasesOf(DOCUMENTED);
  releases.holds('v1.2.3', 'v1.2.302', '1.2', 'latest');
  const { exitCode, tags } = await releases.push('refs/tags/v1.2.4');
  expect({ exitCode, tags }).toEqual({
    exitCode: 0,
    tags: {
      'v1.2.4': 'create absent',
      'v1.2.4-stable': 'create absent',
      '1.2': 'move newer',
      latest: 'move newer',
    },
  });
});

describe('a number on top of a release, and a longer version of a release', () => {
  const numbered = "class: patch, branch: 'release-*', tag: '{base}{seq:2}'";
  const final = "class: final, git_tag: 'v{major}.{minor}.{patch}', tag: '{git_tag}', channels: [latest]";
  const pushes = async () => {
    const gitTags = () => Promise.resolve(['v1.2.3']);
    const first = await releases.push('refs/tags/v1.2.3');
    const patch = await releases.push('refs/heads/release-1.2', {
      reachableTags: gitTags,
      gitTags,
      shallow: () => Promise.resolve(false),
    });
    const longer = await releases.push('refs/tags/v1.2.301');
    return [first, patch, longer, await releases.push('refs/tags/v1.2.4')];
  };

  test('seam 01: the first of the two rules has the name, and no channel of the other counts it', async () => {
    releases = await releasesOf(withRules(numbered, final));
    expect((await pushes()).map(({ tags }) => tags)).toEqual([
      { 'v1.2.3': 'create absent', latest: 'create absent' },
      { 'v1.2.301': 'create absent' },
      expect.objectContaining({ 'v1.2.301': 'refuse name-taken' }),
      { 'v1.2.4': 'create absent', latest: 'move newer' },
    ]);
  });

  test('seam 01: behind the releases the number is refused, and not counted as one of them', async () => {
    releases = await releasesOf(withRules(final, numbered));
    const [, patch] = await pushes();
    expect(patch?.tags).toEqual({ 'v1.2.301': 'refuse name-taken' });
  });

  test('seam 01: days and numbers of runs are counted for the rule that has them', async () => {
    const runs = "class: snapshot, branch: 'release-*', tag: '{run_number}', channels: [latest-stable]";
    releases = await releasesOf(withRules(runs, "class: snapshot, branch: '*', tag: '{date}{seq:2}'"));
    const day = await releases.push('refs/heads/x');
    const run = await releases.push('refs/heads/release-a', { runNumber: 2 });
    expect([Object.keys(day.tags), run.tags]).toEqual([
      [expect.stringMatching(/^20\d{6}01$/)],
      { 2: 'create absent', 'latest-stable': 'create absent' },
    ]);
  });

  test('seam 01: a number counts for the rule that wrote it, where another one gives such names too', async () => {
    releases = await releasesOf(
      withRules(
        "class: snapshot, branch: 'release/{major}.{minor}', tag: '{major}.{minor}.{run_number}'",
        "class: patch, branch: '{major}.{minor}', tag: '{major}.{minor}.{seq:2}', channels: ['newest']",
      ),
    );
    const newer = await releases.push('refs/heads/1.2');
    const older = await releases.push('refs/heads/0.2');
    expect([newer.tags, older.tags]).toEqual([
      { '1.2.01': 'create absent', newest: 'create absent' },
      { '0.2.01': 'create absent', newest: 'keep older' },
    ]);
  });
});

const compare = (yaml: string, ref: string, channel: string, tags: readonly string[]) => {
  const policy = policyOf(yaml);
  return compareChannel(policy, resolveNames(policy, decide(policy, ref), factsOf(ref)), channel, tags);
};

describe('which rule a version in the registry belongs to', () => {
  const final = "class: final, git_tag: 'v{major}.{minor}.{patch}', tag: '{git_tag}', channels: [latest]";
  const snapshot = "class: snapshot, branch: main, tag: 'v0.0.{date}{seq:2}'";
  const days = "class: snapshot, git_tag: '{date}', tag: '{git_tag}'";
  const numbers = "class: final, git_tag: '{major}', tag: '{git_tag}', channels: [latest]";
  const patch =
    "class: patch, git_tag: 'v{major}.{minor}.{patch}{seq:2}', tag: '{git_tag}', channels: [latest]";

  test.each<[string, string[], string, string[], 'newer' | 'older', string | null]>([
    ['a snapshot of a day', [snapshot, final], 'v0.0.5', ['v0.0.2026112101', 'v0.0.4'], 'newer', 'v0.0.4'],
    ['the same, written behind the release', [final, snapshot], 'v0.0.5', ['v0.0.2026112101'], 'newer', null],
    ['a day beside numbers', [days, numbers], '5', ['20261121', '4'], 'newer', '4'],
    ['eight digits that are no day', [days, numbers], '5', ['99999999', '4'], 'newer', '4'],
    [
      'two rules that write one channel',
      [patch, final],
      'v1.2.4',
      ['v1.2.302', 'v1.2.3'],
      'newer',
      'v1.2.302',
    ],
    ['the same, and the patch is newer', [patch, final], 'v1.2.2', ['v1.2.302'], 'older', 'v1.2.302'],
    ['a rule that publishes nothing', [`${days}, publish: false`, numbers], '5', ['20261121'], 'newer', null],
  ])('seam 01: %s', (_name, rules, tag, tags, order, highest) => {
    releases = { close: () => Promise.resolve() } as Releases;
    expect(compare(withRules(...rules), `refs/tags/${tag}`, 'latest', tags)).toEqual({ order, highest });
  });
});
