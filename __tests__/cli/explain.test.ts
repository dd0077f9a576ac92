import { expect, test } from '@jest/globals';

import { FAILURES, REASONS } from '../../src/plan/reasons.js';
import { retag } from '../support/command-line.js';

const CODES = [...new Set([...Object.keys(REASONS), ...Object.keys(FAILURES)])];

test.each(CODES)('%s is explained, on 80 columns and without marks of Markdown', async (code) => {
  const { code: status, stdout, stderr } = await retag(['explain', code]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^${code}: [a-z]+\n\n[A-Z]`));
  expect(stdout).not.toContain('`');
  const prose = stdout.split('\n').filter((line) => !line.startsWith('More: https://'));
  expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('a code that is a reason and an error code is explained as both', async () => {
  const { stdout } = await retag(['explain', 'absent']);
  expect(stdout).toMatch(/^absent: create\n[^]*\nabsent: failed\n/);
});

test('without a code all are listed, one a row', async () => {
  const { stdout } = await retag(['explain']);
  const rows = stdout.split('\n');
  for (const code of CODES) expect(rows.some((row) => row.startsWith(`${code} `))).toBe(true);
  expect(Math.max(...rows.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test.each([
  [
    ['diferent-digest'],
    'there is no reason or error code "diferent-digest"\nhelp: did you mean "different-digest"?',
  ],
  [['xyz'], '"retag explain" lists them'],
  [['absent', 'older'], 'retag explain takes one code'],
])('%j is an error', async (words, message) => {
  const done = await retag(['explain', ...words]);
  expect(done).toMatchObject({ code: 2, stdout: '' });
  expect(done.stderr).toContain(message);
});
