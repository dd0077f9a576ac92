/** One rule of the tag file or of a preset → a rule that can be used, or what is wrong with it and where. */
import type { Path, RuleConfig } from '../config/model.js';
import type { Problem } from '../errors.js';
import { fieldNames, parsePattern, widthOf, type Pattern, type SyntaxProblem } from './pattern.js';
import { BUILTINS, parseTemplate, type Template, unknownName, variablesOf } from './template.js';
import type { CompiledRule } from './model.js';

// What a pattern may not call a field, since templates know these as something else. `date` is a day in both.
const RESERVED = Object.keys(BUILTINS).filter((name) => name !== 'date' && name !== 'seq');

/**
 * Parses the patterns and templates of a rule. Problems go to `problems`; what cannot be parsed is left out. Fields that a
 * broken pattern may have had count as defined: its mistake was said, and is not said again of each template.
 */
export function parseRule(name: string, config: RuleConfig, problems: Problem[]): CompiledRule {
  const kind = config.gitTag === undefined ? 'branch' : 'tag';
  const key = kind === 'tag' ? 'git_tag' : 'branch';
  const sources = config.gitTag ?? config.branch ?? [];
  const patterns = sources.flatMap((source, i) => {
    const pattern = keep(parsePattern(source), config, problems, key, i);
    for (const field of pattern ? reservedFields(pattern) : []) {
      problems.push({
        location: config.origin.inside(field.at, key, i),
        what: `a field cannot be called {${field.name}}: that name has a meaning of its own`,
        hint: `rename it, as in "{my_${field.name}}"`,
      });
    }
    return pattern ? [pattern] : [];
  });
  const broken = patterns.length < sources.length ? sources.filter((source) => !parsePattern(source).ok) : [];
  const names = commonFields([...patterns.map(fieldNames), ...broken.map(possibleFields)]);
  const scope = { names, patterns, problems, config };
  const template = (source: string, without: readonly string[], ...path: Path) =>
    checkedTemplate(source, scope, without, path);
  return {
    name,
    class: config.class,
    kind,
    patterns,
    tags: config.tags.flatMap((tag, i) => template(tag, ['tag'], 'tags', i) ?? []),
    stable: config.stable,
    channels: config.channels.flatMap((c, i) => template(c, ['tag', 'seq'], 'channels', i) ?? []),
    labels: parseLabels(scope),
    from: config.from === undefined ? null : (template(config.from, ['tag', 'seq'], 'from') ?? null),
    fallback: config.fallback ?? null,
    publish: config.publish,
    claim: config.claim ?? null,
    requires: config.requires,
    origin: config.origin,
    tagPatterns: [],
  };
}

interface Scope {
  /** fields that every pattern of the rule has */
  readonly names: readonly string[];
  readonly patterns: readonly Pattern[];
  readonly problems: Problem[];
  readonly config: RuleConfig;
}

function keep<T>(
  result: { readonly ok: true; readonly value: T } | SyntaxProblem,
  config: RuleConfig,
  problems: Problem[],
  ...path: Path
): T | undefined {
  if (result.ok) return result.value;
  const { at, what, hint } = result;
  problems.push({ location: config.origin.inside(at, ...path), what, hint });
  return undefined;
}

function reservedFields(pattern: Pattern): { name: string; at: number }[] {
  return pattern.parts.flatMap((part) =>
    'name' in part && RESERVED.includes(part.name) ? [{ name: part.name, at: part.at }] : [],
  );
}

function widthOfField(pattern: Pattern, name: string): number | null {
  const field = pattern.parts.find((part) => 'name' in part && part.name === name);
  return field ? widthOf(field) : null;
}

function commonFields(lists: readonly (readonly string[])[]): string[] {
  const [first, ...others] = lists;
  return (first ?? []).filter((name) => others.every((names) => names.includes(name)));
}

/** The names that fields of a pattern may have when it is fixed: every word of it. */
export function possibleFields(source: string): string[] {
  return source.match(/[A-Za-z][A-Za-z0-9_]*/g) ?? [];
}

function parseLabels(scope: Scope): Record<string, Template> {
  const entries = Object.entries(scope.config.labels).flatMap(([label, source]) => {
    const template = checkedTemplate(source, scope, [], ['labels', label], true);
    return template ? [[label, template] as const] : [];
  });
  return Object.fromEntries(entries);
}

function checkedTemplate(
  source: string,
  scope: Scope,
  without: readonly string[],
  path: Path,
  loose = false,
): Template | undefined {
  const template = keep(parseTemplate(source, loose), scope.config, scope.problems, ...path);
  for (const variable of template ? variablesOf(template) : []) {
    const location = scope.config.origin.inside(variable.at, ...path);
    const problem = checkVariable(variable, scope, without);
    if (problem) scope.problems.push({ location, ...problem });
  }
  return template;
}

function checkVariable(
  variable: ReturnType<typeof variablesOf>[number],
  { names, patterns, config }: Scope,
  without: readonly string[],
): { what: string; hint: string } | null {
  const { name, width, source } = variable;
  if (names.includes(name)) {
    // A field is given back as the ref had it: a width would promise digits that are not there.
    if (width === null || patterns.every((pattern) => widthOfField(pattern, name) === width)) return null;
    return {
      what: `${source} has another width than the field {${name}} of the pattern`,
      hint: `write {${name}}`,
    };
  }
  const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
  const missing = config.gitTag === undefined ? 'git_tag' : 'branch';
  const usable = Object.keys(BUILTINS).filter((n) => n !== missing && !without.includes(n));
  if (builtin === undefined || !usable.includes(name)) {
    const { hint } = unknownName(variable, [...names, ...usable]);
    return { what: `${source} is not defined here`, hint };
  }
  if (builtin.width === 'none' && width !== null) {
    return { what: `${source}: {${name}} has no width`, hint: `write {${name}}` };
  }
  if (builtin.width === 'required' && (width === null || width < 1 || width > 9)) {
    return { what: `${source} has no width from 1 to 9`, hint: 'write {seq:2} for 01 to 99' };
  }
  if (name === 'sha' && width !== null && (width < 4 || width > 64)) {
    return { what: `${source}: a commit is cut to 4 to 64 digits`, hint: 'write {sha:12}' };
  }
  return null;
}
