/** What observe asks besides manifests: gates, channels, builds. */
import { isPromotion, type ImageConfig } from './config/model.js';
import { OperationError } from './errors.js';
import type { Gatekeeper, Subject } from './gates/gates.js';
import type { Lookouts } from './observe.js';
import type { ChannelVerdict, SourceState, WantedTag } from './plan/model.js';
import { compareChannel } from './policy/policy.js';
import { formatRepository } from './reference.js';
import type { Release } from './release/release.js';

export interface LookoutParts {
  readonly gatekeeper: Gatekeeper;
  /** what the gates of a promotion are about, by its entry and the revision label of its image; for nulls, those of a build */
  subject(entry: ImageConfig | null, revision: string | null): Subject;
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
    channel: (wanted) => Promise.resolve(channelOf(release, wanted)),
    build: (wanted) => Promise.resolve(buildOf(release, wanted)),
  };
}

function channelOf(release: Release | null, { destination }: WantedTag): ChannelVerdict | null {
  const resolved = release?.naming.resolved ?? null;
  if (release === null || resolved === null) return null;
  const tags = release.naming.tagLists.get(formatRepository(destination));
  if (tags instanceof OperationError) return { order: 'unknown', error: tags };
  return tags === undefined ? null : compareChannel(release.naming.policy, resolved, destination.tag, tags);
}

function buildOf(release: Release | null, { source }: WantedTag): SourceState {
  const state = source.from === 'build' ? release?.states.get(source.build) : undefined;
  if (state === undefined) throw new Error('a tag of a build without the state of that build');
  return state;
}
