import { describe, expect, test } from '@jest/globals';
import { placeOf, policyOf, problemsOf, withRules } from '../support/policies.js';

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
