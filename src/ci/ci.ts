/** Which CI system runs Retag, and what it says of the run. One file a system. */
import type { Environment } from '../shared/environment.js';
import { readGitHub } from './github.js';
import { readGitLab } from './gitlab.js';
import { readJenkins } from './jenkins.js';
import { type CiRun, variable } from './model.js';
import { readProw } from './prow.js';
import { readTekton } from './tekton.js';
import { readZuul } from './zuul.js';

export type { CiRun } from './model.js';

const SYSTEMS: readonly ((env: Environment) => CiRun | null)[] = [
  readGitLab,
  readZuul,
  readProw,
  readTekton,
  readJenkins,
];

/**
 * Reads the environment of a CI job. Null: no system that Retag knows says what this run is for (docs/ci-systems.md).
 * @throws UserError when environment and event disagree about the ref
 */
export async function readCiRun(env: Environment): Promise<CiRun | null> {
  const run = await readGitHub(env);
  if (run !== null) return run;
  for (const read of SYSTEMS) {
    const found = read(env);
    // Somebody who names a repository of GitHub there wants GitHub to be asked.
    if (found !== null)
      return variable(env, 'GITHUB_REPOSITORY') === null ? found : { ...found, forge: null };
  }
  return null;
}
