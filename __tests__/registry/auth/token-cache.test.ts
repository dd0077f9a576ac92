import { describe, expect, test } from '@jest/globals';

import { OperationError } from '../../../src/errors.js';
import { createTokenCache } from '../../../src/registry/auth/token.js';

const PULL = ['repository:a:pull'];
const PUSH = ['repository:a:pull,push'];
const cacheAt = () => {
  let now = 0;
  return { cache: createTokenCache(() => now), at: (seconds: number) => (now = seconds * 1000) };
};
const give =
  (header: string, seconds = 60) =>
  () =>
    Promise.resolve({ header, seconds });

describe('tokens', () => {
  test('are fetched once for all who want the same at the same time', async () => {
    const { cache } = cacheAt();
    let fetched = 0;
    const work = () => Promise.resolve({ header: `t${++fetched}`, seconds: 60 });
    expect(await Promise.all([cache.fetch(PULL, work), cache.fetch(PULL, work)])).toEqual(['t1', 't1']);
    expect(cache.get(PULL)).toBe('t1');
  });

  test('are renewed ten seconds before their end', async () => {
    const { cache, at } = cacheAt();
    await cache.fetch(PULL, give('t', 60));
    at(49.9);
    expect(cache.get(PULL)).toBe('t');
    at(50);
    expect(cache.get(PULL)).toBeUndefined();
  });

  test('that live for less than that are used for half of their life', async () => {
    const { cache, at } = cacheAt();
    await cache.fetch(PULL, give('t', 4));
    at(1.9);
    expect(cache.get(PULL)).toBe('t');
    at(2);
    expect(cache.get(PULL)).toBeUndefined();
  });

  test('for pushing serve for pulling, not the other way round', async () => {
    const { cache } = cacheAt();
    await cache.fetch(PUSH, give('push'));
    expect(cache.get(PULL)).toBe('push');
    expect(cache.get(['repository:b:pull'])).toBeUndefined();
    const other = cacheAt().cache;
    await other.fetch(PULL, give('pull'));
    expect(other.get(PUSH)).toBeUndefined();
  });

  test('that the registry did not take are dropped, but not those that took their place', async () => {
    const { cache } = cacheAt();
    await cache.fetch(PULL, give('old'));
    cache.drop('old');
    expect(cache.get(PULL)).toBeUndefined();
    await cache.fetch(PULL, give('new'));
    cache.drop('old');
    expect(cache.get(PULL)).toBe('new');
  });

  test('the scope that was missing goes first', async () => {
    const { cache } = cacheAt();
    cache.want(PULL, ['repository:x:pull']);
    let asked: readonly string[] = [];
    await cache.fetch(PULL, (scopes) => {
      asked = scopes;
      return give('t')();
    });
    expect(asked).toEqual(['repository:x:pull', 'repository:a:pull']);
  });

  test('a refusal is remembered for a minute, another failure is not', async () => {
    const { cache, at } = cacheAt();
    const refuse = () => Promise.reject(new OperationError('denied', 'no'));
    await expect(cache.fetch(PULL, refuse)).rejects.toThrow('no');
    await expect(cache.fetch(PULL, give('t'))).rejects.toThrow('no');
    at(60);
    await expect(cache.fetch(PULL, give('t'))).resolves.toBe('t');
    await expect(
      cache.fetch(PUSH, () => Promise.reject(new OperationError('unavailable', 'down'))),
    ).rejects.toThrow();
    await expect(cache.fetch(PUSH, give('t'))).resolves.toBe('t');
  });
});
