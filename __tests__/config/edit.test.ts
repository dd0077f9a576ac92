import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseConfig, type TagFile } from '../../src/config/config.js';
import { pinDigests } from '../../src/config/edit.js';
import { UserError } from '../../src/errors.js';
import { tagFile } from '../support/config.js';

const digestOf = (n: number): string => `sha256:${n.toString(16).padStart(64, '0')}`;
const A = digestOf(10);

/** Pins the entries with these positions in the list of all entries; entry n gets digest n. */
function pin(file: TagFile, ...which: readonly number[]): string {
  const { images } = parseConfig([file]);
  return pinDigests(
    file,
    which.map((n) => ({ location: images[n]!.origin.at(), digest: digestOf(n) })),
  );
}

function digestsIn(text: string): (string | undefined)[] {
  return parseConfig([tagFile(text)]).images.map(({ srcDigest }) => srcDigest);
}

describe('a digest is written', () => {
  test.each([
    [
      'below the source tag of a block, with comments and blank lines kept',
      '# top\nimages:\n  - name: org/a # the name\n\n    src_build_tag: b   # the build\n    # why this tag\n    tag: v1\n# end\n',
      `# top\nimages:\n  - name: org/a # the name\n\n    src_build_tag: b   # the build\n    src_digest: ${A}\n    # why this tag\n    tag: v1\n# end\n`,
    ],
    [
      'with the indentation of the entry',
      'images:\n-   src_build_tag: b\n    name: org/a\n    tag: v1\n',
      `images:\n-   src_build_tag: b\n    src_digest: ${A}\n    name: org/a\n    tag: v1\n`,
    ],
    [
      'with the line ends of the file',
      'images:\r\n  - name: org/a\r\n    tag: v1\r\n    src_build_tag: b\r\n',
      `images:\r\n  - name: org/a\r\n    tag: v1\r\n    src_build_tag: b\r\n    src_digest: ${A}\r\n`,
    ],
    [
      'at the end of a file without a last line end',
      'images:\n  - name: org/a\n    tag: v1\n    src_build_tag: b',
      `images:\n  - name: org/a\n    tag: v1\n    src_build_tag: b\n    src_digest: ${A}`,
    ],
    [
      'into a mapping in braces',
      'images: [ { name: org/a, src_build_tag: b, tag: v1, requires: [ { check: e2e } ] } ] # x\n',
      `images: [ { name: org/a, src_build_tag: b, src_digest: ${A}, tag: v1, requires: [ { check: e2e } ] } ] # x\n`,
    ],
    [
      'into braces over several lines',
      'images:\n  - {\n      name: org/a,\n      tag: v1,\n      src_build_tag: "b" # x\n    }\n',
      `images:\n  - {\n      name: org/a,\n      tag: v1,\n      src_build_tag: "b", src_digest: ${A} # x\n    }\n`,
    ],
    [
      'in place of the one that is there',
      `images:\n  - name: org/a\n    src_digest: '${digestOf(1)}' # old\n    tag: v1\n`,
      `images:\n  - name: org/a\n    src_digest: ${A} # old\n    tag: v1\n`,
    ],
    [
      'below a source tag of several lines',
      'images:\n  - name: org/a\n    src_build_tag: >-\n      b\n    tag: v1\n',
      `images:\n  - name: org/a\n    src_build_tag: >-\n      b\n    src_digest: ${A}\n    tag: v1\n`,
    ],
    [
      'in place of an alias',
      `images:\n  - { name: org/a, tag: v1, src_digest: &d '${digestOf(1)}' }\n  - { name: org/b, tag: v1, src_digest: *d }\n`,
      `images:\n  - { name: org/a, tag: v1, src_digest: &d '${digestOf(1)}' }\n  - { name: org/b, tag: v1, src_digest: ${A} }\n`,
    ],
    [
      'behind an alias as source tag',
      'images:\n  - { name: org/a, tag: &t v1, src_build_tag: *t }\n',
      `images:\n  - { name: org/a, tag: &t v1, src_build_tag: *t, src_digest: ${A} }\n`,
    ],
  ])('%s', (_, before, after) => {
    const file = tagFile(before);
    const place = parseConfig([file]).images.at(-1)!.origin.at();
    expect(pinDigests(file, [{ location: place, digest: A }])).toBe(after);
  });

  test('in every document, each entry its own', () => {
    const one = 'images:\n  - name: org/a\n    src_build_tag: b\n    tag: v1\n';
    expect(digestsIn(pin(tagFile(`${one}---\n${one}---\n${one}`), 2, 0))).toEqual([
      digestOf(0),
      undefined,
      digestOf(2),
    ]);
  });

  test('with the byte order mark kept', () => {
    const text = '\ufeffimages: [ { name: org/a, src_build_tag: b, tag: v1 } ]\n';
    expect(pin(tagFile(text), 0)).toBe(text.replace(', tag', `, src_digest: ${digestOf(0)}, tag`));
  });

  test('once, when it is there already', () => {
    const once = pin(tagFile('images: [ { name: org/a, src_build_tag: b, tag: v1 } ]\n'), 0);
    expect(pin(tagFile(once), 0)).toBe(once);
  });

  test('only for the file that the place names', () => {
    const text = 'images: [ { name: org/a, src_build_tag: b, tag: v1 } ]\n';
    expect(
      pinDigests(tagFile(text), [{ location: { file: 'other.yaml', line: 1, column: 11 }, digest: A }]),
    ).toBe(text);
  });
});

describe('nothing is written', () => {
  const entry = '{ name: org/a, src_build_tag: b, tag: v1 }';

  test.each([
    ['an entry that an alias repeats', `images: [ &e ${entry}, *e ]\n`, 0, 1, 14],
    ['an entry that is an alias', `images: [ &e ${entry}, *e ]\n`, 1, 1, 58],
  ])('into %s', (_, text, which, line, column) => {
    expect(() => pin(tagFile(text), which)).toThrow(
      `tags.yaml:${line}:${column}: this entry is shared through an alias, and a digest belongs to one entry alone; write the entry out`,
    );
  });

  test('where no entry stands', () => {
    const file = tagFile(`images: [ ${entry} ]\n`);
    expect(() =>
      pinDigests(file, [{ location: { file: 'tags.yaml', line: 7, column: 1 }, digest: A }]),
    ).toThrow(UserError);
  });

  test.each([
    [
      'explicit keys',
      'images:\n  - ? name\n    : org/a\n    ? src_build_tag\n    : b\n    ? tag\n    : v1\n',
    ],
    ['tabs behind the dash', 'images:\n  -\tname: org/a\n  \tsrc_build_tag: b\n  \ttag: v1\n'],
  ])('into a layout that a line of text would break: %s', (_, text) => {
    expect(() => pin(tagFile(text), 0)).toThrow(UserError);
  });

  test('into a file that is not valid', () => {
    expect(() => pinDigests(tagFile('imagez: []\n'), [])).toThrow('unknown key "imagez"');
  });

  test('that is not a digest', () => {
    const file = tagFile(`images: [ ${entry} ]\n`);
    const place = parseConfig([file]).images[0]!.origin.at();
    expect(() => pinDigests(file, [{ location: place, digest: 'latest' }])).toThrow(TypeError);
  });
});

describe('laws', () => {
  const block = fc.record({
    comment: fc.constantFrom('', '# note', '# a: b'),
    indent: fc.integer({ min: 0, max: 6 }),
    gap: fc.integer({ min: 1, max: 4 }),
    order: fc.constantFrom('nst', 'nts', 'snt', 'stn', 'tns', 'tsn'),
    trailing: fc.constantFrom('', ' # x', '   '),
    quote: fc.constantFrom('', '"', "'"),
    blank: fc.boolean(),
  });

  function written(
    entries: readonly {
      comment: string;
      gap: number;
      order: string;
      trailing: string;
      quote: string;
      blank: boolean;
    }[],
    indent: number,
  ): string {
    const pad = ' '.repeat(indent);
    const lines = entries.flatMap((each, index) => {
      const values: Record<string, string> = {
        n: `name: org/app-${index}`,
        s: `src_build_tag: ${each.quote}b.${index}${each.quote}`,
        t: `tag: v${index}`,
      };
      const keys = Array.from(each.order).map((key, at) => {
        const lead = at === 0 ? `${pad}-${' '.repeat(each.gap)}` : pad + ' '.repeat(each.gap + 1);
        return `${lead}${values[key] ?? ''}${each.trailing}`;
      });
      return [...(each.comment ? [pad + each.comment] : []), ...keys, ...(each.blank ? [''] : [])];
    });
    return `images:\n${lines.join('\n')}\n`;
  }

  test('only lines with digests are added, and exactly the pinned entries have them', () => {
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 4 }),
        fc.infiniteStream(fc.boolean()),
        fc.constantFrom('\n', '\r\n'),
        (entries, indent, chosen, newline) => {
          const before = written(entries, indent).replaceAll('\n', newline);
          const which = entries.map((_, n) => n).filter(() => chosen.next().value);
          const after = pin(tagFile(before), ...which);
          const isPin = (line: string): boolean => line.includes('src_digest');
          expect(
            after
              .split(newline)
              .filter((line) => !isPin(line))
              .join(newline),
          ).toBe(before);
          expect(digestsIn(after)).toEqual(
            entries.map((_, n) => (which.includes(n) ? digestOf(n) : undefined)),
          );
          expect(pin(tagFile(after), ...which)).toBe(after);
        },
      ),
    );
  });

  test("all of StarlingX's file is pinned line by line", () => {
    const bytes = readFileSync(new URL('../../examples/starlingx/image-tags.yaml', import.meta.url));
    const file = tagFile(bytes);
    const count = parseConfig([file]).images.length;
    const after = pin(file, ...Array.from({ length: count }, (_, n) => n));
    expect(digestsIn(after)).toEqual(Array.from({ length: count }, (_, n) => digestOf(n)));
    expect(after.replace(/^ {4}src_digest: .*\n/gm, '')).toBe(bytes.toString());
  });
});
