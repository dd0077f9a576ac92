/**
 * Sets an image's new tag in a YAML file without touching anything else in it: the text is cut at the value's own
 * place, so comments, layout, quotes, line ends and everything else stay byte for byte. Pure.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parse,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { placeAt, sourceOf } from '../../config/source.js';
import { composeDocuments } from '../../config/yaml.js';
import {
  formatRepository,
  isDigest,
  parseReference,
  parseRepository,
  type Repository,
  sameRepository,
} from '../../oci/reference.js';
import { findTargets, parsePath } from './path.js';

/** What a place in a file shall say. */
export interface NewTag {
  readonly image: Repository;
  /** further names that have the same tag and digest: a file may name any of them */
  readonly others?: readonly Repository[];
  readonly tag: string;
  readonly digest: string;
}

/** One value that becomes another; lines count from 1. */
export interface Change {
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** Used when no path is given: every `image:` that names the image. */
const EVERYWHERE = '**.image';

/** What became of one of several references; the others are set all the same. */
type EditResult =
  /** `changes` is empty when the file says it already */
  | { readonly ok: true; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly what: string; readonly hint: string };

/**
 * What stands at `path` decides how it is set:
 * - a text with the image's name: its tag (and digest, when it had one) is replaced
 * - a bare tag, or `tag@digest`: replaced
 * - a mapping with `tag` (Helm): its `tag`, and its `digest` when that is filled in
 * - a list with `name` items (kustomize `images`): `newTag` and `digest` of the item that names the image
 *
 * With `*` or `**` in the path, or an empty path (`**.image`), only texts that name the image are set.
 *
 * Many references into one file are set at once. Of two that set one value the last wins.
 */
export function editReferences(
  text: string,
  requests: readonly { readonly path: string; readonly wanted: NewTag }[],
): { readonly text: string; readonly results: readonly EditResult[] } {
  const source = sourceOf('', text);
  const composed = composeDocuments(source);
  if ('what' in composed) {
    const { what, hint } = composed;
    return { text, results: requests.map(() => bad(what, hint ?? 'correct it')) };
  }
  const list = composed.documents;
  const [error] = list.flatMap((document) => document.errors);
  if (error) {
    const { line, column } = placeAt(source, error.pos[0]);
    const broken = bad(
      `the file is not YAML (${error.message} at line ${line}, column ${column})`,
      'correct it',
    );
    return { text, results: requests.map(() => broken) };
  }
  const shared = sharedIn(list);
  const found = requests.map(({ path, wanted }) => placesAt(list, path, wanted, shared));
  const last = new Map(
    found.flatMap((places) => ('ok' in places ? [] : places)).map((location) => [location.node, location]),
  );
  const { text: result, changes } = splice(text, [...last.values()]);
  const results = found.map((places): EditResult => {
    if ('ok' in places) return places;
    return { ok: true, changes: places.flatMap(({ node }) => changes.get(node) ?? []) };
  });
  return { text: result, results };
}

function placesAt(
  documents: readonly Document.Parsed[],
  path: string,
  wanted: NewTag,
  shared: ReadonlySet<unknown>,
): readonly Match[] | Bad {
  const keys = parsePath(path === '' ? EVERYWHERE : path);
  if (!keys) return bad(`"${path}" is not a path`, 'write it as keys with dots between them, "a.b.0.c"');
  const targets = documents.flatMap((document) => findTargets(document, keys));
  if (targets.filter(({ exact }) => exact).length > 1) {
    return bad(
      `${path} is there more than once, so it names no single value`,
      'use "**" in the path, which sets only values that name the image, or split the file',
    );
  }
  if (targets.length === 0) return bad(`it has no ${path || EVERYWHERE}`, 'correct the path in the tag file');
  const places: Match[] = [];
  for (const { node, exact } of targets) {
    if (exact) {
      const found = placesOf(node, wanted, path);
      if ('ok' in found) return found;
      places.push(...found);
    } else if (isScalar(node) && isOf(textOf(node), wanted))
      places.push(location(node, retagged(node, wanted)));
  }
  const hit = places.find(({ node }) => shared.has(node));
  if (hit !== undefined) {
    return bad(
      `${textOf(hit.node)} is used again by an alias, which would change with it`,
      'write the value out where the alias is',
    );
  }
  if (places.length > 0) return places;
  return bad(
    `nothing at ${path || EVERYWHERE} names ${formatRepository(wanted.image)}`,
    'correct the path or the file',
  );
}

/** The values that an alias leads to, also by what they are in. An anchor's name alone is compared, so one used twice counts too. */
function sharedIn(documents: readonly Document.Parsed[]): ReadonlySet<unknown> {
  const shared = new Set<unknown>();
  for (const document of documents) {
    const used = new Set<string>();
    visit(document, { Alias: (_, { source }) => void used.add(source) });
    if (used.size === 0) continue;
    visit(document, {
      Value: (_, node) => {
        if (node.anchor === undefined || !used.has(node.anchor)) return undefined;
        visit(node, { Scalar: (_key, value) => void shared.add(value) });
        return visit.SKIP;
      },
    });
  }
  return shared;
}

type Bad = Extract<EditResult, { ok: false }>;

interface Match {
  readonly node: Scalar;
  readonly value: string;
}

const location = (node: Scalar, value: string): Match => ({ node, value });

function placesOf(node: Node, wanted: NewTag, path: string): readonly Match[] | Bad {
  if (isAlias(node))
    return bad(`${path} is an alias (*${node.source})`, 'name the path of its anchor instead');
  if (isScalar(node)) return scalarPlaces(node, wanted, path);
  if (isMap(node)) return helmPlaces(node, wanted, path);
  if (isSeq(node)) return kustomizePlaces(node.items, wanted, path);
  return bad(`${path} is not a value`, 'name the path of the tag');
}

function scalarPlaces(node: Scalar, wanted: NewTag, path: string): readonly Match[] | Bad {
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') {
    return bad(`${path} is a block of text`, 'write the tag on one line');
  }
  const old = textOf(node);
  if (isOf(old, wanted)) return [location(node, retagged(node, wanted))];
  if (names(old, wanted))
    return bad(`${path} is the name of the image without a tag`, 'name the path of the tag');
  if (!looksLikeReference(old)) return [location(node, bareTag(old, wanted))];
  return bad(
    `${path} names another image, "${old}"`,
    `correct the path; it must name ${formatRepository(wanted.image)}`,
  );
}

function helmPlaces(map: YAMLMap, wanted: NewTag, path: string): readonly Match[] | Bad {
  const tag = map.get('tag', true) as unknown;
  if (!isScalar(tag)) return bad(`${path} is a mapping without "tag"`, 'name the path of the tag');
  const digest = map.get('digest', true) as unknown;
  const places = scalarPlaces(tag, wanted, `${path}.tag`);
  if ('ok' in places || !isScalar(digest) || !digest.value) return places;
  return [...places, location(digest, wanted.digest)];
}

function kustomizePlaces(items: readonly unknown[], wanted: NewTag, path: string): readonly Match[] | Bad {
  const name = formatRepository(wanted.image);
  const mine = items.filter(isMap).filter((item) => {
    return [item.get('newName'), item.get('name')].some(
      (text) => typeof text === 'string' && names(text, wanted),
    );
  });
  if (mine.length === 0)
    return bad(`no item of ${path} has the name ${name}`, 'add one, or correct the path');
  const places: Match[] = [];
  for (const item of mine) {
    const tag: unknown = item.get('newTag', true);
    const digest: unknown = item.get('digest', true);
    if (isScalar(tag)) places.push(location(tag, wanted.tag));
    if (isScalar(digest)) places.push(location(digest, wanted.digest));
    if (!isScalar(tag) && !isScalar(digest))
      return bad(`the item ${name} of ${path} has neither newTag nor digest`, 'add newTag');
  }
  return places;
}

/** The value as it is written: an unquoted `1.10` is a number to YAML. */
function textOf(node: Scalar): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? '');
}

/** A name, or at least something that no tag can be. */
function looksLikeReference(text: string): boolean {
  if (isDigest(text)) return false;
  const [head = ''] = text.split('@');
  return head.includes('/') || head.includes(':');
}

/** Is the text the image's name alone, however Docker Hub is written? */
function names(text: string, wanted: NewTag): boolean {
  const name = parseRepository(text);
  return name.ok && isAnyOf(name.value, wanted);
}

/** `name:tag`, `name@digest` or both, of this image. */
function isOf(text: string, wanted: NewTag): boolean {
  const reference = parseReference(text);
  return reference.ok && isAnyOf(reference.value, wanted);
}

function isAnyOf(name: Repository, { image, others = [] }: NewTag): boolean {
  return [image, ...others].some((each) => sameRepository(each, name));
}

/** `name:tag@digest` with the name as it was written, and the parts that it had. */
function retagged(node: Scalar, { tag, digest }: NewTag): string {
  const [head = '', pinned] = textOf(node).split('@');
  const colon = head.lastIndexOf(':');
  const name = colon > head.lastIndexOf('/') ? head.slice(0, colon) : head;
  const hadTag = name !== head;
  if (pinned === undefined) return `${name}:${tag}`;
  return hadTag ? `${name}:${tag}@${digest}` : `${name}@${digest}`;
}

function bareTag(old: string, { tag, digest }: NewTag): string {
  if (isDigest(old)) return digest;
  return old.includes('@') ? `${tag}@${digest}` : tag;
}

/** Puts the values into the text, from the front, so that each line is counted once. */
function splice(
  text: string,
  places: readonly Match[],
): { text: string; changes: ReadonlyMap<Scalar, Change> } {
  const changes = new Map<Scalar, Change>();
  const pieces: string[] = [];
  let done = 0;
  let line = 1;
  for (const { node, value } of [...places].sort((a, b) => start(a.node) - start(b.node))) {
    if (node.value === value) continue;
    const skipped = text.slice(done, start(node));
    const before = text.slice(start(node), end(node));
    const after = written(node, value, before, text.charAt(start(node) - 1));
    line += skipped.split('\n').length - 1;
    pieces.push(skipped, after);
    done = end(node);
    changes.set(node, { line, before, after: after.trim() });
  }
  return { text: pieces.join('') + text.slice(done), changes };
}

const start = (node: Scalar): number => node.range?.[0] ?? 0;
const end = (node: Scalar): number => node.range?.[1] ?? 0;

/** In the quotes that the value had; in new ones where YAML would read the plain text as a number or a date. */
function written(node: Scalar, value: string, before: string, previous: string): string {
  if (node.type === 'QUOTE_SINGLE') return `'${value}'`;
  if (node.type === 'QUOTE_DOUBLE') return `"${value}"`;
  const plain = isText(value) ? value : `"${value}"`;
  return before === '' && /\S/.test(previous) ? ` ${plain}` : plain;
}

/** YAML 1.1 is what Helm and kubectl read, 1.2 what others do. */
function isText(value: string): boolean {
  return parse(value, { version: '1.1' }) === value && parse(value) === value;
}

function bad(
  what: string,
  hint: string,
): { readonly ok: false; readonly what: string; readonly hint: string } {
  return { ok: false, what, hint };
}
