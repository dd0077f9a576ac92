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
  walk(document.contents, path, true, (target) => found.set(target.node, target));
  return [...found.values()];
}

function walk(node: unknown, path: readonly string[], exact: boolean, tell: (target: Target) => void): void {
  const [key, ...rest] = path;
  if (!isNode(node)) return;
  if (key === undefined) {
    tell({ node, exact });
    return;
  }
  if (key === '**') {
    walk(node, rest, false, tell);
    for (const [, child] of children(node)) walk(child, path, false, tell);
    return;
  }
  for (const [name, child] of children(node)) {
    if (key === '*') walk(child, rest, false, tell);
    else if (name === key) walk(child, rest, exact, tell);
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
