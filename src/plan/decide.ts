/**
 * The table of what happens to one wanted tag, as one pure function: the first row that fits wins.
 * The order of the rows is the rule: what makes writing impossible comes before what makes it
 * needless, and what makes it needless before what only holds it back.
 */
import type { OperationError } from '../errors.js';
import type { InspectedImage, StatedRevision } from '../ports.js';
import { formatReference } from '../oci/reference.js';
import { platformsMissing } from '../oci/platform.js';
import {
  tagName,
  writes,
  type ActionName,
  type Observed,
  type PlannedAction,
  type Reason,
  type ReasonCode,
  type SourceState,
  type WantedTag,
} from './model.js';

type Present = Extract<SourceState, { state: 'present' }>;

/** Decides one wanted tag by what was observed; what several entries want is settled after (conflicts.ts). */
export function decide(wanted: WantedTag, observed: Observed): PlannedAction {
  const { trust } = observed;
  return { ...decideTag(wanted, observed), ...(trust && { trust }) };
}

function decideTag(wanted: WantedTag, observed: Observed): PlannedAction {
  const { destination, source } = observed;
  if (destination.state === 'unknown') {
    return refuseUnknown(wanted, null, 'cannot tell whether the tag exists', destination.error);
  }
  const previous = destination.state === 'present' ? destination.digest : null;
  if (source === null) return decideWithoutSource(wanted, observed, previous);
  switch (source.state) {
    case 'unknown':
      return refuseUnknown(wanted, previous, unusable(source.error), source.error);
    case 'missing':
      return decideMissing(wanted, observed, previous);
    case 'refused':
      return refuseBuild(wanted, previous, source);
    case 'to-build':
      return decideToBuild(wanted, observed, previous);
    case 'present':
      return decidePresent(wanted, observed, source, previous);
  }
}

/** A source that is known well enough to be refused is not one of which nobody can tell. */
function unusable({ code }: OperationError): string {
  const known = code === 'mismatch' || code === 'rejected';
  return known ? 'the source cannot be used' : 'cannot tell what the source is';
}

function refuseUnknown(
  wanted: WantedTag,
  previous: string | null,
  before: string,
  error: OperationError,
): PlannedAction {
  const { message, hint } = error;
  const refused = refuse(wanted, previous, 'unknown', `${before}: ${message}`);
  return hint === undefined ? refused : { ...refused, reason: { ...refused.reason, help: hint } };
}

function decideWithoutSource(wanted: WantedTag, observed: Observed, previous: string | null): PlannedAction {
  if (previous !== null && previous === wanted.digest)
    return untrusted(wanted, observed, previous) ?? keep(wanted, previous, 'same-digest', SAME);
  // The observer leaves the source out only when the destination settles the matter; anything else is not knowledge.
  return refuse(
    wanted,
    previous,
    'unknown',
    `the source of ${observed.destination.state} tag was not looked at`,
  );
}

function decideMissing(wanted: WantedTag, observed: Observed, previous: string | null): PlannedAction {
  const name = sourceName(wanted);
  if (previous === null) {
    return refuse(
      wanted,
      null,
      'source-missing',
      `the source ${name} does not exist, and neither does the tag`,
    );
  }
  if (wanted.digest !== null && wanted.digest !== previous) {
    return refuseOther(wanted, previous, wanted.digest);
  }
  const text = `the source ${name} is gone; the tag exists and is left as it is, there is nothing to compare it with`;
  const refused = unmetByKept(wanted, observed, previous) ?? untrusted(wanted, observed, previous);
  return refused ?? keep(wanted, previous, 'source-gone', text, [text]);
}

function decideToBuild(wanted: WantedTag, observed: Observed, previous: string | null): PlannedAction {
  const held = hold(wanted, observed, previous);
  if (wanted.kind === 'channel' && !wanted.forced)
    return held ?? decideChannel(wanted, observed, previous, null);
  if (previous === null) return held ?? act(wanted, 'create', null, null, 'absent', ABSENT);
  if (wanted.forced)
    return held ?? act(wanted, 'move', null, previous, 'forced', `forced; it is ${previous} now`);
  return refuse(
    wanted,
    previous,
    'different-digest',
    `exists as ${previous}, and this run would build another image`,
  );
}

function decidePresent(
  wanted: WantedTag,
  observed: Observed,
  source: Present,
  previous: string | null,
): PlannedAction {
  if (wanted.digest !== null && source.digest !== wanted.digest) {
    const text = `the source ${sourceName(wanted)} is ${source.digest}, but src_digest names ${wanted.digest}`;
    return refuse(wanted, previous, 'digest-mismatch', text);
  }
  const refused =
    unmet(wanted, source.facts, previous) ??
    unmetByKept(wanted, observed, previous) ??
    untrusted(wanted, observed, previous);
  if (refused !== null) return refused;
  if (previous === source.digest) {
    const { from = null, manifest = null } = observed.kept ?? {};
    return { ...keep(wanted, previous, 'same-digest', SAME), source: from, manifest: from && manifest };
  }
  if (previous !== null && wanted.kind !== 'channel' && !wanted.forced) {
    return refuseOther(wanted, previous, source.digest);
  }
  const warnings = wanted.revision === null ? [] : unsaid(wanted, source.facts?.revisions ?? []);
  const decided = hold(wanted, observed, previous) ?? write(wanted, observed, source, previous);
  const from = { ...source.repository, digest: source.digest };
  return {
    ...decided,
    source: from,
    manifest: source.manifest,
    warnings: [...decided.warnings, ...warnings],
  };
}

/** What the entry asks of its image and the image is not; null when all of it holds, or was not read. */
function unmet(
  wanted: WantedTag,
  facts: InspectedImage | null,
  previous: string | null,
): PlannedAction | null {
  if (facts === null) return null;
  const missing = platformsMissing(wanted.platforms, facts.platforms);
  if (missing.length > 0) {
    const has = facts.platforms.join(', ');
    const text = `the image lacks the required ${plural(missing.length, 'platform')} ${missing.join(', ')}; it has ${has || 'none'}`;
    return refuse(wanted, previous, 'platform-missing', text);
  }
  const named = wanted.revision;
  if (named === null) return null;
  const said = facts.revisions.filter(({ revision }) => revision !== null);
  const other = said.find(({ revision }) => !sameRevision(revision ?? '', named));
  if (other === undefined) return null;
  const made = `${imageOf(other)} says that it is made from ${other.revision ?? ''}`;
  if (wanted.group === null)
    return refuse(wanted, previous, 'revision-mismatch', `src_ref names commit ${named}, but ${made}`);
  const text = `this run is for commit ${named}, but ${made}; put the git tag on the commit of ${sourceName(wanted)}`;
  return refuseBuild(wanted, previous, { state: 'refused', code: 'revision-mismatch', text });
}

/** The same of a tag that is right, and whether something is attached to it. */
function unmetByKept(wanted: WantedTag, { kept }: Observed, previous: string | null): PlannedAction | null {
  const refused = unmet(wanted, kept?.facts ?? null, previous);
  if (refused !== null || kept?.attached !== false) return refused;
  const text =
    'the tag is this digest, but no signature, attestation or SBOM is attached to it or to the source, and "attachments: require" asks for one';
  return refuse(wanted, previous, 'attachment-missing', text);
}

function untrusted(wanted: WantedTag, { trust }: Observed, previous: string | null): PlannedAction | null {
  const failed = trust?.rules.filter(({ holds }) => !holds) ?? [];
  const text = failed.map(({ label, why }) => `trust rule ${label} is not met: ${why}`).join('; ');
  return failed.length === 0 ? null : refuse(wanted, previous, 'untrusted', text);
}

function imageOf({ of }: StatedRevision): string {
  return of === null ? 'the image' : `the image for ${of}`;
}

/** A warning when images do not say which commit they are made from. */
function unsaid({ group }: WantedTag, revisions: readonly StatedRevision[]): string[] {
  const silent = revisions.filter(({ revision }) => revision === null);
  if (silent.length === 0) return [];
  const who = silent.length === revisions.length ? 'the image' : silent.map(imageOf).join(', ');
  const what = group === null ? 'src_ref' : 'the commit that it is made from';
  return [`${who} has no org.opencontainers.image.revision, so ${what} could not be checked`];
}

function write(
  wanted: WantedTag,
  observed: Observed,
  source: Present,
  previous: string | null,
): PlannedAction {
  if (wanted.kind === 'channel' && !wanted.forced)
    return decideChannel(wanted, observed, previous, source.digest);
  if (previous === null) return act(wanted, 'create', source.digest, null, 'absent', ABSENT);
  return act(
    wanted,
    'move',
    source.digest,
    previous,
    'forced',
    `forced from ${previous} to ${source.digest}`,
  );
}

/** Channels only go forward; one that does not exist yet is not made from a version that is older than what exists. */
function decideChannel(
  wanted: WantedTag,
  observed: Observed,
  previous: string | null,
  digest: string | null,
): PlannedAction {
  const { channel } = observed;
  if (channel === null) {
    return refuse(wanted, previous, 'unknown', 'the versions in the registry could not be read');
  }
  if (channel.order === 'unknown') {
    return refuseUnknown(wanted, previous, 'cannot tell which versions there are', channel.error);
  }
  const highest = channel.highest ?? 'none';
  if (channel.order === 'older') {
    const text = `the registry already holds the newer version ${highest}`;
    const kept = act(wanted, 'keep', previous, previous, 'older', text);
    return channel.warning === undefined ? kept : { ...kept, warnings: [channel.warning] };
  }
  if (previous === null) return act(wanted, 'create', digest, null, 'absent', ABSENT);
  const moved = act(wanted, 'move', digest, previous, 'newer', `the highest version there is ${highest}`);
  return channel.highest === null ? moved : { ...moved, reason: { ...moved.reason, version: highest } };
}

/** The hold that keeps a tag from being written now, or null. An unknown gate is not a hold: nothing is known of it. */
function hold(wanted: WantedTag, observed: Observed, previous: string | null): PlannedAction | null {
  const { gate } = observed;
  switch (gate.state) {
    case 'unknown':
      return refuse(wanted, previous, 'unknown', gate.text);
    case 'failed':
      return act(wanted, 'hold', null, previous, 'gate-failed', gate.text);
    case 'pending':
      return act(wanted, 'hold', null, previous, 'gate-pending', gate.text);
    case 'open':
      return wanted.manual
        ? act(
            wanted,
            'hold',
            null,
            previous,
            'manual',
            'waits for somebody to say so (input `stable: true`, `--stable`)',
          )
        : null;
  }
}

/** A build that must not be made says itself what to do about it, unless nothing is known of what exists. */
function refuseBuild(
  wanted: WantedTag,
  previous: string | null,
  { code, text }: Extract<SourceState, { state: 'refused' }>,
): PlannedAction {
  const refused = refuse(wanted, previous, code, text);
  return code === 'unknown' ? refused : { ...refused, reason: { code, cause: 'build', text } };
}

/** The same line again, for a tag that may not be written because the one that it follows is not. */
export function followLeader(action: PlannedAction, leader: PlannedAction): PlannedAction {
  if (leader.action !== 'refuse' && leader.action !== 'hold') return action;
  // What this tag was compared with is the leader as it is; a refused leader is not what is wanted.
  const agrees = leader.action === 'refuse' && action.reason.code === 'same-digest';
  if (!writes(action) && !agrees) return action;
  const verb = leader.action === 'refuse' ? 'refused' : 'held';
  const text = `follows ${formatReference(leader.wanted.destination)}, which is ${verb}: ${leader.reason.text}`;
  return {
    ...action,
    action: leader.action,
    digest: null,
    reason: {
      code: leader.reason.code,
      cause: 'follows',
      of: leader.reason.of ?? tagName(leader.wanted),
      text,
    },
  };
}

const SAME = 'the tag already is this digest';
const ABSENT = 'the tag does not exist yet';

/** The one refusal that says what the tag should have been: what stands there is shown beside it. */
function refuseOther(wanted: WantedTag, previous: string, digest: string): PlannedAction {
  const text = `exists as ${previous}, the source is ${digest}`;
  return { ...refuse(wanted, previous, 'different-digest', text), digest };
}

// Short forms are common in src_ref (12 digits of a commit); a prefix of at least 7 digits names the same commit.
function sameRevision(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.length >= 7 && long.toLowerCase().startsWith(short.toLowerCase());
}

function sourceName(wanted: WantedTag): string {
  return wanted.source.from === 'image' ? formatReference(wanted.source.ref) : `build ${wanted.source.build}`;
}

export function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

function act(
  wanted: WantedTag,
  action: ActionName,
  digest: string | null,
  previous: string | null,
  code: ReasonCode,
  text: string,
): PlannedAction {
  const reason: Reason = { code, text };
  return { action, reason, wanted, digest, previous, source: null, manifest: null, warnings: [] };
}

function keep(
  wanted: WantedTag,
  previous: string,
  code: ReasonCode,
  text: string,
  warnings: readonly string[] = [],
): PlannedAction {
  return { ...act(wanted, 'keep', previous, previous, code, text), warnings };
}

export function refuse(
  wanted: WantedTag,
  previous: string | null,
  code: ReasonCode,
  text: string,
): PlannedAction {
  return act(wanted, 'refuse', null, previous, code, text);
}
