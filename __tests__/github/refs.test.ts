import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { claimTag } from '../../src/github/refs.js';
import { type LocalGitHub, startGitHub } from '../support/github/local-github.js';
import { open } from '../support/github/open.js';

let local: LocalGitHub;
beforeEach(async () => {
  local = await startGitHub();
});
afterEach(() => local.close());

const claim = async (sha = local.repo.main, name = 'v0.0.2026011001') =>
  claimTag(await open(local), name, sha);

describe('claiming a git tag', () => {
  test('a free one is created', async () => {
    expect(await claim()).toStrictEqual({ state: 'created' });
    expect(local.repo.git.refs.get('tags/v0.0.2026011001')).toBe(local.repo.main);
  });

  test('row 100: a re-run finds its own and changes nothing', async () => {
    await claim();
    expect(await claim()).toStrictEqual({ state: 'ours' });
    expect(local.writes()).toBe(1);
  });

  test('one of another commit is taken', async () => {
    await claim();
    expect(await claim(local.repo.push('main', {}))).toStrictEqual({
      state: 'taken',
      sha: expect.any(String),
    });
  });

  test('an annotated tag is looked through', async () => {
    local.repo.git.tags.set('b'.repeat(40), local.repo.main);
    local.repo.git.refs.set('tags/v0.0.2026011001', 'b'.repeat(40));
    expect(await claim()).toStrictEqual({ state: 'ours' });
  });

  test('row 101: of several at once one gets it', async () => {
    const shas = Array.from({ length: 6 }, () => local.repo.push('main', {}));
    const claims = await Promise.all(shas.map((sha) => claim(sha)));
    expect(claims.map(({ state }) => state).sort()).toStrictEqual([
      'created',
      ...Array<string>(5).fill('taken'),
    ]);
  });

  test.each([403, 404])('%d names the permission', async (status) => {
    local.fail({ on: /POST/, answer: { status, message: 'Resource not accessible by integration' } });
    expect(await claim()).toMatchObject({
      state: 'denied',
      error: { message: expect.stringContaining('add "contents: write" under "permissions:" of the job') },
    });
  });

  test('a lost answer is looked at', async () => {
    local.fail({ on: /POST/, lose: true });
    expect(await claim()).toStrictEqual({ state: 'created' });
  });

  test('a bad gateway before anything was done is said', async () => {
    local.fail({ on: /POST/, answer: { status: 502 } });
    await expect(claim()).rejects.toMatchObject({ code: 'unavailable' });
  });

  test.each([['a commit that GitHub does not have', 'f'.repeat(40), 'Object does not exist']])(
    '%s is said',
    async (_, sha, message) => {
      await expect(claim(sha)).rejects.toMatchObject({
        code: 'rejected',
        message: expect.stringContaining(message),
      });
    },
  );

  test('a rule of the repository is said', async () => {
    local.fail({ on: /POST/, answer: { status: 422, message: 'Repository rule violations found' } });
    await expect(claim()).rejects.toThrow('Repository rule violations found');
  });
});
