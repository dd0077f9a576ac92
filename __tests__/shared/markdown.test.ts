import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { code, cut, details, escapeCell, link, oneLine, table } from '../../src/shared/markdown.js';

describe('escapeCell', () => {
  test.each([
    ['plain', 'v1.2.3', 'v1.2.3'],
    ['row 98: a link is not made', '](https://evil)', '\\]\\(https:&#8203;//evil\\)'],
    ['row 98: an image is not loaded', '<img src=x>', '&lt;img src=x&gt;'],
    ['no mention is sent', '@org/team', '@&#8203;org/team'],
    ['no cross-reference is made', 'fixes #12', 'fixes #&#8203;12'],
    ['nor in its other form', 'gh-12', 'gh-&#8203;12'],
    ['the cell does not end', 'a|b', 'a\\|b'],
    ['nor does the row', 'a\r\n| b |', 'a \\| b \\|'],
    ['code is not opened', '`x`', '\\`x\\`'],
    ['entities stay text', '&lt;', '&amp;lt;'],
    ['text is not reordered', 'abc\u202edef', 'abc\\\\u202edef'],
    ['no bare link', 'www.evil.example', 'www&#8203;.evil.example'],
    ['no terminal escapes', '\u001b[2J', '\\\\u001b\\[2J'],
  ])('%s', (_, text, expected) => expect(escapeCell(text)).toBe(expected));

  test('leaves nothing that GitHub reads as markup, mention, HTML or a new line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeCell(text);
        expect(escaped).not.toMatch(/[<>\n\r]/);
        expect(escaped).not.toMatch(/[@#](?!&#8203;|8203;)/);
        expect(escaped).not.toMatch(/(?<!\\)(?:\\\\)*[`|[\]*]/);
      }),
    );
  });

  test('cuts what is too long', () => {
    expect(escapeCell('x'.repeat(1000))).toBe(`${'x'.repeat(299)}…`);
  });
});

describe('code', () => {
  test.each([
    ['plain', '1.2.3', '`1.2.3`'],
    ['a backtick inside', 'a`b', '``a`b``'],
    ['backticks at the edge', '``a', '``` ``a ```'],
    ['a bar', 'a|<b>', '<code>a&#124;&#60;b&#62;</code>'],
    ['nothing', '', ''],
    ['two lines', 'a\nb', '`a b`'],
    ['a mention, which code does not send', '@octocat', '`@octocat`'],
  ])('%s', (_, text, expected) => expect(code(text)).toBe(expected));

  test('the fence never closes inside', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', 'a', ' ') }), (text) => {
        const span = code(text);
        const fence = /^`*/.exec(span)?.[0] ?? '';
        const inner = span.slice(fence.length, span.length - fence.length);
        expect(inner.match(/`+/g) ?? []).not.toContain(fence);
      }),
    );
  });
});

describe('link', () => {
  test.each([
    ['https', 'https://x.example/a', '[t](https://x.example/a)'],
    ['javascript', 'javascript:alert(1)', 't'],
    ['none', null, 't'],
    ['not a URL', 'x y', 't'],
    ['credentials', 'https://a:b@x.example/', 't'],
    ['parentheses', 'https://x.example/a)b', '[t](https://x.example/a%29b)'],
    ['spaces and quotes', 'https://x.example/a "b"', '[t](https://x.example/a%20%22b%22)'],
  ])('%s', (_, url, expected) => expect(link('t', url)).toBe(expected));
});

describe('cut', () => {
  test('what fits is not changed', () => expect(cut('abc', 3, 'tail')).toBe('abc'));

  test('cuts at a line end, closes what is open and stays within the limit', () => {
    const text = details('many', Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n'));
    const short = cut(text, 200, 'more in the summary');
    expect(short.length).toBeLessThanOrEqual(200);
    expect(short).toMatch(/line \d+\n\n<\/details>\n\nmore in the summary$/);
  });
});

test('table', () => {
  expect(table(['a', 'b'], [['1', '']])).toBe('| a | b |\n| --- | --- |\n| 1 |  |');
});

test('oneLine shows control characters', () => expect(oneLine('a\tb\u0000')).toBe('a\\u0009b\\u0000'));
