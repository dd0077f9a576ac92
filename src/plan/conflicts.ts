/**
 * Entries that want one tag. From one source they are one action that must meet the conditions of all; from different
 * sources all are refused, since no order between them is declared. Each entry is decided by itself before, with its own
 * conditions, so nothing of an entry can be lost here. Pure.
 */
import { formatReference, sameRepository } from '../oci/reference.js';
import { refuse } from './decide.js';
import { TAG_KINDS, writes, type Observed, type PlannedAction, type WantedTag } from './model.js';

/** One entry's wish for a tag: what was seen and decided for it alone. */
export interface Claim {
  readonly action: PlannedAction;
  readonly observed: Observed;
}

/**
 * One action for all claims to one tag, or the refusal of each.
 * @param claims at least one, all for the same tag, in the order of the files
 */
export function settleClaims(claims: readonly Claim[]): readonly PlannedAction[] {
  const actions = claims.map(({ action }) => action);
  if (actions.length < 2) return actions;
  if (claims.some((a, i) => claims.slice(i + 1).some((b) => conflict(a, b)))) {
    const text = describe(claims);
    return actions.map(({ wanted }) => refuse(wanted, null, 'conflicting-entries', text));
  }
  // Tags of a release are written in groups, by their own rules.
  return actions.some(({ wanted }) => wanted.group !== null) ? actions : [unite(actions)];
}

function conflict(a: Claim, b: Claim): boolean {
  const [one, other] = [a, b].map(({ action }) => action.wanted.source);
  if (one?.from !== 'image' || other?.from !== 'image') {
    return (
      one?.from !== other?.from ||
      (one?.from === 'build' && other?.from === 'build' && one.build !== other.build)
    );
  }
  if (!sameRepository(one.ref, other.ref)) return true;
  const byTag = 'tag' in one.ref && 'tag' in other.ref;
  if (byTag && one.ref.tag !== other.ref.tag) return true;
  // Of one tag only what the entries themselves say can differ; whether the tag is that, each has been asked.
  const [mine, theirs] = byTag
    ? [a.action.wanted.digest, b.action.wanted.digest]
    : [digestOf(a), digestOf(b)];
  return mine !== null && theirs !== null && mine !== theirs;
}

/** What the entry says that its source is, or else what that turned out to be; null when neither is known. */
function digestOf({ action: { wanted }, observed: { source } }: Claim): string | null {
  if (wanted.digest !== null) return wanted.digest;
  return source?.state === 'present' ? source.digest : null;
}

const WORST_FIRST = ['refuse', 'hold', 'move', 'create', 'build', 'keep'] as const;

/** The action that stands in the way most decides; what several entries are refused for is said once each. */
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

function describe(claims: readonly Claim[]): string {
  const pinned = claims.some(({ action }) => action.wanted.digest !== null);
  const each = claims.map((claim) => {
    const { source, place } = claim.action.wanted;
    const named = source.from === 'image' ? formatReference(source.ref) : `build ${source.build}`;
    // Where one of them is told by its digest, so are the others.
    const digest = pinned && source.from === 'image' && 'tag' in source.ref ? digestOf(claim) : null;
    const where = place === null ? '' : ` (${place.file}:${place.line})`;
    return `${named}${digest === null ? '' : ` = ${digest}`}${where}`;
  });
  return `several entries want this tag from different sources: ${each.join(', ')}`;
}
