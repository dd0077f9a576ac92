/** A release: what a git ref is called, the images that are built for it, and the tags that they get. */
import { OperationError } from '../errors.js';
import { formatRepository, type Repository, tagOrDigest } from '../oci/reference.js';
import type { ChannelVerdict, WantedTag } from '../plan/model.js';
import {
  compareChannel,
  type CompiledPolicy,
  type Decision,
  premisesOf,
  type ResolvedDecision,
} from '../policy/policy.js';
import type { Registry } from '../ports.js';
import type { RunBuild } from './inputs.js';
import type { SelectedBuild } from './model.js';
import type { StageTable } from './platform-stages.js';
import type { BuildStates } from './state.js';

/** The tags of a repository, or why nobody can tell them. */
export type TagList = readonly string[] | OperationError;

/** A run's ref with its names, and the tags that its repositories hold where those were needed. */
export interface Names {
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

/** The stages of one build's platforms today. */
export interface BuildStages {
  readonly image: string;
  readonly table: StageTable;
}

/** What a run builds and tags for its git ref. */
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

/** Every git tag of the repository; asked only when a version that none of them gives may hold a channel back. */
export type GitTags = (() => Promise<readonly string[]>) | undefined;

/** The verdict comes from the list of the channel's repository, and only when that is believed. */
export async function channelOf(
  release: Release | null,
  { destination }: WantedTag,
  registry: Pick<Registry, 'head'>,
  gitTags: GitTags,
): Promise<ChannelVerdict | null> {
  const { resolved = null, policy, tagLists, today = '' } = release?.names ?? {};
  const { registry: host, repository: path } = destination;
  const [repository, channel] = [{ registry: host, repository: path }, tagOrDigest(destination)];
  const name = formatRepository(repository);
  const list = tagLists?.get(name);
  if (release === null || policy === undefined || resolved === null || list === undefined) return null;
  const here = release.wanted.filter((wanted) => formatRepository(wanted.destination) === name);
  const wanted = [channel, ...here.map((each) => tagOrDigest(each.destination))];
  const tags = await believed(list, repository, [...new Set(wanted)], registry);
  if (tags instanceof OperationError) return { order: 'unknown', error: tags };
  const compared = compareChannel(policy, resolved, channel, tags);
  if (compared.order !== 'older' || compared.highest === null || gitTags === undefined) return compared;
  const warning = await unexplained(premisesOf(policy, compared.highest), compared.highest, today, gitTags);
  return warning === null ? compared : { ...compared, warning };
}

/** A version that somebody pushed by hand holds a channel back for ever, and nobody sees why. */
async function unexplained(
  premises: ReturnType<typeof premisesOf>,
  version: string,
  today: string,
  gitTags: () => Promise<readonly string[]>,
): Promise<string | null> {
  const help = `delete ${version} from the registry if nobody released it`;
  const possible = premises.filter(({ day }) => day === null || day <= today);
  const [first] = premises;
  if (first !== undefined && possible.length === 0)
    return `${version} holds this channel back, and its day ${first.day ?? ''} has not come yet; ${help}`;
  if (possible.some(({ gitTag }) => gitTag === null)) return null;
  try {
    const known = new Set(await gitTags());
    if (possible.some(({ gitTag }) => known.has(gitTag ?? ''))) return null;
  } catch {
    // Only a warning: git that cannot say keeps no tag from anything.
    return null;
  }
  return `no git tag of this repository gives ${version}, which holds this channel back; ${help}`;
}
