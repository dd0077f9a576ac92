/** `retag pin` */
import { resolve } from 'node:path';
import { parseConfig, requireTagFile } from '../config/config.js';
import { pinDigests } from '../config/edit.js';
import type { ImageConfig } from '../config/model.js';
import type { Problem } from '../errors.js';
import { formatReference, type TagRef } from '../oci/reference.js';
import { plural } from '../plan/decide.js';
import { mapRepository, parseRegistryMap, type RegistryMap } from '../plan/overrides.js';
import type { Registry } from '../ports.js';
import { pool } from '../shared/concurrency.js';
import { replaceFile } from '../system/write.js';
import type { Arguments } from './args.js';
import type { Io } from './output.js';
import { sayError } from './problems.js';
import { checkCommon, withSession } from './session.js';

/** Writes what could be looked up, says what could not, and exits 1 when something could not. */
export async function pinCommand(args: Arguments, io: Io): Promise<number> {
  checkCommon(args);
  return withSession(args, io, async ({ log, registry, concurrency, files }) => {
    files.forEach(requireTagFile);
    const config = parseConfig(files);
    const registryMap = parseRegistryMap(args.list('registry-map'));
    const outcomes = await lookUpPins(config.images, registry, { registryMap, concurrency });
    const failures = outcomes.flatMap(problemOf);
    for (const problem of failures) sayError(problem, io);
    const pins = outcomes.flatMap(({ entry, digest }) =>
      digest === null ? [] : [{ location: entry.origin.at(), digest }],
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
  return failed ? [{ location: entry.origin.at('src_build_tag'), what: text }] : [];
}

// What `retag pin` writes: for each entry the digest that its source tag has now.

/** What became of one entry. */
export interface PinOutcome {
  readonly entry: ImageConfig;
  readonly source: string;
  /** to be written; null when the entry stays as it is */
  readonly digest: string | null;
  /** one sentence for people; that of a failure names the source */
  readonly text: string;
  /** the entry could not be pinned */
  readonly failed: boolean;
}

/**
 * Looks up the digest of every entry's source tag. Entries that name no tag, only a digest, are pinned already.
 * One entry that cannot be looked up stalls no other.
 */
export async function lookUpPins(
  entries: readonly ImageConfig[],
  registry: Registry,
  options: { readonly registryMap: RegistryMap; readonly concurrency: number },
): Promise<PinOutcome[]> {
  return pool(entries, options.concurrency, async (entry) => {
    const repository = mapRepository(entry.srcRepository, options.registryMap);
    if (entry.srcBuildTag === undefined) {
      const source = formatReference({ ...repository, digest: entry.srcDigest ?? '' });
      return { entry, source, digest: null, text: 'pinned already: it names a digest only', failed: false };
    }
    return pinOne(entry, { ...repository, tag: entry.srcBuildTag }, registry);
  });
}

async function pinOne(entry: ImageConfig, ref: TagRef, registry: Registry): Promise<PinOutcome> {
  const source = formatReference(ref);
  const found = await registry.head(ref);
  if (found.state === 'unknown')
    return { entry, source, digest: null, text: found.error.message, failed: true };
  if (found.state === 'absent') {
    const text = `${source}: the source tag does not exist; correct it, or push the image`;
    return { entry, source, digest: null, text, failed: true };
  }
  if (entry.srcDigest === found.digest) {
    return { entry, source, digest: null, text: `pinned already to ${found.digest}`, failed: false };
  }
  const was = entry.srcDigest === undefined ? '' : `, was ${entry.srcDigest}`;
  return { entry, source, digest: found.digest, text: `pinned to ${found.digest}${was}`, failed: false };
}
