/** The outcome of a bake: digests from the metadata file, or which target failed and how. Pure. */
import type { BakeDefinition, BuiltTarget, TargetInfo } from '../builds/model.js';
import { OperationError } from '../errors.js';
import { isDigest } from '../reference.js';

/**
 * `{"target": {"containerimage.digest": "sha256:…"}}`, the file that `--metadata-file` names.
 * @param text null when the file is not there
 * @throws OperationError `protocol` when a pushed target has no digest: exit status 0 is not believed without it
 */
export function readMetadata(text: string | null, definition: BakeDefinition): BuiltTarget[] {
  const data = text === null ? null : parse(text);
  if (data === null) {
    throw new OperationError(
      'protocol',
      'buildx ended without an error but wrote no metadata file, so no digest is known; run again',
    );
  }
  return definition.targets
    .filter(({ pushed }) => pushed)
    .map((target) => {
      const entry = Object.hasOwn(data, target.name) ? data[target.name] : undefined;
      const digest = isRecord(entry) ? entry['containerimage.digest'] : undefined;
      if (typeof digest === 'string' && isDigest(digest)) return { target, digest };
      throw new OperationError(
        'protocol',
        `buildx ended without an error but gave no digest for ${label(target)}; run again`,
      );
    });
}

/** How many of the last lines an error quotes. */
const QUOTED = 15;

/**
 * The error of a bake that failed: the image and platform, and the last lines of the output.
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
    typeof end === 'number' ? `failed (docker buildx bake, exit status ${end})` : `was ended by ${end}`;
  const hint = tail.length === 0 ? '; its output is above' : hintFor(tail);
  const last = tail.slice(-QUOTED).map((line) => `  ${line}`);
  return new OperationError('rejected', [`${what} ${how}${hint}`, ...last].join('\n'));
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

function hintFor(tail: readonly string[]): string {
  const text = tail.join('\n');
  if (/exec format error|no match for platform in manifest/.test(text)) {
    return '; the builder cannot run or find images of this platform: add docker/setup-qemu-action before this step, build it on a native node, or check the base image';
  }
  if (/denied|unauthorized|401|403/.test(text)) {
    return '; the registry refused the push: log in before this step and check that the account may write';
  }
  return '';
}

function label({ image, platforms, pushed }: TargetInfo): string {
  const list = platforms.length > 0 ? ` (${platforms.join(', ')})` : '';
  return `${image}${list}${pushed ? '' : ', built only'}`;
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const data: unknown = JSON.parse(text);
    return isRecord(data) ? data : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
