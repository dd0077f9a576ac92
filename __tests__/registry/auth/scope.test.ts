import { expect, test } from '@jest/globals';

import { missingScopes, scopesOf } from '../../../src/registry/auth/scope.js';

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
  ['more of the same', 'repository:a/b:pull,push', ['repository:a/b:pull,push']],
  ['another name for it', 'repository:remote/a/b:pull', ['repository:remote/a/b:pull']],
  [
    'two',
    'repository:a/b:pull repository(plugin):x:pull registry:catalog:*',
    ['repository(plugin):x:pull', 'registry:catalog:*'],
  ],
  ['a port in the name', 'repository:h:5000/a:pull', ['repository:h:5000/a:pull']],
  ['nonsense', 'x y:z repository:a/b:PULL \u0000', []],
  [
    'a flood',
    Array.from({ length: 99 }, (_, i) => `repository:r${i}:pull`).join(' '),
    Array.from({ length: 8 }, (_, i) => `repository:r${i}:pull`),
  ],
])('%s', (_, asked, missing) => {
  expect(missingScopes(asked, OWN)).toEqual(missing);
});

test('what is held covers what is asked for less', () => {
  expect(missingScopes('repository:a/b:pull', ['repository:a/b:pull,push'])).toEqual([]);
});
