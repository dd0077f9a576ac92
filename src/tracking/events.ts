/** What a run did to tags, as tracking issues see it. Pure. */
import { isPromotion } from '../config/model.js';
import type { Drift } from '../plan/drift.js';
import type { Outcome } from '../execute.js';
import { formatRepository } from '../oci/reference.js';
import type { Release } from '../release/release.js';
import { TRACKED_STAGES, type TrackedStage } from './ledger.js';
import type { TagEvent, TrackedImage } from './tracked.js';

/**
 * One event for each primary and stable tag of the run; channels are not tracked.
 * @param drift what a plan found that looks for it; null for every other run
 */
export function tagEvents(
  outcomes: readonly Outcome[],
  release: Release | null,
  drift: readonly FoundDrift[] | null,
): TagEvent[] {
  const resolved = release?.naming.resolved ?? null;
  return outcomes.flatMap((outcome) => {
    const { wanted, action, reason } = outcome.planned;
    if (action === 'build' || wanted.kind === 'channel') return [];
    const built = wanted.group !== null;
    const stage: TrackedStage =
      wanted.kind === 'stable' ? 'stable' : built ? (resolved?.class ?? 'final') : 'final';
    const found = drift?.find(({ image, tag }) => image === wanted.image && tag === wanted.destination.tag);
    const bug = wanted.entries.filter(isPromotion).find((entry) => entry.bug !== undefined)?.bug;
    return [
      {
        image: formatRepository(wanted.destination),
        tag: wanted.destination.tag,
        stage,
        state: found === undefined || found.kind === 'vanished' ? stateOf(outcome) : 'drifted',
        digest: action === 'refuse' ? null : (outcome.digest ?? outcome.planned.digest),
        why: found?.text ?? outcome.error?.text ?? reason.text,
        fields: built ? (resolved?.fields ?? {}) : {},
        ...(bug === undefined ? {} : { bug }),
      },
    ];
  });
}

type FoundDrift = Pick<Drift, 'kind' | 'image' | 'tag' | 'text'>;

function stateOf({ planned, outcome, error }: Outcome): TagEvent['state'] {
  if (outcome === 'done') return 'written';
  if (error !== null || planned.action === 'refuse') return 'refused';
  if (planned.action === 'hold') return 'held';
  return planned.action === 'keep' ? 'kept' : 'missing';
}

/** Which stages an image can reach: those of the policy's rules for builds, final (and stable) for promotions. */
export function trackedImages(
  outcomes: readonly Outcome[],
  release: Release | null,
): (image: string) => TrackedImage {
  return (image) => {
    const mine = outcomes.filter(({ planned }) => formatRepository(planned.wanted.destination) === image);
    const built = mine.find(({ planned }) => planned.wanted.group !== null);
    const stages = new Set<TrackedStage>(
      mine.flatMap(({ planned }) => (planned.wanted.kind === 'stable' ? ['stable'] : [])),
    );
    if (built === undefined) stages.add('final');
    for (const rule of built === undefined ? [] : (release?.naming.policy.rules ?? [])) {
      if (!rule.publish) continue;
      stages.add(rule.class);
      if (rule.stable !== false) stages.add('stable');
    }
    const source = built?.planned.wanted.source;
    const table =
      source?.from === 'build'
        ? release?.stages.find((each) => each.image === source.build)?.table
        : undefined;
    return { expected: TRACKED_STAGES.filter((stage) => stages.has(stage)), platforms: table?.rows ?? [] };
  };
}
