import { spawnSync } from 'node:child_process';

import { expect, jest, test } from '@jest/globals';

import { tuneEngine } from '../../src/system/engine.js';

test.each([
  ['11.3.244.8-node.38', [['--interrupt-budget=300000']]],
  ['12.4.254.21-node.33', []],
  ['13.6.233.17-node.40', []],
])('V8 %s', async (version, flags) => {
  const setFlagsFromString = jest.fn();
  await tuneEngine(version, () => Promise.resolve({ setFlagsFromString }));
  expect(setFlagsFromString.mock.calls).toEqual(flags);
});

test('the flag is given to the engines that know it, and to no other', () => {
  const { status } = spawnSync(process.execPath, ['--interrupt-budget=300000', '--eval', '']);
  expect(status === 0).toBe(process.versions.v8.startsWith('11.'));
});
