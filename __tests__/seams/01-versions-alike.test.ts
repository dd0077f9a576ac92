/** All versions of a channel are numbered alike, or nobody could say which is newer. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { policyOf, problemsOf, withRules } from '../support/policies.js';
import { releasesOf, type Releases } from '../support/releases.js';

describe('a channel of versions of two forms', () => {
  test('seam 01: of one rule is an error that shows both', () => {
    const [problem, ...more] = problemsOf(
      withRules(
        `class: patch, branch: ['v{major}.{minor}.{patch}', '*'], tag: '{branch}.{date}', channels: [latest]`,
      ),
    );
    expect(more).toEqual([]);
    expect(problem?.location).toMatchObject({ line: 3 });
    expect(problem?.what).toBe(
      'the channel "latest" would hold versions that cannot be compared: rule policy/1 numbers "v{major}.{minor}.{patch}" by {major} {minor} {patch} {date}, and rule policy/1 numbers "*" by {date}',
    );
    expect(problem?.hint).toContain('give each a channel of its own');
  });

  test('seam 01: of two rules is one at the second', () => {
    const [first, second] = [`git_tag: 'v{major}.{minor}'`, `git_tag: '{date}'`].map(
      (match) => `class: final, ${match}, tag: '{git_tag}', channels: [other, latest]`,
    );
    const problems = problemsOf(withRules(first ?? '', (second ?? '').replace('other', 'day')));
    expect(problems.map(({ location }) => location?.line)).toEqual([4]);
  });

  test.each([
    [
      'a fourth number',
      `class: final, git_tag: '{a}.{b}', tag: '{git_tag}', channels: [latest]`,
      '{a}.{b}.{c}',
    ],
    [
      'channels of their own',
      `class: final, git_tag: 'v{x}', tag: '{git_tag}', channels: [next]`,
      '{a}.{b}.{c}',
    ],
  ])('seam 01: %s is none', (_name, rule, pattern) => {
    const other = `class: final, git_tag: '${pattern}', tag: '{git_tag}', channels: [latest]`;
    expect(policyOf(withRules(rule, other)).warnings).toEqual([]);
  });
});

describe('a branch that does not fit into a tag', () => {
  let releases: Releases | undefined;
  afterEach(() => releases?.close());

  test('seam 01: has its day in its tags, and no channel goes back to an earlier one', async () => {
    releases = await releasesOf(
      withRules(
        `class: snapshot, branch: 'release/{major}.{minor}', tag: '{branch}.{run_number}', channels: [edge]`,
      ),
    );
    await releases.push('refs/heads/release/1.2', { runNumber: 7 });
    expect((await releases.push('refs/heads/release/1.3', { runNumber: 5 })).tags['edge']).toBe('keep older');
    expect((await releases.push('refs/heads/release/1.3', { runNumber: 8 })).tags['edge']).toBe('move newer');
  });
});
