import { describe, expect, test } from '@jest/globals';
import { UserError, type Problem } from '../../src/errors.js';
import {
  classificationReport,
  classify,
  compareChannel,
  compilePolicy,
  findBase,
  needsOf,
  resolveNames,
} from '../../src/policy/policy.js';
import { decide, factsOf, FILE, placeOf, policyOf, SHA, withRules } from '../support/policies.js';

/** The problems of the names that a run would write. */
function unresolved(yaml: string, ref: string, more: Parameters<typeof factsOf>[1] = {}): readonly Problem[] {
  const policy = policyOf(yaml);
  try {
    resolveNames(policy, decide(policy, ref), factsOf(ref, more));
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  return [];
}

describe('what has to be looked up', () => {
  const nothing = {
    tagLists: false,
    base: false,
    sequence: false,
    claim: false,
  };

  test.each<[string, string, Partial<typeof nothing>]>([
    ['a name that the ref gives', "git_tag: x, tag: '{git_tag}'", {}],
    ['a channel', "git_tag: x, tag: '{git_tag}', channels: [ latest ]", { tagLists: true }],
    ['a number', "git_tag: x, tag: 'v{seq:2}'", { sequence: true, tagLists: true }],
    [
      'a claimed number',
      "git_tag: x, tag: 'v{seq:2}', claim: git-tag",
      { sequence: true, tagLists: true, claim: true },
    ],
    ['a base in the tag', "git_tag: x, tag: '{base}-1'", { base: true }],
    ['a base in a label', "git_tag: x, tag: x, labels: { a: '{base}' }", { base: true }],
    ['a base in the tag to promote', "git_tag: x, tag: x, from: '{base}'", { base: true }],
    ['a base in a channel', "git_tag: x, tag: x, channels: [ '{base}-x' ]", { base: true, tagLists: true }],
    ['nothing is published', "git_tag: x, tag: '{base}{seq:2}', publish: false", {}],
  ])('%s', (_name, rule, needs) => {
    const policy = policyOf(withRules(`class: ${rule.includes('from') ? 'stable' : 'snapshot'}, ${rule}`));
    expect(needsOf(decide(policy, 'refs/tags/x'))).toEqual({ ...nothing, ...needs });
  });
});

describe('{base}', () => {
  const facts = (tags: readonly string[], sha: string | null = SHA, shallow = false) => ({
    sha,
    shallow: () => Promise.resolve(shallow),
    reachableTags: () => Promise.resolve(tags),
  });
  const problems = async (asked: Promise<unknown>): Promise<readonly Problem[]> => {
    try {
      await asked;
    } catch (error) {
      if (error instanceof UserError) return error.problems;
      throw error;
    }
    return [];
  };

  test('of a tag file that has two forms of releases names both, at the policy', async () => {
    const yaml = withRules(
      "class: final, git_tag: [ 'v{n}', 'r{n}' ], tag: '{git_tag}'",
      "class: final, git_tag: 'x{n}.{m}', tag: '{git_tag}'",
      "class: final, branch: 'f{n}', tag: '{branch}-{sha:7}'",
      "class: patch, branch: 'p*', tag: '{base}.1'",
    );
    const found = await problems(findBase(policyOf(yaml), facts(['nope'])));
    expect(found).toEqual([
      {
        location: { file: FILE, line: 2, column: 3 },
        what: `{base} has no value: no git tag reachable from ${SHA} belongs to a final rule ("v{n}", "r{n}", "x{n}.{m}")`,
        hint: 'tag a release first; if there is one, check out with "fetch-depth: 0" so that its tag is here',
      },
    ]);
  });

  test('of a preset by name, without a commit', async () => {
    const semver = compilePolicy({ preset: 'starlingx' });
    expect(await problems(findBase(semver, facts([], null)))).toEqual([
      {
        what: '{base} has no value: no git tag reachable from the commit belongs to a final rule',
        hint: 'tag a release first; if there is one, check out with "fetch-depth: 0" so that its tag is here',
      },
    ]);
  });

  test('in a shallow clone', async () => {
    const semver = compilePolicy({ preset: 'semver' });
    expect(await problems(findBase(semver, facts(['1.2.3'], SHA, true)))).toEqual([
      {
        what: '{base} needs the git history, and this clone is shallow',
        hint: 'check out with "fetch-depth: 0" (actions/checkout), or run "git fetch --unshallow --tags"',
      },
    ]);
  });
});

test('versions on top of a base are compared by the fields of the releases, and other tags are none', () => {
  const policy = policyOf(
    withRules(
      "class: patch, branch: 'r-*', tag: '{base}{seq:2}', channels: [ line ]",
      "class: final, git_tag: 'v{a}.{b}', tag: '{git_tag}'",
      "class: final, branch: 'x{n}', tag: '{branch}-{sha:7}'",
      "class: snapshot, git_tag: 'w{n}', tag: '{git_tag}'",
    ),
  );
  const ref = 'refs/heads/r-1';
  const resolved = resolveNames(policy, decide(policy, ref), factsOf(ref), { base: 'v1.10', sequence: 3 });
  expect(resolved.tags).toEqual(['v1.1003']);
  const order = (...tags: string[]) => compareChannel(policy, resolved, 'line', tags);
  expect(order('v1.902', 'v1.1002')).toEqual({ order: 'newer', highest: 'v1.1002' });
  expect(order('v1.1101', 'v1.902')).toEqual({ order: 'older', highest: 'v1.1101' });
  expect(order('w9999', 'x9999', 'zz9901', 'v1.902')).toEqual({ order: 'newer', highest: 'v1.902' });
});

describe('names that do not come out', () => {
  test('a commit that is not known, in the tag', () => {
    const yaml = withRules("class: snapshot, branch: x, tag: 'a-{sha:12}'");
    expect(unresolved(yaml, 'refs/heads/x', { sha: null })).toEqual([
      {
        location: placeOf(yaml, "'a-{sha"),
        what: '"a-{sha:12}" is not complete: {sha:12} has no value in this run',
        hint: 'give the run the ref and commit that the tag is made from (--ref, --sha)',
      },
    ]);
  });

  test('in a channel and in the tag to promote', () => {
    const yaml = withRules(
      "class: stable, git_tag: x, from: 'f-{run_number}', tag: x, channels: [ 'c{run_attempt}' ]",
    );
    const said = unresolved(yaml, 'refs/tags/x', { runNumber: null, runAttempt: null });
    expect(said.map(({ what, hint }) => [what, hint])).toEqual([
      [
        '"c{run_attempt}" is not complete: {run_attempt} has no value in this run',
        'run numbers exist in GitHub Actions only; use {sha:12} or {timestamp}',
      ],
      [
        '"f-{run_number}" is not complete: {run_number} has no value in this run',
        'run numbers exist in GitHub Actions only; use {sha:12} or {timestamp}',
      ],
    ]);
  });

  test.each<[string, string, string, number]>([
    ['the tag', "tag: '{n}'", "'{n}'", 129],
    ['the stable tag', "tag: '{n}', stable: true", "'{n}'", 122],
    ['the channel', "tag: '{git_tag}', channels: [ x, '{n}' ]", "'{n}'", 129],
    ['the tag to promote', "tag: '{git_tag}', from: '{n}'", "'{n}'", 129],
  ])('%s is too long', (called, rule, wrong, length) => {
    const yaml = withRules(`class: final, git_tag: 'x{n}', ${rule}`);
    const problemsWith = (digits: number) =>
      decide(policyOf(yaml), `refs/tags/x${'1'.repeat(digits)}`).problems;
    expect(problemsWith(length - 1)).toEqual([]);
    expect(problemsWith(length)).toEqual([
      {
        location: placeOf(yaml, wrong),
        what: expect.stringMatching(new RegExp(`^${called}: .*129 characters`)),
        hint: expect.stringMatching(/./),
      },
    ]);
  });

  test('nothing is wrong with a name that is not published', () => {
    const yaml = withRules("class: final, git_tag: '{n}', tag: '{n}', publish: false");
    expect(decide(policyOf(yaml), `refs/tags/${'1'.repeat(130)}`)).toMatchObject({
      problems: [],
      publish: false,
      tags: [],
    });
  });
});

describe('what a decision says', () => {
  test('of a ref that no rule matches', () => {
    const policy = policyOf(withRules("class: final, git_tag: 'v{n}', tag: '{git_tag}', stable: true"));
    expect(decide(policy, 'refs/tags/nope')).toEqual({
      ref: 'refs/tags/nope',
      class: null,
      rule: null,
      fields: {},
      version: null,
      tags: [],
      stableTags: [],
      channels: [],
      labels: {},
      from: null,
      fallback: null,
      publish: false,
      stable: false,
      stableSuffix: '-stable',
      claim: null,
      requires: [],
      why: 'no rule matches the git tag "nope"',
      not: [{ rule: 'policy/1', why: '"nope" does not match "v{n}" (from the start)' }],
      unmatched: 'error',
      problems: [],
      matched: null,
    });
  });

  test('of a rule for the other kind of ref', () => {
    const policy = policyOf(
      withRules('class: final, git_tag: x, tag: x', "class: snapshot, branch: x, tag: 'b{sha:7}'"),
    );
    const said = (kind: 'branch' | 'tag' | 'pull' | 'other', name: string) => {
      const { ref, why, not } = classify(policy, { kind, name });
      return [ref, why, ...not.map((each) => each.why)];
    };
    expect(said('branch', 'y')).toEqual([
      'refs/heads/y',
      'no rule matches the branch "y"',
      'it is for git tags, and this is a branch',
      '"y" does not match "x" (from the start)',
    ]);
    expect(said('tag', 'y').slice(2)).toEqual([
      '"y" does not match "x" (from the start)',
      'it is for branches, and this is a git tag',
    ]);
    expect(said('pull', 'pull/3/merge')).toEqual([
      'refs/pull/3/merge',
      'no rule matches the pull request "pull/3/merge"',
      'it is for git tags, and this is a pull request',
      'it is for branches, and this is a pull request',
    ]);
    expect(said('other', 'notes/x')).toEqual([
      'refs/notes/x',
      'no rule matches the ref "notes/x"',
      'it is for git tags, and this is neither branch nor git tag',
      'it is for branches, and this is neither branch nor git tag',
    ]);
  });

  test('a branch has no git tag', () => {
    const policy = policyOf(withRules("class: snapshot, branch: x, tag: 'b{sha:7}'"));
    const { render } = resolveNames(policy, decide(policy, 'refs/heads/x'), factsOf('refs/heads/x'));
    expect(render('{branch}')).toBe('x');
    expect(() => render('{git_tag}')).toThrow(/"\{git_tag\}" has no value here/);
  });

  test('as the report has it', () => {
    const policy = policyOf(
      withRules("class: final, git_tag: 'v{n}', tag: '{git_tag}', stable: true, channels: [ latest ]"),
    );
    expect(classificationReport(decide(policy, 'refs/tags/v7'))).toEqual({
      class: 'final',
      rule: 'policy/1',
      fields: { n: '7' },
      version: 'v7',
      tags: ['v7'],
      stable_tags: ['v7-stable'],
      channels: ['latest'],
      why: 'the git tag "v7" matches "v{n}"',
      not: [],
    });
  });

  test.each<[string, string, string]>([
    ['refs/tags/w1', 'v{n}', '"w1" does not match "v{n}" (from the start)'],
    ['refs/tags/v1x', 'v{n}', '"v1x" does not match "v{n}" (from "x" on)'],
    ['refs/tags/v', 'v{n}', '"v" does not match "v{n}" (its end is missing)'],
  ])('%s is not %s', (ref, pattern, why) => {
    const policy = policyOf(withRules(`class: final, git_tag: '${pattern}', tag: '{git_tag}'`));
    expect(decide(policy, ref).not).toEqual([{ rule: 'policy/1', why }]);
  });

  test.each<[string, string, string, string]>([
    ['git tag', 'git_tag', 'refs/tags/n20210230', 'the git tag "n20210230"'],
    ['branch', 'branch', 'refs/heads/n20210230', 'the branch "n20210230"'],
  ])('a day that does not exist on a %s is a problem at its pattern', (_name, key, ref, called) => {
    const yaml = withRules(`class: snapshot, ${key}: [ x, 'n{date}' ], tag: '{${key}}.{sha:7}'`);
    const decision = decide(policyOf(yaml), ref);
    expect(decision).toMatchObject({ class: null, unmatched: null });
    expect(decision.problems).toEqual([
      {
        location: placeOf(yaml, "'n{date}'"),
        what: `${called} has the form "n{date}", but 20210230 is no day of the calendar`,
        hint: 'correct the day (YYYYMMDD) in the name',
      },
    ]);
  });

  test('two templates that come out as one tag are one tag', () => {
    const policy = policyOf(
      withRules("class: final, git_tag: 'v{n}', tags: [ '{git_tag}', 'v{n}' ], stable: true"),
    );
    expect(decide(policy, 'refs/tags/v7')).toMatchObject({ tags: ['v7'], stableTags: ['v7-stable'] });
  });

  test('a label with the tag waits for the whole tag', () => {
    const policy = policyOf(
      withRules("class: snapshot, branch: x, tag: 'v{seq:2}', labels: { a: 'is {tag}' }"),
    );
    expect(decide(policy, 'refs/heads/x').labels).toEqual({ a: 'is {tag}' });
    const resolved = resolveNames(policy, decide(policy, 'refs/heads/x'), factsOf('refs/heads/x'), {
      sequence: 7,
    });
    expect(resolved).toMatchObject({ labels: { a: 'is v07' } });
    expect(resolved.render('{tag}')).toBe('v07');
  });

  test('a rule that publishes nothing has no tag to speak of', () => {
    const policy = policyOf(withRules("class: final, git_tag: 'v{n}', tag: '{git_tag}', publish: false"));
    const ref = 'refs/tags/v7';
    const resolved = resolveNames(policy, decide(policy, ref), factsOf(ref));
    expect(resolved.why).toBe(
      'the git tag "v7" matches "v{n}"; the rule has "publish: false", so nothing is published',
    );
    expect(() => resolved.render('{tag}')).toThrow(/"\{tag\}" has no value here/);
  });

  test('a rule of a preset stands where the tag file names the preset', () => {
    const yaml = 'policy:\n  timezone: UTC\n  preset: starlingx\n';
    const place = placeOf(yaml, 'starlingx');
    const policy = policyOf(yaml);
    const long = decide(policy, `refs/heads/r/stx.${'1'.repeat(130)}.0`);
    expect(long.problems.map((problem) => problem.location)).toEqual([place]);
  });
});
