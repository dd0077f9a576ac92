/** Rules that get in each other's way, as far as their patterns prove it: two that want one name, a snapshot that moves a release's channel. */
import type { ExampleConfig } from '../config/model.js';
import type { Location, Problem } from '../errors.js';
import { classify } from './classify.js';
import type { ClassifyInput, CompiledPolicy, CompiledRule, Decision, Open } from './model.js';
import {
  type Claim,
  claimsOf,
  isNumbered,
  isVersion,
  mayShare,
  OF_KIND,
  orderOf,
  type Output,
  outputsOf,
  sampleOf,
  shownRef,
  startOf,
  takenFrom,
} from './owner.js';
import { matchPattern, type Pattern, type PatternPart } from './pattern.js';
import { parseRef } from './refname.js';
import { parseTemplate, uses } from './template.js';
import { placeholderPattern, WHOLE_NAME } from './tag-patterns.js';
import { alike } from './versions.js';

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
    // Each is reported with one other; the place is in the tag file where one of them is.
    const at = b.index < ownRules || a.index >= ownRules ? b : a;
    const key = `${b.index} ${b.path.join(' ')}`;
    if (!found.has(key)) found.set(key, problemOf(first, second, placeOf(at)));
  }
  return [...found.values(), ...sharedChannels(policy.rules), ...unlikeVersions(policy, ownRules)];
}

function placeOf({ rule, path }: Output): Location {
  return rule.origin.at(...path);
}

interface Shown extends Claim {
  readonly tag: string;
}

function problemOf(first: Shown, second: Shown, location: Location): Problem {
  const [a, b] = [first.output, second.output];
  const refs = [shownRef(first), shownRef(second)] as const;
  if (a.kind === 'primary' && b.kind === 'primary') {
    return {
      location,
      what: `rules ${a.rule.name} and ${b.rule.name} give one tag to different refs: ${refs[0]} and ${refs[1]} both get "${first.tag}"`,
      hint: 'put something into one of the tags that tells them apart, such as {git_tag} or {branch}',
    };
  }
  return {
    location,
    what: `"${first.tag}" is ${OF_KIND[a.kind]} of rule ${a.rule.name} (${refs[0]}) and ${OF_KIND[b.kind]} of rule ${b.rule.name} (${refs[1]})`,
    hint: 'change one of the two: a name belongs to one rule, and is either fixed or a channel',
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
              location: rule.origin.at('channels', i),
              what: `the channel "${channel.source}" belongs to releases (rule ${owner.name}), and this rule makes snapshots`,
              hint: 'give snapshots a channel of their own, such as "edge"',
            },
          ];
        }),
  );
}

/**
 * A channel goes forward from one version to the next, so all that move it must be numbered alike: of a calendar day and
 * a semantic version nobody can say which is newer, and the channel would follow the last run. Each channel is reported once.
 */
function unlikeVersions(policy: CompiledPolicy, ownRules: number): Problem[] {
  const found = new Map<string, Problem>();
  // The name of a ref in the value of a channel: no other ref has the same channel.
  const channels = outputsOf(policy).filter(
    ({ kind, template }) => kind === 'channel' && !WHOLE_NAME.some((name) => uses(template, name)),
  );
  let left = MAX_PAIRS;
  for (const [i, b] of channels.entries()) {
    for (const a of channels.slice(0, i)) {
      if (a.template.source !== b.template.source || left-- <= 0) continue;
      const [first, second] = [versionsOf(policy, a), versionsOf(policy, b)];
      const [one, other] = [first[0], second[0]];
      if (one === undefined || other === undefined) continue;
      if (second.some((names) => alike(names, one)) && first.some((names) => alike(names, other))) continue;
      if (commonText(a.shape, b.shape) === null) continue;
      const at = b.index < ownRules || a.index >= ownRules ? b : a;
      const key = `${at.index} ${at.path.join(' ')}`;
      if (found.has(key)) continue;
      found.set(key, {
        location: placeOf(at),
        what: `the channel "${b.template.source}" would hold versions that cannot be compared: ${numbered(a, one)}, and ${numbered(b, other)}`,
        hint: 'give each a channel of its own, or call the numbers by the same names in the same order',
      });
    }
  }
  return [...found.values()];
}

/** The number fields of each tag that the rule writes for refs of this pattern; the first are compared for its channels. */
function versionsOf(policy: CompiledPolicy, { rule, shape: { pattern } }: Output): string[][] {
  return outputsOf(policy)
    .filter((output) => output.rule === rule && output.shape.pattern === pattern && isVersion(output))
    .map(orderOf)
    .filter(({ length }) => length > 0);
}

function numbered({ rule, shape: { pattern } }: Output, names: readonly string[]): string {
  return `rule ${rule.name} numbers "${pattern.source}" by ${names.map((name) => `{${name}}`).join(' ')}`;
}

// `examples` of the policy: refs with the answer that the policy must give, checked at every load.

/**
 * What the examples say and the policy does not.
 * @param open may a rule that cannot be used win the ref? Then nothing can be said of the example
 */
export function checkExamples(
  policy: CompiledPolicy,
  examples: readonly ExampleConfig[],
  open: Open = () => false,
): Problem[] {
  return examples.flatMap((example) => checkExample(policy, example, open));
}

function checkExample(policy: CompiledPolicy, example: ExampleConfig, open: Open): Problem[] {
  const ref = parseRef(example.ref);
  if (!ref.ok) return [{ location: example.origin.at('ref'), what: ref.what, hint: ref.hint }];
  const decision = classify(policy, ref.value);
  if (open(ref.value, decision.matched)) return [];
  if (decision.problems.length > 0) {
    return decision.problems.map((problem) => differs(example, example.origin.at('ref'), problem.what));
  }
  const by = decision.rule === null ? decision.why : `rule ${decision.rule}: ${decision.why}`;
  if (decision.class !== example.class) {
    const what = `expected class ${String(example.class)}, the policy gives ${String(decision.class)} (${by})`;
    return [differs(example, example.origin.at('class'), what)];
  }
  if (example.tags === undefined || tagsAgree(example.tags, decision)) return [];
  const given = list([...decision.tags, ...decision.stableTags]);
  const what = `expected tags ${list(example.tags)}, the policy gives ${given} (${by})`;
  return [differs(example, example.origin.at('tags'), what)];
}

function differs(example: ExampleConfig, location: Location, what: string): Problem {
  return { location, what: `example ${example.ref}: ${what}`, hint: 'correct the example or the rule' };
}

function list(tags: readonly string[]): string {
  return tags.length === 0 ? 'none' : tags.join(', ');
}

/**
 * Primary and stable tags, in any order; channels may be named too, all of them or none, and so may a stable tag that
 * is held back. A tag with a part that only a run knows agrees with every text of its form.
 */
function tagsAgree(expected: readonly string[], decision: Decision): boolean {
  const { tags, stableTags, channels, stable } = decision;
  const accepted = [[...tags, ...stableTags]];
  if (stable !== true) accepted.push([...tags]);
  return [...accepted, ...accepted.map((names) => [...names, ...channels])].some((names) =>
    sameSet(expected, names),
  );
}

function sameSet(expected: readonly string[], given: readonly string[]): boolean {
  const left = [...given];
  for (const tag of new Set(expected)) {
    const found = left.findIndex((candidate) => agrees(tag, candidate));
    if (found < 0) return false;
    left.splice(found, 1);
  }
  return left.length === 0;
}

function agrees(expected: string, given: string): boolean {
  if (expected === given) return true;
  const template = parseTemplate(given);
  if (!template.ok) return false;
  const parts = template.value.parts.flatMap((part): readonly PatternPart[] =>
    part.kind === 'literal' ? [part] : placeholderPattern(part),
  );
  return matchPattern({ source: given, parts }, expected) !== null;
}

// A text that two patterns both match, for patterns of literals, numbers and days.

/** One character's worth of a pattern; a loop may repeat. */
interface Atom {
  readonly takes: string;
  readonly loop: boolean;
}

const DIGITS = '1023456789';

/** The shortest text of both, or null when there is none. At most as many steps as the product of their lengths. */
function commonText(a: Pattern, b: Pattern): string | null {
  const [left, right] = [a.parts.flatMap(atomsOf), b.parts.flatMap(atomsOf)];
  const seen = new Set<number>();
  const open = [{ i: 0, j: 0, text: '' }];
  for (const { i, j, text } of open) {
    if (i === left.length && j === right.length) return text;
    for (const [ni, x] of steps(left, i)) {
      for (const [nj, y] of steps(right, j)) {
        const key = ni * (right.length + 1) + nj;
        const character = Array.from(x.takes).find((each) => y.takes.includes(each));
        if (character === undefined || seen.has(key)) continue;
        seen.add(key);
        open.push({ i: ni, j: nj, text: text + character });
      }
    }
  }
  return null;
}

/** The atoms that may take the next character, with the state after it. */
function steps(atoms: readonly Atom[], state: number): [number, Atom][] {
  const [before, next] = [atoms[state - 1], atoms[state]];
  return [
    ...(next ? [[state + 1, next] as [number, Atom]] : []),
    ...(before?.loop ? [[state, before] as [number, Atom]] : []),
  ];
}

function atomsOf(part: PatternPart): Atom[] {
  const one = (takes: string): Atom => ({ takes, loop: false });
  if (part.kind === 'literal') return Array.from(part.text, one);
  // Every year has a first of January.
  if (part.kind === 'date')
    return ['2013456789', '0123456789', '2013456789', '0123456789', '0', '1', '0', '1'].map(one);
  const width = part.kind === 'digits' ? part.width : null;
  if (width === null) return [{ takes: DIGITS, loop: true }];
  return Array.from({ length: width }, () => one(DIGITS));
}
