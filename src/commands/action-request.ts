/** The inputs of the action → what a run is asked for. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { TagFile } from '../config/config.js';
import { readDigests } from '../docker/digests.js';
import { UserError } from '../errors.js';
import type { ActionInputs } from '../github/inputs.js';
import { defaultProvenance, sourceFacts } from '../github/source.js';
import type { RefFacts } from '../policy/policy.js';
import type { RunRequest } from '../request.js';
import { readTagFiles } from '../workspace/files.js';

/** The tag files; none when the inputs stand in for the default one and it is not there. */
export async function filesOf(inputs: ActionInputs, workspace: string): Promise<TagFile[]> {
  const standsIn = inputs.policy !== '' || inputs.images.length > 0;
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
      buildArgs: pairs('build-args', build.buildArgs),
      labels: pairs('labels', build.labels),
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
  };
}

/** Lines `NAME=value` as a record. @throws UserError for a line without `=` */
function pairs(input: string, lines: readonly string[]): Record<string, string> {
  const wrong = lines.filter((line) => line.indexOf('=') < 1);
  if (wrong.length > 0) {
    throw new UserError(
      wrong.map((line) => ({
        what: `input ${input}: "${line}" has no value`,
        mend: 'write it as NAME=value',
      })),
    );
  }
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
