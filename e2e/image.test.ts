import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import {
  binary,
  cacheBin,
  makeImage,
  pushImage,
  run,
  runOk,
  startBuildkit,
  startRegistryV3,
  temporaryDirectory,
  type Buildkit,
  type Finished,
  type RealRegistry,
} from './support/stack.js';

/** Retag's own image, made by Retag from its own tag file, for the platform of this machine; then started by BuildKit. */
const PLATFORM = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
const directory = temporaryDirectory('image');
const checkout = join(directory.path, 'checkout');
let registry: RealRegistry;
let buildkit: Buildkit;
let built: Finished;

beforeAll(async () => {
  registry = await startRegistryV3();
  buildkit = await startBuildkit([registry.host]);
  for (const name of ['dist', 'image/Dockerfile', 'image/Dockerfile.dockerignore', 'scripts', '.gitignore'])
    cpSync(name, join(checkout, name), { recursive: true });
  const tagFile = readFileSync('.github/image-tags.yaml', 'utf8').replace('ghcr.io', registry.host);
  mkdirSync(join(checkout, '.github'));
  writeFileSync(
    join(checkout, '.github/image-tags.yaml'),
    tagFile.replace(/platforms: .*/, `platforms: [${PLATFORM}]`),
  );
  const git = ['-c', 'user.name=e2e', '-c', 'user.email=e2e@example.invalid'];
  await runOk('git', ['init', '--quiet'], { cwd: checkout });
  await runOk('git', [...git, 'add', '--all'], { cwd: checkout });
  await runOk('git', [...git, 'commit', '--quiet', '--message', 'release'], { cwd: checkout });
  await runOk('git', ['tag', 'v1.2.3'], { cwd: checkout });
  await runOk(process.execPath, ['scripts/image.mjs', join(cacheBin, 'node24')], { cwd: checkout });
  const env = { PATH: process.env['PATH'], HOME: directory.path, DOCKER_CONFIG: buildkit.config };
  const words = ['apply', '--ref', 'refs/tags/v1.2.3', '--yes', '--builder', buildkit.builder];
  built = await run(process.execPath, [join(checkout, 'dist/cli.cjs'), ...words], { cwd: checkout, env });
}, 120_000);
afterAll(async () => {
  await buildkit.stop();
  await registry.stop();
  directory.remove();
});

const image = (): string => `${registry.host}/retag/retag:v1.2.3`;
const crane = async (...words: string[]) => (await runOk(binary('crane'), words)).stdout;

/** What a command prints in a container of the image. */
async function inside(...command: string[]): Promise<string> {
  const context = join(directory.path, 'context');
  mkdirSync(context, { recursive: true });
  writeFileSync(
    join(context, 'tags.yaml'),
    `images: [{ name: ${registry.host}/o/app, src_build_tag: b, tag: c }]\n`,
  );
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM ${image()}\nCOPY tags.yaml /workspace/\nRUN ${JSON.stringify(command)}\n`,
  );
  const words = [
    'buildx',
    'build',
    '--builder',
    buildkit.builder,
    '--progress',
    'plain',
    '--no-cache',
    context,
  ];
  const done = await run(binary('docker'), words, { env: buildkit.env });
  return done.stdout + done.stderr;
}

test('Retag builds and tags it by its own tag file', async () => {
  expect(built.status === 0 ? '' : built.stderr + built.stdout).toBe('');
  expect((await crane('ls', `${registry.host}/retag/retag`)).trim().split('\n').sort()).toEqual([
    '1',
    '1.2',
    'latest',
    'v1.2.3',
  ]);
});

test('it runs without root, holds no shell, and has the licences of what it holds', async () => {
  const config = JSON.parse(await crane('config', '--platform', PLATFORM, image())) as {
    config: { User: string; Entrypoint: string[] };
  };
  expect(config.config).toMatchObject({
    User: '65532:65532',
    Entrypoint: ['/usr/bin/node', '/opt/retag/cli.cjs'],
  });
  const archive = join(directory.path, 'image.tar');
  await crane('export', '--platform', PLATFORM, image(), archive);
  const files = (await runOk('tar', ['--list', '--file', archive])).stdout.split('\n');
  expect(files).toEqual(expect.arrayContaining(['usr/share/doc/node/LICENSE', 'opt/retag/licenses.txt']));
  expect(files.filter((name) => /(?:^|\/)(?:sh|bash|git|npm|main\.cjs)$/.test(name))).toEqual([]);
});

test('in it Retag plans a promotion against a registry', async () => {
  await pushImage(registry.base, 'o/app', makeImage({ seed: 'inside' }), ['b']);
  const entry = ['/usr/bin/node', '/opt/retag/cli.cjs'];
  const said = await inside(...entry, 'plan', '--config', 'tags.yaml', '--insecure-registry', registry.host);
  expect(said).toMatch(/\+ c\b/);
  expect(said).toContain('1 tag to create');
  expect(await inside('/usr/bin/node', '--print', '`uid ${process.getuid()}`')).toContain('uid 65532');
});
