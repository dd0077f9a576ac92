import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/config.js';
import { compareEntries, countsForPullRequest, entryTest, isTouched } from '../../src/config/entries.js';

const entry = (name: string, build: string, tag: string, more = ''): string =>
  `  - name: docker.io/starlingx/${name}\n    src_build_tag: ${build}\n    src_ref: https://opendev.org/x/y/commit/${'a'.repeat(40)}\n    tag: ${tag}\n${more}`;
const images = (...entries: string[]) =>
  parseConfig([{ path: 'tags.yaml', bytes: Buffer.from(`images:\n${entries.join('')}`) }]).images;
const of = (entry: number | null, ...others: number[]) => ({ entry, other_entries: others });

const before = images(entry('a', 'b1', 't1'), entry('b', 'b1', 't1'));

describe('compareEntries', () => {
  test('nothing changed, though lines moved', () => {
    const changes = compareEntries(
      before,
      images('  # a comment\n', entry('a', 'b1', 't1'), '\n', entry('b', 'b1', 't1')),
    );
    expect(changes).toMatchObject({ changed: new Set(), removed: [], edited: [] });
    expect(changes.untouched).toStrictEqual(new Set([1, 2]));
  });

  test('an entry more', () => {
    const changes = compareEntries(
      before,
      images(entry('a', 'b1', 't1'), entry('b', 'b1', 't1'), entry('c', 'b1', 't1')),
    );
    expect(changes.changed).toStrictEqual(new Set([3]));
    expect(changes).toMatchObject({ removed: [], edited: [] });
  });

  test('an entry less', () => {
    const changes = compareEntries(before, images(entry('b', 'b1', 't1')));
    expect(changes.removed).toStrictEqual([
      { name: 'docker.io/starlingx/a:t1', from: 'docker.io/starlingx/a:b1' },
    ]);
  });

  test('another source for the same tag', () => {
    const changes = compareEntries(before, images(entry('a', 'b2', 't1'), entry('b', 'b1', 't1')));
    expect(changes.edited).toMatchObject([
      {
        before: { from: 'docker.io/starlingx/a:b1' },
        after: { name: 'docker.io/starlingx/a:t1', from: 'docker.io/starlingx/a:b2' },
      },
    ]);
    expect(changes.removed).toStrictEqual([]);
  });

  test('another tag is a removal and an addition, not an edit', () => {
    const changes = compareEntries(before, images(entry('a', 'b1', 't2'), entry('b', 'b1', 't1')));
    expect(changes.removed.map(({ name }) => name)).toStrictEqual(['docker.io/starlingx/a:t1']);
    expect(changes.edited).toStrictEqual([]);
  });

  test('anything else in an entry counts as changed', () => {
    const changes = compareEntries(
      before,
      images(entry('a', 'b1', 't1', '    requires: [ { check: e2e } ]\n'), entry('b', 'b1', 't1')),
    );
    expect(changes.changed).toStrictEqual(new Set([1]));
    expect(changes.edited).toStrictEqual([]);
  });

  test('a new file is new entries only', () => {
    expect(compareEntries([], before).changed).toStrictEqual(new Set([1, 2]));
  });
});

test('actions are told apart by their entries', () => {
  const changes = compareEntries(before, images(entry('a', 'b2', 't1'), entry('b', 'b1', 't1')));
  expect([1, 2].map((number) => isTouched(of(number), changes))).toStrictEqual([true, false]);
  expect([1, 2].map((number) => countsForPullRequest(of(number), changes))).toStrictEqual([true, false]);
  // A tag of several entries belongs to each of them.
  expect(isTouched(of(2, 1), changes)).toBe(true);
  expect(countsForPullRequest(of(2, 1), changes)).toBe(true);
  // What comes from no entry (an input), or from a build, counts.
  expect(countsForPullRequest(of(null), changes)).toBe(true);
  expect(countsForPullRequest(of(7), changes)).toBe(true);
});

const FILE = 'tags.yaml';
const entryText = (tag: string, more = ''): string =>
  `  - name: quay.io/o/app\n    src_build_tag: b1\n    tag: '${tag}'\n${more}`;
const parse = (text: string) => parseConfig([{ path: FILE, bytes: Buffer.from(text) }]).images;

describe('the entry in another version of its file', () => {
  const images = parse(`images:\n${entryText('1.0')}${entryText('2.0')}`);
  const second = images[1] && entryTest(images[1]);

  test.each([
    ['the same', `images:\n${entryText('1.0')}${entryText('2.0')}`, true],
    ['at another line, with a comment', `# moved\nimages:\n${entryText('2.0')}`, true],
    ['not there yet', `images:\n${entryText('1.0')}`, false],
    ['with another key', `images:\n${entryText('2.0', '    stable: true\n')}`, false],
    ['in a file that was broken', 'images: {', false],
  ])('%s', (_name, text, is) => {
    expect(second?.file).toBe(FILE);
    expect(second?.contains(text)).toBe(is);
  });
});
