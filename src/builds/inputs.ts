/** The builds of a run: entries of the tag file, or the images of the inputs, with defaults and registry-map applied. Pure. */
import type { BuildConfig, Config, ImageName, Origin, PlatformConfig } from '../config/model.js';
import { type Location, type Parsed, type Problem, UserError } from '../errors.js';
import { parsePlatform } from '../oci/platform.js';
import { parseRepository, type Repository, sameRepository } from '../oci/reference.js';
import { type Force, isForced, mapRepository, type RegistryMap, shownName } from '../plan/overrides.js';
import { mapCache } from './cache.js';
import { readRecords } from './csv.js';
import type { BuildDefaults } from './model.js';

/** One repository that a build is tagged in. */
export interface BuildName {
  /** as in the tag file, after registry-map */
  readonly text: string;
  /** after registry-map */
  readonly repository: Repository;
  isForced(tag: string): boolean;
}

/** One build of this run; `config.names` are after registry-map. */
export interface RunBuild {
  readonly config: BuildConfig;
  readonly names: readonly BuildName[];
  /** the entry of the tag file as it is there; null for a build that the inputs make */
  readonly entry: BuildConfig | null;
  readonly location: Location | null;
}

interface BuildOptions {
  /** image names of the action's input: what to build without `builds` in a tag file, else which of them */
  readonly images: readonly string[];
  readonly defaults: BuildDefaults;
  readonly registryMap: RegistryMap;
  readonly forces: readonly Force[];
}

/**
 * The builds of a run, in order.
 * @throws UserError when the input names what the tag file does not build, or an input does not parse
 */
export function buildsOfRun(config: Pick<Config, 'builds'>, options: BuildOptions): RunBuild[] {
  const { images, defaults, registryMap } = options;
  const entries = entriesOf(config, images);
  return entries.map((entry) => {
    const names = entry.names.map(({ text, repository }): BuildName => {
      const mapped = mapRepository(repository, registryMap);
      return {
        text: shownName(text, repository, registryMap),
        repository: mapped,
        isForced: (tag) => isForced(options.forces, [repository, mapped], tag),
      };
    });
    const shown = names.map(({ text, repository }) => ({ text, repository }));
    const config = withMap(withDefaults({ ...entry, names: shown }, defaults), registryMap);
    if (entry.origin === INPUTS) return { config, names, entry: null, location: null };
    return { config, names, entry, location: entry.origin.at() };
  });
}

/** A rehearsal reads and writes no cache of the registry that it stands for. */
function withMap(build: BuildConfig, map: RegistryMap): BuildConfig {
  const mapped = (list: readonly string[]) => list.map((text) => mapCache(text, map));
  return { ...build, cacheFrom: mapped(build.cacheFrom), cacheTo: mapped(build.cacheTo) };
}

/**
 * The builds of the tag file, narrowed to those that the input names (a job of the matrix builds one image); without
 * builds in a tag file, one build of the images of the input.
 */
function entriesOf(config: Pick<Config, 'builds'>, images: readonly string[]): readonly BuildConfig[] {
  if (images.length === 0) return config.builds;
  if (config.builds.length === 0) return [fromInputs(images)];
  const known = config.builds.map(({ names }) => names.map(({ text }) => text));
  // The input is in lower case; the host of a name in the tag file need not be.
  const has = (names: readonly string[], image: string) => names.some((name) => name.toLowerCase() === image);
  const strange = images.filter((image) => !known.some((names) => has(names, image)));
  if (strange.length > 0) {
    throw new UserError(
      strange.map((image) => ({
        what: `images: no build of the tag file is called "${image}"`,
        hint: `the builds are ${known.flat().join(', ')}; without a tag file, images names what to build`,
      })),
    );
  }
  return config.builds.filter((_, i) => images.some((image) => has(known[i] ?? [], image)));
}

/** One build with every image as its name, as docker/metadata-action's `images` is meant. */
function fromInputs(images: readonly string[]): BuildConfig {
  const problems = images.flatMap((text) => {
    const parsed = parseRepository(text);
    return parsed.ok ? [] : [{ what: `images: ${parsed.what}`, hint: parsed.hint }];
  });
  if (problems.length > 0) throw new UserError(problems);
  const names: ImageName[] = [];
  for (const text of images) {
    const parsed = parseRepository(text);
    // "app" and "docker.io/library/app" are one
    const known = (repository: Repository) =>
      names.some((name) => sameRepository(name.repository, repository));
    if (parsed.ok && !known(parsed.value)) names.push({ text, repository: parsed.value });
  }
  return {
    number: 0,
    names,
    context: '.',
    buildArgs: {},
    buildContexts: {},
    labels: {},
    annotations: {},
    secrets: [],
    ssh: [],
    cacheFrom: [],
    cacheTo: [],
    noCache: false,
    pull: false,
    ulimits: [],
    addHosts: [],
    platforms: [],
    requires: [],
    origin: INPUTS,
  };
}

const NOWHERE: Location = { file: 'action inputs', line: 1, column: 1, nowhere: true };
const INPUTS: Origin = { at: () => NOWHERE, keyAt: () => NOWHERE, inside: () => NOWHERE };

// The action's build inputs laid under the entries of the tag file. Pure.

/**
 * An entry of `builds` with the inputs filled in where it says nothing. Build arguments and labels add up;
 * the entry wins. Secrets by value stay with the inputs: they are added when the definition is made.
 * @throws UserError when the input `platforms` names one that does not exist
 */
function withDefaults(build: BuildConfig, defaults: BuildDefaults): BuildConfig {
  const pick = <T extends string | undefined>(own: T, given: T): T =>
    own === undefined || own === '' ? given : own;
  const file = pick(build.file, defaults.file);
  const target = pick(build.target, defaults.target);
  const provenance = pick(build.provenance, defaults.provenance);
  const sbom = pick(build.sbom, defaults.sbom);
  return {
    ...build,
    context: (build.context === '.' ? pick('', defaults.context ?? '') : build.context) || '.',
    ...(file ? { file } : {}),
    ...(target ? { target } : {}),
    ...(provenance ? { provenance } : {}),
    ...(sbom ? { sbom } : {}),
    buildArgs: { ...defaults.buildArgs, ...build.buildArgs },
    labels: { ...defaults.labels, ...build.labels },
    cacheFrom: build.cacheFrom.length > 0 ? build.cacheFrom : (defaults.cacheFrom ?? []),
    cacheTo: build.cacheTo.length > 0 ? build.cacheTo : (defaults.cacheTo ?? []),
    fromInputs: [
      ...(build.cacheFrom.length > 0 ? [] : ['cache_from' as const]),
      ...(build.cacheTo.length > 0 ? [] : ['cache_to' as const]),
    ],
    platforms: build.platforms.length > 0 ? build.platforms : platformsOf(build, defaults.platforms ?? []),
  };
}

function platformsOf(build: BuildConfig, names: readonly string[]): PlatformConfig[] {
  const problems: Problem[] = [];
  const platforms = names.flatMap((name): PlatformConfig[] => {
    const parsed = parsePlatform(name);
    if (!parsed.ok) {
      problems.push({ what: `platforms: ${parsed.what}`, hint: parsed.hint });
      return [];
    }
    return [{ platform: parsed.value, stage: 'release', requires: [], origin: build.origin }];
  });
  if (problems.length > 0) throw new UserError(problems);
  return platforms;
}

// The input `images`, as docker/metadata-action reads its own (src/image.ts, `Transform`). Pure.

interface ImagesInput {
  /** in lower case, each once */
  readonly names: readonly string[];
  /** images are named, and every one has `enable=false`: nothing is to be built */
  readonly disabled: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Lines `NAME`, `NAME,enable=true|false` or `name=NAME,enable=true|false`; without attributes a line may hold several
 * names. docker/metadata-action takes only the last of them where there are more lines; here none is dropped.
 */
export function parseImages(text: string): ImagesInput {
  const lines = inputList(text, { comments: true });
  if (!lines.ok) return { names: [], disabled: false, problems: [problem(lines.what, lines.hint)] };
  const read = lines.value.map(imagesOf);
  const images = read.flatMap((line) => ('images' in line ? line.images : []));
  const enabled = images.filter(({ enable }) => enable).map(({ name }) => name);
  return {
    names: [...new Set(enabled)],
    disabled: images.length > 0 && enabled.length === 0,
    problems: read.flatMap((line) => ('problem' in line ? [line.problem] : [])),
  };
}

interface Image {
  readonly name: string;
  readonly enable: boolean;
}

const HINT = 'write it as "NAME", or "name=NAME,enable=true"';

function imagesOf(line: string): { readonly images: Image[] } | { readonly problem: Problem } {
  const names: string[] = [];
  let attributes = false;
  let enable = true;
  for (const cell of line.split(',')) {
    const [key, value] = pairOf(cell).map((part) => part?.trim() ?? null);
    if (key == null || (key === '' && value === null)) continue;
    attributes ||= value !== null;
    const attribute = value === null ? 'name' : key.toLowerCase();
    if (attribute === 'name') names.push((value ?? key).toLowerCase());
    else if (attribute !== 'enable') return { problem: problem(`"${key}" is not an attribute of an image`) };
    else if (value === 'true' || value === 'false') enable = value === 'true';
    else return { problem: problem(`enable: "${value ?? ''}" is neither true nor false`) };
  }
  const shown = JSON.stringify(line.slice(0, 100));
  if (names.length === 0 || names.includes('')) return { problem: problem(`${shown} names no image`) };
  if (attributes && names.length > 1)
    return { problem: problem(`${shown} names several images and has attributes`, 'give each a line') };
  return { images: names.map((name) => ({ name, enable })) };
}

function problem(what: string, hint = HINT): Problem {
  return { what: `input images: ${what}`, hint };
}

// Inputs of the action that are lists, read as docker's own actions read theirs. Pure.

export interface ListOptions {
  /** a comma separates items; else it belongs to the item and only lines separate */
  readonly commas?: boolean;
  /** lines that start with "#" are left out */
  readonly comments?: boolean;
}

/**
 * The items of an input, as docker/actions-toolkit reads it (src/util.ts, `getList`): CSV with quotation marks that may
 * hold commas and line breaks, `"FOO=bar, baz"`; one that stands elsewhere than around a cell is text. Without `commas`
 * the cells of a line are put together again. Items are trimmed, empty ones left out.
 */
export function inputList(
  text: string,
  { commas = false, comments = false }: ListOptions = {},
): Parsed<readonly string[]> {
  const read = readRecords(text, { relaxed: true, comments });
  if (!read.ok) {
    return {
      ok: false,
      what: `the quotation mark that starts in line ${read.line} does not end`,
      hint: 'close it; within quotation marks write "" for one',
    };
  }
  const items = commas
    ? read.records.flatMap((cells) => cells.flatMap((cell) => cell.split(',')))
    : read.records.map((cells) => cells.join(','));
  return { ok: true, value: items.map((item) => item.trim()).filter((item) => item !== '') };
}

/** An item `NAME=value`; null stands for a name alone. */
type Pair = readonly [name: string, value: string | null];

export function pairOf(item: string): Pair {
  const equals = item.indexOf('=');
  return equals < 0 ? [item, null] : [item.slice(0, equals), item.slice(equals + 1)];
}

/**
 * Build arguments `NAME=value`; a name alone takes the value of that variable and is left out where there is none, as
 * `docker build --build-arg NAME` does (docker/buildx, util/buildflags and commands/build.go, `listToMap`).
 */
export function buildArguments(
  items: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    items.flatMap((item): [string, string][] => {
      const [name, given] = pairOf(item);
      const value = given ?? (Object.hasOwn(environment, name) ? environment[name] : undefined);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
