/** What the `images` of the tag file ask for: one wanted tag for each name and tag of each entry, also where entries want the same. Pure. */
import type { BuildName, RunBuild } from './builds/inputs.js';
import { imageOf } from './builds/machines.js';
import type { Gate, ImageConfig, ImageName } from './config/model.js';
import { type Problem, UserError } from './errors.js';
import { type ImageRef, isDigest, parseTag, tagOrDigest } from './oci/reference.js';
import type { TagKind, WantedTag } from './plan/model.js';
import { isForced, mapRepository, type RegistryMap, shownName, type WantOptions } from './plan/overrides.js';
import type { Decision } from './policy/policy.js';
import { RUN_LIMITS } from './shared/limits.js';

/** Counted before they are made. */
function tooMany(images: readonly ImageConfig[]): Problem[] {
  let wanted = 0;
  for (const { names, tags, stable, origin } of images) {
    for (const [key, { length }] of Object.entries({ name: names, tags })) {
      if (length <= RUN_LIMITS.list) continue;
      const what = `there are ${length} items in "${key}", and at most ${RUN_LIMITS.list} are allowed`;
      return [{ location: origin.at(key), what, hint: 'split the entry' }];
    }
    wanted += names.length * Math.max(tags.length, 1) * (stable ? 2 : 1);
    if (wanted <= RUN_LIMITS.wanted) continue;
    const what = `up to here more than ${RUN_LIMITS.wanted} tags are asked for, which is the most for one run`;
    return [{ location: origin.at(), what, hint: 'split the tag file, and run Retag for each part' }];
  }
  return [];
}

/**
 * The tags that promotions ask for, in the order of the tag file, names before tags, each primary before its stable tag.
 * @throws UserError when a stable tag would not be a tag, and for more tags than a run may want
 */
export function wantImages(images: readonly ImageConfig[], options: WantOptions): WantedTag[] {
  const problems = tooMany(images);
  if (problems.length > 0) throw new UserError(problems);
  const wanted = images.flatMap((entry) =>
    entry.names.flatMap((name) =>
      tagsOf(entry).flatMap((tag) => wantOne(entry, name, tag, options, problems)),
    ),
  );
  if (problems.length > 0) throw new UserError(problems);
  return wanted;
}

/** An entry without tags promotes the digest itself. */
function tagsOf({ tags, srcDigest }: ImageConfig): readonly string[] {
  return tags.length === 0 && srcDigest !== undefined ? [srcDigest] : tags;
}

function wantOne(
  entry: ImageConfig,
  image: ImageName,
  tag: string,
  options: WantOptions,
  problems: Problem[],
): WantedTag[] {
  const primary = primaryTag(entry, image, tag, options);
  if (!entry.stable) return [primary];
  const name = tag + options.stableSuffix;
  const checked = parseTag(name);
  if (!checked.ok) {
    problems.push({
      location: entry.origin.at('stable'),
      what: `stable tag: ${checked.what}`,
      hint: checked.hint,
    });
  }
  const destination = { ...primary.destination, tag: name };
  const forced = isForced(options.forces, [image.repository, primary.destination], name);
  const taken = options.taken?.(entry, image, name, 'stable') ?? null;
  return [primary, { ...primary, kind: 'stable', destination, forced, taken, follows: primary }];
}

function primaryTag(entry: ImageConfig, image: ImageName, tag: string, options: WantOptions): WantedTag {
  const { registryMap, forces } = options;
  const repository = mapRepository(image.repository, registryMap);
  return {
    kind: 'primary',
    image: shownName(image.text, image.repository, registryMap),
    destination: isDigest(tag) ? { ...repository, digest: tag } : { ...repository, tag },
    source: { from: 'image', ref: sourceRef(entry, registryMap) },
    entries: [entry],
    location: placeOf(entry),
    forced: isForced(forces, [image.repository, repository], tag),
    digest: entry.srcDigest ?? null,
    platforms: entry.platforms,
    revision: entry.commit?.sha ?? null,
    attachments: entry.attachments ?? 'copy',
    lateAttachments: entry.attachments !== undefined && entry.attachments !== 'ignore',
    gates: entry.requires,
    manual: false,
    taken: options.taken?.(entry, image, tag, 'primary') ?? null,
    follows: null,
    group: null,
    ...(entry.unlisted === undefined ? {} : { nameless: entry.unlisted }),
  };
}

/** Null for an entry that stands in no file. */
function placeOf({ origin }: ImageConfig): WantedTag['location'] {
  const location = origin.at();
  return location.nowhere === true ? null : location;
}

function sourceRef(entry: ImageConfig, map: RegistryMap): ImageRef {
  const repository = mapRepository(entry.srcRepository, map);
  if (entry.srcBuildTag !== undefined) return { ...repository, tag: entry.srcBuildTag };
  if (entry.srcDigest !== undefined) return { ...repository, digest: entry.srcDigest };
  throw new Error(
    `entry ${entry.number} has neither src_build_tag nor src_digest; the parser lets none through`,
  );
}

// The tags that the builds of a run want: each image × primary, stable and channel tags of the decision. Pure.

/** All images of a run make one release: they are tagged whole or not at all. */
const RELEASE = 'release';

/** Whose name it is, in words, when the tag must not have it. */
export type NameOwner = (kind: TagKind, destination: ImageRef) => string | null;

/** What an image must be that a rule promotes instead of building it. */
type Conditions = Pick<WantedTag, 'platforms' | 'revision'>;
const NO_CONDITIONS: Conditions = { platforms: [], revision: null };

/** Counted before they are made. */
function tooManyOfRelease(builds: readonly RunBuild[], { tags, channels }: Decision): void {
  const names = builds.reduce((sum, build) => sum + build.names.length, 0);
  const wanted = names * (2 * tags.length + channels.length);
  if (wanted <= RUN_LIMITS.wanted) return;
  const what = `the release wants up to ${wanted} tags of ${names} images, and at most ${RUN_LIMITS.wanted} are allowed`;
  const location = builds[0]?.location;
  throw new UserError([
    { ...(location && { location }), what, hint: 'split the builds into several tag files' },
  ]);
}

/**
 * @param stable somebody said that held stable tags may be written
 * @throws UserError for more tags than a run may want
 */
export function wantBuilds(
  builds: readonly RunBuild[],
  decision: Decision,
  stable: boolean,
  owner: NameOwner = () => null,
  promoted: (build: RunBuild) => Conditions = () => NO_CONDITIONS,
): WantedTag[] {
  tooManyOfRelease(builds, decision);
  return builds.flatMap((build) =>
    build.names.flatMap((name) => {
      const primaries = decision.tags.map((tag) =>
        owned(promoting(primary(build, name, tag, decision), decision, promoted(build)), owner),
      );
      const [first] = primaries;
      if (first === undefined) return [];
      const followers = primaries.flatMap((leader) =>
        stableOf(leader, name, decision, stable).map((tag) => owned(tag, owner)),
      );
      const channels = decision.channels.map((tag) => owned(follower(first, name, 'channel', tag), owner));
      return [...primaries, ...followers, ...channels];
    }),
  );
}

/** What is built where nothing can be promoted has the platforms of its build. */
function promoting(tag: WantedTag, { from }: Decision, { platforms, revision }: Conditions): WantedTag {
  if (from === null) return tag;
  return { ...tag, revision, platforms: tag.source.from === 'image' ? platforms : [] };
}

function owned(tag: WantedTag, owner: NameOwner): WantedTag {
  return { ...tag, taken: owner(tag.kind, tag.destination) };
}

function primary(
  { config, entry, location }: RunBuild,
  name: BuildName,
  tag: string,
  decision: Decision,
): WantedTag {
  return {
    // A rule of class stable names the stable tag itself as its tag.
    kind: decision.class === 'stable' ? 'stable' : 'primary',
    image: name.text,
    destination: { ...name.repository, tag },
    source: sourceOf(config, name, decision),
    entries: entry === null ? [] : [entry],
    location,
    forced: name.isForced(tag),
    digest: null,
    platforms: [],
    revision: null,
    attachments: 'copy',
    lateAttachments: false,
    gates: [...decision.requires, ...config.requires],
    manual: false,
    taken: null,
    follows: null,
    group: RELEASE,
  };
}

function sourceOf(
  config: RunBuild['config'],
  { repository }: BuildName,
  { from, fallback }: Decision,
): WantedTag['source'] {
  if (from === null || fallback === 'build') return { from: 'build', build: imageOf(config) };
  return { from: 'image', ref: { ...repository, tag: from } };
}

function stableOf(leader: WantedTag, name: BuildName, decision: Decision, stable: boolean): WantedTag[] {
  if (decision.stable === false || decision.class === 'stable') return [];
  const tag = tagOrDigest(leader.destination) + decision.stableSuffix;
  const gates: readonly Gate[] = typeof decision.stable === 'object' ? decision.stable.requires : [];
  const follows = follower(leader, name, 'stable', tag);
  return [{ ...follows, gates: [...leader.gates, ...gates], manual: isManual(decision, stable) }];
}

function isManual(decision: Decision, stable: boolean): boolean {
  return decision.stable === 'manual' && !stable;
}

function follower(leader: WantedTag, name: BuildName, kind: WantedTag['kind'], tag: string): WantedTag {
  const destination = { ...name.repository, tag };
  return { ...leader, kind, destination, forced: name.isForced(tag), follows: leader };
}
