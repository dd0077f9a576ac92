/** `destinations` of the tag file: a word in `name` that stands for several repositories. Pure. */
import { formatRepository, parseRepository } from '../oci/reference.js';
import type { ImageName } from './model.js';

/** By their names; as a file has them, also before it is checked. */
export type Destinations = Readonly<Record<string, unknown>>;

/**
 * The names that an item of `name` stands for: `prod` for the repositories of the destination `prod`, and `prod/app` for `app` below
 * each of them. Everything else stands for itself.
 */
export function expandName(text: string, destinations: Destinations): readonly string[] {
  const [first = ''] = text.split('/', 1);
  const repositories = Object.hasOwn(destinations, first) ? destinations[first] : undefined;
  if (!Array.isArray(repositories)) return [text];
  const names = repositories.filter((each): each is string => typeof each === 'string');
  return names.map((each) => each + text.slice(first.length));
}

/** The same, parsed, each repository once. What is no name is left out: the check of the files has reported it. */
export function namesOf(items: readonly string[], destinations: Destinations): ImageName[] {
  const names = new Map<string, ImageName>();
  for (const text of items.flatMap((item) => expandName(item, destinations))) {
    const parsed = parseRepository(text);
    const key = parsed.ok ? formatRepository(parsed.value) : '';
    if (parsed.ok && !names.has(key)) names.set(key, { text, repository: parsed.value });
  }
  return [...names.values()];
}
