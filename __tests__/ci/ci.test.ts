import { describe, expect, test } from '@jest/globals';

import { readCiRun } from '../../src/ci/ci.js';
import type { CiRun, Trust } from '../../src/ci/model.js';
import type { Environment } from '../../src/shared/environment.js';

// What each system documents for its jobs; addresses of the pages are in the files of src/ci.
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const NONE = '0'.repeat(40);

const GITLAB = {
  ...{ CI: 'true', GITLAB_CI: 'true', CI_SERVER: 'yes', CI_COMMIT_SHA: A, CI_DEFAULT_BRANCH: 'main' },
  ...{ CI_PROJECT_ID: '7', CI_PROJECT_PATH: 'group/app', CI_PROJECT_URL: 'https://gitlab.example/group/app' },
  ...{ CI_JOB_URL: 'https://gitlab.example/group/app/-/jobs/99', CI_PIPELINE_IID: '31' },
  CI_PROJECT_VISIBILITY: 'public',
};
const MERGE_REQUEST = {
  ...{ ...GITLAB, CI_PIPELINE_SOURCE: 'merge_request_event', CI_MERGE_REQUEST_IID: '5' },
  ...{ CI_MERGE_REQUEST_PROJECT_ID: '7', CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '7' },
  CI_MERGE_REQUEST_REF_PATH: 'refs/merge-requests/5/head',
};
const ZUUL = { ZUUL_BUILD: 'c9d8', ZUUL_PIPELINE: 'post' };
const PROW = {
  ...{ CI: 'true', PROW_JOB_ID: '1ce07fa2', BUILD_ID: '1781', JOB_NAME: 'push-images' },
  ...{ REPO_OWNER: 'kubernetes-sigs', REPO_NAME: 'node-feature-discovery', PULL_BASE_SHA: A },
};
const JENKINS = {
  ...{ CI: 'true', JENKINS_URL: 'https://ci.example/', BUILD_NUMBER: '12', GIT_COMMIT: A },
  ...{ BUILD_URL: 'https://ci.example/job/app/12/', GIT_URL: 'https://user:secret@git.example/team/app.git' },
};
const GERRIT = { ...JENKINS, GERRIT_PROJECT: 'team/app', GERRIT_BRANCH: 'master' };

type Row = [
  what: string,
  env: Environment,
  expected: Partial<Omit<CiRun, 'trust'>> | null,
  level?: Trust['level'],
];

test.each<Row>([
  // GitLab
  ...(['push', 'web', 'schedule', 'api', 'trigger', 'pipeline', 'parent_pipeline'] as const).map(
    (source): Row => {
      const env = { ...GITLAB, CI_PIPELINE_SOURCE: source, CI_COMMIT_BRANCH: 'main' };
      const facts = { system: 'GitLab', event: source, ref: 'refs/heads/main', sha: A, startedFor: A };
      return [`GitLab, ${source} on a branch`, env, facts, 'write'];
    },
  ),
  [
    'GitLab, git tag',
    { ...GITLAB, CI_PIPELINE_SOURCE: 'push', CI_COMMIT_TAG: '2.3.4' },
    {
      ...{ ref: 'refs/tags/2.3.4', sha: A, runNumber: 31, defaultBranch: 'main', isPrivate: false },
      ...{ url: 'https://gitlab.example/group/app', run: 'https://gitlab.example/group/app/-/jobs/99' },
    },
    'write',
  ],
  ['GitLab, merge request', MERGE_REQUEST, { ref: 'refs/merge-requests/5/head', sha: A }, 'plan'],
  [
    'GitLab, merge request of a fork',
    { ...MERGE_REQUEST, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '8' },
    {},
    'anonymous',
  ],
  [
    'GitLab, merge request of nobody knows whom',
    { ...MERGE_REQUEST, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '', CI_MERGE_REQUEST_PROJECT_ID: '' },
    {},
    'anonymous',
  ],
  [
    'GitLab, a merge request that also claims a branch',
    { ...MERGE_REQUEST, CI_COMMIT_BRANCH: 'main', CI_PIPELINE_SOURCE: 'push' },
    {},
    'plan',
  ],
  [
    'GitLab, child pipeline of a merge request',
    { ...GITLAB, CI_PIPELINE_SOURCE: 'parent_pipeline' },
    { ref: null },
    'anonymous',
  ],
  [
    'GitLab, pull request of another forge',
    { ...GITLAB, CI_PIPELINE_SOURCE: 'external_pull_request_event', CI_COMMIT_BRANCH: 'topic' },
    {},
    'anonymous',
  ],
  [
    'GitLab, a source that is new',
    { ...GITLAB, CI_PIPELINE_SOURCE: 'telepathy', CI_COMMIT_BRANCH: 'main' },
    {},
    'anonymous',
  ],
  // Zuul
  [
    'Zuul, branch in post',
    { ...ZUUL, ZUUL_REF: 'refs/heads/master', ZUUL_BRANCH: 'master', ZUUL_OLDREV: B, ZUUL_NEWREV: A },
    { system: 'Zuul', event: 'post', ref: 'refs/heads/master', sha: A, startedFor: A },
    'write',
  ],
  [
    'Zuul, git tag',
    { ...ZUUL, ZUUL_PIPELINE: 'release', ZUUL_REF: 'refs/tags/1.2.0', ZUUL_TAG: '1.2.0', ZUUL_NEWREV: A },
    { event: 'release', ref: 'refs/tags/1.2.0', sha: A },
    'write',
  ],
  [
    'Zuul, branch that was deleted',
    { ...ZUUL, ZUUL_REF: 'refs/heads/old', ZUUL_OLDREV: A, ZUUL_NEWREV: NONE },
    { deleted: true, sha: null },
    'write',
  ],
  [
    'Zuul, periodic',
    { ...ZUUL, ZUUL_PIPELINE: 'periodic', ZUUL_REF: 'refs/heads/master', ZUUL_COMMIT_ID: A },
    { ref: 'refs/heads/master', sha: A },
    'write',
  ],
  [
    'Zuul, change in check',
    {
      ...ZUUL,
      ZUUL_PIPELINE: 'check',
      ZUUL_REF: 'refs/changes/34/1234/5',
      ZUUL_CHANGE: '1234',
      ZUUL_COMMIT_ID: A,
    },
    { ref: 'refs/changes/34/1234/5', sha: A },
    'anonymous',
  ],
  [
    'Zuul, change in gate',
    { ...ZUUL, ZUUL_REF: 'refs/changes/34/1234/5', ZUUL_CHANGE: '1234', ZUUL_POST_REVIEW: 'True' },
    {},
    'plan',
  ],
  [
    'Zuul, a change whose ref looks merged',
    { ...ZUUL, ZUUL_REF: 'refs/heads/master', ZUUL_CHANGE: '1234' },
    {},
    'anonymous',
  ],
  // Prow
  [
    'Prow, postsubmit of a branch or git tag',
    { ...PROW, JOB_TYPE: 'postsubmit', PULL_BASE_REF: 'v0.18.0', PULL_REFS: `v0.18.0:${A}` },
    {
      ...{ system: 'Prow', ref: 'refs/heads/v0.18.0', maybeTag: true, sha: A, startedFor: A },
      url: 'https://github.com/kubernetes-sigs/node-feature-discovery',
    },
    'write',
  ],
  [
    'Prow, presubmit',
    {
      ...{ ...PROW, JOB_TYPE: 'presubmit', PULL_BASE_REF: 'main', PULL_NUMBER: '17', PULL_PULL_SHA: B },
      PULL_REFS: `main:${A},17:${B}`,
    },
    { ref: 'refs/pull/17/head', sha: B },
    'anonymous',
  ],
  [
    'Prow, batch',
    { ...PROW, JOB_TYPE: 'batch', PULL_BASE_REF: 'main', PULL_REFS: `main:${A},17:${B},18:${A}` },
    { ref: null, sha: null },
    'anonymous',
  ],
  ['Prow, periodic', { ...PROW, JOB_TYPE: 'periodic' }, null],
  // Jenkins
  [
    'Jenkins, multibranch, branch',
    { ...JENKINS, BRANCH_NAME: 'master' },
    {
      ...{ system: 'Jenkins', ref: 'refs/heads/master', sha: A, runNumber: 12 },
      ...{ url: 'https://git.example/team/app', run: 'https://ci.example/job/app/12/' },
    },
    'write',
  ],
  [
    'Jenkins, multibranch, git tag',
    { ...JENKINS, BRANCH_NAME: '2.3.4', TAG_NAME: '2.3.4' },
    { ref: 'refs/tags/2.3.4' },
    'write',
  ],
  [
    'Jenkins, multibranch, change request',
    { ...JENKINS, BRANCH_NAME: 'PR-8', CHANGE_ID: '8', CHANGE_TARGET: 'master' },
    { ref: 'refs/pull/8/head' },
    'plan',
  ],
  [
    'Jenkins, multibranch, change request of a fork',
    { ...JENKINS, BRANCH_NAME: 'PR-8', CHANGE_ID: '8', CHANGE_FORK: 'stranger' },
    {},
    'anonymous',
  ],
  ['Jenkins, no multibranch', JENKINS, null],
  [
    'Jenkins, Gerrit: branch',
    { ...GERRIT, GERRIT_EVENT_TYPE: 'ref-updated', GERRIT_REFNAME: 'master', GERRIT_NEWREV: B },
    { event: 'ref-updated', ref: 'refs/heads/master', sha: B },
    'write',
  ],
  [
    'Jenkins, Gerrit: git tag',
    { ...GERRIT, GERRIT_EVENT_TYPE: 'ref-updated', GERRIT_REFNAME: 'refs/tags/1.0', GERRIT_NEWREV: B },
    { ref: 'refs/tags/1.0', sha: B },
    'write',
  ],
  [
    'Jenkins, Gerrit: change merged',
    {
      ...GERRIT,
      GERRIT_EVENT_TYPE: 'change-merged',
      GERRIT_REFSPEC: 'refs/changes/34/1234/5',
      GERRIT_NEWREV: B,
    },
    { ref: 'refs/heads/master', sha: B },
    'write',
  ],
  ...['patchset-created', 'comment-added', 'change-abandoned', 'new-thing'].map((event): Row => {
    const patch = { GERRIT_REFSPEC: 'refs/changes/34/1234/5', GERRIT_PATCHSET_REVISION: B };
    const facts = { ref: 'refs/changes/34/1234/5', sha: B };
    return [
      `Jenkins, Gerrit: ${event}`,
      { ...GERRIT, ...patch, GERRIT_EVENT_TYPE: event },
      facts,
      'anonymous',
    ];
  }),
  [
    'Jenkins, multibranch with Gerrit: a change',
    {
      ...{ ...JENKINS, BRANCH_NAME: '23/123/1', CHANGE_ID: 'C-123/1', GERRIT_CHANGE_NUMBER: '123' },
      GERRIT_PATCHSET_REVISION: A,
    },
    { sha: A },
    'anonymous',
  ],
  // Neither of them
  ['a terminal', { HOME: '/home/me' }, null],
  ['a CI system that is not known', { CI: 'true', BUILDKITE: 'true', BUILDKITE_COMMIT: A }, null],
])('%s', async (...[, env, expected, level]: Row) => {
  const run = await readCiRun(env);
  if (expected === null) expect(run).toBeNull();
  else expect(run).toMatchObject({ ...expected, trust: { level } });
});

describe('Gitea and Forgejo', () => {
  test.each([
    ['GITEA_ACTIONS', 'Gitea'],
    ['FORGEJO_ACTIONS', 'Forgejo'],
  ])('%s: the environment of Actions, under its own name', async (name, system) => {
    const env = { [name]: 'true', GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', GITHUB_SHA: A };
    const run = await readCiRun({ ...env, GITHUB_REF: 'refs/heads/main' });
    expect(run).toMatchObject({ system, event: 'push', ref: 'refs/heads/main', startedFor: A });
    expect(run?.trust).toMatchObject({ level: 'anonymous', why: 'the event file cannot be read' });
  });
});
