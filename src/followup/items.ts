/** Which entries of the tag file ask for a follow-up after this run. Pure. */
import type { ImageConfig } from '../config/model.js';
import type { Outcome } from '../execute.js';
import type { FollowUpItem } from './followup.js';

/**
 * One item for each entry with references whose last tag is right, written by this run or kept. Of an entry with several
 * tags the last is the one that the files name.
 */
export function followUpItems(images: readonly ImageConfig[], outcomes: readonly Outcome[]): FollowUpItem[] {
  return images.flatMap((entry) => {
    const tag = entry.tags.at(-1);
    if (entry.references.length === 0 || tag === undefined) return [];
    const place = entry.origin.at();
    const right = outcomes.find(
      ({ planned: { wanted, action }, outcome }) =>
        wanted.kind === 'primary' &&
        wanted.group === null &&
        wanted.destination.tag === tag &&
        wanted.place?.file === place.file &&
        wanted.place.line === place.line &&
        (outcome === 'done' || action === 'keep'),
    );
    const digest = right?.digest ?? right?.planned.digest ?? null;
    if (digest === null) return [];
    const bug = entry.bug === undefined ? {} : { bug: entry.bug };
    return [{ image: entry.repository, tag, digest, references: entry.references, ...bug }];
  });
}
