import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';

import { addEntry, type NewEntry } from '../../src/config/add.js';
import { parseConfig } from '../../src/config/config.js';
import { UserError } from '../../src/errors.js';
import { tagFile } from '../support/config.js';

const ENTRY: NewEntry = { name: 'org/new', src_build_tag: 'b2', tag: '1.10' };
const LINES = ['- name: org/new', '  src_build_tag: b2', "  tag: '1.10'"];
const block = (indent: string, end = '\n'): string => LINES.map((line) => indent + line + end).join('');

const add = (text: string, entry = ENTRY): string =>
  Buffer.from(addEntry(tagFile(text), entry).bytes).toString();

describe('one more entry, and nothing else', () => {
  const one = '  - name: org/a # the name\n    src_build_tag: b\n    tag: v1 # last\n';
  test.each([
    ['below a block', `images:\n${one}`, `images:\n${one}${block('  ')}`],
    [
      'below comments of the last entry',
      `images:\n${one}    # of a\n# end\n`,
      `images:\n${one}    # of a\n${block('  ')}# end\n`,
    ],
    [
      'before what follows',
      `images:\n${one}\n# policy\npolicy: semver\n`,
      `images:\n${one}${block('  ')}\n# policy\npolicy: semver\n`,
    ],
    [
      'without indentation',
      'images:\n- name: org/a\n  src_build_tag: b\n  tag: v1\n',
      `images:\n- name: org/a\n  src_build_tag: b\n  tag: v1\n${block('')}`,
    ],
    [
      'with the indentation of the others',
      'images:\n -   name: org/a\n     src_build_tag: b\n     tags:\n       - v1\n       - v2\n',
      "images:\n -   name: org/a\n     src_build_tag: b\n     tags:\n       - v1\n       - v2\n -   name: org/new\n     src_build_tag: b2\n     tag: '1.10'\n",
    ],
    [
      'with the line ends of the file',
      `images:\r\n${one.replaceAll('\n', '\r\n')}`,
      `images:\r\n${one.replaceAll('\n', '\r\n')}${block('  ', '\r\n')}`,
    ],
    ['behind a byte order mark', `\ufeffimages:\n${one}`, `\ufeffimages:\n${one}${block('  ')}`],
    [
      'at the end of a file without a line end',
      `images:\n${one.trimEnd()}`,
      `images:\n${one}${block('  ').trimEnd()}`,
    ],
    [
      'in braces below braces',
      'images:\n  - { name: org/a, src_build_tag: b, tag: v1 }\nreview: off\n',
      "images:\n  - { name: org/a, src_build_tag: b, tag: v1 }\n  - { name: org/new, src_build_tag: b2, tag: '1.10' }\nreview: off\n",
    ],
    [
      'in brackets',
      'images: [ { name: org/a, src_build_tag: b, tag: v1 } ] # x\n',
      "images: [ { name: org/a, src_build_tag: b, tag: v1 }, { name: org/new, src_build_tag: b2, tag: '1.10' } ] # x\n",
    ],
    ['in empty brackets', 'images: []\n', "images: [{ name: org/new, src_build_tag: b2, tag: '1.10' }]\n"],
    [
      'below a key without a list',
      'images: # none\n  # yet\npolicy: semver\n',
      `images: # none\n${block('  ')}  # yet\npolicy: semver\n`,
    ],
    ['in a list of its own', 'policy: semver\n', `policy: semver\nimages:\n${block('  ')}`],
    ['in a file that says nothing', '# to come\n', `# to come\nimages:\n${block('  ')}`],
    ['in an empty file', '', `images:\n${block('  ')}`],
    [
      'in the last document that has a list',
      `images:\n${one}---\nimages:\n${one.replace('org/a', 'org/b')}---\npolicy: semver\n`,
      `images:\n${one}---\nimages:\n${one.replace('org/a', 'org/b')}${block('  ')}---\npolicy: semver\n`,
    ],
  ])('%s', (_, before, after) => {
    expect(add(before)).toBe(after);
  });

  test.each([
    ['an alias', 'images: &x\n  - { name: org/a, src_build_tag: b, tag: v1 }\n---\nimages: []\n', null],
    ['a document in braces', '{ policy: semver }\n', /cannot be edited safely/],
  ])('%s', (_, text, refused) => {
    if (refused === null) expect(add(text)).toContain('org/new');
    else expect(() => add(text)).toThrow(refused);
  });

  test('a file with mistakes is not touched', () => {
    expect(() => add('images:\n  - nme: x\n')).toThrow(UserError);
  });

  test('every text is read back as it was given', () => {
    const text = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);
    const url = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
    fc.assert(
      fc.property(text, text, url, fc.boolean(), (tag, src_build_tag, src_ref, flow) => {
        const file = tagFile(
          flow ? 'images: []\n' : 'images:\n  - name: a\n    src_build_tag: b\n    tag: c\n',
        );
        const after = addEntry(file, { name: 'quay.io/o/app', src_build_tag, src_ref, tag });
        expect(parseConfig([after]).images.at(-1)).toMatchObject({
          tags: [tag],
          srcBuildTag: src_build_tag,
          srcRef: src_ref,
        });
      }),
    );
  });
});
