import { describe, expect, test } from '@jest/globals';

import { parseImages } from '../../src/builds/inputs.js';
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
