import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { OperationError, UserError } from '../../src/errors.js';
import {
  claimSequence,
  type ClaimTag,
  type CompiledPolicy,
  compilePolicy,
  needsOf,
  resolveNames,
  type Seen,
  snapshots,
} from '../../src/policy/policy.js';
import { decide, factsOf, FILE, policyOf, SHA } from '../support/policies.js';
import { GIT_ENV, sandbox, type Sandbox } from '../support/repository.js';

const MAIN = 'refs/heads/main';
const policy = compilePolicy({ preset: 'k8s-topology-aware' });
const claiming = policyOf(
  "policy: { rules: [ { class: snapshot, branch: main, tag: 'v0.0.{date}{seq:2}', claim: git-tag } ] }",
);

function resolve(seen: Seen, more = {}, used: CompiledPolicy = policy, ref = MAIN) {
  return resolveNames(used, decide(used, ref, more), factsOf(ref, more), seen);
}

describe('the next number', () => {
  test.each<[string, string[], string[], string]>([
    ['starts at 01', [], [], 'v0.0.2021110101'],
    ['follows the registry', ['v0.0.2021110101', 'v0.0.2021110102'], [], 'v0.0.2021110103'],
    ['follows git', [], ['v0.0.2021110104'], 'v0.0.2021110105'],
    ['follows both', ['v0.0.2021110107'], ['v0.0.2021110102'], 'v0.0.2021110108'],
    [
      'takes no order for granted',
      ['v0.0.2021110109', 'v0.0.2021110110', 'v0.0.2021110102'],
      [],
      'v0.0.2021110111',
    ],
    ['does not fill in what is missing', ['v0.0.2021110105'], [], 'v0.0.2021110106'],
    ['is of this day only', ['v0.0.2021103107', 'v0.0.2021110205'], ['v0.0.2020110109'], 'v0.0.2021110101'],
    [
      'leaves other tags alone',
      ['latest', 'v0.0.20211101', 'v0.0.202111011', 'v0.0.2021110199-stable', 'v0.0.20211101xx', 'v1.18.9'],
      ['v0.18.800'],
      'v0.0.2021110101',
    ],
  ])('%s', (_name, registryTags, gitTags, expected) => {
    expect(resolve({ registryTags, gitTags }).tags).toEqual([expected]);
  });

  test('is the first of a new day in the zone of the policy', () => {
    const zoned = policyOf(
      "policy: { timezone: Asia/Tokyo, rules: [ { class: snapshot, branch: main, tag: 'v0.0.{date}{seq:2}' } ] }",
    );
    const registryTags = ['v0.0.2021110105'];
    const before = resolve({ registryTags }, { time: Date.UTC(2021, 10, 1, 14, 59, 59) }, zoned);
    const after = resolve({ registryTags }, { time: Date.UTC(2021, 10, 1, 15, 0, 0) }, zoned);
    expect([before.tags, after.tags]).toEqual([['v0.0.2021110106'], ['v0.0.2021110201']]);
  });

  test('past its width it is an error at the template', () => {
    const width2 = policyOf(
      "policy: { rules: [ { class: snapshot, branch: main, tag: 'v0.0.{date}{seq:2}' } ] }",
    );
    const full = { registryTags: ['v0.0.2021110199'] };
    expect(() => resolve(full, {}, width2)).toThrow(UserError);
    expect(() => resolve(full, {}, width2)).toThrow(
      `${FILE}:1:70: the highest number taken for "v0.0.20211101{seq:2}" is 99, no number is used again, and {seq:2} has 2 digits; write {seq:3}`,
    );
    const width1 = policyOf(
      "policy: { rules: [ { class: snapshot, branch: main, tag: '{date}-{seq:1}' } ] }",
    );
    expect(() => resolve({ registryTags: ['20211101-9'] }, {}, width1)).toThrow(
      'the highest number taken for "20211101-{seq:1}" is 9, no number is used again, and {seq:1} has 1 digit;',
    );
  });

  test('follows its base on a release branch', () => {
    const ref = 'refs/heads/release-0.20';
    const seen = {
      base: 'v0.20.10',
      registryTags: ['v0.20.1001', 'v0.20.1105', 'v0.20.101'],
      gitTags: ['v0.20.1003'],
    };
    expect(resolve(seen, {}, policy, ref)).toMatchObject({ tags: ['v0.20.1004'] });
    expect(resolve({ base: 'v0.18.9' }, {}, policy, ref).tags).toEqual(['v0.18.901']);
  });

  test('is shared by all numbered tags of a rule', () => {
    const two = policyOf(
      "policy: { rules: [ { class: snapshot, branch: main, tags: ['a{seq:2}', 'b-{seq:3}-x'], stable: true } ] }",
    );
    expect(resolve({ registryTags: ['a04', 'b-007-x'] }, {}, two)).toMatchObject({
      tags: ['a08', 'b-008-x'],
      stableTags: ['a08-stable', 'b-008-x-stable'],
    });
  });

  test('needs lists of registry and git only where a rule counts', () => {
    expect(needsOf(decide(policy, MAIN))).toEqual({
      tagLists: true,
      base: false,
      sequence: true,
      claim: false,
    });
    expect(needsOf(decide(policy, 'refs/heads/release-1.18'))).toMatchObject({ base: true, sequence: true });
    expect(needsOf(decide(policy, 'refs/tags/v0.0.2021110101'))).toMatchObject({
      tagLists: false,
      sequence: false,
    });
    expect(needsOf(decide(policy, 'refs/tags/v0.18.9'))).toMatchObject({ tagLists: false, base: false });
    expect(needsOf(decide(claiming, MAIN))).toMatchObject({ claim: true });
  });
});

describe('row 100: a run for a commit whose newest snapshot is there', () => {
  const decision = decide(policy, MAIN);

  test('the newest comes first, by day and number', () => {
    const registryTags = [
      'v0.0.2021103102',
      'v0.0.2021110101',
      'v0.0.2021110109',
      'v0.0.2021110110',
      'v0.18.900',
      'x',
    ];
    expect(snapshots(policy, decision, factsOf(MAIN), { registryTags })).toEqual([
      'v0.0.2021110110',
      'v0.0.2021110109',
      'v0.0.2021110101',
      'v0.0.2021103102',
    ]);
    expect(snapshots(policy, decision, factsOf(MAIN), {})).toEqual([]);
    const release = 'refs/heads/release-0.20';
    const seen = { base: 'v0.20.10', registryTags: ['v0.20.1001', 'v0.20.1102'] };
    expect(snapshots(policy, decide(policy, release), factsOf(release), seen)).toEqual(['v0.20.1001']);
  });

  test('its day and number are used again, also on another day', () => {
    const seen = { registryTags: ['v0.0.2021103102'], gitTags: [], reuse: 'v0.0.2021103102' };
    expect(resolve(seen)).toMatchObject({ tags: ['v0.0.2021103102'] });
  });

  test('so are its moment and run', () => {
    const stamped = policyOf(
      "policy: { rules: [ { class: snapshot, branch: main, tag: '{timestamp}-{run_number}.{run_attempt}-{seq:2}' } ] }",
    );
    const reuse = '20201231T235959Z-3.1-07';
    expect(snapshots(stamped, decide(stamped, MAIN), factsOf(MAIN), { registryTags: [reuse] })).toEqual([
      reuse,
    ]);
    expect(resolve({ reuse }, {}, stamped).tags).toEqual([reuse]);
  });
});

/** The git server: of all who create one ref, one wins. `wait` lets other runs go first. */
function fakeGit(tags: Map<string, string>, wait: () => Promise<void> = () => Promise.resolve()): ClaimTag {
  return async (name, sha) => {
    await wait();
    const holder = tags.get(name);
    if (holder === undefined) tags.set(name, sha);
    await wait();
    return { state: holder === undefined ? 'created' : holder === sha ? 'ours' : 'taken' };
  };
}

function claim(port: ClaimTag, sha = SHA, registryTags: readonly string[] = []) {
  const facts = factsOf(MAIN, { sha });
  return claimSequence(claiming, decide(claiming, MAIN, { sha }), facts, { registryTags }, port);
}

describe('claiming a number', () => {
  test('the git tag is created and the number is its own', async () => {
    const tags = new Map<string, string>();
    expect(await claim(fakeGit(tags), SHA, ['v0.0.2021110102'])).toEqual({
      sequence: 3,
      gitTag: 'v0.0.2021110103',
      outcome: 'created',
    });
    expect(tags).toEqual(new Map([['v0.0.2021110103', SHA]]));
    expect(resolve({ sequence: 3 }, {}, claiming).tags).toEqual(['v0.0.2021110103']);
  });

  test('a tag of our own commit is a run that was broken off', async () => {
    const tags = new Map([
      ['v0.0.2021110101', 'other'],
      ['v0.0.2021110102', SHA],
    ]);
    expect(await claim(fakeGit(tags))).toMatchObject({ sequence: 2, outcome: 'ours' });
    expect(tags.size).toBe(2);
  });

  test('past the width it is an error, after one try for each number', async () => {
    let tries = 0;
    const taken: ClaimTag = () => {
      tries += 1;
      return Promise.resolve({ state: 'taken' });
    };
    await expect(claim(taken)).rejects.toThrow(/the highest number taken for "[^"]+" is 99/);
    expect(tries).toBe(99);
  });

  test('without permission the error of the port is the answer, and no other number is tried', async () => {
    const error = new OperationError('denied', 'needs contents: write');
    let tries = 0;
    const denied: ClaimTag = () => {
      tries += 1;
      return Promise.resolve({ state: 'denied', error });
    };
    await expect(claim(denied)).rejects.toBe(error);
    expect(tries).toBe(1);
  });

  test('without a commit nothing can be claimed', async () => {
    const facts = factsOf(MAIN, { sha: null });
    await expect(
      claimSequence(claiming, decide(claiming, MAIN), facts, {}, fakeGit(new Map())),
    ).rejects.toThrow(UserError);
  });

  test('row 101: of runs that race, no two get one number', async () => {
    // Every order of steps that a seeded source of waiting times gives.
    for (let seed = 1; seed <= 50; seed += 1) {
      let state = seed;
      const wait = () => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return new Promise<void>((done) => {
          let hops = state % 5;
          const hop = () => (hops-- > 0 ? void Promise.resolve().then(hop) : done());
          hop();
        });
      };
      const port = fakeGit(new Map(), wait);
      const shas = Array.from({ length: 8 }, (_, i) => String(i).repeat(40));
      const numbers = (await Promise.all(shas.map((sha) => claim(port, sha)))).map((c) => c.sequence);
      expect([...numbers].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });
});

describe('row 101: claims on a real repository', () => {
  let box: Sandbox;
  beforeAll(() => {
    box = sandbox();
    box.git('.', 'init', '--quiet', '--bare', 'server.git');
    box.git('.', 'init', '--quiet', 'work');
  });
  afterAll(() => box.remove());

  test('two runs at once get two numbers', async () => {
    const commits = [box.commit('work', 1), box.commit('work', 2)];
    box.git('work', 'push', '--quiet', '../server.git', 'HEAD:refs/heads/main');
    const git = (...args: string[]) =>
      new Promise<{ ok: boolean; out: string }>((done) =>
        execFile('git', args, { cwd: box.at('server.git'), env: GIT_ENV }, (error, out) =>
          done({ ok: error === null, out: out.trim() }),
        ),
      );
    const port: ClaimTag = async (name, sha): ReturnType<ClaimTag> => {
      // An all-zero old value: create, and fail when it exists.
      const created = await git('update-ref', `refs/tags/${name}`, sha, '0'.repeat(40));
      if (created.ok) return { state: 'created' };
      const holder = await git('rev-parse', '--verify', `refs/tags/${name}`);
      return { state: holder.out === sha ? 'ours' : 'taken' };
    };
    const claims = await Promise.all(commits.map((sha) => claim(port, sha)));
    expect(claims.map((c) => c.sequence).sort()).toEqual([1, 2]);
    expect(await claim(port, commits[0])).toMatchObject({ outcome: 'ours', sequence: claims[0]?.sequence });
    expect(box.git('server.git', 'tag')).toBe('v0.0.2021110101\nv0.0.2021110102');
  });
});
