/** The rule of a preset for tags that promotions write (`starlingx`): binding for what a change brings, a warning for the rest. Pure. */
import type { EntryChanges } from './github/review/comment.js';
import type { ImageConfig } from './config/model.js';
import type { Problem } from './errors.js';
import { checkPromotionTag, type CompiledPolicy, type RefFacts } from './policy/policy.js';

/** A tag that breaks the rule, and its entry. */
export interface PromotionProblem {
  readonly entry: ImageConfig;
  readonly problem: Problem;
}

/** Every tag of `images` that breaks the rule, at its place. */
export function promotionProblems(
  policy: CompiledPolicy,
  images: readonly ImageConfig[],
  facts: Pick<RefFacts, 'kind' | 'name'> | null,
): PromotionProblem[] {
  const branch = facts?.kind === 'branch' ? facts.name : null;
  return images.flatMap((entry) =>
    entry.tags.flatMap((tag, i) => {
      const wrong = checkPromotionTag(policy, tag, branch);
      return wrong === null ? [] : [{ entry, problem: { place: entry.origin.at('tags', i), ...wrong } }];
    }),
  );
}

/**
 * Parts the problems into errors and warnings.
 * @param changes what the push or pull request touched; null when that is not known, then nothing is an error
 */
export function weigh(
  found: readonly PromotionProblem[],
  changes: EntryChanges | null,
): { readonly errors: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const isError = ({ entry }: PromotionProblem): boolean => changes?.changed.has(entry.number) === true;
  const problems = (some: readonly PromotionProblem[]) => some.map(({ problem }) => problem);
  return {
    errors: problems(found.filter(isError)),
    warnings: problems(found.filter((each) => !isError(each))),
  };
}
