import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startProject, type Project } from '../e2e/support/project.js';
import {
  binary,
  runOk,
  startBuildkit,
  startDockerRegistry282,
  temporaryDirectory,
  type Buildkit,
} from '../e2e/support/stack.js';
import { CLI } from '../e2e/support/retag.js';
import { measureOk, median, ratio, table, time } from './support.js';

const ROUNDS = 5;
const COUNTS = [1, 5, 20];
const ONE_BY_ONE = 5;
const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/s390x', 'linux/ppc64le'];

/** A definition as Retag prints it, as far as it is changed here. */
interface Definition {
  readonly target: Readonly<Record<string, Target>>;
}

interface Target {
  readonly context: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: readonly string[];
  readonly args: Readonly<Record<string, string>>;
}

interface World {
  readonly project: Project;
  readonly buildkit: Buildkit;
  readonly host: string;
  readonly directory: string;
}

/** Releases of cached images against plain buildx with the same definition, and the re-run of a finished release. */
export async function benchBuilds(): Promise<string> {
  const directory = temporaryDirectory('bench-builds');
  const registry = await startDockerRegistry282();
  const buildkit = await startBuildkit([registry.host]);
  try {
    const project = await startProject(directory.path, buildkit);
    const world = { project, buildkit, host: registry.host, directory: directory.path };
    const rows: string[][] = [];
    for (const count of COUNTS) rows.push(...(await rowsFor(world, count)));
    return [
      `### Releases of cached images for ${PLATFORMS.length} platforms, two tags each (docker-registry 2.8, BuildKit on this machine)`,
      table([`${ROUNDS} rounds, medians`, 'time', 'ratio'], rows),
    ].join('\n\n');
  } finally {
    await buildkit.stop();
    await registry.stop();
    directory.remove();
  }
}

async function rowsFor(world: World, count: number): Promise<string[][]> {
  const { project, host } = world;
  const names = Array.from({ length: count }, (_, index) => `app${index}`);
  const image = (name: string): string => `${host}/of${count}/${name}`;
  const builds = names.map(
    (name) => `  - { name: ${image(name)}, context: ${name}, platforms: [${PLATFORMS.join(', ')}] }\n`,
  );
  names.forEach((name) => project.context(name));
  project.file('.github/image-tags.yaml', `policy: wmcore\nbuilds:\n${builds.join('')}`);
  await project.commit(`${count} images`);
  await retag(world, '9.9.9'); // fills the cache
  const samples = {
    ours: [] as number[],
    bake: [] as number[],
    bakeTagged: [] as number[],
    oneByOne: [] as number[],
    again: [] as number[],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    samples.ours.push(await retag(world, `1.${round}.0`));
    samples.bake.push(await bakeThenTag(world, image, `2.${round}.0`));
    samples.bakeTagged.push(await bakeTagged(world, image, `4.${round}.0`));
    if (count === ONE_BY_ONE) samples.oneByOne.push(await buildEach(world, image, `3.${round}.0`));
    samples.again.push(await rerun(world, `1.${round}.0`));
  }
  const base = median(samples.bake);
  const row = (what: string, times: readonly number[]): string[] => [
    `${count} ${count === 1 ? 'image' : 'images'}: ${what}`,
    time(median(times)),
    ratio(median(times), base),
  ];
  return [
    row('`docker buildx bake --push` of the same definition, then `crane tag`', samples.bake),
    row('`retag apply`', samples.ours),
    row('`docker buildx bake --push` that writes the tags itself, image by image', samples.bakeTagged),
    ...(samples.oneByOne.length > 0
      ? [row('one `docker buildx build --push` after the other', samples.oneByOne)]
      : []),
    row('`retag apply` again, which calls no buildx', samples.again),
  ];
}

/** The definition that `plan` shows. Each version has its own labels, so nobody pushes what another has pushed. */
async function definitionOf({ project }: World, version: string): Promise<Definition> {
  const words = await project.words(`refs/tags/${version}`, 'plan');
  const { stdout } = await runOk(process.execPath, words, { cwd: project.path, env: project.env });
  const text = /^\{$[\s\S]*?^\}$/m.exec(stdout)?.[0];
  if (text === undefined) throw new Error(`no definition in\n${stdout}`);
  return JSON.parse(text) as Definition;
}

async function retag({ project }: World, version: string): Promise<number> {
  const words = await project.words(`refs/tags/${version}`, 'apply', ['--quiet']);
  if (words[0] !== CLI) throw new Error('the project runs something else');
  return (await measureOk(process.execPath, words, { env: project.env, cwd: project.path })).duration;
}

/** The same command once more, with a `docker` that writes down whether it is asked to build. */
async function rerun({ project }: World, version: string): Promise<number> {
  const { env, bakes } = project.recorder();
  const before = bakes();
  const words = await project.words(`refs/tags/${version}`, 'apply', ['--quiet']);
  const options = { env: { ...project.env, ...env }, cwd: project.path };
  const { duration } = await measureOk(process.execPath, words, options);
  if (bakes() !== before) throw new Error('the re-run of a finished release has built something');
  return duration;
}

/** Retag's definition as it is, pushed by digest, and then its tags by the quickest tool for that. */
async function bakeThenTag(world: World, image: (name: string) => string, version: string): Promise<number> {
  const { target, ...definition } = await definitionOf(world, version);
  const metadata = join(world.directory, 'metadata.json');
  const baked = await bake(world, { ...definition, target }, ['--metadata-file', metadata]);
  const built = JSON.parse(readFileSync(metadata, 'utf8')) as Record<string, Record<string, string>>;
  const calls = Object.keys(target).flatMap((name) =>
    tagsOf(version).map((tag) => `${image(name)}@${built[name]!['containerimage.digest']!} ${tag}`),
  );
  const crane = ['-P8', '-L1', binary('crane'), 'tag', '--insecure'];
  return baked + (await measureOk('xargs', crane, { input: calls.join('\n') })).duration;
}

/** Retag's definition, but pushed to the tags by buildx itself: a failure leaves the release half tagged. */
async function bakeTagged(world: World, image: (name: string) => string, version: string): Promise<number> {
  const definition = await definitionOf(world, version);
  const target = Object.fromEntries(
    Object.entries(definition.target).map(([name, settings]) => {
      const tags = tagsOf(version).map((tag) => `${image(name)}:${tag}`);
      return [name, { ...settings, tags, output: ['type=registry'] }];
    }),
  );
  return bake(world, { ...definition, target }, ['--push']);
}

async function bake(
  { project, buildkit, directory }: World,
  definition: Definition,
  more: readonly string[],
): Promise<number> {
  const file = join(directory, 'bake.json');
  writeFileSync(file, JSON.stringify(definition));
  const args = ['buildx', 'bake', '--builder', buildkit.builder, '--file', file, ...more];
  return (await measureOk(binary('docker'), args, { env: buildkit.env, cwd: project.path })).duration;
}

function tagsOf(version: string): readonly string[] {
  return [version, `${version}-stable`];
}

async function buildEach(world: World, image: (name: string) => string, version: string): Promise<number> {
  const { project, buildkit } = world;
  const { target } = await definitionOf(world, version);
  let total = 0;
  for (const [name, { context, labels, annotations, args: buildArgs }] of Object.entries(target)) {
    const pairs = (flag: string, values: Readonly<Record<string, string>>): string[] =>
      Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
    const args = ['buildx', 'build', '--builder', buildkit.builder, '--platform', PLATFORMS.join(',')].concat(
      tagsOf(version).flatMap((tag) => ['--tag', `${image(name)}:${tag}`]),
      pairs('--label', labels),
      pairs('--build-arg', buildArgs),
      annotations.flatMap((annotation) => ['--annotation', annotation]),
      ['--push', context],
    );
    total += (await measureOk(binary('docker'), args, { env: buildkit.env, cwd: project.path })).duration;
  }
  return total;
}
