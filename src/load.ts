/** Stage 1: everything that can be said about the input without asking anybody. Pure. */
import { parseConfig } from './config/config.js';
import type { Config } from './config/model.js';
import { UserError, type Problem } from './errors.js';
import type { WantedTag } from './plan/model.js';
import { parseForce, parseRegistryMap, type RegistryMap } from './plan/names.js';
import { wantImages, type WantOptions } from './plan/want.js';
import { compilePolicy, DEFAULT_STABLE_SUFFIX, type CompiledPolicy } from './policy/policy.js';
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

/** @throws UserError with every problem of tag files, policy, force and registry-map that can be told apart */
export function load(request: RunRequest): Loaded {
  const config = parseConfig(request.files);
  const problems: Problem[] = [];
  const options: WantOptions = {
    registryMap: collect<RegistryMap>(problems, new Map(), () => parseRegistryMap(request.registryMap)),
    forces: collect(problems, [], () => parseForce(request.force)),
    stableSuffix: config.policy?.stableSuffix ?? DEFAULT_STABLE_SUFFIX,
  };
  const scope = scopeOf(request);
  const policy = collect(problems, null, () => policyOf(config, request.policy));
  const images = collect(problems, [], () => wantImages(config.images, options));
  if (policy === null && problems.length === 0 && scope.builds)
    problems.push(...withoutPolicy(config, request));
  if (problems.length > 0) throw new UserError(problems);
  return { config, policy, scope, options, images: scope.images ? images : [] };
}

function collect<T>(problems: Problem[], fallback: T, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(...error.problems);
    return fallback;
  }
}

/**
 * Without a ref there is nothing to build; on a git tag the promotions of the tag file are left alone, since the
 * file of an old commit is not what should be promoted. `validate` looks at all.
 */
function scopeOf({ only, facts, command }: RunRequest): Scope {
  if (command === 'validate') return { builds: true, images: true };
  if (facts === null) return { builds: false, images: only !== 'builds' };
  if (only !== '') return { builds: only === 'builds', images: only === 'images' };
  return { builds: true, images: facts.kind !== 'tag' };
}

/** The policy of a run: the tag file's, or the preset of the inputs. */
function policyOf(config: Config, preset: string): CompiledPolicy | null {
  if (preset === '') return config.policy === undefined ? null : compilePolicy(config.policy);
  if (config.policy !== undefined) {
    throw new UserError({
      place: config.policy.origin.at(),
      what: 'the input policy and the policy of the tag file are both given',
      mend: 'leave the input policy away; it is for use without a tag file',
    });
  }
  return compilePolicy({ preset });
}

function withoutPolicy(config: Config, request: RunRequest): Problem[] {
  const [first] = config.builds;
  if (first === undefined && request.images.length === 0) return [];
  const place = first === undefined ? {} : { place: first.origin.at() };
  const what = 'there are builds, but no policy says what they are called';
  return [{ ...place, what, mend: 'add "policy:" with a preset (wmcore, semver, …) or rules of your own' }];
}
