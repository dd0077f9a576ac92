/**
 * One name, one owner (docs/policy.md): which rule a tag name belongs to. The policy alone decides. The name is read
 * backwards through everything that a rule writes, the ref that would give it is rebuilt and classified, and the rule that
 * wins the ref claims the name.
 */
import { type Fields, matchPattern, type Pattern, type PatternPart, type Shape } from './pattern.js';
import { uses, type Template } from './template.js';
import { isRelease } from './presets/presets.js';
import { winnerOf } from './classify.js';
import type { ClassifyInput, CompiledPolicy, CompiledRule } from './model.js';
import { numberNames, readings, tagPatterns } from './tag-patterns.js';

type NameKind = 'primary' | 'stable' | 'channel';

/** One form of the names that a rule writes. */
export interface Output {
  readonly rule: CompiledRule;
  /** place of the rule in the policy */
  readonly index: number;
  readonly kind: NameKind;
  /** where the template stands below its rule */
  readonly path: readonly ['tags' | 'channels', number];
  readonly template: Template;
  readonly shape: Shape;
  /** 0: literals and fields of a fixed width; 1: also digits of any number; 2: also free text */
  readonly freedom: 0 | 1 | 2;
  /** the stable name of a release whose rule does not write it: kept free for it */
  readonly reserved: boolean;
}

/** A ref that would give the name, and the rule that wins it. */
export interface Claim {
  readonly output: Output;
  readonly ref: Pick<ClassifyInput, 'kind' | 'name'>;
  /** false: only a part of the ref's name is in the tag; `ref` is one of many */
  readonly exact: boolean;
  readonly fields: Fields;
}

type Rules = Pick<CompiledPolicy, 'rules' | 'stableSuffix'>;
const known = new WeakMap<readonly CompiledRule[], readonly Output[]>();

/** Everything that the rules of a policy write, in the order of the rules. */
export function outputsOf({ rules, stableSuffix }: Rules): readonly Output[] {
  const before = known.get(rules);
  if (before !== undefined) return before;
  const finals = rules.filter((rule) => rule.class === 'final' && rule.kind === 'tag');
  const bases = finals.flatMap((rule) => rule.patterns);
  const outputs = rules.flatMap((rule, index) =>
    rule.publish ? outputsOfRule(rule, index, bases, stableSuffix) : [],
  );
  known.set(rules, outputs);
  return outputs;
}

/** The literal text with which every name of the output starts. */
export function startOf({ shape: { parts } }: Output): string {
  return parts[0]?.kind === 'literal' ? parts[0].text : '';
}

/** Does every name of the output begin with what is no free text? */
export function isSpelledOut({ shape: { parts } }: Output): boolean {
  const [first] = parts;
  return first !== undefined && !['text', 'segment', 'any'].includes(first.kind);
}

function outputsOfRule(
  rule: CompiledRule,
  index: number,
  bases: readonly Shape['pattern'][],
  suffix: string,
): Output[] {
  const forms = (template: Template, kind: NameKind, path: Output['path'], more = '', reserved = false) =>
    tagPatterns(template, rule.patterns, rule.class, bases).map((read): Output => {
      const shape = more === '' ? read : withSuffix(read, more);
      return { rule, index, kind, path, template, shape, freedom: freedomOf(shape), reserved };
    });
  const stable = rule.stable !== false || isRelease(rule.class);
  return [
    ...rule.tags.flatMap((template, i) => {
      if (rule.class === 'stable') return forms(template, 'stable', ['tags', i]);
      const primary = forms(template, 'primary', ['tags', i]);
      if (!stable) return primary;
      return [...primary, ...forms(template, 'stable', ['tags', i], suffix, rule.stable === false)];
    }),
    ...rule.channels.flatMap((template, i) => forms(template, 'channel', ['channels', i])),
  ];
}

function withSuffix(shape: Shape, text: string): Shape {
  return { ...shape, parts: [...shape.parts, { kind: 'literal', text, at: 0 }] };
}

function freedomOf({ parts }: Shape): Output['freedom'] {
  if (parts.some(({ kind }) => kind === 'text' || kind === 'segment' || kind === 'any')) return 2;
  return parts.some((part) => (part.kind === 'digits' || part.kind === 'hex') && part.width === null) ? 1 : 0;
}

// Stand for the parts of a ref's name that are not in the tag. Several, since an earlier rule may win one of them.
const SAMPLES = ['x', 'q7', '0'];

/** The refs by which this output gives the tag, each won by the rule of the output. */
export function claimsOf(policy: CompiledPolicy, output: Output, tag: string): Claim[] {
  return readings(output.shape, tag).flatMap((fields) => {
    const { base } = fields;
    if (base !== undefined && winnerOf(policy, { kind: 'tag', name: base })?.rule.class !== 'final')
      return [];
    for (const { name, exact } of refNames(output, fields)) {
      const ref = { kind: output.rule.kind, name };
      const winner = winnerOf(policy, ref);
      if (winner?.rule !== output.rule) continue;
      const gives = Object.entries(winner.fields).every(
        ([field, value]) => (fields[field] ?? value) === value,
      );
      if (gives) return [{ output, ref, exact, fields: { ...winner.fields, ...fields } }];
    }
    return [];
  });
}

function refNames({ rule, shape }: Output, fields: Fields): { name: string; exact: boolean }[] {
  const whole = fields[rule.kind === 'tag' ? 'git_tag' : 'branch'];
  // One with a hash in it stands for a ref that does not fit into a tag.
  if (whole !== undefined && matchPattern(shape.pattern, whole)) return [{ name: whole, exact: true }];
  const { parts } = shape.pattern;
  const isKnown = (part: PatternPart) =>
    part.kind === 'literal' || ('name' in part && fields[part.name] !== undefined);
  const name = (sample: string) => parts.map((part) => textOf(part, fields, sample)).join('');
  if (parts.every(isKnown)) return [{ name: name(''), exact: true }];
  return SAMPLES.map((sample) => ({ name: name(sample), exact: false }));
}

/** A name that the pattern matches. */
export function sampleOf({ parts }: Pattern): string {
  return parts.map((part) => textOf(part, {}, 'x')).join('');
}

function textOf(part: PatternPart, fields: Fields, sample: string): string {
  if (part.kind === 'literal') return part.text;
  const field = 'name' in part ? fields[part.name] : undefined;
  if (field !== undefined) return field;
  if (part.kind === 'date') return '20200101';
  return part.kind === 'digits' ? '1'.repeat(part.width ?? 1) : sample;
}

/** Every way in which a ref could give the tag; the owner's first. */
export function claimsOn(policy: CompiledPolicy, tag: string): Claim[] {
  return outputsOf(policy)
    .filter((output) => tag.startsWith(startOf(output)))
    .flatMap((output) => claimsOf(policy, output, tag))
    .sort((a, b) => compareRank(a.output, b.output));
}

/**
 * Who has the name of two that can give it: what spells it out before what takes any text, then the first rule,
 * then what is fixed before what moves. So a branch called `v1.2.3` or `latest` never has the name of a release or its channel.
 */
function compareRank(a: Rank, b: Rank): number {
  return (
    a.freedom - b.freedom || a.index - b.index || Number(a.kind === 'channel') - Number(b.kind === 'channel')
  );
}

type Rank = Pick<Output, 'freedom' | 'kind' | 'index'>;

/** The claims that hold: the owner's, and those of rules that are meant to have the name together with it. */
export function ownersOf(policy: CompiledPolicy, tag: string): Claim[] {
  const claims = claimsOn(policy, tag);
  const [owner] = claims;
  return owner === undefined ? [] : claims.filter(({ output }) => isAlso(output, owner.output));
}

/** Is a tag that `owner` has a release of `output` too? Where only their order says whose it is, either may have written it. */
function isAlso(output: Output, owner: Output): boolean {
  return output.rule === owner.rule || (output.freedom === owner.freedom && mayShare(output, owner));
}

/** What a name looks like, whatever its fields are called. */
function formOf({ shape }: Output): string {
  const form = (part: PatternPart) =>
    part.kind === 'literal' ? part.text : `{${part.kind}:${'width' in part ? part.width : null}}`;
  return shape.parts.map(form).join('');
}

/**
 * The claim of another rule, or of the other kind of tag, that a rule's own name would take; null when the name is its own.
 * @param rule the rule that wins the ref in hand
 */
export function takenFrom(
  policy: CompiledPolicy,
  rule: CompiledRule,
  kind: NameKind,
  tag: string,
): Claim | null {
  const claims = claimsOn(policy, tag);
  const ours = (output: Output) => output.rule === rule && output.kind === kind;
  const read = claims.map(({ output }) => output).filter(ours);
  const mine = read.length > 0 ? read : outputsOf(policy).filter(ours);
  // A name that the mapping to tags changed cannot be read back: then it is as free as text can be.
  const rank = read[0] ?? { freedom: 2 as const, kind, index: policy.rules.indexOf(rule) };
  const taken = claims.find(
    ({ output }) => compareRank(output, rank) < 0 && !mine.some((own) => mayShare(own, output)),
  );
  return taken ?? null;
}

/** What was so when a run of the policy wrote a name: this git tag existed, and this day had come (YYYYMMDD). Null: nothing is known. */
interface Premise {
  readonly gitTag: string | null;
  readonly day: string | null;
}

/** Of each rule that may have written the name: one of them did, if nobody pushed it by hand. */
export function premisesOf(policy: CompiledPolicy, tag: string): Premise[] {
  return ownersOf(policy, tag).map(({ output, ref, exact, fields }) => {
    const named = output.rule.kind === 'tag' && exact ? ref.name : (fields['base'] ?? null);
    const fromRef = output.shape.pattern.parts.some((part) => 'name' in part && part.name === 'date');
    return { gitTag: named, day: fromRef ? null : (fields['date'] ?? fields['timestamp'] ?? null) };
  });
}

/** Are both meant to write the name? */
export function mayShare(a: Output, b: Output): boolean {
  if (a.rule === b.rule && a.kind === b.kind) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'channel') {
    // Written in both rules by the same words. Snapshots never move a channel of releases.
    const alike = a.template.source === b.template.source;
    return alike && (a.rule.class === 'snapshot') === (b.rule.class === 'snapshot');
  }
  if (a.rule.class === 'stable' || b.rule.class === 'stable') return promotes(a, b) || promotes(b, a);
  // A commit or a moment is in a name of another rule only by intent, and what is fixed is never moved onto.
  if ([a, b].some(({ template }) => uses(template, 'sha') || uses(template, 'timestamp'))) return true;
  if (UNIQUE.some((name) => uses(a.template, name)) && UNIQUE.some((name) => uses(b.template, name)))
    return true;
  // A number is the next one that neither the registry nor git has: rules of one class that write one form count on together.
  return (isNumbered(a) || isNumbered(b)) && a.rule.class === b.rule.class && formOf(a) === formOf(b);
}

/** Is `a` the rule that promotes what `b` made to its stable tag? */
function promotes(a: Output, b: Output): boolean {
  if (a.rule.class !== 'stable' || b.rule.class === 'stable') return false;
  const suffix = b.shape.parts.at(-1);
  const primary = a.rule.from?.source;
  if (b.reserved || suffix?.kind !== 'literal' || primary === undefined) return b.reserved;
  return a.template.source === primary + suffix.text;
}

// Variables that differ from one build to the next, so that two rules never give one name by accident.
export const UNIQUE = ['sha', 'seq', 'timestamp', 'run_number'];

/** Does the name hold a number that is looked for, and not one that a pattern took from the ref? */
export function isNumbered({ template, shape }: Output): boolean {
  return uses(template, 'seq') && !shape.pattern.parts.some((part) => 'name' in part && part.name === 'seq');
}

/** Is it the tag of a release, and not what follows one? */
export function isVersion({ kind, rule }: Output): boolean {
  return kind === (rule.class === 'stable' ? 'stable' : 'primary');
}

/** The ordered fields of what the output writes, most significant first. */
export function orderOf({ shape }: Output): string[] {
  return numberNames(shape);
}

/** `refs/tags/v1.2.3`, as messages show it. */
export function shownRef({ ref }: Claim): string {
  return `refs/${ref.kind === 'tag' ? 'tags' : 'heads'}/${ref.name}`;
}

export const OF_KIND = { primary: 'a primary tag', stable: 'a stable tag', channel: 'a channel' };

/** Whose name it is, in words: `the rule semver/final writes it as a primary tag (refs/tags/v1.2.3)`. */
export function whoHas(claim: Claim): string {
  const { rule, kind, reserved } = claim.output;
  const which = reserved ? 'keeps it for the stable tag' : `writes it as ${OF_KIND[kind]}`;
  return `the rule ${rule.name} ${which} (${claim.exact ? '' : 'for example '}${shownRef(claim)})`;
}
