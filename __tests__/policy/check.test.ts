import { describe, expect, test } from '@jest/globals';
import { placeOf, policyOf, problemsOf, withRules } from '../support/policies.js';

/** The problems of one rule, without their places. */
function saidOf(rule: string): { what: string; hint: string }[] {
  return problemsOf(withRules(rule)).map(({ what, hint: hint = '' }) => ({ what, hint }));
}

function warningsOf(...rules: string[]) {
  return policyOf(withRules(...rules)).warnings;
}

describe('the length of a tag', () => {
  const tag = (length: number) => 'a'.repeat(length);

  test.each<[string, string]>([
    ['128 characters', `class: snapshot, git_tag: x, tag: ${tag(128)}`],
    ['121 characters and -stable', `class: final, git_tag: x, tag: ${tag(121)}, stable: true`],
    ['128 characters with "stable: false"', `class: final, git_tag: x, tag: ${tag(128)}, stable: false`],
    ['88 characters and a commit', `class: snapshot, branch: x, tag: '${tag(88)}{sha}'`],
    ['121 characters and 7 digits of a commit', `class: snapshot, branch: x, tag: '${tag(121)}{sha:7}'`],
    ['112 characters and a time stamp', `class: snapshot, branch: x, tag: '${tag(112)}{timestamp}'`],
    ['114 characters, day and time', `class: snapshot, branch: x, tag: '${tag(114)}{date}{time}'`],
    ['127 characters and a number', `class: snapshot, branch: x, tag: '${tag(127)}{run_number}'`],
    [
      '128 characters of the tag to promote',
      `class: final, git_tag: x, tag: y, stable: true, from: ${tag(128)}`,
    ],
    [
      '128 characters of a channel',
      `class: final, git_tag: x, tag: y, stable: true, channels: [ ${tag(128)} ]`,
    ],
  ])('%s fit', (_name, rule) => {
    expect(policyOf(withRules(rule)).rules).toHaveLength(1);
  });

  test.each<[string, string, string]>([
    ['a commit', `class: snapshot, branch: x, tag: '${tag(89)}{sha}'`, 'the tag has at least 129 characters'],
    [
      'seven digits of it',
      `class: snapshot, branch: x, tag: '${tag(122)}{sha:7}'`,
      'the tag has at least 129 characters',
    ],
    [
      'a time stamp',
      `class: snapshot, branch: x, tag: '${tag(113)}{timestamp}'`,
      'the tag has at least 129 characters',
    ],
    [
      'day and time',
      `class: snapshot, branch: x, tag: '${tag(115)}{date}{time}'`,
      'the tag has at least 129 characters',
    ],
    [
      'a number that has one digit at least',
      `class: snapshot, branch: x, tag: '${tag(128)}{run_number}'`,
      'the tag has at least 129 characters',
    ],
    [
      'the stable suffix',
      `class: final, branch: x, tag: '${tag(115)}{sha:7}', stable: true`,
      'the tag with "-stable" has at least 129 characters',
    ],
  ])('%s counts', (_name, rule, what) => {
    expect(saidOf(rule)).toEqual([{ what, hint: 'a tag has at most 128 characters; shorten it' }]);
  });
});

describe('characters of a tag', () => {
  test('the first that is wrong is shown, and not the rest of the text', () => {
    expect(saidOf("class: final, git_tag: '{v:text}', tag: '-ab{v}'")).toEqual([
      { what: 'a tag cannot start with "-"', hint: 'start it with a letter, a digit or "_"' },
    ]);
  });

  test('in the tag to promote as well', () => {
    const yaml = withRules("class: stable, git_tag: '{v:text}-s', from: 'a/{v}', tag: '{v}-s'");
    expect(problemsOf(yaml)).toEqual([
      {
        location: placeOf(yaml, '/{v}'),
        what: 'a tag cannot hold "/"',
        hint: 'use letters, digits, ".", "_" and "-"',
      },
    ]);
  });
});

describe('fields that the tag leaves out', () => {
  test.each<[string, string]>([
    ['the whole name is there', "class: final, git_tag: 'v{n}', tag: '{git_tag}'"],
    ['the whole branch is there', "class: snapshot, branch: 'r-{n}', tag: '{branch}.{sha:7}'"],
    ['one of two tags has it', "class: final, git_tag: 'v{a}.{b}', tags: [ '{a}.{b}', '{a}.{b}.x' ]"],
    [
      'the commit tells the builds apart, and a label has the field',
      "class: snapshot, branch: 'r-{n}', tag: '{sha:7}', labels: { line: '{n}' }",
    ],
    [
      'so does the time stamp, and a channel has it',
      "class: snapshot, branch: 'r-{n}', tag: 'b{timestamp}', labels: { line: '{n}' }",
    ],
    [
      'so does the number of the run, and the tag to promote has it',
      "class: stable, git_tag: '{v}-{n}', from: '{v}', tag: '{n}.{run_number}'",
    ],
    [
      'so does a number that is taken one by one',
      "class: snapshot, branch: 'r-{n}', tag: '{date}{seq:2}', labels: { line: '{n}' }",
    ],
    ['"*" does not matter', "class: snapshot, branch: 'r-*', tag: '{sha:7}'"],
  ])('no mistake: %s', (_name, rule) => {
    expect(policyOf(withRules(rule)).rules).toHaveLength(1);
  });

  test.each<[string, string]>([
    [
      'nothing tells the builds apart',
      "class: snapshot, branch: 'r-{n}', tag: 'edge-{date}', labels: { line: '{n}' }",
    ],
    ['nobody uses the field', "class: snapshot, branch: 'r-{n}', tag: '{sha:7}'"],
  ])('a mistake: %s', (_name, rule) => {
    const yaml = withRules(rule);
    expect(problemsOf(yaml)).toEqual([
      {
        location: placeOf(yaml, '{n}'),
        what: 'the field {n} is not in the tag, so refs that differ only there would get one tag',
        hint: 'use {n} or {branch} in the tag, or write "*" in the pattern if it does not matter',
      },
    ]);
  });

  test('a git tag is told to use {git_tag}', () => {
    expect(saidOf("class: final, git_tag: 'v{n}', tag: x")[0]?.hint).toMatch(/^use \{n\} or \{git_tag\} in/);
  });
});

describe('channels', () => {
  test.each<[string, string]>([
    [
      'of a branch with words',
      "class: snapshot, branch: '{l:text}-x', tag: '{l}.{date}{seq:2}', channels: [ '{l}' ]",
    ],
    ['by class', "class: final, git_tag: 'v{n}', tag: '{git_tag}', channels: [ '{class}' ]"],
    [
      'in one of two tags',
      "class: snapshot, branch: 'r{n}', tags: [ '{n}.{date}{seq:2}', '{sha:7}' ], channels: [ '{n}' ]",
    ],
  ])('no mistake and no doubt: %s', (_name, rule) => {
    expect(warningsOf(rule)).toEqual([]);
  });

  test('a field that is in no tag does no harm where the last run has the channel anyway', () => {
    const yaml = withRules("class: snapshot, branch: 'r{n}', tag: '{sha:7}', channels: [ '{n}' ]");
    expect(policyOf(yaml).warnings).toEqual([
      {
        location: placeOf(yaml, "[ '{n}' ]"),
        what: 'the tags of this rule hold no number, so these channels follow the last run, not the newest version',
        hint: 'put {run_number}, {timestamp} or {date}{seq:2} into the tag',
      },
    ]);
  });

  test('by a version that is no number are a mistake where it stands', () => {
    const yaml = withRules(
      "class: final, git_tag: [ 'r{n}', 'v{n}-{rest:text}' ], tag: '{git_tag}', channels: [ latest ]",
    );
    expect(problemsOf(yaml)).toEqual([
      {
        location: placeOf(yaml, '{rest:text}'),
        what: '{rest:text} is no number, so a channel cannot tell which version is newer',
        hint: 'match the version by number fields, as in "v{major}.{minor}.{patch}", or leave "channels" out',
      },
    ]);
  });

  test('that are one of several tags', () => {
    const yaml = withRules("class: final, git_tag: '{n}', tags: [ '{n}', 'v{n}' ], channels: [ 'v{n}' ]");
    expect(problemsOf(yaml)).toEqual([
      {
        location: placeOf(yaml, "'v{n}' ] }"),
        what: '"v{n}" is both a tag and a channel',
        hint: 'a tag never moves and a channel does; choose one',
      },
    ]);
  });
});

describe('what does not go together', () => {
  test('a stable rule with a stable tag', () => {
    const yaml = withRules("class: stable, git_tag: '{v:text}-s', from: '{v}', tag: '{v}-s', stable: true");
    expect(problemsOf(yaml)).toEqual([
      {
        location: placeOf(yaml, 'true'),
        what: 'a rule of class "stable" has no stable tag of its own',
        hint: 'remove "stable" and write the suffix into the tag',
      },
    ]);
  });

  test('a claim needs a number in one of the tags', () => {
    const rule = "class: snapshot, branch: main, tags: [ 'v{date}{seq:2}', '{sha:7}' ], claim: git-tag";
    expect(policyOf(withRules(rule)).rules).toHaveLength(1);
  });
});

describe('several tags', () => {
  test.each<[string, string]>([
    ['each has all fields', "class: final, git_tag: 'v{a}.{b}', tags: [ '{a}.{b}', 'x{b}.{a}' ]"],
    [
      'each has the whole name or something of its own',
      "class: final, git_tag: 'v{a}', tags: [ '{git_tag}', '{sha:7}' ]",
    ],
    ['there is nothing to leave out', "class: snapshot, branch: main, tags: [ '{sha:7}', '{date}' ]"],
  ])('no doubt: %s', (_name, rule) => {
    expect(warningsOf(rule)).toEqual([]);
  });

  test('one that later releases want again is a doubt', () => {
    const yaml = withRules("class: final, git_tag: 'v{a}.{b}', tags: [ '{git_tag}', '{a}', latest ]");
    const doubt = (tag: string, field: string) => ({
      what: `"${tag}" leaves {${field}} out, so only the first of the refs that differ there can have it, and the others are refused`,
      hint: 'write it under "channels" if it is to move from one to the next',
    });
    expect(policyOf(yaml).warnings).toEqual([
      { location: placeOf(yaml, "'{a}',"), ...doubt('{a}', 'b') },
      { location: placeOf(yaml, 'latest'), ...doubt('latest', 'a') },
    ]);
  });
});

test('a branch that can be read in several ways is a doubt at the pattern', () => {
  const yaml = withRules("class: snapshot, branch: [ x, '{a}{b}' ], tag: '{branch}.{sha:7}'");
  expect(policyOf(yaml).warnings).toEqual([
    {
      location: placeOf(yaml, "'{a}{b}'"),
      what: '"{a}{b}" can be read in several ways; fields further right take as little as they can',
      hint: 'put a character between the fields that none of them takes, or give one a width',
    },
  ]);
});
