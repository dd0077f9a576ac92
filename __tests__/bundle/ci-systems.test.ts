import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { checkout } from '../support/checkout.js';
import type { Workspace } from '../support/runner.js';
import { fill, NOTHING, RIGHT, tagged, untag } from '../support/story.js';

/** The command line in the jobs of systems that are not GitHub: what is merged is applied, and all else is only planned. */
let registry: EmbeddedRegistry;
let place: Workspace;
let head = '';
let remove: () => void;
beforeAll(async () => {
  registry = await startRegistry();
  fill(registry);
  ({ place, head, remove } = checkout());
});
beforeEach(() => untag(registry));
afterAll(async () => {
  await registry.close();
  remove();
});

type Job = (sha: string) => NodeJS.ProcessEnv;
const OTHER = '5'.repeat(40);

const MERGED: readonly (readonly [system: string, job: Job])[] = [
  [
    'GitLab',
    (sha) => ({
      GITLAB_CI: 'true',
      CI_PIPELINE_SOURCE: 'push',
      CI_COMMIT_BRANCH: 'master',
      CI_COMMIT_SHA: sha,
    }),
  ],
  ['Zuul', (sha) => ({ ZUUL_PIPELINE: 'post', ZUUL_REF: 'refs/heads/master', ZUUL_NEWREV: sha })],
  [
    'Prow',
    (sha) => ({ PROW_JOB_ID: 'x', JOB_TYPE: 'postsubmit', PULL_BASE_REF: 'master', PULL_BASE_SHA: sha }),
  ],
  ['Jenkins', (sha) => ({ JENKINS_URL: 'https://ci.example', BRANCH_NAME: 'master', GIT_COMMIT: sha })],
];

const retag = (env: NodeJS.ProcessEnv, command: string) =>
  place.retag([command, '--registry-map', `docker.io=${registry.host}`], { env: { CI: 'true', ...env } });

test.each(MERGED)('%s: a merged change is applied at its commit, and nowhere else', async (_system, job) => {
  const elsewhere = await retag(job(OTHER), 'apply');
  expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('the work tree is at commit') });
  expect(tagged(registry)).toEqual(NOTHING);
  expect(await retag(job(head), 'apply')).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(RIGHT);
});

test.each<[string, Job, string]>([
  [
    'GitLab',
    (sha) => ({
      ...{ GITLAB_CI: 'true', CI_PIPELINE_SOURCE: 'merge_request_event', CI_COMMIT_SHA: sha },
      CI_MERGE_REQUEST_IID: '5',
    }),
    'retag apply is refused on merge_request_event: its code comes from a fork',
  ],
  [
    'Zuul',
    (sha) => ({
      ...{
        ZUUL_PIPELINE: 'check',
        ZUUL_REF: 'refs/changes/34/1234/5',
        ZUUL_CHANGE: '1234',
        ZUUL_COMMIT_ID: sha,
      },
    }),
    'retag apply is refused on check: the change is not known to be merged',
  ],
  [
    'Prow',
    (sha) => ({
      ...{ PROW_JOB_ID: 'x', JOB_TYPE: 'presubmit', PULL_BASE_REF: 'master', PULL_BASE_SHA: sha },
      ...{ PULL_NUMBER: '17', PULL_PULL_SHA: sha },
    }),
    'retag apply is refused on presubmit: it tests what is not merged',
  ],
  [
    'Jenkins',
    (sha) => ({
      ...{ JENKINS_URL: 'https://ci.example', GERRIT_EVENT_TYPE: 'patchset-created' },
      ...{ GERRIT_REFSPEC: 'refs/changes/34/1234/5', GERRIT_PATCHSET_REVISION: sha },
    }),
    'retag apply is refused on patchset-created: the change is not merged',
  ],
])('%s: a change that is not merged is only planned', async (_system, job, said) => {
  expect(await retag(job(head), 'apply')).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  expect(tagged(registry)).toEqual(NOTHING);
  expect(await retag(job(head), 'plan')).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(NOTHING);
});
