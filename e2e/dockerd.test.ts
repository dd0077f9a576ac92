import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { startDockerd, type Dockerd } from './support/dockerd.js';
import { startProject } from './support/project.js';
import { digestAt, startRegistryV3, temporaryDirectory, type RealRegistry } from './support/stack.js';

/** The `docker` driver, as a machine has it on which nobody made a builder. */
let daemon: Dockerd | string;
let registry: RealRegistry;
const root = temporaryDirectory('docker-driver');

beforeAll(async () => {
  daemon = await startDockerd();
  registry = await startRegistryV3();
  if (typeof daemon === 'string') console.warn(`Not run, no Docker daemon can start here: ${daemon}`);
}, 60_000);
afterAll(async () => {
  if (typeof daemon !== 'string') await daemon.stop();
  await registry.stop();
  root.remove();
});

test('the docker driver: a temporary builder makes and pushes the image, and is gone afterwards', async () => {
  if (typeof daemon === 'string') return;
  const project = await startProject(root.path, { builder: 'default', config: daemon.config });
  const image = `${registry.host}/driver/app`;
  const builds = `builds:\n  - { name: '${image}', context: app, platforms: [linux/amd64, linux/arm64] }\n`;
  project.file('.github/image-tags.yaml', `policy: semver\n${builds}`);
  await project.commit('tag file');
  const done = await project.retag(
    'refs/tags/v1.2.3',
    ['apply', '--insecure-registry', registry.host],
    daemon.env,
  );
  expect(done.status === 0 ? '' : done.stderr).toBe('');
  expect(done.stderr).toContain('docker-container');
  expect(await digestAt(registry.base, 'driver/app', 'v1.2.3')).toMatch(/^sha256:/);
  expect(await daemon.docker('ps', '--all', '--format', '{{.Names}}')).toBe('');
  expect(await daemon.docker('buildx', 'ls', '--format', '{{.Name}}')).not.toContain('retag-');
});

test('the image is missing that a temporary builder starts from: no tag, and what to do instead', async () => {
  if (typeof daemon === 'string') return;
  await daemon.docker('rmi', 'moby/buildkit:buildx-stable-1');
  const project = await startProject(root.path, { builder: 'default', config: daemon.config });
  const builds = `builds:\n  - { name: '${registry.host}/driver/none', context: app, platforms: [linux/amd64] }\n`;
  project.file('.github/image-tags.yaml', `policy: semver\n${builds}`);
  await project.commit('tag file');
  const done = await project.retag(
    'refs/tags/v1.2.3',
    ['apply', '--insecure-registry', registry.host],
    daemon.env,
  );
  expect(done.status).toBe(1);
  expect(done.stderr.replace(/\s+/g, ' ')).toContain('add docker/setup-buildx-action before this step');
  expect(await digestAt(registry.base, 'driver/none', 'v1.2.3')).toBeNull();
});
