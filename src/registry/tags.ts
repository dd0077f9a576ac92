import { isReservedTag, parseRepository, parseTag, type Repository } from '../oci/reference.js';
import type { OperationError } from '../errors.js';
import { ask, clean, type Context, failure, nextLink, refusal, type Task } from './request.js';
import { saysAbsent } from './head.js';
import type { RegistryResponse } from './http/types.js';
import { isObject, parseJson } from '../oci/manifest.js';

/** ECR refuses more than this many tags a page. */
const PAGE = 1000;
const MAX_PAGES = 200;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * All tags of a repository in the order in which the registry gives them (distribution-spec "Listing Tags"); [] for a
 * repository that the registry does not know. Only Link leads to a further page: docker-registry 2.8 answers `last`
 * with the whole list again.
 * @throws OperationError `protocol` for a list that is not whole, since it would hide the highest version: another repository's,
 *   a Link that leads to another list or to a page that was read already, more than 200 pages or 16 MiB
 */
export function listTags(
  context: Context,
  repository: Repository,
  mostPages = MAX_PAGES,
): Promise<readonly string[]> {
  const task: Task = { operation: 'list the tags', ref: repository };
  const end = `/${repository.repository}/tags/list`;
  return listPages(context, { task, repository, path: 'tags/list', end, namesOf: tagsOf, mostPages });
}

/**
 * All repositories of a registry (https://distribution.github.io/distribution/spec/api/, "Listing Repositories"): not part of the
 * distribution-spec, and not offered by Docker Hub, GHCR and Quay.
 * @throws OperationError as `listTags`, and for a registry without a catalog
 */
export function listRepositories(context: Context, registry: string): Promise<readonly string[]> {
  const repository = { registry, repository: '' };
  const task: Task = { operation: 'list the repositories', ref: repository };
  return listPages(context, {
    task,
    repository,
    path: '_catalog',
    end: '/_catalog',
    namesOf: repositoriesOf,
    mostPages: MAX_PAGES,
  });
}

interface Listing {
  readonly task: Task;
  readonly repository: Repository;
  /** of the first page; every page ends with `end` */
  readonly path: string;
  readonly end: string;
  readonly mostPages: number;
  readonly namesOf: (task: Task, repository: Repository, response: RegistryResponse) => readonly string[];
}

async function listPages(context: Context, listing: Listing): Promise<readonly string[]> {
  const { task, repository, mostPages } = listing;
  const tags = new Set<string>();
  const pages = new Set<string>();
  let path: string | URL = `${listing.path}?n=${PAGE}`;
  let bytes = 0;
  for (let page = 1; page <= mostPages; page++) {
    const response = await ask(context, task, {
      method: 'GET',
      repository,
      path,
      headers: { accept: 'application/json' },
      access: 'pull',
      maxBytes: MAX_BYTES - bytes,
      redirect: 'follow',
      repeatable: true,
    });
    if (page === 1 && saysAbsent(response)) return [];
    if (response.status !== 200) throw refusal(task, response);
    bytes += response.body.length;
    const known = tags.size;
    const found = listing.namesOf(task, repository, response);
    for (const tag of found) tags.add(tag);
    const next = nextLink(response.headers['link']);
    if (next === null) return [...tags];
    path = context.transport.resolve(response.url, next);
    if (!path.pathname.endsWith(listing.end))
      throw incomplete(task, `the next page would be at ${path.pathname}, which is another list`);
    if (pages.has(path.href) || (found.length > 0 && tags.size === known))
      throw incomplete(task, `page ${page + 1} would repeat one that was read already`);
    pages.add(path.href);
  }
  throw failure('protocol', task, `the list has more than ${mostPages} pages`, 'remove what nobody needs', {
    status: 200,
  });
}

function incomplete(task: Task, what: string): OperationError {
  const next = 'check that no cache or proxy answers in place of the registry, and run again';
  return failure('protocol', task, `${task.ref.registry} gives a list that is not whole: ${what}`, next, {
    status: 200,
  });
}

/**
 * The tags of one page; `null` is Go's empty list, and what docker-registry answers when the last tag is gone. Names that no
 * tag may have are passed over: nothing could ever be asked about them.
 */
function tagsOf(task: Task, { repository }: Repository, response: RegistryResponse): readonly string[] {
  const body = parseJson(response.body);
  const name = isObject(body) ? (body['name'] ?? repository) : repository;
  if (name !== repository) throw incomplete(task, `it is of ${clean(JSON.stringify(name))}`);
  return listOf(task, isObject(body) ? (body['tags'] ?? []) : undefined, 'a tag list').filter(
    (tag) => isReservedTag(tag) || parseTag(tag).ok,
  );
}

function repositoriesOf(task: Task, { registry }: Repository, response: RegistryResponse): readonly string[] {
  const body = parseJson(response.body);
  return listOf(
    task,
    isObject(body) ? (body['repositories'] ?? []) : undefined,
    'a list of repositories',
  ).filter((name) => parseRepository(`${registry}/${name}`).ok);
}

function listOf(task: Task, names: unknown, what: string): readonly string[] {
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw failure(
      'protocol',
      task,
      `${task.ref.registry} answered HTTP 200 with something that is not ${what}`,
      'check that the host is a registry and that no proxy or login page answers in its place',
      { status: 200 },
    );
  }
  return names;
}
