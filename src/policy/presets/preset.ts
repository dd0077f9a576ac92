/** The form of a preset: a plain list of rules, as a tag file would have them. */
import type { Class, StableRule } from '../../config/model.js';

export interface PresetRule {
  /** shown as `wmcore/final`; unique within the preset */
  readonly name: string;
  readonly class: Class;
  /** exactly one of branch and git_tag */
  readonly branch?: readonly string[];
  readonly git_tag?: readonly string[];
  readonly tag: string;
  readonly stable?: StableRule;
  readonly channels?: readonly string[];
  /** default true */
  readonly publish?: boolean;
}

/** What tags written by promotions must look like. */
interface PresetPromotion {
  readonly tag: string;
  /** on a branch of this form, the fields that both have must be equal */
  readonly branches: readonly string[];
}

export interface Preset {
  readonly name: string;
  readonly rules: readonly PresetRule[];
  readonly promotion?: PresetPromotion;
}
