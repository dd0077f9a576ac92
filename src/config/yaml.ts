/** Text → YAML documents, each as plain data, with every mistake of the text at its place. */
import { Composer, Lexer, Parser, type CST, type Document, type ParsedNode } from 'yaml';
import type { Problem } from '../errors.js';
import { placeAt, type Source } from './decode.js';
import { MAX_EXPANDED, toData, type AliasTargets } from './data.js';
import { syntaxProblems, type OpenQuotes } from './syntax.js';

/** One YAML document that can be read; its content may still be wrong. */
export interface YamlDocument {
  readonly source: Source;
  /** null for a document that holds nothing */
  readonly root: ParsedNode | null;
  readonly aliases: AliasTargets;
  /** strings, numbers, booleans, null, Date (for what looks like one), arrays, and mappings without prototype */
  readonly data: unknown;
}

/** How deep collections may nest. The tag file itself needs 9. */
const MAX_DEPTH = 50;

/** How many documents one file may hold. Each may have settings and a policy, which are compared with all others. */
const MAX_DOCUMENTS = 1_000;

/** Words, signs and spaces that YAML sees in a file. 4 MiB of entries have about half a million. */
const MAX_LEXEMES = 2_000_000;

/** All documents of one text. Documents with mistakes in their syntax are left out, and `report` hears why. */
export function readDocuments(source: Source, report: (problem: Problem) => void): YamlDocument[] {
  const read = tokensOf(source);
  if ('what' in read) {
    report(read);
    return [];
  }
  const budget = { left: MAX_EXPANDED };
  const documents: YamlDocument[] = [];
  for (const [number, document] of compose(read.tokens, source).entries()) {
    if (number === MAX_DOCUMENTS) {
      const what = `the file has more than ${MAX_DOCUMENTS} documents`;
      const mend = 'write one document; its entries add up the same way';
      report({ place: placeAt(source, document.range[0]), what, mend });
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
  const tooMuch = (what: string, mend: string): Problem => ({
    place: placeAt(source, offset),
    what,
    mend,
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
    if (parser.stack.length > MAX_DEPTH + 2) {
      return tooMuch(`the file nests deeper than ${MAX_DEPTH} levels`, 'flatten it; no key needs so many');
    }
    if ((lexemes += 1) > MAX_LEXEMES) {
      return tooMuch(`the file has more than ${MAX_LEXEMES} YAML tokens`, 'split it into several files');
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
function compose(tokens: readonly CST.Token[], source: Source): Document.Parsed[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const options = {
      uniqueKeys: false,
      stringKeys: true,
      resolveKnownTags: false,
      logLevel: 'silent',
    } as const;
    return [...new Composer(options).compose(tokens, true, source.text.length)] as Document.Parsed[];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
