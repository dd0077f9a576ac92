/** Several machines: which builds a run for one platform makes, and the list of such runs. Pure. */
import { UserError } from '../errors.js';
import { normalisePlatform } from '../oci/platform.js';
import type { SelectedBuild } from './model.js';
import { imageOf } from './names.js';

/** One job of the output `matrix`; the keys are those of contract 6. */
export interface MatrixEntry {
  readonly image: string;
  readonly platform: string;
  readonly runner: string;
}

export interface Matrix {
  readonly include: readonly MatrixEntry[];
}

// GitHub's labels for hosted runners; every other platform is emulated on the first one.
const RUNNERS: Readonly<Record<string, string>> = { 'linux/arm64': 'ubuntu-24.04-arm' };
const RUNNER = 'ubuntu-24.04';

/**
 * The output `matrix`: one job for each platform of each image that is still to be built. Builds that name no platform
 * have none, see `unsplit`.
 * @param runners `runners` of the tag file: platform → runner label
 */
export function matrix(builds: readonly SelectedBuild[], runners: Readonly<Record<string, string>>): Matrix {
  const own = new Map(
    Object.entries(runners).map(([platform, label]) => [normalisePlatform(platform), label]),
  );
  const include = builds.flatMap(({ config, choice }) =>
    choice.build.map((platform) => ({
      image: imageOf(config),
      platform,
      runner: own.get(normalisePlatform(platform)) ?? RUNNERS[platform] ?? RUNNER,
    })),
  );
  return { include };
}

/** Builds that name no platform: they are not split, so the job that joins the others makes them. */
export function unsplit(builds: readonly SelectedBuild[]): SelectedBuild[] {
  return builds.filter(({ config }) => config.platforms.length === 0);
}

/**
 * What a run with the input `platform` builds: that platform of every image that has it and is still to be built.
 * @throws UserError when no image has it, or when none names platforms and so cannot be split
 */
export function onlyPlatform(
  builds: readonly SelectedBuild[],
  platform: string,
  isDue: (build: SelectedBuild) => boolean,
): SelectedBuild[] {
  const unnamed = unsplit(builds);
  if (unnamed.length > 0 && unnamed.length === builds.length) {
    throw new UserError(
      unnamed.map(({ config }) => ({
        place: config.origin.at(),
        what: `a run for the platform ${platform} needs builds that name their platforms`,
        mend: `list the platforms of ${imageOf(config)} under "platforms"`,
      })),
    );
  }
  const wanted = normalisePlatform(platform);
  const same = (name: string): boolean => normalisePlatform(name) === wanted;
  const names = builds.flatMap(({ config }) => config.platforms.map((entry) => entry.platform));
  if (names.length > 0 && !names.some(same)) {
    throw new UserError({
      what: `no build has the platform ${JSON.stringify(platform)}`,
      mend: `the platforms are ${[...new Set(names)].join(', ')}`,
    });
  }
  return builds
    .filter(isDue)
    .map(({ config, choice }) => ({
      config,
      choice: { build: choice.build.filter(same), push: choice.push.filter(same) },
    }))
    .filter(({ choice }) => choice.build.length > 0);
}
