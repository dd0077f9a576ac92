import { describe, expect, test } from '@jest/globals';
import { decide, placeOf, policyOf, problemsOf, withRules } from '../support/policies.js';

describe('widths of fields', () => {
  test.each([
    "class: final, git_tag: 'v{n:3}', tag: '{n:3}'",
    "class: final, git_tag: [ 'v{n:3}', 'w{n:3}' ], tag: '{git_tag}', labels: { n: '{n:3}' }",
    "class: final, git_tag: 'v{a}.{n:3}', tag: '{a}.{n:3}'",
    "class: final, git_tag: 'v{n}', tag: '{n}'",
    "class: snapshot, git_tag: 'v{date}', tag: '{date}'",
  ])('as in the pattern: %s', (rule) => {
    expect(policyOf(withRules(rule)).rules).toHaveLength(1);
  });

  test.each([
    "class: final, git_tag: 'v{n:3}', tag: '{n:2}'",
    "class: final, git_tag: [ 'v{n:2}', 'w{n:3}' ], tag: '{git_tag}.{n:2}'",
    "class: final, git_tag: 'v{a:2}.{n}', tag: '{a}.{n:2}'",
  ])('another: %s', (rule) => {
    const yaml = withRules(rule);
    const place = placeOf(yaml, '{n:2}');
    const inTag = rule.lastIndexOf('{n:2}') - rule.indexOf('{n:2}');
    expect(problemsOf(yaml)).toEqual([
      {
        location: { ...place, column: place.column + inTag },
        what: '{n:2} has another width than the field {n} of the pattern',
        hint: 'write {n}',
      },
    ]);
  });
});

describe('widths of numbers and commits', () => {
  test.each(['{seq:1}', '{seq:9}', '{sha:4}', '{sha:64}', '{sha}'])('%s', (variable) => {
    expect(policyOf(withRules(`class: snapshot, branch: x, tag: 'v${variable}'`)).rules).toHaveLength(1);
  });

  test.each<[string, string, string]>([
    ['{seq}', '{seq} has no width from 1 to 9', 'write {seq:2} for 01 to 99'],
    ['{seq:0}', '{seq:0} has no width from 1 to 9', 'write {seq:2} for 01 to 99'],
    ['{seq:10}', '{seq:10} has no width from 1 to 9', 'write {seq:2} for 01 to 99'],
    ['{sha:3}', '{sha:3}: a commit is cut to 4 to 64 digits', 'write {sha:12}'],
    ['{sha:65}', '{sha:65}: a commit is cut to 4 to 64 digits', 'write {sha:12}'],
    ...['branch', 'timestamp', 'run_number', 'run_attempt', 'base', 'class'].map(
      (name): [string, string, string] => [
        `{${name}:6}`,
        `{${name}:6}: {${name}} has no width`,
        `write {${name}}`,
      ],
    ),
    ['{time:6}', '{time:6}: {time} has no width', 'write {time}'],
  ])('%s is a mistake', (variable, what, hint) => {
    const yaml = withRules(`class: snapshot, branch: x, tag: 'v${variable}'`);
    expect(problemsOf(yaml)).toEqual([{ location: placeOf(yaml, variable), what, hint }]);
  });
});

describe('names that are not defined', () => {
  const known = 'sha}, {date}, {time}, {timestamp}, {run_number}, {run_attempt}';

  test.each<[string, string, string, string]>([
    [
      'a field of the first pattern alone',
      "class: final, git_tag: [ '{major}.{minor}', '{major}' ], tag: '{git_tag}.{minor}'",
      '{minor}',
      'did you mean {major}?',
    ],
    [
      'a field, misspelled',
      "class: final, git_tag: '{major}.{minor}', tag: '{git_tag}.{mino}'",
      '{mino}',
      'did you mean {minor}?',
    ],
    [
      'the branch of a git tag',
      "class: final, git_tag: 'v{n}', tag: '{n}.{branch}'",
      '{branch}',
      `known are {n}, {git_tag}, {${known}, {seq}, {base}, {class}`,
    ],
    [
      'the tag in a channel',
      "class: final, git_tag: 'v{n}', tag: '{n}', channels: [ 'x{tag}' ]",
      '{tag}',
      `known are {n}, {git_tag}, {${known}, {base}, {class}`,
    ],
    [
      'a number in a channel',
      "class: final, git_tag: 'v{n}', tag: '{n}', channels: [ 'x{seq:2}' ]",
      '{seq:2}',
      `known are {n}, {git_tag}, {${known}, {base}, {class}`,
    ],
    [
      'the tag in the tag to promote',
      "class: stable, git_tag: 'v{n}', tag: '{n}', from: 'x{tag}'",
      '{tag}',
      `known are {n}, {git_tag}, {${known}, {base}, {class}`,
    ],
    [
      'a number in the tag to promote',
      "class: stable, git_tag: 'v{n}', tag: '{n}', from: 'x{seq:2}'",
      '{seq:2}',
      `known are {n}, {git_tag}, {${known}, {base}, {class}`,
    ],
  ])('%s', (_name, rule, variable, hint) => {
    const yaml = withRules(rule);
    const place = placeOf(yaml, variable);
    const last = rule.lastIndexOf(variable) - rule.indexOf(variable);
    expect(problemsOf(yaml)).toEqual([
      { location: { ...place, column: place.column + last }, what: `${variable} is not defined here`, hint },
    ]);
  });

  test('what every object of JavaScript has is no name', () => {
    const yaml = withRules("class: snapshot, branch: x, tag: 'v{constructor}'");
    expect(problemsOf(yaml)[0]?.what).toBe('{constructor} is not defined here');
  });
});

test('a field with a name that has a meaning is told where it stands, in the second pattern too', () => {
  const yaml = withRules("class: snapshot, branch: [ main, 'r-{time}' ], tag: '{branch}.{sha:7}'");
  expect(problemsOf(yaml)).toEqual([
    {
      location: placeOf(yaml, '{time}'),
      what: 'a field cannot be called {time}: that name has a meaning of its own',
      hint: 'rename it, as in "{my_time}"',
    },
  ]);
});

test('a pattern that cannot be read is told on a branch as on a git tag', () => {
  const yaml = withRules("class: snapshot, branch: [ main, 'r-{x' ], tag: '{branch}.{sha:7}'");
  expect(problemsOf(yaml)[0]?.location).toEqual(placeOf(yaml, '{x'));
});

test('braces that hold no name are text in labels, and nowhere else', () => {
  const rule = 'class: final, git_tag: "v{n}", tag: "{n}"';
  const label = policyOf(withRules(`${rule}, labels: { a: '{"json": 1} {n}' }`));
  expect(decide(label, 'refs/tags/v7').labels).toEqual({ a: '{"json": 1} 7' });
  const yaml = withRules(`${rule}, channels: [ '{ x }' ]`);
  expect(problemsOf(yaml)).toEqual([
    {
      location: placeOf(yaml, '{ x }'),
      what: '"{ x }" is not a variable',
      hint: 'write "{name}" or "{name:12}"',
    },
  ]);
});

test('what is to happen without the tag to promote is kept', () => {
  const rule = "class: stable, git_tag: '{v:text}-s', from: '{v}', tag: '{git_tag}'";
  expect(decide(policyOf(withRules(`${rule}, fallback: build`)), 'refs/tags/1-s').fallback).toBe('build');
  expect(decide(policyOf(withRules(rule)), 'refs/tags/1-s').fallback).toBeNull();
});
