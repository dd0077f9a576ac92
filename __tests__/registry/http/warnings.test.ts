import { describe, expect, test } from '@jest/globals';

import { createWarnings } from '../../../src/registry/http/transport.js';

test.each([
  ['299 - "one"', ['one']],
  ['299 - "a, b", 299 reg.example "c"', ['a, b', 'c']],
  ['299 - "say \\"hi\\""', ['say "hi"']],
  ['199 - "other"', []],
  ['299 - "open', []],
  ['', []],
])('%s', (header, texts) => {
  const shown: string[] = [];
  createWarnings((text) => shown.push(text))('h', header);
  expect(shown).toEqual(texts.map((text) => `h warns: ${text}`));
});

describe('row 74', () => {
  test('each text is shown once, on one line', () => {
    const shown: string[] = [];
    const warn = createWarnings((text) => shown.push(text));
    warn('reg.example', '299 - "going away\\\n::error::x"');
    warn('reg.example', '299 - "going away\\\n::error::x"');
    expect(shown).toEqual(['reg.example warns: going away ::error::x']);
  });

  test('a flood of texts and a text without end are cut', () => {
    const shown: string[] = [];
    const warn = createWarnings((text) => shown.push(text));
    for (let i = 0; i < 1000; i++) warn('h', `299 - "${i} ${'x'.repeat(1000)}"`);
    expect(shown).toHaveLength(20);
    expect(Math.max(...shown.map((text) => text.length))).toBe(300);
  });
});
