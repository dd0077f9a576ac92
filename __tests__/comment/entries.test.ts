import { describe, expect, test } from '@jest/globals';

import { compareEntries, countsForPullRequest, isTouched } from '../../src/comment/comment.js';
import { parseConfig } from '../../src/config/config.js';

const entry = (name: string, build: string, tag: string, more = ''): string =>
  `  - name: docker.io/starlingx/${name}\n    src_build_tag: ${build}\n    src_ref: https://opendev.org/x/y/commit/${'a'.repeat(40)}\n    tag: ${tag}\n${more}`;
const images = (...entries: string[]) =>
  parseConfig([{ path: 'tags.yaml', bytes: Buffer.from(`images:\n${entries.join('')}`) }]).images;
const at = (line: number) => ({ location: { file: 'tags.yaml', line } });

const before = images(entry('a', 'b1', 't1'), entry('b', 'b1', 't1'));

describe('compareEntries', () => {
  test('nothing changed, though lines moved', () => {
    const changes = compareEntries(
      before,
      images('  # a comment\n', entry('a', 'b1', 't1'), '\n', entry('b', 'b1', 't1')),
    );
    expect(changes).toMatchObject({ changed: [], removed: [], edited: [] });
    expect(changes.untouched).toHaveLength(2);
  });

  test('an entry more', () => {
    const changes = compareEntries(
      before,
      images(entry('a', 'b1', 't1'), entry('b', 'b1', 't1'), entry('c', 'b1', 't1')),
    );
    expect(changes.changed).toStrictEqual([{ file: 'tags.yaml', first: 10, last: 13 }]);
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
    expect(changes.changed).toStrictEqual([{ file: 'tags.yaml', first: 2, last: 6 }]);
    expect(changes.edited).toStrictEqual([]);
  });

  test('a new file is new entries only', () => {
    expect(compareEntries([], before).changed).toHaveLength(2);
  });
});

test('actions are told apart by the lines they stand at', () => {
  const changes = compareEntries(before, images(entry('a', 'b2', 't1'), entry('b', 'b1', 't1')));
  expect([2, 5, 6, 9].map((line) => isTouched(at(line), changes))).toStrictEqual([true, true, false, false]);
  expect([2, 5, 6, 9].map((line) => countsForPullRequest(at(line), changes))).toStrictEqual([
    true,
    true,
    false,
    false,
  ]);
  // What comes from no entry (a build, an input) counts.
  expect(countsForPullRequest({ location: null }, changes)).toBe(true);
  expect(countsForPullRequest({ location: { file: 'other.yaml', line: 6 } }, changes)).toBe(true);
});
