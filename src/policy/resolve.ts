/** From a decision to names that can be written: what has to be looked up, and the names once it is known. */
import { UserError, type Place, type Problem } from '../errors.js';
import { isNumbered, nextSequence, valuesOfReused } from '../sequence.js';
import { uses, type Template } from '../template.js';
import { classify, renderNames, valuesOf } from './classify.js';
import type {
  CompiledPolicy,
  CompiledRule,
  Decision,
  Needs,
  RefFacts,
  ResolvedDecision,
  Seen,
} from './model.js';
import { renderText, valueOf, type Values } from './values.js';

/** What has to be looked up before the names of a decision are complete. */
export function needsOf(decision: Decision): Needs {
  const rule = decision.publish ? decision.matched : null;
  const sequence = rule !== null && isNumbered(rule);
  const channels = decision.channels.length > 0;
  return {
    tagLists: sequence || channels,
    gitTags: sequence && decision.claim === null,
    base: rule !== null && templatesOf(rule).some((template) => uses(template, 'base')),
    sequence,
    claim: sequence && decision.claim !== null,
    channels,
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
      mend: 'check out with "fetch-depth: 0" (actions/checkout), or run "git fetch --unshallow --tags"',
    });
  }
  for (const name of await facts.reachableTags()) {
    if (classify(policy, { kind: 'tag', name }).class === 'final') return name;
  }
  const finals = policy.rules.filter((rule) => rule.class === 'final' && rule.kind === 'tag');
  const forms = finals.flatMap((rule) => rule.patterns.map((pattern) => `"${pattern.source}"`)).join(', ');
  throw new UserError({
    ...(policy.place && { place: policy.place }),
    what: `{base} has no value: no git tag reachable from ${facts.sha ?? 'the commit'} belongs to a final rule${forms && ` (${forms})`}`,
    mend: 'tag a release first; if there is one, check out with "fetch-depth: 0" so that its tag is here',
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
  const lookup = (values: Values | null) => (text: string, place?: Place) =>
    renderText(text, (variable) => (values && valueOf(variable, values)?.text) ?? null, policy.names, place);
  if (rule === null) return { ...decision, sequence: null, render: lookup(null) };
  const values = completeValues(policy, rule, decision, facts, seen);
  const names = renderNames(policy, rule, values);
  const problems = decision.publish ? [...names.problems, ...unfinished(rule, names)] : [];
  if (problems.length > 0) throw new UserError(problems);
  const [tag] = names.tags;
  return {
    ...decision,
    ...names,
    sequence: values.seq ?? null,
    render: lookup({ ...values, tag }),
  };
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
    const hole = /\{[^}]*\}/.exec(name)?.[0];
    if (hole === undefined) return [];
    return [
      {
        place: rule.origin.at('tags'),
        what: `"${name}" is not complete: ${hole} has no value in this run`,
        mend: hole.startsWith('{run_')
          ? 'run numbers exist in GitHub Actions only; use {sha:12} or {timestamp}'
          : 'give the run the ref and commit that the tag is made from (--ref, --sha)',
      },
    ];
  });
}
