/**
 * Reads what the plan needs to know, and nothing more: Docker Hub counts every manifest that is read by GET,
 * so a tag that is right already costs two HEAD requests (one with `src_digest`), and manifests are read
 * only for tags that will be written, or whose entry has conditions that must hold for a tag that is right as well.
 */
import { channelOf, type GitTags, type Release } from './builds/release.js';
import { isPromotion } from './config/model.js';
import { OperationError } from './errors.js';
import {
  type DigestRef,
  formatReference,
  type ImageRef,
  type Repository,
  sameRepository,
} from './oci/reference.js';
import {
  type ChannelVerdict,
  type GateVerdict,
  type Observed,
  type Plan,
  type SourceState,
  type WantedTag,
  writes,
} from './plan/model.js';
import type { Absence, TagState, FactsNeed, InspectedImage, Registry } from './ports.js';
import type { Manifest } from './oci/manifest.js';
import type { Ports } from './request.js';
import { createLooks } from './plan/looks.js';
import { once, pool } from './shared/concurrency.js';
import type { TrustCheck } from './trust/check.js';

/** What is looked at besides the registry's manifests; each asked at most once a wanted tag. */
interface ObserveParts {
  /** why the name of a tag is not known; null when it is, which it is but for numbers that a registry does not tell */
  nameless(wanted: WantedTag): OperationError | null;
  /** the gates of a tag that would be written */
  gate(wanted: WantedTag, source: SourceState): Promise<GateVerdict>;
  /** the order of the version in hand against the channel's */
  channel(wanted: WantedTag): Promise<ChannelVerdict | null>;
  /** the image of a build: finished earlier, or still to be built */
  build(wanted: WantedTag): Promise<SourceState>;
  /** who vouches for what a promotion promotes; absent: no rule asks */
  readonly trust?: TrustCheck;
}

const OPEN: GateVerdict = { state: 'open', text: '' };

/**
 * Observes every wanted tag; never throws for what a registry answers, that becomes part of the observation.
 * @param registry one that remembers its looks (`memoised`): tags that lead others are asked for again
 */
export async function observe(
  wanted: readonly WantedTag[],
  registry: Registry,
  lookups: ObserveParts,
  options: {
    readonly concurrency: number;
    /** `unconfirmed` for a plan that is carried out: see `confirmUnwritten` */
    readonly absence?: Absence;
    readonly onProgress?: (done: number) => void;
  },
): Promise<Map<WantedTag, Observed>> {
  const observer = createObserver(
    registry,
    lookups,
    createLooks(registry, wanted, options.absence ?? 'confirmed'),
  );
  let done = 0;
  const seen = await pool(wanted, options.concurrency, async (tag) => {
    const observed = await observer(tag);
    options.onProgress?.(++done);
    return observed;
  });
  return new Map(wanted.map((tag, index) => [tag, seen[index] as Observed]));
}

/**
 * The look right before a write confirms that a tag is absent, so a promotion that is written needs no second request
 * for it. What is not going to be written is never looked at again: its absence is confirmed here. `observed` is brought up to date.
 * @returns whether anything was confirmed, so that the plan has to be made anew
 */
export async function confirmUnwritten(
  { actions }: Plan,
  observed: Map<WantedTag, Observed>,
  registry: Registry,
  concurrency: number,
): Promise<boolean> {
  const written = new Set(actions.filter(writes).map(({ wanted }) => formatReference(wanted.destination)));
  const open = [...observed].filter(([{ destination }, { destination: seen }]) => {
    const rests = seen.state === 'absent' && seen.unconfirmed === true;
    return rests && !written.has(formatReference(destination));
  });
  await pool(open, concurrency, async ([wanted, seen]) => {
    observed.set(wanted, { ...seen, destination: await registry.head(wanted.destination) });
  });
  return open.length > 0;
}

function createObserver(
  registry: Registry,
  lookups: ObserveParts,
  look: (wanted: WantedTag) => Promise<TagState>,
): (wanted: WantedTag) => Promise<Observed> {
  /** A source is resolved once a run, whoever asks and how: one that moves meanwhile must not give a release two digests. */
  const sources = once<SourceState>(true);

  return async (wanted) => {
    const nameless = lookups.nameless(wanted);
    const destination: TagState =
      nameless === null ? await look(wanted) : { state: 'unknown', error: nameless };
    if (destination.state === 'unknown') return { destination, source: null, gate: OPEN, channel: null };
    const previous = destination.state === 'present' ? destination.digest : null;
    const pinned = previous !== null && previous === wanted.digest;
    const conditional = hasConditions(wanted, pinned);
    const bare = { destination, source: null, gate: OPEN, channel: null };
    if (pinned && !conditional) return withTrust(wanted, bare, previous);
    const source = pinned ? await observePinned(wanted, previous) : await observeSource(wanted, previous);
    const rest = { destination, source, gate: OPEN, channel: null };
    const right = source.state === 'missing' || (source.state === 'present' && source.digest === previous);
    if (previous !== null && right) {
      const kept = conditional ? await readKept(registry, wanted, previous, source) : {};
      return withTrust(wanted, { ...rest, ...kept }, previous);
    }
    if (!mayWrite(wanted, previous, source)) return rest;
    const reading = readSource(registry, wanted, source);
    const [read, gate, channel] = await Promise.all([
      reading,
      wanted.gates.length === 0 ? OPEN : reading.then((seen) => lookups.gate(wanted, seen)),
      wanted.kind === 'channel' ? lookups.channel(wanted) : null,
    ]);
    const digest = read.state === 'present' ? read.digest : null;
    return withTrust(wanted, { destination, source: read, gate, channel }, digest);
  };

  /** Rules hold for a tag that is right as well. Nothing is known of trust where a registry or a root does not answer. */
  async function withTrust(wanted: WantedTag, seen: Observed, digest: string | null): Promise<Observed> {
    const { source, destination, entries, follows } = wanted;
    if (digest === null || seen.source?.state === 'unknown') return seen;
    if (lookups.trust === undefined || source.from === 'build' || follows !== null) return seen;
    const rules = lookups.trust.rulesFor(entries[0], source.ref);
    if (rules.length === 0) return seen;
    const isKept = seen.destination.state === 'present' && seen.destination.digest === digest;
    const places =
      isKept && !sameRepository(source.ref, destination) ? [source.ref, destination] : [source.ref];
    try {
      return { ...seen, trust: await lookups.trust.verify(registry, digest, places, rules) };
    } catch (error) {
      if (error instanceof OperationError) return { ...seen, source: { state: 'unknown', error } };
      throw error;
    }
  }

  /** The tag is what the entry pins, wherever its source tag points by now; the source matters for what is attached there. */
  async function observePinned(wanted: WantedTag, digest: string): Promise<SourceState> {
    const { source, destination } = wanted;
    if (source.from !== 'image' || !carries(wanted)) return presentAt(destination, digest);
    const at = { registry: source.ref.registry, repository: source.ref.repository, digest };
    return stateOf(at, await registry.head(at));
  }

  async function observeSource(wanted: WantedTag, previous: string | null): Promise<SourceState> {
    if (wanted.source.from === 'build') return lookups.build(wanted);
    // A stable tag or channel is the digest of its primary, wherever that came from; the source may be gone by now.
    const { follows } = wanted;
    const leader = follows === null || follows.forced ? null : await look(follows);
    if (leader?.state === 'present') return presentAt(wanted.destination, leader.digest);
    const { ref } = wanted.source;
    if (previous === null) return sources.run(formatReference(ref), () => fetchSource(registry, ref));
    return sources.run(formatReference(ref), async () => stateOf(ref, await registry.head(ref)));
  }
}

function presentAt(at: { registry: string; repository: string }, digest: string): SourceState {
  const repository = { registry: at.registry, repository: at.repository };
  return { state: 'present', digest, manifest: null, facts: null, repository };
}

function stateOf(ref: ImageRef, existence: TagState): SourceState {
  if (existence.state === 'absent') return { state: 'missing', error: null };
  if (existence.state === 'unknown') return existence;
  return presentAt(ref, existence.digest);
}

/** Could this tag be written, as far as the digests say? If not, nothing more needs to be read. */
function mayWrite(wanted: WantedTag, previous: string | null, source: SourceState): boolean {
  if (source.state === 'to-build') return true;
  if (source.state !== 'present') return false;
  if (wanted.digest !== null && wanted.digest !== source.digest) return false;
  return previous === null || wanted.forced || wanted.kind === 'channel';
}

/**
 * Is there anything that must hold for this tag when it is right? Its stable tag leaves what is attached to the tag that it follows.
 * @param pinned the tag is the digest that the file names: content that cannot change, so the commit that was read when the tag was written holds
 */
function hasConditions(wanted: WantedTag, pinned: boolean): boolean {
  const { platforms, revision, attachments, follows, source } = wanted;
  const attached = follows === null && (attachments === 'require' || carries(wanted));
  // The platforms of a build are for what is still to be written: one may be of the release only since then.
  return (platforms.length > 0 && source.from === 'image') || (revision !== null && !pinned) || attached;
}

/** Can something have been attached to the source that the destination does not have? */
function carries({ lateAttachments, follows, source, destination }: WantedTag): boolean {
  return (
    lateAttachments && follows === null && source.from === 'image' && !sameRepository(source.ref, destination)
  );
}

/** What the conditions of a tag that is right are held against: its image at the destination, and what is attached there or at the source. */
async function readKept(
  registry: Registry,
  wanted: WantedTag,
  digest: string,
  source: SourceState,
): Promise<Pick<Observed, 'kept'> | Pick<Observed, 'source'>> {
  const { destination } = wanted;
  const repository: Repository = { registry: destination.registry, repository: destination.repository };
  const at: DigestRef = { ...repository, digest };
  const from = source.state === 'present' && carries(wanted) ? { ...source.repository, digest } : null;
  try {
    const manifest = await registry.manifest(at);
    const asks = wanted.attachments === 'require' && wanted.follows === null;
    const attached =
      asks &&
      ((await registry.attached(at, manifest)) > 0 ||
        (from !== null && (await registry.attached(from, manifest)) > 0));
    return {
      kept: {
        manifest,
        facts: await readFacts(registry, wanted, repository, manifest),
        attached: asks ? attached : null,
        from,
      },
    };
  } catch (error) {
    if (error instanceof OperationError) return { source: { state: 'unknown', error } };
    throw error;
  }
}

/** Platforms and revision, where the entry asks for them. */
function readFacts(
  registry: Registry,
  wanted: WantedTag,
  at: Repository,
  manifest: Manifest,
): Promise<InspectedImage> | null {
  const need: FactsNeed = {
    revision: wanted.revision !== null ? 'every' : asksForCommit(wanted) ? 'first' : null,
    platforms: wanted.platforms.length > 0,
  };
  return need.revision !== null || need.platforms ? registry.inspect(at, manifest, need) : null;
}

/** The source tag's bytes in one request, since the tag will probably be written. */
async function fetchSource(registry: Registry, ref: ImageRef): Promise<SourceState> {
  try {
    const manifest = await registry.manifest(ref);
    const repository = { registry: ref.registry, repository: ref.repository };
    return { state: 'present', digest: manifest.digest, manifest, facts: null, repository };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return error.code === 'absent' ? { state: 'missing', error } : { state: 'unknown', error };
  }
}

/** Without src_ref a check on the image's own commit is looked for at the commit of its revision label. */
function asksForCommit({ entries }: WantedTag): boolean {
  return entries.filter(isPromotion).some(({ srcRef, requires }) => {
    return srcRef === undefined && requires.some(({ check, repo, ref }) => check && !repo && !ref);
  });
}

/** Adds bytes and, where the entry asks for platforms or names a commit, the facts. */
async function readSource(registry: Registry, wanted: WantedTag, source: SourceState): Promise<SourceState> {
  if (source.state !== 'present') return source;
  try {
    const at: DigestRef = { ...source.repository, digest: source.digest };
    const manifest = source.manifest ?? (await registry.manifest(at));
    const facts = await readFacts(registry, wanted, source.repository, manifest);
    return { ...source, manifest, facts };
  } catch (error) {
    // A missing child or config of a source that is there makes the source unusable, not absent.
    if (error instanceof OperationError) return { state: 'unknown', error };
    throw error;
  }
}

// What observe asks besides manifests: gates, channels, builds.

/** What gates and channels are asked of. */
type GateParts = Pick<Ports, 'gatekeeper' | 'subject'> & { readonly registry: Pick<Registry, 'head'> };

/**
 * @param release null without a ref
 * @param parts its registry is one that remembers its looks
 */
export function observeParts(release: Release | null, parts: GateParts, gitTags?: GitTags): ObserveParts {
  const unknown = release?.names.unknown ?? null;
  return {
    nameless: ({ group, nameless = null }) => (group === null ? nameless : unknown),
    gate: (wanted, source) => {
      const revision = source.state === 'present' ? (source.facts?.revision ?? null) : null;
      const entry = wanted.entries.find(isPromotion);
      const subject = entry === undefined ? parts.subject(null, null) : parts.subject(entry, revision);
      return parts.gatekeeper.judge(wanted.gates, subject);
    },
    channel: (wanted) => channelOf(release, wanted, parts.registry, gitTags),
    build: (wanted) => Promise.resolve(buildOf(release, wanted)),
  };
}

function buildOf(release: Release | null, { source }: WantedTag): SourceState {
  const state = source.from === 'build' ? release?.states.get(source.build) : undefined;
  if (state === undefined) throw new Error('a tag of a build without the state of that build');
  return state;
}

// Looks that are made once: while a plan is made, one answer about a tag counts for whoever asks.

/**
 * The registry as a plan sees it. Building and planning ask for the same tags, and two answers to one question would
 * make a plan that contradicts itself. Not for writing: what is about to be written is looked at anew (`headFresh`).
 */
export function memoised(registry: Registry): Registry {
  const looks = once<TagState>(true);
  const confirmed = once<TagState>(true);
  const look: Registry['head'] = async (ref, absence) => {
    const key = formatReference(ref);
    const seen = await looks.run(key, () => registry.head(ref, absence));
    if (absence === 'unconfirmed' || seen.state !== 'absent' || seen.unconfirmed !== true) return seen;
    return confirmed.run(key, () => registry.headFresh(ref));
  };
  return { ...registry, head: look };
}
