/** `retag pin` */
import { resolve } from 'node:path';

import { parseConfig } from '../config/config.js';
import { pinDigests } from '../config/edit.js';
import type { Problem } from '../errors.js';
import { lookUpPins, type PinOutcome } from '../pin.js';
import { plural } from '../plan/decide.js';
import { parseRegistryMap } from '../plan/overrides.js';
import { replaceFile } from '../system/write.js';
import type { Arguments } from '../terminal/args.js';
import { checkCommon } from './common.js';
import { sayError, type Io } from './output.js';
import { withSession } from './session.js';

/** Writes what could be looked up, says what could not, and exits 1 when something could not. */
export async function pinCommand(args: Arguments, io: Io): Promise<number> {
  checkCommon(args);
  return withSession(args, io, async ({ log, registry, concurrency, files }) => {
    const config = parseConfig(files);
    const registryMap = parseRegistryMap(args.list('registry-map'));
    const outcomes = await lookUpPins(config.images, registry, { registryMap, concurrency });
    const failures = outcomes.flatMap(problemOf);
    for (const problem of failures) sayError(problem, io.stderr);
    const pins = outcomes.flatMap(({ entry, digest }) =>
      digest === null ? [] : [{ place: entry.origin.at(), digest }],
    );
    // All texts before the first is written: an entry that cannot be edited changes nothing anywhere.
    const texts = files.map((file) => ({
      path: file.path,
      text: pinDigests(file, pins),
      before: file.bytes,
    }));
    for (const { path, text, before } of texts) {
      if (!Buffer.from(text).equals(before)) await replaceFile(resolve(io.cwd, path), text);
      // Said when it is true, and not before.
      for (const { entry, source, text: done, failed } of outcomes)
        if (!failed && entry.origin.at().file === path) log.line(`pin ${source}: ${done}`);
    }
    const written = `${pins.length} ${plural(pins.length, 'digest')} written`;
    const all = outcomes.length === 1 ? '1 entry' : `${outcomes.length} entries`;
    log.line(`${written}, ${failures.length} failed, of ${all}.`);
    return failures.length > 0 ? 1 : 0;
  });
}

function problemOf({ entry, text, failed }: PinOutcome): Problem[] {
  return failed ? [{ place: entry.origin.at('src_build_tag'), what: text }] : [];
}
