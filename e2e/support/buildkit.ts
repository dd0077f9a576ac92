import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { binary } from './binaries.js';
import { run, runOk, startServer, temporaryDirectory, type Running } from './process.js';

/** A BuildKit daemon with a buildx builder that leads to it. */
export interface Buildkit extends Running {
  /** name of the builder, of the remote driver */
  readonly builder: string;
  /** environment for `docker buildx`: a private DOCKER_CONFIG that has the plugin and the builder */
  readonly env: NodeJS.ProcessEnv;
  /** the DOCKER_CONFIG directory */
  readonly config: string;
  readonly log: () => string;
}

/**
 * Starts buildkitd with runc as its worker and makes a builder for it.
 * `registries` (host:port) are connected to over plain http.
 */
export async function startBuildkit(registries: readonly string[]): Promise<Buildkit> {
  const directory = temporaryDirectory('buildkit');
  const root = join(directory.path, 'root');
  mkdirSync(root);
  const file = join(directory.path, 'buildkitd.toml');
  writeFileSync(file, daemonConfig(registries));
  const address = `unix://${join(directory.path, 'sock')}`;
  const { config, env } = dockerConfigWithBuildx(directory.path);
  const builder = 'retag-e2e';
  const server = await startServer({
    name: 'buildkitd',
    command: binary('buildkitd'),
    args: ['--config', file, '--root', root, '--addr', address],
    ready: async () => {
      const made = await run(binary('docker'), ['buildx', 'inspect', builder], { env });
      if (made.status !== 0) await run(binary('docker'), create(builder, address), { env });
      return made.status === 0 && /Status:\s+running/.test(made.stdout);
    },
    grace: 10_000,
  }).catch((error: unknown) => {
    directory.remove();
    throw error;
  });
  return {
    builder,
    env,
    config,
    log: server.log,
    stop: async () => {
      await server.stop();
      directory.remove();
    },
  };
}

/** A DOCKER_CONFIG directory below `directory` in which `docker buildx` is the stack's buildx. */
export function dockerConfigWithBuildx(directory: string): { config: string; env: NodeJS.ProcessEnv } {
  const config = join(directory, 'docker');
  mkdirSync(join(config, 'cli-plugins'), { recursive: true });
  symlinkSync(binary('buildx'), join(config, 'cli-plugins', 'docker-buildx'));
  writeFileSync(join(config, 'config.json'), '{}');
  return { config, env: { ...process.env, DOCKER_CONFIG: config, BUILDX_BUILDER: undefined } };
}

/** The version of the buildx that tests run, e.g. `v0.36.1`. */
export async function buildxVersion(env: NodeJS.ProcessEnv): Promise<string> {
  return (await runOk(binary('docker'), ['buildx', 'version'], { env })).stdout.trim();
}

function create(builder: string, address: string): string[] {
  return ['buildx', 'create', '--name', builder, '--driver', 'remote', '--use', address];
}

function daemonConfig(registries: readonly string[]): string {
  const worker = ['[worker.oci]', 'enabled = true', `binary = "${binary('runc')}"`];
  const other = ['[worker.containerd]', 'enabled = false'];
  const plain = registries.flatMap((host) => [`[registry."${host}"]`, 'http = true']);
  return [...worker, ...other, ...plain, ''].join('\n');
}
