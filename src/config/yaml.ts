/** Text → YAML documents, each as plain data, with every mistake of the text at its place. */
import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type ParsedNode,
  Parser,
  Scalar,
  type YAMLMap,
} from 'yaml';
import type { Problem } from '../errors.js';
import { FILE_LIMITS } from '../shared/limits.js';
import { placeAt, type Source } from './source.js';
import { type OpenQuotes, syntaxProblems } from './syntax.js';

/** One YAML document that can be read; its content may still be wrong. */
export interface YamlDocument {
  readonly source: Source;
  /** null for a document that holds nothing */
  readonly root: ParsedNode | null;
  readonly aliases: AliasTargets;
  /** strings, numbers, booleans, null, Date (for what looks like one), arrays, and mappings without prototype */
  readonly data: unknown;
}

/** All documents of one text. Documents with mistakes in their syntax are left out, and `report` hears why. */
export function readDocuments(source: Source, report: (problem: Problem) => void): YamlDocument[] {
  const read = composeDocuments(source, { uniqueKeys: false, stringKeys: true });
  if ('what' in read) {
    report(read);
    return [];
  }
  const budget = { left: FILE_LIMITS.expanded };
  const documents: YamlDocument[] = [];
  for (const [number, document] of read.documents.entries()) {
    if (number === FILE_LIMITS.documents) {
      const what = `the file has more than ${FILE_LIMITS.documents} documents`;
      const hint = 'write one document; its entries add up the same way';
      report({ location: placeAt(source, document.range[0]), what, hint });
      break;
    }
    const problems = syntaxProblems(document, source, read.quotes);
    problems.forEach(report);
    if (problems.length > 0) continue;
    const { data, aliases, sound } = toData(document.contents, source, budget, report);
    if (sound) documents.push({ source, root: document.contents, aliases, data });
  }
  return documents;
}

interface Composed {
  /** each with the mistakes of its syntax */
  readonly documents: readonly Document.Parsed[];
  readonly quotes: OpenQuotes;
}

/** Text → documents within the bounds of `FILE_LIMITS`, a tag file's or any other file's; past one of them a problem. */
export function composeDocuments(
  source: Source,
  options: Pick<ComposeOptions, 'uniqueKeys' | 'stringKeys'> = {},
): Composed | Problem {
  const read = tokensOf(source);
  return 'what' in read ? read : { documents: compose(read.tokens, source, options), quotes: read.quotes };
}

type ComposeOptions = NonNullable<ConstructorParameters<typeof Composer>[0]>;

interface Tokens {
  readonly tokens: CST.Token[];
  readonly quotes: OpenQuotes;
}

/**
 * Text → tokens, within bounds. Depth is bounded here and not later because composing the tokens is recursive:
 * near the end of the stack V8 does not throw but ends the process when it has to compile a regular expression.
 */
function tokensOf(source: Source): Tokens | Problem {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  const quotes = new Map<number, number>();
  const tooMuch = (what: string, hint: string): Problem => ({
    location: placeAt(source, offset),
    what,
    hint,
  });
  let lexemes = 0;
  let offset = 0;
  let before = '';
  for (const lexeme of new Lexer().lex(source.text)) {
    offset = parser.offset;
    if (before !== PLAIN && isOpen(lexeme)) quotes.set(offset + lexeme.length, offset);
    before = lexeme;
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error' && tokens.at(-1)?.type === 'error') continue; // one of a row will do
      tokens.push(token);
    }
    // the stack holds the document, the open collections and a scalar
    if (parser.stack.length > FILE_LIMITS.depth + 2) {
      return tooMuch(
        `the file nests deeper than ${FILE_LIMITS.depth} levels`,
        'flatten it; no key needs so many',
      );
    }
    if ((lexemes += 1) > FILE_LIMITS.lexemes) {
      return tooMuch(
        `the file has more than ${FILE_LIMITS.lexemes} YAML tokens`,
        'split it into several files',
      );
    }
  }
  tokens.push(...parser.end());
  return { tokens, quotes };
}

/** What the lexer says before a scalar without quotes. */
const PLAIN = '\x1f';

/** A quoted scalar without its second quote, as the parser sees it. */
function isOpen(lexeme: string): boolean {
  const quote = lexeme[0];
  return (quote === '"' || quote === "'") && (lexeme.length === 1 || !lexeme.endsWith(quote));
}

/** Tokens → documents. Mistakes are collected as Errors, and without their stacks a million of them is bearable. */
function compose(
  tokens: readonly CST.Token[],
  source: Source,
  chosen: Pick<ComposeOptions, 'uniqueKeys' | 'stringKeys'>,
): Document.Parsed[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const options = { ...chosen, resolveKnownTags: false, logLevel: 'silent' } as const;
    return [...new Composer(options).compose(tokens, true, source.text.length)] as Document.Parsed[];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

// YAML nodes → plain data: aliases resolved within bounds, keys checked. Lossless where it matters: see `toData`.

/** What each alias stands for. */
type AliasTargets = ReadonlyMap<Alias, Node>;

interface Data {
  readonly data: unknown;
  readonly aliases: AliasTargets;
  /** false when the aliases cannot be followed: the data is not worth checking then */
  readonly sound: boolean;
}

/** What is left of `FILE_LIMITS.expanded`; shared by the documents of a file. */
interface Budget {
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
function toData(
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
      return give(
        root,
        `its aliases stand for more than ${FILE_LIMITS.expanded} values`,
        'write fewer of them',
      );
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

  function tell(node: Node | null, what: string, hint: string): void {
    // what is wrong inside an anchor was said where the anchor stands
    if (insideAlias === 0 || !sound) report({ location: placeAt(source, node?.range?.[0] ?? 0), what, hint });
  }

  function give(node: Node | null, what: string, hint: string): null {
    if (!sound) return null;
    sound = false;
    tell(node, what, hint);
    return null;
  }

  const data = convert(root);
  return { data, aliases, sound };
}
