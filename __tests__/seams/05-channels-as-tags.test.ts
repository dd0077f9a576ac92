import { expect, test } from '@jest/globals';
import { placeOf, policyOf, problemsOf, withRules } from '../support/policies.js';

const said = (tag: string) => ({
  what: `"${tag}" is the same tag at every push to a branch, and a primary tag never moves: the second push would be refused`,
  hint: `move it to channels: ['${tag}'], and write a tag that differs from push to push, such as '{branch}-{sha:12}'`,
});

test('seam 05: channels that are written as tags of a branch are errors, each at its place', () => {
  const yaml = withRules('class: snapshot, branch: main, tags: [latest, edge]');
  const at = (text: string) => placeOf(yaml, text);
  expect(problemsOf(yaml)).toEqual([
    { location: at('latest'), ...said('latest') },
    { location: at('edge'), ...said('edge') },
  ]);
});

test.each<[string, string, string]>([
  ['the name of the branch', "class: snapshot, branch: '**', tag: '{branch}'", '{branch}'],
  ['its fields', "class: patch, branch: 'r-{major}.{minor}', tag: '{major}.{minor}'", '{major}.{minor}'],
  ['beside one that differs', "class: snapshot, branch: main, tags: ['{sha:12}', edge]", 'edge'],
  ['the attempt of a run', "class: snapshot, branch: main, tag: 'm{run_attempt}'", 'm{run_attempt}'],
  [
    'what is promoted from another tag each time',
    "class: stable, branch: main, from: 'm-{sha:12}', tag: tested",
    'tested',
  ],
])('seam 05: %s', (_name, rule, tag) => {
  expect(problemsOf(withRules(rule))).toEqual([expect.objectContaining(said(tag))]);
});

test.each([
  "class: snapshot, branch: main, tag: 'm-{sha:12}', channels: [latest, edge]",
  "class: snapshot, branch: main, tag: '{date}'",
  "class: snapshot, branch: main, tag: '{timestamp}'",
  "class: snapshot, branch: main, tag: 'm-{run_number}'",
  'class: snapshot, branch: main, tag: edge, publish: false',
  "class: final, git_tag: 'v{n}', tags: ['{git_tag}', '{n}']",
  "class: stable, branch: 'promote/{version:text}', from: '{version}', tag: '{version}-tested'",
])('seam 05: no mistake: %s', (rule) => {
  expect(policyOf(withRules(rule)).rules).toHaveLength(1);
});
