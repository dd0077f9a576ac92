/** The inputs of the action → what a run is asked for. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { buildArguments, pairOf } from '../builds/inputs.js';
import type { TagFile } from '../config/config.js';
import { readDigests, readTagFiles } from '../system/files.js';
import { UserError } from '../errors.js';
import type { ActionInputs } from '../github/inputs.js';
import { defaultProvenance, sourceFacts } from '../git/source.js';
import type { RefFacts } from '../policy/policy.js';
import type { RunRequest } from '../request.js';

/** The tag files; none when the inputs stand in for the default one and it is not there. */
export async function filesOf(inputs: ActionInputs, workspace: string): Promise<TagFile[]> {
  const standsIn = inputs.policy !== '' || inputs.images.length > 0 || inputs.imagesDisabled;
  if (standsIn && !inputs.configGiven) {
    const there = await stat(join(workspace, inputs.config[0] ?? '')).catch(() => null);
    if (there === null) return [];
  }
  return readTagFiles(inputs.config, { cwd: workspace, workspaceRoot: workspace });
}

/** How images are built, by the inputs and the event. */
export async function buildSettings(
  inputs: ActionInputs,
  facts: RefFacts,
  env: NodeJS.ProcessEnv,
  workspace: string,
  insecure: readonly string[],
): Promise<RunRequest['build']> {
  const { build } = inputs;
  const source = await sourceFacts({
    env,
    sha: facts.sha,
    commitTime: facts.commitTime ?? null,
    now: facts.time,
  });
  return {
    defaults: {
      context: build.context,
      file: build.file,
      target: build.target,
      platforms: build.platforms,
      buildArgs: argumentsOf(build.buildArgs, env),
      labels: labelsOf(build.labels),
      cacheFrom: build.cacheFrom,
      cacheTo: build.cacheTo,
      provenance: build.provenance,
      sbom: build.sbom,
    },
    inputSecrets: build.secrets,
    source,
    defaultProvenance: await defaultProvenance(env),
    sourceDateEpoch: env['SOURCE_DATE_EPOCH'],
    insecure,
    platform: inputs.platform,
    digests: inputs.digests === '' ? null : await readDigests(inputs.digests, workspace),
    allowDirty: inputs.allowDirty,
  };
}

/** @throws UserError for an argument without a name */
function argumentsOf(items: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  refuse(items, 'build-args', (item) => item.startsWith('='));
  return buildArguments(items, env);
}

/** @throws UserError for a label without `=` or without a name */
function labelsOf(items: readonly string[]): Record<string, string> {
  refuse(items, 'labels', (item) => item.indexOf('=') < 1);
  return Object.fromEntries(items.map((item) => [pairOf(item)[0], pairOf(item)[1] ?? '']));
}

function refuse(items: readonly string[], input: string, isWrong: (item: string) => boolean): void {
  const wrong = items.filter(isWrong);
  if (wrong.length === 0) return;
  throw new UserError(
    wrong.map((item) => ({
      what: `input ${input}: "${item}" is not a name and a value`,
      mend: 'write it as NAME=value',
    })),
  );
}
