/** How tags that promotions write must look, where a preset says so (`starlingx`). Pure. */
import { fieldNames, matchPattern } from '../pattern.js';
import { visible } from '../refname.js';
import type { CompiledPolicy } from './model.js';

/**
 * What is wrong with the tag of a promotion on this branch (null: not known), or null when nothing is. The caller
 * decides how much it weighs: a problem for an entry that the push changed, a warning for any other.
 */
export function checkPromotionTag(
  policy: CompiledPolicy,
  tag: string,
  branch: string | null,
): { readonly what: string; readonly mend: string } | null {
  const rule = policy.promotion;
  if (rule === null) return null;
  const fields = matchPattern(rule.tag, tag);
  if (fields === null) {
    return {
      what: `the tag ${visible(tag)} does not have the form "${rule.tag.source}" of the preset ${rule.preset}`,
      mend: 'write it as "stx.4.0-v2.2": the release, then the version',
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
      mend: `on this branch it would be "${wanted.join('')}"`,
    };
  }
  return null;
}
