/**
 * Jenkins: multibranch projects (https://www.jenkins.io/doc/book/pipeline/multibranch/#additional-environment-variables, GIT_COMMIT
 * from https://plugins.jenkins.io/git/#plugin-content-environment-variables) and the Gerrit trigger
 * (https://plugins.jenkins.io/gerrit-trigger/). Of any other job Jenkins does not say what it runs for.
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
  TRUSTED,
  variable,
} from './model.js';

type Known = Pick<CiRun, 'event' | 'ref' | 'sha' | 'trust' | 'startedFor' | 'commitVariable'> &
  Partial<CiRun>;

/** Null outside Jenkins, and in jobs that are neither multibranch nor started by the Gerrit trigger. */
export function readJenkins(env: Environment): CiRun | null {
  if (variable(env, 'JENKINS_URL') === null) return null;
  const known = isGerrit(env) ? readGerrit(env) : readMultibranch(env);
  if (known === null) return null;
  const run = variable(env, 'BUILD_URL');
  return {
    ...NOTHING_KNOWN,
    system: 'Jenkins',
    runNumber: count(env, 'BUILD_NUMBER'),
    url: urlOf(env),
    run,
    ...known,
  };
}

/** Also of multibranch projects, whose plugin for Gerrit names the change and no event. */
function isGerrit(env: Environment): boolean {
  return ['GERRIT_EVENT_TYPE', 'GERRIT_CHANGE_NUMBER', 'GERRIT_PATCHSET_REVISION'].some(
    (name) => variable(env, name) !== null,
  );
}

function readMultibranch(env: Environment): Known | null {
  const sha = commit(env, 'GIT_COMMIT');
  const common = { event: null, sha, startedFor: sha, commitVariable: 'GIT_COMMIT' };
  if (variable(env, 'CHANGE_ID') !== null) {
    const number = count(env, 'CHANGE_ID');
    const ref = number === null ? null : `refs/pull/${number}/head`;
    const trust = variable(env, 'CHANGE_FORK') === null ? PULL_REQUEST : FORK;
    return { ...common, event: 'change request', ref, trust };
  }
  const tag = variable(env, 'TAG_NAME');
  const branch = variable(env, 'BRANCH_NAME');
  if (tag === null && branch === null) return null;
  return { ...common, ref: tag === null ? `refs/heads/${branch}` : `refs/tags/${tag}`, trust: TRUSTED };
}

/** Anybody may send a patch set to Gerrit: only what it merged, or what was pushed past review, is believed. */
function readGerrit(env: Environment): Known {
  const event = variable(env, 'GERRIT_EVENT_TYPE');
  const merged = event === 'change-merged' ? variable(env, 'GERRIT_BRANCH') : null;
  const ref = event === 'ref-updated' ? variable(env, 'GERRIT_REFNAME') : merged;
  if (ref === null) {
    const patch = { sha: commit(env, 'GERRIT_PATCHSET_REVISION'), ref: variable(env, 'GERRIT_REFSPEC') };
    const trust = anonymous('the change is not merged');
    return {
      ...patch,
      event,
      forge: 'Gerrit',
      trust,
      startedFor: patch.sha,
      commitVariable: 'GERRIT_PATCHSET_REVISION',
    };
  }
  const sha = commit(env, 'GERRIT_NEWREV') ?? (merged === null ? null : commit(env, 'GIT_COMMIT'));
  return {
    event,
    forge: 'Gerrit',
    // Branches come as their short names, git tags whole.
    ref: ref.startsWith('refs/') ? ref : `refs/heads/${ref}`,
    sha,
    deleted: /^0+$/.test(env['GERRIT_NEWREV'] ?? ''),
    trust: TRUSTED,
    startedFor: sha,
    commitVariable: 'GERRIT_NEWREV',
  };
}

/** GIT_URL without a password; null for addresses that no browser opens. */
function urlOf(env: Environment): string | null {
  const text = env['GIT_URL'] ?? '';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  return `${url.origin}${url.pathname}`.replace(/\.git$/, '');
}
