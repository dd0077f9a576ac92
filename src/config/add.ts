/** `retag add`: writes one more entry into `images` of a tag file, and changes nothing else in it. */
import { isMap, isScalar, isSeq, type Node, type Pair, stringify, type YAMLSeq } from 'yaml';
import { UserError } from '../errors.js';
import { parseConfig } from './config.js';
import { type Edit, edited, linesAfter, pairOf, said } from './edit.js';
import type { ImageConfig } from './model.js';
import { decode, placeAt, type Source, type TagFile } from './source.js';
import { readDocuments } from './yaml.js';

/** One entry, in the keys of the file. */
export interface NewEntry {
  readonly name: string;
  readonly src_build_tag?: string;
  readonly src_digest?: string;
  readonly src_ref?: string;
  readonly tag: string;
}

/**
 * `file` with the entry behind the last one, in the layout of that: a block, or braces. Without `images` the list is put at the end.
 * The result is read again and must say the same as before, and the entry.
 * @throws UserError when the file is not valid, or cannot be edited alone
 */
export function addEntry(file: TagFile, entry: NewEntry): TagFile {
  const source = decode(file);
  if ('what' in source) throw new UserError(source);
  const before = parseConfig([file]);
  const edit = insertion(source, entry);
  const after = edit === null ? null : edited(file, source, [edit]);
  if (after !== null && isAdded(before, after, entry)) return after;
  throw new UserError({
    location: { file: file.path, line: 1, column: 1 },
    what: 'the layout of "images" is one that cannot be edited safely, and nothing was changed',
    hint: 'add the entry by hand, or write "images" as a plain list of "- name: …" entries',
  });
}

function isAdded(before: ReturnType<typeof parseConfig>, file: TagFile, entry: NewEntry): boolean {
  try {
    const after = parseConfig([file]);
    const added = after.images.at(-1);
    const rest = { ...after, images: after.images.slice(0, -1) };
    return added !== undefined && said(rest) === said(before) && isEntry(added, entry);
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function isEntry({ names, tags, srcBuildTag, srcDigest, srcRef }: ImageConfig, entry: NewEntry): boolean {
  const got = [names.map(({ text }) => text), tags, srcBuildTag, srcDigest, srcRef];
  return (
    said(got) === said([[entry.name], [entry.tag], entry.src_build_tag, entry.src_digest, entry.src_ref])
  );
}

/** Null where no place for the entry is known. */
function insertion(source: Source, entry: NewEntry): Edit | null {
  const maps = readDocuments(source, () => undefined).flatMap(({ root }) => (isMap(root) ? [root] : []));
  const pair = maps.map((map) => pairOf(map, 'images')).findLast((found) => found !== undefined);
  if (pair === undefined)
    return linesAfter(source.text, source.text.length, ['images:', ...block(entry, 2, 2)]);
  const list = pair.value as Node | null;
  const key = pair.key as Node;
  if (isSeq(list) && list.range)
    return list.items.length === 0 || list.flow ? inBrackets(list, entry) : below(source, list, entry);
  if (isScalar(list) && list.value === null && key.range) {
    const { column } = placeAt(source, key.range[0]);
    return linesAfter(source.text, key.range[1], block(entry, column + 1, 2));
  }
  return null;
}

function inBrackets({ items, range }: YAMLSeq, entry: NewEntry): Edit {
  const last = items.at(-1) as Node | undefined;
  const at = last?.range?.[1] ?? (range?.[1] ?? 0) - 1;
  return { start: at, end: at, text: `${last === undefined ? '' : ', '}${braces(entry)}` };
}

function below(source: Source, { items, range }: YAMLSeq, entry: NewEntry): Edit {
  const dash = placeAt(source, range?.[0] ?? 0).column - 1;
  const last = items.at(-1) as Node;
  const width = placeAt(source, last.range?.[0] ?? 0).column - 1 - dash;
  const inline = isMap(last) && last.flow;
  const lines = inline ? [`${' '.repeat(dash)}- ${braces(entry)}`] : block(entry, dash, Math.max(2, width));
  return linesAfter(source.text, endOf(source.text, last, dash), lines);
}

/** Where the text of an entry ends, with the comments below it that are indented like its keys. */
function endOf(text: string, entry: Node, dash: number): number {
  const end = lastIn(entry).range?.[1] ?? 0;
  const newline = text[end - 1] === '\n' ? end - 1 : text.indexOf('\n', end);
  if (newline < 0) return end;
  const comments = new RegExp(`(?:\\n {${dash + 1},}#[^\\n]*)*`, 'y');
  comments.lastIndex = newline;
  const { length } = comments.exec(text)?.[0] ?? '';
  return length === 0 ? end : newline + length;
}

/** The end of a block collection is after comments of what follows it, so that of its last scalar is asked for. */
function lastIn(node: Node): Node {
  if (isSeq(node) && !node.flow) return lastIn(node.items.at(-1) as Node);
  if (!isMap(node) || node.flow) return node;
  const { key, value } = node.items.at(-1) as Pair<Node, Node | null>;
  return lastIn(value ?? key);
}

function block(entry: NewEntry, indent: number, width: number): string[] {
  return Object.entries(entry).map(([key, value], i) => {
    const dash = (i === 0 ? '-' : '').padEnd(width);
    return `${' '.repeat(indent)}${dash}${key}: ${scalar(value as string)}`;
  });
}

function braces(entry: NewEntry): string {
  return `{ ${Object.entries(entry)
    .map(([key, value]) => `${key}: ${scalar(value as string)}`)
    .join(', ')} }`;
}

/** Plain where YAML reads the text back as text, also between braces. */
export function scalar(text: string): string {
  const plain = stringify(text, { lineWidth: 0 }).trimEnd() === text && !/[,[\]{}]/.test(text);
  return plain ? text : `'${text.replaceAll("'", "''")}'`;
}
