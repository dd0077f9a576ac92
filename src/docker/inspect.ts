/** Before anything is built: is there a buildx that is new enough, and a builder that can push by digest? */
import semver from 'semver';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emulationOf } from '../builds/dockerfile.js';
import type { BakeDefinition, BuilderState, BuildxNeed } from '../builds/model.js';
import { OperationError } from '../errors.js';
import { platformsMissing } from '../oci/platform.js';
import type { Log } from '../ports.js';
import { cleanLine } from './output.js';
import type { Answer, Ask } from './process.js';
import type { Dockerfiles } from './workspace.js';

interface PrepareOptions {
  /** for answers that come at once, and for cleaning up */
  readonly ask: Ask;
  /** for what may take long (a builder that boots, an image that is pulled); ends when the run is stopped */
  readonly askLong: Ask;
  readonly builder: string | null;
  readonly insecure: readonly string[];
  readonly temporary: string;
  readonly token: string;
  readonly log: Log;
}

/**
 * Looks at buildx and the builder, makes a temporary one where the driver cannot push by digest, and checks
 * that the platforms can be built.
 * @throws OperationError: `unavailable` for no docker, buildx, daemon or builder; `rejected` for a buildx that
 *   is too old or a builder that lacks a platform
 */
export async function findBuilder(
  definition: BakeDefinition,
  dockerfiles: Dockerfiles,
  options: PrepareOptions,
): Promise<BuilderState> {
  const { ask, askLong, builder } = options;
  if (builder?.startsWith('-') === true || /\s/.test(builder ?? '')) {
    throw new OperationError('rejected', `"${builder}" is not the name of a builder; see "docker buildx ls"`);
  }
  const named = builder === null || builder === '' ? [] : [builder];
  const [versionAnswer, inspectAnswer] = await Promise.all([
    ask(['buildx', 'version']),
    askLong(['buildx', 'inspect', '--bootstrap', ...named]),
  ]);
  const version = versionOf(versionAnswer);
  checkBuildxVersion(version, definition.needs);
  const found = inspected(inspectAnswer, builder);
  if (found.driver !== 'docker') {
    checkPlatforms(found, definition, dockerfiles, options.log);
    return stateOf(found, version, false);
  }
  const made = await makeBuilder(found.name, hostsOf(definition), options);
  try {
    checkPlatforms(made, definition, dockerfiles, options.log);
    return stateOf(made, version, true);
  } catch (error) {
    await removeBuilder(made.name, options);
    throw error;
  }
}

/** Removes a temporary builder. A failure is a warning: it must not hide what went wrong before. */
export async function removeBuilder(
  name: string,
  { ask, log }: { readonly ask: Ask; readonly log: Record<'debug' | 'warning', (text: string) => void> },
): Promise<void> {
  const answer = await ask(['buildx', 'rm', '--force', name]).catch((error: unknown) => ({
    exitCode: 1,
    stdout: '',
    stderr: String(error),
  }));
  if (answer.exitCode === 0) log.debug(`temporary builder ${name} removed`);
  else
    log.warning(
      `the temporary builder ${name} could not be removed: ${lastLine(answer)}; "docker buildx rm ${name}" removes it`,
    );
}

function versionOf(answer: Answer): string | null {
  if (answer.exitCode === 0) return parseBuildxVersion(answer.stdout);
  throw new OperationError('unavailable', `docker buildx is not installed (${lastLine(answer)})`, {
    hint: 'add docker/setup-buildx-action before this step, or install the buildx plugin',
  });
}

function inspected(answer: Answer, builder: string | null): Inspected {
  if (answer.exitCode !== 0) {
    const which = builder === null || builder === '' ? 'the builder' : `the builder "${builder}"`;
    throw new OperationError('unavailable', `${which} cannot be used: ${lastLine(answer)}`, {
      hint: 'see "docker buildx ls", or add docker/setup-buildx-action before this step',
    });
  }
  const found = parseInspect(answer.stdout);
  const error = found.error ?? found.nodes.find((node) => node.error !== null)?.error ?? null;
  if (error !== null || found.driver === '') {
    throw new OperationError(
      'unavailable',
      `the builder "${found.name}" cannot be reached: ${error ?? 'it has no driver'}`,
      { hint: 'start the Docker daemon, or name another builder with "builder"' },
    );
  }
  return found;
}

/** The `docker` driver cannot push by digest ("push-by-digest is currently not implemented for docker driver"). */
async function makeBuilder(
  replaced: string,
  hosts: readonly string[],
  options: PrepareOptions,
): Promise<Inspected> {
  const { ask, askLong, log, token } = options;
  const name = `retag-${token.slice(0, 12)}`;
  const config = await daemonConfig(hosts, options);
  log.line(
    `the builder "${replaced}" uses the docker driver, which cannot push by digest: making the temporary builder "${name}" (docker-container)`,
  );
  try {
    const words = [
      'buildx',
      'create',
      `--name=${name}`,
      '--driver=docker-container',
      '--bootstrap',
      ...config.words,
    ];
    const answer = await askLong(words);
    if (answer.exitCode !== 0) throw cannotReplace(replaced, lastLine(answer) + (await lastWords(name, ask)));
    return inspected(await askLong(['buildx', 'inspect', '--bootstrap', name]), name);
  } catch (error) {
    await removeBuilder(name, {
      ask,
      log: { debug: (text) => log.debug(text), warning: (text) => log.debug(text) },
    });
    throw error;
  } finally {
    await config.remove();
  }
}

/** The end of what the container of a builder printed, where it has one; it is removed with the builder. */
async function lastWords(name: string, ask: Ask): Promise<string> {
  const answer = await ask(['logs', '--tail=3', `buildx_buildkit_${name}0`]);
  const lines = `${answer.stdout}\n${answer.stderr}`.split('\n').map((line) => cleanLine(line, []).trim());
  const said = lines.filter((line) => line !== '').join(' | ');
  return answer.exitCode !== 0 || said === '' ? '' : `; its container printed: ${said}`;
}

/** The registries that the images are pushed to. */
function hostsOf({ targets }: BakeDefinition): string[] {
  return targets.filter(({ pushed }) => pushed).map(({ repository }) => repository.registry);
}

function cannotReplace(replaced: string, why: string): OperationError {
  return new OperationError(
    'unavailable',
    `the builder "${replaced}" uses the docker driver, which cannot push by digest, and a temporary docker-container builder could not be made: ${why}`,
    {
      hint: 'add docker/setup-buildx-action before this step, or name a builder with another driver ("docker buildx create --driver docker-container")',
    },
  );
}

/** A container reaches a registry on this machine's loopback only in the host's network. */
async function daemonConfig(
  hosts: readonly string[],
  { insecure, temporary }: PrepareOptions,
): Promise<{ words: string[]; remove: () => Promise<void> }> {
  const isLoopback = (host: string): boolean => /^(?:localhost|127\.|\[::1\])/.test(host);
  const network = [...hosts, ...insecure].some(isLoopback) ? ['--driver-opt=network=host'] : [];
  // BuildKit connects to loopback over http by itself.
  if (insecure.length === 0) return { words: network, remove: () => Promise.resolve() };
  const directory = await mkdtemp(join(temporary, 'retag-builder-'));
  const file = join(directory, 'buildkitd.toml');
  const text = insecure.map(
    (host) => `[registry.${JSON.stringify(host)}]\n  http = true\n  insecure = true\n`,
  );
  await writeFile(file, text.join(''));
  return {
    words: [`--buildkitd-config=${file}`, ...network],
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

function checkPlatforms(
  found: Inspected,
  definition: BakeDefinition,
  dockerfiles: Dockerfiles,
  log: Log,
): void {
  const has = found.nodes.flatMap((node) => node.platforms);
  if (has.length === 0) return;
  for (const target of definition.targets) {
    const missing = platformsMissing(target.platforms, has);
    if (missing.length === 0) continue;
    const emulation = emulationOf(dockerfiles.get(target.dockerfile) ?? '', target.stage);
    if (emulation === 'not-needed') continue;
    const lack = `the builder "${found.name}" lacks ${missing.join(', ')}, which ${target.image} is built for`;
    const fix =
      'add docker/setup-qemu-action before this step, or a builder with a native node of that platform';
    if (emulation === 'needed') {
      const message = `${lack} with RUN instructions (it has ${has.join(', ')})`;
      throw new OperationError('rejected', message, { hint: fix });
    }
    log.warning(`${lack}; if it runs programs of that platform, ${fix}`);
  }
}

function stateOf(found: Inspected, version: string | null, temporary: boolean): BuilderState {
  return { name: found.name, driver: found.driver, nodes: found.nodes.length, temporary, version };
}

function lastLine({ stdout, stderr }: Answer): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => cleanLine(line, []).trim());
  return (lines.findLast((line) => line !== '') ?? 'no message').replace(/^ERROR: /, '');
}

// Reading what `docker buildx version` and `docker buildx inspect` print. Pure.

/** A builder as `docker buildx inspect` shows it. */
interface Inspected {
  readonly name: string;
  /** `docker`, `docker-container`, `remote`, `kubernetes`, `cloud`; empty when there is no daemon */
  readonly driver: string;
  readonly error: string | null;
  readonly nodes: readonly { readonly platforms: readonly string[]; readonly error: string | null }[];
}

/**
 * The release in `github.com/docker/buildx v0.29.1 a32761a`. Null for builds from source, which say
 * `v0.0.0+unknown` or a commit: such a buildx is taken to be new.
 */
export function parseBuildxVersion(text: string): string | null {
  const word = text
    .trim()
    .split(/\s+/)
    .find((part) => /^v?\d+\.\d+\.\d+/.test(part));
  const version = semver.parse(word);
  if (version === null || version.major + version.minor + version.patch === 0) return null;
  return version.version;
}

/**
 * @throws OperationError `rejected` that names the version in hand, the one needed and what it is needed for
 */
function checkBuildxVersion(version: string | null, needs: readonly BuildxNeed[]): void {
  if (version === null) return;
  const lacking = needs.filter((need) => semver.lt(version, `${need.version}-0`));
  const [newest] = [...lacking].sort((a, b) => semver.rcompare(a.version, b.version));
  if (newest === undefined) return;
  throw new OperationError(
    'rejected',
    `buildx ${version} is too old: ${newest.version} or newer is needed for ${lacking.map(({ what }) => what).join(', ')}; ` +
      'install a newer buildx, for example with docker/setup-buildx-action',
  );
}

/** Whether `--allow` is known: bake asks leave, and takes it, since 0.17.0. */
export function knowsAllow(version: string | null): boolean {
  return version === null || semver.gte(version, '0.17.0');
}

/** Parses the text of `docker buildx inspect` (buildx commands/inspect.go); unknown lines are passed over. */
export function parseInspect(text: string): Inspected {
  const [head = '', ...rest] = text.split(/^Nodes:\s*$/m);
  const nodes = rest
    .join('')
    .split(/^(?=Name:)/m)
    .filter((part) => part.startsWith('Name:'))
    .map((part) => ({
      platforms: platformsIn(field(part, 'Platforms') ?? ''),
      error: field(part, 'Error'),
    }));
  return {
    name: field(head, 'Name') ?? '',
    driver: field(head, 'Driver') ?? '',
    error: field(head, 'Error'),
    nodes,
  };
}

function field(text: string, name: string): string | null {
  const [, value = ''] = new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(text) ?? [];
  return value.trim() === '' ? null : value.trim();
}

/** `linux/amd64*, linux/arm64 (+2)`: a star marks what the node was created for. */
function platformsIn(text: string): string[] {
  return text
    .split(',')
    .map((part) => (part.split('(')[0] ?? '').replaceAll('*', '').trim())
    .filter((part) => part !== '');
}
