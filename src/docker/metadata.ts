/** The outcome of a bake: digests from the metadata file, or which target failed and how. Pure. */
import type { BakeDefinition, BuiltTarget, TargetInfo } from '../builds/model.js';
import { OperationError } from '../errors.js';
import { isObject, parseJson } from '../oci/manifest.js';
import { isDigest } from '../oci/reference.js';

/**
 * `{"target": {"containerimage.digest": "sha256:…"}}`, the file that `--metadata-file` names.
 * @param text null when the file is not there
 * @throws OperationError `protocol` when a pushed target has no digest: exit status 0 is not believed without it
 */
export function readMetadata(text: string | null, definition: BakeDefinition): BuiltTarget[] {
  const data = text === null ? null : parseJson(Buffer.from(text));
  if (!isObject(data)) {
    throw new OperationError(
      'protocol',
      'buildx ended without an error but wrote no metadata file, so no digest is known; run again',
    );
  }
  return definition.targets
    .filter(({ pushed }) => pushed)
    .map((target) => {
      const entry = Object.hasOwn(data, target.name) ? data[target.name] : undefined;
      const digest = isObject(entry) ? entry['containerimage.digest'] : undefined;
      if (typeof digest === 'string' && isDigest(digest)) return { target, digest };
      throw new OperationError(
        'protocol',
        `buildx ended without an error but gave no digest for ${label(target)}; run again`,
      );
    });
}

/** A longer reason loses its middle: it begins with what failed, and ends with how. */
const MOST_REASON = 300;

/**
 * The error of a bake that failed, on one line: the image and platform, and why. The output is in the log already.
 * @param end exit status, or the signal that ended it
 * @param tail the last lines of the output
 */
export function bakeError(
  end: number | NodeJS.Signals,
  tail: readonly string[],
  definition: BakeDefinition,
): OperationError {
  const target = failingTarget(tail, definition);
  const what = target === null ? 'the build' : `the build of ${label(target)}`;
  const how =
    typeof end === 'number'
      ? `failed (docker buildx bake, exit status ${end})`
      : `was ended by ${end} (docker buildx bake)`;
  const why = tail.length === 0 ? '; its output is above' : because(reasonIn(tail)) + hintFor(tail);
  return new OperationError('rejected', `${what} ${how}${why}`, { origin: 'builder', image: target?.image });
}

/** The last line `ERROR: …` of buildx without its target, which is named before; else the last line that says anything. */
function reasonIn(tail: readonly string[]): string {
  const error = tail.findLast((line) => line.startsWith('ERROR: '));
  const line = error?.replace(/^ERROR: (?:target [A-Za-z0-9_-]+: )?/, '');
  return (line ?? tail.findLast((text) => /\w/.test(text)) ?? '').trim();
}

function because(reason: string): string {
  if (reason.length <= MOST_REASON) return reason === '' ? '' : `: ${reason}`;
  const half = MOST_REASON / 2;
  return `: ${reason.slice(0, half)} … ${reason.slice(-half)}`;
}

/** `ERROR: target app: failed to solve: …`; with a single target bake names none. */
function failingTarget(tail: readonly string[], definition: BakeDefinition): TargetInfo | null {
  const [only, ...others] = definition.targets;
  if (only !== undefined && others.length === 0) return only;
  for (const line of tail.toReversed()) {
    const [, name] = /\btarget ([A-Za-z0-9_-]+): /.exec(line) ?? [];
    const found = definition.targets.find((target) => target.name === name);
    if (found !== undefined) return found;
  }
  return null;
}

/** BuildKit gives no codes, so what it printed selects a possible cause to look at; nothing else depends on it. */
function hintFor(tail: readonly string[]): string {
  const text = tail.join('\n');
  if (/exec format error|no match for platform in manifest/.test(text)) {
    return '; if the builder cannot run or find images of this platform, add docker/setup-qemu-action before this step, build it on a native node, or check the base image';
  }
  // Not anywhere in the output, where a number is often a part of a digest or a time.
  if (/denied|unauthorized|\b40[13]\b/.test(reasonIn(tail))) {
    return '; if the registry refused the push, log in before this step and check that the account may write';
  }
  return '';
}

function label({ image, platforms, pushed }: TargetInfo): string {
  const list = platforms.length > 0 ? ` (${platforms.join(', ')})` : '';
  return `${image}${list}${pushed ? '' : ', built only'}`;
}
