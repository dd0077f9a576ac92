import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UserError } from '../../src/errors.js';
import { classify, classificationReport, requireDecision } from '../../src/policy/policy.js';
import { parseTag } from '../../src/oci/reference.js';
import { decide, FILE, policyOf, SHA } from '../support/policies.js';

const EXAMPLE = `
policy:
  rules:
    - class: snapshot
      branch: [ main, master ]
      tag: 'v0.0.{date}{seq:2}'
    - class: patch
      git_tag: 'v{major}.{minor}.{patch}{seq:2}'
      tag: '{git_tag}'
      stable: true
      labels: { org.opencontainers.image.vendor: k8stopologyawareschedwg, line: '{major}.{minor} of {tag}' }
    - class: final
      git_tag: 'v{major}.{minor}.{patch}'
      tag: '{git_tag}'
      stable: true
      channels: [ '{major}.{minor}', latest ]
    - class: stable
      git_tag: '{version:text}-stable'
      from: '{version}'
      tag: '{version}-stable'
  examples:
    - { ref: refs/tags/v1.2.3, class: final, tags: [ v1.2.3, v1.2.3-stable ] }
`;

test('the example compiles with a preset behind it, without a doubt', () => {
  const settings = '  preset: semver\n  stable_suffix: -stable\n  timezone: UTC\n  unmatched: error\n';
  expect(policyOf(EXAMPLE.replace('policy:\n', `policy:\n${settings}`)).warnings).toEqual([]);
});

describe('the example of the manual', () => {
  const policy = policyOf(EXAMPLE);

  test('a final release', () => {
    expect(decide(policy, 'refs/tags/v1.2.3')).toMatchObject({
      ref: 'refs/tags/v1.2.3',
      class: 'final',
      rule: 'policy/3',
      fields: { major: '1', minor: '2', patch: '3' },
      version: 'v1.2.3',
      tags: ['v1.2.3'],
      stableTags: ['v1.2.3-stable'],
      channels: ['1.2', 'latest'],
      from: null,
      problems: [],
      unmatched: null,
    });
  });

  test('why it won, and why the others did not', () => {
    const { why, not } = decide(policy, 'refs/tags/v1.2.3');
    expect(why).toBe('the git tag "v1.2.3" matches "v{major}.{minor}.{patch}"');
    expect(not).toEqual([
      { rule: 'policy/1', why: 'it is for branches, and this is a git tag' },
      {
        rule: 'policy/2',
        why: '"v1.2.3" does not match "v{major}.{minor}.{patch}{seq:2}" (its end is missing)',
      },
    ]);
  });

  test('labels are rendered with the tag', () => {
    expect(decide(policy, 'refs/tags/v0.20.1001').labels).toEqual({
      'org.opencontainers.image.vendor': 'k8stopologyawareschedwg',
      line: '0.20 of v0.20.1001',
    });
  });

  test('a stable rule promotes what exists', () => {
    expect(decide(policy, 'refs/tags/v1.2.3-stable')).toMatchObject({
      class: 'stable',
      from: 'v1.2.3',
      tags: ['v1.2.3-stable'],
      stableTags: [],
      version: 'v1.2.3',
    });
  });

  test('what is not known yet stays in braces', () => {
    expect(decide(policy, 'refs/heads/main').tags).toEqual(['v0.0.20211101{seq:2}']);
    expect(classify(policy, { kind: 'branch', name: 'main' }).tags).toEqual(['v0.0.{date}{seq:2}']);
  });

  test('the object of the report', () => {
    expect(classificationReport(decide(policy, 'refs/heads/topic'))).toEqual({
      class: null,
      rule: null,
      fields: {},
      version: null,
      tags: [],
      stable_tags: [],
      channels: [],
      why: 'no rule matches the branch "topic"',
      not: expect.arrayContaining([{ rule: 'policy/1', why: '"topic" matches none of "main", "master"' }]),
    });
  });
});

describe('refs that no rule matches', () => {
  const rule = "  rules: [ { class: final, git_tag: 'v{n}', tag: '{git_tag}' } ]\n";

  test.each<[string, string, 'error' | 'ignore']>([
    ['', 'refs/tags/x', 'error'],
    ['', 'refs/heads/x', 'ignore'],
    ['', 'refs/pull/3/merge', 'ignore'],
    ['', 'refs/notes/x', 'ignore'],
    ['  unmatched: ignore\n', 'refs/tags/x', 'ignore'],
    ['  unmatched: error\n', 'refs/heads/x', 'error'],
    ['  unmatched: error\n', 'refs/pull/3/merge', 'ignore'],
  ])('%j and %s: %s', (setting, ref, expected) => {
    const policy = policyOf(`policy:\n${setting}${rule}`);
    const decision = decide(policy, ref);
    expect(decision).toMatchObject({ class: null, unmatched: expected });
    if (expected === 'ignore') expect(requireDecision(policy, decision)).toBe(decision);
    else
      expect(() => requireDecision(policy, decision)).toThrow(
        /image-tags\.yaml:2:3: no rule matches .*unmatched: ignore/,
      );
  });

  test('a ref that was deleted has nothing to tag', () => {
    const policy = policyOf(`policy:\n${rule}`);
    const decision = decide(policy, 'refs/tags/v1', { deleted: true });
    expect(decision).toMatchObject({ class: null, unmatched: 'ignore', tags: [] });
    expect(decision.why).toMatch(/was deleted/);
  });
});

describe('names that cannot be tags', () => {
  const policy = policyOf(`
policy:
  rules:
    - { class: final, git_tag: 'v{n}', tag: 'v{n}', stable: true }
    - { class: snapshot, branch: '**', tag: '{branch}-{sha:12}' }
    - { class: snapshot, git_tag: '**', tag: '{git_tag}', stable: true }
`);

  test('a number too long for a tag is a problem at the template', () => {
    const decision = decide(policy, `refs/tags/v${'1'.repeat(130)}`);
    expect(decision.problems[0]).toMatchObject({ location: { file: FILE, line: 4, column: 45 } });
    expect(() => requireDecision(policy, decision)).toThrow(UserError);
  });

  test('row 2: a branch of 240 characters leaves room for the rest of the tag', () => {
    const [tag = ''] = decide(policy, `refs/heads/${'l'.repeat(240)}`, { sha: SHA }).tags;
    expect(tag).toHaveLength(128);
    expect(tag).toMatch(/^l+-[0-9a-f]{8}-16a70a1e1793$/);
  });

  test('a long git tag leaves room for the stable suffix', () => {
    const decision = decide(policy, `refs/tags/${'t'.repeat(200)}`);
    expect(decision.stableTags[0]).toHaveLength(128);
    expect(decision.problems).toEqual([]);
  });

  test('a git tag with + is mapped visibly, and not onto another', () => {
    const decision = decide(policy, 'refs/tags/1.2.3+build');
    expect(decision.tags[0]).toMatch(/^1\.2\.3-build-[0-9a-f]{8}$/);
  });

  test('every ref gets a tag that registries take, and different refs get different ones', () => {
    const legal = (name: string) => !/[\0-\x20\x7f~^:?*[\\]|\.\.|@\{/.test(name);
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }).filter(legal);
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [first, second] = [a, b].map(
          (n) => classify(policy, { kind: 'branch', name: n, sha: SHA }).tags[0] ?? '',
        );
        expect(parseTag(first ?? '').ok).toBe(true);
        expect(first === second).toBe(a === b);
      }),
    );
  });
});

describe('values', () => {
  const policy = (tag: string, zone = 'UTC') =>
    policyOf(
      `policy:\n  timezone: ${zone}\n  rules: [ { class: snapshot, branch: '{line}-*', tag: '{line}.${tag}' } ]\n`,
    );
  const render = (tag: string, zone?: string) =>
    decide(policy(tag, zone), 'refs/heads/12-x', { sha: SHA, runNumber: 42, runAttempt: 2 }).tags[0];

  test.each<[string, string]>([
    ['{sha}', SHA],
    ['{sha:7}', SHA.slice(0, 7)],
    ['{date}', '20211101'],
    ['{time}', '123456'],
    ['{timestamp}', '20211101T123456Z'],
    ['{run_number}.{run_attempt}', '42.2'],
    ['{class}.{sha:4}', `snapshot.${SHA.slice(0, 4)}`],
    ['{branch}.{sha:4}', `12-x.${SHA.slice(0, 4)}`],
  ])('%s', (tag, expected) => {
    expect(render(tag)).toBe(`12.${expected}`);
  });

  test('day and time are those of the time zone, the time stamp is UTC', () => {
    expect(render('{date}T{time}', 'Asia/Tokyo')).toBe('12.20211101T213456');
    expect(render('{date}T{time}', 'Pacific/Kiritimati')).toBe('12.20211102T023456');
    expect(render('{timestamp}', 'Asia/Tokyo')).toBe('12.20211101T123456Z');
  });

  test('midnight is 000000', () => {
    const time = Date.UTC(2021, 11, 31, 23, 0, 0);
    const decision = decide(policy('{date}{time}', 'Europe/Zurich'), 'refs/heads/1-x', { time });
    expect(decision.tags).toEqual(['1.20220101000000']);
  });
});
