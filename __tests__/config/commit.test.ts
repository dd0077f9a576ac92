import { describe, expect, test } from '@jest/globals';

import { parseCommit } from '../../src/config/commit.js';

describe('the commit that src_ref names', () => {
  const id = 'dac417bd31ed36d455e94db4aabe5916367654d4';
  test.each([
    [`https://opendev.org/starlingx/integ/commit/${id}`, id],
    [`https://github.com/o/r/commit/${id}/`, id],
    [`https://git.example/cgit/r/commit/?id=${id}`, id],
    [id, id],
    [id.slice(0, 12), id.slice(0, 12)],
    ['https://github.com/o/r/tree/main', null],
    ['refs/heads/deadbeef', null],
    [`https://example.org/r/commit/${'A'.repeat(40)}`, 'a'.repeat(40)],
    ['f'.repeat(64), 'f'.repeat(64)],
    ['a'.repeat(41), null],
    ['v1.2.3', null],
    [` https://github.com/o/r/commit/${id}//# `, id],
    [`https://github.com/o/r/tree/v1-${id.slice(0, 12)}`, null],
    [`https://github.com/o/r/tree/${id.slice(0, 12)}-v1`, null],
    ['', null],
    [`https://github.com/o/r/commit/${id}#diff-0123456789`, id],
    [`https://github.com/o/r/commit/${id}?diff=split`, id],
    [`https://github.com/o/r/commit/${id}.patch`, id],
    [`https://github.com/o/r/commit/${id.slice(0, 7)}.patch`, id.slice(0, 7)],
    [`https://github.com/o/r/pull/7/commits/${id.toUpperCase()}`, id],
    [`https://github.com/o/r/commit/${id}.diff?full_index=1`, id],
    [`https://github.com/o/r/tree/${id}/charts/1234567`, id],
    [`https://gitlab.example/o/r/-/commit/${id}?view=parallel`, id],
    [`https://gitlab.example/o/r/-/tree/${id}/charts?ref_type=heads`, id],
    [`https://bitbucket.example/projects/o/repos/r/commits/${id}#1234567`, id],
    [`https://git.example/cgit/r/commit/?h=main&id=${id}&dt=2`, id],
    [`https://git.example/cgit/r/commit/?id=${'f'.repeat(64)}#n1234567`, 'f'.repeat(64)],
    [`https://github.com/o/r/tree/${id}-fixes/charts`, null],
    [`https://github.com/o/r/tree/v1/${'a'.repeat(41)}/charts`, null],
    [`https://github.com/o/r/pull/1/files?w=1#${id}x`, null],
  ])('%s', (text, expected) => {
    expect(parseCommit(text)?.sha ?? null).toBe(expected);
  });
});

describe('where a src_ref says that its commit is', () => {
  const id = 'dac417bd31ed36d455e94db4aabe5916367654d4';
  const page = (host: string, repo: string | null) => ({ host, repo });
  test.each([
    [id, null],
    [id.toUpperCase(), null],
    [`o/r@${id}`, page('', null)],
    [`https://GitHub.com/o/r/commit/${id}`, page('github.com', 'o/r')],
    [`https://github.com/o/r/commit/${id.slice(0, 9)}.diff`, page('github.com', 'o/r')],
    [`https://github.com/o/r/tree/${id}/charts/a`, page('github.com', 'o/r')],
    [`https://github.com/o/r/pull/7/commits/${id}`, page('github.com', 'o/r')],
    [`https://github.com/o/r/commit/${id.toUpperCase()}`, page('github.com', 'o/r')],
    [`https://github.example:8443/o/r/commit/${id}`, page('github.example:8443', 'o/r')],
    [`https://github.com/o/r/tree/main/x/commit/${id}`, page('github.com', null)],
    [`https://github.com/o/r/tree/1234567/commit/${id}`, page('github.com', null)],
    [`https://gitlab.example/group/sub/r/-/commit/${id}`, page('gitlab.example', null)],
  ])('%s', (text, expected) => {
    expect(parseCommit(text)?.page).toStrictEqual(expected);
  });
});
