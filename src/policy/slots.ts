/** The rules of a policy in their order, those included that cannot be used: they take part in no check, but others must know of them. */
import type { PolicyConfig, RuleConfig } from '../config/model.js';
import type { Place, Problem } from '../errors.js';
import { matchPattern } from '../pattern.js';
import { presetOrigin, presetRuleConfig } from '../presets/presets.js';
import type { Preset } from '../presets/preset.js';
import type { ClassifyInput, CompiledRule } from './model.js';
import { parseRule } from './rule.js';

/** One place in the order of rules. */
export interface Slot {
  /** null for a rule of which nothing is known; that was reported where the file was read */
  readonly rule: CompiledRule | null;
  /** are all its patterns in `rule`? */
  readonly matchable: boolean;
  /** was everything read and parsed? */
  readonly whole: boolean;
  /** written in the tag file, and not by a preset */
  readonly own: boolean;
  readonly problems: readonly Problem[];
}

const LOST: Slot = { rule: null, matchable: false, whole: false, own: true, problems: [] };

/** Parses the rules of a tag file; each has the number that it has there. */
export function ownSlots(own: PolicyConfig | null): Slot[] {
  const slots: Slot[] = [];
  const rules = [...(own?.rules ?? [])];
  const unread = own?.unread?.rules ?? new Map<number, 'lost' | 'partial'>();
  const count = rules.length + [...unread.values()].filter((state) => state === 'lost').length;
  for (let at = 0; at < count; at += 1) {
    const config = unread.get(at) === 'lost' ? undefined : rules.shift();
    if (config === undefined) slots.push(LOST);
    else slots.push(slotOf(`policy/${at + 1}`, config, config.origin.at(), unread.has(at), true));
  }
  return slots;
}

/** Rules of a preset stand where the tag file names it; without one, at their number in the preset. */
export function presetSlots(preset: Preset, own: PolicyConfig | null): Slot[] {
  const place: Place | null = own ? own.origin.at('preset') : null;
  return preset.rules.map((rule, i) => {
    const origin = place
      ? { at: () => place, keyAt: () => place, inside: () => place }
      : presetOrigin(preset, i);
    const config = presetRuleConfig(rule, origin, own?.stable);
    return slotOf(`${preset.name}/${rule.name}`, config, place, false, false);
  });
}

/** What stands for rules that nobody could read: it may match everything. */
export function unknownSlot(): Slot {
  return LOST;
}

function slotOf(name: string, config: RuleConfig, place: Place | null, partial: boolean, own: boolean): Slot {
  const problems: Problem[] = [];
  const rule = parseRule({ name, config, place }, problems);
  const patterns = config.gitTag ?? config.branch ?? [];
  return {
    rule,
    matchable: rule.patterns.length === patterns.length,
    whole: !partial && problems.length === 0,
    own,
    problems,
  };
}

/**
 * May a rule that cannot be used win this ref, were it mended? Then what the other rules say of the ref means nothing.
 * @param winner the sound rule that wins it now; null for none
 */
export function isOpen(
  slots: readonly Slot[],
  sound: ReadonlySet<CompiledRule>,
  input: Pick<ClassifyInput, 'kind' | 'name'>,
  winner: CompiledRule | null,
): boolean {
  for (const { rule, matchable } of slots) {
    if (rule === null) return true;
    if (rule === winner) return false;
    if (sound.has(rule) || rule.kind !== input.kind) continue;
    if (!matchable || rule.patterns.some((pattern) => matchPattern(pattern, input.name, true) !== null)) {
      return true;
    }
  }
  return false;
}
