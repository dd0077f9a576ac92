/** Channels (`latest`, `1.2`) only go forward: is the version in hand at least the highest one that a repository holds? */
import { joinPieces } from './template.js';
import type { ChannelComparison, CompiledPolicy, CompiledRule, ResolvedDecision } from './policy/model.js';
import { claimsOf, orderOf, outputsOf, ownersOf, type Claim } from './policy/owner.js';
import { compareNumbers, readings } from './policy/shapes.js';
import { tagPieces } from './policy/values.js';

/** The numbers of a version, most significant first, with the names of the fields they come from. */
interface Version {
  readonly names: readonly string[];
  readonly numbers: readonly string[];
}

/**
 * Compares the version in hand with the highest that `tags` (all tags of one repository, in any order) hold for the
 * same channel value. A tag is a version of the channel only if the rule that owns its name writes the channel with that
 * value. Versions are compared field by field as numbers. Rules whose fields are not alike (a calendar day and a
 * semantic version) are not compared. Tags without numbers have no order; then the answer is `same`.
 */
export function compareChannel(
  policy: CompiledPolicy,
  resolved: ResolvedDecision,
  channel: string,
  tags: readonly string[],
): ChannelComparison {
  const outputs = outputsOf(policy).filter(
    ({ kind, rule: { class: name } }) => kind === (name === 'stable' ? 'stable' : 'primary'),
  );
  const inHand = outputs
    .filter(({ rule }) => rule === resolved.matched)
    .flatMap((output) => resolved.tags.flatMap((tag) => versionInHand(output, tag, resolved)))[0];
  if (inHand === undefined) return { order: 'same', highest: null };
  const writers = outputs.filter(
    (output) => output.rule.channels.length > 0 && alike(orderOf(output), inHand.names),
  );
  let highest: (Version & { readonly tag: string }) | null = null;
  for (const tag of tags) {
    for (const output of writers) {
      for (const claim of claimsOf(policy, output, tag)) {
        const version = versionOf(orderOf(output), claim.fields);
        if (highest !== null && compareNumbers(version.numbers, highest.numbers) <= 0) continue;
        if (!writes(output.rule, claim, channel)) continue;
        if (ownersOf(policy, tag).some((owner) => owner.output === output)) highest = { ...version, tag };
      }
    }
  }
  if (highest === null) return { order: 'newer', highest: null };
  const order = compareNumbers(inHand.numbers, highest.numbers);
  return { order: order > 0 ? 'newer' : order < 0 ? 'older' : 'same', highest: highest.tag };
}

function versionInHand(output: Claim['output'], tag: string, { fields }: ResolvedDecision): Version[] {
  const names = orderOf(output);
  const read = readings(output.shape, tag).find((found) =>
    Object.entries(fields).every(([name, value]) => (found[name] ?? value) === value),
  );
  return read === undefined || names.length === 0 ? [] : [versionOf(names, read)];
}

function versionOf(names: readonly string[], fields: Claim['fields']): Version {
  return { names, numbers: names.map((name) => fields[name] ?? '') };
}

/** Is one list of field names the beginning of the other, as 1.2.3 is of 1.2.3.4? */
function alike(a: readonly string[], b: readonly string[]): boolean {
  const length = Math.min(a.length, b.length);
  return length > 0 && a.slice(0, length).every((name, i) => name === b[i]);
}

function writes(rule: CompiledRule, { fields }: Claim, channel: string): boolean {
  return rule.channels.some(
    (template) => joinPieces(tagPieces(template, { fields, class: rule.class }, 0)) === channel,
  );
}
