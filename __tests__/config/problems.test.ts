import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { ACCEPTED_PLATFORMS, parsePlatform } from '../../src/oci/platform.js';
import { parseDuration, parseTimeSpan, suggest } from '../../src/shared/text.js';
import { expectLinear } from '../support/cpu.js';

describe('the nearest name', () => {
  const keys = ['name', 'src_name', 'src_build_tag', 'src_digest', 'tag', 'tags', 'stable'];

  test.each([
    ['tagz', 'tag'],
    ['tagss', 'tags'],
    ['TAG', 'tag'],
    ['atg', 'tag'],
    ['src-build-tag', 'src_build_tag'],
    ['srcdigest', 'src_digest'],
    ['stabel', 'stable'],
    ['description', undefined],
    ['x', undefined],
    ['', undefined],
  ])('of %j is %j', (word, expected) => {
    expect(suggest(word, keys)).toBe(expected);
  });

  test('is the first of equally near ones, and the exact one before all', () => {
    expect(suggest('tax', ['tab', 'tag'])).toBe('tab');
    expect(suggest('tag', ['tab', 'tag'])).toBe('tag');
  });

  test('is found after one slip anywhere in a word of three letters or more', () => {
    const word = fc.string({ unit: fc.constantFrom(...Array.from('abcdef_')), minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('drop', 'double', 'swap'), (right, at, slip) => {
        const i = at % (right.length - 1);
        const [a = '', b = ''] = [right[i], right[i + 1]];
        const middle = { drop: b, double: a + a + b, swap: b + a }[slip];
        expect(suggest(right.slice(0, i) + middle + right.slice(i + 2), [right])).toBe(right);
      }),
    );
  });

  test('of a very long word is looked for in linear time', () => {
    expectLinear((size) => suggest('x'.repeat(size), keys), 250_000);
    expect(suggest('x'.repeat(1_000_000), keys)).toBeUndefined();
  });
});

describe('platforms', () => {
  test.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/arm/v6', 'linux/arm/v6'],
    ['windows/amd64', 'windows/amd64'],
  ])('%s is %s', (text, normal) => {
    expect(parsePlatform(text)).toEqual({ ok: true, value: normal });
  });

  test.each([
    ['linux/amd46', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['aarch64', 'linux/arm64'],
    ['arm64', 'linux/arm64'],
    ['Linux/AMD64', 'linux/amd64'],
    ['linux/arm/v9', 'linux/arm/v7'],
    ['linux/ppc64el', 'linux/ppc64le'],
    ['linux/s390', 'linux/s390x'],
    ['linux-amd64', 'linux/amd64'],
    ['amd', 'linux/amd64'],
    ['lin/arm46', 'linux/arm64'],
  ])('%s is none, and %s was meant', (text, near) => {
    expect(parsePlatform(text)).toEqual({
      ok: false,
      what: `${JSON.stringify(text)} is not a platform`,
      hint: `write "${near}"`,
    });
  });

  test.each([
    '',
    'foo',
    'linux/foo',
    'x',
    'plan9/vax',
    '--push',
    'linux/amd64,windows/amd64',
    `linux/${'x'.repeat(1_000)}`,
  ])('%s is none, and nothing is near', (text) => {
    expect(parsePlatform(text)).toMatchObject({
      ok: false,
      hint: expect.stringContaining('write it as "os/arch"'),
    });
  });

  test('a normal form is its own normal form', () => {
    for (const accepted of ACCEPTED_PLATFORMS) {
      const once = parsePlatform(accepted);
      expect(once).toMatchObject({ ok: true });
      if (once.ok) expect(parsePlatform(once.value)).toEqual(once);
    }
  });
});

describe('durations', () => {
  test.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
  ])('%s', (text, value) => {
    expect(parseDuration(text)).toEqual({ ok: true, value });
  });

  test.each(['', '30', 'd', '0s', '-1d', '1.5h', '30 d', '1h30m', '30D', '9999999999d', '4000d'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toMatchObject({
        ok: false,
        what: `${JSON.stringify(text)} is not a duration`,
      });
    },
  );
});

describe('time spans', () => {
  test.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1w2d3h4m5s', 788_645_000],
    ['0h5s', 5_000],
  ])('%s', (text, value) => {
    expect(parseTimeSpan(text)).toEqual({ ok: true, value });
  });

  test.each(['', '0', '0h0m', '30', '1x', '-1m', '30m1h', '1h1h', '1h 30m', '1h30', '4000d'])(
    '%j is none',
    (text) => {
      expect(parseTimeSpan(text)).toMatchObject({
        ok: false,
        what: `${JSON.stringify(text)} is not a time`,
      });
    },
  );
});
