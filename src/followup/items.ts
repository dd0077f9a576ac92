/** Which entries of the tag file ask for a follow-up after this run. Pure. */
import type { ImageConfig } from '../config/model.js';
import type { Outcome } from '../execute.js';
import type { FollowUpItem } from './followup.js';

/**
 * One item for each entry with references whose last tag is right under all of its names, written by this run or kept. Of
 * an entry with several tags the last is the one that the files name.
 */
export function followUpItems(images: readonly ImageConfig[], outcomes: readonly Outcome[]): FollowUpItem[] {
  return images.flatMap((entry) => {
    const { references, bug } = entry;
    const tag = entry.tags.at(-1);
    if (references.length === 0 || tag === undefined) return [];
    const mine = outcomes.filter(({ planned: { wanted } }) => {
      return wanted.entries.includes(entry) && wanted.destination.tag === tag;
    });
    const digest = mine.every(isRight) ? (mine[0]?.digest ?? mine[0]?.planned.digest ?? null) : null;
    const [image, ...others] = entry.names.map(({ repository }) => repository);
    if (digest === null || image === undefined) return [];
    return [{ image, others, tag, digest, references, ...(bug === undefined ? {} : { bug }) }];
  });
}

function isRight({ outcome, error, planned }: Outcome): boolean {
  return error === null && (outcome === 'done' || planned.action === 'keep');
}
