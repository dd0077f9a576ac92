/** The plan: wanted tags × what was observed → an ordered list of actions. Pure. */
import { formatReference } from '../oci/reference.js';
import { settleClaims, type Claim } from './conflicts.js';
import { decide, followLeader, refuse } from './decide.js';
import { wholeGroups } from './groups.js';
import { TAG_KINDS, type Observed, type Plan, type PlannedAction, type WantedTag } from './model.js';

/**
 * Decides every wanted tag. The actions come in the order of writing: primary, then stable, then channel,
 * each in the order of the tag file; what several entries want alike is one action.
 *
 * @param observed what was read about each wanted tag; a missing entry is a fault of the caller
 */
export function plan(wanted: readonly WantedTag[], observed: ReadonlyMap<WantedTag, Observed>): Plan {
  const settled = new Map<WantedTag, PlannedAction>();
  // A name that is another's is in nobody's way: who owns it is not refused for it.
  for (const tag of wanted) if (tag.taken !== null) settled.set(tag, refuseName(tag, tag.taken));
  for (const claimants of inOrder(wanted.filter(({ taken }) => taken === null))) {
    const done = settleClaims(claimants.map((tag) => decideOne(tag, observed, settled)));
    for (const [i, tag] of claimants.entries()) settled.set(tag, (done[i] ?? done[0]) as PlannedAction);
  }
  const actions = TAG_KINDS.flatMap((kind) =>
    wanted.flatMap((tag) => settled.get(tag) ?? []).filter((action) => action.wanted.kind === kind),
  );
  return { actions: wholeGroups([...new Set(actions)]) };
}

/** The wanted tags by destination. A tag that is one entry's primary and the stable one of another waits as a stable tag does. */
function inOrder(wanted: readonly WantedTag[]): readonly (readonly WantedTag[])[] {
  const groups = new Map<string, WantedTag[]>();
  for (const tag of wanted) {
    const key = formatReference(tag.destination);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [tag]);
    else group.push(tag);
  }
  const rank = (group: readonly WantedTag[]): number =>
    Math.max(...group.map(({ kind }) => TAG_KINDS.indexOf(kind)));
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

function refuseName(tag: WantedTag, owner: string): PlannedAction {
  const text = `the name "${tag.destination.tag}" belongs to another: ${owner}`;
  return refuse(tag, null, 'name-taken', text);
}

function decideOne(
  tag: WantedTag,
  observed: ReadonlyMap<WantedTag, Observed>,
  settled: ReadonlyMap<WantedTag, PlannedAction>,
): Claim {
  const seen = observed.get(tag);
  if (seen === undefined) throw new Error(`nothing was observed for ${tag.image}:${tag.destination.tag}`);
  const leader = tag.follows === null ? undefined : settled.get(tag.follows);
  // What it follows may be the action of several entries by now.
  const wanted =
    leader === undefined || leader.wanted === tag.follows ? tag : { ...tag, follows: leader.wanted };
  const action = decide(wanted, seen);
  return { action: leader === undefined ? action : followLeader(action, leader), observed: seen };
}
