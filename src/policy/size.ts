/** Whether a policy is within its limits (shared/limits.ts). */
import type { PolicyConfig, RuleConfig } from '../config/model.js';
import type { Location, Problem } from '../errors.js';
import { POLICY_LIMITS } from '../shared/limits.js';

/** The first limit that the policy exceeds, and where; null for one that can be compiled. */
export function tooLarge(policy: PolicyConfig): Problem | null {
  const { rules, examples, origin } = policy;
  if (rules.length > POLICY_LIMITS.rules)
    return over(origin.at('rules'), 'rules', rules.length, POLICY_LIMITS.rules);
  if (examples.length > POLICY_LIMITS.examples) {
    return over(origin.at('examples'), 'examples', examples.length, POLICY_LIMITS.examples);
  }
  for (const { ref, origin: at } of examples) {
    if (ref.length > POLICY_LIMITS.length)
      return over(at.at('ref'), 'characters', ref.length, POLICY_LIMITS.length);
  }
  for (const rule of rules) {
    const found = tooLargeRule(rule);
    if (found !== null) return found;
  }
  const text = rules.flatMap((rule) => lists(rule).flatMap(([, list]) => list)).join('').length;
  if (text > POLICY_LIMITS.text) {
    return over(origin.at('rules'), 'characters in patterns, tags and channels', text, POLICY_LIMITS.text);
  }
  const count = forms(rules);
  return count > POLICY_LIMITS.forms
    ? over(origin.at('rules'), 'forms of tags', count, POLICY_LIMITS.forms)
    : null;
}

function tooLargeRule(rule: RuleConfig): Problem | null {
  for (const [key, list] of lists(rule)) {
    if (list.length > POLICY_LIMITS.list)
      return over(rule.origin.at(key), `items in "${key}"`, list.length, POLICY_LIMITS.list);
    const long = list.findIndex((text) => text.length > POLICY_LIMITS.length);
    if (long >= 0) {
      return over(rule.origin.at(key, long), 'characters', list[long]?.length ?? 0, POLICY_LIMITS.length);
    }
  }
  return null;
}

function lists(rule: RuleConfig): readonly (readonly [string, readonly string[]])[] {
  return [
    ['git_tag', rule.gitTag ?? []],
    ['branch', rule.branch ?? []],
    ['tags', rule.tags],
    ['channels', rule.channels],
  ];
}

function forms(rules: readonly RuleConfig[]): number {
  const patterns = (rule: RuleConfig): number => (rule.gitTag ?? rule.branch ?? []).length;
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  const bases = Math.max(1, sum(rules.filter((rule) => rule.class === 'final').map(patterns)));
  return sum(
    rules.map((rule) => patterns(rule) * sum(rule.tags.map((tag) => (tag.includes('{base}') ? bases : 1)))),
  );
}

function over(location: Location, what: string, count: number, limit: number): Problem {
  return {
    location,
    what: `there are ${count} ${what}, and at most ${limit} are allowed`,
    hint: 'shorten it',
  };
}
