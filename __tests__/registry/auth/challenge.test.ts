import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { parseChallenges } from '../../../src/registry/auth/challenge.js';
import { expectLinear } from '../../support/cpu.js';

const plain = (header: string | undefined): [string, Record<string, string>][] =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('a WWW-Authenticate header', () => {
  test.each<[string | undefined, [string, Record<string, string>][]]>([
    [undefined, []],
    ['', []],
    ['Basic', [['basic', {}]]],
    ['Basic realm="x"', [['basic', { realm: 'x' }]]],
    ['BASIC Realm=x', [['basic', { realm: 'x' }]]],
    [
      'Bearer realm="https://a.example/token",service="a",scope="repository:a/b:pull,push"',
      [['bearer', { realm: 'https://a.example/token', service: 'a', scope: 'repository:a/b:pull,push' }]],
    ],
    [
      'Bearer realm="r", error="invalid_token" , Basic realm="b", Negotiate',
      [
        ['bearer', { realm: 'r', error: 'invalid_token' }],
        ['basic', { realm: 'b' }],
        ['negotiate', {}],
      ],
    ],
    ['bearer realm = "a\\"b\\\\c"', [['bearer', { realm: 'a"b\\c' }]]],
    [',, Bearer realm="r",,', [['bearer', { realm: 'r' }]]],
    ['Bearer realm="good", realm="evil"', [['bearer', { realm: 'good' }]]],
    ['Bearer realm="open', [['bearer', {}]]],
    ['Bearer realm=', [['bearer', {}]]],
    ['realm="x"', []],
    ['Bearer realm="x" service="y"', [['bearer', { realm: 'x', service: 'y' }]]],
    ['Bearer __proto__="x"', [['bearer', Object.fromEntries([['__proto__', 'x']])]]],
  ])('%s', (header, challenges) => {
    expect(plain(header)).toEqual(challenges);
  });

  test('one that is longer than 8 KiB is not read', () => {
    expect(plain(`Basic realm="${'x'.repeat(9000)}"`)).toEqual([]);
  });

  test('anything at all is read in no time and gives lower-case schemes', () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom('Bearer', 'realm', '=', '"', '\\', ',', ' ', 'a/b:pull', '\t', 'ü', '\0'))
          .map((parts) => parts.join('')),
        (header) => {
          for (const { scheme } of parseChallenges(header)) expect(scheme).toBe(scheme.toLowerCase());
        },
      ),
    );
    for (const part of ['"', '\\', 'a,', 'a=', 'a="', ' ', '=,']) {
      expectLinear((size) => parseChallenges(`Bearer ${part.repeat(size / part.length)}`), 4000);
    }
  });

  test('what was written is what is read', () => {
    const token = fc.stringMatching(/^[a-z]{1,8}$/);
    const quote = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.dictionary(token, fc.string(), { maxKeys: 5, noNullPrototype: true }), (parameters) => {
        const list = Object.entries(parameters).map(([name, value]) => `${name}=${quote(value)}`);
        expect(plain(`Bearer ${list.join(', ')}`)).toEqual([['bearer', parameters]]);
      }),
    );
  });
});
