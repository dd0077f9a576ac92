import { formatReference, formatRepository, type Repository, tagOrDigest } from '../oci/reference.js';
import type { Absence, Registry, TagState } from '../ports.js';
import { once } from '../shared/concurrency.js';
import type { WantedTag } from './model.js';

/** So many tags are wanted in one repository that its list may cost less than a look at each of them. */
const LIST_FROM = 4;

/**
 * Looks at destinations, each once. The first tag of a repository in which many are wanted is looked at alone: when it is
 * absent, others probably are, and then the list of the repository says which. A tag that is not listed is as good as one with a HEAD that
 * says 404: nothing may rest on it but a write, which looks again. What has to be known for certain before a plan is made (a channel, a tag that is
 * forced, one of a build) is never taken from a list. While a listed tag is looked at, so is its source, which will be compared with it.
 */
export function createLooks(
  registry: Registry,
  wanted: readonly WantedTag[],
  allowed: Absence,
): (wanted: WantedTag) => Promise<TagState> {
  const many = repositoriesOfMany(wanted.filter(mayBeListed));
  const lists = new Map<string, Promise<ReadonlySet<string> | null>>();
  const looks = once<TagState>(true);

  const listOf = async (
    first: Promise<TagState>,
    repository: Repository,
  ): Promise<ReadonlySet<string> | null> =>
    (await first).state === 'absent' ? registry.tagsAtOnce(repository) : null;
  const byList = async (tag: WantedTag, tags: ReadonlySet<string> | null): Promise<TagState> => {
    const { destination, source, digest } = tag;
    if (tags?.has(tagOrDigest(destination)) === false)
      return allowed === 'confirmed'
        ? registry.headFresh(destination)
        : { state: 'absent', unconfirmed: true };
    const look = registry.head(destination, allowed);
    if (tags !== null && digest === null && source.from === 'image') await registry.head(source.ref);
    return look;
  };
  return (tag) =>
    looks.run(formatReference(tag.destination), () => {
      const { destination, source } = tag;
      // Nothing is built for a tag before it is known to be free: a build takes minutes, the request does not.
      if (source.from === 'build') return registry.head(destination);
      const repository = formatRepository(destination);
      if (!many.has(repository) || !mayBeListed(tag)) return registry.head(destination, allowed);
      const known = lists.get(repository);
      if (known !== undefined) return known.then((tags) => byList(tag, tags));
      const first = registry.head(destination, allowed);
      lists.set(repository, listOf(first, destination));
      return first;
    });
}

function mayBeListed({ destination, source, kind, forced }: WantedTag): boolean {
  return 'tag' in destination && source.from === 'image' && kind !== 'channel' && !forced;
}

function repositoriesOfMany(wanted: readonly WantedTag[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { destination } of wanted) {
    const repository = formatRepository(destination);
    counts.set(repository, (counts.get(repository) ?? 0) + 1);
  }
  return new Set([...counts].flatMap(([repository, count]) => (count < LIST_FROM ? [] : [repository])));
}
