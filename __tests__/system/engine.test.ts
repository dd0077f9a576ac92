import { spawnSync } from 'node:child_process';

import { describe, expect, jest, test } from '@jest/globals';

import { exposedCollector, tuneEngine, youngCollector } from '../../src/system/process.js';

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

describe('freeing what lived for a moment', () => {
  test('is left to engines that do it well', () => {
    expect(youngCollector('11.3.244.8-node.38')).toBeNull();
  });

  test('loads what it needs once, when it is asked first, and works from then on', async () => {
    const gc = jest.fn();
    const load = jest.fn(() => Promise.resolve(gc));
    const collect = youngCollector('13.6.233.17-node.40', load)!;
    expect(load).not.toHaveBeenCalled();
    collect();
    collect();
    await Promise.resolve();
    expect(gc).not.toHaveBeenCalled();
    collect();
    expect(load).toHaveBeenCalledTimes(1);
    expect(gc.mock.calls).toEqual([[{ type: 'minor' }]]);
  });

  test('this engine has what is asked of it, and shows it to nobody else', async () => {
    const collect = await exposedCollector();
    expect(() => collect({ type: 'minor' })).not.toThrow();
    expect('gc' in globalThis).toBe(false);
  });
});
