import { describe, expect, test } from '@jest/globals';
import { parseConcurrency, parseInsecureHosts } from '../../src/cli/registry.js';
import { UserError } from '../../src/errors.js';

function problems(parse: () => unknown): string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ what }) => what);
    throw error;
  }
  return [];
}

describe('parseConcurrency', () => {
  test.each([
    ['1', 1],
    ['16', 16],
    [' 8 ', 8],
    ['auto', 64],
    ['256', 256],
  ])('%j is %d requests', (text, value) => {
    expect(parseConcurrency(text)).toBe(value);
  });

  test.each(['', '0', '257', '-1', '1.5', '1e2', '0x10', 'many', '９', '99999999999999999999'])(
    '%j is none',
    (text) => {
      expect(problems(() => parseConcurrency(text))).toEqual([
        `concurrency: "${text}" is not a number of requests`,
      ]);
    },
  );
});

describe('parseInsecureHosts', () => {
  test.each([
    'registry.lan',
    'registry.lan:5000',
    'REGISTRY.lan',
    '10.0.0.7:5000',
    '[::1]:5000',
    'docker.io',
  ])('%s is a host', (host) => {
    expect(parseInsecureHosts([host])).toEqual([host]);
  });

  test.each([
    'http://registry.lan',
    'registry.lan/',
    'registry.lan/path',
    'user@registry.lan',
    'a b',
    'registry.lan:x',
    '',
    'registry',
  ])('%j is none', (host) => {
    expect(problems(() => parseInsecureHosts([host]))).toEqual([
      `insecure-registries: "${host}" is not a registry host`,
    ]);
  });

  test('every wrong one is named', () => {
    expect(problems(() => parseInsecureHosts(['ok.lan', 'a/b', 'http://c']))).toHaveLength(2);
  });
});
