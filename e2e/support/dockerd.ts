import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { binary, cacheBin } from './binaries.js';
import { dockerConfigWithBuildx } from './buildkit.js';
import { run, runOk, startServer, temporaryDirectory, type Running } from './process.js';

/** A Docker daemon of its own, whose default builder has the `docker` driver. */
export interface Dockerd extends Running {
  /** for `docker`: where the daemon is, and a configuration with buildx */
  readonly env: Readonly<Record<string, string>>;
  /** the DOCKER_CONFIG directory */
  readonly config: string;
  readonly docker: (...words: string[]) => Promise<string>;
}

/**
 * Starts the daemon of scripts/stack/install.sh without a network of its own; it pulls nothing, and has the image that buildx makes a
 * `docker-container` builder from.
 * @returns the reason, where a daemon cannot run: it needs root and the kernel's namespaces
 */
export async function startDockerd(): Promise<Dockerd | string> {
  if (process.getuid?.() !== 0) return 'a Docker daemon needs root';
  const { path, remove } = temporaryDirectory('dockerd');
  const host = `unix://${join(path, 'sock')}`;
  const { config } = dockerConfigWithBuildx(path);
  const env = { DOCKER_HOST: host, DOCKER_CONFIG: config };
  const command = async (...words: string[]) =>
    (await runOk(binary('docker'), words, { env: { ...process.env, ...env } })).stdout.trim();
  const directories = ['usr/sbin', 'usr/bin'].map((name) => join(dirname(cacheBin), 'docker', name));
  const search = [runcIn(path), ...directories, process.env['PATH']].join(':');
  try {
    const server = await startServer({
      name: 'dockerd',
      command: binary('dockerd'),
      args: [
        ...['--host', host, '--data-root', join(path, 'data'), '--exec-root', join(path, 'exec')],
        ...['--pidfile', join(path, 'pid'), '--iptables=false', '--bridge=none'],
      ],
      env: { ...process.env, PATH: search },
      ready: async () =>
        (await run(binary('docker'), ['info'], { env: { ...process.env, ...env } })).status === 0,
      grace: 15_000,
    });
    const stop = async () => {
      await server.stop();
      // dockerd leaves the mount of its network namespace behind, below which nothing can be removed.
      await run('umount', ['--lazy', join(path, 'exec', 'netns', 'default')]);
      remove();
    };
    await importBuildkit(path, command).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { env, config, docker: command, stop };
  } catch (error) {
    if (!String(error).includes('dockerd')) throw error;
    remove();
    return String(error);
  }
}

/**
 * runc for a machine that has not all capabilities itself, such as a container: CAP_SYS_RESOURCE, which even privileged containers get, is
 * taken out of what a container or a command in it asks for.
 */
function runcIn(path: string): string {
  const bin = join(path, 'bin');
  mkdirSync(bin);
  const script = `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
const words = process.argv.slice(2);
const after = (flag) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined);
const drop = (file, processOf) => {
  const document = JSON.parse(readFileSync(file, 'utf8'));
  const sets = processOf(document).capabilities ?? {};
  for (const [name, set] of Object.entries(sets)) sets[name] = (set ?? []).filter((one) => one !== 'CAP_SYS_RESOURCE');
  writeFileSync(file, JSON.stringify(document));
};
if (after('--bundle')) drop(after('--bundle') + '/config.json', (document) => document.process);
if (after('--process')) drop(after('--process'), (document) => document);
const { status } = require('node:child_process').spawnSync(${JSON.stringify(binary('runc'))}, words, { stdio: 'inherit' });
process.exitCode = status ?? 1;
`;
  writeFileSync(join(bin, 'runc'), script, { mode: 0o755 });
  return bin;
}

/** `moby/buildkit` as buildx wants it, from BuildKit's own binaries. */
async function importBuildkit(path: string, docker: (...words: string[]) => Promise<string>): Promise<void> {
  const root = join(path, 'image');
  const put = (from: string, to: string): void => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
  };
  for (const name of ['tmp', 'proc', 'sys', 'dev', 'run']) mkdirSync(join(root, name), { recursive: true });
  for (const name of ['buildkitd', 'buildctl']) put(binary(name), `usr/bin/${name}`);
  put(binary('runc'), 'usr/bin/buildkit-runc');
  const libraries = (await runOk('ldd', [binary('runc')])).stdout.matchAll(/(?:=> |^\s+)(\/\S+)/gm);
  for (const [, library = ''] of libraries) put(library, library);
  for (const name of ['sh', 'mkdir', 'cat']) put(binary('busybox'), `bin/${name}`);
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  const archive = join(path, `${basename(root)}.tar`);
  await runOk('tar', ['--create', '--file', archive, '--directory', root, '.']);
  const changes = ['ENTRYPOINT ["buildkitd"]', 'ENV PATH=/usr/bin:/bin'].flatMap((line) => [
    '--change',
    line,
  ]);
  await docker('import', ...changes, archive, 'moby/buildkit:buildx-stable-1');
}
