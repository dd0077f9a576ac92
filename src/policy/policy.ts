import { type Location, type Problem, UserError } from '../errors.js';
import { classify, renderNames, valuesOf } from './classify.js';
import type {
  ClassificationReport,
  CompiledPolicy,
  CompiledRule,
  Decision,
  Needs,
  RefFacts,
  ResolvedDecision,
  Seen,
} from './model.js';
import { fieldNames, matchPattern } from './pattern.js';
import { visible } from './refname.js';
import { isNumbered, nextSequence, valuesOfReused } from './sequence.js';
import { renderText, type Template, uses, valueOf, type Values } from './template.js';

export { compareChannel } from './versions.js';
export { claimSequence, snapshots } from './sequence.js';
export { classify, requireDecision } from './classify.js';
export { compilePolicy, DEFAULT_STABLE_SUFFIX, examinePolicy, type Examined } from './compile.js';
export { claimsOn, isSpelledOut, premisesOf, takenFrom, whoHas } from './owner.js';
export { unknownName } from './template.js';
export type {
  ClaimTag,
  ClassificationReport,
  CompiledPolicy,
  Decision,
  Needs,
  Permission,
  PullRequestFacts,
  RefFacts,
  ResolvedDecision,
  Seen,
} from './model.js';

/** The door of the policy stage; model.ts says in which order the flow uses it. */

// A decision as the report has it.

/** The `classification` object of the report (docs/report.md). Names that are not known yet stay in braces. */
export function classificationReport(decision: Decision): ClassificationReport {
  return {
    class: decision.class,
    rule: decision.rule,
    fields: { ...decision.fields },
    version: decision.version,
    tags: [...decision.tags],
    stable_tags: [...decision.stableTags],
    channels: [...decision.channels],
    why: decision.why,
    not: [...decision.not],
  };
}

// How tags that promotions write must look, where a preset says so (`starlingx`). Pure.

/**
 * What is wrong with the tag of a promotion on this branch (null: not known), or null when nothing is. The caller
 * decides how much it weighs: a problem for an entry that the push changed, a warning for any other.
 */
export function checkPromotionTag(
  policy: CompiledPolicy,
  tag: string,
  branch: string | null,
): { readonly what: string; readonly hint: string } | null {
  const rule = policy.promotion;
  if (rule === null) return null;
  const fields = matchPattern(rule.tag, tag);
  if (fields === null) {
    return {
      what: `the tag ${visible(tag)} does not have the form "${rule.tag.source}" of the preset ${rule.preset}`,
      hint: 'write it as "stx.4.0-v2.2": the release, then the version',
    };
  }
  if (branch === null) return null;
  for (const pattern of rule.branches) {
    const bound = matchPattern(pattern, branch);
    const differs = bound && fieldNames(pattern).some((name) => bound[name] !== fields[name]);
    if (!differs) continue;
    const wanted = rule.tag.parts.map((part) =>
      part.kind === 'literal'
        ? part.text
        : 'name' in part
          ? (bound[part.name] ?? fields[part.name] ?? '')
          : '',
    );
    return {
      what: `the tag ${visible(tag)} is of another release than the branch ${visible(branch)}`,
      hint: `on this branch it would be "${wanted.join('')}"`,
    };
  }
  return null;
}

// From a decision to names that can be written: what has to be looked up, and the names once it is known.

/** What has to be looked up before the names of a decision are complete. */
export function needsOf(decision: Decision): Needs {
  const rule = decision.publish ? decision.matched : null;
  const sequence = rule !== null && isNumbered(rule);
  return {
    tagLists: sequence || decision.channels.length > 0,
    base: rule !== null && templatesOf(rule).some((template) => uses(template, 'base')),
    sequence,
    claim: sequence && decision.claim !== null,
  };
}

function templatesOf(rule: CompiledRule): Template[] {
  return [...rule.tags, ...rule.channels, ...(rule.from ? [rule.from] : []), ...Object.values(rule.labels)];
}

/**
 * `{base}`: the nearest git tag reachable from the commit that a final rule wins.
 * @throws UserError in a shallow clone, whose history may leave the right tag out, and when there is no such tag
 */
export async function findBase(
  policy: CompiledPolicy,
  facts: Pick<RefFacts, 'shallow' | 'reachableTags' | 'sha'>,
): Promise<string> {
  if (await facts.shallow()) {
    throw new UserError({
      what: '{base} needs the git history, and this clone is shallow',
      hint: 'check out with "fetch-depth: 0" (actions/checkout), or run "git fetch --unshallow --tags"',
    });
  }
  for (const name of await facts.reachableTags()) {
    if (classify(policy, { kind: 'tag', name }).class === 'final') return name;
  }
  const finals = policy.rules.filter((rule) => rule.class === 'final' && rule.kind === 'tag');
  const forms = finals.flatMap((rule) => rule.patterns.map((pattern) => `"${pattern.source}"`)).join(', ');
  throw new UserError({
    ...(policy.location && { location: policy.location }),
    what: `{base} has no value: no git tag reachable from ${facts.sha ?? 'the commit'} belongs to a final rule${forms && ` (${forms})`}`,
    hint: 'tag a release first; if there is one, check out with "fetch-depth: 0" so that its tag is here',
  });
}

/**
 * The decision with complete names. `{seq}` becomes the claimed number, else that of the snapshot to reuse, else the next
 * free one of the registry's and git's tags together.
 * @throws UserError when a name does not come out as a tag, when a number does not fit, when a value is missing
 */
export function resolveNames(
  policy: CompiledPolicy,
  decision: Decision,
  facts: RefFacts,
  seen: Seen = {},
): ResolvedDecision {
  const rule = decision.matched;
  const lookup = (values: Values | null) => (text: string, location?: Location) =>
    renderText(
      text,
      (variable) => (values && valueOf(variable, values)?.text) ?? null,
      policy.names,
      location,
    );
  if (rule === null) return { ...decision, render: lookup(null) };
  const values = completeValues(policy, rule, decision, facts, seen);
  const names = renderNames(policy, rule, values);
  const problems = decision.publish ? [...names.problems, ...unfinished(rule, names)] : [];
  if (problems.length > 0) throw new UserError(problems);
  const [tag] = names.tags;
  return { ...decision, ...names, render: lookup({ ...values, tag }) };
}

function completeValues(
  policy: CompiledPolicy,
  rule: CompiledRule,
  decision: Decision,
  facts: RefFacts,
  seen: Seen,
): Values {
  const base = seen.base ?? null;
  const known: Values = {
    ...valuesOf(policy, rule, facts, decision.fields),
    ...(base !== null && { base }),
    ...(seen.reuse !== undefined && valuesOfReused(policy, decision, facts, base, seen.reuse)),
  };
  if (!needsOf(decision).sequence) return known;
  if (seen.sequence !== undefined) return { ...known, seq: seen.sequence };
  if (known.seq !== undefined) return known;
  const tags = new Set([...(seen.registryTags ?? []), ...(seen.gitTags ?? [])]);
  return { ...known, seq: nextSequence(policy, decision, known, tags) };
}

type Names = ReturnType<typeof renderNames>;

function unfinished(rule: CompiledRule, names: Names): Problem[] {
  const all = [...names.tags, ...names.channels, names.from ?? ''];
  return all.flatMap((name) => {
    const hole = /\{[^{}]*\}/.exec(name)?.[0];
    if (hole === undefined) return [];
    return [
      {
        location: rule.origin.at('tags'),
        what: `"${name}" is not complete: ${hole} has no value in this run`,
        hint: hole.startsWith('{run_')
          ? 'run numbers exist in GitHub Actions only; use {sha:12} or {timestamp}'
          : 'give the run the ref and commit that the tag is made from (--ref, --sha)',
      },
    ];
  });
}
