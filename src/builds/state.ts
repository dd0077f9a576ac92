/**
 * What a run need not build, and what it must not build over: decided from what the registries say of the
 * primary tags, before the builder is started. Pure.
 */
import { OperationError } from '../errors.js';
import { platformsMissing } from '../oci/platform.js';
import { type DigestRef, type Repository, tagOrDigest } from '../oci/reference.js';
import type { SourceState, WantedTag } from '../plan/model.js';
import type { InspectedImage, Registry } from '../ports.js';
import { pool } from '../shared/concurrency.js';
import type { RunBuild } from './inputs.js';
import { imageOf } from './machines.js';
import type { SelectedBuild } from './model.js';

/** What is known of one primary tag of a build in one of its repositories. */
interface PrimaryObservation {
  readonly image: string;
  readonly repository: Repository;
  readonly tag: string;
  /** `force` names it: another revision may be built over */
  readonly forced: boolean;
  /** the stable tags that follow it: they are moved with it only when `force` names them too */
  readonly stable: readonly string[];
  readonly found:
    | { readonly state: 'absent' }
    | { readonly state: 'present'; readonly digest: string; readonly revision: string | null }
    | { readonly state: 'unknown'; readonly error: OperationError };
}

type Refused = Extract<SourceState, { state: 'refused' }>;

/**
 * What one build comes to: finished by an earlier run, to be built, or refused.
 * @param seen its primary tag in every one of its repositories
 * @param revision the commit in hand; null when it is not known: then nothing that is there can be told to be of it
 */
function judge(seen: readonly PrimaryObservation[], revision: string | null): SourceState {
  for (const observation of seen) {
    const refused = refusal(observation, seen, revision);
    if (refused !== null) return refused;
  }
  const finished = seen.flatMap(({ found, repository, tag, forced }) =>
    found.state === 'present' && isOf(found, revision) ? [{ found, repository, tag, forced }] : [],
  );
  // What force names may be written again from what it does not name.
  const settled = finished.filter(({ forced }) => !forced);
  const ours = settled.length > 0 ? settled : finished;
  const [first] = ours;
  // A forced tag of another revision is built over, so whatever is of this revision is not the whole group.
  if (first === undefined || seen.some((observation) => isForeign(observation, revision))) {
    return { state: 'to-build' };
  }
  const { digest } = first.found;
  const other = ours.find(({ found }) => found.digest !== digest);
  if (other === undefined) return present(first.repository, digest);
  const stable = seen.some((observation) => observation.stable.length > 0);
  return refuse(
    'different-digest',
    `${nameOf(first)} is ${digest} and ${nameOf(other)} is ${other.found.digest}, both of this commit`,
    `name the wrong one in "force"${stable ? ', and its stable tag,' : ''} to have it written again`,
  );
}

/** @param text names tag, digest and revision  @param hint what to do */
function refuse(code: Refused['code'], text: string, hint: string): Refused {
  return { state: 'refused', code, text: `${text}; ${hint}` };
}

function isOf(found: { readonly revision: string | null }, revision: string | null): boolean {
  return revision !== null && found.revision === revision;
}

function isForeign({ found }: PrimaryObservation, revision: string | null): boolean {
  return found.state === 'present' && !isOf(found, revision);
}

function refusal(
  observation: PrimaryObservation,
  seen: readonly PrimaryObservation[],
  revision: string | null,
): Refused | null {
  const { found, forced } = observation;
  const name = nameOf(observation);
  if (found.state === 'unknown') {
    const text = `${name} could not be looked at: ${found.error.message}`;
    return refuse('unknown', text, 'run again when the registry answers');
  }
  if (found.state === 'absent' || isOf(found, revision) || forced) return null;
  if (revision === null) {
    const text = `${name} exists (${found.digest}), and whether it is of this run cannot be told without the commit`;
    return refuse('unknown', text, 'give the commit with --sha (input sha)');
  }
  const whose =
    found.revision === null ? 'does not say which commit it is made from' : `is made from ${found.revision}`;
  return refuse(
    'revision-mismatch',
    `${name} exists (${found.digest}) and ${whose}; this run is for ${revision}`,
    `give this commit a version of its own, or name ${toForce(seen)} in "force" to build over what exists`,
  );
}

/** Every tag of a build that is in the way of another one: a release is tagged whole or not at all, so one alone is no use. */
function toForce(seen: readonly PrimaryObservation[]): string {
  const there = seen.filter(({ found }) => found.state === 'present');
  const names = there.flatMap((observation) => [
    ...(observation.forced ? [] : [nameOf(observation)]),
    ...observation.stable.map((tag) => nameOf({ ...observation, tag })),
  ]);
  return names.map((name) => `"${name}"`).join(' and ');
}

function nameOf({ repository, tag }: Pick<PrimaryObservation, 'repository' | 'tag'>): string {
  return `${repository.registry}/${repository.repository}:${tag}`;
}

// What each build of a run comes to before anything is built: finished by an earlier run, to be built, or refused.

/** The state of every build, by image. */
export type BuildStates = ReadonlyMap<string, SourceState>;

/**
 * Looks at the primary tags of every build: one that is there with the revision of this commit is a finished build, and
 * nothing is built again; one with another revision is refused before anything is built.
 * @param revision the commit in hand; null when it is not known, which only a plan can do without
 * @param from the tag that a rule promotes instead of building, where it says `fallback: build`
 */
export async function observeBuilds(
  builds: readonly RunBuild[],
  wanted: readonly WantedTag[],
  revision: string | null,
  from: string | null,
  parts: { readonly registry: Registry; readonly concurrency: number },
): Promise<BuildStates> {
  const primaries = wanted.filter(({ source, follows }) => source.from === 'build' && follows === null);
  const images = [...new Set(primaries.map(({ source }) => (source.from === 'build' ? source.build : '')))];
  const seen = await pool(primaries, parts.concurrency, (tag) => {
    const stable = wanted.filter(({ follows, kind }) => follows === tag && kind === 'stable');
    return observePrimary(tag, stable, revision, parts.registry);
  });
  const states = new Map<string, SourceState>();
  for (const image of images) {
    const build = builds.find(({ config }) => imageOf(config) === image);
    const state = judge(
      seen.filter((observation) => observation.image === image),
      revision,
    );
    const promoted =
      state.state === 'to-build' && from !== null && build
        ? await existing(build, from, parts.registry)
        : null;
    states.set(image, promoted ?? state);
  }
  return states;
}

async function observePrimary(
  wanted: WantedTag,
  followers: readonly WantedTag[],
  revision: string | null,
  registry: Registry,
): Promise<PrimaryObservation> {
  const { destination, forced, source } = wanted;
  const stable = followers.map((follower) => tagOrDigest(follower.destination));
  const tag = tagOrDigest(destination);
  const repository = { registry: destination.registry, repository: destination.repository };
  const image = source.from === 'build' ? source.build : '';
  return { image, repository, tag, forced, stable, found: await foundAt(wanted, revision, registry) };
}

async function foundAt(
  { destination }: WantedTag,
  revision: string | null,
  registry: Registry,
): Promise<PrimaryObservation['found']> {
  const repository = { registry: destination.registry, repository: destination.repository };
  const existence = await registry.head(destination);
  if (existence.state !== 'present') return existence;
  try {
    const at: DigestRef = { ...repository, digest: existence.digest };
    const facts = await registry.inspect(repository, await registry.manifest(at), {
      revision: 'every',
      platforms: false,
    });
    return { state: 'present', digest: existence.digest, revision: revisionOfAll(facts, revision) };
  } catch (error) {
    if (error instanceof OperationError) return { state: 'unknown', error };
    throw error;
  }
}

/**
 * The commit that an image is made from as a whole: `wanted` when index, annotations and the label of every platform say so,
 * else the first that says another; null when one says none.
 */
export function revisionOfAll(
  { revisions }: Pick<InspectedImage, 'revisions'>,
  wanted: string | null,
): string | null {
  const others = revisions.filter(({ revision }) => revision !== wanted);
  if (revisions.length > 0 && others.length === 0) return wanted;
  return others.find(({ revision }) => revision !== null)?.revision ?? null;
}

/** The image that a rule promotes instead of building, when it is there. */
async function existing(build: RunBuild, tag: string, registry: Registry): Promise<SourceState | null> {
  const [first] = build.names;
  if (first === undefined) return null;
  const found = await registry.head({ ...first.repository, tag });
  if (found.state === 'absent') return null;
  if (found.state === 'present') return present(first.repository, found.digest);
  return { state: 'unknown', error: found.error };
}

function present(repository: Repository, digest: string): SourceState {
  return { state: 'present', digest, manifest: null, facts: null, repository };
}

// Finished images that lack a platform which is wanted by now.

/**
 * A primary tag of this commit is a finished build whatever its platforms, since nothing moves it. What was asked
 * for after it was built is not in it, and that is worth a warning; no stable tag or channel goes to it (`withPlatforms`).
 * @returns one sentence for each image
 */
export async function incompleteBuilds(
  selected: readonly SelectedBuild[],
  states: BuildStates,
  registry: Pick<Registry, 'manifest' | 'inspect'>,
): Promise<string[]> {
  const found = await Promise.all(
    selected.map(async ({ config, choice }) => {
      const image = imageOf(config);
      const state = states.get(image);
      if (state?.state !== 'present' || choice.push.length === 0) return [];
      const { repository, digest } = state;
      const has = await platformsOf(registry, repository, digest);
      const missing = has === null ? [] : platformsMissing(choice.push, has);
      return missing.length === 0 ? [] : [sentence(image, digest, missing)];
    }),
  );
  return found.flat();
}

/** Null when the registry does not say: then nothing is claimed. */
async function platformsOf(
  registry: Pick<Registry, 'manifest' | 'inspect'>,
  repository: { readonly registry: string; readonly repository: string },
  digest: string,
): Promise<readonly string[] | null> {
  try {
    const manifest = await registry.manifest({ ...repository, digest });
    return (await registry.inspect(repository, manifest, { revision: null, platforms: true })).platforms;
  } catch (error) {
    if (error instanceof OperationError) return null;
    throw error;
  }
}

function sentence(image: string, digest: string, missing: readonly string[]): string {
  return (
    `${image}: the finished image ${digest} lacks ${missing.join(', ')}, and a tag that exists is not built again; ` +
    'give the next commit a version of its own to have it with all platforms'
  );
}
