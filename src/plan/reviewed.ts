/** What a review saw, held against the plan of the merge. Pure. */
import type { ReviewMode } from '../config/model.js';
import { formatReference } from '../oci/reference.js';
import { refuse } from './decide.js';
import { writes, type Plan, type PlannedAction } from './model.js';

/** Why a tag is not what somebody saw on a pull request. */
export type Unreviewed =
  /** nobody saw it; `why` is a phrase, the same for all tags that have one cause */
  | { readonly why: string }
  /** `pull` showed another digest than the source has now */
  | { readonly pull: number; readonly reviewed: string; readonly now: string };

/**
 * What `review` says of: tags that would be written, of the entries of the tag file. The tags of a build are made by the
 * push of a ref, which has no plan on a pull request.
 */
export function reviewable(plan: Plan): PlannedAction[] {
  return plan.actions.filter(
    (action) => writes(action) && action.wanted.source.from === 'image' && action.wanted.group === null,
  );
}

/**
 * Refuses what nobody reviewed (`require`), or warns of it: of a source that moved on its own line, of any other cause
 * once, on the first line that has it.
 */
export function holdToReview(
  plan: Plan,
  unreviewed: ReadonlyMap<PlannedAction, Unreviewed>,
  mode: Exclude<ReviewMode, 'off'>,
): Plan {
  const left = new Map<string, number>();
  for (const cause of unreviewed.values()) {
    if ('why' in cause) left.set(cause.why, (left.get(cause.why) ?? 0) + 1);
  }
  const actions = plan.actions.map((action) => {
    const cause = unreviewed.get(action);
    if (cause === undefined) return action;
    if (mode === 'require') {
      return refuse(action.wanted, action.previous, 'not-reviewed', textOf(action, cause));
    }
    const same = 'why' in cause ? (left.get(cause.why) ?? 0) : 1;
    if (same === 0) return action;
    if ('why' in cause) left.set(cause.why, 0);
    const more = same > 1 ? ` (the same holds for ${same - 1} more)` : '';
    return { ...action, warnings: [...action.warnings, textOf(action, cause) + more] };
  });
  return { actions };
}

function textOf({ wanted }: PlannedAction, cause: Unreviewed): string {
  if ('why' in cause) return `nobody saw this plan on a pull request: ${cause.why}`;
  const source = wanted.source.from === 'image' ? formatReference(wanted.source.ref) : wanted.image;
  return `${source} was ${cause.reviewed} when pull request #${cause.pull} was reviewed, and is ${cause.now} now`;
}
