/** What can be said of promotions before any registry is asked: entries that want one tag from different sources, and moving tags. Pure. */
import { type Problem, UserError } from '../errors.js';
import { formatReference, sameRepository } from '../oci/reference.js';
import type { WantedTag } from './model.js';

/**
 * Do two wanted tags of one name come from different sources?
 * @param digests what each source is, where that is known; else what the entries say
 */
export function differ(
  one: WantedTag,
  other: WantedTag,
  digests: readonly (string | null)[] = [one.digest, other.digest],
): boolean {
  const [a, b] = [one.source, other.source];
  if (a.from !== 'image' || b.from !== 'image')
    return a.from !== b.from || (a.from === 'build' && b.from === 'build' && a.build !== b.build);
  if (!sameRepository(a.ref, b.ref)) return true;
  const byTag = 'tag' in a.ref && 'tag' in b.ref;
  if (byTag && a.ref.tag !== b.ref.tag) return true;
  // Of one tag only what the entries themselves say can differ; whether the tag is that, each has been asked.
  const [mine, theirs] = byTag ? [one.digest, other.digest] : digests;
  return mine != null && theirs != null && mine !== theirs;
}

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
    if (earlier === tag || !differ(earlier, tag)) return [];
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
    .filter(({ destination, kind }) => kind === 'primary' && MOVING.has(destination.tag))
    .map((tag) => ({
      ...at(tag),
      what: `"${tag.destination.tag}" is a name that usually moves, and the tag of an entry is fixed: it is refused once another image has it`,
      hint: `promote to a version, or move the tag with --force ${tag.image}:${tag.destination.tag}`,
    }));
}

function at({ location }: WantedTag): Pick<Problem, 'location'> {
  return location === null ? {} : { location };
}
