/** Where a mistake happens: a checkout, a registry with an image to promote, and the bundle that is run there. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry, type RegistryOptions } from '../../testing/registry/server.js';
import { GIT_ENV } from './repository.js';

const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
const DOCKER = fileURLToPath(new URL('../../testing/docker.cjs', import.meta.url));
const PLATFORMS = ['linux/amd64', 'linux/arm64'];

/** What a screen shows of one run. */
export interface Shown {
  readonly code: number | null;
  /** both streams, in the order of a terminal: standard output, then standard error */
  readonly text: string;
  /** CPU seconds of the command and of every process that it started */
  readonly cpu: number;
}

export interface Scene {
  path: string;
  /** `127.0.0.1:PORT`: its repository `org/app` has the tags `build-7` and `build-8` */
  readonly host: string;
  readonly registry: EmbeddedRegistry;
  /** variables of every later run */
  readonly env: NodeJS.ProcessEnv;
  /** writes a file of the checkout; `HOST` in the text is the registry's */
  file(name: string, text: string): void;
  read(name: string): string;
  /** writes `.github/image-tags.yaml` with one entry, which has these further lines */
  entry(...lines: string[]): void;
  git(...words: string[]): string;
  /** goes on in a clone of what is committed */
  enterClone(...words: string[]): void;
  /** everything there is in one commit */
  commit(): void;
  /** one more registry, with the same image, closed with the scene */
  another(options: RegistryOptions): Promise<EmbeddedRegistry>;
  /** a `docker` on the PATH, see testing/docker.cjs */
  docker(): void;
  /** runs `retag WORDS`; `HOST` in them is the registry's */
  retag(words: string): Promise<Shown>;
  onClose(work: () => Promise<void>): void;
  close(): Promise<void>;
}

/** A checkout of `main` whose only commit has the git tag v1.2.3. */
export async function openScene(): Promise<Scene> {
  const root = mkdtempSync(join(tmpdir(), 'retag-mistakes-'));
  const home = join(root, 'home');
  for (const folder of [join(root, 'work'), home, join(root, 'bin')]) mkdirSync(folder);
  const registry = await stocked({});
  const endings: (() => Promise<void>)[] = [];
  const more: EmbeddedRegistry[] = [];
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: home, DOCKER_CONFIG: home };
  const filled = (text: string): string => text.replaceAll('HOST', registry.host);
  const scene: Scene = {
    path: join(root, 'work'),
    host: registry.host,
    registry,
    env,
    file: (name, text) => {
      mkdirSync(dirname(join(scene.path, name)), { recursive: true });
      writeFileSync(join(scene.path, name), filled(text));
    },
    read: (name) => readFileSync(join(scene.path, name), 'utf8'),
    entry: (...lines) =>
      scene.file(
        '.github/image-tags.yaml',
        ['images:', '  - name: HOST/org/app', ...lines.map((line) => `    ${line}`), ''].join('\n'),
      ),
    git: (...words) => execFileSync('git', words, { cwd: scene.path, env: GIT_ENV, encoding: 'utf8' }).trim(),
    enterClone: (...words) => {
      scene.git('clone', '--quiet', ...words, `file://${scene.path}`, join(root, 'clone'));
      scene.path = join(root, 'clone');
    },
    commit: () => {
      scene.git('add', '--all');
      scene.git('commit', '--quiet', '--allow-empty', '--message', 'a change');
    },
    another: async (options) => {
      const other = await stocked(options);
      more.push(other);
      return other;
    },
    docker: () => {
      copyFileSync(DOCKER, join(root, 'bin', 'docker'));
      chmodSync(join(root, 'bin', 'docker'), 0o755);
      env['PATH'] = [join(root, 'bin'), process.env['PATH'] ?? ''].join(delimiter);
    },
    retag: (words) => run(filled(words).split(' '), scene.path, env, join(root, 'times')),
    onClose: (work) => void endings.push(work),
    close: async () => {
      for (const end of endings) await end();
      await Promise.all([registry, ...more].map((each) => each.close()));
      rmSync(root, { recursive: true, force: true });
    },
  };
  scene.git('init', '--quiet', '--initial-branch=main');
  scene.file('README.md', '# app\n');
  scene.commit();
  scene.git('tag', 'v1.2.3');
  return scene;
}

async function stocked(options: RegistryOptions): Promise<EmbeddedRegistry> {
  const registry = await startRegistry(options);
  for (const tag of ['build-7', 'build-8']) {
    const children = PLATFORMS.map((platform) => image({ platform, layers: [{ files: { tag } }] }));
    seed(registry, 'org/app', tag, index(children));
  }
  return registry;
}

/** `times` of bash counts the processes that it has waited for, and what they have waited for. */
function run(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv, times: string): Promise<Shown> {
  const script = '"$@"; code=$?; times >"$TIMES"; exit $code';
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/bash', ['-c', script, 'retag', process.execPath, CLI, ...words], {
      cwd,
      env: { ...env, TIMES: times },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, text: said.stdout + said.stderr, cpu: secondsIn(readFileSync(times, 'utf8')) }),
    );
  });
}

/** The second line of `times`: user and system time of children, as in `0m0.210s 0m0.040s`. */
function secondsIn(times: string): number {
  const children = times.split('\n')[1] ?? '';
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds),
    0,
  );
}
