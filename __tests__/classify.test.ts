import { describe, expect, jest, test } from '@jest/globals';
import { namesOf } from '../src/classify.js';
import { OperationError, UserError } from '../src/errors.js';
import type { ClaimTag } from '../src/policy/policy.js';
import { memoryRegistry } from './support/memory-registry.js';
import { factsOf, policyOf, SHA } from './support/policies.js';
import { repository } from './support/release.js';
import { digestOf } from './support/wanted.js';

const A = repository('reg.example/a');
const B = repository('reg.example/b');
const SNAPSHOTS = policyOf(`policy:
  rules:
    - { class: snapshot, branch: main, tag: 'v0.0.{date}{seq:2}' }
    - { class: final, git_tag: 'v{major}.{minor}.{patch}', tag: '{git_tag}' }
`);
const MAIN = 'refs/heads/main';
const gitTags = (...tags: string[]) => ({ gitTags: () => Promise.resolve(tags) });
const tagged = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [`reg.example/${name}`, digestOf('a')]));

describe('what is asked', () => {
  test('nothing, when nothing is built: the ref is only classified', async () => {
    const registry = memoryRegistry({});
    const naming = await namesOf(SNAPSHOTS, factsOf(MAIN), [], { registry, concurrency: 2, claim: null });
    expect(naming).toMatchObject({ decision: { class: 'snapshot' }, resolved: null });
    expect(registry.calls).toEqual([]);
  });

  test('nothing, for a name that the ref gives', async () => {
    const registry = memoryRegistry({});
    const naming = await namesOf(SNAPSHOTS, factsOf('refs/tags/v1.2.3'), [A], {
      registry,
      concurrency: 2,
      claim: null,
    });
    expect(naming.resolved?.tags).toEqual(['v1.2.3']);
    expect(registry.calls).toEqual([]);
  });

  test('one list of tags of each repository, for a number, and whether the number is free as the list says', async () => {
    const registry = memoryRegistry({});
    await namesOf(SNAPSHOTS, factsOf(MAIN, gitTags()), [A, B], { registry, concurrency: 1, claim: null });
    expect(registry.calls).toEqual([
      'tags reg.example/a',
      'tags reg.example/b',
      'look reg.example/a:v0.0.2021110101',
      'look reg.example/b:v0.0.2021110101',
    ]);
  });

  test('a registry that cannot say its tags leaves the names unknown: a number would be a guess', async () => {
    const registry = memoryRegistry({});
    registry.before = () => {
      throw new OperationError('denied', 'GET reg.example: 403');
    };
    const naming = await namesOf(SNAPSHOTS, factsOf(MAIN, gitTags()), [A], {
      registry,
      concurrency: 1,
      claim: null,
    });
    expect(naming.resolved).toBeNull();
    expect(naming.unknown?.message).toContain('403');
  });

  test('for channels alone, the others are compared all the same', async () => {
    const registry = memoryRegistry({});
    registry.before = (call) => {
      if (call === 'tags reg.example/b') throw new OperationError('denied', 'GET reg.example: 403');
    };
    const facts = factsOf('refs/tags/v1.2.3');
    const parts = { registry, concurrency: 1, claim: null };
    const naming = await namesOf(policyOf('policy: semver'), facts, [A, B], parts);
    expect(naming.unknown).toBeNull();
    expect(naming.resolved?.channels).toEqual(['1.2', '1', 'latest']);
    expect(naming.tagLists.get('reg.example/a')).toEqual([]);
    expect(naming.tagLists.get('reg.example/b')).toBeInstanceOf(OperationError);
  });
});

describe('refs that give no names', () => {
  test('a git tag that no rule matches is an error, but not where nothing is built', async () => {
    const parts = { registry: memoryRegistry({}), concurrency: 1, claim: null };
    const facts = factsOf('refs/tags/nightly');
    await expect(namesOf(SNAPSHOTS, facts, [A], parts)).rejects.toThrow(UserError);
    expect(await namesOf(SNAPSHOTS, facts, [], parts)).toMatchObject({ resolved: null });
  });

  test.each([
    ['a branch that no rule matches', SNAPSHOTS, 'refs/heads/topic', null],
    ['a class that is not published', policyOf('policy: k8s-topology-aware'), 'refs/tags/v1.2.3', 'final'],
  ])('%s', async (_name, policy, ref, expected) => {
    const registry = memoryRegistry({});
    const naming = await namesOf(policy, factsOf(ref), [A], { registry, concurrency: 1, claim: null });
    expect(naming.resolved).toBeNull();
    expect(naming.decision.class).toBe(expected);
    expect(registry.calls).toEqual([]);
  });
});

describe('numbers', () => {
  const name = async (
    state: Record<string, string>,
    more: {
      gitTags?: string[];
      revision?: string | null;
      claim?: (name: string) => ReturnType<ClaimTag>;
      policy?: typeof SNAPSHOTS;
    } = {},
  ) => {
    const registry = memoryRegistry(state, { revision: more.revision ?? null });
    const naming = await namesOf(
      more.policy ?? SNAPSHOTS,
      factsOf(MAIN, gitTags(...(more.gitTags ?? []))),
      [A, B],
      {
        registry,
        concurrency: 2,
        claim: more.claim ?? null,
      },
    );
    return { tags: naming.resolved?.tags, naming, registry };
  };

  test.each<[string, readonly string[], string[], string]>([
    ['starts at 01', [], [], 'v0.0.2021110101'],
    ['is one for all images', ['a:v0.0.2021110101', 'b:v0.0.2021110103'], [], 'v0.0.2021110104'],
    ['counts git tags too', ['a:v0.0.2021110101'], ['v0.0.2021110107'], 'v0.0.2021110108'],
    ['starts anew each day', ['a:v0.0.2021103109'], [], 'v0.0.2021110101'],
    ['counts past 9 as numbers', ['a:v0.0.2021110109', 'a:v0.0.2021110110'], [], 'v0.0.2021110111'],
  ])('%s', async (_name, names, git, expected) => {
    expect((await name(tagged(...names), { gitTags: git })).tags).toEqual([expected]);
  });

  test('past the width is an error', async () => {
    await expect(name(tagged('a:v0.0.2021110199'))).rejects.toThrow(UserError);
  });

  test('row 100: the newest snapshot is of this commit: its name again, and git is not asked', async () => {
    const { tags, registry } = await name(tagged('b:v0.0.2021103107', 'a:v0.0.2021103105'), {
      revision: SHA,
      gitTags: ['v0.0.2021110101'],
    });
    expect(tags).toEqual(['v0.0.2021103107']);
    // Only the newest one is read, and only where it is.
    expect(registry.calls.filter((call) => !call.startsWith('tags'))).toEqual([
      'manifest reg.example/b:v0.0.2021103107',
      'facts reg.example/b',
    ]);
  });

  test("a tag that is listed while it is written for the first time is nobody's", async () => {
    const registry = memoryRegistry(tagged('a:v0.0.2021110101'));
    const listed = [...(await registry.tags(A)), 'v0.0.2021110102'];
    const naming = await namesOf(SNAPSHOTS, factsOf(MAIN, gitTags()), [A], {
      registry: { ...registry, tags: () => Promise.resolve(listed) },
      concurrency: 1,
      claim: null,
    });
    expect(naming.resolved?.tags).toEqual(['v0.0.2021110103']);
  });

  test('any other answer about it leaves the number unknown', async () => {
    const registry = memoryRegistry(tagged('a:v0.0.2021110101'));
    registry.before = (call) => {
      if (call.startsWith('manifest')) throw new OperationError('denied', '403');
    };
    const parts = { registry, concurrency: 1, claim: null };
    const naming = await namesOf(SNAPSHOTS, factsOf(MAIN, gitTags()), [A], parts);
    expect(naming).toMatchObject({ resolved: null, unknown: { code: 'denied', message: '403' } });
  });

  describe('a run for an older commit, after others have pushed', () => {
    const again = async (newer: number, runAttempt: number | null) => {
      const others = Array.from(
        { length: newer },
        (_, i) => `a:v0.0.20211101${String(i + 2).padStart(2, '0')}`,
      );
      const registry = memoryRegistry({
        ...tagged(...others),
        'reg.example/a:v0.0.2021110101': digestOf('b'),
      });
      const facts: typeof registry.inspect = (_source, { digest }) =>
        Promise.resolve({
          platforms: [],
          revision: digest === digestOf('b') ? SHA : 'other',
          revisions: [],
        });
      const naming = await namesOf(SNAPSHOTS, factsOf(MAIN, { ...gitTags(), runAttempt }), [A], {
        registry: { ...registry, inspect: facts },
        concurrency: 1,
        claim: null,
      });
      const read = registry.calls.filter((call) => call.startsWith('manifest'));
      return { tags: naming.resolved?.tags, read: read.length };
    };

    test.each([
      [9, 1, 'v0.0.2021110101', 10],
      [9, null, 'v0.0.2021110101', 10],
      [10, 1, 'v0.0.2021110112', 10],
      [10, 2, 'v0.0.2021110101', 11],
      [49, 2, 'v0.0.2021110101', 50],
      [50, 2, 'v0.0.2021110152', 50],
    ])('%d newer ones, attempt %p: %s', async (newer, attempt, tag, read) => {
      expect(await again(newer, attempt)).toEqual({ tags: [tag], read });
    });
  });

  test('a commit that is not known is never a re-run', async () => {
    const registry = memoryRegistry(tagged('a:v0.0.2021110101'), { revision: SHA });
    const facts = factsOf(MAIN, { ...gitTags(), sha: null });
    const naming = await namesOf(SNAPSHOTS, facts, [A], { registry, concurrency: 1, claim: null });
    expect(naming.resolved?.tags).toEqual(['v0.0.2021110102']);
  });
});

describe('claims', () => {
  const CLAIM = policyOf(
    `policy:\n  rules: [{ class: snapshot, branch: main, tag: 'b{seq:3}', claim: git-tag }]\n`,
  );
  const run = (
    state: Record<string, string>,
    claim: ((name: string) => ReturnType<ClaimTag>) | null,
    revision: string | null = null,
  ) =>
    namesOf(CLAIM, factsOf(MAIN, gitTags()), [A], {
      registry: memoryRegistry(state, { revision }),
      concurrency: 1,
      claim,
    });

  test('the claimed number is the name', async () => {
    const claim = jest.fn((name: string) =>
      Promise.resolve({ state: name === 'b004' ? ('created' as const) : ('taken' as const) }),
    );
    const naming = await run(tagged('a:b002'), claim);
    expect(naming.resolved?.tags).toEqual(['b004']);
    expect(claim.mock.calls.map(([name]) => name)).toEqual(['b003', 'b004']);
  });

  test('a re-run claims nothing', async () => {
    const claim = jest.fn(() => Promise.resolve({ state: 'created' as const }));
    expect((await run(tagged('a:b002'), claim, SHA)).resolved?.tags).toEqual(['b002']);
    expect(claim).not.toHaveBeenCalled();
  });

  test('without permission the error names it', async () => {
    const error = new OperationError('denied', 'needs contents: write');
    const naming = await run({}, () => Promise.resolve({ state: 'denied', error }));
    expect(naming).toMatchObject({ resolved: null, unknown: error });
  });

  test('a plan shows the next free number', async () => {
    expect((await run(tagged('a:b002'), null)).resolved?.tags).toEqual(['b003']);
  });
});
