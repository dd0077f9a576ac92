/** Dotted paths into YAML files: `images.tags.sriov`, `spec.containers.0.image`, `**.image`. Pure. */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode } from 'yaml';

/** Where a path leads to in one document. `exact` is false when a wildcard took part. */
interface Target {
  readonly node: Node;
  readonly exact: boolean;
}

/**
 * The keys of a path: separated by dots, list positions as `.0` or `[0]`, a dot inside a key as `\.`; `*` is any
 * key or position and `**` any number of them. Null when it cannot be read.
 */
export function parsePath(text: string): readonly string[] | null {
  const keys: string[] = [];
  let key = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\\' && i + 1 < text.length) key += text.charAt(++i);
    else if (char === '.' || char === '[') {
      if (key !== '') keys.push(key);
      else if (char === '.' && text.charAt(i - 1) !== ']') return null;
      key = '';
    } else if (char === ']') {
      keys.push(key);
      key = '';
    } else key += char;
  }
  if (key !== '') keys.push(key);
  else if (!text.endsWith(']')) return null;
  return keys;
}

/** All nodes that the path leads to, in the order of the file. Aliases are not followed. */
export function findTargets(document: Document<ParsedNode>, path: readonly string[]): readonly Target[] {
  const found = new Map<Node, Target>();
  // Two `**` lead to one node on many ways: each is walked once.
  const walked = new Map<Node, Set<number>>();
  walk(document.contents, 0, true);
  return [...found.values()];

  function walk(node: unknown, at: number, exact: boolean): void {
    if (!isNode(node)) return;
    const key = path[at];
    if (key === undefined) {
      found.set(node, { node, exact });
      return;
    }
    const ways = walked.get(node) ?? new Set();
    if (ways.has(at)) return;
    walked.set(node, ways.add(at));
    if (key === '**') walk(node, at + 1, false);
    for (const [name, child] of children(node)) {
      if (key === '**') walk(child, at, false);
      else if (key === '*') walk(child, at + 1, false);
      else if (name === key) walk(child, at + 1, exact);
    }
  }
}

function children(node: Node): readonly (readonly [name: string, child: unknown])[] {
  if (isSeq(node)) return node.items.map((item, i) => [String(i), item]);
  if (!isMap(node)) return [];
  return node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', value]);
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}
