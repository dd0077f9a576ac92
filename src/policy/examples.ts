/** `examples` of the policy: refs with the answer that the policy must give, checked at every load. */
import type { ExampleConfig } from '../config/model.js';
import type { Place, Problem } from '../errors.js';
import { matchPattern, type PatternPart } from '../pattern.js';
import { parseRef } from '../refname.js';
import { parseTemplate } from '../template.js';
import { classify } from './classify.js';
import type { CompiledPolicy, Decision, Open } from './model.js';
import { holeShape } from './shapes.js';

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
  if (!ref.ok) return [{ place: example.origin.at('ref'), what: ref.what, mend: ref.mend }];
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

function differs(example: ExampleConfig, place: Place, what: string): Problem {
  return { place, what: `example ${example.ref}: ${what}`, mend: 'correct the example or the rule' };
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
    part.kind === 'literal' ? [part] : holeShape(part),
  );
  return matchPattern({ source: given, parts }, expected) !== null;
}
