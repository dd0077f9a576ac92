import { expect, jest, test } from '@jest/globals';
import { createReleaseMemory } from '../../../src/registry/http/transport.js';

const MIB = 1024 * 1024;

test('is asked for every 8 MiB, however they come', () => {
  const collect = jest.fn();
  const relieve = createReleaseMemory(collect);
  for (let pieces = 0; pieces < 127; pieces++) relieve(64 * 1024);
  expect(collect).not.toHaveBeenCalled();
  relieve(64 * 1024);
  expect(collect).toHaveBeenCalledTimes(1);
  relieve(100 * MIB);
  relieve(7 * MIB);
  expect(collect).toHaveBeenCalledTimes(2);
});

test('is nothing where there is nothing to ask', () => {
  expect(() => createReleaseMemory(null)(8 * MIB)).not.toThrow();
});
