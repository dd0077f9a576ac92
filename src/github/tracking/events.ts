/** What a run did to tags, as tracking issues see it. Pure. */
import type { StageRow } from '../../builds/platform-stages.js';
import { isPromotion } from '../../config/model.js';
import type { Outcome } from '../../plan/model.js';
import { formatRepository, tagOrDigest } from '../../oci/reference.js';
import type { Drift } from '../../plan/drift.js';
import type { Release } from '../../builds/release.js';
import { TRACKED_STAGES, type TrackedStage } from './ledger.js';

/**
 * One event for each primary and stable tag of the run; channels are not tracked.
 * @param drift what a plan found that looks for it; null for every other run
 */
export function tagEvents(
  outcomes: readonly Outcome[],
  release: Release | null,
  drift: readonly FoundDrift[] | null,
): TagEvent[] {
  const resolved = release?.names.resolved ?? null;
  return outcomes.flatMap((outcome) => {
    const { wanted, action, reason } = outcome.planned;
    if (action === 'build' || wanted.kind === 'channel') return [];
    const built = wanted.group !== null;
    const stage: TrackedStage =
      wanted.kind === 'stable' ? 'stable' : built ? (resolved?.class ?? 'final') : 'final';
    const found = drift?.find(
      ({ image, tag }) => image === wanted.image && tag === tagOrDigest(wanted.destination),
    );
    const bug = wanted.entries.filter(isPromotion).find((entry) => entry.bug !== undefined)?.bug;
    return [
      {
        image: formatRepository(wanted.destination),
        tag: tagOrDigest(wanted.destination),
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
    for (const rule of built === undefined ? [] : (release?.names.policy.rules ?? [])) {
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

// From what a run did to tags to what each tracking issue has to know. Pure.

/** One primary or stable tag of a run; channels are not tracked. */
export interface TagEvent {
  /** `registry/repository` */
  readonly image: string;
  readonly tag: string;
  readonly stage: TrackedStage;
  /**
   * `written` by this run, `kept` as it was, `held` by a gate or a person, `refused`; of a run that only looks `drifted`,
   * and `missing` when it is not there
   */
  readonly state: 'written' | 'kept' | 'held' | 'refused' | 'drifted' | 'missing';
  /** what the tag points at; null when that is not known */
  readonly digest: string | null;
  /** the reason's text */
  readonly why: string;
  /** fields of the classification, for the version line and for templates */
  readonly fields: Readonly<Record<string, string>>;
  /** `bug` of the entry */
  readonly bug?: string;
}

/** What the flow knows of an image beside its tags. */
interface TrackedImage {
  /** stages that the policy can give it, in order */
  readonly expected: readonly TrackedStage[];
  /** of the build of this name, as judged in this run; the same whether or not this run builds it */
  readonly platforms: readonly StageRow[];
}

/** Everything about one image and version line in this run. */
export interface Tracked extends TrackedImage {
  readonly image: string;
  readonly line: string;
  readonly events: readonly TagEvent[];
}

/** One `Tracked` for each image and version line, in the order in which they first appear. */
export function groupTracked(
  events: readonly TagEvent[],
  facts: (image: string) => TrackedImage,
): readonly Tracked[] {
  const groups = new Map<string, TagEvent[]>();
  for (const event of events) {
    const key = trackingKey(event.image, versionLine(event.tag, event.fields));
    const group = groups.get(key);
    if (group) group.push(event);
    else groups.set(key, [event]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    return [
      {
        image: first.image,
        line: versionLine(first.tag, first.fields),
        events: group,
        ...facts(first.image),
      },
    ];
  });
}

/**
 * The line of versions that a tag belongs to: `{major}.{minor}` where the rule has these fields, else the first
 * two numbers in the tag that have a dot between them (`stx.4.0-v2.2` → 4.0), else the tag itself.
 */
export function versionLine(tag: string, fields: Readonly<Record<string, string>>): string {
  const { major, minor } = fields as { major?: string; minor?: string };
  if (major !== undefined && minor !== undefined) return `${Number(major)}.${Number(minor)}`;
  return /(?<!\d)\d+\.\d+/.exec(tag)?.[0] ?? tag;
}

export function trackingKey(image: string, line: string): string {
  return `${image} ${line}`;
}
