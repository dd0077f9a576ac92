import { mkdirSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RefOptions, refFacts } from '../support/ci-run.js';
import { gitIn } from '../../src/git/git.js';
import { headOf } from '../../src/git/work-tree.js';
import { compilePolicy, findBase } from '../../src/policy/policy.js';
import { fileURLToPath } from 'node:url';
import { GIT_ENV, sandbox, type Sandbox } from '../support/repository.js';

let box: Sandbox;
let main = '';
let release = '';

/**
 * main:        c1 (v0.1.9 v0.1.10) - c2 (v0.2.0) - c6
 * release-0.1:  \- c3 - c4 (v0.1.1001, not a release) - c5
 */
beforeAll(() => {
  box = sandbox();
  box.git('.', 'init', '--quiet', '--initial-branch=main', 'up');
  box.commit('up', 1);
  box.git('up', 'tag', 'v0.1.9');
  box.git('up', 'tag', '-a', '-m', 'annotated', 'v0.1.10');
  box.git('up', 'branch', 'release-0.1');
  box.commit('up', 2);
  box.git('up', 'tag', 'v0.2.0');
  main = box.commit('up', 6);
  box.git('up', 'checkout', '--quiet', 'release-0.1');
  box.commit('up', 3);
  box.commit('up', 4);
  box.git('up', 'tag', 'v0.1.1001');
  release = box.commit('up', 5);
  box.git('up', 'checkout', '--quiet', 'main');
  box.git('.', 'clone', '--quiet', '--depth=1', '--branch=release-0.1', `file://${box.at('up')}`, 'shallow');
});
afterAll(() => box.remove());

const facts = (directory: string, more: Partial<RefOptions> = {}) =>
  refFacts({ env: GIT_ENV, cwd: box.at(directory), time: 0, ...more });

test('the commit that is checked out, asked for at the top of a working tree', async () => {
  const head = (directory: string) => headOf(gitIn(box.at(directory), GIT_ENV));
  expect(await head('up')).toBe(main);
  expect(await head('shallow')).toBe(release);
  expect(await head('.')).toBeNull();
  mkdirSync(box.at('up/below'), { recursive: true });
  expect(await head('up/below')).toBeNull();
});

describe('without a runner', () => {
  test('the branch that is checked out', async () => {
    expect(await facts('up')).toMatchObject({
      ref: 'refs/heads/main',
      sha: main,
      commitTime: Date.UTC(2024, 0, 1, 0, 6),
      may: { write: true },
    });
  });

  test.each<[string, string, boolean]>([
    ['refs/tags/v0.1.10', 'tag', true],
    ['v0.1.10', 'tag', true],
    ['release-0.1', 'branch', false],
    ['refs/heads/release-0.1', 'branch', false],
  ])('%s is a %s', async (ref, kind, tagged) => {
    const first = box.git('up', 'rev-parse', 'v0.1.9');
    expect(await facts('up', { ref })).toMatchObject({ kind, sha: tagged ? first : release });
  });

  test('the object of an annotated tag stands for its commit', async () => {
    const object = box.git('up', 'rev-parse', 'v0.1.10');
    const commit = box.git('up', 'rev-parse', 'v0.1.10^{commit}');
    expect(object).not.toBe(commit);
    expect(await facts('up', { sha: object })).toMatchObject({ sha: commit });
  });

  test('a short commit is completed', async () => {
    expect(await facts('up', { sha: main.slice(0, 10) })).toMatchObject({ sha: main });
  });

  test('a ref that is not here is an error at a terminal, and has no commit in CI', async () => {
    await expect(facts('up', { ref: 'refs/tags/v9' })).rejects.toThrow('no branch, git tag or commit');
    const env = { ...GIT_ENV, CI: 'true' };
    expect(await facts('up', { env, ref: 'refs/tags/v9' })).toMatchObject({ sha: null, commitTime: null });
  });

  test('a name that is branch and tag must be written in full', async () => {
    box.git('.', 'clone', '--quiet', `file://${box.at('up')}`, 'twice');
    box.git('twice', 'branch', 'v0.2.0', 'main');
    await expect(facts('twice', { ref: 'v0.2.0' })).rejects.toThrow(/write all of it/);
  });

  test('a detached HEAD is the only tag at its commit, and otherwise nothing', async () => {
    box.git('.', 'clone', '--quiet', `file://${box.at('up')}`, 'detached');
    box.git('detached', 'checkout', '--quiet', '--detach', 'v0.2.0');
    expect(await facts('detached')).toMatchObject({ ref: 'refs/tags/v0.2.0', kind: 'tag' });
    box.git('detached', 'checkout', '--quiet', '--detach', 'v0.1.9');
    await expect(facts('detached')).rejects.toThrow(
      /several git tags are \(refs\/tags\/v0\.1\.10, refs\/tags\/v0\.1\.9\)/,
    );
    box.git('detached', 'checkout', '--quiet', '--detach', main);
    await expect(facts('detached')).rejects.toThrow(/HEAD is detached and no git tag is at its commit/);
  });

  test('the default branch is that of the remote', async () => {
    box.git('.', 'clone', '--quiet', `file://${box.at('up')}`, 'cloned');
    expect(await facts('cloned')).toMatchObject({ defaultBranch: 'main' });
  });
});

describe('git tags', () => {
  const policy = compilePolicy({ preset: 'k8s-topology-aware' });

  test('all of them', async () => {
    const { gitTags } = await facts('up');
    expect([...(await gitTags())].sort()).toEqual(['v0.1.10', 'v0.1.1001', 'v0.1.9', 'v0.2.0']);
  });

  test('those in the history of the commit, the nearest first and of one commit the highest', async () => {
    const { reachableTags } = await facts('up', { ref: 'refs/heads/release-0.1' });
    expect(await reachableTags()).toEqual(['v0.1.1001', 'v0.1.10', 'v0.1.9']);
  });

  test('the base of a release branch is its own release, not the newest of the project', async () => {
    expect(await findBase(policy, await facts('up', { ref: 'refs/heads/release-0.1' }))).toBe('v0.1.10');
    expect(await findBase(policy, await facts('up'))).toBe('v0.2.0');
  });

  test('row 102: a shallow clone knows it is one, and has no base', async () => {
    const shallow = await facts('shallow');
    expect(await shallow.shallow()).toBe(true);
    await expect(findBase(policy, shallow)).rejects.toThrow(/fetch-depth: 0/);
  });

  test('a shallow clone asks the remote for all git tags', async () => {
    const shallow = await facts('shallow');
    expect([...(await shallow.gitTags())].sort()).toEqual(['v0.1.10', 'v0.1.1001', 'v0.1.9', 'v0.2.0']);
  });

  test('row 102: when the remote does not answer, the tags are not half known', async () => {
    box.git('.', 'clone', '--quiet', '--depth=1', `file://${box.at('up')}`, 'lonely');
    box.git('lonely', 'remote', 'set-url', 'origin', `file://${box.at('gone')}`);
    const { gitTags } = await facts('lonely');
    await expect(gitTags()).rejects.toThrow(/did not list its git tags .*fetch-depth: 0/);
  });

  test('an unknown commit has no history', async () => {
    const { reachableTags } = await facts('up', { sha: '9'.repeat(40) });
    await expect(reachableTags()).rejects.toThrow(/history of 9{40} cannot be read/);
  });
});

describe('workflow_run after a push of a git tag', () => {
  // Its "head_branch" is the name of the tag; only git can tell.
  const event = fileURLToPath(new URL('../fixtures/events/workflow-run-tag.json', import.meta.url));
  const env = {
    ...GIT_ENV,
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'workflow_run',
    GITHUB_EVENT_PATH: event,
    GITHUB_REF: 'refs/heads/master',
    GITHUB_SHA: '1'.repeat(40),
  };

  test.each([
    ['a tag', true, 'refs/tags/2.3.4'],
    ['none', false, 'refs/heads/2.3.4'],
  ])('where the checkout has neither tag nor branch somebody is asked, and it is %s', async (_, is, ref) => {
    const asked: [string, string][] = [];
    const isTagAt = (name: string, sha: string) => {
      asked.push([name, sha]);
      return Promise.resolve(is);
    };
    expect(await facts('up', { env, isTagAt })).toMatchObject({ ref, sha: '2'.repeat(40) });
    expect(asked).toEqual([['2.3.4', '2'.repeat(40)]]);
  });

  test('is taken for a branch where no such tag is at the commit', async () => {
    expect(await facts('up', { env })).toMatchObject({ ref: 'refs/heads/2.3.4', sha: '2'.repeat(40) });
  });
});
