import { expect, test } from '@jest/globals';
import { normalisePlatform, platformsMissing } from '../../src/oci/platform.js';

test.each<[string, string]>([
  ['linux/amd64', 'linux/amd64'],
  ['linux/amd64/v1', 'linux/amd64'],
  ['linux/amd64/v3', 'linux/amd64/v3'],
  ['linux/x86_64', 'linux/amd64'],
  ['linux/x86-64', 'linux/amd64'],
  ['linux/aarch64', 'linux/arm64'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/arm64/v9', 'linux/arm64/v9'],
  ['linux/i386', 'linux/386'],
  ['linux/arm', 'linux/arm'],
  ['linux/arm/v7', 'linux/arm'],
  ['linux/arm/v6', 'linux/arm/v6'],
  ['Linux/ARM64/V8', 'linux/arm64'],
  ['linux/s390x', 'linux/s390x'],
])('%s is %s', (name, normal) => {
  expect(normalisePlatform(name)).toBe(normal);
});

test('what an image lacks is told as it was asked for', () => {
  const wanted = ['linux/amd64', 'linux/aarch64', 'linux/arm/v6', 'linux/s390x'];
  expect(platformsMissing(wanted, ['linux/amd64', 'linux/arm64/v8', 'linux/arm/v7'])).toEqual([
    'linux/arm/v6',
    'linux/s390x',
  ]);
  expect(platformsMissing([], [])).toEqual([]);
});
