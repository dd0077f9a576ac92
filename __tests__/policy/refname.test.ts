import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { parseTag } from '../../src/oci/reference.js';
import { parseRef, toTagPart } from '../../src/policy/refname.js';

describe('refs', () => {
  test.each<[string, string, string]>([
    ['refs/heads/main', 'branch', 'main'],
    ['refs/heads/feature/a/b', 'branch', 'feature/a/b'],
    ['refs/tags/v1.2.3', 'tag', 'v1.2.3'],
    ['tags/2.3.4', 'tag', '2.3.4'],
    ['heads/main', 'branch', 'main'],
    ['refs/pull/12/merge', 'pull', 'pull/12/merge'],
    ['refs/heads/gh-readonly-queue/main/pr-1-abc', 'branch', 'gh-readonly-queue/main/pr-1-abc'],
    ['refs/notes/commits', 'other', 'notes/commits'],
    ['refs/heads/-dash', 'branch', '-dash'],
    ['refs/heads/a$(id)', 'branch', 'a$(id)'],
  ])('%s is the %s %s', (text, kind, name) => {
    expect(parseRef(text)).toMatchObject({ ok: true, value: { kind, name } });
  });

  test.each([
    '',
    'main',
    'refs/heads/',
    'refs/heads',
    'refs/tags/a b',
    'refs/tags/a..b',
    'refs/tags/a~1',
    'refs/tags/a^{}',
    'refs/heads/x.lock',
    'refs/heads/.x',
    'refs/heads/x/.y',
    'refs/heads/x//y',
    'refs/heads/x.',
    'refs/heads/x/',
    'refs/heads/@{1}',
    'refs/heads/x\ny',
    'refs/heads/x\x7f',
    'refs/heads/*',
    `refs/heads/${'x'.repeat(5000)}`,
  ])('%j is not a ref', (text) => {
    const result = parseRef(text);
    expect(result.ok).toBe(false);
    expect(result.ok || `${result.what}${result.hint}`).not.toMatch(/[\n\x7f]/);
  });

  test('a short name is a git tag where that is asked for', () => {
    expect(parseRef('2.3.4', 'tag')).toMatchObject({ ok: true, value: { ref: 'refs/tags/2.3.4' } });
    expect(parseRef('--output=x', 'tag').ok).toBe(false);
    expect(parseRef('a b', 'tag').ok).toBe(false);
  });
});

const HOSTILE = [
  'a$(id)',
  'a`id`',
  'a,b=c',
  'x+y',
  '-dash',
  '--output=x',
  '<script>',
  'a|b&c;d',
  '\u{1F600}',
  'a\u202Eb',
  'l'.repeat(240),
  '@',
  '.hidden',
  '...',
  '---',
  'zzz";echo${IFS}"hello";#',
];

describe('ref names in tags', () => {
  test.each(['main', 'HEAD', 'UPPER', 'feature-a', 'v1.2.3', 'a_b.c-d'])('%s stays', (name) => {
    expect(toTagPart(name, 128, true)).toBe(name);
  });

  test.each<[string, RegExp]>([
    ['feature/a', /^feature-a-[0-9a-f]{8}$/],
    ['UPPER/Case', /^UPPER-Case-[0-9a-f]{8}$/],
    ['-dash', /^dash-[0-9a-f]{8}$/],
    ['\u{1F600}', /^ref-[0-9a-f]{8}$/],
    ['a//+b', /^a-b-[0-9a-f]{8}$/],
    ['l'.repeat(240), /^l{119}-[0-9a-f]{8}$/],
  ])('%s is mapped', (name, expected) => {
    expect(toTagPart(name, 128, true)).toMatch(expected);
  });

  test.each(HOSTILE)('row 4: the hostile name %j becomes a tag', (name) => {
    expect(parseTag(toTagPart(name, 128, true))).toMatchObject({ ok: true });
  });

  test('a leading dash is kept inside a tag', () => {
    expect(toTagPart('-dash', 128, false)).toBe('-dash');
  });

  test('names that look alike get different tags', () => {
    const names = ['feat/a', 'feat-a', 'feat+a', 'feat//a', 'Feat/a', ...HOSTILE];
    expect(new Set(names.map((name) => toTagPart(name, 40, true))).size).toBe(names.length);
  });

  test('every name becomes a tag that fits, the same one each time, and mapping again changes nothing', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.integer({ min: 16, max: 128 }),
        (name, max) => {
          const part = toTagPart(name, max, true);
          expect(part.length).toBeLessThanOrEqual(max);
          expect(parseTag(part).ok).toBe(true);
          expect(toTagPart(name, max, true)).toBe(part);
          expect(toTagPart(part, max, true)).toBe(part);
        },
      ),
    );
  });
});
