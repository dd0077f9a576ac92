import { describe, expect, test } from '@jest/globals';
import { PRESET_NAMES } from '../../src/policy/presets/presets.js';
import { placeOf, policyOf, problemsOf, withRules } from '../support/policies.js';
import { releasesOf } from '../support/releases.js';

const LINES =
  "class: final, git_tag: 'v{major}.{minor}.{patch}', tag: '{git_tag}', channels: ['{major}.{minor}', latest]";
const final = (pattern: string, more = '') => `class: final, git_tag: '${pattern}', tag: '{git_tag}'${more}`;

describe('a name that is fixed in one rule and moves in another', () => {
  test('seam 02: is an error at its line, with the refs that show it', () => {
    const yaml = withRules(LINES, final('{major}.{minor}'));
    expect(problemsOf(yaml)).toEqual([
      {
        location: { ...placeOf(yaml, "{major}.{minor}', tag: '{git_tag}' }"), line: 4, column: 56 },
        what: '"1.1" is a channel of rule policy/1 (refs/tags/v1.1.1) and a primary tag of rule policy/2 (refs/tags/1.1)',
        hint: 'change one of the two: a name belongs to one rule, and is either fixed or a channel',
      },
    ]);
  });

  test.each<[string, string[], RegExp]>([
    ['before it', [final('{a}.{b}'), LINES], /^"1.1" is a primary tag of rule policy\/1/],
    [
      'with a stable tag',
      [final('{n}', ', stable: true'), final('{n}-stable.{m}', ", channels: ['{n}-stable']")],
      /"1-stable" is a stable tag/,
    ],
    ['by the name itself', [final('latest'), LINES], /^"latest" is a primary tag/],
    [
      'of days',
      [final('{date}'), final('{major}.{minor}', ", channels: ['{major}']")],
      /^"20200101" is a primary tag/,
    ],
    [
      'of another field',
      [final('{a}.{b}', ", channels: ['{a}']"), final('v{b}.{a}', ", channels: ['{b}']")],
      /"1" is a channel of rule policy\/1 .* a channel of rule policy\/2/,
    ],
    [
      'of a branch',
      ["class: snapshot, branch: main, tag: 'main-{run_number}', channels: [main]", final('main')],
      /^"main" is a channel/,
    ],
    [
      'one tag as stable and primary',
      [final('{n}', ', stable: true'), final('{n}-stable')],
      /^"1-stable" is a stable tag/,
    ],
  ])('seam 02: %s', (_name, rules, what) => {
    expect(problemsOf(withRules(...rules)).map((problem) => problem.what)).toContainEqual(
      expect.stringMatching(what),
    );
  });

  test('seam 02: of a preset is an error where the own rule stands', () => {
    const yaml = withRules(final('{major}.{minor}')).replace('policy:\n', 'policy:\n  preset: semver\n');
    expect(problemsOf(yaml)).toMatchObject([
      {
        location: { line: 4 },
        what: expect.stringMatching(/^"1.1" is a primary tag of rule policy\/1 .*semver\/final/),
      },
    ]);
  });
});

describe('no mistake', () => {
  test.each<[string, string[]]>([
    ['numbers of other widths', [final('v{a:2}.{b}'), final('v{a:3}.{b}', ", channels: ['v{a}']")]],
    ['what an earlier rule wins', [final('v{a}'), final('v{b}')]],
    [
      'a channel that two releases write',
      [LINES, final('{major}.{minor}.{patch}.{d}', ', channels: [latest]')],
    ],
    [
      'the stable tag that a rule promotes',
      [
        final('v{n}', ', stable: true'),
        "class: stable, git_tag: 'v{n}-stable', from: 'v{n}', tag: 'v{n}-stable'",
      ],
    ],
  ])('seam 02: %s', (_name, rules) => {
    expect(policyOf(withRules(...rules)).warnings).toEqual([]);
  });

  test.each(PRESET_NAMES)('seam 02: the preset %s', (preset) => {
    expect(policyOf(`policy: ${preset}\n`).warnings).toEqual([]);
  });
});

test.each<[string, string, string[], string]>([
  ['a name that another rule has', "git_tag: '1.{n:11}', tag: '{git_tag}'", [], 'refuse name-taken'],
  ['its own', "git_tag: 'v{a}.{b}', tag: '{git_tag}'", ['1.20211101001'], 'create absent'],
])(
  'seam 02: a number is claimed as a git tag only where it is written: %s',
  async (_name, rule, expected, action) => {
    const numbered = "class: snapshot, branch: main, tag: '1.{date}{seq:3}', claim: git-tag";
    const releases = await releasesOf(withRules(`class: final, ${rule}`, numbered));
    const claimed: string[] = [];
    const claim = (name: string) => {
      claimed.push(name);
      return Promise.resolve({ state: 'created' as const });
    };
    const { tags } = await releases.push('refs/heads/main', {}, claim);
    await releases.close();
    expect([claimed, tags]).toEqual([expected, { '1.20211101001': action }]);
  },
);

test('seam 02: as many rules as a policy may have are compared in seconds', () => {
  const rules = Array.from(
    { length: 200 },
    (_, i) => `class: final, git_tag: ['r{n}-${i}', 's{n}-${i}'], tag: '{git_tag}'`,
  );
  const started = process.cpuUsage().user;
  policyOf(withRules(...rules));
  expect((process.cpuUsage().user - started) / 1e6).toBeLessThan(5);
});
