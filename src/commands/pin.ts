/** `retag pin` */
import { resolve } from 'node:path';

import { parseConfig } from '../config/config.js';
import { pinDigests } from '../config/pin.js';
import { lookUpPins } from '../pin.js';
import { plural } from '../plan/decide.js';
import { parseRegistryMap } from '../plan/names.js';
import { replaceFile } from '../workspace/write.js';
import type { Arguments } from '../terminal/args.js';
import type { Io } from './output.js';
import { tagFiles, withSession } from './session.js';

/** Writes what could be looked up, says what could not, and exits 1 when something could not. */
export function pinCommand(args: Arguments, io: Io): Promise<number> {
  return withSession(args, io, async ({ log, registry, concurrency }) => {
    const files = await tagFiles(args, io);
    const config = parseConfig(files);
    const registryMap = parseRegistryMap(args.list('registry-map'));
    const outcomes = await lookUpPins(config.images, registry, { registryMap, concurrency });
    for (const { source, text, failed } of outcomes)
      log.line(`${failed ? 'failed' : 'pin'} ${source}: ${text}`);
    const pins = outcomes.flatMap(({ entry, digest }) =>
      digest === null ? [] : [{ place: entry.origin.at(), digest }],
    );
    const texts = files.map((file) => ({
      path: file.path,
      text: pinDigests(file, pins),
      before: file.bytes,
    }));
    for (const { path, text, before } of texts) {
      if (!Buffer.from(text).equals(before)) await replaceFile(resolve(io.cwd, path), text);
    }
    const failed = outcomes.filter((outcome) => outcome.failed).length;
    const written = `${pins.length} ${plural(pins.length, 'digest')} written`;
    const all = outcomes.length === 1 ? '1 entry' : `${outcomes.length} entries`;
    log.line(`${written}, ${failed} failed, of ${all}.`);
    return failed > 0 ? 1 : 0;
  });
}
