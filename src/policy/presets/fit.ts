/** Which preset fits the git tags that a repository has: for `retag init`. Pure. */
import { matchPattern, parsePattern } from '../pattern.js';
import { PRESETS } from './presets.js';

interface Fit {
  readonly preset: string;
  /** how many of the git tags a rule of it names by their form; `**`, which matches everything, explains nothing */
  readonly explained: number;
}

/**
 * The presets that classify git tags, the best first: the one that explains the most. Where two explain as many, dates come before
 * plain numbers, and `semver` before `wmcore`, which a repository without X.Y.Z.N tags does not need.
 * @param tags names of git tags
 */
export function fitsOf(tags: readonly string[]): readonly Fit[] {
  const order = ['calver', ...(hasAppendedDigits(tags) ? [K8S] : []), 'semver', 'wmcore'];
  return order
    .map((preset) => ({ preset, explained: tags.filter(explainer(preset)).length }))
    .sort((a, b) => b.explained - a.explained);
}

/** Does a rule of the preset name this git tag by its form? */
export function explainer(preset: string): (tag: string) => boolean {
  const patterns = (PRESETS.get(preset)?.rules ?? []).flatMap(({ git_tag = [] }) =>
    git_tag.flatMap((source) => {
      const parsed = parsePattern(source);
      return parsed.ok && source !== '**' ? [parsed.value] : [];
    }),
  );
  return (tag) => patterns.some((pattern) => matchPattern(pattern, tag) !== null);
}

const K8S = 'k8s-topology-aware';

/**
 * v0.20.1001 is a fix of v0.20.10, and v1.2.100 is what comes after v1.2.99. So three digits are a sign of the working group's
 * way only in a line that has not counted up to them, and one tag in ten has to have them.
 */
function hasAppendedDigits(tags: readonly string[]): boolean {
  const lineOf = (tag: string): string => tag.slice(0, tag.lastIndexOf('.') + 1);
  const counted = new Set(tags.filter((tag) => /^v\d+\.\d+\.9\d$/.test(tag)).map(lineOf));
  const appended = tags.filter((tag) => /^v\d+\.\d+\.\d{3,}$/.test(tag) && !counted.has(lineOf(tag)));
  return appended.length * 10 >= tags.length && appended.length > 0;
}
