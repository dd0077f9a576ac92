/** GitLab CI/CD, by its predefined variables: https://docs.gitlab.com/ci/variables/predefined_variables/ */
import type { Environment } from '../shared/environment.js';
import {
  anonymous,
  type CiRun,
  commit,
  count,
  FORK,
  NOTHING_KNOWN,
  PULL_REQUEST,
  type Trust,
  TRUSTED,
  variable,
} from './model.js';

/** What starts a pipeline at a branch or a git tag of the project, for somebody who may push or run pipelines there. */
const TRUSTED_SOURCES = new Set([
  ...['push', 'web', 'webide', 'schedule', 'api', 'chat', 'external'],
  ...['trigger', 'pipeline', 'parent_pipeline'],
]);

/** Null outside GitLab. */
export function readGitLab(env: Environment): CiRun | null {
  const sha = commit(env, 'CI_COMMIT_SHA');
  if (variable(env, 'GITLAB_CI') === null || sha === null) return null;
  const source = variable(env, 'CI_PIPELINE_SOURCE');
  const ref = refOf(env);
  return {
    ...NOTHING_KNOWN,
    system: 'GitLab',
    forge: 'GitLab',
    event: source,
    ref,
    sha,
    trust: trustOf(env, source, ref),
    defaultBranch: variable(env, 'CI_DEFAULT_BRANCH'),
    startedFor: sha,
    commitVariable: 'CI_COMMIT_SHA',
    base: commit(env, 'CI_MERGE_REQUEST_DIFF_BASE_SHA') ?? commit(env, 'CI_COMMIT_BEFORE_SHA'),
    runNumber: count(env, 'CI_PIPELINE_IID'),
    url: variable(env, 'CI_PROJECT_URL'),
    run: variable(env, 'CI_JOB_URL'),
    actor: variable(env, 'GITLAB_USER_LOGIN'),
    description: variable(env, 'CI_PROJECT_DESCRIPTION'),
    isPrivate: env['CI_PROJECT_VISIBILITY'] !== 'public',
  };
}

/** In a pipeline of a merge request there is neither a branch nor a git tag. */
function refOf(env: Environment): string | null {
  const tag = variable(env, 'CI_COMMIT_TAG');
  if (tag !== null) return `refs/tags/${tag}`;
  const branch = variable(env, 'CI_COMMIT_BRANCH');
  if (branch !== null) return `refs/heads/${branch}`;
  const number = variable(env, 'CI_MERGE_REQUEST_IID');
  const path = number === null ? null : `refs/merge-requests/${number}/head`;
  return variable(env, 'CI_MERGE_REQUEST_REF_PATH') ?? path;
}

function trustOf(env: Environment, source: string | null, ref: string | null): Trust {
  if (variable(env, 'CI_MERGE_REQUEST_IID') !== null || source === 'merge_request_event') {
    return isSame(env, 'CI_MERGE_REQUEST_SOURCE_PROJECT_ID', 'CI_MERGE_REQUEST_PROJECT_ID')
      ? PULL_REQUEST
      : FORK;
  }
  if (variable(env, 'CI_EXTERNAL_PULL_REQUEST_IID') !== null || source === 'external_pull_request_event') {
    const [from, to] = ['SOURCE', 'TARGET'].map((end) => `CI_EXTERNAL_PULL_REQUEST_${end}_REPOSITORY`);
    return isSame(env, from ?? '', to ?? '') ? PULL_REQUEST : FORK;
  }
  if (ref === null) return anonymous('the pipeline is for neither a branch nor a git tag');
  return TRUSTED_SOURCES.has(source ?? '') ? TRUSTED : anonymous('Retag does not know this kind of pipeline');
}

function isSame(env: Environment, one: string, other: string): boolean {
  return variable(env, one) !== null && env[one] === env[other];
}
