/**
 * YAML as the Go programs read it whose files these are: a scalar is the text that stands in the file, so `1.10` is no
 * number, and `<<` merges mappings, as YAML 1.1 has it. Every value knows where it stands.
 */
import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { Location, Problem } from '../../errors.js';
import { suggest } from '../../shared/text.js';
import type { Origin } from '../model.js';
import { placeAt } from '../source.js';
import type { YamlDocument } from '../yaml.js';

export interface Value {
  readonly document: YamlDocument;
  /** null for what is not there */
  readonly node: Node | null;
  /** the key of a mapping that it stands behind */
  readonly key: Node | null;
}

/** What a reader of one file is given: its tool's name, and where problems go. */
export interface Reading {
  readonly tool: string;
  readonly report: (problem: Problem) => void;
}

export function rootOf(document: YamlDocument): Value {
  return { document, node: document.root, key: null };
}

/** The place of a value, or of the key in front of it. */
export function placeOf({ document, node, key }: Value, at: 'key' | 'value' = 'value'): Location {
  const found = at === 'key' ? (key ?? node) : (node ?? key);
  return placeAt(document.source, found?.range?.[0] ?? 0);
}

/** For an entry that was made of this value: all of it stands here. */
export function originAt(value: Value): Origin {
  const at = (): Location => placeOf(value);
  return { at, keyAt: at, inside: at };
}

export function tell({ report }: Reading, value: Value, what: string, hint: string, at?: 'key'): void {
  report({ location: placeOf(value, at), what, hint });
}

function resolved({ document, node }: Value): Node | null {
  return isAlias(node) ? (document.aliases.get(node) ?? null) : node;
}

/** The text of a scalar as it stands in the file; empty for null and for what is not there; null for a collection. */
export function rawText(value: Value | undefined): string | null {
  const node = value === undefined ? null : resolved(value);
  if (node === null) return '';
  if (!isScalar(node)) return null;
  if (typeof node.value === 'string') return node.value;
  return node.value === null ? '' : (node.source ?? '');
}

/** What stands there without quotes and is a number; null for everything else. */
export function numberOf(value: Value): number | null {
  const node = resolved(value);
  return isScalar(node) && typeof node.value === 'number' ? node.value : null;
}

/** The same; a collection is a problem. */
export function textOf(reading: Reading, value: Value | undefined): string {
  const text = rawText(value);
  if (text === null && value !== undefined) tell(reading, value, 'this is not text', 'write one value');
  return text ?? '';
}

/** The items of a list; none for null and for what is not there. */
export function itemsOf(reading: Reading, value: Value | undefined): readonly Value[] {
  const node = value === undefined ? null : resolved(value);
  if (value === undefined || rawText(value) === '') return [];
  if (isSeq(node)) return node.items.map((item) => ({ ...value, node: item as Node | null, key: null }));
  tell(reading, value, 'this is not a list', 'write a list');
  return [];
}

/** The keys of a mapping with those that `<<` merges into it; its own come first. */
export function fieldsOf(reading: Reading, value: Value | undefined): ReadonlyMap<string, Value> {
  const fields = new Map<string, Value>();
  const node = value === undefined ? null : resolved(value);
  if (value === undefined || rawText(value) === '') return fields;
  if (!isMap(node)) {
    tell(reading, value, 'this is not a mapping', 'write "key: value" lines');
    return fields;
  }
  const merged: Value[] = [];
  for (const pair of node.items) {
    const key = pair.key as Node;
    const name = isScalar(key) ? String(key.value) : '';
    const found = { document: value.document, node: pair.value as Node | null, key };
    if (name === '<<') merged.push(found);
    else if (!fields.has(name)) fields.set(name, found);
  }
  for (const source of merged.flatMap((each) => (isSeq(resolved(each)) ? itemsOf(reading, each) : [each]))) {
    for (const [name, field] of fieldsOf(reading, source)) if (!fields.has(name)) fields.set(name, field);
  }
  return fields;
}

/** Does it say nothing: null, `false`, an empty text or collection, or one that only holds such? */
function isEmpty(value: Value): boolean {
  const node = resolved(value);
  if (isSeq(node)) return node.items.every((item) => isEmpty({ ...value, node: item as Node | null }));
  if (isMap(node)) return node.items.every((pair) => isEmpty({ ...value, node: pair.value as Node | null }));
  return ['', 'false'].includes(rawText(value) ?? '');
}

/** What Retag does with a key of another tool: reads it, passes it over (the page of docs/ says why), or refuses it. */
export type KeyUse = 'read' | 'idle' | { readonly what: string; readonly hint: string };

/** One use for several keys, which stand in one text with spaces between them. */
export function keys(use: KeyUse, names: string): Readonly<Record<string, KeyUse>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, use]));
}

/** The fields of a mapping; unknown keys and keys that Retag refuses are problems at their lines. */
export function knownFields(
  reading: Reading,
  value: Value | undefined,
  keys: Readonly<Record<string, KeyUse>>,
): ReadonlyMap<string, Value> {
  const fields = fieldsOf(reading, value);
  for (const [name, field] of fields) {
    const use = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (use === undefined) {
      if (name.startsWith('x-')) continue;
      const near = suggest(name, Object.keys(keys));
      const hint = near === undefined ? `use one of ${Object.keys(keys).join(', ')}` : `write "${near}"`;
      tell(
        reading,
        field,
        `${reading.tool} has no key ${JSON.stringify(name.slice(0, 80))} here`,
        hint,
        'key',
      );
    } else if (typeof use === 'object' && !isEmpty(field)) {
      tell(reading, field, use.what, use.hint, 'key');
    }
  }
  return fields;
}
