import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../src/github/payload.js';
import { encodeReviewed, readReviewed, unreviewed } from '../../../src/github/review/reviewed.js';
import { digest } from '../../support/github/report.js';

const head = 'a'.repeat(40);
const entry = (tag: string, char = 'a') => ({ image: 'quay.io/org/app', tag, digest: digest(char) });

describe('the data in the comment', () => {
  test('what is written is read', () => {
    const hex = fc.stringMatching(/^[0-9a-f]{64}$/).map((text) => `sha256:${text}`);
    const entries = fc.array(
      fc.record(
        { image: fc.string({ maxLength: 90 }), tag: fc.string({ maxLength: 60 }), digest: hex },
        { noNullPrototype: true },
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(entries, (list) => {
        const text = encodeReviewed(head, list);
        expect(text.indexOf('-->')).toBe(text.length - 3);
        expect(readReviewed(seal('marker', `${text}\n\nmore`))).toStrictEqual({
          ok: true,
          value: { head, entries: list, left: 0 },
        });
      }),
    );
  });

  test('too many are left out from the end, and counted', () => {
    const list = Array.from({ length: 2000 }, (_, i) => ({
      ...entry(`t${i}`),
      digest: `sha256:${random(i)}`,
    }));
    const text = encodeReviewed(head, list);
    expect(text.length).toBeLessThanOrEqual(30_000);
    const decoded = readReviewed(seal('marker', text));
    if (!decoded.ok) throw new Error('cannot be read');
    expect(decoded.value.entries.length).toBeGreaterThan(500);
    expect(decoded.value.entries.length + decoded.value.left).toBe(2000);
    expect(decoded.value.entries[0]).toStrictEqual(list[0]);
  });

  const good = encodeReviewed(head, [entry('1.2.3')]);
  test.each([
    ['no data', 'just words', null],
    ['cut', good.slice(0, -10), 'damaged'],
    [
      'one character changed',
      good.replace(/1 ([A-Za-z0-9_-])/, (_, c: string) => `1 ${c === 'A' ? 'B' : 'A'}`),
      'was changed',
    ],
    [
      'not compressed JSON, with a right sum',
      '<!-- retag:reviewed 1 AAAA 63c1dd951ffedf6f7fd968ad4efa39b8 -->',
      'cannot be read',
    ],
  ])('%s', (_, text, why) => {
    expect(readReviewed(text)).toStrictEqual({
      ok: false,
      why: why === null ? null : expect.stringContaining(why),
    });
  });

  test('a client that types CRLF does no harm', () => {
    expect(readReviewed(`${seal('x', good).replaceAll('\n', '\r\n')}\r\n`).ok).toBe(true);
  });
});

describe('moved since the review', () => {
  const shown = (pull: number, tag: string, char: string, left = 0) => ({
    pull,
    head,
    reviewed: { head, entries: [entry(tag, char)], left },
  });
  const review = shown(7, '1', 'a');
  const seen = (tag: string, char: string) => unreviewed(entry(tag, char), { all: [review], last: review });

  test('the same digest is reviewed', () => expect(seen('1', 'a')).toBeNull());
  test('another digest is not', () =>
    expect(seen('1', 'b')).toStrictEqual({ pull: 7, reviewed: digest('a'), now: digest('b') }));
  test('a tag that is not shown is not', () =>
    expect(seen('2', 'a')).toStrictEqual({ why: 'the plan comment of pull request #7 does not show it' }));
  test('the newest review that shows the tag counts', () => {
    const newer = shown(8, '1', 'b');
    const all = [{ pull: 9, why: 'lost' }, newer, review];
    expect(unreviewed(entry('1', 'b'), { all, last: newer })).toBeNull();
    expect(unreviewed(entry('1', 'a'), { all, last: newer })).toMatchObject({ pull: 8 });
  });
  test.each([
    ['a comment without room', shown(7, '1', 'a', 3), 'has no room for it'],
    ['an older plan', { ...review, head: 'b'.repeat(40) }, 'was made before its last commit'],
    ['a comment that is lost', { pull: 7, why: 'it is lost' }, 'it is lost'],
    ['no pull request', { why: 'there is none' }, 'there is none'],
  ])('%s says so', (_, last, why) => {
    expect(unreviewed(entry('2'), { all: 'pull' in last ? [last] : [], last })).toStrictEqual({
      why: expect.stringContaining(why),
    });
  });
});

/** 64 hexadecimal digits that do not compress. */
function random(seed: number): string {
  let state = seed + 1;
  return Array.from({ length: 64 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return ((state >>> 16) & 15).toString(16);
  }).join('');
}
