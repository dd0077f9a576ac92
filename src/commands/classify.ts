/** `retag classify` */
import {
  classificationsAsText,
  classifyEach,
  jsonPieces,
  listed,
  refsIn,
  type ClassifiedRef,
} from '../classify.js';
import { inOrder } from '../config/config.js';
import { sayDoubts } from '../doubts.js';
import { UserError, type Problem } from '../errors.js';
import { readFiles } from '../files.js';
import { compilePolicy, type CompiledPolicy } from '../policy/policy.js';
import { systemClock } from '../system/clock.js';
import { writeJson } from '../system/write.js';
import type { Arguments } from '../terminal/args.js';
import { checkCommon, checkoutOf, reportPath } from './common.js';
import { logFor, type Io } from './output.js';
import { tagFiles } from './session.js';

/** Classifies the refs given as words, or those on standard input when there are none or the word is `-`. */
export async function classifyCommand(args: Arguments, io: Io): Promise<number> {
  checkCommon(args);
  const path = await reportPath(args, io);
  const policy = await policyFor(args, io);
  sayDoubts(policy, logFor(args, io));
  const words = args.words.filter((word) => word !== '-');
  const refs =
    words.length === args.words.length && words.length > 0 ? words : [...words, ...(await readRefs(io))];
  const classified = classifyEach(policy, refs, systemClock.now());
  const problems = await write(classified, { path, json: args.is('json') }, io);
  if (problems.length > 0) throw new UserError(problems);
  return 0;
}

/** Gives what is wrong with the refs: an error once all of them are told. */
async function write(
  classified: Iterable<ClassifiedRef>,
  { path, json }: { readonly path: string | null; readonly json: boolean },
  io: Io,
): Promise<readonly Problem[]> {
  if (json && path === null) return stream(classified, io);
  const all = [...classified];
  if (json) stream(all, io);
  else io.stdout.write(classificationsAsText(all));
  if (path !== null) await writeJson(path, all.map(listed), checkoutOf(io));
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
      throw new UserError({ what: '--policy and --config are both given', mend: 'give one of them' });
    }
    return compilePolicy({ preset });
  }
  const files = await tagFiles(args, io);
  const { policy, problems } = readFiles(files, '');
  if (problems.length > 0) throw new UserError(inOrder(problems, files));
  if (policy !== null) return policy;
  throw new UserError({
    what: 'the tag files have no policy',
    mend: 'add "policy:" to one of them, or name a preset with --policy',
  });
}

async function readRefs(io: Io): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  return refsIn(Buffer.concat(chunks).toString('utf8'));
}
