/** What the formats of other tools have in common: references as Go's readers take them, and the entries that they become. */
import type { Parsed } from '../../errors.js';
import { isDigest, parseRepository, parseTag, isReservedTag } from '../../oci/reference.js';
import type { ImageConfig, ImageName, NameFilter, Origin, Selection } from '../model.js';

/** What one file asks for. Entries and selections get their numbers when all files are added up. */
export interface Found {
  readonly images: readonly ImageConfig[];
  readonly selections: readonly Selection[];
}

export const NOTHING: Found = { images: [], selections: [] };

/** A reference whose parts may be absent. */
interface LooseReference {
  readonly name: ImageName;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** `NAME[:TAG][@DIGEST]`; a name on Docker Hub may be short. */
export function parseLoose(text: string): Parsed<LooseReference> {
  const [front = '', digest = null] = splitAt(text, text.indexOf('@'));
  const colon = front.lastIndexOf(':');
  const [bare = '', tag = null] = splitAt(front, colon > front.lastIndexOf('/') ? colon : -1);
  if (digest !== null && !isDigest(digest)) {
    return {
      ok: false,
      what: 'it has something that is not a digest after "@"',
      hint: 'write "NAME@sha256:…"',
    };
  }
  if (tag !== null && !isReservedTag(tag)) {
    const checked = parseTag(tag);
    if (!checked.ok) return checked;
  }
  const repository = parseRepository(bare);
  return repository.ok
    ? { ok: true, value: { name: { text: bare, repository: repository.value }, tag, digest } }
    : repository;
}

function splitAt(text: string, at: number): string[] {
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A promotion with nothing but its source and its names. It gets its number when all files are added up. */
export function promotion(
  origin: Origin,
  source: ImageName,
  from: { readonly tag: string } | { readonly digest: string },
  names: readonly ImageName[],
  tags: readonly string[],
): ImageConfig {
  return {
    number: 0,
    names,
    srcName: source.text,
    srcRepository: source.repository,
    ...('digest' in from ? { srcDigest: from.digest } : { srcBuildTag: from.tag }),
    commit: null,
    tags,
    stable: false,
    platforms: [],
    requires: [],
    references: [],
    origin,
  };
}

/** The entry for one tag that a selection found. */
export function selected(selection: Selection, source: ImageName, tag: string, name: ImageName): ImageConfig {
  const { number, attachments, origin } = selection;
  const entry = promotion(origin, source, { tag }, [name], [tag]);
  return { ...entry, number, ...(attachments === undefined ? {} : { attachments }) };
}

export const EVERY_NAME: NameFilter = { allow: [], deny: [] };
