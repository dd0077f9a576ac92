/** `retag classify` */
import { readCiRun } from '../ci/ci.js';
import { inOrder } from '../config/config.js';
import { readFiles } from '../load.js';
import { type Problem, UserError } from '../errors.js';
import { readRefFacts } from '../git/facts.js';
import {
  classificationReport,
  type ClassificationReport,
  classify,
  type CompiledPolicy,
  compilePolicy,
} from '../policy/policy.js';
import { parseRef, visible } from '../policy/refname.js';
import { wrap } from '../shared/text.js';
import { systemClock } from '../system/clock.js';
import { writeJson } from '../system/write.js';
import type { Arguments } from './args.js';
import { type Io, logFor } from './output.js';
import { fail, widthOf } from './problems.js';
import { checkCommon, checkoutOf, imagesOf, reportPath, tagFiles, workspaceOf } from './session.js';

/**
 * Classifies the refs given as words, `-` for those on standard input. Without words it is those on standard input unless that is a
 * terminal, which is never waited for, and where there are none what is checked out.
 */
export async function classifyCommand(args: Arguments, io: Io): Promise<number> {
  checkCommon(args);
  const path = await reportPath(args, io);
  const policy = await policyFor(args, io);
  const log = logFor(args, io);
  for (const problem of policy.warnings) log.warning(problem);
  const images = imagesOf(args).names;
  const classified = withImages(classifyEach(policy, await refsOf(args, io), systemClock.now()), images);
  const problems = await write(classified, { path, json: args.is('json') }, io);
  // The list is on standard output by now, and says of each ref what is wrong with it.
  return problems.length > 0 ? fail(new UserError(problems), io, 'text') : 0;
}

/** Gives what is wrong with the refs: an error once all of them are reported. */
async function write(
  classified: Iterable<ClassifiedRef>,
  { path, json }: { readonly path: string | null; readonly json: boolean },
  io: Io,
): Promise<readonly Problem[]> {
  if (json && path === null) return stream(classified, io);
  const all = [...classified];
  if (json) stream(all, io);
  else io.stdout.write(classificationsAsText(all, widthOf(io.stdout)));
  if (path !== null) await writeJson(path, all.map(listed), await checkoutOf(io));
  return all.flatMap(({ problems }) => problems);
}

/** Written as it is classified: thousands of refs are never held at once. */
function stream(classified: Iterable<ClassifiedRef>, io: Io): readonly Problem[] {
  const problems: Problem[] = [];
  for (const piece of jsonPieces(withProblems(classified, problems))) io.stdout.write(piece);
  return problems;
}

function* withProblems(classified: Iterable<ClassifiedRef>, problems: Problem[]): Generator<ClassifiedRef> {
  for (const one of classified) {
    problems.push(...one.problems);
    yield one;
  }
}

async function policyFor(args: Arguments, io: Io): Promise<CompiledPolicy> {
  const preset = args.text('policy');
  if (preset !== undefined) {
    if (args.list('config').length > 0) {
      throw new UserError({ what: '--policy and --config are both given', hint: 'give one of them' });
    }
    return compilePolicy({ preset });
  }
  const files = await tagFiles(args, io);
  const { policy, problems } = readFiles(files, '');
  if (problems.length > 0) throw new UserError(inOrder(problems, files));
  if (policy !== null) return policy;
  throw new UserError({
    what: 'the tag files have no policy',
    hint: 'add "policy:" to one of them, or name a preset with --policy',
  });
}

async function refsOf({ words }: Arguments, io: Io): Promise<readonly string[]> {
  const named = words.filter((word) => word !== '-');
  const reads = named.length < words.length || (words.length === 0 && io.stdin.isTTY !== true);
  const refs = [...named, ...(reads ? await readRefs(io) : [])];
  if (refs.length > 0 || words.length > 0) return refs;
  const time = systemClock.now();
  return [
    (await readRefFacts({ run: await readCiRun(io.env), env: io.env, cwd: await workspaceOf(io), time })).ref,
  ];
}

async function readRefs(io: Io): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  return refsIn(Buffer.concat(chunks).toString('utf8'));
}

// `retag classify`: what a policy calls refs, for people and as JSON. Pure: text in, text out.

/** One ref and what the policy says of it. */
export interface ClassifiedRef {
  readonly ref: string;
  readonly classification: ClassificationReport;
  /** the full references of `--image`: primary, stable, channels */
  readonly references?: readonly string[];
  /** why the ref cannot be used: it is no ref, its day does not exist … Exit code 2 when there is one. */
  readonly problems: readonly Problem[];
}

// Up to so many refs are explained one by one; after that the table says enough.
const EXPLAINED = 20;

/**
 * The refs in a text such as standard input: one a line, empty lines left out. Lines of `git show-ref` and
 * `git ls-remote` (an object id in front) are understood; peeled ones (`^{}`) are left out.
 */
export function refsIn(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const ref = line.trim().replace(/^(?:[0-9a-f]{40}|[0-9a-f]{64})\s+/, '');
    return ref === '' || ref.endsWith('^{}') ? [] : [ref];
  });
}

/**
 * Classifies refs one by one as they are asked for; none is left out. A short name is read as a git tag.
 * @param time milliseconds since the epoch, for `{date}` and `{timestamp}`
 */
export function* classifyEach(
  policy: CompiledPolicy,
  refs: Iterable<string>,
  time: number,
): Generator<ClassifiedRef, void> {
  for (const text of refs) yield classifyOne(policy, text, time);
}

/** As `classifyEach`, all at once. */
export function classifyRefs(policy: CompiledPolicy, refs: Iterable<string>, time: number): ClassifiedRef[] {
  return [...classifyEach(policy, refs, time)];
}

function classifyOne(policy: CompiledPolicy, text: string, time: number): ClassifiedRef {
  const ref = parseRef(text, 'tag');
  if (!ref.ok) {
    const problem = { what: ref.what, hint: ref.hint };
    return { ref: text, classification: noClassification(ref.what), problems: [problem] };
  }
  const { kind, name } = ref.value;
  const decision = classify(policy, { ref: ref.value.ref, kind, name, time });
  return { ref: decision.ref, classification: classificationReport(decision), problems: decision.problems };
}

/** Adds what the images of the command line are called. */
function* withImages(
  classified: Iterable<ClassifiedRef>,
  images: readonly string[],
): Generator<ClassifiedRef, void> {
  for (const one of classified) {
    const { tags, stable_tags: stable, channels } = one.classification;
    const names = [...tags, ...stable, ...channels];
    const references = images.flatMap((image) => names.map((name) => `${image}:${name}`));
    yield images.length === 0 ? one : { ...one, references };
  }
}

function noClassification(why: string): ClassificationReport {
  return {
    class: null,
    rule: null,
    fields: {},
    version: null,
    tags: [],
    stable_tags: [],
    channels: [],
    why,
    not: [],
  };
}

/** One item of the list that `retag classify` prints as JSON. */
export function listed({
  ref,
  classification,
  references,
}: ClassifiedRef): { ref: string; references?: readonly string[] } & ClassificationReport {
  return { ref, ...classification, ...(references === undefined ? {} : { references }) };
}

/** What `retag classify` prints as JSON: a list of `{ref, …classification}`, one a line, with a line feed at the end. */
export function classificationsAsJson(classified: Iterable<ClassifiedRef>): string {
  return [...jsonPieces(classified)].join('');
}

/** The same text in pieces, so that a long list need not be held at once. */
export function* jsonPieces(classified: Iterable<ClassifiedRef>): Generator<string, void> {
  let separator = '[\n';
  for (const one of classified) {
    yield `${separator}  ${JSON.stringify(listed(one))}`;
    separator = ',\n';
  }
  yield separator === ',\n' ? '\n]\n' : '[]\n';
}

/** A table, or below each other what is too wide for one; then for each ref the reason and the rules that lost. */
export function classificationsAsText(classified: readonly ClassifiedRef[], width: number): string {
  const blocks = [table(classified, width)];
  if (classified.length <= EXPLAINED) blocks.push(...classified.map((one) => explanation(one, width)));
  else blocks.push(`${totals(classified)}. Give ${EXPLAINED} refs or fewer to see the reasons.`);
  return `${blocks.join('\n\n')}\n`;
}

function table(classified: readonly ClassifiedRef[], width: number): string {
  const rows = classified.map(({ ref, classification: c }) => [
    shown(ref),
    c.class ?? '-',
    c.rule ?? '-',
    list(c.tags),
    list(c.stable_tags),
    list(c.channels),
  ]);
  const lines = aligned([HEADS, ...rows]);
  return lines.every((line) => line.length <= width)
    ? lines.join('\n')
    : rows.map((row) => below(row, width)).join('\n');
}

const HEADS = ['REF', 'CLASS', 'RULE', 'TAGS', 'STABLE', 'CHANNELS'];

function below([ref = '', ...cells]: readonly string[], width: number): string {
  const named = cells
    .map((cell, i) => `${(HEADS[i + 1] ?? '').toLowerCase()} ${cell}`)
    .filter((_, i) => cells[i] !== '-');
  return [...wrap('', ref, width, 0), ...named.flatMap((text) => wrap('  ', text, width, 4))].join('\n');
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function explanation({ ref, classification, references = [] }: ClassifiedRef, width: number): string {
  const { why, not, fields } = classification;
  const named = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  return [
    ...wrap('', `${shown(ref)}: ${why}`, width, 2),
    ...(named.length > 0 ? wrap('  ', `fields: ${named.join(' ')}`, width, 4) : []),
    ...references.map((reference) => `  ${reference}`),
    ...not.flatMap((lost) => wrap('  ', `not ${lost.rule}: ${lost.why}`, width, 4)),
  ].join('\n');
}

function totals(classified: readonly ClassifiedRef[]): string {
  const counts = new Map<string, number>();
  for (const { classification } of classified) {
    const name = classification.class ?? 'no class';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}

function list(names: readonly string[]): string {
  return names.length === 0 ? '-' : names.join(' ');
}

/** Foreign text for a terminal: what is not plain ASCII as escapes. */
function shown(ref: string): string {
  return visible(ref).slice(1, -1);
}
