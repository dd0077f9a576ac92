/** Which rules of `trust` an image must meet, and their patterns, compiled once a run. Pure. */
import type { ImageConfig, TrustAuthority, TrustRule } from '../config/model.js';
import type { Problem } from '../errors.js';
import { formatRepository, type Repository } from '../oci/reference.js';
import { matchPattern, parsePattern, type Pattern } from '../policy/pattern.js';
import { TRUST_LIMITS } from '../shared/limits.js';

/** An authority whose patterns are compiled. */
export interface Authority {
  readonly config: TrustAuthority;
  /** pairs of patterns; null unless it is keyless */
  readonly identities: readonly { readonly issuer: Pattern; readonly subject: Pattern }[] | null;
  /** of the ref that a GitHub workflow ran for; null: any */
  readonly ref: Pattern | null;
}

export interface CompiledRule {
  readonly rule: TrustRule;
  /** its name, or its place in the file: `the rule at tags.yaml:3` */
  readonly label: string;
  readonly images: readonly Pattern[];
  readonly authorities: readonly Authority[];
}

/** The rules with their patterns; those with a mistake are left out, and the mistakes are in `problems`. */
export function compileRules(rules: readonly TrustRule[]): {
  readonly rules: readonly CompiledRule[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  if (rules.length > TRUST_LIMITS.rules) {
    const what = `there are ${rules.length} trust rules, and ${TRUST_LIMITS.rules} are the most`;
    problems.push({
      location: rules[TRUST_LIMITS.rules]?.origin.at(),
      what,
      hint: 'join rules that have the same authorities',
    } as Problem);
  }
  const compiled = rules.slice(0, TRUST_LIMITS.rules).map((rule) => compileRule(rule, problems));
  return { rules: problems.length === 0 ? compiled : [], problems };
}

/**
 * The rules that promoting from this entry's source must meet: those whose patterns match the source's name, and the one
 * that the entry names.
 */
export function rulesFor(rules: readonly CompiledRule[], entry: ImageConfig): readonly CompiledRule[] {
  const names = namesOf(entry);
  return rules.filter(
    (rule) => (rule.rule.name !== undefined && rule.rule.name === entry.trust) || matchesAny(rule, names),
  );
}

/** The rules whose patterns match one of these names, each as it is written and what it means. */
export function rulesForNames(
  rules: readonly CompiledRule[],
  images: readonly (readonly [string, Repository])[],
): readonly CompiledRule[] {
  const names = images.flatMap(([text, repository]) => spellings(text, repository));
  return rules.filter((rule) => matchesAny(rule, names));
}

function matchesAny({ images }: CompiledRule, names: readonly string[]): boolean {
  return images.some((pattern) => names.some((name) => matchPattern(pattern, name) !== null));
}

function namesOf({ srcName, srcRepository, names }: ImageConfig): readonly string[] {
  return spellings(srcName ?? names[0]?.text ?? '', srcRepository);
}

/** As written, in full, and for Docker Hub without what people leave out: a rule must not miss an image by its spelling. */
function spellings(text: string, repository: Repository): readonly string[] {
  const full = formatRepository(repository);
  const short = full.replace(/^docker\.io\/(?:library\/)?/, '');
  return [...new Set([text, full, full.replace('docker.io/library/', 'docker.io/'), short])].map((name) =>
    name.toLowerCase(),
  );
}

function compileRule(rule: TrustRule, problems: Problem[]): CompiledRule {
  const { line, file } = rule.origin.at();
  const compile = (source: string, ...path: (string | number)[]): Pattern | null => {
    const parsed = source.length > TRUST_LIMITS.length ? TOO_LONG : parsePattern(source, 'name');
    if (parsed.ok) return parsed.value;
    const location =
      source.length > TRUST_LIMITS.length ? rule.origin.at(...path) : rule.origin.inside(parsed.at, ...path);
    problems.push({ location, what: parsed.what, hint: parsed.hint });
    return null;
  };
  checkLengths(rule, problems);
  return {
    rule,
    label: rule.name ?? `the rule at ${file}:${line}`,
    images: rule.images.flatMap((source, i) => compileImage(source, i, rule, compile, problems)),
    authorities: rule.authorities.map((config, i) => compileAuthority(config, ['authorities', i], compile)),
  };
}

const TOO_LONG = {
  ok: false,
  at: 0,
  what: `the pattern is longer than ${TRUST_LIMITS.length} characters`,
  hint: 'shorten it',
} as const;

type Compile = (source: string, ...path: (string | number)[]) => Pattern | null;

/** Names have neither tag nor digest: a pattern with one would match nothing, and the rule would protect nothing. */
function compileImage(
  source: string,
  index: number,
  rule: TrustRule,
  compile: Compile,
  problems: Problem[],
): Pattern[] {
  const last = source.slice(source.lastIndexOf('/') + 1).replace(/\{[^}]*\}/g, '');
  if (source.includes('@') || last.includes(':')) {
    problems.push({
      location: rule.origin.at('images', index),
      what: `the pattern "${source.slice(0, 80)}" has a tag or digest, so it matches no image name`,
      hint: 'write the name alone, such as "ghcr.io/OWNER/*"',
    });
    return [];
  }
  const pattern = compile(source.toLowerCase(), 'images', index);
  return pattern === null ? [] : [pattern];
}

function compileAuthority(config: TrustAuthority, path: (string | number)[], compile: Compile): Authority {
  const { keyless, github } = config;
  const identities = keyless?.flatMap(({ issuer, subject }, i) => {
    const at = [...path, 'keyless', 'identities', i];
    const pair = { issuer: compile(issuer, ...at, 'issuer'), subject: compile(subject, ...at, 'subject') };
    return pair.issuer && pair.subject ? [{ issuer: pair.issuer, subject: pair.subject }] : [];
  });
  const ref = github?.ref === undefined ? null : compile(github.ref, ...path, 'github', 'ref');
  return { config, identities: identities ?? null, ref };
}

function checkLengths({ images, authorities, origin }: TrustRule, problems: Problem[]): void {
  const most = Math.max(
    images.length,
    authorities.length,
    ...authorities.map(({ keyless, attestations }) => Math.max(keyless?.length ?? 0, attestations.length)),
  );
  if (most <= TRUST_LIMITS.list) return;
  const what = `the rule has a list of ${most} items, and ${TRUST_LIMITS.list} are the most`;
  problems.push({ location: origin.at(), what, hint: 'use a pattern, or make several rules of it' });
}
