import { describe, expect, test } from '@jest/globals';
import { FILE_LIMITS } from '../../src/shared/limits.js';
import { entry, messages, parse, problemsIn, tagFile } from '../support/config.js';
import { expectLinear } from '../support/cpu.js';

describe('what is no text', () => {
  test('row 23: a byte order mark is fine, and places are counted without it', () => {
    const bom = Uint8Array.of(0xef, 0xbb, 0xbf, ...new TextEncoder().encode(entry('tag: v1')));
    expect(parse(tagFile(bom)).images).toHaveLength(1);
    const bad = Uint8Array.of(0xef, 0xbb, 0xbf, ...new TextEncoder().encode('imagez: []\n'));
    expect(messages(tagFile(bad))).toEqual(['tags.yaml:1:1: unknown key "imagez"; write "images"']);
  });

  test.each([
    ['UTF-16 with a mark', Buffer.from(`\ufeff${entry('tag: v1')}`, 'utf16le')],
    ['UTF-16 without a mark', Buffer.from(entry('tag: v1'), 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\ufeff${entry('tag: v1')}`, 'utf16le').swap16()],
  ])('row 23: %s is an error', (_, bytes) => {
    expect(messages(tagFile(bytes))).toEqual(['tags.yaml:1:1: the file is UTF-16; save it as UTF-8']);
  });

  test('row 23: a NUL is an error at its place', () => {
    expect(messages('images:\n  - a\0b\n')).toEqual([
      'tags.yaml:2:6: the file holds the control character U+0000; remove it',
    ]);
  });

  test('bytes that are not UTF-8 are an error in their line', () => {
    const bytes = Buffer.concat([Buffer.from('# ä\nbug: '), Buffer.from([0xe4, 0x0a])]);
    expect(messages(tagFile(bytes))).toEqual([
      'tags.yaml:2:6: the file is not UTF-8 from here; save it as UTF-8',
    ]);
  });

  test('a lone carriage return is an error, CRLF is not', () => {
    expect(messages('images: []\r# old\r')[0]).toMatch(
      /^tags.yaml:1:11: a line ends with a lone carriage return; /,
    );
    const crlf = parse(entry('tag: v1', 'bug: "Bug: 1"').replaceAll('\n', '\r\n'));
    expect(crlf.images[0]?.bug).toBe('Bug: 1');
    expect(crlf.images[0]?.origin.at('bug')).toEqual({ file: 'tags.yaml', line: 5, column: 10 });
  });

  test('row 22: a file of 5 MB is an error, one of 4 MiB is not', () => {
    expect(messages('#'.repeat(5_000_000))).toEqual([
      'tags.yaml:1:1: the file is larger than 4 MiB; split it into several files',
    ]);
    const head = entry('tag: v1');
    expect(parse(`${head}#${'x'.repeat(FILE_LIMITS.bytes - head.length - 1)}`).images).toHaveLength(1);
  });
});

describe('what is no YAML', () => {
  test('row 24: a tab as indentation is an error with its line', () => {
    expect(messages('images:\n  - name: a/b\n\ttag: v1\n')).toEqual([
      'tags.yaml:3:1: not YAML: tabs are not allowed as indentation; indent with spaces',
    ]);
  });

  test.each([
    ['in a mapping in braces', 'images: {\n\tname: a/b }\n', '2:1'],
    ['in a list in brackets', 'images:\n  - [ a,\n\tb ]\n', '3:1'],
    ['in a block of text', 'bug: |\n\tx\n', '2:1'],
    ['in a value in quotes', 'bug: "x\n\ty"\n', '2:1'],
  ])('a tab is named where it is at fault: %s', (_, text, place) => {
    expect(messages(text)).toEqual([
      `tags.yaml:${place}: not YAML: tabs are not allowed as indentation; indent with spaces`,
    ]);
  });

  test('a tab before something unexpected is named beside it', () => {
    expect(messages('- a: 1\n\t  b: 2\n')[0]).toBe(
      'tags.yaml:2:4: not YAML: unexpected scalar at node end; check the indentation and the quotes around here: this line begins with a tab',
    );
  });

  test.each([
    ['images: "x\n', '1:9'],
    ['images: "\n', '1:9'],
    ["policy: wmcore\nimages:\n  - name: 'a\n    tag: x\n  - name: b\n", '3:11'],
    ['images:\n  - { name: "a, tag: x }\n  - { name: b }\n', '2:13'],
    ['images:\n  - name: "a\ntag: "x"\n', '2:11'],
    ['bug: "x\n\t\n', '1:6'],
    ['policy: >\n  "\nimages: "x\n', '3:9'],
  ])('%j: a quote that is not closed is told where it opens', (text, place) => {
    expect(messages(text)[0]).toBe(
      `tags.yaml:${place}: not YAML: the quote that opens here is not closed; close it, and indent the lines over which it runs`,
    );
  });

  test.each([
    ['images: [\n', /^tags.yaml:2:1: not YAML: /],
    [
      'policy: a: b\n',
      /^tags.yaml:1:9: not YAML: nested mappings .*; check the indentation, and put a value that holds ": " in quotes$/,
    ],
    ['policy: @x\n', /^tags.yaml:1:9: not YAML: .*; put the value in quotes$/],
    ['policy: *x\n', /^tags.yaml:1:9: there is no anchor "&x" before this alias; define it above$/],
    ['policy: !x y\n', /^tags.yaml:1:9: not YAML: unresolved tag: !x; remove the tag/],
    ['policy: !!binary aGVsbG8=\n', /^tags.yaml:1:9: not YAML: unresolved tag/],
    ['? [a]\n: b\n', /^tags.yaml:1:3: a key must be text, not a list; write the key as text$/],
    ['? - a\n: b\n', /^tags.yaml:1:3: a key must be text, not a list; write the key as text$/],
    ['{a: b}: c\n', /^tags.yaml:1:1: a key must be text, not a mapping; write the key as text$/],
    [']', /^tags.yaml:1:1: not YAML: /],
    ['%FOO\n---\npolicy: wmcore\n', /^tags.yaml:1:1: not YAML: unknown directive %FOO; remove the line/],
    [
      '%YAML 1.1\n---\npolicy: wmcore\n',
      /: the document is declared as YAML 1.1, and a tag file is YAML 1.2; /,
    ],
    ['images: []\n  - a\n', /^tags.yaml:2:1: not YAML: a block sequence .*; check the indentation, and/],
  ])('%j is an error at its place', (text, message) => {
    const found = messages(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  test('a document that is not YAML does not hide the problems of the others', () => {
    expect(messages('policy: @x\n---\nimagez: []\n')).toEqual([
      expect.stringContaining('tags.yaml:1:9: not YAML: '),
      'tags.yaml:3:1: unknown key "imagez"; write "images"',
    ]);
  });

  test.each([
    ['flow lists', '['.repeat(10_000)],
    ['closed flow lists', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['block lists', '- '.repeat(10_000)],
    ['mappings', '{a: '.repeat(10_000)],
    ['keys that are mappings', '? '.repeat(10_000)],
    ['a file full of brackets', '['.repeat(FILE_LIMITS.bytes)],
  ])('row 22: depth 10,000 is an error: %s', (_, text) => {
    expect(messages(text)).toEqual([
      expect.stringMatching(/^tags.yaml:1:\d+: the file nests deeper than 50 levels; /),
    ]);
  });

  test('what is wrong a thousand times is told a thousand times, and then counted', () => {
    const found = messages(`images: [${'1,'.repeat(1_234)}]`);
    expect(found).toHaveLength(1_001);
    expect(found[999]).toContain('item 1000 of "images"');
    expect(found[1_000]).toBe('and 234 more problems; fix these first');
  });
});

describe('aliases', () => {
  const bomb = (levels: number): string =>
    [
      'a0: &a0 x',
      ...Array.from(
        { length: levels },
        (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`,
      ),
    ].join('\n');

  test('row 21: a bomb of aliases is an error, and more levels cost no more than their text', () => {
    expectLinear((levels) => messages(bomb(levels)), 30);
    expect(messages(bomb(30))).toEqual([
      'tags.yaml:1:1: its aliases stand for more than 100000 values; write fewer of them',
    ]);
  });

  test('the bound is for the file, not for each document', () => {
    const document = `---\n${bomb(4)}\n`; // some 8,000 nodes each
    expect(messages(document.repeat(20)).at(-1)).toContain('more than 100000 values');
  });

  test('an anchor that holds itself is an error', () => {
    expect(messages('images: &a [ *a ]\n')).toEqual([
      'tags.yaml:1:14: the anchor "&a" holds itself; remove the alias',
    ]);
  });

  test('an alias gives the value of the anchor before it, and its place is where it is written', () => {
    const { images } = parse(
      [
        'images:',
        '  - { name: org/a, src_build_tag: &b build-1, tag: v1 }',
        '  - { name: org/b, src_build_tag: *b, tag: v1, requires: &r [ { check: e2e } ] }',
        '  - { name: org/c, src_build_tag: &b build-2, tag: v1 }',
        '  - { name: org/d, src_build_tag: *b, tag: v1, requires: *r }',
      ].join('\n'),
    );
    expect(images.map(({ srcBuildTag }) => srcBuildTag)).toEqual([
      'build-1',
      'build-1',
      'build-2',
      'build-2',
    ]);
    expect(images[1]?.origin.at('src_build_tag')).toMatchObject({ line: 3, column: 35 });
    expect(images[3]?.requires[0]?.origin.at('check')).toMatchObject({ line: 3, column: 72 });
  });

  test('what is wrong inside an anchor is told once', () => {
    expect(
      problemsIn('images:\n  - &a { name: org/a, tag: v1, tag: v2, src_build_tag: b }\n  - *a\n'),
    ).toHaveLength(1);
    expect(messages('images:\n  - &a { name: org/a, tag: 1.10, src_build_tag: b }\n  - *a\n')).toEqual([
      'tags.yaml:2:28: "tag" is the number 1.1, not text; quote it: "1.10"',
    ]);
  });
});

describe('keys', () => {
  test('row 18: a key given twice is an error that names the first', () => {
    expect(messages(entry('tag: v1', 'tag: v2'))).toEqual([
      'tags.yaml:5:5: the key "tag" is given twice, first in line 4; keep one of them',
    ]);
  });

  test.each(['__proto__', 'constructor', 'prototype'])(
    'row 28: the key %s is an error, wherever it stands',
    (key) => {
      expect(messages(`${key}: { a: 1 }\n`)).toEqual([
        `tags.yaml:1:1: the key "${key}" is not allowed; remove it`,
      ]);
      expect(messages(`builds:\n  - name: org/a\n    build_args: { ${key}: x }\n`)).toEqual([
        `tags.yaml:3:19: the key "${key}" is not allowed; remove it`,
      ]);
    },
  );

  test('keys with the names of other members of objects are only unknown', () => {
    expect(messages('toString: x\nhasOwnProperty: y\n')).toEqual([
      expect.stringContaining('unknown key "toString"'),
      expect.stringContaining('unknown key "hasOwnProperty"'),
    ]);
    expect(parse('builds:\n  - name: org/a\n    build_args: { toString: x }\n').builds[0]?.buildArgs).toEqual(
      {
        toString: 'x',
      },
    );
  });

  test('merge keys are refused with what to do instead', () => {
    expect(messages(entry('tag: v1', '<<: { stable: true }'))).toEqual([
      'tags.yaml:5:5: unknown key "<<"; write the keys out: YAML 1.2 has no merge keys',
    ]);
  });
});
