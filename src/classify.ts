/** The names of a run: what its ref is called, once registry and git have been asked what the policy needs to know. */
import { buildsOfRun, type RunBuild } from './builds/inputs.js';
import { imageOf } from './builds/machines.js';
import type { SelectedBuild } from './builds/model.js';
import { platformStages, selectPlatforms } from './builds/platform-stages.js';
import { believed, type BuildStages, type Names, type Release, type TagList } from './builds/release.js';
import { type BuildStates, incompleteBuilds, observeBuilds } from './builds/state.js';
import type { Config } from './config/model.js';
import { OperationError, type Location } from './errors.js';
import { formatReference, formatRepository, type Repository, tagOrDigest } from './oci/reference.js';
import type { SourceState, WantedTag } from './plan/model.js';
import { mapRepository, type RegistryMap } from './plan/overrides.js';
import {
  claimSequence,
  type ClaimTag,
  classify as classifyRef,
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
import type { Input, Ports } from './request.js';
import { pool } from './shared/concurrency.js';
import { wrap } from './shared/text.js';
import { type NameOwner, wantBuilds } from './want.js';

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
  const decision = classifyRef(policy, facts);
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

/** Never throws for what a registry answers. */
async function listTags(registry: Registry, repository: Repository): Promise<TagList> {
  try {
    return await registry.tags(repository);
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
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

/**
 * Classifies the ref of a run and says what it wants; null without a ref or a policy, and when nothing is planned.
 * @throws UserError when the ref or the builds cannot be used
 */
export async function classify(input: Input, ports: Ports): Promise<Release | null> {
  const { policy, request } = input;
  const { facts, command } = request;
  if (policy === null || facts === null || command === 'validate') return null;
  return ports.log.group('Classify', () => releaseOf(policy, facts, input, ports));
}

async function releaseOf(
  policy: CompiledPolicy,
  facts: RefFacts,
  { config, request, scope, options }: Input,
  ports: Ports,
): Promise<Release> {
  const { command, build, images, stable, concurrency } = request;
  const builds = scope.builds ? buildsOfRun(config, { images, defaults: build.defaults, ...options }) : [];
  const repositories = builds.flatMap(({ names }) => names.map(({ repository }) => repository));
  const promoted = promotedTags(config, options.registryMap);
  const want = (names: ResolvedDecision, conditions?: Parameters<typeof wantBuilds>[4]) =>
    wantBuilds(builds, names, stable, ownerOf(policy, names, promoted), conditions);
  const names = await namesOf(policy, facts, repositories, {
    registry: ports.registry,
    concurrency,
    // A job that builds one platform of several writes no tag, so it needs no number of its own.
    claim: command === 'apply' && build.platform === '' ? ports.claim : null,
    refused: (names) => want(names).some(({ taken }) => taken !== null),
  });
  const { resolved, unknown } = names;
  sayNames(names, ports.log);
  const nothing = { names, wanted: [], builds, states: new Map(), selected: [], stages: [] };
  // The tags stand in the plan by the rule's template, each refused; no gate is asked for them.
  if (unknown !== null) return { ...nothing, wanted: wantBuilds(builds, names.decision, stable) };
  if (resolved === null) return nothing;
  const stages = await stagesOf(builds, config, ports);
  const selected = builds.map(({ config: build }, i) =>
    select(build, stages[i], resolved, request.includeStages),
  );
  // A stable tag is for the commit that its git tag is at; other rules may promote what another commit made.
  const revision = resolved.class === 'stable' ? facts.sha : null;
  const platforms = (build: RunBuild) =>
    selected.find(({ config }) => config === build.config)?.choice.push ?? [];
  const wanted = want(resolved, (build) => ({ platforms: platforms(build), revision })).map((tag) =>
    withPlatforms(tag, selected),
  );
  const { registry } = ports;
  const seen = wanted.some(({ source }) => source.from === 'build')
    ? await observeBuilds(builds, wanted, facts.sha, resolved.from, { registry, concurrency })
    : new Map<string, SourceState>();
  const states = withStages(seen, stages);
  for (const warning of await incompleteBuilds(selected, states, registry)) ports.log.warning(warning);
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
    const claim = matched === null ? null : takenFrom(policy, matched, kind, tagOrDigest(destination));
    if (claim !== null) return whoHas(claim);
    const entry = kind === 'channel' ? promoted.get(formatReference(destination)) : undefined;
    return entry === undefined ? null : `the entry at ${entry.file}:${entry.line} promotes an image to it`;
  };
}

function sayNames({ decision }: Names, log: Log): void {
  const { ref, class: name, rule, why } = decision;
  const head = name === null ? `${ref} has no class: ${why}` : `${ref} is a ${name} (${rule ?? ''})`;
  for (const text of wrap('', head, log.layout.width, 2)) log.line(text);
  log.debug(why);
  for (const { rule, why } of decision.not) log.debug(`not ${rule}: ${why}`);
}

/** What follows a primary tag is for everybody: it goes to no image that lacks a platform of the release. */
function withPlatforms(tag: WantedTag, selected: readonly SelectedBuild[]): WantedTag {
  const { source, follows } = tag;
  if (follows === null || source.from !== 'build') return tag;
  const build = selected.find(({ config }) => imageOf(config) === source.build);
  return { ...tag, platforms: build?.choice.push ?? [] };
}

function stagesOf(builds: readonly RunBuild[], config: Config, ports: Ports): Promise<BuildStages[]> {
  const subject = ports.subject(null, null);
  return Promise.all(
    builds.map(async ({ config: build }) => {
      const table = await platformStages(build, config.stagePolicy, ports.gatekeeper, subject);
      for (const warning of table.warnings) ports.log.warning(`${imageOf(build)}: ${warning}`);
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

/** A platform that is not ready keeps its image from being built. */
function withStages(observed: BuildStates, stages: readonly BuildStages[]): BuildStates {
  const states = new Map<string, SourceState>(observed);
  for (const { image, table } of stages) {
    const [bad] = table.refused;
    if (bad === undefined || states.get(image)?.state !== 'to-build') continue;
    const text = `${bad.row.platform} is not ready: ${bad.row.why}`;
    states.set(image, { state: 'refused', code: bad.code, text });
  }
  return states;
}
