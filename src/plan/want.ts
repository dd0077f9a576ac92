/** What the `images` of the tag file ask for: one wanted tag for each name and tag of each entry, also where entries want the same. Pure. */
import { UserError, type Problem } from '../errors.js';
import { parseTag, type ImageRef } from '../oci/reference.js';
import type { ImageConfig, ImageName } from '../config/model.js';
import { isForced, mapRepository, shownName, type Force, type RegistryMap } from './overrides.js';
import type { TagKind, WantedTag } from './model.js';

/** The choices of this run that change what is wanted. */
export interface WantOptions {
  readonly registryMap: RegistryMap;
  readonly forces: readonly Force[];
  /** appended to a tag to name its stable tag */
  readonly stableSuffix: string;
  /** who has the name of a tag that an entry wants, in words */
  readonly taken?: (entry: ImageConfig, image: ImageName, tag: string, kind: TagKind) => string | null;
}

/**
 * The tags that promotions ask for, in the order of the tag file, names before tags, each primary before its stable tag.
 * @throws UserError when a stable tag would not be a tag
 */
export function wantImages(images: readonly ImageConfig[], options: WantOptions): WantedTag[] {
  const problems: Problem[] = [];
  const wanted = images.flatMap((entry) =>
    entry.names.flatMap((name) => entry.tags.flatMap((tag) => wantOne(entry, name, tag, options, problems))),
  );
  if (problems.length > 0) throw new UserError(problems);
  return wanted;
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
      place: entry.origin.at('stable'),
      what: `stable tag: ${checked.what}`,
      mend: checked.mend,
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
    destination: { ...repository, tag },
    source: { from: 'image', ref: sourceRef(entry, registryMap) },
    entries: [entry],
    place: entry.origin.at(),
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
  };
}

function sourceRef(entry: ImageConfig, map: RegistryMap): ImageRef {
  const repository = mapRepository(entry.srcRepository, map);
  if (entry.srcBuildTag !== undefined) return { ...repository, tag: entry.srcBuildTag };
  if (entry.srcDigest !== undefined) return { ...repository, digest: entry.srcDigest };
  throw new Error(
    `entry ${entry.number} has neither src_build_tag nor src_digest; the parser lets none through`,
  );
}
