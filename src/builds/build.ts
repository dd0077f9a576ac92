/** The builds of a run: shown in the plan, made by apply. */
import { formatProblem, OperationError, UserError } from '../errors.js';
import { formatReference } from '../oci/reference.js';
import {
  asError,
  type BuildResult,
  type Outcome,
  type Plan,
  type PlannedAction,
  type WantedTag,
  writes,
} from '../plan/model.js';
import type { RefFacts, ResolvedDecision } from '../policy/policy.js';
import type { Log, Registry } from '../ports.js';
import { cacheProblems } from './cache.js';
import { dirtyCheckout, mayBeDirty, sourcesOf, untrackedWarning, wrongCheckout } from './checkout.js';
import { bakeDefinition, definitionInput, type DefinitionInput } from './definition.js';
import { builtElsewhere, imageOf, onlyPlatform, unsplit } from './machines.js';
import type {
  BakeDefinition,
  Builder,
  BuildPorts,
  BuildSettings,
  BuiltTarget,
  SelectedBuild,
} from './model.js';
import type { Release } from './release.js';
import { checkBuilt, type Expected } from './verify.js';

/** What has to be built, and its lines of the plan. */
export interface BuildActions {
  readonly release: Release;
  readonly builds: readonly SelectedBuild[];
  /** null in a plan for a commit that is not known, whose labels are not known either */
  readonly recipe: Definitions | null;
  /** why apply would not build what is checked out; null: it would */
  readonly stop: OperationError | null;
  readonly planned: readonly Outcome[];
}

/** The definitions of a build. */
interface Definitions {
  /** of all images, wherever they are built */
  readonly definition: BakeDefinition;
  /** what is built on this machine: all, or with the input `digests` what other machines could not; null: nothing */
  readonly here: { readonly input: DefinitionInput; readonly definition: BakeDefinition } | null;
}

/** What was built. */
export interface BuiltImages {
  readonly outcomes: readonly Outcome[];
  /** by image, for the tags */
  readonly results: ReadonlyMap<string, BuildResult>;
  /** as the builder gave them, for a later job */
  readonly targets: readonly BuiltTarget[];
}

/** What of a run's request says how to build. */
interface BuildRequest {
  readonly command: 'plan' | 'apply' | 'validate';
  readonly facts: Pick<RefFacts, 'may'> | null;
  readonly build: BuildSettings;
}

/**
 * What a plan has to build; its definition is printed. Null when there is nothing to build.
 * @throws UserError with every value of the builds that cannot be used, and for apply when the commit is not known
 */
export async function planBuilds(
  release: Release | null,
  plan: Plan,
  request: BuildRequest,
  parts: BuildPorts,
): Promise<BuildActions | null> {
  if (release === null) return null;
  const builds = buildsToMake(release, plan, request.build.platform);
  if (release.names.resolved === null || builds.length === 0) return null;
  const tags = new Set(plan.actions.map(({ wanted }) => formatReference(wanted.destination)));
  const overwriting = cacheProblems(
    builds.map(({ config }) => config),
    (ref) => (tags.has(formatReference(ref)) ? 'it is a tag of this run' : null),
  );
  if (overwriting.length > 0) throw new UserError(overwriting);
  const { recipe, stop } = await committed(builds, release.names.resolved, request, parts);
  if (recipe === null)
    parts.log.warning(`${UNKNOWN_COMMIT}, so the bake definition is not shown; give it with --sha`);
  if (recipe !== null && recipe.here !== null && parts.log.layout.all) {
    parts.log.line('The bake definition:');
    for (const line of recipe.here.definition.text.trimEnd().split('\n')) parts.log.line(line);
  }
  const planned = builds.map((build): Outcome => ({
    ...outcomeOf(buildAction(build, plan)),
    outcome: 'planned',
  }));
  return checkSources({ release, builds, recipe, stop, planned }, request, parts);
}

/** The definitions, held to the commit that the work tree is at: only what is committed is published under its name. */
async function committed(
  builds: readonly SelectedBuild[],
  decision: ResolvedDecision,
  request: BuildRequest,
  parts: BuildPorts,
): Promise<Pick<BuildActions, 'recipe' | 'stop'>> {
  const recipe = definitionsOf(builds, decision, request);
  const here = recipe?.here ?? null;
  // Where nothing may be written git is not asked: to compare, it runs filters that the work tree's configuration names.
  if (here === null || request.facts?.may.write === false) return { recipe, stop: null };
  const { revision } = here.input.facts;
  const wrong = await stopOf(async () => wrongCheckout(await parts.checkedOut(), revision));
  if (wrong !== null) return { recipe, stop: wrong };
  const stop = await stopOf(async () => {
    const changes = await parts.uncommitted(sourcesOf(here.definition), revision);
    const untracked = untrackedWarning(changes);
    if (untracked !== null) parts.log.warning(untracked);
    return dirtyCheckout(changes, decision.class);
  });
  if (stop === null || !mayBeDirty(request.build.allowDirty, decision.class)) return { recipe, stop };
  const source = { ...here.input.facts, revision: `${revision}-dirty` };
  const dirty = { ...request, build: { ...request.build, source } };
  return { recipe: definitionsOf(builds, decision, dirty), stop: null };
}

/** What stops a build: the answer, or that there is none. */
async function stopOf(ask: () => Promise<OperationError | null>): Promise<OperationError | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
}

const UNKNOWN_COMMIT = 'the commit of this run is not known';

function definitionsOf(
  builds: readonly SelectedBuild[],
  decision: ResolvedDecision,
  { command, facts, build: settings }: BuildRequest,
): Definitions | null {
  const { source } = settings;
  if (source === null) {
    if (command === 'plan') return null;
    throw new UserError({ what: UNKNOWN_COMMIT, hint: 'give it with --sha (input sha)' });
  }
  const from = { ...settings, source, trusted: facts?.may.write ?? true };
  const defined = (some: readonly SelectedBuild[]) => {
    const input = definitionInput(some, decision, from);
    return { input, definition: bakeDefinition(input) };
  };
  const all = defined(builds);
  if (settings.digests === null) return { definition: all.definition, here: all };
  const left = unsplit(builds);
  return { definition: all.definition, here: left.length === 0 ? null : defined(left) };
}

/**
 * What a plan says of the sources: the lines with a warning for each context and Dockerfile that apply would miss, and a word
 * when another commit is checked out. No more than that: a plan may be made without the sources, and the job that applies
 * may check out or make more.
 */
async function checkSources(
  building: BuildActions,
  request: BuildRequest,
  parts: BuildPorts,
): Promise<BuildActions> {
  const here = building.recipe?.here ?? null;
  if (request.command !== 'plan' || here === null) return building;
  const { definition } = here;
  // The job that applies may check out something else, so the plan goes on.
  if (building.stop !== null) parts.log.warning(`apply would stop here: ${building.stop.message}`);
  const planned = building.planned.map(async (outcome): Promise<Outcome> => {
    const { image } = outcome.planned.wanted;
    const targets = definition.targets.filter((target) => target.image === image);
    if (targets.length === 0) return outcome;
    const problems = await parts.sources({ ...definition, targets });
    const warnings = problems.map((problem) => `apply would stop here: ${formatProblem(problem)}`);
    return { ...outcome, planned: { ...outcome.planned, warnings } };
  });
  return { ...building, planned: await Promise.all(planned) };
}

/** Builds, or takes what other machines built, and checks it in the registry. */
export async function buildRelease(
  building: BuildActions,
  request: BuildRequest,
  parts: BuildPorts,
): Promise<BuiltImages> {
  const { builds, planned, recipe } = building;
  if (recipe === null) throw new Error('a build without its definition');
  const targets = await targetsOf(building, recipe.here?.input ?? null, request, parts);
  const images = builds.map(({ config }) => imageOf(config));
  const { source } = request.build;
  const elsewhere = request.build.digests !== null && source !== null;
  const results =
    targets instanceof OperationError
      ? allFailed(images, targets)
      : await verifyBuilt(targets, parts.registry, {
          annotations: recipe.definition.indexAnnotations,
          // What other machines built may be of another run; what this one built has the label that it was given.
          revision: elsewhere ? source.revision : null,
          partial: request.build.platform !== '',
        });
  const outcomes = planned.map((outcome) => settled(outcome, results));
  return { outcomes, results, targets: targets instanceof OperationError ? [] : targets };
}

/** Builds what a pull request would change, and pushes nothing: the planned builds, failed where they do not build. */
export async function tryBuilds(
  building: BuildActions,
  request: BuildRequest,
  parts: BuildPorts,
): Promise<readonly Outcome[]> {
  const targets = await targetsOf(building, building.recipe?.here?.input ?? null, request, parts);
  if (!(targets instanceof OperationError)) return building.planned;
  const error = asError(targets.within('', { origin: targets.origin ?? 'build' }));
  return building.planned.map((outcome) => ({ ...outcome, outcome: 'failed', error }));
}

async function targetsOf(
  { builds, release, stop }: BuildActions,
  here: DefinitionInput | null,
  { build: settings }: BuildRequest,
  parts: BuildPorts,
): Promise<readonly BuiltTarget[] | OperationError> {
  const all = release.builds.map(({ config }) => imageOf(config));
  // Digests first: a job that failed is reported before anything is built for nothing.
  const elsewhere = settings.digests === null ? [] : builtElsewhere(builds, all, settings.digests);
  if (here === null) return elsewhere;
  if (stop !== null) return stop;
  const built = await bakeAll(here, parts.builder(), parts.log);
  return built instanceof OperationError ? built : [...elsewhere, ...built];
}

function buildAction({ config, choice }: SelectedBuild, plan: Plan): PlannedAction {
  const image = imageOf(config);
  const first = plan.actions.find(
    ({ wanted }) =>
      wanted.source.from === 'build' && wanted.source.build === image && wanted.follows === null,
  );
  if (first === undefined) throw new Error(`the build ${image} has no tag`);
  const wanted: WantedTag = { ...first.wanted, image, platforms: choice.build };
  const platforms = choice.build.join(', ');
  const text = `no image of this commit is there yet${platforms === '' ? '' : ` (${platforms})`}`;
  const reason = { code: 'absent' as const, text };
  const nothing = { digest: null, previous: null, source: null, manifest: null, warnings: [] };
  return { action: 'build', reason, wanted, ...nothing };
}

function outcomeOf(planned: PlannedAction): Omit<Outcome, 'outcome'> {
  return { planned, digest: null, error: null, attachments: null };
}

function settled(outcome: Outcome, results: ReadonlyMap<string, BuildResult>): Outcome {
  const result = results.get(outcome.planned.wanted.image);
  if (result === undefined) return { ...outcome, outcome: 'skipped' };
  if (result.ok) return { ...outcome, outcome: 'done', digest: result.source.digest };
  return { ...outcome, outcome: 'failed', error: asError(result.error) };
}

// Building: definition → builder → digests that were checked in the registry. Writes no tag.

/**
 * Builds everything in one `docker buildx bake` and pushes by digest.
 * @returns the digest of each target; on failure the same error for every image of the definition
 * @throws UserError for Dockerfiles, contexts and secrets that are not there
 */
async function bakeAll(
  input: DefinitionInput,
  builder: Builder,
  log: Pick<Log, 'line'>,
): Promise<readonly BuiltTarget[] | OperationError> {
  try {
    let definition = bakeDefinition(input);
    const state = await builder.prepare(definition);
    // A builder of several nodes would push the joined index under a name of its own; Retag joins it instead.
    if (state.nodes > 1 && !input.split) {
      definition = bakeDefinition({ ...input, split: true });
      await builder.prepare(definition);
    }
    log.line(`Builder ${state.name} (${state.driver}${state.temporary ? ', made for this run' : ''}).`);
    return await builder.bake(definition);
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  } finally {
    await builder.close();
  }
}

/** Looks every image up in its registry, joins what was built one platform at a time, and checks the platforms. */
async function verifyBuilt(
  built: readonly BuiltTarget[],
  registry: Registry,
  expected: Expected,
): Promise<Map<string, BuildResult>> {
  const pushed = built.filter(({ target }) => target.pushed);
  const checked = await checkBuilt(pushed, registry, expected);
  return new Map(
    checked.map(({ image, result }): [string, BuildResult] => {
      if (!result.ok) return [image, { ok: false, error: ofBuild(result.error) }];
      const { repository, digest, manifest } = result.value;
      return [image, { ok: true, source: { ...repository, digest }, manifest }];
    }),
  );
}

/** Every image of a build that failed, with why. */
function allFailed(images: readonly string[], error: OperationError): Map<string, BuildResult> {
  return new Map(images.map((image) => [image, { ok: false, error: wrapped(error) }]));
}

function ofBuild(error: OperationError): OperationError {
  return error.within('', { origin: 'build' });
}

function wrapped(error: OperationError): OperationError {
  return error.within('no tag is written: ', { origin: error.origin ?? 'build' });
}

/**
 * The builds that a plan needs: to be built, and with a tag that will be written. With the input `platform`, tags are for a
 * later job, so every build that is not finished counts.
 */
function buildsToMake(release: Release, plan: Plan, platform: string): SelectedBuild[] {
  const wanted = new Set(
    plan.actions
      .filter(writes)
      .flatMap(({ wanted: { source } }) => (source.from === 'build' ? [source.build] : [])),
  );
  const isDue = ({ config }: SelectedBuild): boolean => {
    const image = imageOf(config);
    return release.states.get(image)?.state === 'to-build' && wanted.has(image);
  };
  // A job of the matrix that is started again may find its release finished: its platform is no mistake then.
  return platform === '' ? release.selected.filter(isDue) : onlyPlatform(release.selected, platform, isDue);
}
