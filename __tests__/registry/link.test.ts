import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { nextLink } from '../../src/registry/request.js';

test.each([
  [undefined, null],
  ['', null],
  ['</a>; rel="next"', '/a'],
  ['</a>;rel=next', '/a'],
  ['</a>; REL="NEXT"', '/a'],
  ['</a>; rel="prev next"', '/a'],
  ['</a>; rel="prev"', null],
  ['</a>; rel="nextish"', null],
  ['</a>', null],
  ['</a>; rel="prev", </b>; rel="next"', '/b'],
  ['</a,b>; rel="next"', '/a,b'],
  ['</a>; title="x, </evil>; rel=next", </b>; rel="next"', '/b'],
  ['</a>; title="\\", ", </b>; rel="next"', '/b'],
  ['<>; rel="next"', null],
  ['/a; rel="next"', null],
  ['</a; rel="next"', null],
])('row 73: the next page of %p is %p', (header, expected) => {
  expect(nextLink(header)).toBe(expected);
});

test('any header is read in time, and any target is found again', () => {
  fc.assert(
    fc.property(fc.string(), fc.webPath(), (noise, path) => {
      expect(() => nextLink(noise)).not.toThrow();
      fc.pre(path !== '');
      expect(nextLink(`<${path}>; rel="next"`)).toBe(path);
    }),
  );
  expect(nextLink('<a>;,'.repeat(20_000))).toBeNull();
});
