/** How large a policy may be. A tag file may come from a stranger, and what rules say together is compared many times. */
import type { PolicyConfig, RuleConfig } from '../config/model.js';
import type { Location, Problem } from '../errors.js';

/** Far beyond any policy that people read. docs/policy.md lists these. */
const LIMITS = {
  rules: 200,
  examples: 500,
  /** patterns, tags or channels of one rule */
  list: 50,
  /** characters of one pattern, tag, channel or ref of an example */
  length: 256,
  /** characters of all patterns, tags and channels together */
  text: 8 * 1024,
  /** ways in which a tag can be read: for each tag of a rule its patterns, times those of final rules for `{base}` */
  forms: 2_000,
} as const;

/** The first limit that the policy exceeds, and where; null for one that can be compiled. */
export function tooLarge(policy: PolicyConfig): Problem | null {
  const { rules, examples, origin } = policy;
  if (rules.length > LIMITS.rules) return over(origin.at('rules'), 'rules', rules.length, LIMITS.rules);
  if (examples.length > LIMITS.examples) {
    return over(origin.at('examples'), 'examples', examples.length, LIMITS.examples);
  }
  for (const { ref, origin: at } of examples) {
    if (ref.length > LIMITS.length) return over(at.at('ref'), 'characters', ref.length, LIMITS.length);
  }
  for (const rule of rules) {
    const found = tooLargeRule(rule);
    if (found !== null) return found;
  }
  const text = rules.flatMap((rule) => lists(rule).flatMap(([, list]) => list)).join('').length;
  if (text > LIMITS.text) {
    return over(origin.at('rules'), 'characters in patterns, tags and channels', text, LIMITS.text);
  }
  const count = forms(rules);
  return count > LIMITS.forms ? over(origin.at('rules'), 'forms of tags', count, LIMITS.forms) : null;
}

function tooLargeRule(rule: RuleConfig): Problem | null {
  for (const [key, list] of lists(rule)) {
    if (list.length > LIMITS.list)
      return over(rule.origin.at(key), `items in "${key}"`, list.length, LIMITS.list);
    const long = list.findIndex((text) => text.length > LIMITS.length);
    if (long >= 0) {
      return over(rule.origin.at(key, long), 'characters', list[long]?.length ?? 0, LIMITS.length);
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
