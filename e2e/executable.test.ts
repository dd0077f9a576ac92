import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import {
  cacheBin,
  digestAt,
  makeImage,
  pushImage,
  run,
  runOk,
  startRegistryV3,
  temporaryDirectory,
  type RealRegistry,
} from './support/stack.js';

/** The one file with Node inside, in an environment that has nothing else. */
const directory = temporaryDirectory('executable');
const file = join(directory.path, 'retag');
let registry: RealRegistry;

beforeAll(async () => {
  registry = await startRegistryV3();
  await runOk(process.execPath, ['scripts/executable.mjs', file, join(cacheBin, 'node24')], {
    timeout: 100_000,
  });
}, 120_000);
afterAll(async () => {
  await registry.stop();
  directory.remove();
});

const retag = (...words: string[]) => run(file, words, { cwd: directory.path, env: { PATH: '' } });

test('it says its version, and runs the demo', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await retag('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  expect((await retag('demo')).stdout).toContain('That is Retag.');
});

test('it promotes on a real registry', async () => {
  await pushImage(registry.base, 'o/app', makeImage({ seed: 'executable' }), ['build-7']);
  const done = await retag('promote', `${registry.host}/o/app:build-7`, '1.0', '--yes');
  expect(done).toMatchObject({ status: 0 });
  expect(await digestAt(registry.base, 'o/app', '1.0')).toBe(
    await digestAt(registry.base, 'o/app', 'build-7'),
  );
});
