/** The builds of a run: entries of the tag file, or the images of the inputs, with defaults and registry-map applied. Pure. */
import { withDefaults } from '../builds/defaults.js';
import type { BuildDefaults } from '../builds/model.js';
import type { BuildConfig, Config, ImageName, Origin } from '../config/model.js';
import { UserError, type Place } from '../errors.js';
import { isForced, mapRepository, shownName, type Force, type RegistryMap } from '../plan/overrides.js';
import { parseRepository, sameRepository, type Repository } from '../oci/reference.js';

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
  readonly place: Place | null;
}

export interface BuildOptions {
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
    const config = withDefaults({ ...entry, names: shown }, defaults);
    if (entry.origin === INPUTS) return { config, names, entry: null, place: null };
    return { config, names, entry, place: entry.origin.at() };
  });
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
        mend: `the builds are ${known.flat().join(', ')}; without a tag file, images names what to build`,
      })),
    );
  }
  return config.builds.filter((_, i) => images.some((image) => has(known[i] ?? [], image)));
}

/** One build with every image as its name, as docker/metadata-action's `images` is meant. */
function fromInputs(images: readonly string[]): BuildConfig {
  const problems = images.flatMap((text) => {
    const parsed = parseRepository(text);
    return parsed.ok ? [] : [{ what: `images: ${parsed.what}`, mend: parsed.mend }];
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

const NOWHERE: Place = { file: 'action inputs', line: 1, column: 1, nowhere: true };
const INPUTS: Origin = { at: () => NOWHERE, keyAt: () => NOWHERE, inside: () => NOWHERE };
