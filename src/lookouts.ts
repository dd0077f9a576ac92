/** What observe asks besides manifests: gates, channels, builds. */
import { isPromotion, type ImageConfig } from './config/model.js';
import { OperationError } from './errors.js';
import type { Gatekeeper, Subject } from './gates/gates.js';
import type { Lookouts } from './observe.js';
import type { ChannelVerdict, SourceState, WantedTag } from './plan/model.js';
import { compareChannel, gitTagsOf } from './policy/policy.js';
import type { Registry } from './ports.js';
import { formatRepository } from './oci/reference.js';
import type { Release } from './release/release.js';
import { believed } from './release/tag-list.js';

export interface LookoutParts {
  readonly gatekeeper: Gatekeeper;
  /** one that remembers its looks */
  readonly registry: Pick<Registry, 'look'>;
  /** what the gates of a promotion are about, by its entry and the revision label of its image; for nulls, those of a build */
  subject(entry: ImageConfig | null, revision: string | null): Subject;
  /** every git tag of the repository; asked only when a version that none of them gives may hold a channel back */
  readonly gitTags?: (() => Promise<readonly string[]>) | undefined;
}

/** @param release null without a ref */
export function lookoutsFor(release: Release | null, parts: LookoutParts): Lookouts {
  const unknown = release?.naming.unknown ?? null;
  return {
    nameless: ({ group }) => (group === null ? null : unknown),
    gate: (wanted, source) => {
      const revision = source.state === 'present' ? (source.facts?.revision ?? null) : null;
      const entry = wanted.entries.find(isPromotion);
      const subject = entry === undefined ? parts.subject(null, null) : parts.subject(entry, revision);
      return parts.gatekeeper.judge(wanted.gates, subject);
    },
    channel: (wanted) => channelOf(release, wanted, parts),
    build: (wanted) => Promise.resolve(buildOf(release, wanted)),
  };
}

/** The verdict comes from the list of the channel's repository, and only when that is believed. */
async function channelOf(
  release: Release | null,
  { destination }: WantedTag,
  { registry, gitTags }: Pick<LookoutParts, 'registry' | 'gitTags'>,
): Promise<ChannelVerdict | null> {
  const { resolved = null, policy, tagLists } = release?.naming ?? {};
  const { tag: channel, ...repository } = destination;
  const name = formatRepository(repository);
  const list = tagLists?.get(name);
  if (release === null || policy === undefined || resolved === null || list === undefined) return null;
  const here = release.wanted.filter((wanted) => formatRepository(wanted.destination) === name);
  const wanted = [channel, ...here.map((each) => each.destination.tag)];
  const tags = await believed(list, repository, [...new Set(wanted)], registry);
  if (tags instanceof OperationError) return { order: 'unknown', error: tags };
  const compared = compareChannel(policy, resolved, channel, tags);
  if (compared.order !== 'older' || compared.highest === null || gitTags === undefined) return compared;
  const doubt = await unexplained(gitTagsOf(policy, compared.highest), compared.highest, gitTags);
  return doubt === null ? compared : { ...compared, doubt };
}

/** A version that somebody pushed by hand holds a channel back for ever, and nobody sees why. */
async function unexplained(
  givenBy: readonly string[],
  version: string,
  gitTags: () => Promise<readonly string[]>,
): Promise<string | null> {
  if (givenBy.length === 0) return null;
  try {
    const known = new Set(await gitTags());
    if (givenBy.some((name) => known.has(name))) return null;
  } catch {
    // Only a doubt: git that cannot say keeps no tag from anything.
    return null;
  }
  return `no git tag of this repository gives ${version}, which holds this channel back; delete ${version} from the registry if nobody released it`;
}

function buildOf(release: Release | null, { source }: WantedTag): SourceState {
  const state = source.from === 'build' ? release?.states.get(source.build) : undefined;
  if (state === undefined) throw new Error('a tag of a build without the state of that build');
  return state;
}
