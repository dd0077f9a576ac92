/** YAML nodes → plain data: aliases resolved within bounds, keys checked. Lossless where it matters: see `toData`. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Scalar,
  type Alias,
  type Node,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';
import type { Problem } from '../errors.js';
import { placeAt, type Source } from './decode.js';

/** What each alias stands for. */
export type AliasTargets = ReadonlyMap<Alias, Node>;

export interface Data {
  readonly data: unknown;
  readonly aliases: AliasTargets;
  /** false when the aliases cannot be followed: the data is not worth checking then */
  readonly sound: boolean;
}

/** How many nodes all aliases of one file may stand for together. */
export const MAX_EXPANDED = 100_000;

/** What is left of `MAX_EXPANDED`; shared by the documents of a file. */
export interface Budget {
  left: number;
}

// Keys that mean something to JavaScript objects. None is a key of a tag file, and as a build argument or
// label they are refused too, so that no later stage needs to think of them.
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

// A YAML 1.1 timestamp. YAML 1.2 has none, but other readers of the same file turn these into dates.
const DATE =
  /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::?\d{2})?))?)?$/;

/** The text of the scalar as it stands in the file, when it is plain and looks like a date. */
export function isPlainDate(node: Scalar): boolean {
  return node.type === Scalar.PLAIN && !node.tag && DATE.test(node.source ?? '');
}

/**
 * Mappings become objects without prototype, sequences arrays, scalars what the YAML 1.2 core schema says,
 * but plain dates become `Date` so that they are not taken for text. Duplicate and dangerous keys, unknown
 * anchors, anchors that hold themselves and too many expanded nodes are reported. An empty document is null.
 */
export function toData(
  root: ParsedNode | null,
  source: Source,
  budget: Budget,
  report: (problem: Problem) => void,
): Data {
  const anchors = new Map<string, Node>();
  const aliases = new Map<Alias, Node>();
  const open = new Set<Node>();
  let insideAlias = 0;
  let sound = true;

  function convert(node: Node | null | undefined): unknown {
    if (!node || !sound) return null;
    if (insideAlias > 0 && (budget.left -= 1) < 0) {
      return give(root, `its aliases stand for more than ${MAX_EXPANDED} values`, 'write fewer of them');
    }
    if (isAlias(node)) return convertAlias(node);
    if ('anchor' in node && node.anchor && insideAlias === 0) anchors.set(node.anchor, node);
    if (isScalar(node)) return isPlainDate(node) ? new Date(0) : node.value;
    open.add(node);
    const value = isMap(node)
      ? convertMap(node)
      : isSeq(node)
        ? node.items.map((item) => convert(item as Node))
        : null;
    open.delete(node);
    return value;
  }

  function convertAlias(alias: Alias): unknown {
    // inside an expansion the alias was met before, with the anchors that stood before it
    const target = aliases.get(alias) ?? anchors.get(alias.source);
    if (!target)
      return give(
        alias,
        `there is no anchor "&${alias.source.slice(0, 80)}" before this alias`,
        'define it above',
      );
    if (open.has(target))
      return give(alias, `the anchor "&${alias.source.slice(0, 80)}" holds itself`, 'remove the alias');
    aliases.set(alias, target);
    insideAlias += 1;
    const value = convert(target);
    insideAlias -= 1;
    return value;
  }

  function convertMap(map: YAMLMap): Record<string, unknown> {
    const result = Object.create(null) as Record<string, unknown>;
    const first = new Map<string, Node>();
    for (const pair of map.items) {
      const key = pair.key as Node;
      const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
      if (name === undefined) {
        // not a text: stringKeys has refused all but an alias
        give(key, 'a key is not text', 'write the key out');
      } else if (isUsable(name, key, first)) {
        result[name] = convert(pair.value as Node | null);
      }
    }
    return result;
  }

  function isUsable(name: string, key: Node, first: Map<string, Node>): boolean {
    const earlier = first.get(name);
    if (FORBIDDEN_KEYS.has(name)) tell(key, `the key "${name}" is not allowed`, 'remove it');
    else if (earlier) {
      const { line } = placeAt(source, earlier.range?.[0] ?? 0);
      tell(
        key,
        `the key ${JSON.stringify(name.slice(0, 80))} is given twice, first in line ${line}`,
        'keep one of them',
      );
    } else {
      first.set(name, key);
      return true;
    }
    return false;
  }

  function tell(node: Node | null, what: string, mend: string): void {
    // what is wrong inside an anchor was said where the anchor stands
    if (insideAlias === 0 || !sound) report({ place: placeAt(source, node?.range?.[0] ?? 0), what, mend });
  }

  function give(node: Node | null, what: string, mend: string): null {
    if (!sound) return null;
    sound = false;
    tell(node, what, mend);
    return null;
  }

  const data = convert(root);
  return { data, aliases, sound };
}
