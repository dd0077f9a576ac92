import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { isCalendarDay } from '../../src/policy/calendar.js';
import {
  explainMatch,
  fieldNames,
  matchPattern,
  parsePattern,
  type Pattern,
} from '../../src/policy/pattern.js';
import { joinPieces, parseTemplate, renderPieces } from '../../src/policy/template.js';
import { isAmbiguous } from '../support/policies.js';

function pattern(source: string): Pattern {
  const result = parsePattern(source);
  if (!result.ok) throw new Error(`${source}: ${result.what}`);
  return result.value;
}

function render(source: string, fields: Readonly<Record<string, string>>): string {
  const template = parseTemplate(source);
  if (!template.ok) throw new Error(template.what);
  return joinPieces(
    renderPieces(template.value, ({ name }) => ({ text: fields[name] ?? '?', foreign: false })),
  );
}

describe('matching', () => {
  test.each<[string, string, Record<string, string> | null]>([
    ['v{major}.{minor}.{patch}', 'v1.22.333', { major: '1', minor: '22', patch: '333' }],
    ['v{major}.{minor}.{patch}', 'v1.2.3.4', null],
    ['v{major}.{minor}.{patch}', 'xv1.2.3', null],
    ['{major}.{minor}.{patch}', '1.2.3rc1', null],
    ['{major}.{minor}.{patch}', '1.2.', null],
    ['v{major}.{minor}.{patch}{seq:2}', 'v0.20.1001', { major: '0', minor: '20', patch: '10', seq: '01' }],
    ['v{major}.{minor}.{patch}{seq:2}', 'v0.18.80', null],
    ['v0.0.{date}{seq:2}', 'v0.0.2021110101', { date: '20211101', seq: '01' }],
    ['v0.0.{date}{seq:2}', 'v0.0.2021023101', null],
    ['{date}', '20240229', { date: '20240229' }],
    ['{date}', '20230229', null],
    ['{version:text}-stable', '1.2.3-stable', { version: '1.2.3' }],
    ['{version:text}-stable', 'a-stable-stable', { version: 'a-stable' }],
    ['{version:text}-stable', '-stable', null],
    ['release-*', 'release-', {}],
    ['release-*', 'release-1.2/x', null],
    ['release-**', 'release-1.2/x', {}],
    ['**/{n}', 'a/b/3', { n: '3' }],
    ['*', '', {}],
    ['feature/{id}-*', 'feature/12-fix', { id: '12' }],
    ['{a}{b}', '123', { a: '12', b: '3' }],
    ['{a:text}.{b:text}', 'x.y.z', { a: 'x.y', b: 'z' }],
    ['\u{1F600}{n}', '\u{1F600}7', { n: '7' }],
    ['{constructor}', '5', { constructor: '5' }],
    ['v**', 'v', {}],
    ['{seq:2}', '7', null],
    ['{seq:2}', 'x7', null],
    ['{seq:2}', '7x', null],
    ['{seq:1}', '7', { seq: '7' }],
    ['{seq:32}', '1'.repeat(32), { seq: '1'.repeat(32) }],
    ['{date}', '2021110x', null],
    ['{name:text}', 'a_B.z-Z0', { name: 'a_B.z-Z0' }],
    ...['/', '+', '@', '[', '`', '{', '~', '^', ':', ' '].map((character): [string, string, null] => [
      '{name:text}',
      `a${character}b`,
      null,
    ]),
  ])('%s against %s', (source, text, expected) => {
    expect(matchPattern(pattern(source), text)).toEqual(expected);
  });

  test('fields come in the order of the pattern', () => {
    expect(fieldNames(pattern('v{b}.{a}-*'))).toEqual(['b', 'a']);
    expect(Object.keys(matchPattern(pattern('v{b}.{a}-*'), 'v1.2-x') ?? {})).toEqual(['b', 'a']);
  });

  test('names that are longer than any registry or git server takes are matched all the same', () => {
    expect(matchPattern(pattern('{n}.{m}'), `${'1'.repeat(5000)}.2`)).toEqual({
      n: '1'.repeat(5000),
      m: '2',
    });
  });

  test('digits of other scripts are no digits', () => {
    expect(matchPattern(pattern('{n}'), '\u0663')).toBeNull();
  });

  test('the prefix that could be read is known for messages', () => {
    expect(explainMatch(pattern('{major}.{minor}.{patch}'), '2.2.4rc1')).toEqual({ ok: false, prefix: 5 });
    expect(explainMatch(pattern('v{major}'), '2.2.4')).toEqual({ ok: false, prefix: 0 });
  });

  test('any eight digits pass for a date when asked, and only then', () => {
    expect(explainMatch(pattern('{date}'), '20210231')).toEqual({ ok: false, prefix: 0 });
    expect(matchPattern(pattern('v0.0.{date}{seq:2}'), 'v0.0.2021023101', true)).toEqual({
      date: '20210231',
      seq: '01',
    });
  });
});

describe('parsing', () => {
  test.each<[string, number, RegExp, RegExp]>([
    ['', 0, /empty/, /write a name/],
    ['v{major', 1, /no "}"/, /close the field/],
    ['v{ma jor}', 1, /not a field/, /"{name:2}"/],
    ['v{1st}', 1, /not a field/, /"{name}"/],
    ['v{x:0}', 1, /neither a width/, /from 1 to 32, as in "{x:2}"/],
    ['v{x:33}', 1, /neither a width/, /from 1 to 32/],
    ['v{x:number}', 1, /neither a width/, /"{x:text}"/],
    ['{date:8}', 0, /no width/, /write "{date}"/],
    ['v{x}.{x}', 5, /twice/, /a name of its own/],
    ['v[0-9]+', 1, /"\[" can be in no ref/, /no character classes/],
    ['^v1', 0, /"\^"/, /"\*" and "\*\*"/],
    ['release 1', 7, /" "/, /fields such as/],
  ])('%s is wrong at character %i', (source, at, what, hint) => {
    const result = parsePattern(source);
    expect(result).toMatchObject({ ok: false, at });
    expect(result.ok || result.what).toMatch(what);
    expect(result.ok || result.hint).toMatch(hint);
  });
});

describe('the calendar', () => {
  test.each<[string, boolean]>([
    ['20240229', true],
    ['20230229', false],
    ['19000229', false],
    ['20000229', true],
    ['20211301', false],
    ['20210001', false],
    ['20210100', false],
    ['20210431', false],
    ['20211231', true],
  ])('%s', (day, real) => {
    expect(isCalendarDay(day)).toBe(real);
  });

  test('agrees with the ISO calendar on every eight digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (number) => {
        const text = String(number).padStart(8, '0');
        const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00.000Z`;
        const date = new Date(iso);
        expect(isCalendarDay(text)).toBe(!Number.isNaN(date.getTime()) && date.toISOString() === iso);
      }),
    );
  });
});

/** Patterns as people write them: fields with something between them that they do not take. */
const field = fc.oneof(
  fc.constant({ type: '', value: fc.stringMatching(/^[0-9]{1,6}$/) }),
  fc.constant({ type: ':3', value: fc.stringMatching(/^[0-9]{3}$/) }),
);
const plainText = fc.stringMatching(/^[a-z/+-]{1,4}$/);
const generated = fc
  .tuple(plainText, fc.array(fc.tuple(field, plainText), { minLength: 1, maxLength: 5 }))
  .chain(([start, parts]) =>
    fc.record({
      source: fc.constant(start + parts.map(([{ type }, between], i) => `{f${i}${type}}${between}`).join('')),
      fields: fc.record(Object.fromEntries(parts.map(([{ value }], i) => [`f${i}`, value]))),
    }),
  );

describe('laws', () => {
  test('matching what was rendered gives the fields back', () => {
    fc.assert(
      fc.property(generated, ({ source, fields }) => {
        expect(matchPattern(pattern(source), render(source, fields))).toEqual(fields);
      }),
    );
  });

  const anyField = fc.constantFrom('{n}', '{n:1}', '{n:2}', '{n:text}', '{date}', 'a', '1', '.', '-');
  const anyPattern = fc
    .array(anyField, { minLength: 1, maxLength: 5 })
    .map((parts) => parts.map((part, i) => part.replace('{n', `{n${i}`)).join(''))
    .filter((source) => parsePattern(source).ok);

  test('rendering what was matched gives the text back, ambiguous or not', () => {
    let matched = 0;
    fc.assert(
      fc.property(anyPattern, fc.stringMatching(/^[0-2a.-]{1,12}$/), (source, text) => {
        const fields = matchPattern(pattern(source), text);
        if (fields === null) return;
        matched += 1;
        expect(render(source, fields)).toBe(text);
      }),
      { numRuns: 2000 },
    );
    expect(matched).toBeGreaterThan(20);
  });

  test('a pattern without a warning never reads a rendered text in another way', () => {
    const values = fc.stringMatching(/^[0-2a.-]{1,3}$/);
    fc.assert(
      fc.property(anyPattern, fc.array(values, { minLength: 5, maxLength: 5 }), (source, texts) => {
        const parts = pattern(source).parts;
        const fields: Record<string, string> = {};
        parts.forEach((part, i) => {
          if ('name' in part) fields[part.name] = part.kind === 'date' ? '20240229' : (texts[i] ?? '0');
        });
        const fits = parts.every(
          (part) =>
            part.kind !== 'digits' ||
            (/^\d+$/.test(fields[part.name] ?? '') &&
              (part.width === null || fields[part.name]?.length === part.width)),
        );
        if (!fits || isAmbiguous(source)) return;
        expect(matchPattern(pattern(source), render(source, fields))).toEqual(fields);
      }),
      { numRuns: 2000 },
    );
  });

  test.each<[string, boolean]>([
    ['v{major}.{minor}.{patch}{seq:2}', false],
    ['{a}{b}', true],
    ['{a:text}.{b:text}', true],
    ['{a}.{b:text}', false],
    ['{a:text}{b:2}', false],
    ['{version:text}-stable', false],
    ['release-*', false],
    ['**/*', false],
    ['*{n}', true],
    ['**/{n}', false],
    ['{n}-*', false],
    ['*-*', false],
    ['**a**', false],
    ['{a}.{b}', false],
    ['{n}{date}', false],
    ['{a}x{b:text}', false],
    ['{a:text}x{b}', false],
    ['{a:text}*', true],
    ['{a}', false],
  ])('%s is ambiguous: %s', (source, ambiguous) => {
    expect(isAmbiguous(source)).toBe(ambiguous);
  });

  test('row 25: work grows with the length of the name and not faster', () => {
    const hostile = pattern('{a}{b}{c}{d}**{e}*{f}x');
    const cost = (length: number) => {
      const text = '1'.repeat(length);
      const started = process.cpuUsage().user;
      for (let i = 0; i < 3; i += 1) expect(matchPattern(hostile, text)).toBeNull();
      return process.cpuUsage().user - started;
    };
    cost(20_000);
    const [short, long] = [cost(20_000), cost(200_000)];
    // Ten times the length; quadratic work would be a hundred times, and the machine may be busy.
    expect(long).toBeLessThan(Math.max(short, 2_000) * 40);
  });
});
