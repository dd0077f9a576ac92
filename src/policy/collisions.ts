/** Rules that get in each other's way, as far as their patterns prove it: two that want one name, a snapshot that moves a release's channel. */
import type { Place, Problem } from '../errors.js';
import { uses } from '../template.js';
import { classify } from './classify.js';
import type { ClassifyInput, CompiledPolicy, CompiledRule, Open } from './model.js';
import {
  claimsOf,
  isNumbered,
  mayShare,
  OF_KIND,
  outputsOf,
  sampleOf,
  shownRef,
  startOf,
  takenFrom,
  type Claim,
  type Output,
} from './owner.js';
import { commonText } from './witness.js';

// Any moment will do: rules that agree on one day agree on every day.
const SOME_TIME = Date.UTC(2020, 0, 2);
// Pairs of outputs that are compared. What is left is refused in the run that wants the name.
const MAX_PAIRS = 50_000;

/**
 * Problems between the rules. One name for two rules is only reported with two refs that really get it, each won by its
 * own rule. A rule of the tag file may name the refs of a preset behind it differently: their tags are then its own, and
 * a run refuses the preset's.
 * @param open may a rule that cannot be used win the ref? Then the ref shows nothing
 */
export function checkRulesTogether(
  policy: CompiledPolicy,
  ownRules: number,
  open: Open = () => false,
): Problem[] {
  const found = new Map<string, Problem>();
  for (const [first, second] of [...provenPairs(policy), ...sampledPairs(policy)]) {
    if (open(first.ref, first.output.rule) || open(second.ref, second.output.rule)) continue;
    const [a, b] = [first.output, second.output];
    if (a.kind === b.kind && a.index < ownRules !== b.index < ownRules) continue;
    // Each is told of one other; the place is in the tag file where one of them is.
    const at = b.index < ownRules || a.index >= ownRules ? b : a;
    const key = `${b.index} ${b.path.join(' ')}`;
    if (!found.has(key)) found.set(key, problemOf(first, second, placeOf(at)));
  }
  return [...found.values(), ...sharedChannels(policy.rules)];
}

function placeOf({ rule, path }: Output): Place {
  return rule.origin.at(...path);
}

interface Shown extends Claim {
  readonly tag: string;
}

function problemOf(first: Shown, second: Shown, place: Place): Problem {
  const [a, b] = [first.output, second.output];
  const refs = [shownRef(first), shownRef(second)] as const;
  if (a.kind === 'primary' && b.kind === 'primary') {
    return {
      place,
      what: `rules ${a.rule.name} and ${b.rule.name} give one tag to different refs: ${refs[0]} and ${refs[1]} both get "${first.tag}"`,
      mend: 'put something into one of the tags that tells them apart, such as {git_tag} or {branch}',
    };
  }
  return {
    place,
    what: `"${first.tag}" is ${OF_KIND[a.kind]} of rule ${a.rule.name} (${refs[0]}) and ${OF_KIND[b.kind]} of rule ${b.rule.name} (${refs[1]})`,
    mend: 'change one of the two: a name belongs to one rule, and is either fixed or a channel',
  };
}

/** Names that two outputs without free text can both give. */
function* provenPairs(policy: CompiledPolicy): Generator<[Shown, Shown]> {
  // The digits of a commit are like a number or a day only by accident.
  const proves = ({ freedom, template }: Output) => freedom < 2 && !uses(template, 'sha');
  const outputs = outputsOf(policy).filter(proves);
  let left = MAX_PAIRS;
  for (const [i, b] of outputs.entries()) {
    for (const a of outputs.slice(0, i)) {
      const [start, other] = [startOf(a), startOf(b)];
      if ((!start.startsWith(other) && !other.startsWith(start)) || areMeant(a, b)) continue;
      if (left-- === 0) return;
      const tag = commonText(a.shape, b.shape);
      if (tag === null) continue;
      const [first] = claimsOf(policy, a, tag);
      const [second] = claimsOf(policy, b, tag);
      if (first && second) yield [first, second].map((claim) => ({ ...claim, tag })) as [Shown, Shown];
    }
  }
}

function areMeant(a: Output, b: Output): boolean {
  if (mayShare(a, b)) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'channel') return a.template.source === b.template.source;
  // Numbers are taken one by one; what promotes an existing tag shares names with it by intent.
  const counted = [a, b].some((each) => isNumbered(each) || uses(each.template, 'base'));
  return counted || a.rule.class === 'stable' || b.rule.class === 'stable';
}

/** Names of which any text is a part: a ref of each rule whose tag another rule has, as it has all that are like it. */
function* sampledPairs(policy: CompiledPolicy): Generator<[Shown, Shown]> {
  for (const output of outputsOf(policy)) {
    if (output.kind !== 'primary' || isNumbered(output) || uses(output.template, 'base')) continue;
    const input = sampleRef(output);
    const decision = classify(policy, input);
    const tag = decision.tags[output.path[1]];
    if (tag === undefined || decision.matched !== output.rule || decision.problems.length > 0) continue;
    const other = takenFrom(policy, output.rule, 'primary', tag);
    if (other?.output.kind !== 'primary') continue;
    yield [
      { ...other, tag },
      { output, ref: input, exact: true, fields: decision.fields, tag },
    ];
  }
}

/** A ref of the rule, with its own commit, moment and run, as two refs of one repository have. */
function sampleRef({ rule, shape, index }: Output): ClassifyInput {
  return {
    kind: rule.kind,
    name: sampleOf(shape.pattern),
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
