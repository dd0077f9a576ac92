/** Text → YAML documents, each as plain data, with every mistake of the text at its place. */
import { Composer, Lexer, Parser, type CST, type Document, type ParsedNode, type YAMLError } from 'yaml';
import type { Problem } from '../errors.js';
import { placeAt, type Source } from './decode.js';
import { MAX_EXPANDED, toData, type AliasTargets } from './data.js';

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

/** Words, signs and spaces that YAML sees in a file. 4 MiB of entries have about half a million. */
const MAX_LEXEMES = 2_000_000;

/** A text with this many mistakes is not read to the end by anybody. */
const MAX_SYNTAX_PROBLEMS = 20;

const MENDS: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'align it with the lines that it belongs to',
  BAD_SCALAR_START: 'put the value in quotes',
  BAD_DQ_ESCAPE: 'write a backslash twice, or use single quotes',
  BAD_ALIAS: 'define the anchor before the alias',
  BLOCK_AS_IMPLICIT_KEY: 'check the indentation, and put a value that holds ": " in quotes',
  MULTILINE_IMPLICIT_KEY: 'write "key: value" on one line, with a space after the colon',
  NON_STRING_KEY: 'write the key as text',
  MISSING_CHAR: 'check the quotes, brackets, dashes and the space after each colon around here',
  UNEXPECTED_TOKEN: 'check the indentation and the quotes around here',
  TAG_RESOLVE_FAILED: 'remove the tag that begins with "!"',
  BAD_DIRECTIVE: 'remove the line that begins with "%"',
};

/** All documents of one text. Documents with mistakes in their syntax are left out, and `report` hears why. */
export function readDocuments(source: Source, report: (problem: Problem) => void): YamlDocument[] {
  const tokens = tokensOf(source);
  if ('what' in tokens) {
    report(tokens);
    return [];
  }
  const budget = { left: MAX_EXPANDED };
  const documents: YamlDocument[] = [];
  for (const document of compose(tokens, source)) {
    const problems = syntaxProblems(document, source);
    problems.forEach(report);
    if (problems.length > 0) continue;
    const { data, aliases, sound } = toData(document.contents, source, budget, report);
    if (sound) documents.push({ source, root: document.contents, aliases, data });
  }
  return documents;
}

/**
 * Text → tokens, within bounds. Depth is bounded here and not later because composing the tokens is recursive:
 * near the end of the stack V8 does not throw but ends the process when it has to compile a regular expression.
 */
function tokensOf(source: Source): CST.Token[] | Problem {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  const tooMuch = (what: string, mend: string): Problem => ({
    place: placeAt(source, offset),
    what,
    mend,
  });
  let lexemes = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(source.text)) {
    offset = parser.offset;
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
  return tokens;
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

/** One problem a line, the first: what follows on the same line is mostly its echo. */
function syntaxProblems(document: Document.Parsed, source: Source): Problem[] {
  const problems: Problem[] = [];
  const { explicit, version } = document.directives.yaml;
  if (explicit && version !== '1.2') {
    problems.push({
      place: placeAt(source, document.range[0]),
      what: `the document is declared as YAML ${version}, and a tag file is YAML 1.2`,
      mend: 'remove the %YAML line, and quote what YAML 1.1 would read differently',
    });
  }
  let line = 0;
  const faults: readonly YAMLError[] = [...document.errors, ...document.warnings];
  for (const fault of [...faults].sort((a, b) => a.pos[0] - b.pos[0])) {
    const place = placeAt(source, Math.min(fault.pos[0], source.text.length));
    if (place.line === line || problems.length >= MAX_SYNTAX_PROBLEMS) continue;
    line = place.line;
    const mend = MENDS[fault.code];
    problems.push({
      place,
      what: `not YAML: ${lowerFirst(oneLine(fault.message))}`,
      ...(mend ? { mend } : {}),
    });
  }
  return problems;
}

function oneLine(text: string): string {
  return text.replace(/[\s\0-\x1f]+/g, ' ').slice(0, 200); // eslint-disable-line no-control-regex
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
