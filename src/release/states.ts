/** What each build of a run comes to before anything is built: finished by an earlier run, to be built, or refused. */
import { imageOf } from '../builds/names.js';
import { planBuilds, type BuildPlan, type PrimaryObservation } from '../builds/rerun.js';
import { messageOf, OperationError } from '../errors.js';
import { pool } from '../shared/concurrency.js';
import type { SourceState, WantedTag } from '../plan/model.js';
import type { Registry } from '../ports.js';
import type { DigestRef, Repository } from '../oci/reference.js';
import type { RunBuild } from './builds.js';

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
    return observePrimary(tag, stable, parts.registry);
  });
  const decided = planBuilds(images, seen, revision);
  const states = new Map<string, SourceState>();
  for (const image of images) {
    const build = builds.find(({ config }) => imageOf(config) === image);
    const state = stateOf(image, decided);
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
  registry: Registry,
): Promise<PrimaryObservation> {
  const { destination, forced, source } = wanted;
  const stable = followers.map((follower) => follower.destination.tag);
  const { tag, ...repository } = destination;
  const image = source.from === 'build' ? source.build : '';
  return { image, repository, tag, forced, stable, found: await foundAt(wanted, registry) };
}

async function foundAt({ destination }: WantedTag, registry: Registry): Promise<PrimaryObservation['found']> {
  const { tag, ...repository } = destination;
  const existence = await registry.look({ ...repository, tag });
  if (existence.state !== 'present') return existence;
  try {
    const at: DigestRef = { ...repository, digest: existence.digest };
    const facts = await registry.facts(repository, await registry.manifest(at), {
      revision: 'first',
      platforms: false,
    });
    return { state: 'present', digest: existence.digest, revision: facts.revision };
  } catch (error) {
    if (error instanceof OperationError) return { state: 'unknown', error };
    throw error;
  }
}

function stateOf(image: string, decided: BuildPlan): SourceState {
  const refused = decided.refused.find((each) => each.image === image);
  if (refused !== undefined)
    return { state: 'refused', code: refused.code, text: `${refused.text}; ${refused.mend}` };
  const finished = decided.finished.find((each) => each.image === image);
  if (finished === undefined) return { state: 'to-build' };
  return present(finished.repository, finished.digest);
}

/** The image that a rule promotes instead of building, when it is there. */
async function existing(build: RunBuild, tag: string, registry: Registry): Promise<SourceState | null> {
  const [first] = build.names;
  if (first === undefined) return null;
  const found = await registry.look({ ...first.repository, tag });
  if (found.state === 'absent') return null;
  if (found.state === 'present') return present(first.repository, found.digest);
  return {
    state: 'unknown',
    error: new OperationError(found.error.code, messageOf(found.error), { cause: found.error }),
  };
}

function present(repository: Repository, digest: string): SourceState {
  return { state: 'present', digest, manifest: null, facts: null, repository };
}
