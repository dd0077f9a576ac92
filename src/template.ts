/**
 * Templates: the other direction of patterns. `v{major}.{minor}-{sha:12}` is text with variables in braces; where
 * their values come from is the policy's to say.
 */
import type { SyntaxProblem } from './pattern.js';

export type TemplatePart =
  { readonly kind: 'literal'; readonly text: string; readonly at: number } | Variable;

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

export type TemplateResult = { readonly ok: true; readonly value: Template } | SyntaxProblem;

const BEGINS_VARIABLE = /^\{[A-Za-z]/;
const VARIABLE = /^\{([A-Za-z][A-Za-z0-9_]*)(?::(\d{1,3}|text))?\}$/;

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
  for (let at = source.indexOf('{'); at >= 0; at = source.indexOf('{', at + 1)) {
    const end = source.indexOf('}', at) + 1;
    const text = end > 0 ? source.slice(at, end) : source.slice(at);
    const [, name, type] = VARIABLE.exec(text) ?? [];
    if (name === undefined) {
      if (loose && (end > 0 || !BEGINS_VARIABLE.test(text))) continue;
      const what = end > 0 ? `"${text}" is not a variable` : 'a "{" has no "}"';
      return { ok: false, at, what, mend: 'write "{name}" or "{name:12}"' };
    }
    literal(at);
    const width = type === undefined || type === 'text' ? null : Number(type);
    parts.push({ kind: 'variable', name, width, source: text, at });
    literalFrom = end;
    at = end - 1;
  }
  literal(source.length);
  return { ok: true, value: { source, parts } };
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
