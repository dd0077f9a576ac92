/** Mistakes of YAML's syntax → problems in words that help, each where it is made and not where the parser trips over it. */
import type { Document, YAMLError } from 'yaml';
import type { Problem } from '../errors.js';
import { FILE_LIMITS } from '../shared/limits.js';
import { placeAt, type Source } from './source.js';

/** Where quotes open that are not closed, by where the parser gives up on them. */
export type OpenQuotes = ReadonlyMap<number, number>;

const HINTS: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'align it with the lines that it belongs to',
  BAD_SCALAR_START: 'put the value in quotes',
  BAD_DQ_ESCAPE: 'write a backslash twice, or use single quotes',
  BAD_ALIAS: 'define the anchor before the alias',
  BLOCK_AS_IMPLICIT_KEY: 'check the indentation, and put a value that holds ": " in quotes',
  MULTILINE_IMPLICIT_KEY: 'write "key: value" on one line, with a space after the colon',
  MISSING_CHAR: 'check the quotes, brackets, dashes and the space after each colon around here',
  UNEXPECTED_TOKEN: 'check the indentation and the quotes around here',
  TAG_RESOLVE_FAILED: 'remove the tag that begins with "!"',
  BAD_DIRECTIVE: 'remove the line that begins with "%"',
};

/** One problem a line, the first: what follows on the same line is mostly its echo. */
export function syntaxProblems(document: Document.Parsed, source: Source, quotes: OpenQuotes): Problem[] {
  const problems: Problem[] = [];
  const { explicit, version } = document.directives.yaml;
  if (explicit && version !== '1.2') {
    problems.push({
      location: placeAt(source, document.range[0]),
      what: `the document is declared as YAML ${version}, and a tag file is YAML 1.2`,
      hint: 'remove the %YAML line, and quote what YAML 1.1 would read differently',
    });
  }
  let line = 0;
  const faults: readonly YAMLError[] = [...document.errors, ...document.warnings];
  for (const fault of [...faults].sort((a, b) => a.pos[0] - b.pos[0])) {
    const at = Math.min(fault.pos[0], source.text.length);
    const found = placeAt(source, at).line;
    if (found === line || problems.length >= FILE_LIMITS.syntaxProblems) continue;
    if (quotes.has(at) && faults.some((other) => isCutBy(other, at, source.text))) continue;
    line = found;
    problems.push(problemOf(fault, at, source, quotes));
  }
  return problems;
}

function problemOf(fault: YAMLError, at: number, source: Source, quotes: OpenQuotes): Problem {
  const opens = fault.code === 'MISSING_CHAR' ? quotes.get(at) : undefined;
  if (opens !== undefined) {
    return {
      location: placeAt(source, opens),
      what: 'not YAML: the quote that opens here is not closed',
      hint: 'close it, and indent the lines over which it runs',
    };
  }
  if (fault.code === 'NON_STRING_KEY') {
    return {
      location: placeAt(source, at),
      what: `a key must be text${kindAt(source.text, at)}`,
      hint: 'write the key as text',
    };
  }
  const tab = tabOf(source.text, at);
  if (fault.code === 'BAD_INDENT' && tab !== undefined) {
    return {
      location: placeAt(source, tab),
      what: 'not YAML: tabs are not allowed as indentation',
      hint: 'indent with spaces',
    };
  }
  const hint = HINTS[fault.code];
  const detail =
    fault.code === 'UNEXPECTED_TOKEN' && tab !== undefined ? ': this line begins with a tab' : '';
  return {
    location: placeAt(source, at),
    what: `not YAML: ${lowerFirst(oneLine(fault.message))}`,
    ...(hint ? { hint: hint + detail } : {}),
  };
}

/** The tab in the indentation of the line that holds `at`. */
function tabOf(text: string, at: number): number | undefined {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const [indentation = ''] = /^[ \t]*/.exec(text.slice(start, at + 1)) ?? [];
  const tab = indentation.indexOf('\t');
  return tab < 0 ? undefined : start + tab;
}

/** A quote that ends before a tab is cut off by that tab, which is the mistake to tell. */
function isCutBy({ code, pos: [tab] }: YAMLError, at: number, text: string): boolean {
  const near = tab >= at && tab - at < 1_000;
  return code === 'TAB_AS_INDENT' && near && text.slice(at, tab).trim() === '';
}

function kindAt(text: string, at: number): string {
  const kinds: Readonly<Record<string, string>> = {
    '[': ', not a list',
    '-': ', not a list',
    '{': ', not a mapping',
  };
  return kinds[text[at] ?? ''] ?? '';
}

function oneLine(text: string): string {
  return text.replace(/[\s\0-\x1f]+/g, ' ').slice(0, 200); // eslint-disable-line no-control-regex
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
