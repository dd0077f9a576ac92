/** The plan: wanted tags × what was observed → an ordered list of actions. Pure. */
import type { ReviewMode } from '../config/model.js';
import { formatReference, tagOrDigest } from '../oci/reference.js';
import { fromSeveralSources } from './conflicts.js';
import { decide, followLeader, refuse } from './decide.js';
import {
  type Observed,
  type Plan,
  type PlannedAction,
  TAG_KINDS,
  type WantedTag,
  tagName,
  writes,
} from './model.js';

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
  for (const tag of wanted.filter((each) => !settled.has(each))) {
    const other = otherDigest(tag, wanted, observed);
    if (other !== null) settled.set(tag, refuseSplit(tag, other, observed));
  }
  for (const claimants of inOrder(wanted.filter((tag) => !settled.has(tag)))) {
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
  const text = `the name "${tagOrDigest(tag.destination)}" belongs to another: ${owner}`;
  return refuse(tag, null, 'name-taken', text);
}

/** A build has one digest under all its names; so has what a rule promotes from each of them. The name that has another one. */
function otherDigest(
  tag: WantedTag,
  wanted: readonly WantedTag[],
  observed: ReadonlyMap<WantedTag, Observed>,
): WantedTag | null {
  const [entry] = tag.entries;
  const digest = promotedDigest(tag, observed);
  if (entry === undefined || digest === null) return null;
  const names = wanted.filter(
    ({ entries: [other], destination }) =>
      other === entry && tagOrDigest(destination) === tagOrDigest(tag.destination),
  );
  return names.find((other) => ![digest, null].includes(promotedDigest(other, observed))) ?? null;
}

function promotedDigest(tag: WantedTag, observed: ReadonlyMap<WantedTag, Observed>): string | null {
  const source = observed.get(tag)?.source;
  const promoted = tag.group !== null && tag.follows === null && tag.source.from === 'image';
  return promoted && source?.state === 'present' ? source.digest : null;
}

function refuseSplit(
  tag: WantedTag,
  other: WantedTag,
  observed: ReadonlyMap<WantedTag, Observed>,
): PlannedAction {
  const [here, there] = [tag, other].map((each) => {
    const name = each.source.from === 'image' ? formatReference(each.source.ref) : each.image;
    return `${name} is ${promotedDigest(each, observed) ?? ''}`;
  });
  const text = `${here ?? ''} and ${there ?? ''}, and both are names of one build; copy the right one to the other name`;
  const refused = refuse(tag, null, 'different-digest', text);
  return { ...refused, reason: { ...refused.reason, cause: 'build' } };
}

function decideOne(
  tag: WantedTag,
  observed: ReadonlyMap<WantedTag, Observed>,
  settled: ReadonlyMap<WantedTag, PlannedAction>,
): Claim {
  const seen = observed.get(tag);
  if (seen === undefined) throw new Error(`nothing was observed for ${tagName(tag)}`);
  const leader = tag.follows === null ? undefined : settled.get(tag.follows);
  // What it follows may be the action of several entries by now.
  const wanted =
    leader === undefined || leader.wanted === tag.follows ? tag : { ...tag, follows: leader.wanted };
  const action = decide(wanted, seen);
  return { action: leader === undefined ? action : followLeader(action, leader), observed: seen };
}

/**
 * A release is tagged whole or not at all: when one tag of a group is refused, none of the group is written,
 * and nothing is built for it. Holds do not break a group; a stable tag may wait while its primary is written.
 */
function wholeGroups(actions: readonly PlannedAction[]): PlannedAction[] {
  const refused = new Map<string, PlannedAction>();
  for (const action of actions) {
    const { group } = action.wanted;
    if (group !== null && action.action === 'refuse' && !refused.has(group)) refused.set(group, action);
  }
  return actions.map((action) => {
    const { group } = action.wanted;
    const cause = group === null ? undefined : refused.get(group);
    if (cause === undefined || !writes(action)) return action;
    const name = formatReference(cause.wanted.destination);
    const text = `${name} of the same release is refused, and a release is tagged whole or not at all: ${cause.reason.text}`;
    return {
      ...action,
      action: 'refuse',
      digest: null,
      reason: { code: cause.reason.code, cause: 'group', of: cause.reason.of ?? tagName(cause.wanted), text },
    };
  });
}

// Entries that want one tag. From one source they are one action that must meet the conditions of all; from different
// sources all are refused, since no order between them is declared. Each entry is decided by itself before, with its own
// conditions, so nothing of an entry can be lost here. Pure.

/** One entry's wish for a tag: what was seen and decided for it alone. */
interface Claim {
  readonly action: PlannedAction;
  readonly observed: Observed;
}

/**
 * One action for all claims to one tag, or the refusal of each.
 * @param claims at least one, all for the same tag, in the order of the files
 */
function settleClaims(claims: readonly Claim[]): readonly PlannedAction[] {
  const actions = claims.map(({ action }) => action);
  if (actions.length < 2) return actions;
  if (fromSeveralSources(claims.map((claim) => ({ wanted: claim.action.wanted, digest: digestOf(claim) })))) {
    const text = describe(claims);
    return actions.map(({ wanted }) => refuse(wanted, null, 'conflicting-entries', text));
  }
  // Tags of a release are written in groups, by their own rules.
  return actions.some(({ wanted }) => wanted.group !== null) ? actions : [unite(actions)];
}

/** What the entry says that its source is, or else what that turned out to be; null when neither is known. */
function digestOf({ action: { wanted }, observed: { source } }: Claim): string | null {
  if (wanted.digest !== null) return wanted.digest;
  return source?.state === 'present' ? source.digest : null;
}

const WORST_FIRST = ['refuse', 'hold', 'move', 'create', 'build', 'keep'] as const;

/** The action that stands in the way most decides; what several entries are refused for is reported once each. */
function unite(actions: readonly PlannedAction[]): PlannedAction {
  const worst = WORST_FIRST.find((name) => actions.some(({ action }) => action === name));
  const decisive = actions.filter(({ action }) => action === worst);
  // A tag that is right may have something to carry for one of them.
  const first = decisive.find(({ source }) => source !== null) ?? decisive[0];
  if (first === undefined) throw new Error('no action to unite');
  const texts = [...new Set(decisive.map(({ reason }) => reason.text))];
  const united = {
    ...first,
    wanted: uniteWanted(
      first.wanted,
      actions.map(({ wanted }) => wanted),
    ),
  };
  return {
    ...united,
    reason: { code: first.reason.code, text: writes(first) ? first.reason.text : texts.join('; ') },
    warnings: [...new Set(actions.flatMap(({ warnings }) => warnings))],
  };
}

const STRICTEST_FIRST = ['require', 'copy', 'ignore'] as const;

/** @param decisive whose place people should look at */
function uniteWanted(decisive: WantedTag, all: readonly WantedTag[]): WantedTag {
  const kind = TAG_KINDS.findLast((each) => all.some((wanted) => wanted.kind === each));
  const attachments = STRICTEST_FIRST.find((mode) => all.some((wanted) => wanted.attachments === mode));
  return {
    ...decisive,
    kind: kind ?? decisive.kind,
    entries: [...new Set(all.flatMap(({ entries }) => entries))],
    digest: all.find(({ digest }) => digest !== null)?.digest ?? null,
    platforms: [...new Set(all.flatMap(({ platforms }) => platforms))],
    attachments: attachments ?? decisive.attachments,
    lateAttachments: all.some(({ lateAttachments }) => lateAttachments),
    gates: all.flatMap(({ gates }) => gates),
    follows: all.find(({ follows }) => follows !== null)?.follows ?? null,
  };
}

/** Said once for each entry. */
const MOST_SHOWN = 5;

function describe(claims: readonly Claim[]): string {
  const pinned = claims.some(({ action }) => action.wanted.digest !== null);
  const each = claims.slice(0, MOST_SHOWN).map((claim) => {
    const { source, location } = claim.action.wanted;
    const named = source.from === 'image' ? formatReference(source.ref) : `build ${source.build}`;
    // Where one of them is named by its digest, so are the others.
    const digest = pinned && source.from === 'image' && 'tag' in source.ref ? digestOf(claim) : null;
    const where = location === null ? '' : ` (${location.file}:${location.line})`;
    return `${named}${digest === null ? '' : ` = ${digest}`}${where}`;
  });
  const more = claims.length > MOST_SHOWN ? ` and ${claims.length - MOST_SHOWN} more` : '';
  return `several entries want this tag from different sources: ${each.join(', ')}${more}`;
}

// What a review saw, held against the plan of the merge. Pure.

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
