/** Channels (`latest`, `1.2`) only go forward: is the version in hand at least the highest one that a repository holds? */
import type { ChannelComparison, CompiledPolicy, CompiledRule, ResolvedDecision } from './model.js';
import { type Claim, claimsOf, isVersion, orderOf, outputsOf, ownersOf } from './owner.js';
import { readings } from './tag-patterns.js';
import { joinPieces, tagPieces } from './template.js';

/** The numbers of a version, most significant first, with the names of the fields they come from. */
interface Version {
  readonly names: readonly string[];
  readonly numbers: readonly string[];
}

/**
 * Compares the version in hand with the highest that `tags` (all tags of one repository, in any order) hold for the
 * same channel value. A tag is a version of the channel only if the rule that owns its name writes the channel with that
 * value. Versions are compared field by field as numbers; that those of one channel are alike is checked at load. Tags without numbers have no order; then the answer is `same`.
 */
export function compareChannel(
  policy: CompiledPolicy,
  resolved: ResolvedDecision,
  channel: string,
  tags: readonly string[],
): ChannelComparison {
  const outputs = outputsOf(policy).filter(isVersion);
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
export function alike(a: readonly string[], b: readonly string[]): boolean {
  const length = Math.min(a.length, b.length);
  return length > 0 && a.slice(0, length).every((name, i) => name === b[i]);
}

function writes(rule: CompiledRule, { fields }: Claim, channel: string): boolean {
  return rule.channels.some(
    (template) => joinPieces(tagPieces(template, { fields, class: rule.class }, 0)) === channel,
  );
}

/** Compares two runs of digits as numbers of any size. */
function compareDigits(a: string, b: string): number {
  const x = a.replace(/^0+(?=\d)/, '');
  const y = b.replace(/^0+(?=\d)/, '');
  if (x.length !== y.length) return x.length - y.length;
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Compares field by field; where one list ends, the longer one is higher (1.2.3 is below 1.2.3.1). */
export function compareNumbers(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [x, y] = [a[i], b[i]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const order = compareDigits(x, y);
    if (order !== 0) return order;
  }
  return 0;
}
