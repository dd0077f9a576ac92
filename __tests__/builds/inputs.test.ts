import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { readRecords } from '../../src/builds/csv.js';
import {
  buildArguments,
  buildsOfRun,
  inputList,
  type ListOptions,
  parseImages,
} from '../../src/builds/inputs.js';
import { formatProblem, UserError } from '../../src/errors.js';
import { config, options } from '../support/release.js';

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

type BuildOptions = Parameters<typeof buildsOfRun>[1];

const FILE = config(`policy: wmcore
builds:
  - name: [reg.example/a, other.example/a]
    context: a
  - name: app
    target: release
`);
const NONE = config('policy: wmcore\n');
const names = (file: typeof FILE, more: Parameters<typeof options>[0] = {}): string[][] =>
  buildsOfRun(file, options(more)).map((build) => build.names.map(({ text }) => text));

describe('names', () => {
  test('as in the tag file; in full where registry-map changes them', () => {
    expect(names(FILE)).toEqual([['reg.example/a', 'other.example/a'], ['app']]);
    expect(names(FILE, { map: ['docker.io=local.example:5000'] })).toEqual([
      ['reg.example/a', 'other.example/a'],
      ['local.example:5000/library/app'],
    ]);
  });

  test('the definition is made from the mapped names, so that nothing is pushed elsewhere', () => {
    const [, app] = buildsOfRun(FILE, options({ map: ['docker.io=local.example:5000'] }));
    const mapped = { registry: 'local.example:5000', repository: 'library/app' };
    expect(app?.config.names).toEqual([{ text: 'local.example:5000/library/app', repository: mapped }]);
    expect(app?.names[0]?.repository).toEqual(mapped);
  });
});

describe('the input images', () => {
  test('narrows the builds of a tag file, by any of their names', () => {
    expect(names(FILE, { images: ['other.example/a'] })).toEqual([['reg.example/a', 'other.example/a']]);
    expect(names(FILE, { images: ['app', 'reg.example/a'] })).toEqual([
      ['reg.example/a', 'other.example/a'],
      ['app'],
    ]);
  });

  test('is one build of all of them without a tag file', () => {
    const [build, ...rest] = buildsOfRun(NONE, options({ images: ['reg.example/x', 'ubuntu'] }));
    expect(rest).toEqual([]);
    expect(build?.names.map(({ text, repository }) => [text, repository.registry])).toEqual([
      ['reg.example/x', 'reg.example'],
      ['ubuntu', 'docker.io'],
    ]);
    expect(build?.config).toMatchObject({ context: '.', platforms: [], cacheTo: [] });
  });

  test('one repository under two spellings is one name', () => {
    expect(names(NONE, { images: ['app', 'docker.io/library/app', 'reg.example/app'] })).toEqual([
      ['app', 'reg.example/app'],
    ]);
  });

  test('is in lower case, where the host in the tag file may not be', () => {
    const file = config('policy: wmcore\nbuilds: [{ name: Reg.Example/a }, { name: b }]\n');
    expect(names(file, { images: ['reg.example/a'] })).toEqual([['Reg.Example/a']]);
  });

  test.each<[string, typeof FILE, string[], RegExp[]]>([
    [
      'what no build is called',
      FILE,
      ['a', 'app', 'b'],
      [/no build of the tag file is called "a".*reg\.example\/a, other\.example\/a, app/, /called "b"/],
    ],
    ['what is no name', NONE, ['UPPER/x', 'ok/x', 'x:1'], [/^images: /, /^images: /]],
  ])('%s is an error each', (_name, file, images, expected) => {
    const problems = problemsOf(file, { images });
    expect(problems).toHaveLength(expected.length);
    for (const [i, pattern] of expected.entries()) expect(problems[i]).toMatch(pattern);
  });
});

test('inputs are defaults: what an entry says itself stays', () => {
  const [a, app] = buildsOfRun(
    FILE,
    options({ defaults: { context: 'src', target: 'test', platforms: ['linux/arm64'] } }),
  );
  expect(a?.config).toMatchObject({ context: 'a', target: 'test', platforms: [{ platform: 'linux/arm64' }] });
  expect(app?.config).toMatchObject({ target: 'release', platforms: [{ platform: 'linux/arm64' }] });
});

test('nothing is built without builds and images', () => {
  expect(names(NONE)).toEqual([]);
});

function problemsOf(file: typeof FILE, changes: Partial<BuildOptions>): string[] {
  try {
    buildsOfRun(file, options(changes));
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}
