/** The list of a repository's tags, and whether it can be true. */
import { OperationError } from '../errors.js';
import type { Registry } from '../ports.js';
import { formatRepository, type Repository } from '../oci/reference.js';

/** The tags of a repository, or why nobody can tell them. */
export type TagList = readonly string[] | OperationError;

/** Never throws for what a registry answers. */
export async function listTags(registry: Registry, repository: Repository): Promise<TagList> {
  try {
    return await registry.tags(repository);
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
}

/**
 * The list, or why it is not believed: a list without a tag that exists is cut short or stale, and what else it lacks nobody
 * knows. An empty list, and that of a repository that the registry does not know, are believed on the same terms.
 * @param tags what this run wants to write there: their looks are needed anyway
 */
export async function believed(
  list: TagList,
  repository: Repository,
  tags: readonly string[],
  registry: Pick<Registry, 'look'>,
): Promise<TagList> {
  if (list instanceof OperationError) return list;
  const listed = new Set(list);
  const unlisted = tags.filter((tag) => !listed.has(tag));
  const looks = await Promise.all(unlisted.map((tag) => registry.look({ ...repository, tag })));
  const missing = unlisted.find((_tag, at) => looks[at]?.state === 'present');
  if (missing === undefined) return list;
  return new OperationError(
    'protocol',
    `${formatRepository(repository)}: cannot list the tags: ${repository.registry} gives a list of ${list.length} without ` +
      `"${missing}", which exists, so the list is not complete; run again in a moment, and if it stays, check that no cache or ` +
      'proxy answers in place of the registry',
  );
}
