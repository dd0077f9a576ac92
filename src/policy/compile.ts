/** The policy of a tag file, or a preset by name → a policy that can be used, or every problem of it at once. */
import type { PolicyConfig, RuleConfig } from '../config/model.js';
import { type Location, type Problem, UserError } from '../errors.js';
import { calendarOf } from './calendar.js';
import { checkRule } from './check.js';
import { tooLarge } from './size.js';
import type { ClassifyInput, CompiledPolicy, CompiledRule, Open, PromotionRule } from './model.js';
import { checkExamples, checkRulesTogether } from './overlaps.js';
import { fieldNames, matchPattern, parsePattern, type Pattern } from './pattern.js';
import type { Preset } from './presets/preset.js';
import { isRelease, presetOrigin, presetRuleConfig, PRESETS, unknownPreset } from './presets/presets.js';
import { parseRule, possibleFields } from './rule.js';
import { BUILTINS } from './template.js';
import { tagPatterns } from './tag-patterns.js';

/** What a stable tag has after its primary tag unless the policy says otherwise. */
export const DEFAULT_STABLE_SUFFIX = '-stable';

/** A policy that was looked at. */
export interface Examined {
  /** null when it cannot be used */
  readonly policy: CompiledPolicy | null;
  readonly problems: readonly Problem[];
  /** every name that a template may use with some rule, those of broken patterns included; null when nobody can tell */
  readonly names: ReadonlySet<string> | null;
}

/**
 * Compiles and checks a policy, examples included.
 * @throws UserError with every problem, each at its line and column
 */
export function compilePolicy(config: PolicyConfig | { readonly preset: string }): CompiledPolicy {
  const { policy, problems } = examinePolicy(config);
  if (policy === null) throw new UserError(problems);
  return policy;
}

/**
 * As `compilePolicy`, for whoever has more to check. A rule that cannot be used hides the checks that need it, and no
 * other: refs that it might win are left out of examples and of the comparison of rules.
 */
export function examinePolicy(config: PolicyConfig | { readonly preset: string }): Examined {
  const own = 'rules' in config ? config : null;
  const large = own === null ? null : tooLarge(own);
  if (large !== null) return { policy: null, problems: [large], names: null };
  const preset = config.preset === undefined ? null : (PRESETS.get(config.preset) ?? null);
  const strange = config.preset !== undefined && preset === null;
  const unread = strange || own?.unread?.settings === true;
  const slots = withTagPatterns([
    ...ownEntries(own),
    ...(preset ? presetEntries(preset, own) : []),
    ...(unread ? [LOST] : []),
  ]);
  const suffix = own?.stableSuffix ?? DEFAULT_STABLE_SUFFIX;
  const checks = slots.map((slot) => checkEntry(slot, suffix));
  const sound = slots.flatMap(({ rule }, i) => (checks[i]?.sound === true && rule !== null ? [rule] : []));
  const policy = policyOf(own, preset, sound, suffix);
  const open = openness(slots, sound);
  const ours = slots.filter(({ rule, own: written }) => written && rule !== null && sound.includes(rule));
  const together = checkRulesTogether(policy, ours.length, open);
  const problems = [
    ...(strange ? [presetProblem(config.preset ?? '', own)] : []),
    ...(own !== null && own.preset === undefined && slots.length === 0 ? [emptyPolicy(own)] : []),
    ...(own?.stable !== undefined && preset?.rules.every(({ class: of }) => !isRelease(of)) === true
      ? [uselessStable(own, preset)]
      : []),
    ...slots.flatMap((slot) => slot.problems),
    ...checks.flatMap((check) => check.problems),
    ...together,
    // The suffix is a setting: without it stable tags are not known.
    ...(own?.unread?.settings === true ? [] : checkExamples(policy, own?.examples ?? [], open)),
  ];
  const names = namesOf(slots, own);
  const warnings = checks.flatMap((check) => check.warnings);
  const usable = problems.length === 0 && slots.every((slot) => slot.whole);
  return { policy: usable ? { ...policy, warnings } : null, problems, names };
}

function uselessStable({ origin }: PolicyConfig, { name }: Preset): Problem {
  const what = `the preset ${name} has no final or patch rule, so "stable" gives no tag`;
  return { location: origin.at('stable'), what, hint: 'remove "stable"' };
}

function policyOf(
  own: PolicyConfig | null,
  preset: Preset | null,
  rules: readonly CompiledRule[],
  stableSuffix: string,
): CompiledPolicy {
  return {
    rules,
    stableSuffix,
    unmatched: { branch: own?.unmatched ?? 'ignore', tag: own?.unmatched ?? 'error' },
    promotion: preset ? promotionRule(preset) : null,
    location: own ? own.origin.at() : null,
    names: new Set([...rules.flatMap((r) => r.patterns.flatMap(fieldNames)), ...Object.keys(BUILTINS)]),
    warnings: [],
    calendar: calendarOf(own?.timezone ?? 'UTC'),
  };
}

interface Checked {
  readonly sound: boolean;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** The checks of a rule take its parts for granted, so they wait until all of them can be read. */
function checkEntry({ rule, whole }: RuleEntry, suffix: string): Checked {
  if (rule === null || !whole) return { sound: false, problems: [], warnings: [] };
  const { problems, warnings } = checkRule(rule, suffix);
  return { sound: problems.length === 0, problems, warnings };
}

function openness(slots: readonly RuleEntry[], sound: readonly CompiledRule[]): Open {
  if (sound.length === slots.length) return () => false;
  const set = new Set(sound);
  return (input, winner) => isOpen(slots, set, input, winner);
}

function presetProblem(name: string, own: PolicyConfig | null): Problem {
  return { ...(own && { location: own.origin.at('preset') }), ...unknownPreset(name) };
}

function emptyPolicy(own: PolicyConfig): Problem {
  return {
    location: own.origin.at(),
    what: 'the policy has neither rules nor a preset',
    hint: 'add "preset" or "rules"',
  };
}

function namesOf(slots: readonly RuleEntry[], own: PolicyConfig | null): ReadonlySet<string> | null {
  if (slots.some(({ rule }) => rule === null)) return null;
  const parsed = slots.flatMap(({ rule }) => rule?.patterns.flatMap(fieldNames) ?? []);
  const sources = (own?.rules ?? []).flatMap((rule) => rule.gitTag ?? rule.branch ?? []);
  const broken = sources.filter((source) => !parsePattern(source).ok);
  return new Set([...parsed, ...broken.flatMap(possibleFields), ...Object.keys(BUILTINS)]);
}

function withTagPatterns(slots: readonly RuleEntry[]): RuleEntry[] {
  const rules = slots.flatMap(({ rule }) => rule ?? []);
  const finals = rules.filter((rule) => rule.class === 'final' && rule.kind === 'tag');
  const bases = finals.flatMap((rule) => rule.patterns);
  return slots.map((slot) => (slot.rule === null ? slot : { ...slot, rule: shaped(slot.rule, bases) }));
}

function shaped(rule: CompiledRule, bases: readonly Pattern[]): CompiledRule {
  const shapes = rule.tags.flatMap((tag) => tagPatterns(tag, rule.patterns, rule.class, bases));
  return { ...rule, tagPatterns: shapes };
}

function promotionRule(preset: Preset): PromotionRule | null {
  const { promotion } = preset;
  if (!promotion) return null;
  return {
    preset: preset.name,
    tag: builtinPattern(promotion.tag),
    branches: promotion.branches.map(builtinPattern),
  };
}

function builtinPattern(source: string): Pattern {
  const result = parsePattern(source);
  if (!result.ok) throw new Error(`the pattern "${source}" of a preset is wrong: ${result.what}`);
  return result.value;
}

// The rules of a policy in their order, those included that cannot be used: they take part in no check, but others must know of them.

/** One place in the order of rules. */
interface RuleEntry {
  /** null for a rule of which nothing is known; that was reported where the file was read */
  readonly rule: CompiledRule | null;
  /** are all its patterns in `rule`? */
  readonly matchable: boolean;
  /** was everything read and parsed? */
  readonly whole: boolean;
  /** written in the tag file, and not by a preset */
  readonly own: boolean;
  readonly problems: readonly Problem[];
}

/** What stands for rules that nobody could read: it may match everything. */
const LOST: RuleEntry = { rule: null, matchable: false, whole: false, own: true, problems: [] };

/** Parses the rules of a tag file; each has the number that it has there. */
function ownEntries(own: PolicyConfig | null): RuleEntry[] {
  const slots: RuleEntry[] = [];
  const rules = [...(own?.rules ?? [])];
  const unread = own?.unread?.rules ?? new Map<number, 'lost' | 'partial'>();
  const count = rules.length + [...unread.values()].filter((state) => state === 'lost').length;
  for (let at = 0; at < count; at += 1) {
    const config = unread.get(at) === 'lost' ? undefined : rules.shift();
    if (config === undefined) slots.push(LOST);
    else slots.push(entryOf(`policy/${at + 1}`, config, unread.has(at), true));
  }
  return slots;
}

/** Rules of a preset stand where the tag file names it; without one, at their number in the preset. */
function presetEntries(preset: Preset, own: PolicyConfig | null): RuleEntry[] {
  const location: Location | null = own ? own.origin.at('preset') : null;
  return preset.rules.map((rule, i) => {
    const origin = location
      ? { at: () => location, keyAt: () => location, inside: () => location }
      : presetOrigin(preset, i);
    const config = presetRuleConfig(rule, origin, own?.stable);
    return entryOf(`${preset.name}/${rule.name}`, config, false, false);
  });
}

function entryOf(name: string, config: RuleConfig, partial: boolean, own: boolean): RuleEntry {
  const problems: Problem[] = [];
  const rule = parseRule(name, config, problems);
  const patterns = config.gitTag ?? config.branch ?? [];
  return {
    rule,
    matchable: rule.patterns.length === patterns.length,
    whole: !partial && problems.length === 0,
    own,
    problems,
  };
}

/**
 * May a rule that cannot be used win this ref, were it fixed? Then what the other rules say of the ref means nothing.
 * @param winner the sound rule that wins it now; null for none
 */
function isOpen(
  slots: readonly RuleEntry[],
  sound: ReadonlySet<CompiledRule>,
  input: Pick<ClassifyInput, 'kind' | 'name'>,
  winner: CompiledRule | null,
): boolean {
  for (const { rule, matchable } of slots) {
    if (rule === null) return true;
    if (rule === winner) return false;
    if (sound.has(rule) || rule.kind !== input.kind) continue;
    if (!matchable || rule.patterns.some((pattern) => matchPattern(pattern, input.name, true) !== null)) {
      return true;
    }
  }
  return false;
}
