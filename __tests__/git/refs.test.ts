import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { UserError } from '../../src/errors.js';
import { gitIn } from '../../src/git/git.js';
import { checkedOutRef, existingRef } from '../../src/git/refs.js';
import { GIT_ENV, sandbox, type Sandbox } from '../support/repository.js';

/** Which ref a person means, in a real repository. */
let box: Sandbox;
const commits: string[] = [];
beforeAll(() => {
  box = sandbox();
  box.git('.', 'init', '--quiet', '--initial-branch=main', 'work');
  for (let i = 0; i < 3; i += 1) commits.push(box.commit('work', i));
  const tag = (name: string, at: number): string => box.git('work', 'tag', name, commits[at] ?? '');
  tag('2.3.4', 0);
  tag('2.3.5', 1);
  tag('v1', 1);
  tag('both', 2);
  box.git('work', 'branch', 'both', commits[0] ?? '');
  box.git('work', 'branch', 'release/1.2', commits[2] ?? '');
  box.git('work', 'update-ref', 'refs/remotes/origin/elsewhere', commits[2] ?? '');
  box.git('.', 'init', '--quiet', '--initial-branch=main', 'bare-new');
});
afterAll(() => box.remove());

const git = (directory = 'work') => gitIn(box.at(directory), GIT_ENV);
async function refOf(text: string): Promise<string> {
  try {
    return (await existingRef(text, git()))?.ref ?? 'none';
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

describe('a name', () => {
  test.each([
    ['HEAD', 'refs/heads/main'],
    ['@', 'refs/heads/main'],
    ['main', 'refs/heads/main'],
    ['release/1.2', 'refs/heads/release/1.2'],
    ['elsewhere', 'refs/heads/elsewhere'],
    ['2.3.4', 'refs/tags/2.3.4'],
    ['tags/2.3.4', 'refs/tags/2.3.4'],
    ['refs/tags/2.3.4', 'refs/tags/2.3.4'],
    ['refs/heads/both', 'refs/heads/both'],
  ])('%s is %s', async (text, ref) => {
    expect(await refOf(text)).toBe(ref);
  });

  test('of a branch and a git tag is neither', async () => {
    expect(await refOf('both')).toBe(
      '--ref: "both" is a branch and a git tag; write all of it: refs/tags/both or refs/heads/both',
    );
  });

  test.each(['9.9.9', 'refs/tags/2.3.6', 'refs/heads/mian', 'deadbeef', 'mian'])(
    '%s does not exist, and the nearest are named',
    async (text) => {
      const message = await refOf(text);
      expect(message).toContain(`--ref: there is no branch, git tag or commit "${text}" in this clone`);
      expect(message).toContain('"git fetch --tags"');
    },
  );

  test('the nearest come first', async () => {
    expect(await refOf('2.3.6')).toContain('the nearest are "2.3.4", "2.3.5", ');
    expect(await refOf('refs/heads/mian')).toContain('the nearest are "main", ');
  });

  test('that is none', async () => {
    expect(await refOf('refs/heads/a b')).toMatch(/is not a git ref/);
  });
});

describe('a commit', () => {
  test('is the only git tag at it, before branches', async () => {
    expect(await refOf((commits[0] ?? '').slice(0, 7))).toBe('refs/tags/2.3.4');
    expect(await refOf(commits[0] ?? '')).toBe('refs/tags/2.3.4');
  });

  test('with several git tags cannot be told', async () => {
    const short = (commits[1] ?? '').slice(0, 9);
    expect(await refOf(short)).toBe(
      `--ref: refs/tags/2.3.5, refs/tags/v1 are at commit ${short}, so the ref cannot be told; ` +
        `give the name of the ref, and the commit with --sha ${commits[1]}`,
    );
  });
});

test('outside of a repository nobody can be asked', async () => {
  expect(await existingRef('2.3.4', gitIn('/', GIT_ENV))).toBeNull();
  await expect(checkedOutRef(gitIn('/', GIT_ENV))).rejects.toThrow('there is no git repository here');
});

test('what is checked out: the branch, or the only git tag at HEAD', async () => {
  expect((await checkedOutRef(git())).ref).toBe('refs/heads/main');
  box.git('work', 'checkout', '--quiet', '2.3.4');
  expect(await refOf('HEAD')).toBe('refs/tags/2.3.4');
  box.git('work', 'checkout', '--quiet', 'v1');
  await expect(checkedOutRef(git())).rejects.toThrow('several git tags are (refs/tags/2.3.5, refs/tags/v1)');
  box.git('work', 'checkout', '--quiet', 'main');
});
