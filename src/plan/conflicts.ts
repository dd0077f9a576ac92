import { formatReference } from '../reference.js';
import { refuse } from './decide.js';
import type { PlannedAction, WantedTag } from './model.js';

/**
 * Two entries that want one tag from different sources: both are refused, since no order between them
 * is declared. Found over the whole plan before anything is read or written.
 *
 * @returns the refusal of each wanted tag that clashes with another
 */
export function conflicts(wanted: readonly WantedTag[]): Map<WantedTag, PlannedAction> {
  const refused = new Map<WantedTag, PlannedAction>();
  for (const claims of byDestination(wanted).values()) {
    const sources = new Set(claims.map(sourceKey));
    if (sources.size < 2) continue;
    for (const claim of claims)
      refused.set(claim, refuse(claim, null, 'conflicting-entries', describe(claims)));
  }
  return refused;
}

/** Drops wanted tags that ask for the same tag from the same source a second time. */
export function withoutDuplicates(wanted: readonly WantedTag[]): WantedTag[] {
  const seen = new Set<string>();
  return wanted.filter((tag) => {
    const key = `${formatReference(tag.destination)} ${sourceKey(tag)} ${tag.digest ?? ''}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function byDestination(wanted: readonly WantedTag[]): Map<string, WantedTag[]> {
  const groups = new Map<string, WantedTag[]>();
  for (const tag of wanted) {
    const key = formatReference(tag.destination);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [tag]);
    else group.push(tag);
  }
  return groups;
}

function sourceKey(tag: WantedTag): string {
  return tag.source.from === 'image' ? formatReference(tag.source.ref) : `build:${tag.source.build}`;
}

function describe(claims: readonly WantedTag[]): string {
  const each = claims.map((claim) => {
    const where = claim.place === null ? '' : ` (${claim.place.file}:${claim.place.line})`;
    return `${claim.source.from === 'image' ? formatReference(claim.source.ref) : `build ${claim.source.build}`}${where}`;
  });
  return `several entries want this tag from different sources: ${each.join(', ')}`;
}
