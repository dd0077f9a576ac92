import { expect, test } from '@jest/globals';
import { missingScopes, scopesOf } from '../../../src/registry/auth/authorizer.js';

test('a mount asks for both repositories', () => {
  const access = {
    repository: { repository: 'a/b' },
    access: 'pull,push' as const,
    alsoPull: { repository: 'c' },
  };
  expect(scopesOf(access)).toEqual(['repository:a/b:pull,push', 'repository:c:pull']);
});

const OWN = ['repository:a/b:pull'];
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
])('%s', (_, asked, missing) => {
  expect(missingScopes(asked, OWN)).toEqual(missing);
});

test('what is held covers what is asked for less', () => {
  expect(missingScopes('repository:a/b:pull', ['repository:a/b:pull,push'])).toEqual([]);
});
