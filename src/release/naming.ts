/** The names of a run: what its ref is called, once registry and git have been asked what the policy needs to know. */
import {
  claimSequence,
  classify,
  findBase,
  needsOf,
  requireDecision,
  resolveNames,
  snapshots,
  type ClaimTag,
  type CompiledPolicy,
  type Decision,
  type Needs,
  type RefFacts,
  type ResolvedDecision,
  type Seen,
} from '../policy/policy.js';
import { OperationError } from '../errors.js';
import { pool } from '../shared/concurrency.js';
import { formatRepository, type Repository } from '../oci/reference.js';
import type { Registry } from '../ports.js';
import { believed, listTags, type TagList } from './tag-list.js';

/** A run's ref with its names, and the tags that its repositories hold where those were needed. */
export interface Naming {
  readonly policy: CompiledPolicy;
  readonly decision: Decision;
  /** complete names; null when nothing is built or tagged for this ref, and when they cannot be known */
  readonly resolved: ResolvedDecision | null;
  /** why the names cannot be known in this run: a registry does not say which numbers are taken, a claim failed */
  readonly unknown: OperationError | null;
  /** `registry/repository` → its tags */
  readonly tagLists: ReadonlyMap<string, TagList>;
}

export interface NamingParts {
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
export async function nameRun(
  policy: CompiledPolicy,
  facts: RefFacts,
  repositories: readonly Repository[],
  parts: NamingParts,
): Promise<Naming> {
  const decision = classify(policy, facts);
  const none = { policy, decision, resolved: null, unknown: null, tagLists: new Map<string, TagList>() };
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
  { registry, concurrency }: NamingParts,
): Promise<Map<string, TagList>> {
  const lists = await pool(repositories, concurrency, (repository) => listTags(registry, repository));
  return new Map(repositories.map((repository, i) => [formatRepository(repository), lists[i] ?? []]));
}

/** More snapshots than this between two runs of one commit, and the second gets a number of its own. */
const LOOKS_BACK = 10;
/** The same for a run that somebody starts again. */
const LOOKS_BACK_OF_ATTEMPTS = 50;

interface Known {
  readonly base: string | null;
  readonly tagLists: ReadonlyMap<string, TagList>;
  readonly repositories: readonly Repository[];
  readonly parts: NamingParts;
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
  const earlier = snapshots(policy, decision, facts, seen).slice(0, looksBack(facts));
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
function looksBack({ runAttempt }: RefFacts): number {
  return (runAttempt ?? 1) > 1 ? LOOKS_BACK_OF_ATTEMPTS : LOOKS_BACK;
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
    return (await registry.facts(repository, manifest, { revision: 'first', platforms: false })).revision;
  } catch (error) {
    if (error instanceof OperationError && error.code === 'absent') return null;
    throw error;
  }
}
