/**
 * Tekton. A task gets parameters and no variables; ci/tekton/task.yaml hands those of Pipelines-as-Code on as environment variables of
 * their names (`git_tag` as TEKTON_GIT_TAG): https://pipelinesascode.com/docs/guides/creating-pipelines/#dynamic-variables
 */
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

/** Null outside Tekton, and for a run that Pipelines-as-Code did not start. */
export function readTekton(env: Environment): CiRun | null {
  const event = variable(env, 'TEKTON_EVENT');
  if (event === null) return null;
  const sha = commit(env, 'TEKTON_REVISION');
  const trust = trustOf(env, event);
  return {
    ...NOTHING_KNOWN,
    system: 'Tekton',
    event,
    ref: refOf(env, trust),
    sha,
    trust,
    startedFor: sha,
    commitVariable: 'TEKTON_REVISION',
    url: /^https?:/.test(env['TEKTON_REPO_URL'] ?? '') ? variable(env, 'TEKTON_REPO_URL') : null,
  };
}

/** A push that merges a pull request has a number, too. */
function refOf(env: Environment, { level }: Trust): string | null {
  if (level !== 'write') {
    const number = count(env, 'TEKTON_PULL_REQUEST_NUMBER');
    return number === null ? null : `refs/pull/${number}/head`;
  }
  const tag = variable(env, 'TEKTON_GIT_TAG');
  if (tag !== null) return `refs/tags/${tag}`;
  const branch = variable(env, 'TEKTON_SOURCE_BRANCH');
  return branch === null || branch.startsWith('refs/') ? branch : `refs/heads/${branch}`;
}

/** `incoming` is a web hook with a secret, for a branch. */
function trustOf(env: Environment, event: string): Trust {
  if (event === 'push' || event === 'incoming') return TRUSTED;
  if (event !== 'pull_request') return anonymous('Retag does not know this event');
  const [from, to] = [variable(env, 'TEKTON_SOURCE_URL'), variable(env, 'TEKTON_REPO_URL')];
  return from !== null && from === to ? PULL_REQUEST : FORK;
}
