/** The builds of a run: shown in the plan, made by apply. */
import { bakeDefinition, type DefinitionInput } from '../builds/definition.js';
import { builtElsewhere } from '../builds/digests.js';
import type { BakeDefinition, BuiltTarget, SelectedBuild } from '../builds/model.js';
import { imageOf } from '../builds/names.js';
import { unsplit } from '../builds/select.js';
import { formatProblem, OperationError, UserError } from '../errors.js';
import { asError, type BuildResult, type Outcome } from '../execute.js';
import type { Plan, PlannedAction, WantedTag } from '../plan/model.js';
import type { ResolvedDecision } from '../policy/policy.js';
import type { RunParts, RunRequest } from '../request.js';
import { buildsToMake, definitionInput } from './definition.js';
import { dirtyCheckout, mayBeDirty, sourcesOf, untrackedWarning, wrongCheckout } from './checkout.js';
import { allFailed, bakeAll, verifyBuilt } from './make.js';
import type { Release } from './release.js';

/** What has to be built, and its lines of the plan. */
export interface Building {
  readonly release: Release;
  readonly builds: readonly SelectedBuild[];
  /** null in a plan for a commit that is not known, whose labels are not known either */
  readonly recipe: Recipe | null;
  /** why apply would not build what is checked out; null: it would */
  readonly stop: OperationError | null;
  readonly planned: readonly Outcome[];
}

/** The definitions of a build. */
interface Recipe {
  /** of all images, wherever they are built */
  readonly definition: BakeDefinition;
  /** what is built on this machine: all, or with the input `digests` what other machines could not; null: nothing */
  readonly here: { readonly input: DefinitionInput; readonly definition: BakeDefinition } | null;
}

/** What was built. */
export interface Made {
  readonly outcomes: readonly Outcome[];
  /** by image, for the tags */
  readonly results: ReadonlyMap<string, BuildResult>;
  /** as the builder gave them, for a later job */
  readonly targets: readonly BuiltTarget[];
}

/**
 * Prints the definition of what a plan has to build. Null when there is nothing to build.
 * @throws UserError with every value of the builds that cannot be used, and for apply when the commit is not known
 */
export async function showDefinition(
  release: Release,
  plan: Plan,
  request: RunRequest,
  parts: RunParts,
): Promise<Building | null> {
  const { log } = parts;
  const builds = buildsToMake(release, plan, request.build.platform);
  if (release.naming.resolved === null || builds.length === 0) return null;
  const { recipe, stop } = await committed(builds, release.naming.resolved, request, parts);
  if (recipe === null)
    log.warning(`${UNKNOWN_COMMIT}, so the bake definition is not shown; give it with --sha`);
  if (recipe !== null && recipe.here !== null) {
    log.line('The bake definition:');
    for (const line of recipe.here.definition.text.trimEnd().split('\n')) log.line(line);
  }
  const planned = builds.map((build): Outcome => ({
    ...outcomeOf(buildAction(build, plan)),
    outcome: 'planned',
  }));
  return { release, builds, recipe, stop, planned };
}

/** The definitions, held to the commit that the work tree is at: only what is committed is published under its name. */
async function committed(
  builds: readonly SelectedBuild[],
  decision: ResolvedDecision,
  request: RunRequest,
  parts: RunParts,
): Promise<Pick<Building, 'recipe' | 'stop'>> {
  const recipe = recipeOf(builds, decision, request);
  const here = recipe?.here ?? null;
  // Where nothing may be written git is not asked: to compare, it runs filters that the work tree's configuration names.
  if (here === null || request.facts?.may.write === false) return { recipe, stop: null };
  const wrong = wrongCheckout(await parts.checkedOut(), here.input.facts.revision);
  if (wrong !== null) return { recipe, stop: wrong };
  const stop = await changesIn(sourcesOf(here.definition), decision, parts);
  if (stop === null || !mayBeDirty(request.build.allowDirty, decision.class)) return { recipe, stop };
  const source = { ...here.input.facts, revision: `${here.input.facts.revision}-dirty` };
  const dirty = { ...request, build: { ...request.build, source } };
  return { recipe: recipeOf(builds, decision, dirty), stop: null };
}

/** Why the sources are not what is committed, or cannot be compared with it; null when they are. */
async function changesIn(
  sources: readonly string[],
  decision: ResolvedDecision,
  parts: RunParts,
): Promise<OperationError | null> {
  try {
    const changes = await parts.uncommitted(sources);
    const untracked = untrackedWarning(changes);
    if (untracked !== null) parts.log.warning(untracked);
    return dirtyCheckout(changes, decision.class);
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
}

const UNKNOWN_COMMIT = 'the commit of this run is not known';

function recipeOf(
  builds: readonly SelectedBuild[],
  decision: ResolvedDecision,
  { command, facts, build: settings }: RunRequest,
): Recipe | null {
  const { source } = settings;
  if (source === null) {
    if (command === 'plan') return null;
    throw new UserError({ what: UNKNOWN_COMMIT, mend: 'give it with --sha (input sha)' });
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
export async function checkSources(
  building: Building,
  request: RunRequest,
  parts: RunParts,
): Promise<Building> {
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
export async function buildRelease(building: Building, request: RunRequest, parts: RunParts): Promise<Made> {
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

async function targetsOf(
  { builds, release, stop }: Building,
  here: DefinitionInput | null,
  { build: settings }: RunRequest,
  parts: RunParts,
): Promise<readonly BuiltTarget[] | OperationError> {
  const all = release.builds.map(({ config }) => imageOf(config));
  // Digests first: a job that failed is said before anything is built for nothing.
  const elsewhere = settings.digests === null ? [] : builtElsewhere(builds, all, settings.digests);
  if (here === null) return elsewhere;
  if (stop !== null) return stop;
  const built = await bakeAll(here, { builder: parts.builder(), registry: parts.registry, log: parts.log });
  return built instanceof OperationError ? built : [...elsewhere, ...built];
}

function buildAction({ config, choice }: SelectedBuild, plan: Plan): PlannedAction {
  const image = imageOf(config);
  const first = plan.actions.find(
    ({ wanted }) =>
      wanted.source.from === 'build' && wanted.source.build === image && wanted.follows === null,
  );
  if (first === undefined) throw new Error(`the build ${image} has no tag`);
  const wanted: WantedTag = { ...first.wanted, image };
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
