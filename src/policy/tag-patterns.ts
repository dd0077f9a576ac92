/** Templates read backwards: what tags of a rule look like, so that tags in a registry can be taken apart again. Pure. */
import { type PatternPart, type Pattern, type Shape, type Fields, readAll } from './pattern.js';
import { type Variable, type Template, uses } from './template.js';

/** What a variable that is not a field looks like in a tag, where that is more than text. Ordered things are digits. */
const BUILTIN_PATTERNS = new Map<string, readonly PatternPart[]>(
  Object.entries({
    date: [{ kind: 'date', name: 'date', at: 0 }],
    time: [{ kind: 'digits', name: 'time', width: 6, at: 0 }],
    timestamp: [
      { kind: 'date', name: 'timestamp', at: 0 },
      { kind: 'literal', text: 'T', at: 0 },
      { kind: 'digits', name: 'timestamp_time', width: 6, at: 0 },
      { kind: 'literal', text: 'Z', at: 0 },
    ],
    run_number: [{ kind: 'digits', name: 'run_number', width: null, at: 0 }],
    run_attempt: [{ kind: 'digits', name: 'run_attempt', width: null, at: 0 }],
  } satisfies Record<string, readonly PatternPart[]>),
);

/** The shape of a variable whose value is not known. */
export function placeholderPattern(variable: Variable): readonly PatternPart[] {
  if (variable.name === 'seq') return [{ kind: 'digits', name: 'seq', width: variable.width, at: 0 }];
  if (variable.name === 'sha') return [{ kind: 'hex', name: 'sha', width: variable.width, at: 0 }];
  return BUILTIN_PATTERNS.get(variable.name) ?? [{ kind: 'text', name: variable.name, at: 0 }];
}

/**
 * The shapes of a template: one for each pattern of its rule that gives it fields, times one for each form of base
 * (the patterns of final rules), since `{git_tag}`, `{branch}` and `{base}` are taken apart into the fields inside them.
 * The pattern stands beside each.
 */
export function tagPatterns(
  template: Template,
  patterns: readonly Pattern[],
  className: string,
  bases: readonly Pattern[],
): Shape[] {
  const baseForms = uses(template, 'base') && bases.length > 0 ? bases : [null];
  return patterns.flatMap((pattern) =>
    baseForms.map((base) => {
      const spans: NonNullable<Pattern['spans']>[number][] = [];
      const parts: PatternPart[] = [];
      for (const part of template.parts) {
        const from = parts.length;
        parts.push(...partsOf(part, pattern, className, base));
        if (part.kind !== 'variable' || !WHOLE.has(part.name)) continue;
        const count = spans.filter(({ name }) => name.split('#')[0] === part.name).length;
        spans.push({ name: count === 0 ? part.name : `${part.name}#${count + 1}`, from, to: parts.length });
      }
      return { source: template.source, parts: distinct(parts), spans, pattern };
    }),
  );
}

/** The name of the ref itself, in a tag or a channel. */
export const WHOLE_NAME = ['git_tag', 'branch'];
/** Names of refs inside a tag. */
const WHOLE = new Set([...WHOLE_NAME, 'base']);

function partsOf(
  part: Template['parts'][number],
  pattern: Pattern,
  className: string,
  base: Pattern | null,
): readonly PatternPart[] {
  if (part.kind === 'literal') return [part];
  const field = pattern.parts.find((p) => 'name' in p && p.name === part.name);
  if (field) return [field];
  if (WHOLE_NAME.includes(part.name)) return hashedForm(part.name, pattern) ?? pattern.parts;
  if (part.name === 'class') return [{ kind: 'literal', text: className, at: 0 }];
  if (part.name === 'base' && base) return base.parts.map((p) => prefixed(p, 'base.'));
  return placeholderPattern(part);
}

/**
 * What stands in a tag for refs of which none fits into one: `release/1.2` is `release-1.2-` and a hash (refname.ts), and
 * its fields cannot be told apart any more.
 * @returns null for a pattern that matches refs that fit
 */
function hashedForm(name: string, { parts: [first, ...more] }: Pattern): PatternPart[] | null {
  const texts = [first, ...more].flatMap((part) => (part?.kind === 'literal' ? [part.text] : []));
  if (texts.every((text) => /^[A-Za-z0-9._-]*$/.test(text))) return null;
  const start = first?.kind === 'literal' ? (/^\w{1,7}/.exec(first.text)?.[0] ?? '') : '';
  const literal = (text: string): PatternPart => ({ kind: 'literal', text, at: 0 });
  const hash: PatternPart[] = [literal('-'), { kind: 'hex', name: `${name}.hash`, width: 8, at: 0 }];
  return [...(start === '' ? [] : [literal(start)]), { kind: 'segment', at: 0 }, ...hash];
}

function prefixed(part: PatternPart, prefix: string): PatternPart {
  return 'name' in part ? { ...part, name: prefix + part.name } : part;
}

/** A field that is there twice gets a second name, `major#2`; `readShape` sees to it that both are equal. */
function distinct(parts: readonly PatternPart[]): PatternPart[] {
  const seen = new Map<string, number>();
  return parts.map((part) => {
    if (!('name' in part)) return part;
    const count = (seen.get(part.name) ?? 0) + 1;
    seen.set(part.name, count);
    return count === 1 ? part : { ...part, name: `${part.name}#${count}` };
  });
}

/** The fields of a tag of this shape, or null. */
export function readTag(shape: Pattern, tag: string): Fields | null {
  return readings(shape, tag)[0] ?? null;
}

/** The fields of a tag in each of the ways in which this shape reads it; none when it is of another. */
export function readings(shape: Pattern, tag: string): Fields[] {
  return readAll(shape, tag).filter((fields) =>
    Object.entries(fields).every(([name, value]) => {
      const hash = name.indexOf('#');
      return hash < 0 || fields[name.slice(0, hash)] === value;
    }),
  );
}

/** The fields of a shape that have an order, most significant first. */
export function numberNames(shape: Pattern): string[] {
  return shape.parts.flatMap((part) =>
    (part.kind === 'digits' || part.kind === 'date') && !part.name.includes('#') ? [part.name] : [],
  );
}
