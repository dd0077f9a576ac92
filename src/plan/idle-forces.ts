/** Lines of `force` that no tag of this run is meant by: most likely a typing error, and said, since force does nothing then. Pure. */
import { suggest } from '../shared/text.js';
import type { Problem } from '../errors.js';
import { sameRepository, type Repository } from '../oci/reference.js';
import { mapRepository, type Force, type RegistryMap } from './names.js';
import type { WantedTag } from './model.js';

/** One problem for each line of `force` that matches nothing, with the nearest name that is wanted. */
export function idleForces(
  forces: readonly Force[],
  wanted: readonly WantedTag[],
  map: RegistryMap,
): Problem[] {
  return forces.flatMap((force) => {
    const inRepository = wanted.filter(({ destination }) => isMeant(force, destination, map));
    if (inRepository.some(({ destination: { tag } }) => force.tag === null || force.tag === tag)) return [];
    const what = `force: "${force.text}" matches nothing that is wanted in this run`;
    return [{ what, mend: mendOf(force, inRepository, wanted) }];
  });
}

/** By its name in the tag file or by the mapped one, as `isForced`. */
function isMeant({ repository }: Force, destination: Repository, map: RegistryMap): boolean {
  return [repository, mapRepository(repository, map)].some((name) => sameRepository(name, destination));
}

function mendOf(force: Force, inRepository: readonly WantedTag[], wanted: readonly WantedTag[]): string {
  const [first] = inRepository;
  if (first !== undefined) {
    const tags = inRepository.map(({ destination }) => destination.tag);
    const near = suggest(force.tag ?? '', tags);
    if (near !== undefined) return `did you mean "${first.image}:${near}"?`;
    return `of ${first.image} are wanted: ${[...new Set(tags)].join(', ')}`;
  }
  const name = force.tag === null ? force.text : force.text.slice(0, -force.tag.length - 1);
  const near = suggest(
    name,
    wanted.map(({ image }) => image),
  );
  if (near !== undefined) return `did you mean "${near}${force.tag === null ? '' : `:${force.tag}`}"?`;
  return 'give the name of an image as in the tag file, or name:tag';
}
