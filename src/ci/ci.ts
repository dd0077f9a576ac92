/** Which CI system runs Retag, and what it says of the run. One file a system. */
import type { Environment } from '../shared/environment.js';
import { readGitHub } from './github.js';
import { readGitLab } from './gitlab.js';
import { readJenkins } from './jenkins.js';
import type { CiRun } from './model.js';
import { readProw } from './prow.js';
import { readZuul } from './zuul.js';

export type { CiRun } from './model.js';

const SYSTEMS: readonly ((env: Environment) => CiRun | null)[] = [
  readGitLab,
  readZuul,
  readProw,
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
    if (found !== null) return found;
  }
  return null;
}
