/** From what a run did to tags to what each tracking issue has to know. Pure. */
import type { StageRow } from '../builds/platform-stages.js';
import type { TrackedStage } from './ledger.js';

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

/** Everything about one image and version line in this run. */
export interface Tracked {
  readonly image: string;
  readonly line: string;
  readonly events: readonly TagEvent[];
  /** stages that the policy has for this image, in order */
  readonly expected: readonly TrackedStage[];
  readonly platforms: readonly StageRow[];
}

/** What the flow knows of an image beside its tags. */
export interface TrackedImage {
  /** stages that the policy can give it */
  readonly expected: readonly TrackedStage[];
  /** of the build of this name, as judged in this run; the same whether or not this run builds it */
  readonly platforms: readonly StageRow[];
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
