/** The rule of a preset for tags that promotions write (`starlingx`): binding for what a change brings, a warning for the rest. Pure. */
import type { EntryChanges } from './comment/comment.js';
import { isTouched } from './comment/comment.js';
import type { ImageConfig } from './config/model.js';
import type { Problem } from './errors.js';
import { checkPromotionTag, type CompiledPolicy, type RefFacts } from './policy/policy.js';

/** Every tag of `images` that breaks the rule, at its place. */
export function promotionProblems(
  policy: CompiledPolicy,
  images: readonly ImageConfig[],
  facts: Pick<RefFacts, 'kind' | 'name'> | null,
): Problem[] {
  const branch = facts?.kind === 'branch' ? facts.name : null;
  return images.flatMap((entry) =>
    entry.tags.flatMap((tag, i) => {
      const wrong = checkPromotionTag(policy, tag, branch);
      return wrong === null ? [] : [{ place: entry.origin.at('tags', i), ...wrong }];
    }),
  );
}

/**
 * Parts the problems into errors and warnings.
 * @param changes what the push or pull request touched; null when that is not known, then nothing is an error
 */
export function weigh(
  problems: readonly Problem[],
  changes: EntryChanges | null,
): { readonly errors: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const errors = problems.filter(
    ({ place }) => changes !== null && place !== undefined && isTouched({ location: place }, changes),
  );
  return { errors, warnings: problems.filter((problem) => !errors.includes(problem)) };
}
