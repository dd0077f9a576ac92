/** What can be said of promotions before any registry is asked: entries that want one tag from different sources, and moving tags. Pure. */
import { type Problem, UserError } from '../errors.js';
import { formatReference, formatRepository, tagOrDigest } from '../oci/reference.js';
import { tagName, type WantedTag } from './model.js';

/** A wanted tag, and what its source is: as far as that is known, or else what the entry says. */
interface Claim {
  readonly wanted: WantedTag;
  readonly digest: string | null;
}

/** Do wanted tags of one name come from different sources? Each is looked at once: a stranger may write as many as a run may want. */
export function fromSeveralSources(claims: readonly Claim[]): boolean {
  const sources = claims.map(({ wanted }) => wanted.source);
  const names = sources.map((source) =>
    source.from === 'image' ? `image ${formatRepository(source.ref)}` : `build ${source.build}`,
  );
  const tags = sources.flatMap((source) =>
    source.from === 'image' && 'tag' in source.ref ? [source.ref.tag] : [],
  );
  if (isMixed(names) || isMixed(tags)) return true;
  // Of one tag only what the entries themselves say can differ; whether the tag is that, each has been asked.
  const byTag = tags.length === claims.length;
  const digests = claims.map(({ wanted, digest }) => (byTag ? wanted.digest : digest));
  return sources[0]?.from === 'image' && isMixed(digests);
}

function isMixed(values: readonly (string | null)[]): boolean {
  return new Set(values.filter((value) => value !== null)).size > 1;
}

const said = (wanted: WantedTag): Claim => ({ wanted, digest: wanted.digest });

/**
 * A run refuses entries that want one tag from different sources.
 * @throws UserError with each of them, and the place of the first
 */
export function refuseConflicts(wanted: readonly WantedTag[]): void {
  const first = new Map<string, WantedTag>();
  const problems = wanted.flatMap((tag): Problem[] => {
    const name = formatReference(tag.destination);
    const earlier = first.get(name) ?? tag;
    first.set(name, earlier);
    if (earlier === tag || !fromSeveralSources([said(earlier), said(tag)])) return [];
    const { location } = earlier;
    const where = location === null ? '' : `, at ${location.file}:${location.line}:${location.column}`;
    const what = `${name} is wanted from ${sourceOf(tag)}, and by an earlier entry from ${sourceOf(earlier)}${where}`;
    return [{ ...at(tag), what, hint: 'keep one of the entries, or give one of them another tag' }];
  });
  if (problems.length > 0) throw new UserError(problems);
}

function sourceOf({ source, digest }: WantedTag): string {
  if (source.from === 'build') return `the build ${source.build}`;
  return `${formatReference(source.ref)}${'tag' in source.ref && digest !== null ? `@${digest}` : ''}`;
}

/** Names that move from image to image wherever they are used. */
const MOVING = new Set(['latest', 'edge', 'nightly', 'main', 'master']);

/** Entries whose tag is one that others move: theirs is fixed. */
export function movingTags(wanted: readonly WantedTag[]): Problem[] {
  return wanted
    .filter(({ destination, kind }) => kind === 'primary' && MOVING.has(tagOrDigest(destination)))
    .map((tag) => ({
      ...at(tag),
      what: `"${tagOrDigest(tag.destination)}" is a name that usually moves, and the tag of an entry is fixed: it is refused once another image has it`,
      hint: `promote to a version, or move the tag with --force ${tagName(tag)}`,
    }));
}

function at({ location }: WantedTag): Pick<Problem, 'location'> {
  return location === null ? {} : { location };
}
