/**
 * Templates: the other direction of patterns. `v{major}.{minor}-{sha:12}` is text with variables in braces; where
 * their values come from is the policy's to say.
 */
import { type Location, type Parsed, UserError } from '../errors.js';
import { parseTag } from '../oci/reference.js';
import { suggest } from '../shared/text.js';
import type { Fields, SyntaxProblem } from './pattern.js';
import { SHORTEST_PART, toTagPart, visible } from './refname.js';

type TemplatePart = { readonly kind: 'literal'; readonly text: string; readonly at: number } | Variable;

/** `{name}`, `{name:12}` or `{name:text}`; `at` is where it starts in the source, 0-based. */
export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
  readonly width: number | null;
  /** as written, braces included; what stands in the text while the value is not known */
  readonly source: string;
  readonly at: number;
}

export interface Template {
  readonly source: string;
  readonly parts: readonly TemplatePart[];
}

/** A rendered part. `foreign` text comes from a ref and may not fit into a tag; a `hole` has no value yet. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly foreign: boolean }
  | { readonly kind: 'hole'; readonly variable: Variable };

type TemplateResult = { readonly ok: true; readonly value: Template } | SyntaxProblem;

const BEGINS_VARIABLE = /\{[A-Za-z]/y;
const VARIABLE = /\{([A-Za-z][A-Za-z0-9_]*)(?::(\d{1,3}|text))?\}/y;

/**
 * Parses a template. In `loose` text (build arguments, labels: any text may hold braces) what is not of the form of a
 * variable is literal, unless it begins like one and never ends; elsewhere it is a problem, with the character that is to
 * blame.
 */
export function parseTemplate(source: string, loose = false): TemplateResult {
  const parts: TemplatePart[] = [];
  let literalFrom = 0;
  const literal = (end: number) => {
    if (end > literalFrom)
      parts.push({ kind: 'literal', text: source.slice(literalFrom, end), at: literalFrom });
  };
  const last = source.lastIndexOf('}');
  for (let at = source.indexOf('{'); at >= 0; at = source.indexOf('{', at + 1)) {
    const [text = '', name, type] = stickyAt(VARIABLE, source, at) ?? [];
    if (name === undefined) {
      if (loose && (last > at || stickyAt(BEGINS_VARIABLE, source, at) === null)) continue;
      const what =
        last > at
          ? `${visible(source.slice(at, source.indexOf('}', at) + 1))} is not a variable`
          : 'a "{" has no "}"';
      return { ok: false, at, what, hint: 'write "{name}" or "{name:12}"' };
    }
    literal(at);
    const width = type === undefined || type === 'text' ? null : Number(type);
    parts.push({ kind: 'variable', name, width, source: text, at });
    literalFrom = at + text.length;
    at = literalFrom - 1;
  }
  literal(source.length);
  return { ok: true, value: { source, parts } };
}

/** Only at that place, so that a text of many braces is looked at once. */
function stickyAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

/** The variables of a template, in order. */
export function variablesOf(template: Template): Variable[] {
  return template.parts.filter((part) => part.kind === 'variable');
}

/** Does the template use the variable? */
export function uses(template: Template, name: string): boolean {
  return template.parts.some((part) => part.kind === 'variable' && part.name === name);
}

/** Renders part by part; `lookup` gives null for what is not known yet. */
export function renderPieces(
  template: Template,
  lookup: (variable: Variable) => { readonly text: string; readonly foreign: boolean } | null,
): Piece[] {
  return template.parts.map((part) => {
    if (part.kind === 'literal') return { kind: 'text', text: part.text, foreign: false };
    const value = lookup(part);
    return value === null ? { kind: 'hole', variable: part } : { kind: 'text', ...value };
  });
}

/** The pieces as one text, holes as written. */
export function joinPieces(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : piece.variable.source)).join('');
}

// What the variables of a template stand for.

/** Variables that are there without a field of that name. */
export const BUILTINS: Readonly<Record<string, { readonly width: 'none' | 'optional' | 'required' }>> = {
  git_tag: { width: 'none' },
  branch: { width: 'none' },
  sha: { width: 'optional' },
  date: { width: 'none' },
  time: { width: 'none' },
  timestamp: { width: 'none' },
  run_number: { width: 'none' },
  run_attempt: { width: 'none' },
  seq: { width: 'required' },
  base: { width: 'none' },
  class: { width: 'none' },
  tag: { width: 'none' },
};

/** The values of one run. What is absent is not known, and stays in braces. */
export interface Values {
  readonly fields: Fields;
  readonly git_tag?: string | undefined;
  readonly branch?: string | undefined;
  readonly sha?: string | undefined;
  readonly date?: string | undefined;
  readonly time?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly run_number?: string | undefined;
  readonly run_attempt?: string | undefined;
  /** not padded */
  readonly seq?: number | undefined;
  readonly base?: string | undefined;
  readonly class?: string | undefined;
  readonly tag?: string | undefined;
}

/** The value of a variable: a field first, then what Retag knows by itself. Null when it is not known. */
export function valueOf(variable: Variable, values: Values): { text: string; foreign: boolean } | null {
  const { name, width } = variable;
  const field = Object.hasOwn(values.fields, name) ? values.fields[name] : undefined;
  if (field !== undefined) return { text: field, foreign: !/^\d+$/.test(field) };
  if (name === 'seq') {
    return values.seq === undefined
      ? null
      : { text: String(values.seq).padStart(width ?? 1, '0'), foreign: false };
  }
  if (!Object.hasOwn(BUILTINS, name)) return null;
  const text = values[name as Exclude<keyof Values, 'fields' | 'seq'>];
  if (text === undefined) return null;
  if (name === 'sha') return { text: text.slice(0, width ?? text.length), foreign: false };
  return { text, foreign: name === 'git_tag' || name === 'branch' || name === 'base' };
}

/**
 * Renders towards a tag: text that comes from a ref is mapped so that the whole fits into 128 characters less
 * `reserve` (the stable suffix). Holes stay.
 */
export function tagPieces(template: Template, values: Values, reserve: number): Piece[] {
  const pieces = renderPieces(template, (variable) => valueOf(variable, values));
  const foreign = pieces.filter((piece) => piece.kind === 'text' && piece.foreign).length;
  if (foreign === 0) return pieces;
  const own = pieces.reduce((sum, piece) => sum + ownLength(piece), 0);
  const all = joinPieces(pieces).length;
  const room = 128 - reserve - own;
  const max = all <= 128 - reserve ? room : Math.max(SHORTEST_PART, Math.floor(room / foreign));
  return pieces.map((piece, i) =>
    piece.kind === 'text' && piece.foreign ? { ...piece, text: toTagPart(piece.text, max, i === 0) } : piece,
  );
}

function ownLength(piece: Piece): number {
  if (piece.kind === 'hole') return piece.variable.width ?? piece.variable.source.length;
  return piece.foreign ? 0 : piece.text.length;
}

/** A rendered tag: `complete` when nothing is left in braces. */
export interface RenderedTag {
  readonly text: string;
  readonly complete: boolean;
}

/** Renders a template to a tag as far as the values go. */
export function renderTag(template: Template, values: Values, reserve: number): RenderedTag {
  const pieces = tagPieces(template, values, reserve);
  return { text: joinPieces(pieces), complete: pieces.every((piece) => piece.kind === 'text') };
}

/** Is a complete rendered tag one that a registry takes? Unfinished ones pass. */
export function checkTag(tag: { readonly text: string; readonly complete: boolean }): Parsed<string> {
  return tag.complete ? parseTag(tag.text) : { ok: true, value: tag.text };
}

/**
 * Renders any text with the given names, such as a build argument or the title of an issue. Braces that do not hold
 * a name are text, also one that never ends: in a tag file it was refused, and the inputs of the action are as
 * docker/build-push-action's. @throws UserError for a name that is not there, naming the nearest
 */
export function renderText(
  text: string,
  lookup: (variable: Variable) => string | null,
  names: Iterable<string>,
  location?: Location,
): string {
  const parsed = parseTemplate(text, true);
  if (!parsed.ok) return text;
  const pieces = renderPieces(parsed.value, (variable) => {
    const value = lookup(variable);
    if (value !== null) return { text: value, foreign: false };
    const all = [...names];
    const others = all.filter((name) => name !== variable.name);
    const valued = others.filter((name) => lookup(bare(name)) !== null);
    const known = valued.length > 0 ? valued : others;
    throw new UserError(
      all.includes(variable.name)
        ? valueless(variable, known, location)
        : unknownName(variable, known, location),
    );
  });
  return joinPieces(pieces);
}

function bare(name: string): Variable {
  return { kind: 'variable', name, width: null, source: `{${name}}`, at: 0 };
}

/** The problem with a variable that is there for other refs: a field of another rule, or what this run cannot know. */
function valueless(variable: Variable, known: readonly string[], location?: Location) {
  const why = Object.hasOwn(BUILTINS, variable.name)
    ? 'it is not known in this run'
    : 'the rule of this ref gives no such field';
  return {
    ...(location && { location }),
    what: `${visible(variable.source)} has no value here: ${why}`,
    hint: listed(known),
  };
}

function listed(names: readonly string[]): string {
  return `known are ${names.map((name) => `{${name}}`).join(', ')}`;
}

/** The problem with a variable that no one defines. */
export function unknownName(variable: Variable, names: Iterable<string>, location?: Location) {
  const known = [...names];
  const near = suggest(variable.name, known);
  return {
    ...(location && { location }),
    what: `${visible(variable.source)} has no value here`,
    hint: near === undefined ? listed(known) : `did you mean {${near}}?`,
  };
}
