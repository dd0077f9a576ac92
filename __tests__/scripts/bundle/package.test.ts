import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** The package as npm makes it from a copy of the checkout, and as a user starts it from anywhere, without a network. */
const root = mkdtempSync(join(tmpdir(), 'retag-package-'));
const checkout = join(root, 'checkout');
const elsewhere = mkdtempSync(join(tmpdir(), 'retag-elsewhere-'));
const npm = (command: string, cwd: string, words: readonly string[]): string =>
  execFileSync(command, words, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: root,
      npm_config_cache: join(root, 'cache'),
      npm_config_offline: 'true',
    },
  });

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;

beforeAll(() => {
  for (const name of ['package.json', 'README.md', 'LICENSE', 'dist', 'schema', 'scripts', 'docs', 'src'])
    cpSync(name, join(checkout, name), { recursive: true });
  const answer = npm('npm', checkout, ['pack', '--json', '--loglevel=error', `--pack-destination=${root}`]);
  [packed] = JSON.parse(answer.slice(answer.indexOf('[\n'))) as [Packed];
});
afterAll(() => {
  for (const path of [root, elsewhere]) rmSync(path, { recursive: true, force: true });
});

test('npm pack holds what runs on the command line, its licences and the schemas, and nothing else', () => {
  // All that the build makes but the action's entry.
  const dist = readdirSync('dist').filter((name) => name !== 'main.cjs');
  expect(dist).toEqual(expect.arrayContaining(['cli.cjs', 'retag.cjs', 'licenses.txt']));
  expect(packed.files.map(({ path }) => path).sort()).toEqual([
    'LICENSE',
    'README.md',
    ...dist.map((name) => `dist/${name}`).sort(),
    'package.json',
    'schema/report.schema.json',
    'schema/tag-file.schema.json',
  ]);
});

test('the package installs nothing besides itself; the checkout keeps its package.json', () => {
  execFileSync('tar', ['--extract', '--file', join(root, packed.filename), '--directory', root]);
  const published = JSON.parse(readFileSync(join(root, 'package/package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(Object.keys(published)).not.toEqual(expect.arrayContaining(['dependencies']));
  for (const key of ['private', 'scripts', 'devDependencies', 'overrides'])
    expect(published).not.toHaveProperty(key);
  expect(published).toMatchObject({ name: 'retag', bin: { retag: 'dist/cli.cjs' }, license: 'Apache-2.0' });
  expect(readFileSync(join(checkout, 'package.json'), 'utf8')).toBe(readFileSync('package.json', 'utf8'));
  expect(readdirSync(checkout)).not.toContain('.package.json');
});

test('npx starts the packed file', () => {
  const said = npm('npx', elsewhere, ['--yes', `--package=${join(root, packed.filename)}`, 'retag', 'demo']);
  expect(said).toContain('That is Retag.');
});
