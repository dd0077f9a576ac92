/** Prow, by the environment of its jobs: https://docs.prow.k8s.io/docs/jobs/#job-environment-variables */
import type { Environment } from '../shared/environment.js';
import { anonymous, type CiRun, commit, count, NOTHING_KNOWN, TRUSTED, variable } from './model.js';

/** Null outside Prow, and for periodic jobs, whose environment names no ref. */
export function readProw(env: Environment): CiRun | null {
  const base = variable(env, 'PULL_BASE_REF');
  const type = variable(env, 'JOB_TYPE');
  if (variable(env, 'PROW_JOB_ID') === null || base === null || type === null) return null;
  const forge = env['REPO_OWNER']?.includes('://') === true ? 'Gerrit' : null;
  const common = { ...NOTHING_KNOWN, system: 'Prow', forge, event: type, url: urlOf(env) };
  if (type === 'postsubmit') {
    const sha = commit(env, 'PULL_BASE_SHA');
    const ref = base.startsWith('refs/') ? base : `refs/heads/${base}`;
    const commitVariable = 'PULL_BASE_SHA';
    // The push of a git tag is a postsubmit too, and PULL_BASE_REF then is the tag's short name.
    return { ...common, ref, sha, trust: TRUSTED, maybeTag: ref !== base, startedFor: sha, commitVariable };
  }
  const number = count(env, 'PULL_NUMBER');
  return {
    ...common,
    ref: number === null ? null : `refs/pull/${number}/head`,
    sha: commit(env, 'PULL_PULL_SHA'),
    trust: anonymous('it tests what is not merged, and Prow does not say whose code that is'),
    startedFor: commit(env, 'PULL_PULL_SHA'),
    commitVariable: 'PULL_PULL_SHA',
  };
}

/** REPO_OWNER is an organisation of GitHub, or the address of a Gerrit. */
function urlOf(env: Environment): string | null {
  const [owner, name] = [env['REPO_OWNER'] ?? '', env['REPO_NAME'] ?? ''];
  return /^[\w.-]+$/.test(owner) && /^[\w.-]+$/.test(name) ? `https://github.com/${owner}/${name}` : null;
}
