/** The plan: wanted tags × what was observed → an ordered list of actions. Pure. */
import { conflicts } from './conflicts.js';
import { decide, followLeader } from './decide.js';
import { wholeGroups } from './groups.js';
import { TAG_KINDS, type Observed, type Plan, type PlannedAction, type WantedTag } from './model.js';

/**
 * Decides every wanted tag. The actions come in the order of writing: primary, then stable, then channel,
 * each in the order of the tag file.
 *
 * @param observed what was read about each wanted tag; a missing entry is a fault of the caller
 */
export function plan(wanted: readonly WantedTag[], observed: ReadonlyMap<WantedTag, Observed>): Plan {
  const clashing = conflicts(wanted);
  const decided = new Map<WantedTag, PlannedAction>();
  for (const kind of TAG_KINDS) {
    for (const tag of wanted.filter((each) => each.kind === kind)) {
      decided.set(tag, clashing.get(tag) ?? decideOne(tag, observed, decided));
    }
  }
  return { actions: wholeGroups([...decided.values()]) };
}

function decideOne(
  tag: WantedTag,
  observed: ReadonlyMap<WantedTag, Observed>,
  decided: ReadonlyMap<WantedTag, PlannedAction>,
): PlannedAction {
  const seen = observed.get(tag);
  if (seen === undefined) throw new Error(`nothing was observed for ${tag.image}:${tag.destination.tag}`);
  const action = decide(tag, seen);
  const leader = tag.follows === null ? undefined : decided.get(tag.follows);
  return leader === undefined ? action : followLeader(action, leader);
}
