/** The names of a run: what its ref is called, once registry and git have been asked what the policy needs to know. */
import { type BuildOptions, buildsOfRun, type RunBuild } from './builds/inputs.js';
import { imageOf } from './builds/machines.js';
import type { SelectedBuild } from './builds/model.js';
import { platformStages, selectPlatforms, type StageTable } from './builds/platform-stages.js';
import { type BuildStates, incompleteBuilds, observeBuilds } from './builds/state.js';
import type { Config } from './config/model.js';
import { OperationError, type Location } from './errors.js';
import type { Gatekeeper, Subject } from './gates/gates.js';
import { formatReference, formatRepository, type Repository } from './oci/reference.js';
import type { SourceState, WantedTag } from './plan/model.js';
import { mapRepository, type RegistryMap } from './plan/overrides.js';
import {
  claimSequence,
  type ClaimTag,
  classify,
  type CompiledPolicy,
  type Decision,
  findBase,
  type Needs,
  needsOf,
  type RefFacts,
  requireDecision,
  type ResolvedDecision,
  resolveNames,
  type Seen,
  snapshots,
  takenFrom,
  whoHas,
} from './policy/policy.js';
import type { Log, Registry } from './ports.js';
import { pool } from './shared/concurrency.js';
import { type NameOwner, wantBuilds } from './want.js';

/** A run's ref with its names, and the tags that its repositories hold where those were needed. */
interface Names {
  readonly policy: CompiledPolicy;
  readonly decision: Decision;
  /** complete names; null when nothing is built or tagged for this ref, and when they cannot be known */
  readonly resolved: ResolvedDecision | null;
  /** why the names cannot be known in this run: a registry does not say which numbers are taken, a claim failed */
  readonly unknown: OperationError | null;
  /** `registry/repository` → its tags */
  readonly tagLists: ReadonlyMap<string, TagList>;
  /** the day of the run (YYYYMMDD), in the policy's time zone or in UTC, whichever is later */
  readonly today: string;
}

interface NamesParts {
  readonly registry: Registry;
  readonly concurrency: number;
  /** claims a number as a git tag; null in a plan, which only shows the number that is free now */
  readonly claim: ClaimTag | null;
  /** would a tag of these names be refused? Then nothing is claimed for them */
  readonly refused?: (names: ResolvedDecision) => boolean;
}

/**
 * Classifies the ref and completes its names.
 * @param repositories every repository that a build of this run is tagged in; none: the ref is classified only
 * @throws UserError when the ref cannot be used
 */
export async function namesOf(
  policy: CompiledPolicy,
  facts: RefFacts,
  repositories: readonly Repository[],
  parts: NamesParts,
): Promise<Names> {
  const decision = classify(policy, facts);
  const { date, timestamp } = policy.calendar(facts.time);
  const today = [date, timestamp.slice(0, 8)].sort()[1] ?? date;
  const unlisted = new Map<string, TagList>();
  const none = { policy, decision, resolved: null, unknown: null, tagLists: unlisted, today };
  if (repositories.length === 0) return none;
  requireDecision(policy, decision);
  if (decision.class === null || !decision.publish) return none;
  const needs = needsOf(decision);
  const base = needs.base ? await findBase(policy, facts) : null;
  const tagLists = needs.tagLists ? await listAll(repositories, parts) : none.tagLists;
  try {
    const seen = await look(policy, decision, facts, needs, { base, tagLists, repositories, parts });
    const resolved = resolveNames(policy, decision, facts, seen);
    if (needs.sequence && seen.reuse === undefined)
      await expectFree(resolved, tagLists, repositories, parts.registry);
    return { ...none, resolved, tagLists };
  } catch (error) {
    // Other tags of the run do not wait for this registry: a number that is not known refuses those that need it.
    if (error instanceof OperationError) return { ...none, unknown: error, tagLists };
    throw error;
  }
}

/** @throws OperationError when a number that was taken for free is not: the list that said so is not believed */
async function expectFree(
  { tags }: ResolvedDecision,
  tagLists: ReadonlyMap<string, TagList>,
  repositories: readonly Repository[],
  registry: Registry,
): Promise<void> {
  for (const repository of repositories) {
    const list = tagLists.get(formatRepository(repository)) ?? [];
    tagsOf(await believed(list, repository, tags, registry));
  }
}

async function listAll(
  repositories: readonly Repository[],
  { registry, concurrency }: NamesParts,
): Promise<Map<string, TagList>> {
  const lists = await pool(repositories, concurrency, (repository) => listTags(registry, repository));
  return new Map(repositories.map((repository, i) => [formatRepository(repository), lists[i] ?? []]));
}

/** More snapshots than this between two runs of one commit, and the second gets a number of its own. */
const PREVIOUS_RUNS = 10;
/** The same for a run that somebody starts again. */
const PREVIOUS_RUNS_OF_ATTEMPTS = 50;

interface Known {
  readonly base: string | null;
  readonly tagLists: ReadonlyMap<string, TagList>;
  readonly repositories: readonly Repository[];
  readonly parts: NamesParts;
}

async function look(
  policy: CompiledPolicy,
  decision: Decision,
  facts: RefFacts,
  needs: Needs,
  known: Known,
): Promise<Seen> {
  // Channels are compared one by one, with the list of their own repository.
  if (!needs.sequence) return { base: known.base };
  const registryTags = [...new Set([...known.tagLists.values()].flatMap(tagsOf))];
  const seen: Seen = { registryTags, base: known.base };
  const earlier = snapshots(policy, decision, facts, seen).slice(0, previousRuns(facts));
  for (const tag of earlier) {
    if (await isOfCommit(tag, facts.sha, known)) return { ...seen, reuse: tag };
  }
  const { claim, refused } = known.parts;
  if (needs.claim && claim !== null) {
    const port: ClaimTag = (name, sha, sequence) =>
      refused?.(resolveNames(policy, decision, facts, { ...seen, sequence })) === true
        ? Promise.resolve({ state: 'ours' })
        : claim(name, sha, sequence);
    const claimed = await claimSequence(policy, decision, facts, seen, port);
    return { ...seen, sequence: claimed.sequence };
  }
  return { ...seen, gitTags: await facts.gitTags() };
}

/** @throws OperationError for a list that is not known: a number would be a guess */
function tagsOf(list: TagList): readonly string[] {
  if (list instanceof OperationError) throw list;
  return list;
}

/**
 * How many snapshots may be of this commit. Others may have pushed since; few, as a rule, but for a run that somebody
 * starts again on another day. A look at each image is a pull on registries that count them.
 */
function previousRuns({ runAttempt }: RefFacts): number {
  return (runAttempt ?? 1) > 1 ? PREVIOUS_RUNS_OF_ATTEMPTS : PREVIOUS_RUNS;
}

/** Is this snapshot of any image of the group made from the commit? Then this run is a re-run. */
async function isOfCommit(tag: string, sha: string | null, known: Known): Promise<boolean> {
  if (sha === null) return false;
  const holders = known.repositories.filter((repository) =>
    tagsOf(known.tagLists.get(formatRepository(repository)) ?? []).includes(tag),
  );
  const { registry, concurrency } = known.parts;
  const revisions = await pool(holders, concurrency, (repository) => revisionOf(registry, repository, tag));
  return revisions.includes(sha);
}

/** Null also for a tag that is listed but not there: registries list one from the moment in which its first write begins. */
async function revisionOf(registry: Registry, repository: Repository, tag: string): Promise<string | null> {
  try {
    const manifest = await registry.manifest({ ...repository, tag });
    return (await registry.inspect(repository, manifest, { revision: 'first', platforms: false })).revision;
  } catch (error) {
    if (error instanceof OperationError && error.code === 'absent') return null;
    throw error;
  }
}

// What a run for a git ref wants: names, builds with their platforms, and the tags they get. Reads, never writes.

interface ReleaseRequest extends BuildOptions {
  readonly facts: RefFacts;
  /** are the builds of the tag file looked at in this run? */
  readonly withBuilds: boolean;
  readonly stable: boolean;
  readonly includeStages: ReadonlySet<string>;
  readonly concurrency: number;
}

interface ReleaseParts {
  readonly registry: Registry;
  readonly log: Log;
  readonly gatekeeper: Gatekeeper;
  /** what gates of builds are about */
  readonly subject: Subject;
  /** null in a plan */
  readonly claim: ClaimTag | null;
}

/** The stages of one build's platforms today. */
interface BuildStages {
  readonly image: string;
  readonly table: StageTable;
}

export interface Release {
  readonly names: Names;
  readonly wanted: readonly WantedTag[];
  readonly builds: readonly RunBuild[];
  /** by image; empty when nothing is built or tagged for this ref */
  readonly states: BuildStates;
  /** every build with the platforms of this run */
  readonly selected: readonly SelectedBuild[];
  readonly stages: readonly BuildStages[];
}

/**
 * Classifies the ref and says what it wants.
 * @throws UserError when the ref or the builds cannot be used
 */
export async function prepareRelease(
  policy: CompiledPolicy,
  config: Config,
  request: ReleaseRequest,
  parts: ReleaseParts,
): Promise<Release> {
  const builds = request.withBuilds ? buildsOfRun(config, request) : [];
  const repositories = builds.flatMap(({ names }) => names.map(({ repository }) => repository));
  const promoted = promotedTags(config, request.registryMap);
  const want = (names: ResolvedDecision, conditions?: Parameters<typeof wantBuilds>[4]) =>
    wantBuilds(builds, names, request.stable, ownerOf(policy, names, promoted), conditions);
  const names = await namesOf(policy, request.facts, repositories, {
    registry: parts.registry,
    concurrency: request.concurrency,
    claim: parts.claim,
    refused: (names) => want(names).some(({ taken }) => taken !== null),
  });
  const { resolved, unknown } = names;
  sayNames(names, parts.log);
  const nothing = { names, wanted: [], builds, states: new Map(), selected: [], stages: [] };
  // The tags stand in the plan by the rule's template, each refused; no gate is asked for them.
  if (unknown !== null) return { ...nothing, wanted: wantBuilds(builds, names.decision, request.stable) };
  if (resolved === null) return nothing;
  const stages = await stagesOf(builds, config, parts);
  const selected = builds.map(({ config: build }, i) =>
    select(build, stages[i], resolved, request.includeStages),
  );
  // A stable tag is for the commit that its git tag is at; other rules may promote what another commit made.
  const revision = resolved.class === 'stable' ? request.facts.sha : null;
  const platforms = (build: RunBuild) =>
    selected.find(({ config }) => config === build.config)?.choice.push ?? [];
  const wanted = want(resolved, (build) => ({ platforms: platforms(build), revision })).map((tag) =>
    withPlatforms(tag, selected),
  );
  const states = await statesOf(builds, wanted, resolved, stages, request, parts);
  for (const warning of await incompleteBuilds(selected, states, parts.registry)) parts.log.warning(warning);
  return { names, wanted, builds, states, selected, stages };
}

/** Promotions of the tag file: `registry/repository:tag` → where the entry stands. */
function promotedTags({ images }: Config, map: RegistryMap): Map<string, Location> {
  return new Map(
    images.flatMap(({ names, tags, origin }) =>
      names.flatMap(({ repository }) =>
        tags.map((tag): [string, Location] => [
          formatReference({ ...mapRepository(repository, map), tag }),
          origin.at(),
        ]),
      ),
    ),
  );
}

/** A name belongs to one rule, or to the entries that promote to it, and is either fixed or a channel. */
function ownerOf(
  policy: CompiledPolicy,
  { matched }: ResolvedDecision,
  promoted: ReadonlyMap<string, Location>,
): NameOwner {
  return (kind, destination) => {
    const claim = matched === null ? null : takenFrom(policy, matched, kind, destination.tag);
    if (claim !== null) return whoHas(claim);
    const entry = kind === 'channel' ? promoted.get(formatReference(destination)) : undefined;
    return entry === undefined ? null : `the entry at ${entry.file}:${entry.line} promotes an image to it`;
  };
}

function sayNames({ decision, resolved }: Names, log: Log): void {
  const { tags, stableTags, channels } = resolved ?? decision;
  const names = [...tags, ...stableTags, ...channels].join(', ');
  log.line(
    `${decision.ref}: ${decision.class ?? 'no class'}${names === '' ? '' : ` → ${names}`}. ${decision.why}`,
  );
  for (const { rule, why } of decision.not) log.debug(`not ${rule}: ${why}`);
}

/** What follows a primary tag is for everybody: it goes to no image that lacks a platform of the release. */
function withPlatforms(tag: WantedTag, selected: readonly SelectedBuild[]): WantedTag {
  const { source, follows } = tag;
  if (follows === null || source.from !== 'build') return tag;
  const build = selected.find(({ config }) => imageOf(config) === source.build);
  return { ...tag, platforms: build?.choice.push ?? [] };
}

function stagesOf(builds: readonly RunBuild[], config: Config, parts: ReleaseParts): Promise<BuildStages[]> {
  return Promise.all(
    builds.map(async ({ config: build }) => {
      const table = await platformStages(build, config.stagePolicy, parts.gatekeeper, parts.subject);
      for (const warning of table.warnings) parts.log.warning(`${imageOf(build)}: ${warning}`);
      return { image: imageOf(build), table };
    }),
  );
}

function select(
  config: RunBuild['config'],
  stages: BuildStages | undefined,
  decision: ResolvedDecision,
  included: ReadonlySet<string>,
): SelectedBuild {
  const rows = stages?.table.rows ?? [];
  return { config, choice: selectPlatforms({ rows }, decision.class ?? 'snapshot', included) };
}

async function statesOf(
  builds: readonly RunBuild[],
  wanted: readonly WantedTag[],
  resolved: ResolvedDecision,
  stages: readonly BuildStages[],
  request: ReleaseRequest,
  { registry }: ReleaseParts,
): Promise<BuildStates> {
  const { facts, concurrency } = request;
  if (!wanted.some(({ source }) => source.from === 'build')) return new Map();
  const observed = await observeBuilds(builds, wanted, facts.sha, resolved.from, { registry, concurrency });
  const states = new Map<string, SourceState>(observed);
  for (const { image, table } of stages) {
    const [bad] = table.refused;
    if (bad === undefined || states.get(image)?.state !== 'to-build') continue;
    const text = `${bad.row.platform} is not ready: ${bad.row.why}`;
    states.set(image, { state: 'refused', code: bad.code, text });
  }
  return states;
}

// The list of a repository's tags, and whether it can be true.

/** The tags of a repository, or why nobody can tell them. */
type TagList = readonly string[] | OperationError;

/** Never throws for what a registry answers. */
async function listTags(registry: Registry, repository: Repository): Promise<TagList> {
  try {
    return await registry.tags(repository);
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
}

/**
 * The list, or why it is not believed: a list without a tag that exists is cut short or stale, and what else it lacks nobody
 * knows. An empty list, and that of a repository that the registry does not know, are believed on the same terms.
 * @param tags what this run wants to write there: their looks are needed anyway
 */
export async function believed(
  list: TagList,
  repository: Repository,
  tags: readonly string[],
  registry: Pick<Registry, 'head'>,
): Promise<TagList> {
  if (list instanceof OperationError) return list;
  const listed = new Set(list);
  const unlisted = tags.filter((tag) => !listed.has(tag));
  const looks = await Promise.all(unlisted.map((tag) => registry.head({ ...repository, tag })));
  const missing = unlisted.find((_tag, at) => looks[at]?.state === 'present');
  if (missing === undefined) return list;
  return new OperationError(
    'protocol',
    `${formatRepository(repository)}: cannot list the tags: ${repository.registry} gives a list of ${list.length} without ` +
      `"${missing}", which exists, so the list is not complete; run again in a moment, and if it stays, check that no cache or ` +
      'proxy answers in place of the registry',
  );
}
