import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { basicHeader } from '../../../src/registry/auth/docker-config.js';
import { authorizer, PULL, scopesAskedFor } from '../../support/authorizer.js';

test('a mount asks for both repositories', async () => {
  const access = { ...PULL, access: 'pull,push' as const, alsoPull: { repository: 'c' } };
  expect(await scopesAskedFor(access)).toEqual(['repository:a/b:pull,push', 'repository:c:pull']);
});

test.each([
  ['nothing asked', undefined, []],
  ['the same', 'repository:a/b:pull', []],
  ['more of the same', 'repository:a/b:pull,push', []],
  ['all of the same', 'repository:a/b:*', []],
  ['more of another name for it', 'repository:b:pull,push,delete', ['repository:b:pull']],
  ['another repository', 'repository:a/c:pull repository:xa/b:pull repository:a:pull', []],
  ['another name for it', 'repository:remote/a/b:pull', ['repository:remote/a/b:pull']],
  ['other kinds', 'repository:a/b:pull repository(plugin):a/b:pull registry:catalog:*', []],
  ['a port in the name', 'repository:h:5000/a/b:pull', ['repository:h:5000/a/b:pull']],
  ['nonsense', 'x y:z repository:a/b:PULL \u0000', []],
  [
    'a flood',
    Array.from({ length: 99 }, (_, i) => `repository:r${i}/a/b:pull`).join(' '),
    Array.from({ length: 8 }, (_, i) => `repository:r${i}/a/b:pull`),
  ],
])('%s', async (_, asked, missing) => {
  expect(await scopesAskedFor(PULL, asked)).toEqual([...missing, 'repository:a/b:pull']);
});

test('what is held covers what is asked for less', async () => {
  const access = { ...PULL, access: 'pull,push' as const };
  expect(await scopesAskedFor(access, 'repository:a/b:pull')).toEqual(['repository:a/b:pull,push']);
});

describe('row 76: a credential that is not proven yet', () => {
  const HEADER = basicHeader('u', 'p');

  /** A registry that asked for a password; `turn` is a request that needs it. */
  async function trial() {
    const registry = authorizer();
    const challenge = 'Basic realm="r"';
    await registry.challenged(PULL, challenge, undefined);
    return {
      turn: () => Promise.resolve(registry.authorization(PULL)),
      settle: (status: number | null) => registry.answered(HEADER, status),
      again: () => registry.challenged(PULL, challenge, HEADER),
    };
  }

  async function waits(turn: Promise<unknown>): Promise<boolean> {
    return (await Promise.race([turn.catch(() => null), setImmediate('waits')])) === 'waits';
  }

  test('is tried by one at a time, and by all once it is proven', async () => {
    const proof = await trial();
    expect(await proof.turn()).toBe(HEADER);
    const others = [proof.turn(), proof.turn()];
    expect(await Promise.all(others.map(waits))).toEqual([true, true]);
    proof.settle(200);
    expect(await Promise.all(others)).toEqual([HEADER, HEADER]);
  });

  test('is given up after two refusals', async () => {
    const proof = await trial();
    await proof.turn();
    const others = [proof.turn(), proof.turn(), proof.turn()];
    proof.settle(401);
    expect(await others[0]).toBe(HEADER);
    expect(await Promise.all(others.slice(1).map(waits))).toEqual([true, true]);
    proof.settle(401);
    for (const turn of others.slice(1)) await expect(turn).rejects.toThrow('refused the login from a test');
    await expect(proof.again()).rejects.toThrow('refused the login from a test');
  });

  test('passes to the next when the try had no answer', async () => {
    const proof = await trial();
    await proof.turn();
    const [next, after] = [proof.turn(), proof.turn()];
    proof.settle(null);
    expect(await next).toBe(HEADER);
    expect(await waits(after)).toBe(true);
  });

  test('a refusal after it was proven does not give it up', async () => {
    const proof = await trial();
    await proof.turn();
    proof.settle(200);
    proof.settle(401);
    proof.settle(401);
    expect(await proof.turn()).toBe(HEADER);
  });
});
