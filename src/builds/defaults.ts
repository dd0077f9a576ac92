/** The action's build inputs laid under the entries of the tag file. Pure. */
import type { BuildConfig, PlatformConfig } from '../config/model.js';
import { UserError, type Problem } from '../errors.js';
import { parsePlatform } from '../oci/platform.js';
import type { BuildDefaults } from './model.js';

/**
 * An entry of `builds` with the inputs filled in where it says nothing. Build arguments and labels add up;
 * the entry wins. Secrets by value stay with the inputs: they are added when the definition is made.
 * @throws UserError when the input `platforms` names one that does not exist
 */
export function withDefaults(build: BuildConfig, defaults: BuildDefaults): BuildConfig {
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
      problems.push({ what: `platforms: ${parsed.what}`, mend: parsed.mend });
      return [];
    }
    return [{ platform: parsed.value, stage: 'release', requires: [], origin: build.origin }];
  });
  if (problems.length > 0) throw new UserError(problems);
  return platforms;
}
