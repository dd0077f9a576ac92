/** Channels (`latest`, `1.2`) only go forward: is the version in hand at least the highest one that a repository holds? */
import { joinPieces } from './template.js';
import type { ChannelComparison, CompiledPolicy, CompiledRule, ResolvedDecision } from './policy/model.js';
import { compareNumbers, numberNames, readShape } from './policy/shapes.js';
import { tagPieces } from './policy/values.js';

/** The numbers of a version, most significant first, with the names of the fields they come from. */
interface Version {
  readonly tag: string;
  readonly names: readonly string[];
  readonly numbers: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Compares the version in hand with the highest that `tags` (all tags of one repository, in any order) hold for the
 * same channel value. Versions are the tags that rules with this channel write, read backwards and compared field by
 * field as numbers. Rules whose fields are not alike (a calendar day and a semantic version) are not compared.
 * Tags without numbers have no order; then the answer is `same`.
 */
export function compareChannel(
  policy: CompiledPolicy,
  resolved: ResolvedDecision,
  channel: string,
  tags: readonly string[],
): ChannelComparison {
  const { matched } = resolved;
  const inHand = matched && firstVersion(matched, resolved.tags);
  if (!matched || !inHand) return { order: 'same', highest: null };
  const rules = policy.rules.filter((rule) => rule.publish && rule.channels.length > 0);
  let highest: Version | null = null;
  for (const tag of tags) {
    for (const rule of rules) {
      const version = versionOf(rule, tag);
      if (version === null || !alike(version, inHand) || !hasChannel(rule, version, channel)) continue;
      if (highest === null || compareNumbers(version.numbers, highest.numbers) > 0) highest = version;
    }
  }
  if (highest === null) return { order: 'newer', highest: null };
  const order = compareNumbers(inHand.numbers, highest.numbers);
  return { order: order > 0 ? 'newer' : order < 0 ? 'older' : 'same', highest: highest.tag };
}

function firstVersion(rule: CompiledRule, tags: readonly string[]): Version | null {
  for (const tag of tags) {
    const version = versionOf(rule, tag);
    if (version !== null) return version;
  }
  return null;
}

function versionOf(rule: CompiledRule, tag: string): Version | null {
  for (const shape of rule.shapes) {
    const names = numberNames(shape);
    const fields = names.length === 0 ? null : readShape(shape, tag);
    if (fields !== null) return { tag, names, numbers: names.map((name) => fields[name] ?? ''), fields };
  }
  return null;
}

/** Is one list of field names the beginning of the other, as 1.2.3 is of 1.2.3.4? */
function alike(a: Version, b: Version): boolean {
  const length = Math.min(a.names.length, b.names.length);
  return a.names.slice(0, length).every((name, i) => name === b.names[i]);
}

function hasChannel(rule: CompiledRule, version: Version, channel: string): boolean {
  const { fields } = version;
  return rule.channels.some((template) => {
    const values = { ...fields, fields, class: rule.class };
    return joinPieces(tagPieces(template, values, 0)) === channel;
  });
}
