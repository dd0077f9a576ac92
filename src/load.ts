/** Stage 1: everything that can be said about the input without asking anybody. Pure. */
import { cacheProblems } from './builds/cache.js';
import { checkBuilds } from './builds/check.js';
import { buildsOfRun } from './builds/inputs.js';
import type { Digests } from './builds/machines.js';
import type { BakeDefinition, BuildDefaults, Builder, SourceFacts, Uncommitted } from './builds/model.js';
import { inOrder, MAX_JUDGED, readConfig, type TagFile } from './config/config.js';
import type { Config, ImageConfig, ReviewMode } from './config/model.js';
import { collect, formatProblem, type Problem, UserError } from './errors.js';
import type { Gatekeeper, Subject } from './gates/gates.js';
import type { EntryChanges } from './config/entries.js';
import { formatReference, formatRepository, type Repository } from './oci/reference.js';
import type { Plan, WantedTag } from './plan/model.js';
import { mapRepository, parseForce, parseRegistryMap, type RegistryMap } from './plan/overrides.js';
import {
  checkPromotionTag,
  claimsOn,
  type ClaimTag,
  type CompiledPolicy,
  DEFAULT_STABLE_SUFFIX,
  type Examined,
  examinePolicy,
  isSpelledOut,
  type RefFacts,
  whoHas,
} from './policy/policy.js';
import type { Clock, Log, Registry } from './ports.js';
import { wantImages, type WantOptions } from './want.js';

/** Which parts of the tag file count in a run. */
interface Scope {
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
  const {
    config: ofFiles,
    policy,
    problems: found,
    withoutPolicy,
  } = readFiles(request.files, request.policy);
  const config = withPromotions(ofFiles, request.promotions);
  const problems: Problem[] = [...found];
  const options: WantOptions = {
    registryMap: collect<RegistryMap>(problems, new Map(), () => parseRegistryMap(request.registryMap)),
    forces: collect(problems, [], () => parseForce(request.force)),
    stableSuffix: config.policy?.stableSuffix ?? DEFAULT_STABLE_SUFFIX,
  };
  const scope = scopeOf(request);
  const taken = ownerOfPromotions(config, policy, options);
  const images = collect(problems, [], () => wantImages(config.images, { ...options, taken }));
  problems.push(...overwritingCaches(request, { config, policy, scope, options, images }));
  if (withoutPolicy && scope.builds) problems.push(...unnamedBuilds(config, request));
  if (problems.length > 0) throw new UserError(inOrder(problems, request.files));
  return { config, policy, scope, options, images: images.filter((tag) => isInScope(tag, scope, request)) };
}

/** Promotions of the inputs are entries as all others, after those of the files. */
function withPromotions(config: Config, promotions: readonly ImageConfig[]): Config {
  const before = config.builds.length + config.images.length;
  const added = promotions.map((entry, i) => ({ ...entry, number: before + i + 1 }));
  return { ...config, images: [...config.images, ...added] };
}

/** What the inputs of this very run name is promoted wherever `only` does not say otherwise, also on a git tag. */
function isInScope({ location }: WantedTag, scope: Scope, { only }: RunRequest): boolean {
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
function overwritingCaches(request: RunRequest, loaded: Loaded): Problem[] {
  const { config, policy, scope, options, images } = loaded;
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
function scopeOf({ only, facts, command, imagesDisabled }: RunRequest): Scope {
  if (command === 'validate') return { builds: true, images: true };
  if (facts === null) return { builds: false, images: only !== 'builds' };
  const builds = only !== 'images' && !imagesDisabled;
  return { builds, images: only === '' ? facts.kind !== 'tag' : only === 'images' };
}

function unnamedBuilds(config: Config, request: RunRequest): Problem[] {
  const [first] = config.builds;
  if (first === undefined && request.images.length === 0) return [];
  const location = first === undefined ? {} : { location: first.origin.at() };
  const what = 'there are builds, but no policy says what they are called';
  return [
    { ...location, what, hint: 'add "policy:" with a preset (wmcore, semver, …) or rules of your own' },
  ];
}

// All that tag files say together, policy included, and every problem of them that can be told without asking anybody. Pure.

interface Files {
  readonly config: Config;
  /** null when neither tag file nor inputs have one, and when it has problems */
  readonly policy: CompiledPolicy | null;
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
  return {
    config,
    policy: examined?.policy ?? null,
    problems: [
      ...problems,
      ...(preset === '' ? [] : twoPolicies(config)),
      ...(examined?.problems ?? []),
      ...laterPolicies.slice(0, MAX_LATER_POLICIES).flatMap((policy) => examinePolicy(policy).problems),
      ...atMost(
        MAX_JUDGED,
        checkBuilds(config.builds, laterPolicies.length > 0 ? null : (examined?.names ?? null)),
      ),
    ],
    withoutPolicy: withoutPolicy && preset === '',
  };
}

/** A run has one policy. Others are an error or the same again; of the first few every mistake is reported. */
const MAX_LATER_POLICIES = 4;

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

// The rule of a preset for tags that promotions write (`starlingx`): binding for what a change brings, a warning for the rest. Pure.

/** A tag that breaks the rule, and its entry. */
interface PromotionProblem {
  readonly entry: ImageConfig;
  readonly problem: Problem;
}

/** Every tag of `images` that breaks the rule, at its place. */
export function promotionProblems(
  policy: CompiledPolicy,
  images: readonly ImageConfig[],
  facts: Pick<RefFacts, 'kind' | 'name'> | null,
): PromotionProblem[] {
  const branch = facts?.kind === 'branch' ? facts.name : null;
  return images.flatMap((entry) =>
    entry.tags.flatMap((tag, i) => {
      const wrong = checkPromotionTag(policy, tag, branch);
      return wrong === null ? [] : [{ entry, problem: { location: entry.origin.at('tags', i), ...wrong } }];
    }),
  );
}

/**
 * Parts the problems into errors and warnings.
 * @param changes what the push or pull request touched; null when that is not known, then nothing is an error
 */
export function splitBySeverity(
  found: readonly PromotionProblem[],
  changes: EntryChanges | null,
): { readonly errors: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const isError = ({ entry }: PromotionProblem): boolean => changes?.changed.has(entry.number) === true;
  const problems = (some: readonly PromotionProblem[]) => some.map(({ problem }) => problem);
  return {
    errors: problems(found.filter(isError)),
    warnings: problems(found.filter((each) => !isError(each))),
  };
}

// Warnings about a policy: printed once in the log of whatever command read it.

export function logWarnings(policy: CompiledPolicy | null, log: Pick<Log, 'warning'>): void {
  for (const problem of policy?.warnings ?? []) log.warning(formatProblem(problem));
}

// What a run is asked for, and the outside systems that it is given.

/** How images are built in this run. */
interface BuildSettings {
  readonly defaults: BuildDefaults;
  /** secrets of the action's inputs, where values are allowed */
  readonly inputSecrets: readonly string[];
  /** null when the commit is not known: nothing can be built */
  readonly source: SourceFacts | null;
  readonly defaultProvenance: string;
  readonly sourceDateEpoch: string | undefined;
  readonly insecure: readonly string[];
  /** build this platform alone, by digest; empty: all */
  readonly platform: string;
  /** images that other machines built, to be joined */
  readonly digests: Digests | null;
  /** snapshots may hold changes that are not committed */
  readonly allowDirty: boolean;
}

/** What was asked for, whoever asked. */
export interface RunRequest {
  readonly command: 'plan' | 'apply' | 'validate';
  readonly files: readonly TagFile[];
  /** a preset, for use without a tag file; empty: the tag file's */
  readonly policy: string;
  /** image names to build without a tag file */
  readonly images: readonly string[];
  /** promotions without a tag file */
  readonly promotions: readonly ImageConfig[];
  /** images are named, and every one is switched off: no build is looked at */
  readonly imagesDisabled: boolean;
  /** the git ref of the run; null: only promotions are looked at */
  readonly facts: RefFacts | null;
  readonly only: 'builds' | 'images' | '';
  /** stable tags that wait for somebody are written */
  readonly stable: boolean;
  readonly includeStages: ReadonlySet<string>;
  readonly force: readonly string[];
  readonly registryMap: readonly string[];
  /** overrides the tag file's; absent: not given */
  readonly review?: ReviewMode | undefined;
  readonly concurrency: number;
  /** milliseconds between a write and its read-back */
  readonly settle: number;
  /** look for drift: a plan on a schedule */
  readonly drift: boolean;
  /** exit 3 when a plan has changes */
  readonly changesAsCode: boolean;
  readonly build: BuildSettings;
}

/** The outside systems of a run, built by the entries. */
export interface RunParts {
  readonly registry: Registry;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly gatekeeper: Gatekeeper;
  /** what gates are about: a promotion by its entry and its image's revision label, or the commit of this run for nulls */
  subject(entry: ImageConfig | null, revision: string | null): Subject;
  readonly claim: ClaimTag | null;
  /** the commit that the workspace is at; null when it is no checkout of git */
  checkedOut(): Promise<string | null>;
  /** what of these files and directories of the workspace is not as the commit has it; nothing where there is no git */
  uncommitted(paths: readonly string[], commit: string): Promise<Uncommitted>;
  /** what apply would find wrong with contexts and Dockerfiles of the checkout; asks no builder */
  sources(definition: BakeDefinition): Promise<readonly Problem[]>;
  /** makes the builder when there is something to build */
  builder(): Builder;
  /** what the push or pull request touched in the tag files; null when that is not known */
  changes(config: Config): Promise<EntryChanges | null>;
  /** holds a plan that is about to be carried out to what was reviewed; without a mode nobody chose one, and it is `warn` */
  review(plan: Plan, files: readonly TagFile[], mode: ReviewMode | undefined): Promise<Plan>;
  /** asks a person whether the plan in this log is to be carried out, and rejects unless it is; absent: nobody is asked */
  readonly confirm?: ((question: string) => Promise<void>) | null;
}

/** Milliseconds: in 1,400 measured races of two runs none was lost with it (docs/reliability.md). */
export const DEFAULT_SETTLE = 250;

/** A request for promotions alone, with every choice at its default. */
export function promotionRequest(command: RunRequest['command'], files: readonly TagFile[]): RunRequest {
  return {
    command,
    files,
    policy: '',
    images: [],
    promotions: [],
    imagesDisabled: false,
    facts: null,
    only: '',
    stable: false,
    includeStages: new Set(),
    force: [],
    registryMap: [],
    concurrency: 16,
    settle: DEFAULT_SETTLE,
    drift: false,
    changesAsCode: false,
    build: {
      defaults: {},
      inputSecrets: [],
      source: null,
      defaultProvenance: 'mode=min',
      sourceDateEpoch: undefined,
      insecure: [],
      platform: '',
      digests: null,
      allowDirty: false,
    },
  };
}
