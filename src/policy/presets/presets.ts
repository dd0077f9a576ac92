/** All presets by name. A new one is a file beside this and a line here. */
import type { Class, Origin, RuleConfig, StableRule } from '../../config/model.js';
import type { Location, Problem } from '../../errors.js';
import { suggest } from '../../shared/text.js';
import { matchPattern, parsePattern } from '../pattern.js';
import { visible } from '../refname.js';
import { calver } from './calver.js';
import { k8sTopologyAware } from './k8s-topology-aware.js';
import type { Preset, PresetRule } from './preset.js';
import { semver } from './semver.js';
import { starlingx } from './starlingx.js';
import { wmcore } from './wmcore.js';

export const PRESETS: ReadonlyMap<string, Preset> = new Map(
  [wmcore, k8sTopologyAware, starlingx, semver, calver].map((preset) => [preset.name, preset]),
);

/** The names of all presets, for messages and schemas. */
export const PRESET_NAMES: readonly string[] = [...PRESETS.keys()];

/** The problem with a preset that does not exist. */
export function unknownPreset(name: string): Problem {
  const near = suggest(name, PRESET_NAMES);
  return {
    what: `there is no preset ${visible(name)}`,
    hint: near === undefined ? `presets are ${PRESET_NAMES.join(', ')}` : `did you mean "${near}"?`,
  };
}

/** The presets whose releases have git tags of this form. */
function presetsFor(gitTag: string): string[] {
  const matches = (source: string): boolean => {
    const pattern = parsePattern(source);
    return pattern.ok && matchPattern(pattern.value, gitTag) !== null;
  };
  const fits = ({ rules }: Preset): boolean =>
    rules.some((rule) => isRelease(rule.class) && rule.git_tag?.some(matches) === true);
  return [...PRESETS.values()].filter(fits).map(({ name }) => name);
}

/** What to do about a ref that no rule matches. */
export function hintForUnmatched(ref: string): string {
  const fitting = presetsFor(ref.replace(/^refs\/tags\//, ''));
  const other = fitting.length === 0 ? '' : `use the preset ${fitting.join(' or ')}, `;
  return `add a rule for it, ${other}or set "unmatched: ignore" in the policy`;
}

/** The classes to which `stable` beside a preset applies. */
export function isRelease(of: Class): boolean {
  return of === 'final' || of === 'patch';
}

/**
 * A rule of a preset in the form that the tag file's rules have after parsing.
 * @param stable what the tag file says beside the preset, for its final and patch rules
 */
export function presetRuleConfig(rule: PresetRule, origin: Origin, stable?: StableRule): RuleConfig {
  return {
    class: rule.class,
    ...(rule.branch && { branch: rule.branch }),
    ...(rule.git_tag && { gitTag: rule.git_tag }),
    tags: [rule.tag],
    stable: (isRelease(rule.class) ? stable : undefined) ?? rule.stable ?? false,
    channels: rule.channels ?? [],
    labels: {},
    publish: rule.publish ?? true,
    requires: [],
    origin,
  };
}

/** Where the rules of a preset stand when no tag file names it: `preset wmcore`, the rule's number as the line. */
export function presetOrigin(preset: Preset, index: number): Origin {
  const location: Location = { file: `preset ${preset.name}`, line: index + 1, column: 1, nowhere: true };
  return { at: () => location, keyAt: () => location, inside: () => location };
}
