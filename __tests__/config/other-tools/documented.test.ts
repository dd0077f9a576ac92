import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';
import semver from 'semver';

import { parseRange } from '../../../src/config/other-tools/ranges.js';
import type { RangeDialect } from '../../../src/config/model.js';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/coming-from-other-tools.md'), 'utf8');

function answer(dialect: RangeDialect, range: string, tag: string): string {
  const parsed = parseRange(dialect, range);
  return parsed.ok ? (parsed.value(tag) ? 'yes' : 'no') : 'error';
}

function npm(range: string, tag: string): string {
  if (semver.validRange(range) === null) return 'error';
  return semver.satisfies(tag, range) ? 'yes' : 'no';
}

const rows = [
  ...PAGE.matchAll(
    /^\| `([^`]+)` +\| `([^`]+)` +\| (yes|no|error) +\| (yes|no|error) +\| (yes|no|error) +\|$/gm,
  ),
];

test('the table of version ranges is long enough to be read', () => {
  expect(rows.length).toBeGreaterThan(15);
});

test.each(rows.map((row) => row.slice(1)))(
  '%s %s: regsync %s, skopeo %s, npm %s',
  (written = '', tag = '', ...said) => {
    const range = written.replaceAll('\\|', '|');
    expect([answer('regclient', range, tag), answer('masterminds', range, tag), npm(range, tag)]).toEqual(
      said,
    );
  },
);
