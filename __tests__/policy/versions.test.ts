import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { compareChannel, type CompiledPolicy, compilePolicy, resolveNames } from '../../src/policy/policy.js';
import { decide, factsOf, policyOf, problemsOf } from '../support/policies.js';

function compare(policy: CompiledPolicy, tag: string, channel: string, tags: readonly string[]) {
  const ref = `refs/tags/${tag}`;
  const resolved = resolveNames(policy, decide(policy, ref), factsOf(ref));
  return compareChannel(policy, resolved, channel, tags);
}

describe('semver', () => {
  const policy = compilePolicy({ preset: 'semver' });

  test.each<[string, string, string[], 'newer' | 'same' | 'older', string | null]>([
    ['1.0.0', 'latest', [], 'newer', null],
    ['1.10.0', 'latest', ['1.9.0', '1.2.0'], 'newer', '1.9.0'],
    ['1.10.0', 'latest', ['1.10.0', '1.9.0'], 'same', '1.10.0'],
    // row 16
    ['1.9.0', 'latest', ['1.10.0'], 'older', '1.10.0'],
    ['1.9.0', '1', ['1.10.0'], 'older', '1.10.0'],
    // a patch to an old line moves its own channel only
    ['1.9.5', '1.9', ['1.9.4', '1.10.0', '2.0.0'], 'newer', '1.9.4'],
    ['1.9.5', '1', ['1.9.4', '1.10.0', '2.0.0'], 'older', '1.10.0'],
    ['1.9.5', 'latest', ['1.9.4', '1.10.0', '2.0.0'], 'older', '2.0.0'],
    // row 15: pre-releases, channels and foreign tags are no versions of a channel
    [
      '1.0.0',
      'latest',
      ['2.0.0-rc.1', 'latest', '3', '3.1', 'sha-1234567', '9.9.9.9', '4.0.0-stable'],
      'newer',
      null,
    ],
    // with and without v are one line
    ['v1.9.0', 'latest', ['1.10.0'], 'older', '1.10.0'],
    ['1.2.3', 'latest', ['v1.2.3'], 'same', 'v1.2.3'],
    // as numbers, of any size
    [
      '1.2.99999999999999999999',
      'latest',
      ['1.2.100000000000000000000'],
      'older',
      '1.2.100000000000000000000',
    ],
    ['1.2.010', 'latest', ['1.2.9'], 'newer', '1.2.9'],
  ])('%s for %s among %j', (tag, channel, tags, order, highest) => {
    expect(compare(policy, tag, channel, tags)).toEqual({ order, highest });
  });

  test('the order of ten thousand tags does not matter', () => {
    const tags = Array.from({ length: 10_000 }, (_, i) => `1.${Math.floor(i / 100)}.${i % 100}`);
    fc.assert(
      fc.property(fc.shuffledSubarray(tags, { minLength: 10_000 }), (shuffled) => {
        expect(compare(policy, '1.50.0', 'latest', shuffled)).toEqual({ order: 'older', highest: '1.99.99' });
        expect(compare(policy, '1.50.100', '1.50', shuffled)).toEqual({ order: 'newer', highest: '1.50.99' });
      }),
      { numRuns: 2 },
    );
  });

  test('whatever is released in whatever order, a channel ends at the highest version', () => {
    const version = fc.tuple(fc.nat(3), fc.nat(12), fc.nat(12)).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.uniqueArray(version, { minLength: 1, maxLength: 12 }), (versions) => {
        const tags: string[] = [];
        let latest = '';
        for (const tag of versions) {
          tags.push(tag);
          if (compare(policy, tag, 'latest', tags).order !== 'older') latest = tag;
        }
        const highest = [...versions].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
        expect(latest).toBe(highest);
      }),
    );
  });
});

describe('other policies', () => {
  test('four parts are above the three they begin with, over two rules with one channel', () => {
    const policy = policyOf(`
policy:
  rules:
    - { class: final, git_tag: '{major}.{minor}.{patch}', tag: '{git_tag}', channels: [latest] }
    - { class: patch, git_tag: '{major}.{minor}.{patch}.{build}', tag: '{git_tag}', channels: [latest] }
`);
    expect(compare(policy, '1.2.3.4', 'latest', ['1.2.3', '1.2.3.3'])).toEqual({
      order: 'newer',
      highest: '1.2.3.3',
    });
    expect(compare(policy, '1.2.3.4', 'latest', ['1.3.0'])).toEqual({ order: 'older', highest: '1.3.0' });
    expect(compare(policy, '1.2.3', 'latest', ['1.2.3.1'])).toEqual({ order: 'older', highest: '1.2.3.1' });
  });

  test('stable tags are no versions', () => {
    const policy = policyOf(
      "policy: { rules: [ { class: final, git_tag: 'v{a}.{b}', tag: '{a}.{b}', stable: true, channels: [latest] } ] }",
    );
    expect(compare(policy, 'v1.2', 'latest', ['1.3-stable', '1.1'])).toEqual({
      order: 'newer',
      highest: '1.1',
    });
  });

  test('days and numbers have an order', () => {
    const policy = policyOf(
      "policy: { rules: [ { class: snapshot, branch: main, tag: 'v0.0.{date}{seq:2}', channels: [edge] } ] }",
    );
    const facts = factsOf('refs/heads/main');
    const decision = decide(policy, 'refs/heads/main');
    const resolved = resolveNames(policy, decision, facts, {
      registryTags: ['v0.0.2021110101'],
      gitTags: [],
    });
    expect(resolved.tags).toEqual(['v0.0.2021110102']);
    expect(compareChannel(policy, resolved, 'edge', ['v0.0.2021110101', 'v0.0.2021103199']).order).toBe(
      'newer',
    );
    expect(compareChannel(policy, resolved, 'edge', ['v0.0.2021110201']).order).toBe('older');
    expect(compareChannel(policy, resolved, 'edge', ['v0.0.2021109901']).order).toBe('newer');
  });

  test('a channel of a branch looks at tags of that branch', () => {
    const policy = policyOf(
      "policy: { rules: [ { class: snapshot, branch: '*', tag: '{branch}-{run_number}', channels: ['{branch}'] } ] }",
    );
    const facts = factsOf('refs/heads/main', { runNumber: 7 });
    const resolved = resolveNames(policy, decide(policy, 'refs/heads/main', { runNumber: 7 }), facts);
    expect(resolved.channels).toEqual(['main']);
    expect(compareChannel(policy, resolved, 'main', ['dev-9', 'main-6'])).toEqual({
      order: 'newer',
      highest: 'main-6',
    });
    expect(compareChannel(policy, resolved, 'main', ['main-8']).order).toBe('older');
  });

  test('without numbers there is no order', () => {
    const policy = policyOf(
      "policy: { rules: [ { class: snapshot, branch: main, tag: 'main-{sha:12}', channels: [edge] } ] }",
    );
    const facts = factsOf('refs/heads/main');
    const resolved = resolveNames(policy, decide(policy, 'refs/heads/main'), facts);
    expect(compareChannel(policy, resolved, 'edge', ['main-ffffffffffff'])).toEqual({
      order: 'same',
      highest: null,
    });
  });

  test('versions that are not alike never share a channel', () => {
    const yaml = `
policy:
  rules:
    - { class: final, git_tag: 'v{major}.{minor}', tag: '{git_tag}', channels: [latest] }
    - { class: final, git_tag: '{date}', tag: '{git_tag}', channels: [latest] }
`;
    expect(problemsOf(yaml)).toEqual([
      expect.objectContaining({ location: expect.objectContaining({ line: 5 }) as unknown }),
    ]);
  });
});
