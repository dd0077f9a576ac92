import { describe, expect, test } from '@jest/globals';

import { ROWS, THREATS } from '../support/hostile-rows.js';
import { numbersIn, titlesIn } from '../support/titles.js';

const titles = titlesIn(['__tests__', 'e2e']);
const rows = new Set(titles.flatMap(({ text }) => numbersIn(text, 'row')));
const threats = new Set(titles.flatMap(({ text }) => numbersIn(text, 'threat')));

describe('every row of the table of hostile input has a test that names it', () => {
  test.each(ROWS)('%i: %s', (row) => {
    expect(rows.has(row)).toBe(true);
  });

  test('the table has them all, and no test names another', () => {
    expect(ROWS.map(([row]) => row)).toEqual(Array.from({ length: 109 }, (_, at) => at + 1));
    expect([...rows].filter((row) => row < 1 || row > 109)).toEqual([]);
  });
});

describe('every threat has a test that names it', () => {
  test.each(THREATS)('%i: %s', (_threat, _what, by) => {
    for (const words of by) {
      const [word = '', number = ''] = words.split(' ');
      expect((word === 'row' ? rows : threats).has(Number(number))).toBe(true);
    }
  });
});
