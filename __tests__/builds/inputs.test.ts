import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { readRecords } from '../../src/builds/csv.js';
import { buildArguments, inputList, type ListOptions, parseImages } from '../../src/builds/inputs.js';
import { formatProblem } from '../../src/errors.js';

// The forms of docker/metadata-action's __tests__/image.test.ts.
describe('the input images', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['ghcr.io/example/app', ['ghcr.io/example/app']],
    ['name/foo,name/bar', ['name/foo', 'name/bar']],
    ['name/foo, name/bar,\nname/baz', ['name/foo', 'name/bar', 'name/baz']],
    ['name=name/foo\nname=name/bar,enable=true', ['name/foo', 'name/bar']],
    ['name=name/foo,enable=false\nname/bar', ['name/bar']],
    ['name/foo,enable=false\nenable=true,name=name/bar', ['name/bar']],
    ['name = name/foo , enable = true', ['name/foo']],
    ['NAME=name/foo', ['name/foo']],
    ['GHCR.io/Octo/App\nname=Octo/App', ['ghcr.io/octo/app', 'octo/app']],
    ['# both\nname/foo\n  # name/baz\nname/bar', ['name/foo', 'name/bar']],
    ['name/foo\nName/Foo\nname=name/foo', ['name/foo']],
    ['localhost:5000/a', ['localhost:5000/a']],
  ])('%j', (text, names) => {
    expect(parseImages(text)).toEqual({ names, disabled: false, problems: [] });
  });

  test.each(['name=a/b,enable=false', 'a/b,enable=false\nname=c,enable=false'])(
    '%j is none of them',
    (text) => {
      expect(parseImages(text)).toEqual({ names: [], disabled: true, problems: [] });
    },
  );

  test.each<[string, RegExp]>([
    ['name=a/b,enable=bar', /^input images: enable: "bar" is neither true nor false/],
    ['name=a/b,enable=', /enable: "" is neither/],
    ['name=a/b,tag=x', /^input images: "tag" is not an attribute of an image; write it as "NAME", or "name=/],
    ['name=', /"name=" names no image/],
    ['enable=true', /"enable=true" names no image/],
    ['a,b,enable=true', /names several images and has attributes; give each a line/],
    ['"a', /the quotation mark that starts in line 1 does not end/],
  ])('%j is an error', (text, expected) => {
    expect(parseImages(text).problems.map(formatProblem)).toEqual([expect.stringMatching(expected)]);
  });

  test('every wrong line is named', () => {
    expect(parseImages('a,x=1\nb\nc,enable=no').problems).toHaveLength(2);
  });
});

describe('records', () => {
  const strict = { relaxed: false, comments: false };
  const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

  test('what is quoted is read back, whatever it holds', () => {
    const cell = fc.string({ unit: fc.constantFrom(...Array.from('a",\n#\r =')), maxLength: 8 });
    const records = fc.array(fc.array(cell, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(records, fc.constantFrom('\n', '\r\n'), fc.boolean(), (given, end, relaxed) => {
        const text = given.map((cells) => cells.map(quote).join(',')).join(end);
        expect(readRecords(text, { relaxed, comments: true })).toEqual({ ok: true, records: given });
      }),
    );
  });

  test.each([
    ['', [['']]],
    ['a,,"b"', [['a', '', 'b']]],
    ['a\n\nb\n', [['a'], [''], ['b'], ['']]],
    ['a\rb', [['a\rb']]],
    ['# a\nb', [['# a'], ['b']]],
  ])('%j', (text, records) => expect(readRecords(text, strict)).toEqual({ ok: true, records }));

  test.each([
    ['a\n"b', 2],
    ['a,b"', 1],
    ['"a"b', 1],
    ['"a\nb"\n"', 3],
  ])('%j is wrong in line %d', (text, line) => {
    expect(readRecords(text, strict)).toEqual({ ok: false, line });
  });
});

// What docker/actions-toolkit's getList gives (__tests__/util.test.ts there, and csv-parse's relax_quotes).
describe('lists', () => {
  test.each<[string, string[], ListOptions?]>([
    ['', []],
    ['A=1\nB=2, 3', ['A=1', 'B=2, 3']],
    ['A=1\r\n\r\n  B=2  \r\n', ['A=1', 'B=2']],
    ['"FOO=bar, baz"', ['FOO=bar, baz']],
    ['my.l=x, y', ['my.l=x, y']],
    ['"KEY=line 1\nline ""2""\n\nline 4"\nB=2', ['KEY=line 1\nline "2"\n\nline 4', 'B=2']],
    ['A="x, y"', ['A="x, y"']],
    ['J={"a":1,"b":"x,y"}', ['J={"a":1,"b":"x,y"}']],
    ['"FOO"=bar', ['"FOO"=bar']],
    ['type=gha,"scope=a"', ['type=gha,scope=a']],
    ['# A=1\nB=2', ['# A=1', 'B=2']],
    ['# "A=1\n  # x\nB=2 # c\n#', ['B=2 # c'], { comments: true }],
    ['"A=1\n# of the value"', ['A=1\n# of the value'], { comments: true }],
    ['linux/amd64, linux/arm64\nlinux/386,', ['linux/amd64', 'linux/arm64', 'linux/386'], { commas: true }],
    ['"linux/amd64,linux/arm64"', ['linux/amd64', 'linux/arm64'], { commas: true }],
  ])('%j', (text, items, options = {}) =>
    expect(inputList(text, options)).toEqual({ ok: true, value: items }),
  );

  test('an open quotation mark is named by its line; the text may be a secret', () => {
    expect(inputList('A=1\n"B=hunter2\nC=3')).toEqual({
      ok: false,
      what: 'the quotation mark that starts in line 2 does not end',
      hint: expect.stringContaining('""'),
    });
  });
});

test('a build argument without a value takes the variable of that name, or is left out', () => {
  const items = ['A=1=2', 'B', 'C', 'EMPTY', 'NONE=', 'toString'];
  expect(buildArguments(items, { B: 'x, y', EMPTY: '', A: 'no', C: undefined })).toEqual({
    A: '1=2',
    B: 'x, y',
    EMPTY: '',
    NONE: '',
  });
});
