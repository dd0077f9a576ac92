import { describe, expect, test } from '@jest/globals';
import { placeOf, policyOf, problemsOf, withRules } from '../support/policies.js';

const HINT = 'put something into one of the tags that tells them apart, such as {git_tag} or {branch}';

describe('one tag for different refs', () => {
  test.each<[string, string, string, string]>([
    [
      'days',
      "git_tag: 'n{date}', tag: '{date}'",
      "git_tag: '{date}', tag: '{date}'",
      'refs/tags/n20200101 and refs/tags/20200101 both get "20200101"',
    ],
    [
      'words',
      "git_tag: 'a/{v:text}', tag: '{v}'",
      "git_tag: 'b/{v:text}', tag: '{v}'",
      'refs/tags/a/x and refs/tags/b/x both get "x"',
    ],
    [
      'numbers with a width',
      "git_tag: 'a{n:3}', tag: '{n}'",
      "git_tag: 'b{n:3}', tag: '{n}'",
      'refs/tags/a111 and refs/tags/b111 both get "111"',
    ],
    [
      'anything',
      "git_tag: 'a/*', tag: edge",
      "git_tag: 'b/**', tag: edge",
      'refs/tags/a/x and refs/tags/b/x both get "edge"',
    ],
    [
      'days of two branches',
      "branch: a, tag: '{date}'",
      "branch: b, tag: '{date}'",
      'refs/heads/a and refs/heads/b both get "20200101"',
    ],
  ])('%s', (_name, first, second, refs) => {
    const yaml = withRules(`class: snapshot, ${first}`, `class: snapshot, ${second}`);
    const tag = placeOf(yaml, second);
    expect(problemsOf(yaml)).toEqual([
      {
        location: { ...tag, column: tag.column + second.indexOf('tag: ', 8) + 5 },
        what: `rules policy/1 and policy/2 give one tag to different refs: ${refs}`,
        hint: HINT,
      },
    ]);
  });

  test('each is compared with the first that has the tag', () => {
    const yaml = withRules(...['a', 'b', 'c'].map((name) => `class: snapshot, git_tag: ${name}, tag: edge`));
    expect(problemsOf(yaml).map(({ what }) => what)).toEqual([
      expect.stringMatching(/^rules policy\/1 and policy\/2 /),
      expect.stringMatching(/^rules policy\/1 and policy\/3 /),
    ]);
  });

  test('the second of several tags counts', () => {
    const yaml = withRules(
      "class: snapshot, git_tag: a, tags: [ '{sha:7}', x ]",
      "class: snapshot, git_tag: b, tags: [ '{sha:8}', x ]",
    );
    expect(problemsOf(yaml)).toEqual([
      {
        location: { ...placeOf(yaml, "'{sha:8}'"), column: placeOf(yaml, "'{sha:8}'").column + 11 },
        what: 'rules policy/1 and policy/2 give one tag to different refs: refs/tags/a and refs/tags/b both get "x"',
        hint: HINT,
      },
    ]);
  });

  test('within one rule it is the business of its fields', () => {
    const rule = "class: final, git_tag: [ 'v{n}', '{n}' ], tags: [ '{n}', '{n}' ]";
    expect(policyOf(withRules(rule)).warnings).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['moments', "branch: a, tag: 'b{timestamp}'", "branch: c, tag: 'b{timestamp}'"],
    ['runs', "branch: a, tag: 'b{run_number}'", "branch: c, tag: 'b{run_number}'"],
    ['a few digits of the commit', "branch: a, tag: 'b{sha:4}'", "branch: c, tag: 'b{sha:4}'"],
    [
      'numbers, which are taken one by one',
      "branch: a, tag: 'v{date}{seq:2}'",
      "branch: c, tag: 'v{date}{seq:2}'",
    ],
    ['what is based on a release', "branch: a, tag: '{base}.1'", "branch: c, tag: '{base}.1'"],
    ['a rule that publishes nothing', 'git_tag: a, tag: edge, publish: false', 'git_tag: c, tag: edge'],
    [
      'a rule behind one that has the same refs',
      "git_tag: '**', tag: '{git_tag}'",
      "git_tag: 'v{n}', tag: '{n}'",
    ],
  ])('no mistake: %s', (_name, first, second) => {
    const final = "class: final, git_tag: 'r{n}', tag: '{git_tag}'";
    const yaml = withRules(final, `class: snapshot, ${first}`, `class: snapshot, ${second}`);
    expect(policyOf(yaml).warnings).toEqual([]);
  });

  test.each<[string, string]>([
    [
      "tag: '{n}', stable: true, channels: [ x, '{n}-stable' ]",
      '"1-stable" is a stable tag of rule policy/1',
    ],
    ["tag: '{git_tag}', channels: [ '{n}' ]", '"1" is a primary tag of rule policy/1'],
  ])('a rule whose channel is one of its fixed tags: %s', (rule, what) => {
    const [problem] = problemsOf(withRules(`class: final, git_tag: '{n}', ${rule}`));
    expect(problem?.what).toBe(`${what} (refs/tags/1) and a channel of rule policy/1 (refs/tags/1)`);
  });

  test('what promotes may not name what another rule made', () => {
    const yaml = withRules(
      'class: snapshot, git_tag: main, tag: tested',
      "class: stable, git_tag: 'good-{v:text}', from: '{v}', tag: tested, labels: { v: '{v}' }",
    ).replace("tag: tested, labels: { v: '{v}' }", "tags: [ '{v}-good', tested ]");
    expect(problemsOf(yaml).map(({ what }) => what)).toContain(
      '"tested" is a primary tag of rule policy/1 (refs/tags/main) and a stable tag of rule policy/2 (refs/tags/good-x)',
    );
  });
});

describe('channels of releases', () => {
  test('a snapshot is told which rule has the channel', () => {
    const yaml = withRules(
      "class: snapshot, branch: 'r{n}', tag: '{n}.{date}{seq:2}', channels: [ edge, latest ]",
      "class: final, git_tag: 'v{n}', tag: '{git_tag}', channels: [ latest ]",
    );
    expect(problemsOf(yaml)).toEqual([
      {
        location: placeOf(yaml, 'latest'),
        what: 'the channel "latest" belongs to releases (rule policy/2), and this rule makes snapshots',
        hint: 'give snapshots a channel of their own, such as "edge"',
      },
    ]);
  });

  test('releases of several rules share it', () => {
    const yaml = withRules(
      "class: final, git_tag: 'v{a}.{b}', tag: '{git_tag}', channels: [ latest ]",
      "class: patch, git_tag: 'v{a}.{b}.{c}', tag: '{git_tag}', channels: [ latest ]",
      "class: snapshot, branch: main, tag: '{date}{seq:2}', channels: [ edge ]",
    );
    expect(policyOf(yaml).warnings).toEqual([]);
  });
});

const RULES = [
  "class: final, git_tag: 'v{n}', tag: '{git_tag}', stable: true, channels: [ latest ]",
  "class: patch, git_tag: 'v{n}.{p}', tag: '{git_tag}', stable: manual, channels: [ line ]",
  "class: snapshot, branch: main, tag: 'v0.0.{date}{seq:2}'",
  "class: snapshot, git_tag: 'v0.0.{date}-{m}', tag: '{git_tag}'",
  "class: snapshot, branch: dev, tag: 'd{base}.{sha:7}'",
  "class: final, git_tag: 'x{n}', tag: '{git_tag}', publish: false",
];

const withExample = (example: string) => `${withRules(...RULES)}  examples:\n    - { ref: ${example} }\n`;

describe('an example that holds', () => {
  test.each([
    // the stable tag waits, so it may be there or not
    'refs/tags/v1.2, class: patch, tags: [ v1.2 ]',
    'refs/tags/v1.2, class: patch, tags: [ v1.2, v1.2-stable ]',
    'refs/tags/v1.2, class: patch, tags: [ v1.2, line ]',
    'refs/tags/v1.2, class: patch, tags: [ line, v1.2-stable, v1.2 ]',
    // one name said twice is one name
    'refs/tags/v1, class: final, tags: [ v1, v1, v1-stable ]',
    'refs/heads/dev, class: snapshot, tags: [ dv1.16a70a1 ]',
    'refs/tags/x1, class: final, tags: []',
    'refs/heads/other, class: null, tags: []',
  ])('%s', (example) => {
    expect(policyOf(withExample(example)).rules).toHaveLength(RULES.length);
  });
});

describe('an example that does not', () => {
  const byFinal = '(rule policy/1: the git tag "v1" matches "v{n}")';

  test.each<[string, string, string]>([
    [
      'refs/tags/v1, class: final, tags: [ v1 ]',
      '[ v1 ]',
      `expected tags v1, the policy gives v1, v1-stable ${byFinal}`,
    ],
    [
      'refs/tags/v1, class: final, tags: []',
      '[]',
      `expected tags none, the policy gives v1, v1-stable ${byFinal}`,
    ],
    [
      'refs/tags/v1, class: final, tags: [ v1, v1-stable, other ]',
      '[ v1,',
      `expected tags v1, v1-stable, other, the policy gives v1, v1-stable ${byFinal}`,
    ],
    ['refs/tags/v1, class: patch', 'patch }', `expected class patch, the policy gives final ${byFinal}`],
    [
      'refs/heads/other, class: final',
      'final }',
      'expected class final, the policy gives null (no rule matches the branch "other")',
    ],
    [
      'refs/tags/x1, class: final, tags: [ x1 ]',
      '[ x1',
      'expected tags x1, the policy gives none (rule policy/6: the git tag "x1" matches "x{n}"; the rule has "publish: false", so nothing is published)',
    ],
    [
      'refs/heads/main, class: snapshot, tags: [ v0.1.2021110101 ]',
      '[ v0.1',
      'expected tags v0.1.2021110101, the policy gives v0.0.{date}{seq:2} (rule policy/3: the branch "main" matches "main")',
    ],
    [
      'refs/tags/v0.0.20210230-1, class: snapshot',
      'refs/tags/v0.0',
      'the git tag "v0.0.20210230-1" has the form "v0.0.{date}-{m}", but 20210230 is no day of the calendar',
    ],
  ])('%s', (example, wrong, what) => {
    const yaml = withExample(example);
    const ref = example.slice(0, example.indexOf(','));
    expect(problemsOf(yaml)).toEqual([
      {
        location: placeOf(yaml, wrong),
        what: `example ${ref}: ${what}`,
        hint: 'correct the example or the rule',
      },
    ]);
  });
});
