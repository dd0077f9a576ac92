/** Problems as people read them: in the order of the files, each said once, and not without end. Pure. */
import type { Problem } from '../errors.js';

const MAX_PROBLEMS = 1_000;

/** Whoever looks for mistakes in a document, or in all builds, stops after so many: each costs time to word and to place. */
export const MAX_JUDGED = 2_000;

/**
 * By file in the order given, then line and column; what stands in no file first. The same sentence about the same
 * place is said once.
 */
export function inOrder(
  problems: readonly Problem[],
  files: readonly { readonly path: string }[],
): readonly Problem[] {
  const rank = new Map(files.map(({ path }, index) => [path, index + 1]));
  const seen = new Set<string>();
  const sorted = problems
    .filter((problem) => {
      const key = JSON.stringify(problem);
      return !seen.has(key) && seen.add(key);
    })
    .sort(
      ({ place: a }, { place: b }) =>
        (rank.get(a?.file ?? '') ?? 0) - (rank.get(b?.file ?? '') ?? 0) ||
        (a?.line ?? 0) - (b?.line ?? 0) ||
        (a?.column ?? 0) - (b?.column ?? 0),
    );
  return atMost(MAX_PROBLEMS, sorted);
}

/** So that a file of another kind does not make a message of a hundred megabytes. */
function atMost(limit: number, problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= limit) return problems;
  const more = `${problems.length >= MAX_JUDGED ? 'at least ' : ''}${problems.length - limit}`;
  return [...problems.slice(0, limit), { what: `and ${more} more problems`, mend: 'mend these first' }];
}
