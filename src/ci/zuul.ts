/**
 * Zuul. Its jobs get Ansible variables; docs/ci-systems.md hands each on as an environment variable of its name (`zuul.newrev` as
 * ZUUL_NEWREV): https://zuul-ci.org/docs/zuul/latest/job-content.html#variables
 */
import type { Environment } from '../shared/environment.js';
import {
  anonymous,
  type CiRun,
  commit,
  isMergedRef,
  NOTHING_KNOWN,
  PULL_REQUEST,
  type Trust,
  TRUSTED,
  variable,
} from './model.js';

/**
 * Null outside Zuul, and for a job that hands on no ref. An item that has a change is not known to be merged, in a pipeline such as
 * promote neither: Zuul does not say it of the item.
 */
export function readZuul(env: Environment): CiRun | null {
  const ref = variable(env, 'ZUUL_REF');
  if (ref === null) return null;
  const startedFor = commit(env, 'ZUUL_NEWREV') ?? commit(env, 'ZUUL_COMMIT_ID');
  const deleted = /^0+$/.test(env['ZUUL_NEWREV'] ?? '');
  return {
    ...NOTHING_KNOWN,
    system: 'Zuul',
    forge: forgeOf(env, ref),
    event: variable(env, 'ZUUL_PIPELINE'),
    ref,
    sha: deleted ? null : startedFor,
    deleted,
    trust: trustOf(env, ref),
    startedFor,
    commitVariable: 'ZUUL_NEWREV',
  };
}

/** The host of the project; without it a change that can only be Gerrit's. */
function forgeOf(env: Environment, ref: string): string | null {
  const host = variable(env, 'ZUUL_PROJECT_CANONICAL_HOSTNAME');
  return ref.startsWith('refs/changes/') ? 'Gerrit' : host === 'github.com' ? null : host;
}

function trustOf(env: Environment, ref: string): Trust {
  if (variable(env, 'ZUUL_CHANGE') === null && isMergedRef(ref)) return TRUSTED;
  return env['ZUUL_POST_REVIEW']?.toLowerCase() === 'true'
    ? PULL_REQUEST
    : anonymous('the change is not known to be merged, nor reviewed');
}
