/** Building: definition → builder → digests that were checked in the registry. Writes no tag. */
import { bakeDefinition, type DefinitionInput } from '../builds/definition.js';
import type { Builder, BuiltTarget } from '../builds/model.js';
import { checkBuilt, type Expected } from '../builds/verify.js';
import { messageOf, OperationError } from '../errors.js';
import type { BuildResult } from '../execute.js';
import type { Log, Registry } from '../ports.js';

export interface MakeParts {
  readonly builder: Builder;
  readonly registry: Registry;
  readonly log: Log;
}

/**
 * Builds everything in one `docker buildx bake` and pushes by digest.
 * @returns the digest of each target; on failure the same error for every image of the definition
 * @throws UserError for Dockerfiles, contexts and secrets that are not there
 */
export async function bakeAll(
  input: DefinitionInput,
  parts: MakeParts,
): Promise<readonly BuiltTarget[] | OperationError> {
  const { builder, log } = parts;
  try {
    let definition = bakeDefinition(input);
    const state = await builder.prepare(definition);
    // A builder of several nodes would push the joined index under a name of its own; Retag joins it instead.
    if (state.nodes > 1 && !input.split) {
      definition = bakeDefinition({ ...input, split: true });
      await builder.prepare(definition);
    }
    log.line(`Builder ${state.name} (${state.driver}${state.temporary ? ', made for this run' : ''}).`);
    return await builder.bake(definition);
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  } finally {
    await builder.close();
  }
}

/** Looks every image up in its registry, joins what was built one platform at a time, and checks the platforms. */
export async function verifyBuilt(
  built: readonly BuiltTarget[],
  registry: Registry,
  expected: Expected,
): Promise<Map<string, BuildResult>> {
  const pushed = built.filter(({ target }) => target.pushed);
  const checked = await checkBuilt(pushed, registry, expected);
  return new Map(
    checked.map(({ image, result }): [string, BuildResult] => {
      if (!result.ok) return [image, { ok: false, error: ofBuild(result.error) }];
      const { repository, digest, manifest } = result.value;
      return [image, { ok: true, source: { ...repository, digest }, manifest }];
    }),
  );
}

/** Every image of a build that failed, with why. */
export function allFailed(images: readonly string[], error: OperationError): Map<string, BuildResult> {
  return new Map(images.map((image) => [image, { ok: false, error: wrapped(error) }]));
}

function ofBuild(error: OperationError): OperationError {
  return new OperationError(error.code, error.message, { cause: error, origin: 'build' });
}

function wrapped(error: OperationError): OperationError {
  return new OperationError(error.code, `no tag is written: ${messageOf(error)}`, {
    cause: error,
    origin: error.origin ?? 'build',
    image: error.image,
  });
}
