/** `{seq:N}`: the next free number of a day or of a base, over all images of the build group. */
import { type Location, UserError } from '../errors.js';
import { valuesOf } from './classify.js';
import type { ClaimTag, CompiledPolicy, CompiledRule, Decision, RefFacts, Seen } from './model.js';
import { fieldNames, type Pattern, type PatternPart } from './pattern.js';
import { joinPieces, type Piece, tagPieces, type Template, uses, type Values } from './template.js';
import { compareNumbers } from './versions.js';
import { placeholderPattern, numberNames, readTag } from './tag-patterns.js';

type Facts = Pick<RefFacts, 'kind' | 'name' | 'sha' | 'time' | 'runNumber' | 'runAttempt'>;

/** A tag with room for a number: what stands before it, after it, and how many digits it has. */
interface Placeholder {
  readonly before: string;
  readonly after: string;
  readonly width: number;
  readonly location: Location;
}

/**
 * The tags of the snapshots that the registry holds for this rule and ref (any day; the same base), the newest first.
 * When the image of one is made from the commit in hand, this run is a re-run: pass the tag on as `seen.reuse`.
 */
export function snapshots(
  policy: CompiledPolicy,
  decision: Decision,
  facts: Facts,
  seen: Pick<Seen, 'registryTags' | 'base'>,
): readonly string[] {
  const shape = snapshotPattern(policy, decision, facts, seen.base ?? null);
  if (shape === null) return [];
  const names = numberNames(shape);
  return [...(seen.registryTags ?? [])]
    .flatMap((tag) => {
      const fields = readTag(shape, tag);
      return fields === null ? [] : [{ tag, numbers: names.map((name) => fields[name] ?? '') }];
    })
    .sort((a, b) => compareNumbers(b.numbers, a.numbers))
    .map(({ tag }) => tag);
}

/** The values that a tag from an earlier run was rendered with: its day, moment, run and number. */
export function valuesOfReused(
  policy: CompiledPolicy,
  decision: Decision,
  facts: Facts,
  base: string | null,
  tag: string,
): Partial<Values> {
  const shape = snapshotPattern(policy, decision, facts, base);
  const fields = shape && readTag(shape, tag);
  if (!fields) return {};
  const { date, time, timestamp, timestamp_time: clock, seq, run_number, run_attempt } = fields;
  return {
    ...(date !== undefined && { date }),
    ...(time !== undefined && { time }),
    ...(timestamp !== undefined && clock !== undefined && { timestamp: `${timestamp}T${clock}Z` }),
    ...(run_number !== undefined && { run_number }),
    ...(run_attempt !== undefined && { run_attempt }),
    ...(seq !== undefined && { seq: Number(seq) }),
  };
}

/** The first numbered tag of the rule with all that changes from run to run left open. */
function snapshotPattern(
  policy: CompiledPolicy,
  decision: Decision,
  facts: Facts,
  base: string | null,
): Pattern | null {
  const { matched } = decision;
  const template = matched?.tags.find((tag) => uses(tag, 'seq'));
  if (!matched || !template) return null;
  const { fields, git_tag, branch, class: className } = valuesOf(policy, matched, facts, decision.fields);
  const values: Values = {
    fields,
    ...(git_tag !== undefined && { git_tag }),
    ...(branch !== undefined && { branch }),
    ...(className !== undefined && { class: className }),
    ...(base !== null && { base }),
  };
  const parts = tagPieces(template, values, reserveOf(policy, matched)).flatMap(
    (piece): readonly PatternPart[] =>
      piece.kind === 'text'
        ? [{ kind: 'literal', text: piece.text, at: 0 }]
        : placeholderPattern(piece.variable),
  );
  return { source: template.source, parts };
}

function reserveOf(policy: CompiledPolicy, rule: CompiledRule): number {
  return rule.stable === false ? 0 : policy.stableSuffix.length;
}

/**
 * The number after the highest one that any of `tags` (of registries and of git) has for this day or base; 1 when there
 * is none. Numbers that were left out are not filled in: they may have been deleted, and their meaning with them.
 * @throws UserError when the number does not fit its width
 */
export function nextSequence(
  policy: CompiledPolicy,
  decision: Decision,
  values: Values,
  tags: Iterable<string>,
): number {
  const slots = placeholdersOf(policy, decision, values);
  let highest = 0;
  for (const tag of tags) {
    for (const slot of slots) highest = Math.max(highest, numberIn(slot, tag));
  }
  return fitting(slots, highest + 1);
}

function placeholdersOf(policy: CompiledPolicy, decision: Decision, values: Values): Placeholder[] {
  const rule = decision.matched;
  if (!rule) return [];
  return rule.tags.flatMap((template, i) => {
    if (!uses(template, 'seq')) return [];
    const pieces = tagPieces(template, values, reserveOf(policy, rule));
    const slot = placeholderOf(pieces, template, (offset) => rule.origin.inside(offset, 'tags', i));
    return slot === null ? [] : [slot];
  });
}

function placeholderOf(
  pieces: readonly Piece[],
  template: Template,
  placeOf: (offset: number) => Location,
): Placeholder | null {
  const at = pieces.findIndex((piece) => piece.kind === 'hole' && piece.variable.name === 'seq');
  const hole = pieces[at];
  if (hole?.kind !== 'hole') return null;
  const location = placeOf(hole.variable.at);
  const rest = [...pieces.slice(0, at), ...pieces.slice(at + 1)];
  if (rest.some((piece) => piece.kind === 'hole')) {
    throw new UserError({
      location,
      what: `"${template.source}" cannot be numbered: ${joinPieces(rest)} is not known in this run`,
      hint: 'give the run the ref and commit that the tag is made from',
    });
  }
  return {
    before: joinPieces(pieces.slice(0, at)),
    after: joinPieces(pieces.slice(at + 1)),
    width: hole.variable.width ?? 1,
    location,
  };
}

function numberIn({ before, after, width }: Placeholder, tag: string): number {
  if (tag.length !== before.length + width + after.length) return 0;
  if (!tag.startsWith(before) || !tag.endsWith(after)) return 0;
  const digits = tag.slice(before.length, before.length + width);
  return /^\d+$/.test(digits) ? Number(digits) : 0;
}

function fitting(slots: readonly Placeholder[], number: number): number {
  const narrow = slots.find(({ width }) => number >= 10 ** width);
  if (!narrow) return number;
  const { before, after, width, location } = narrow;
  const digits = width === 1 ? '1 digit' : `${width} digits`;
  throw new UserError({
    location,
    what: `the highest number taken for "${before}{seq:${width}}${after}" is ${number - 1}, no number is used again, and {seq:${width}} has ${digits}`,
    hint: `write {seq:${width + 1}}, or wait for the next day or base`,
  });
}

/**
 * Claims a number by creating the git tag of that name, which only one run can do; a run that loses takes the next
 * one. Numbers of the registry are skipped; git tags are not, since one of them may be this commit's own from a run that
 * was broken off. `port` is called once per number.
 * @throws UserError past the width
 * @throws OperationError of the port, code `denied`, when the job may not create git tags
 */
export async function claimSequence(
  policy: CompiledPolicy,
  decision: Decision,
  facts: Facts,
  seen: Pick<Seen, 'registryTags' | 'base'>,
  port: ClaimTag,
): Promise<{ readonly sequence: number; readonly gitTag: string; readonly outcome: 'created' | 'ours' }> {
  const { matched } = decision;
  const { sha } = facts;
  if (!matched || sha === null) {
    throw new UserError({
      what: 'a number can only be claimed for a known commit',
      hint: 'give the commit (--sha)',
    });
  }
  const values: Values = {
    ...valuesOf(policy, matched, facts, decision.fields),
    ...(seen.base != null && { base: seen.base }),
  };
  const slots = placeholdersOf(policy, decision, values);
  const [slot] = slots;
  if (!slot) throw new Error(`rule ${matched.name} has no {seq} to claim`);
  for (
    let number = nextSequence(policy, decision, values, seen.registryTags ?? []);
    ;
    number = fitting(slots, number + 1)
  ) {
    const gitTag = slot.before + String(number).padStart(slot.width, '0') + slot.after;
    const result = await port(gitTag, sha, number);
    if (result.state === 'denied') throw result.error;
    if (result.state !== 'taken') return { sequence: number, gitTag, outcome: result.state };
  }
}

/** Has the rule a number that is looked for, and not one that its pattern took from the ref? */
export function isNumbered(rule: CompiledRule): boolean {
  const fromRef = rule.patterns.every((pattern) => fieldNames(pattern).includes('seq'));
  return !fromRef && rule.tags.some((tag) => uses(tag, 'seq'));
}
