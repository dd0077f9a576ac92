/** Stage 1: everything that can be said about the input without asking anybody. */
import { cacheProblems } from './builds/cache.js';
import { checkBuilds } from './builds/check.js';
import { buildsOfRun } from './builds/inputs.js';
import { unsupported, withoutEffect } from './config/forge.js';
import { inOrder, readConfig, type TagFile } from './config/config.js';
import type { Config, ImageConfig } from './config/model.js';
import { collect, type Problem, UserError } from './errors.js';
import { formatReference, formatRepository, type Repository } from './oci/reference.js';
import { refuseConflicts } from './plan/conflicts.js';
import type { WantedTag } from './plan/model.js';
import {
  mapRepository,
  parseForce,
  parseRegistryMap,
  type RegistryMap,
  type WantOptions,
} from './plan/overrides.js';
import {
  checkPromotionTag,
  claimsOn,
  type CompiledPolicy,
  DEFAULT_STABLE_SUFFIX,
  type Examined,
  examinePolicy,
  isSpelledOut,
  type RefFacts,
  whoHas,
} from './policy/policy.js';
import { type CompiledRule, compileRules } from './trust/rules.js';
import type { Input, Ports, Request } from './request.js';
import { RUN_LIMITS } from './shared/limits.js';
import { wantImages } from './want.js';

/** @throws UserError with every problem of tag files, policy, force and registry-map, in the order of the files */
export function load(request: Request): Input {
  const { policy, trust: own, withoutPolicy, ...read } = readFiles(request.files, request.policy);
  const { trust, config: trusted } = trustedRules(request, own, read.config);
  const config = withPromotions(trusted, request.promotions);
  const problems: Problem[] = [...read.problems];
  const options: WantOptions = {
    registryMap: collect<RegistryMap>(problems, new Map(), () => parseRegistryMap(request.registryMap)),
    forces: collect(problems, [], () => parseForce(request.force)),
    stableSuffix: config.policy?.stableSuffix ?? DEFAULT_STABLE_SUFFIX,
  };
  const scope = scopeOf(request);
  const taken = ownerOfPromotions(config, policy, options);
  const want = (entries: readonly ImageConfig[]): readonly WantedTag[] =>
    wantImages(entries, { ...options, taken }).filter((tag) => isInScope(tag, scope, request));
  const images = collect(problems, [], () => wantImages(config.images, { ...options, taken }));
  const input = { request, config, policy, trust, scope, options, images, want };
  const unnamed = withoutPolicy && scope.builds ? unnamedBuilds(config, request) : [];
  if (request.command === 'validate') collect(problems, undefined, () => refuseConflicts(images));
  const forge = forgeOf(request);
  const elsewhere = forge === null ? [] : unsupported(config, forge);
  const all = [...problems, ...overwritingCaches(input), ...unnamed, ...elsewhere];
  if (all.length > 0) throw new UserError(inOrder(all, request.files));
  return { ...input, images: images.filter((tag) => isInScope(tag, scope, request)) };
}

/**
 * Where the files of a run are not trusted yet, rules and root are those of the files before them. What was broken there
 * has none: this change may be what fixes it.
 */
function trustedRules(
  { trustFiles }: Request,
  own: Input['trust'],
  config: Config,
): Pick<Input, 'trust' | 'config'> {
  const before = trustFiles === undefined ? null : readConfig(trustFiles);
  if (before === null || before.problems.length > 0) return { trust: own, config };
  const { trust = [], trustedRoot } = before.config;
  const others = Object.entries(config).filter(([key]) => key !== 'trustedRoot');
  const trusted = {
    ...(Object.fromEntries(others) as unknown as Config),
    ...(trustedRoot && { trustedRoot }),
  };
  return { trust: compileRules(trust).rules, config: trusted };
}

/** Promotions of the inputs are entries as all others, after those of the files. */
function withPromotions(config: Config, promotions: readonly ImageConfig[]): Config {
  const before = config.builds.length + config.images.length + config.selections.length;
  const added = promotions.map((entry, i) => ({ ...entry, number: before + i + 1 }));
  return { ...config, images: [...config.images, ...added] };
}

/** What the inputs of this very run name is promoted wherever `only` does not say otherwise, also on a git tag. */
function isInScope({ location }: WantedTag, scope: Input['scope'], { only }: Request): boolean {
  return scope.images || (location === null && only !== 'builds');
}

/**
 * In a repository that builds are tagged in, a promotion never has the name of a channel, nor the stable name of an
 * image that it does not promote, nor any name for which the rule or the build has conditions: an entry would go past them. Names that a
 * rule only gives with free text are left to the entry, which spells them out. Repositories are compared as the run writes them.
 */
function ownerOfPromotions(
  { builds }: Config,
  policy: CompiledPolicy | null,
  { stableSuffix, registryMap }: WantOptions,
): NonNullable<WantOptions['taken']> {
  const written = (repository: Repository) => formatRepository(mapRepository(repository, registryMap));
  const built = builds.flatMap(({ names, requires }) =>
    names.map((name) => ({ at: written(name.repository), requires })),
  );
  return ({ srcBuildTag }, { repository }, tag, kind) => {
    const here = built.filter(({ at }) => at === written(repository));
    if (policy === null || here.length === 0) return null;
    const [owner] = claimsOn(policy, tag);
    if (owner === undefined || owner.output.freedom === 2) return null;
    const { kind: as, rule } = owner.output;
    const gated =
      [rule, ...here].some(({ requires }) => requires.length > 0) ||
      (as === 'stable' && typeof rule.stable !== 'boolean');
    if (gated) return `${whoHas(owner)}, and there are conditions for it that an entry would go past`;
    const promotes = kind === 'stable' || `${srcBuildTag ?? ''}${stableSuffix}` === tag;
    return as === 'primary' || (as === 'stable' && promotes) ? null : whoHas(owner);
  };
}

/**
 * Caches that would be written over a tag which the policy spells out or an entry promotes to. A name that a rule only gives
 * with free text in front (`{branch}`) may well be a cache's: it is refused where the plan has it.
 */
function overwritingCaches({ request, config, policy, scope, options, images }: Input): Problem[] {
  const { defaults } = request.build;
  const named = { ...options, defaults, images: scope.builds ? request.images : [] };
  const problems: Problem[] = [];
  const builds = collect(problems, [], () => buildsOfRun(config, named));
  const built = new Set(
    builds.flatMap(({ names }) => names.map(({ repository }) => formatRepository(repository))),
  );
  const promoted = new Map(images.map((tag) => [formatReference(tag.destination), tag.location]));
  const caches = cacheProblems(
    builds.map(({ config: build }) => build),
    (ref) => {
      const entry = promoted.get(formatReference(ref));
      if (entry) return `the entry at ${entry.file}:${entry.line} promotes an image to it`;
      if (policy === null || !built.has(formatRepository(ref))) return null;
      const claim = claimsOn(policy, ref.tag).find(({ output }) => isSpelledOut(output));
      return claim === undefined ? null : whoHas(claim);
    },
  );
  return [...problems, ...caches];
}

/**
 * Without a ref there is nothing to build; on a git tag the promotions of the tag file are left alone, since the
 * file of an old commit is not what should be promoted. `validate` looks at all.
 */
function scopeOf({ only, facts, command, imagesDisabled }: Request): Input['scope'] {
  if (command === 'validate') return { builds: true, images: true };
  if (facts === null) return { builds: false, images: only === '' || only === 'images' };
  const builds = only !== 'images' && !imagesDisabled;
  return { builds, images: only === '' ? facts.kind !== 'tag' : only === 'images' };
}

function unnamedBuilds(config: Config, request: Request): Problem[] {
  const [first] = config.builds;
  if (first === undefined && request.images.length === 0) return [];
  const location = first === undefined ? {} : { location: first.origin.at() };
  const what = 'there are builds, but no policy says what they are called';
  return [
    {
      ...location,
      what,
      hint: 'add "policy:" with a preset (wmcore, semver, …) or rules of your own; without a tag file give --policy (input policy)',
    },
  ];
}

// All that tag files say together, policy included, and every problem of them that can be told without asking anybody. Pure.

interface Files {
  readonly config: Config;
  /** null when neither tag file nor inputs have one, and when it has problems */
  readonly policy: CompiledPolicy | null;
  readonly trust: readonly CompiledRule[];
  /** not in order */
  readonly problems: readonly Problem[];
  /** is it certain that there is no policy? */
  readonly withoutPolicy: boolean;
}

/**
 * Reads and checks tag files. A mistake hides only the checks that need what it spoils (docs/tag-file.md: every
 * problem in every file at once).
 * @param preset the policy of the inputs, for use without one in the files; empty: none
 */
export function readFiles(files: readonly TagFile[], preset: string): Files {
  const { config, problems, withoutPolicy, laterPolicies } = readConfig(files);
  const examined = examinedPolicy(config, preset);
  const trust = compileRules(config.trust ?? []);
  return {
    config,
    policy: examined?.policy ?? null,
    trust: trust.rules,
    problems: [
      ...problems,
      ...trust.problems,
      ...(preset === '' ? [] : twoPolicies(config)),
      ...(examined?.problems ?? []),
      ...laterPolicies.slice(0, RUN_LIMITS.laterPolicies).flatMap((policy) => examinePolicy(policy).problems),
      ...atMost(
        RUN_LIMITS.judged,
        checkBuilds(config.builds, laterPolicies.length > 0 ? null : (examined?.names ?? null)),
      ),
    ],
    withoutPolicy: withoutPolicy && preset === '',
  };
}

/** The first of them; the rest is not looked for. */
function* atMost<T>(count: number, items: Iterable<T>): Generator<T> {
  if (count <= 0) return;
  for (const item of items) {
    yield item;
    if ((count -= 1) === 0) return;
  }
}

/** The policy of a run: the tag file's, or the preset of the inputs. */
function examinedPolicy({ policy }: Config, preset: string): Examined | null {
  if (policy !== undefined) return examinePolicy(policy);
  return preset === '' ? null : examinePolicy({ preset });
}

function twoPolicies({ policy }: Config): Problem[] {
  if (policy === undefined) return [];
  return [
    {
      location: policy.origin.at(),
      what: 'the input policy and the policy of the tag file are both given',
      hint: 'leave the input policy away; it is for use without a tag file',
    },
  ];
}

// The rule of a preset for tags that promotions write (`starlingx`): binding for what a change brings, a warning for the rest.

/** Every tag of `images` that breaks the rule, at its place. */
export function promotionProblems(
  policy: CompiledPolicy,
  images: readonly ImageConfig[],
  facts: Pick<RefFacts, 'kind' | 'name'> | null,
): { readonly entry: ImageConfig; readonly problem: Problem }[] {
  const branch = facts?.kind === 'branch' ? facts.name : null;
  return images.flatMap((entry) =>
    entry.tags.flatMap((tag, i) => {
      const wrong = checkPromotionTag(policy, tag, branch);
      return wrong === null ? [] : [{ entry, problem: { location: entry.origin.at('tags', i), ...wrong } }];
    }),
  );
}

/** @throws UserError for tags of entries that this change brings */
export async function checkPromotions(
  { request, config, policy, scope }: Input,
  ports: Ports,
): Promise<void> {
  if (policy === null || !scope.images) return;
  const found = promotionProblems(policy, config.images, request.facts);
  if (found.length === 0) return;
  const changes = await ports.changes(config);
  const isError = ({ number }: ImageConfig): boolean => changes?.changed.has(number) === true;
  for (const { entry, problem } of found) {
    if (!isError(entry)) ports.log.warning(problem);
  }
  const errors = found.filter(({ entry }) => isError(entry)).map(({ problem }) => problem);
  if (errors.length > 0) throw new UserError(errors);
}

/** The forge that lacks what the files ask for. `retag promote` does nothing of them. */
function forgeOf({ forge, only }: Request): string | null {
  return only === 'promotions' ? null : forge;
}

/** What is printed once in the log of whatever command read the files. */
export function inputWarnings({ request, config, policy }: Input): readonly Problem[] {
  const forge = forgeOf(request);
  const elsewhere = forge === null ? [] : withoutEffect(config, forge);
  return [...(policy?.warnings ?? []), ...elsewhere];
}
