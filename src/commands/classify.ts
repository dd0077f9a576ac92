/** `retag classify` */
import { classificationsAsJson, classificationsAsText, classifyRefs, refsIn } from '../classify.js';
import { parseConfig } from '../config/config.js';
import { UserError } from '../errors.js';
import { compilePolicy, type CompiledPolicy } from '../policy/policy.js';
import { systemClock } from '../system/clock.js';
import type { Arguments } from '../terminal/args.js';
import type { Io } from './output.js';
import { tagFiles } from './session.js';

/** Classifies the refs given as words, or those on standard input when there are none or the word is `-`. */
export async function classifyCommand(args: Arguments, io: Io): Promise<number> {
  const policy = await policyFor(args, io);
  const words = args.words.filter((word) => word !== '-');
  const refs =
    words.length === args.words.length && words.length > 0 ? words : [...words, ...(await readRefs(io))];
  const classified = classifyRefs(policy, refs, systemClock.now());
  io.stdout.write(args.is('json') ? classificationsAsJson(classified) : classificationsAsText(classified));
  const problems = classified.flatMap((one) => one.problems);
  if (problems.length === 0) return 0;
  if (args.is('json')) throw new UserError(problems);
  return 2;
}

async function policyFor(args: Arguments, io: Io): Promise<CompiledPolicy> {
  const preset = args.text('policy');
  if (preset !== undefined) {
    if (args.list('config').length > 0) {
      throw new UserError({ what: '--policy and --config are both given', mend: 'give one of them' });
    }
    return compilePolicy({ preset });
  }
  const { policy } = parseConfig(await tagFiles(args, io));
  if (policy !== undefined) return compilePolicy(policy);
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
