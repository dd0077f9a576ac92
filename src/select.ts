/** Stage 2: what files of other tools select from a registry → entries, by what the registry lists. Without selections nothing is asked. */
import { createSelector, selected, type Selector } from './config/other-tools/other-tools.js';
import type { ImageConfig, ImageName, Selection } from './config/model.js';
import { OperationError } from './errors.js';
import { formatRepository, parseRepository, type Repository } from './oci/reference.js';
import { mapRepository, type RegistryMap } from './plan/overrides.js';
import type { Log, Registry } from './ports.js';
import type { Input } from './request.js';
import { once, pool } from './shared/concurrency.js';

/**
 * A selection whose registry gives no list becomes an entry that is refused, and the others go on.
 * @throws UserError for expressions that are none
 */
export async function select(
  input: Input,
  registry: Pick<Registry, 'tags' | 'repositories'>,
  log: Pick<Log, 'warning'>,
): Promise<Input> {
  const { config, request, scope, options } = input;
  const { selections } = config;
  if (selections.length === 0 || !scope.images) return input;
  const selector = await createSelector(selections);
  if (request.command === 'validate') return input;
  const lists = once<readonly string[]>(true);
  const search: Search = {
    selector,
    map: options.registryMap,
    log,
    tags: (repository) => lists.run(formatRepository(repository), () => registry.tags(repository)),
    repositories: (host) => registry.repositories(host),
  };
  const found = await pool(selections, request.concurrency, (selection) => expand(selection, search));
  const images = [...config.images, ...found.flat()];
  return { ...input, config: { ...config, images }, images: input.want(images) };
}

/** What can be said of selections without a registry. @throws UserError for expressions that are none */
export async function checkSelections({ config }: Input): Promise<void> {
  if (config.selections.length > 0) await createSelector(config.selections);
}

interface Search {
  readonly selector: Selector;
  readonly map: RegistryMap;
  readonly log: Pick<Log, 'warning'>;
  tags(repository: Repository): Promise<readonly string[]>;
  repositories(registry: string): Promise<readonly string[]>;
}

async function expand(selection: Selection, search: Search): Promise<ImageConfig[]> {
  const { source, destination } = selection;
  if (source.repository !== null) return ofRepository(selection, source.text, destination, search);
  try {
    const names = search.selector.repositories(selection, await repositoriesOf(source.registry, search));
    if (names.length === 0) warn(selection, `no repository of ${source.text} is selected`, search);
    const found = await pool(names, 4, (name) =>
      ofRepository(selection, `${source.text}/${name}`, `${destination}/${name}`, search),
    );
    return found.flat();
  } catch (error) {
    return [unlisted(selection, `${source.text}/x`, `${destination}/x`, error)];
  }
}

/** The repositories of a registry, also where `registry-map` puts them below a path of another. */
async function repositoriesOf(registry: string, { map, ...search }: Search): Promise<string[]> {
  const mapped = mapRepository({ registry, repository: '' }, map);
  const prefix = mapped.repository;
  const names = await search.repositories(mapped.registry);
  return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}

async function ofRepository(
  selection: Selection,
  sourceText: string,
  destinationText: string,
  search: Search,
): Promise<ImageConfig[]> {
  const [source, name] = [named(sourceText), named(destinationText)];
  try {
    const listed = await search.tags(mapRepository(source.repository, search.map));
    if (listed.length === 0)
      throw new OperationError(
        'absent',
        `${sourceText}: the repository has no tags, or may not be seen; check its name, and log in`,
      );
    const tags = search.selector.tags(selection, listed);
    if (tags.length === 0)
      warn(selection, `of the ${listed.length} tags of ${sourceText} none is selected`, search);
    return tags.map((tag) => selected(selection, source, tag, name));
  } catch (error) {
    return [unlisted(selection, sourceText, destinationText, error)];
  }
}

/** An entry for the tags that nobody knows. */
function unlisted(selection: Selection, source: string, destination: string, error: unknown): ImageConfig {
  if (!(error instanceof OperationError) || error.code === 'cancelled') throw error;
  return { ...selected(selection, named(source), '*', named(destination)), unlisted: error };
}

/** Names of a file were checked when it was read; those that a registry lists are what it says. */
function named(text: string): ImageName {
  const parsed = parseRepository(text);
  if (parsed.ok) return { text, repository: parsed.value };
  throw new OperationError('protocol', `${text}: ${parsed.what}`);
}

function warn(selection: Selection, what: string, { log }: Search): void {
  log.warning({ location: selection.origin.at(), what, hint: 'check the expressions and version ranges' });
}
