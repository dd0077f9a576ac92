import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import { compilePolicy } from '../../src/policy/policy.js';
import { FILE, policyOf, problemsOf } from '../support/policies.js';

/** A policy with one rule, given as the lines below `class`. Line 4 is the first of them. */
function oneRule(...lines: string[]): string {
  return ['policy:', '  rules:', '    - class: final', ...lines.map((line) => `      ${line}`)].join('\n');
}

describe('mistakes in a rule, each with its line and column', () => {
  test.each<[string, string, number, number, RegExp]>([
    [
      'a field that no pattern has',
      oneRule("git_tag: 'v{major}'", "tag: 'v{major}.{minor}'"),
      5,
      22,
      /\{minor\} is not defined here/,
    ],
    [
      'a field that only some patterns have',
      oneRule("git_tag: ['{major}', '{major}.{minor}']", "tag: '{major}.{minor}'"),
      5,
      21,
      /\{minor\} is not defined here/,
    ],
    [
      'a field that the tag leaves out: 1.2.3 would be published for 1.2.3.4',
      oneRule("git_tag: '{major}.{minor}.{patch}.{build}'", "tag: '{major}.{minor}.{patch}'"),
      4,
      41,
      /\{build\} is not in the tag/,
    ],
    [
      'a git tag on a branch',
      oneRule('branch: main', "tag: '{git_tag}'"),
      5,
      13,
      /\{git_tag\} is not defined/,
    ],
    [
      'the tag inside the tag',
      oneRule("git_tag: '{v:text}'", "tag: '{tag}'"),
      5,
      13,
      /\{tag\} is not defined/,
    ],
    ['a tag of 129 characters', oneRule('git_tag: x', `tag: ${'a'.repeat(129)}`), 5, 12, /129 characters/],
    [
      'a stable tag of 129 characters',
      oneRule('git_tag: x', `tag: ${'a'.repeat(122)}`, 'stable: true'),
      5,
      12,
      /with "-stable" has at least 129 characters/,
    ],
    ['row 5: +build', oneRule("git_tag: '{v:text}'", "tag: '{v}+build'"), 5, 16, /cannot hold "\+"/],
    ['row 4: a leading dash', oneRule("git_tag: '{v:text}'", "tag: '-{v}'"), 5, 13, /cannot start with "-"/],
    ['row 4: a leading dot', oneRule("git_tag: '{v:text}'", "tag: '.{v}'"), 5, 13, /cannot start with "\."/],
    [
      'row 12: a reserved tag',
      oneRule('git_tag: x', `tag: sha256-${'a'.repeat(64)}.sig`),
      5,
      12,
      /reserved for signatures/,
    ],
    [
      'a channel that is no tag',
      oneRule("git_tag: '{n}'", "tag: '{n}'", "channels: ['a/b']"),
      6,
      20,
      /cannot hold "\/"/,
    ],
    ['a number without width', oneRule('branch: main', "tag: 'v{date}{seq}'"), 5, 20, /no width from 1 to 9/],
    ['a day with a width', oneRule('branch: main', "tag: 'v{date:6}'"), 5, 14, /\{date\} has no width/],
    ['a width that the field has not', oneRule("git_tag: '{n}'", "tag: '{n:3}'"), 5, 13, /another width/],
    ['one digit of a commit', oneRule('branch: main', "tag: 'v{sha:1}'"), 5, 14, /4 to 64/],
    ['a field that is never closed', oneRule("git_tag: 'v{major'", 'tag: x'), 4, 18, /no "}"/],
    ['row 25: a regular expression', oneRule("git_tag: '^(a+)+$'", 'tag: x'), 4, 17, /no ref/],
    [
      'a field with the name of a builtin',
      oneRule("git_tag: '{sha:text}'", "tag: '{sha}'"),
      4,
      17,
      /meaning of its own/,
    ],
    [
      'channels by a version that cannot be compared',
      oneRule("git_tag: 'v{version:text}'", "tag: '{version}'", 'channels: [latest]'),
      4,
      18,
      /which version is newer/,
    ],
    [
      'a channel whose versions cannot be found again',
      oneRule("branch: 'release-{line}'", "tag: 'v{date}{seq:2}'", "channels: ['{line}']"),
      6,
      19,
      /in the channel and not in the tag/,
    ],
    [
      'a tag that is a channel too',
      oneRule("git_tag: '{n}'", "tag: '{n}'", "channels: ['{n}']"),
      6,
      18,
      /both a tag and a channel/,
    ],
    [
      'a claim without a number',
      oneRule('branch: main', "tag: '{sha:12}'", 'claim: git-tag'),
      6,
      14,
      /the tag has none/,
    ],
    [
      'a label that uses what is not there',
      oneRule('git_tag: x', 'tag: x', "labels: { a: '{majr}' }"),
      6,
      21,
      /\{majr\} is not defined/,
    ],
  ])('%s', (_name, yaml, line, column, what) => {
    const problems = problemsOf(yaml);
    expect(problems.map((p) => p.what).join('\n')).toMatch(what);
    expect(problems).toContainEqual(
      expect.objectContaining({
        what: expect.stringMatching(what),
        hint: expect.stringMatching(/./),
        location: { file: FILE, line, column },
      }),
    );
  });

  test.each<[string, string]>([
    ['a rule without a class', 'policy:\n  rules:\n    - branch: main\n      tag: x\n'],
    ['an unknown key', oneRule('branch: main', 'tag: x', 'tagz: y')],
    ['row 3: an empty tag', oneRule('branch: main', "tag: ''")],
    ['a stable suffix that no tag can have', "policy:\n  preset: semver\n  stable_suffix: '+ok'\n"],
    ['an empty stable suffix', "policy:\n  preset: semver\n  stable_suffix: ''\n"],
    ['a time zone that does not exist', 'policy:\n  preset: semver\n  timezone: Europe/Zurichh\n'],
  ])('%s', (_name, yaml) => {
    const [problem] = problemsOf(yaml);
    expect(problem?.location).toMatchObject({
      file: FILE,
      line: expect.any(Number),
      column: expect.any(Number),
    });
  });

  test('all mistakes of a policy are told at once', () => {
    const yaml = oneRule("git_tag: ['v{major', '{a}{a}']", "tag: '{x}+{y}'", "channels: ['{z}']");
    expect(problemsOf(yaml).length).toBeGreaterThanOrEqual(5);
  });

  test('a rule that is wrong is not tried on the examples', () => {
    const yaml =
      oneRule("git_tag: '{v:text}'", "tag: '-{v}'") + '\n  examples: [ { ref: refs/tags/1, class: patch } ]';
    expect(problemsOf(yaml).map(({ what }) => what)).toEqual(['a tag cannot start with "-"']);
  });

  test('a policy that says nothing', () => {
    expect(problemsOf('policy:\n  timezone: UTC\n')).toEqual([
      {
        location: { file: FILE, line: 2, column: 3 },
        what: 'the policy has neither rules nor a preset',
        hint: 'add "preset" or "rules"',
      },
    ]);
  });
});

describe('presets by name', () => {
  test('one that does not exist names the nearest, at its line', () => {
    expect(problemsOf('policy: wmcoer')).toEqual([
      {
        location: { file: FILE, line: 1, column: 9 },
        what: 'there is no preset "wmcoer"',
        hint: 'did you mean "wmcore"?',
      },
    ]);
    expect(problemsOf('policy:\n  preset: sem-ver\n')[0]?.location).toEqual({
      file: FILE,
      line: 2,
      column: 11,
    });
  });

  test('nothing near: all are listed', () => {
    expect(() => compilePolicy({ preset: 'xyz' })).toThrow(UserError);
    expect(() => compilePolicy({ preset: 'xyz' })).toThrow(
      /wmcore, k8s-topology-aware, starlingx, semver, calver/,
    );
  });

  test('its rules come after those of the file', () => {
    const policy = policyOf(
      "policy:\n  preset: semver\n  rules:\n    - class: snapshot\n      branch: main\n      tag: 'edge-{sha:12}'\n",
    );
    expect(policy.rules.map((rule) => rule.name)).toEqual([
      'policy/1',
      'semver/final',
      'semver/prerelease',
      'semver/branch',
    ]);
  });
});

describe('rules together', () => {
  const rule = (...lines: string[]) => `    - ${lines.join('\n      ')}\n`;

  test('two rules that give one tag to different refs are a mistake with both refs', () => {
    const yaml =
      'policy:\n  rules:\n' +
      rule('class: final', "git_tag: 'v{major}.{minor}.{patch}'", "tag: '{major}.{minor}.{patch}'") +
      rule('class: final', "git_tag: '{major}.{minor}.{patch}'", "tag: '{git_tag}'");
    expect(problemsOf(yaml)).toEqual([
      expect.objectContaining({
        location: { file: FILE, line: 8, column: 12 },
        what: 'rules policy/1 and policy/2 give one tag to different refs: refs/tags/v1.1.1 and refs/tags/1.1.1 both get "1.1.1"',
      }),
    ]);
  });

  test('two git tags with one fixed tag are a mistake', () => {
    const yaml =
      'policy:\n  rules:\n' +
      rule('class: snapshot', 'git_tag: main', 'tag: edge') +
      rule('class: snapshot', 'git_tag: develop', 'tag: edge');
    expect(problemsOf(yaml)[0]?.what).toMatch(/refs\/tags\/main and refs\/tags\/develop both get "edge"/);
  });

  test.each<[string, string]>([
    [
      'commits tell builds apart',
      rule('class: snapshot', 'branch: main', "tag: 'sha-{sha:12}'") +
        rule('class: snapshot', 'branch: develop', "tag: 'sha-{sha:12}'"),
    ],
    [
      'numbers are taken one by one',
      rule('class: snapshot', 'branch: main', "tag: 'v0.0.{date}{seq:2}'") +
        rule('class: snapshot', "git_tag: 'v0.0.{date}{seq:2}'", "tag: '{git_tag}'"),
    ],
    [
      'the first rule takes what both match',
      rule('class: patch', "git_tag: 'v{major}.{minor}.{patch}{seq:2}'", "tag: '{git_tag}'") +
        rule('class: final', "git_tag: 'v{major}.{minor}.{patch}'", "tag: '{git_tag}'"),
    ],
    [
      'a stable rule names the stable tag of another',
      rule('class: final', "git_tag: 'v{major}.{minor}'", "tag: '{git_tag}'", 'stable: true') +
        rule(
          'class: stable',
          "git_tag: '{version:text}-stable'",
          "from: '{version}'",
          "tag: '{version}-stable'",
        ),
    ],
  ])('no mistake: %s', (_name, rules) => {
    expect(policyOf(`policy:\n  rules:\n${rules}`).warnings).toEqual([]);
  });

  test('naming the refs of a preset differently is no mistake: the names are those of the own rule', () => {
    const yaml =
      'policy:\n  preset: semver\n  rules:\n' +
      rule('class: final', "git_tag: 'v{major}.{minor}.{patch}'", "tag: '{major}.{minor}.{patch}'");
    expect(policyOf(yaml).warnings).toEqual([]);
  });

  test('row 15: a snapshot cannot move a channel of releases', () => {
    const yaml =
      'policy:\n  rules:\n' +
      rule('class: final', "git_tag: 'v{major}.{minor}'", "tag: '{git_tag}'", 'channels: [latest]') +
      rule('class: snapshot', "git_tag: 'v{major}.{minor}-rc{n}'", "tag: '{git_tag}'", 'channels: [latest]');
    expect(problemsOf(yaml)[0]).toMatchObject({ location: { line: 10, column: 18 } });
    expect(problemsOf(yaml)[0]?.what).toMatch(/"latest" belongs to releases/);
  });
});

describe('doubts', () => {
  test('a pattern that can be read in several ways', () => {
    const [warning] = policyOf(oneRule("git_tag: '{a}{b}'", "tag: '{git_tag}'")).warnings;
    expect(warning?.what).toMatch(/read in several ways/);
    expect(warning?.location).toEqual({ file: FILE, line: 4, column: 16 });
  });

  test('{patch}{seq:2} is defined and no doubt', () => {
    expect(policyOf(oneRule("git_tag: 'v{patch}{seq:2}'", "tag: '{git_tag}'")).warnings).toEqual([]);
  });

  test('channels of tags without a number', () => {
    const { warnings } = policyOf(oneRule('branch: main', "tag: 'main-{sha:12}'", 'channels: [edge]'));
    expect(warnings[0]?.what).toMatch(/follow the last run/);
  });
});

describe('examples', () => {
  const withExample = (example: string) =>
    `policy:\n  rules:\n    - { class: final, git_tag: 'v{major}.{minor}', tag: '{git_tag}', stable: true, channels: [latest] }\n` +
    `    - { class: snapshot, branch: main, tag: 'v0.0.{date}{seq:2}' }\n  examples:\n    - ${example}\n`;

  test.each([
    '{ ref: refs/tags/v1.2, class: final, tags: [ v1.2, v1.2-stable ] }',
    '{ ref: refs/tags/v1.2, class: final, tags: [ v1.2-stable, v1.2 ] }',
    '{ ref: refs/tags/v1.2, class: final, tags: [ v1.2, v1.2-stable, latest ] }',
    '{ ref: refs/tags/v1.2, class: final }',
    '{ ref: refs/heads/main, class: snapshot, tags: [ v0.0.2021110101 ] }',
    "{ ref: refs/heads/main, class: snapshot, tags: [ 'v0.0.{date}{seq:2}' ] }",
    '{ ref: refs/heads/topic, class: null }',
    '{ ref: refs/tags/nope, class: null, tags: [] }',
  ])('right: %s', (example) => {
    expect(policyOf(withExample(example)).rules).toHaveLength(2);
  });

  test.each<[string, RegExp, number]>([
    [
      '{ ref: refs/tags/v1.2, class: patch }',
      /expected class patch, the policy gives final \(rule policy\/1/,
      37,
    ],
    ['{ ref: refs/tags/v1, class: final }', /expected class final, the policy gives null/, 35],
    [
      '{ ref: refs/tags/v1.2, class: final, tags: [ v1.2 ] }',
      /expected tags v1\.2, the policy gives v1\.2, v1\.2-stable/,
      50,
    ],
    [
      '{ ref: refs/heads/main, class: snapshot, tags: [ v0.0.2021023101 ] }',
      /the policy gives v0\.0\.\{date\}/,
      54,
    ],
    ['{ ref: refs/tags/a..b, class: final }', /is not a git ref/, 14],
  ])('wrong: %s', (example, what, column) => {
    const [problem] = problemsOf(withExample(example));
    expect(problem?.what).toMatch(what);
    expect(problem?.location).toEqual({ file: FILE, line: 6, column });
  });
});
