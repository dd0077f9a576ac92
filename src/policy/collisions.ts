/** Rules that get in each other's way: one tag for different refs, a pre-release that moves a release's channel. */
import type { Problem } from '../errors.js';
import type { Pattern, PatternPart } from '../pattern.js';
import { uses } from '../template.js';
import { classify } from './classify.js';
import type { ClassifyInput, CompiledPolicy, CompiledRule, Open } from './model.js';

// Any moment will do: rules that agree on one day agree on every day.
const SOME_TIME = Date.UTC(2020, 0, 2);

/**
 * Problems between the rules. A collision is only reported with two refs that really have it, each won by its own
 * rule. Between a rule of the tag file and one of the preset behind it, it is a doubt: people put their own rule in front
 * of a preset to name the same things differently.
 * @param open may a rule that cannot be used win the ref? Then the ref shows nothing
 */
export function checkRulesTogether(
  policy: CompiledPolicy,
  ownRules: number,
  open: Open = () => false,
): { problems: Problem[]; warnings: Problem[] } {
  const own = policy.rules.slice(0, ownRules);
  const first = new Map<string, { rule: CompiledRule; ref: string }>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { rule, ref, tag, path } of samples(policy, open)) {
    const other = first.get(tag);
    if (other === undefined) first.set(tag, { rule, ref });
    if (other === undefined || other.rule === rule) continue;
    const problem = {
      place: rule.origin.at(...path),
      what: `rules ${other.rule.name} and ${rule.name} give one tag to different refs: ${other.ref} and ${ref} both get "${tag}"`,
      mend: 'put something into one of the tags that tells them apart, such as {git_tag} or {branch}',
    };
    (own.includes(other.rule) === own.includes(rule) ? problems : warnings).push(problem);
  }
  return { problems: [...problems, ...sharedChannels(policy.rules)], warnings };
}

function* samples(policy: CompiledPolicy, open: Open) {
  for (const [index, rule] of policy.rules.entries()) {
    // What promotes an existing tag shares names with it by intent; so do numbers, which are taken one by one.
    if (rule.class === 'stable' || !rule.publish) continue;
    for (const pattern of rule.patterns) {
      const input = sampleRef(rule, pattern, index);
      const decision = classify(policy, input);
      if (decision.matched !== rule || decision.problems.length > 0) continue;
      if (open(input, rule)) continue;
      for (const [i, template] of rule.tags.entries()) {
        const tag = decision.tags[i];
        if (tag === undefined || uses(template, 'seq') || uses(template, 'base')) continue;
        yield { rule, ref: decision.ref, tag, path: ['tags', i] as const };
      }
    }
  }
}

/** A ref of the rule, with its own commit, moment and run, as two refs of one repository have. */
function sampleRef(rule: CompiledRule, pattern: Pattern, index: number): ClassifyInput {
  return {
    kind: rule.kind,
    name: pattern.parts.map(sampleText).join(''),
    sha: String(index + 1)
      .padStart(40, '0')
      .split('')
      .reverse()
      .join(''),
    time: SOME_TIME + index * 1000,
    runNumber: index + 1,
    runAttempt: 1,
  };
}

function sampleText(part: PatternPart): string {
  switch (part.kind) {
    case 'literal':
      return part.text;
    case 'digits':
      return '1'.repeat(part.width ?? 1);
    case 'date':
      return '20200101';
    case 'text':
    case 'segment':
    case 'any':
      return 'x';
  }
}

/** A snapshot never moves a channel that releases move: its version may look higher than theirs. */
function sharedChannels(rules: readonly CompiledRule[]): Problem[] {
  const releases = new Map<string, CompiledRule>();
  for (const rule of rules) {
    if (rule.class === 'snapshot') continue;
    for (const channel of rule.channels) releases.set(channel.source, rule);
  }
  return rules.flatMap((rule) =>
    rule.class !== 'snapshot'
      ? []
      : rule.channels.flatMap((channel, i) => {
          const owner = releases.get(channel.source);
          if (owner === undefined) return [];
          return [
            {
              place: rule.origin.at('channels', i),
              what: `the channel "${channel.source}" belongs to releases (rule ${owner.name}), and this rule makes snapshots`,
              mend: 'give snapshots a channel of their own, such as "edge"',
            },
          ];
        }),
  );
}
