/** The YAML file of `skopeo sync --src yaml` (skopeo-sync(1)). Where its images go stands on skopeo's command line. */
import { formatRepository, isDigest, isReservedTag, parseRepository, parseTag } from '../../oci/reference.js';
import type { ImageConfig, ImageName, Selection, TagFilter } from '../model.js';
import type { OtherToolOptions } from '../source.js';
import { EVERY_NAME, type Found, promotion } from './entries.js';
import { parseRange } from './ranges.js';
import {
  fieldsOf,
  itemsOf,
  keys,
  knownFields,
  originAt,
  type Reading,
  tell,
  textOf,
  type Value,
} from './value.js';

/** Every key of a registry of the file. */
export const SKOPEO_KEYS = {
  ...keys('read', 'images images-by-tag-regex images-by-semver'),
  ...keys('idle', 'tls-verify cert-dir'),
  credentials: {
    what: 'Retag takes no credentials from a file',
    hint: 'remove "credentials", and log in with "docker login" (in a workflow docker/login-action)',
  },
} as const;

export function readSkopeo(root: Value, options: OtherToolOptions, reading: Reading): Found {
  const images: ImageConfig[] = [];
  const selections: Selection[] = [];
  const toName = destinationOf(root, options, reading);
  for (const [registry, value] of fieldsOf(reading, root)) {
    const fields = knownFields(reading, value, SKOPEO_KEYS);
    const each = (key: string, read: (at: Value, source: ImageName, name: ImageName) => void): void => {
      for (const [image, found] of fieldsOf(reading, fields.get(key))) {
        const source = nameOf(reading, found, `${registry}/${image}`);
        const name = source === null ? null : toName(found, source);
        if (source !== null && name !== null) read(found, source, name);
      }
    };
    const select = (at: Value, source: ImageName, name: ImageName, tags: readonly TagFilter[]): void => {
      const { registry: host, repository } = source.repository;
      const from = { text: formatRepository(source.repository), registry: host, repository };
      const common = { number: 0, repositories: EVERY_NAME, origin: originAt({ ...at, node: at.key }) };
      selections.push({ ...common, source: from, tags, destination: name.text });
    };
    each('images', (at, source, name) => {
      const items = itemsOf(reading, at);
      if (items.length === 0) select(at, source, name, []);
      for (const item of items) images.push(...imageOf(reading, item, source, name));
    });
    each('images-by-tag-regex', (at, source, name) => {
      const allow = [{ re2: textOf(reading, at), origin: originAt(at) }];
      select(at, source, name, [{ allow, deny: [], ranges: [] }]);
    });
    each('images-by-semver', (at, source, name) => {
      const text = textOf(reading, at);
      const parsed = parseRange('masterminds', text);
      if (!parsed.ok) tell(reading, at, parsed.what, parsed.hint);
      else select(at, source, name, [{ allow: [], deny: [], ranges: [{ dialect: 'masterminds', text }] }]);
    });
  }
  return { images, selections };
}

function nameOf(reading: Reading, value: Value, text: string): ImageName | null {
  const parsed = parseRepository(text);
  if (parsed.ok) return { text, repository: parsed.value };
  tell(reading, value, parsed.what, parsed.hint, 'key');
  return null;
}

function imageOf(reading: Reading, item: Value, source: ImageName, name: ImageName): ImageConfig[] {
  const text = textOf(reading, item);
  if (isDigest(text)) return [promotion(originAt(item), source, { digest: text }, [name], [])];
  const tag = parseTag(text);
  if (tag.ok || isReservedTag(text))
    return [promotion(originAt(item), source, { tag: text }, [name], [text])];
  tell(reading, item, tag.what, tag.hint);
  return [];
}

/** Stands in where the file alone is checked and nobody says where its images go. */
const ANYWHERE = 'destination.invalid';

/** The name at the destination: the last part of the source's, or with `scoped` all of it. */
function destinationOf(
  root: Value,
  { destination, scoped, needsDestination }: OtherToolOptions,
  reading: Reading,
): (at: Value, source: ImageName) => ImageName | null {
  if (destination === undefined && needsDestination === true) {
    const what = 'a file of skopeo sync does not say where its images go';
    tell(reading, root, what, 'give --destination REGISTRY/PATH (input destination)');
    return () => null;
  }
  const base = (destination ?? ANYWHERE).replace(/\/+$/, '');
  return (at, { repository }) => {
    const path = formatRepository(repository);
    return nameOf(reading, at, `${base}/${scoped === true ? path : path.slice(path.lastIndexOf('/') + 1)}`);
  };
}
