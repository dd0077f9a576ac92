/** `retag validate`: everything that can be said of the tag files without asking a registry. */
import { sayDoubts } from '../doubts.js';
import { load } from '../load.js';
import { plural } from '../plan/decide.js';
import { promotionRequest } from '../request.js';
import type { Arguments } from '../terminal/args.js';
import { logFor, type Io } from './output.js';
import { tagFiles } from './session.js';

export async function validateCommand(args: Arguments, io: Io): Promise<number> {
  const files = await tagFiles(args, io);
  const { config, policy } = load(promotionRequest('validate', files));
  const { images, builds } = config;
  const log = logFor(args, io);
  sayDoubts(policy, log);
  for (const { path } of files) log.line(`valid: ${path}`);
  const count = (number: number, noun: string): string => `${number} ${plural(number, noun)}`;
  const found = `${count(images.length, 'promotion')} and ${count(builds.length, 'build')}`;
  log.line(`${found} in ${count(files.length, 'tag file')}.`);
  return 0;
}
