/** The cases that are one step simpler than a case, for whoever looks for the smallest that still breaks something. */
import type { Case, CasePolicy, CaseRule, Story } from './cases.js';

export function* smallerThan({ policy, story }: Case): Generator<Case> {
  for (const simpler of simplerStories(story)) yield { policy, story: simpler };
  for (const simpler of simplerPolicies(policy)) yield { policy: simpler, story };
}

function* simplerStories(story: Story): Generator<Story> {
  const { events, registry } = story;
  for (const fewer of withoutOne(events)) yield { ...story, events: fewer };
  for (const fewer of withoutOne(registry)) yield { ...story, registry: fewer };
  for (const [i, event] of events.entries()) {
    if (!('push' in event)) continue;
    if (event.day > 0) yield { ...story, events: replaced(events, i, { ...event, day: 0 }) };
    if (!event.fresh) yield { ...story, events: replaced(events, i, { ...event, fresh: true }) };
  }
}

function* simplerPolicies(policy: CasePolicy): Generator<CasePolicy> {
  const { rules, preset, suffix } = policy;
  if (preset !== null) yield { ...policy, preset: null };
  if (suffix !== '-stable') yield { ...policy, suffix: '-stable' };
  for (const fewer of withoutOne(rules)) yield { ...policy, rules: fewer };
  for (const [i, rule] of rules.entries()) {
    for (const simpler of simplerRules(rule)) yield { ...policy, rules: replaced(rules, i, simpler) };
  }
}

function* simplerRules(rule: CaseRule): Generator<CaseRule> {
  const { channels, stable, ...rest } = rule;
  if (stable !== undefined) yield { ...rest, ...(channels && { channels }) };
  if (channels?.length === 0) yield { ...rest, ...(stable !== undefined && { stable }) };
  for (const key of ['branch', 'git_tag', 'tags', 'channels'] as const) {
    for (const fewer of withoutOne(rule[key] ?? [])) {
      if (fewer.length > 0 || key === 'channels') yield { ...rule, [key]: fewer };
    }
  }
}

function withoutOne<T>(list: readonly T[]): (readonly T[])[] {
  return list.map((_, i) => [...list.slice(0, i), ...list.slice(i + 1)]);
}

function replaced<T>(list: readonly T[], at: number, value: T): readonly T[] {
  return list.map((each, i) => (i === at ? value : each));
}
