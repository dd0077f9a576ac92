/** What a run for a git ref wants: names, builds with their platforms, and the tags they get. Reads, never writes. */
import { imageOf } from '../builds/machines.js';
import type { SelectedBuild } from '../builds/model.js';
import type { Config } from '../config/model.js';
import type { Gatekeeper, Subject } from '../gates/gates.js';
import type { SourceState, WantedTag } from '../plan/model.js';
import type { Place } from '../errors.js';
import { mapRepository, type RegistryMap } from '../plan/overrides.js';
import {
  takenFrom,
  whoHas,
  type ClaimTag,
  type CompiledPolicy,
  type RefFacts,
  type ResolvedDecision,
} from '../policy/policy.js';
import { formatReference } from '../oci/reference.js';
import { platformStages, selectPlatforms, type StageTable } from '../builds/platform-stages.js';
import type { Log, Registry } from '../ports.js';
import { buildsOfRun, type BuildOptions, type RunBuild } from '../builds/inputs.js';
import { type BuildStates, incompleteBuilds, observeBuilds } from '../builds/state.js';
import { nameRun, type Naming } from './naming.js';
import { wantBuilds, type NameOwner } from './want.js';

export interface ReleaseRequest extends BuildOptions {
  readonly facts: RefFacts;
  /** are the builds of the tag file looked at in this run? */
  readonly withBuilds: boolean;
  readonly stable: boolean;
  readonly includeStages: ReadonlySet<string>;
  readonly concurrency: number;
}

export interface ReleaseParts {
  readonly registry: Registry;
  readonly log: Log;
  readonly gatekeeper: Gatekeeper;
  /** what gates of builds are about */
  readonly subject: Subject;
  /** null in a plan */
  readonly claim: ClaimTag | null;
}

/** The stages of one build's platforms today. */
export interface BuildStages {
  readonly image: string;
  readonly table: StageTable;
}

export interface Release {
  readonly naming: Naming;
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
  const want = (names: ResolvedDecision) =>
    wantBuilds(builds, names, request.stable, ownerOf(policy, names, promoted));
  const naming = await nameRun(policy, request.facts, repositories, {
    registry: parts.registry,
    concurrency: request.concurrency,
    claim: parts.claim,
    refused: (names) => want(names).some(({ taken }) => taken !== null),
  });
  const { resolved, unknown } = naming;
  sayNames(naming, parts.log);
  const nothing = { naming, wanted: [], builds, states: new Map(), selected: [], stages: [] };
  // The tags stand in the plan by the rule's template, each refused; no gate is asked for them.
  if (unknown !== null) return { ...nothing, wanted: wantBuilds(builds, naming.decision, request.stable) };
  if (resolved === null) return nothing;
  const wanted = want(resolved);
  const stages = await stagesOf(builds, config, parts);
  const selected = builds.map(({ config: build }, i) =>
    select(build, stages[i], resolved, request.includeStages),
  );
  const states = await statesOf(builds, wanted, resolved, stages, request, parts);
  for (const warning of await incompleteBuilds(selected, states, parts.registry)) parts.log.warning(warning);
  return { naming, wanted, builds, states, selected, stages };
}

/** Promotions of the tag file: `registry/repository:tag` → where the entry stands. */
function promotedTags({ images }: Config, map: RegistryMap): Map<string, Place> {
  return new Map(
    images.flatMap(({ names, tags, origin }) =>
      names.flatMap(({ repository }) =>
        tags.map((tag): [string, Place] => [
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
  promoted: ReadonlyMap<string, Place>,
): NameOwner {
  return (kind, destination) => {
    const claim = matched === null ? null : takenFrom(policy, matched, kind, destination.tag);
    if (claim !== null) return whoHas(claim);
    const entry = kind === 'channel' ? promoted.get(formatReference(destination)) : undefined;
    return entry === undefined ? null : `the entry at ${entry.file}:${entry.line} promotes an image to it`;
  };
}

function sayNames({ decision, resolved }: Naming, log: Log): void {
  const { tags, stableTags, channels } = resolved ?? decision;
  const names = [...tags, ...stableTags, ...channels].join(', ');
  log.line(
    `${decision.ref}: ${decision.class ?? 'no class'}${names === '' ? '' : ` → ${names}`}. ${decision.why}`,
  );
  for (const { rule, why } of decision.not) log.debug(`not ${rule}: ${why}`);
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
