/** Stage 1: everything that can be said about the input without asking anybody. Pure. */
import type { Config } from './config/model.js';
import { inOrder } from './config/config.js';
import { collect, UserError, type Problem } from './errors.js';
import { readFiles } from './files.js';
import type { WantedTag } from './plan/model.js';
import { parseForce, parseRegistryMap, type RegistryMap } from './plan/overrides.js';
import { wantImages, type WantOptions } from './plan/want.js';
import { claimsOn, DEFAULT_STABLE_SUFFIX, whoHas, type CompiledPolicy } from './policy/policy.js';
import { formatRepository } from './oci/reference.js';
import type { RunRequest } from './request.js';

/** Which parts of the tag file count in a run. */
export interface Scope {
  readonly builds: boolean;
  readonly images: boolean;
}

export interface Loaded {
  readonly config: Config;
  /** null when neither tag file nor inputs have one */
  readonly policy: CompiledPolicy | null;
  readonly scope: Scope;
  readonly options: WantOptions;
  /** the tags that promotions want */
  readonly images: readonly WantedTag[];
}

/** @throws UserError with every problem of tag files, policy, force and registry-map, in the order of the files */
export function load(request: RunRequest): Loaded {
  const { config, policy, problems: found, withoutPolicy } = readFiles(request.files, request.policy);
  const problems: Problem[] = [...found];
  const options: WantOptions = {
    registryMap: collect<RegistryMap>(problems, new Map(), () => parseRegistryMap(request.registryMap)),
    forces: collect(problems, [], () => parseForce(request.force)),
    stableSuffix: config.policy?.stableSuffix ?? DEFAULT_STABLE_SUFFIX,
  };
  const scope = scopeOf(request);
  const taken = ownerOfPromotions(config, policy, options.stableSuffix);
  const images = collect(problems, [], () => wantImages(config.images, { ...options, taken }));
  if (withoutPolicy && scope.builds) problems.push(...unnamedBuilds(config, request));
  if (problems.length > 0) throw new UserError(inOrder(problems, request.files));
  return { config, policy, scope, options, images: scope.images ? images : [] };
}

/**
 * In a repository that builds are tagged in, a promotion never has the name of a channel, nor the stable name of an
 * image that it does not promote. Names that a rule only gives with free text are left to the entry, which spells them out.
 */
function ownerOfPromotions(
  { builds }: Config,
  policy: CompiledPolicy | null,
  suffix: string,
): NonNullable<WantOptions['taken']> {
  const built = new Set(
    builds.flatMap(({ names }) => names.map((name) => formatRepository(name.repository))),
  );
  return ({ srcBuildTag }, { repository }, tag, kind) => {
    if (policy === null || !built.has(formatRepository(repository))) return null;
    const [owner] = claimsOn(policy, tag);
    if (owner === undefined || owner.output.freedom === 2 || owner.output.kind === 'primary') return null;
    const promotes = kind === 'stable' || `${srcBuildTag ?? ''}${suffix}` === tag;
    return owner.output.kind === 'stable' && promotes ? null : whoHas(owner);
  };
}

/**
 * Without a ref there is nothing to build; on a git tag the promotions of the tag file are left alone, since the
 * file of an old commit is not what should be promoted. `validate` looks at all.
 */
function scopeOf({ only, facts, command, imagesDisabled }: RunRequest): Scope {
  if (command === 'validate') return { builds: true, images: true };
  if (facts === null) return { builds: false, images: only !== 'builds' };
  const builds = only !== 'images' && !imagesDisabled;
  return { builds, images: only === '' ? facts.kind !== 'tag' : only === 'images' };
}

function unnamedBuilds(config: Config, request: RunRequest): Problem[] {
  const [first] = config.builds;
  if (first === undefined && request.images.length === 0) return [];
  const place = first === undefined ? {} : { place: first.origin.at() };
  const what = 'there are builds, but no policy says what they are called';
  return [{ ...place, what, mend: 'add "policy:" with a preset (wmcore, semver, …) or rules of your own' }];
}
