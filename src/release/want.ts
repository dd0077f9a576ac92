/** The tags that the builds of a run want: each image × primary, stable and channel tags of the decision. Pure. */
import { imageOf } from '../builds/machines.js';
import type { Gate } from '../config/model.js';
import type { TagKind, WantedTag } from '../plan/model.js';
import type { Decision } from '../policy/policy.js';
import type { TagRef } from '../oci/reference.js';
import type { BuildName, RunBuild } from '../builds/inputs.js';

/** All images of a run make one release: they are tagged whole or not at all. */
export const RELEASE = 'release';

/** Whose name it is, in words, when the tag must not have it. */
export type NameOwner = (kind: TagKind, destination: TagRef) => string | null;

/** @param stable somebody said that held stable tags may be written */
export function wantBuilds(
  builds: readonly RunBuild[],
  decision: Decision,
  stable: boolean,
  owner: NameOwner = () => null,
): WantedTag[] {
  return builds.flatMap((build) =>
    build.names.flatMap((name) => {
      const primaries = decision.tags.map((tag) => owned(primary(build, name, tag, decision), owner));
      const [first] = primaries;
      if (first === undefined) return [];
      const followers = primaries.flatMap((leader) =>
        stableOf(leader, name, decision, stable).map((tag) => owned(tag, owner)),
      );
      const channels = decision.channels.map((tag) => owned(follower(first, name, 'channel', tag), owner));
      return [...primaries, ...followers, ...channels];
    }),
  );
}

function owned(tag: WantedTag, owner: NameOwner): WantedTag {
  return { ...tag, taken: owner(tag.kind, tag.destination) };
}

function primary(
  { config, entry, place }: RunBuild,
  name: BuildName,
  tag: string,
  decision: Decision,
): WantedTag {
  return {
    // A rule of class stable names the stable tag itself as its tag.
    kind: decision.class === 'stable' ? 'stable' : 'primary',
    image: name.text,
    destination: { ...name.repository, tag },
    source: sourceOf(config, name, decision),
    entries: entry === null ? [] : [entry],
    place,
    forced: name.isForced(tag),
    digest: null,
    platforms: [],
    revision: null,
    attachments: 'copy',
    lateAttachments: false,
    gates: [...decision.requires, ...config.requires],
    manual: false,
    taken: null,
    follows: null,
    group: RELEASE,
  };
}

function sourceOf(
  config: RunBuild['config'],
  { repository }: BuildName,
  { from, fallback }: Decision,
): WantedTag['source'] {
  if (from === null || fallback === 'build') return { from: 'build', build: imageOf(config) };
  return { from: 'image', ref: { ...repository, tag: from } };
}

function stableOf(leader: WantedTag, name: BuildName, decision: Decision, stable: boolean): WantedTag[] {
  if (decision.stable === false || decision.class === 'stable') return [];
  const tag = leader.destination.tag + decision.stableSuffix;
  const gates: readonly Gate[] = typeof decision.stable === 'object' ? decision.stable.requires : [];
  const follows = follower(leader, name, 'stable', tag);
  return [{ ...follows, gates: [...leader.gates, ...gates], manual: isManual(decision, stable) }];
}

function isManual(decision: Decision, stable: boolean): boolean {
  return decision.stable === 'manual' && !stable;
}

function follower(leader: WantedTag, name: BuildName, kind: WantedTag['kind'], tag: string): WantedTag {
  const destination = { ...name.repository, tag };
  return { ...leader, kind, destination, forced: name.isForced(tag), follows: leader };
}
