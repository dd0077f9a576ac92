/** Manifests of kpromo, thin and plain (https://github.com/kubernetes-sigs/promo-tools/blob/main/docs/image-promotion.md). */
import { isDigest, isReservedTag, parseRepository, parseTag } from '../../oci/reference.js';
import type { ImageConfig, ImageName } from '../model.js';
import { type Found, NOTHING, promotion } from './entries.js';
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

/** Every key of the format, by the mapping that has it. */
const KPROMO_KEYS = {
  manifest: { ...keys('read', 'registries images'), ...keys('idle', 'imagesPath') },
  registries: { ...keys('read', 'name src'), ...keys('idle', 'service-account') },
  images: keys('read', 'name dmap'),
};

const THIN = /^(|.*\/)(manifests|images)\/([^/]+)\/(promoter-manifest|images)\.yaml$/;

/** The path of the list of images that belongs to a thin manifest, and the other way round; null for another path. */
export function otherHalf(path: string): string | null {
  const [, above = '', kind, project = ''] = THIN.exec(path) ?? [];
  if (kind === undefined) return null;
  return kind === 'manifests'
    ? `${above}images/${project}/images.yaml`
    : `${above}manifests/${project}/promoter-manifest.yaml`;
}

interface Registries {
  readonly source: string;
  readonly destinations: readonly string[];
}

/** @param thin the list of images of a thin manifest; null for a plain one */
export function readKpromo(root: Value, thin: Value | null, reading: Reading): Found {
  const file = knownFields(reading, root, KPROMO_KEYS.manifest);
  const registries = registriesOf(reading, file.get('registries') ?? root);
  const images = itemsOf(reading, thin ?? file.get('images'));
  const found = images.map((image) => imagesOf(reading, image, registries));
  return registries === null ? NOTHING : { images: found.flat(), selections: [] };
}

function registriesOf(reading: Reading, value: Value): Registries | null {
  const all = itemsOf(reading, value).map((item) => {
    const fields = knownFields(reading, item, KPROMO_KEYS.registries);
    const isSource = ['true', 'yes', 'on'].includes(textOf(reading, fields.get('src')).toLowerCase());
    const text = textOf(reading, fields.get('name')).replace(/\/+$/, '');
    const parsed = parseRepository(`${text}/x`);
    if (!parsed.ok)
      tell(reading, fields.get('name') ?? item, `"${text}" is not a registry`, 'write "host/path"');
    return { item, text, isSource, ok: parsed.ok };
  });
  const [source, second] = all.filter(({ isSource }) => isSource);
  if (source === undefined)
    tell(reading, value, 'none of the registries is the source', 'add "src: true" to one');
  if (second !== undefined)
    tell(reading, second.item, 'there is a source before this one', 'keep "src: true" once');
  if (source === undefined || second !== undefined || !all.every(({ ok }) => ok)) return null;
  return { source: source.text, destinations: all.filter((each) => each !== source).map(({ text }) => text) };
}

/** One entry for each digest: it is promoted to every destination, under each of its tags or, without one, by itself. */
function imagesOf(reading: Reading, image: Value, registries: Registries | null): ImageConfig[] {
  const fields = knownFields(reading, image, KPROMO_KEYS.images);
  const name = textOf(reading, fields.get('name'));
  if (!parseRepository(`registry.invalid/${name}`).ok) {
    tell(
      reading,
      fields.get('name') ?? image,
      `"${name}" is not the name of an image`,
      'write it without the registry',
    );
    return [];
  }
  const dmap = fieldsOf(reading, fields.get('dmap'));
  return [...dmap].flatMap(([digest, value]) => {
    const tags = new Set(itemsOf(reading, value).map((item) => tagOf(reading, item)));
    if (!isDigest(digest) || !digest.startsWith('sha256:')) {
      tell(
        reading,
        value,
        `"${digest.slice(0, 80)}" is not a digest`,
        'write "sha256:" and 64 lower-case hexadecimal digits',
        'key',
      );
      return [];
    }
    if (registries === null || registries.destinations.length === 0) return [];
    const [source, ...names] = [registries.source, ...registries.destinations].map((at) => namedIn(at, name));
    return source === undefined
      ? []
      : [promotion(originAt({ ...value, node: value.key }), source, { digest }, names, [...tags])];
  });
}

function tagOf(reading: Reading, item: Value): string {
  const text = textOf(reading, item);
  const tag = parseTag(text);
  if (!tag.ok && !isReservedTag(text)) tell(reading, item, tag.what, tag.hint);
  return text;
}

/** Both parts are checked. */
function namedIn(registry: string, name: string): ImageName {
  const text = `${registry}/${name}`;
  const parsed = parseRepository(text);
  return { text, repository: parsed.ok ? parsed.value : { registry, repository: name } };
}
