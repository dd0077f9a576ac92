/** Edits of a tag file that change nothing else in it: `retag pin` writes `src_digest` into entries. */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, visit, type YAMLMap } from 'yaml';
import { type Location, type Problem, UserError } from '../errors.js';
import { isDigest } from '../oci/reference.js';
import { parseConfig } from './config.js';
import type { ImageConfig } from './model.js';
import { decode, placeAt, type Source, type TagFile } from './source.js';
import { readDocuments } from './yaml.js';

/** One entry of `images` and the digest that its source must have. */
interface Pin {
  /** `image.origin.at()` of the entry */
  readonly location: Location;
  /** `sha256:…` or `sha512:…` */
  readonly digest: string;
}

/** Replaces the text from `start` up to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const BOM = '\ufeff';

/**
 * The text of `file` with the pins in it: a `src_digest` that is there gets the new value, otherwise a line (or, in
 * `{ }`, a pair) is put after `src_build_tag`. Comments, layout and line ends stay. Pins for other files are left
 * alone. The result is read again and must say the same as before in all but the pinned digests.
 *
 * @throws UserError when the file is not valid, a pin stands at no entry, or an entry cannot be changed alone because
 * an alias shares it
 */
export function pinDigests(file: TagFile, pins: readonly Pin[]): string {
  const source = decode(file);
  if ('what' in source) throw new UserError(source);
  const before = parseConfig([file]).images;
  const entries = findEntries(source);
  const here = pins.filter(({ location }) => location.file === file.path);
  const wanted = [...new Map(here.map((pin) => [keyOf(pin.location), pin])).values()];
  const edits = wanted.map((pin) => editFor(entries, pin));
  const problems = edits.filter((edit) => 'what' in edit);
  if (problems.length > 0) throw new UserError(problems);
  const after = edited(
    file,
    source,
    edits.filter((edit) => 'text' in edit),
  );
  verify(after, before, wanted);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(after.bytes);
}

/** The file with the edits in it, and with its byte order mark when it has one. */
export function edited(file: TagFile, source: Source, edits: readonly Edit[]): TagFile {
  const marked = file.bytes[0] === 0xef && file.bytes[1] === 0xbb && file.bytes[2] === 0xbf;
  const text = applyEdits(source.text, edits);
  return { path: file.path, bytes: new TextEncoder().encode(marked ? BOM + text : text) };
}

/** What is written in the lists of a file, by place, and which mappings an alias stands for too. */
interface Entries {
  readonly source: Source;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly shared: ReadonlySet<Node>;
}

function findEntries(source: Source): Entries {
  const nodes = new Map<string, Node>();
  const shared = new Set<Node>();
  for (const { root, aliases } of readDocuments(source, () => undefined)) {
    const images = isMap(root) ? root.get('images', true) : undefined;
    const list: unknown = isAlias(images) ? aliases.get(images) : images;
    for (const node of isSeq(list) ? (list.items as Node[]) : []) {
      nodes.set(keyOf(placeAt(source, node.range?.[0] ?? 0)), node);
    }
    for (const target of new Set(aliases.values())) {
      visit(target, { Map: (_, node) => void shared.add(node) });
    }
  }
  return { source, nodes, shared };
}

function editFor({ source, nodes, shared }: Entries, { location, digest }: Pin): Edit | Problem {
  if (!isDigest(digest)) throw new TypeError(`not a digest: ${digest}`);
  const node = nodes.get(keyOf(location));
  if (!node) {
    return {
      location,
      what: 'there is no entry here to pin',
      hint: 'read the tag file again: it has changed meanwhile',
    };
  }
  if (isMap(node) && !shared.has(node)) return editEntry(source, node, digest);
  return {
    location,
    what: 'this entry is shared through an alias, and a digest belongs to one entry alone',
    hint: 'write the entry out, or add "src_digest" by hand',
  };
}

function editEntry(source: Source, entry: YAMLMap, digest: string): Edit | Problem {
  const present = pairOf(entry, 'src_digest');
  const value = present?.value as Node | null | undefined;
  if (value?.range) return { start: value.range[0], end: value.range[1], text: digest };
  const anchor = pairOf(entry, 'src_build_tag') ?? pairOf(entry, 'name');
  const key = anchor?.key as Node | undefined;
  const after = anchor?.value as Node | null | undefined;
  if (!key?.range || !after?.range) throw new Error('a valid entry has a name');
  const end = after.range[1];
  if (entry.flow) return { start: end, end, text: `, src_digest: ${digest}` };
  const indent = ' '.repeat(placeAt(source, key.range[0]).column - 1);
  return linesAfter(source.text, end, [`${indent}src_digest: ${digest}`]);
}

/** Inserts lines below the line that holds the character before `offset`, with the same line end. */
export function linesAfter(text: string, offset: number, lines: readonly string[]): Edit {
  const newline = text[offset - 1] === '\n' ? offset - 1 : text.indexOf('\n', offset);
  if (newline < 0) {
    const end = text.includes('\r\n') ? '\r\n' : '\n';
    const added = text === '' ? lines.join(end) + end : end + lines.join(end);
    return { start: text.length, end: text.length, text: added };
  }
  const end = text[newline - 1] === '\r' ? '\r\n' : '\n';
  return { start: newline + 1, end: newline + 1, text: lines.join(end) + end };
}

export function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name);
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    pieces.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  return pieces.join('') + text.slice(at);
}

/** The edits are made on text, so what they mean is read back, not believed. */
function verify(file: TagFile, before: readonly ImageConfig[], pins: readonly Pin[]): void {
  const digests = new Map(pins.map(({ location, digest }) => [keyOf(location), digest]));
  const after = imagesOf(file);
  for (const [index, image] of before.entries()) {
    const location = image.origin.at();
    const got = after[index];
    const expected = meaning(image, digests.get(keyOf(location)) ?? image.srcDigest);
    if (got && expected === meaning(got, got.srcDigest)) continue;
    throw new UserError({
      location,
      what: 'the layout here is one that cannot be edited safely, and nothing was changed',
      hint: 'add "src_digest" by hand, or write the entry as a plain block of "key: value" lines',
    });
  }
}

function imagesOf(file: TagFile): readonly ImageConfig[] {
  try {
    return parseConfig([file]).images;
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** All that an entry says, with `srcDigest` as given, to be compared. */
function meaning(image: ImageConfig, srcDigest: string | undefined): string {
  return said([srcDigest, { ...image, srcDigest: undefined }]);
}

/** What a piece of configuration says, without where it stands, to be compared. */
export function said(piece: unknown): string {
  return JSON.stringify(piece, (key, value: unknown) =>
    key === 'origin' || key === 'number' ? undefined : value,
  );
}

function keyOf({ line, column }: Location): string {
  return `${line}:${column}`;
}
