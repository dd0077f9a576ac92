/** `retag validate` */
import { parseConfig } from '../config/config.js';
import type { Arguments } from '../terminal/args.js';
import { logFor, type Io } from './output.js';
import { tagFiles } from './session.js';

export async function validateCommand(args: Arguments, io: Io): Promise<number> {
  const files = await tagFiles(args, io);
  const { images, builds } = parseConfig(files);
  const log = logFor(args, io);
  for (const { path } of files) log.line(`valid: ${path}`);
  log.line(`${images.length} promotions and ${builds.length} builds in ${files.length} tag files.`);
  return 0;
}
