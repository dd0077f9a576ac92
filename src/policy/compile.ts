/** The policy of a tag file, or a preset by name → a policy that can be used, or every problem of it at once. */
import { UserError, type Place, type Problem } from '../errors.js';
import type { PolicyConfig } from '../config/model.js';
import { parsePattern, type Pattern } from '../pattern.js';
import { presetOrigin, presetRuleConfig, PRESETS, unknownPreset } from '../presets/presets.js';
import type { Preset } from '../presets/preset.js';
import { calendarOf } from './calendar.js';
import { checkRule } from './check.js';
import { checkRulesTogether } from './collisions.js';
import { checkExamples } from './examples.js';
import type { CompiledPolicy, CompiledRule, PromotionRule } from './model.js';
import { fieldNames } from '../pattern.js';
import { parseRule, type NamedRule } from './rule.js';
import { templateShapes } from './shapes.js';
import { BUILTINS } from './values.js';

/** What a stable tag has after its primary tag unless the policy says otherwise. */
export const DEFAULT_STABLE_SUFFIX = '-stable';

/**
 * Compiles and checks a policy, examples included.
 * @throws UserError with every problem, each at its line and column
 */
export function compilePolicy(config: PolicyConfig | { readonly preset: string }): CompiledPolicy {
  const own = 'rules' in config ? config : null;
  const problems: Problem[] = [];
  const preset = config.preset === undefined ? null : (PRESETS.get(config.preset) ?? null);
  if (config.preset !== undefined && preset === null) {
    problems.push({ ...(own && { place: own.origin.at('preset') }), ...unknownPreset(config.preset) });
  }
  const suffix = own?.stableSuffix ?? DEFAULT_STABLE_SUFFIX;
  const timezone = own?.timezone ?? 'UTC';
  if (own?.preset === undefined && own?.rules.length === 0) problems.push(emptyPolicy(own));
  const parsed = [...ownRules(own), ...(preset ? presetRules(preset, own) : [])].map((rule) =>
    parseRule(rule, problems),
  );
  // The checks below take parts that could be read for granted.
  if (problems.length > 0) throw new UserError(problems);
  const rules = withShapes(parsed);
  const checked = rules.map((rule) => checkRule(rule, suffix));
  problems.push(...checked.flatMap((check) => check.problems));
  if (problems.length > 0) throw new UserError(problems);
  const policy: CompiledPolicy = {
    rules,
    stableSuffix: suffix,
    timezone,
    unmatched: { branch: own?.unmatched ?? 'ignore', tag: own?.unmatched ?? 'error' },
    promotion: preset ? promotionRule(preset) : null,
    place: own ? own.origin.at() : null,
    names: new Set([...rules.flatMap((r) => r.patterns.flatMap(fieldNames)), ...Object.keys(BUILTINS)]),
    warnings: [],
    calendar: calendarOf(timezone),
  };
  const together = checkRulesTogether(policy, own?.rules.length ?? 0);
  problems.push(...together.problems, ...checkExamples(policy, own?.examples ?? []));
  if (problems.length > 0) throw new UserError(problems);
  return { ...policy, warnings: [...checked.flatMap((check) => check.warnings), ...together.warnings] };
}

function emptyPolicy(own: PolicyConfig): Problem {
  return {
    place: own.origin.at(),
    what: 'the policy has neither rules nor a preset',
    mend: 'add "preset" or "rules"',
  };
}

function ownRules(own: PolicyConfig | null): NamedRule[] {
  return (own?.rules ?? []).map((config, i) => ({
    name: `policy/${i + 1}`,
    config,
    place: config.origin.at(),
  }));
}

/** Rules of a preset stand where the tag file names it; without one, at their number in the preset. */
function presetRules(preset: Preset, own: PolicyConfig | null): NamedRule[] {
  const place: Place | null = own ? own.origin.at('preset') : null;
  return preset.rules.map((rule, i) => {
    const origin = place
      ? { at: () => place, keyAt: () => place, inside: () => place }
      : presetOrigin(preset, i);
    return { name: `${preset.name}/${rule.name}`, config: presetRuleConfig(rule, origin), place };
  });
}

function withShapes(rules: readonly CompiledRule[]): CompiledRule[] {
  const finals = rules.filter((rule) => rule.class === 'final' && rule.kind === 'tag');
  const bases = finals.flatMap((rule) => rule.patterns);
  return rules.map((rule) => ({
    ...rule,
    shapes: rule.tags.flatMap((tag) => templateShapes(tag, rule.patterns, rule.class, bases)),
  }));
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
