/** Paths of the data → places in the text. */
import { isAlias, isMap, isScalar, isSeq, Scalar, type Node, type YAMLMap } from 'yaml';
import { placeAt } from './source.js';
import type { Origin, Path } from './model.js';
import type { YamlDocument } from './yaml.js';

interface Found {
  readonly node: Node | null;
  /** the key of the last step, when that was a key of a mapping and all steps were found */
  readonly key?: Node;
}

// Keys that hold the list form of another: "tags" is also found where the file has "tag".
const SINGULAR: Readonly<Record<string, string>> = { tags: 'tag' };

/** The origin of what stands at `base` in `document`. Nothing is looked up before it is asked for. */
export function originOf(document: YamlDocument, ...base: Path): Origin {
  const location = (offset: number) => placeAt(document.source, offset);
  return {
    at: (...path) => location(startOf(find(document, [...base, ...path]).node)),
    keyAt: (...path) => {
      const { node, key } = find(document, [...base, ...path]);
      return location(startOf(key ?? node));
    },
    inside: (offset, ...path) => {
      const node = resolve(document, find(document, [...base, ...path]).node);
      return location(
        startOf(node) + (isScalar(node) ? offsetInSource(node, document.source.text, offset) : 0),
      );
    },
  };
}

/** The node at `path`, or the nearest that is there. An alias at the end stays an alias: that is where the person wrote it. */
export function nodeAt(document: YamlDocument, path: Path): Node | null {
  return find(document, path).node;
}

function find(document: YamlDocument, path: Path): Found {
  let found: Found = { node: document.root };
  for (const step of path) {
    const next = child(resolve(document, found.node), step);
    if (!next) return { node: found.node };
    found = next;
  }
  return found;
}

function child(parent: Node | null, step: string | number): Found | undefined {
  if (isSeq(parent)) {
    const item = parent.items[Number(step)] as Node | undefined;
    return item && { node: item };
  }
  if (!isMap(parent)) return undefined;
  const index = indexOf(parent);
  return index.get(String(step)) ?? index.get(SINGULAR[String(step)] ?? '');
}

/** Made once a mapping: a stranger's may have a hundred thousand keys, and a problem with each of them. */
const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Found>>();

function indexOf(map: YAMLMap): ReadonlyMap<string, Found> {
  const known = indexes.get(map);
  if (known) return known;
  const index = new Map<string, Found>();
  for (const { key, value } of map.items) {
    if (!isScalar(key) || typeof key.value !== 'string' || index.has(key.value)) continue;
    index.set(key.value, { node: (value as Node | null) ?? key, key });
  }
  indexes.set(map, index);
  return index;
}

function resolve(document: YamlDocument, node: Node | null): Node | null {
  return isAlias(node) ? (document.aliases.get(node) ?? node) : node;
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}

/** Beyond this many characters the start of the value is good enough: nobody counts them, and a stranger may make thousands of mistakes there. */
const FAR = 4_096;
/** `\U0001f600`, the longest way to write a character */
const LONGEST_ESCAPE = 10;

/** How far into the source of a scalar its character `offset` stands. 0 where lines are folded: the start is good enough. */
function offsetInSource(node: Scalar, text: string, offset: number): number {
  const range = node.range;
  if (!range || offset > FAR) return 0;
  const source = text.slice(range[0], Math.min(range[1], range[0] + LONGEST_ESCAPE * (offset + 1)));
  if (source.includes('\n')) return 0;
  if (node.type === Scalar.QUOTE_SINGLE) return skip(source, offset, /^''/);
  if (node.type === Scalar.QUOTE_DOUBLE) return skip(source, offset, DOUBLE_QUOTED);
  return Math.min(offset, source.length);
}

const DOUBLE_QUOTED = /^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/;

/** Walks a quoted scalar: what `escape` matches is one character of the value. */
function skip(source: string, offset: number, escape: RegExp): number {
  let at = 1;
  for (let seen = 0; seen < offset && at < source.length - 1; seen += 1) {
    at += escape.exec(source.slice(at, at + LONGEST_ESCAPE))?.[0].length ?? 1;
  }
  return at;
}
