import { describe, expect, test } from '@jest/globals';
import { parsePattern, type Pattern } from '../../src/policy/pattern.js';
import { parseTemplate } from '../../src/policy/template.js';
import { compareNumbers } from '../../src/policy/versions.js';
import { numberNames, readTag, tagPatterns } from '../../src/policy/tag-patterns.js';

function pattern(source: string): Pattern {
  const parsed = parsePattern(source);
  if (!parsed.ok) throw new Error(parsed.what);
  return parsed.value;
}

/** What a tag gives when a template is read backwards, and which of it has an order. */
function read(template: string, refs: string[], tag: string, bases: string[] = []) {
  const parsed = parseTemplate(template);
  if (!parsed.ok) throw new Error(parsed.what);
  const shapes = tagPatterns(parsed.value, refs.map(pattern), 'snapshot', bases.map(pattern));
  return shapes.map((shape) => ({ fields: readTag(shape, tag), numbers: numberNames(shape) }));
}

describe('a tag read with the template that made it', () => {
  const moment = { timestamp: '20211101', timestamp_time: '123456' };

  test.each<[string, string, string, Record<string, string>, string[]]>([
    ['v{n}', 'r{n}', 'v7', { n: '7' }, ['n']],
    ['{git_tag}-x', 'r{n}.{rest:text}', 'r7.rc-x', { n: '7', rest: 'rc', git_tag: 'r7.rc' }, ['n']],
    ['{branch}-{sha:7}', '*', 'main-16a70a1', { branch: 'main', sha: '16a70a1' }, []],
    ['{date}{seq:2}', 'main', '2021110103', { date: '20211101', seq: '03' }, ['date', 'seq']],
    ['{date}T{time}', 'main', '20211101T123456', { date: '20211101', time: '123456' }, ['date', 'time']],
    ['{timestamp}', 'main', '20211101T123456Z', moment, ['timestamp', 'timestamp_time']],
    [
      '{run_number}.{run_attempt}',
      'main',
      '12.3',
      { run_number: '12', run_attempt: '3' },
      ['run_number', 'run_attempt'],
    ],
    ['{class}-{n}', 'r{n}', 'snapshot-7', { n: '7' }, ['n']],
    ['{base}-{n}', 'r{n}', 'some-text-7', { base: 'some-text', n: '7' }, ['n']],
    ['{n}.{n}', 'r{n}', '7.7', { n: '7', 'n#2': '7' }, ['n']],
  ])('%s of %s: %s', (template, ref, tag, fields, numbers) => {
    expect(read(template, [ref], tag)).toEqual([{ fields, numbers }]);
  });

  test.each<[string, string, string]>([
    ['another class', '{class}-{n}', 'final-7'],
    ['a field that is there twice with two values', '{n}.{n}', '7.8'],
    ['the same three times, the last differs', '{n}.{n}.{n}', '7.7.8'],
    ['no day of the calendar', '{n}-{date}', '7-20210230'],
    ['other literals', 'v{n}', 'w7'],
  ])('%s is none of its tags', (_name, template, tag) => {
    expect(read(template, ['r{n}'], tag)[0]?.fields).toBeNull();
  });

  test('one shape for each pattern of the rule', () => {
    expect(read('{git_tag}', ['v{a}.{b}', 'w{a}'], 'w7')).toEqual([
      { fields: null, numbers: ['a', 'b'] },
      { fields: { a: '7', git_tag: 'w7' }, numbers: ['a'] },
    ]);
  });

  test('and one for each form of the base, whose fields have names of their own', () => {
    expect(read('{base}{n}', ['r{n}'], 'v1.20', ['v{n}.{m:1}', 'x{n}'])).toEqual([
      { fields: { 'base.n': '1', 'base.m': '2', n: '0', base: 'v1.2' }, numbers: ['base.n', 'base.m', 'n'] },
      { fields: null, numbers: ['base.n', 'n'] },
    ]);
  });

  test('what stands beside the base is not part of it', () => {
    expect(read('{base}-{sha:7}', ['*'], 'v1-16a70a1', ['v{n}'])).toEqual([
      { fields: { 'base.n': '1', sha: '16a70a1', base: 'v1' }, numbers: ['base.n'] },
    ]);
  });

  test('where the template has no base its forms do not matter', () => {
    expect(read('{n}', ['r{n}'], '7', ['v{x}', 'w{x}'])).toEqual([{ fields: { n: '7' }, numbers: ['n'] }]);
  });
});

describe('the order of numbers', () => {
  test.each<[string, string, number]>([
    ['7', '007', 0],
    ['007', '7', 0],
    ['0', '000', 0],
    ['10', '9', 1],
    ['0010', '9', 1],
    ['9', '0010', -1],
    ['99999999999999999999998', '99999999999999999999999', -1],
    ['99999999999999999999999', '99999999999999999999998', 1],
  ])('%s against %s', (a, b, sign) => {
    expect(Math.sign(compareNumbers([a], [b]))).toBe(sign);
  });

  test.each<[string, string, number]>([
    ['1.2.3', '1.2.3', 0],
    ['1.2.3', '1.2.3.1', -1],
    ['1.2.3.1', '1.2.3', 1],
    ['1.10', '1.9', 1],
    ['2', '1.9', 1],
    ['1.2.3', '1.2.4', -1],
  ])('%s against %s, field by field', (a, b, sign) => {
    expect(Math.sign(compareNumbers(a.split('.'), b.split('.')))).toBe(sign);
  });
});
