/** What a review saw, held against the plan of the merge. Pure. */
import { formatReference } from '../reference.js';
import { refuse } from './decide.js';
import { writes, type Plan, type PlannedAction } from './model.js';

/** A tag whose source is not what the pull request showed. */
export interface MovedTag {
  /** as in the report: the name after registry-map */
  readonly image: string;
  readonly tag: string;
  readonly reviewed: string;
  readonly now: string;
  /** the pull request */
  readonly pull: number;
}

/**
 * Refuses (or, by setting, warns about) tags whose source moved between the review and this run: what would be
 * written is not what was looked at.
 */
export function holdToReview(plan: Plan, moved: readonly MovedTag[], policy: 'refuse' | 'warn'): Plan {
  if (moved.length === 0) return plan;
  const byName = new Map(moved.map((each) => [`${each.image}:${each.tag}`, each]));
  return {
    actions: plan.actions.map((action) => {
      const found = byName.get(`${action.wanted.image}:${action.wanted.destination.tag}`);
      if (found === undefined || !writes(action)) return action;
      return heldTo(action, found, policy);
    }),
  };
}

function heldTo(action: PlannedAction, found: MovedTag, policy: 'refuse' | 'warn'): PlannedAction {
  const { wanted } = action;
  const source = wanted.source.from === 'image' ? formatReference(wanted.source.ref) : wanted.image;
  const text = `${source} was ${found.reviewed} when pull request #${found.pull} was reviewed, and is ${found.now} now`;
  if (policy === 'warn') return { ...action, warnings: [...action.warnings, text] };
  return refuse(wanted, action.previous, 'digest-mismatch', text);
}
