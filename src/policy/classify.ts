/** Which rule a ref belongs to, and what it is called: the first rule that matches wins. Pure. */
import { UserError, type Problem } from '../errors.js';
import { explainMatch, matchPattern, type Fields, type Pattern } from './pattern.js';
import { hintForUnmatched } from './presets/presets.js';
import { visible } from './refname.js';
import {
  checkTag,
  joinPieces,
  type RenderedTag,
  renderPieces,
  renderTag,
  valueOf,
  type Values,
} from './template.js';
import type { ClassifyInput, CompiledPolicy, CompiledRule, Decision } from './model.js';

/**
 * Decides what the policy calls a ref. What is not known yet (`{seq:2}`, `{base}`, `{sha}` without a commit) stays in
 * braces. Never throws for a ref: what is wrong with it is in `problems`.
 */
export function classify(policy: CompiledPolicy, input: ClassifyInput): Decision {
  const not: { rule: string; why: string }[] = [];
  if (input.deleted === true) {
    return nothing(policy, input, `${described(input)} was deleted: there is nothing to tag`, not, 'ignore');
  }
  for (const rule of policy.rules) {
    const match = matchRule(rule, input);
    if ('fields' in match) return decide(policy, rule, input, match, not);
    not.push({ rule: rule.name, why: match.why });
    if (match.problem) return { ...nothing(policy, input, match.why, not, null), problems: [match.problem] };
  }
  const unmatched = input.kind === 'branch' || input.kind === 'tag' ? policy.unmatched[input.kind] : 'ignore';
  return nothing(policy, input, `no rule matches ${described(input)}`, not, unmatched);
}

/**
 * The decision, if the run can go on with it.
 * @throws UserError with the problems of the ref, or because no rule matches and the policy says `unmatched: error`
 */
export function requireDecision(policy: CompiledPolicy, decision: Decision): Decision {
  if (decision.problems.length > 0) throw new UserError(decision.problems);
  if (decision.unmatched !== 'error') return decision;
  throw new UserError({
    ...(policy.location && { location: policy.location }),
    what: decision.why,
    hint: hintForUnmatched(decision.ref),
  });
}

/** The rule that wins a ref, and the fields of the ref; null for none. As `classify`, without names and reasons. */
export function winnerOf(
  policy: Pick<CompiledPolicy, 'rules'>,
  input: Pick<ClassifyInput, 'kind' | 'name'>,
): { readonly rule: CompiledRule; readonly fields: Fields } | null {
  for (const rule of policy.rules) {
    if (rule.kind !== input.kind) continue;
    for (const pattern of rule.patterns) {
      const fields = matchPattern(pattern, input.name);
      if (fields !== null) return { rule, fields };
    }
    if (impossibleDay(rule, input) !== null) return null;
  }
  return null;
}

type Match =
  | { readonly fields: Fields; readonly pattern: Pattern }
  | { readonly why: string; readonly problem?: Problem };

function matchRule(rule: CompiledRule, input: ClassifyInput): Match {
  if (rule.kind !== input.kind) return OTHER_KIND[rule.kind][input.kind];
  let prefix = 0;
  for (const pattern of rule.patterns) {
    const match = explainMatch(pattern, input.name);
    if (match.ok) return { fields: match.fields, pattern };
    prefix = match.prefix;
  }
  return impossibleDay(rule, input) ?? { why: whyNot(rule.patterns, input.name, prefix) };
}

/** v0.0.2021023101 is not "something else than a snapshot" but a snapshot with a mistake: no later rule may have it. */
function impossibleDay(rule: CompiledRule, input: ClassifyInput): Match | null {
  for (const [i, pattern] of rule.patterns.entries()) {
    if (!pattern.parts.some((part) => part.kind === 'date')) continue;
    const day = matchPattern(pattern, input.name, true)?.['date'];
    if (day === undefined) continue;
    const why = `${described(input)} has the form "${pattern.source}", but ${day} is no day of the calendar`;
    const location = rule.origin.at(rule.kind === 'tag' ? 'git_tag' : 'branch', i);
    return { why, problem: { location, what: why, hint: 'correct the day (YYYYMMDD) in the name' } };
  }
  return null;
}

/** @param end how far the name went along with the only pattern */
function whyNot(patterns: readonly Pattern[], name: string, end: number): string {
  const [pattern] = patterns;
  if (patterns.length !== 1 || pattern === undefined) {
    return `${visible(name)} matches none of ${patterns.map((p) => `"${p.source}"`).join(', ')}`;
  }
  const rest = end < name.length ? `from ${visible(name.slice(end))} on` : 'its end is missing';
  return `${visible(name)} does not match "${pattern.source}" (${end === 0 ? 'from the start' : rest})`;
}

/** Made once: every ref meets rules of the other kind. */
const OTHER_KIND = { branch: otherKind('branches'), tag: otherKind('git tags') };

function otherKind(rule: string): Record<ClassifyInput['kind'], { readonly why: string }> {
  const why = (ref: string) => ({ why: `it is for ${rule}, and this is ${ref}` });
  return {
    branch: why('a branch'),
    tag: why('a git tag'),
    pull: why('a pull request'),
    other: why('neither branch nor git tag'),
  };
}

const KIND_WORD = { branch: 'the branch', tag: 'the git tag', pull: 'the pull request', other: 'the ref' };
const PREFIX = { branch: 'refs/heads/', tag: 'refs/tags/', pull: 'refs/', other: 'refs/' };

function described(input: ClassifyInput): string {
  return `${KIND_WORD[input.kind]} ${visible(input.name)}`;
}

function refOf(input: ClassifyInput): string {
  return input.ref ?? PREFIX[input.kind] + input.name;
}

function nothing(
  policy: CompiledPolicy,
  input: ClassifyInput,
  why: string,
  not: Decision['not'],
  unmatched: Decision['unmatched'],
): Decision {
  return {
    ref: refOf(input),
    class: null,
    rule: null,
    fields: {},
    version: null,
    tags: [],
    stableTags: [],
    channels: [],
    labels: {},
    from: null,
    fallback: null,
    publish: false,
    stable: false,
    stableSuffix: policy.stableSuffix,
    claim: null,
    requires: [],
    why,
    not,
    unmatched,
    problems: [],
    matched: null,
  };
}

function decide(
  policy: CompiledPolicy,
  rule: CompiledRule,
  input: ClassifyInput,
  { fields, pattern }: { readonly fields: Fields; readonly pattern: Pattern },
  not: Decision['not'],
): Decision {
  const silent = rule.publish ? '' : '; the rule has "publish: false", so nothing is published';
  const names = renderNames(policy, rule, valuesOf(policy, rule, input, fields));
  return {
    ref: refOf(input),
    class: rule.class,
    rule: rule.name,
    fields,
    version: names.version,
    tags: names.tags,
    stableTags: names.stableTags,
    channels: names.channels,
    labels: names.labels,
    from: names.from,
    fallback: rule.fallback,
    publish: rule.publish,
    stable: rule.stable,
    stableSuffix: policy.stableSuffix,
    claim: rule.claim,
    requires: rule.requires,
    why: `${described(input)} matches "${pattern.source}"${silent}`,
    not,
    unmatched: null,
    problems: names.problems,
    matched: rule,
  };
}

/** What is known of a run before anything is looked up. */
export function valuesOf(
  policy: CompiledPolicy,
  rule: CompiledRule,
  input: ClassifyInput,
  fields: Fields,
): Values {
  const { sha, runNumber, runAttempt } = input;
  const moment = input.time === undefined ? undefined : policy.calendar(input.time);
  // All keys, always in one order: this is made for each of a hundred thousand refs.
  return {
    fields,
    class: rule.class,
    git_tag: rule.kind === 'tag' ? input.name : undefined,
    branch: rule.kind === 'branch' ? input.name : undefined,
    sha: sha ?? undefined,
    date: moment?.date,
    time: moment?.time,
    timestamp: moment?.timestamp,
    run_number: runNumber?.toString(),
    run_attempt: runAttempt?.toString(),
  };
}

/** All names of a rule as far as the values go, and what is wrong with the complete ones. */
export function renderNames(
  policy: CompiledPolicy,
  rule: CompiledRule,
  values: Values,
): Pick<Decision, 'version' | 'tags' | 'stableTags' | 'channels' | 'labels' | 'from' | 'problems'> {
  const problems: Problem[] = [];
  const checked = (tag: RenderedTag, what: string, ...path: (string | number)[]) => {
    const result = checkTag(tag);
    if (!result.ok) {
      problems.push({
        location: rule.origin.at(...path),
        what: `${what}: ${result.what}`,
        hint: result.hint,
      });
    }
    return tag;
  };
  const stable = rule.stable !== false && rule.publish;
  const reserve = stable ? policy.stableSuffix.length : 0;
  const primary = rule.tags.map((t, i) => checked(renderTag(t, values, reserve), 'the tag', 'tags', i));
  const stableTags = (stable ? primary : []).map((tag, i) =>
    checked({ ...tag, text: tag.text + policy.stableSuffix }, 'the stable tag', 'tags', i),
  );
  const channels = rule.channels.map((t, i) =>
    checked(renderTag(t, values, 0), 'the channel', 'channels', i),
  );
  const from =
    rule.from === null ? null : checked(renderTag(rule.from, values, 0), 'the tag to promote', 'from');
  const version = Object.hasOwn(values.fields, 'version') ? values.fields['version'] : primary[0]?.text;
  const shown = (tags: readonly RenderedTag[]) => (rule.publish ? distinctTexts(tags) : []);
  const [tag] = primary;
  const withTag = tag?.complete === true ? { ...values, tag: tag.text } : values;
  return {
    version: version ?? null,
    tags: shown(primary),
    stableTags: shown(stableTags),
    channels: shown(channels),
    from: from?.text ?? null,
    labels: renderLabels(rule, withTag),
    problems: rule.publish ? problems : [],
  };
}

function distinctTexts(tags: readonly RenderedTag[]): string[] {
  const texts = tags.map((tag) => tag.text);
  return texts.length < 2 ? texts : [...new Set(texts)];
}

function renderLabels(rule: CompiledRule, values: Values): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [label, template] of Object.entries(rule.labels)) {
    labels[label] = joinPieces(renderPieces(template, (variable) => valueOf(variable, values)));
  }
  return labels;
}
