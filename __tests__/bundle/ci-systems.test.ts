import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { checkout } from '../support/checkout.js';
import { type ActionRun, EVENTS, type Workspace } from '../support/runner.js';
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
  ['Tekton', (sha) => ({ TEKTON_EVENT: 'push', TEKTON_SOURCE_BRANCH: 'master', TEKTON_REVISION: sha })],
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
  [
    'Tekton',
    (sha) => ({ TEKTON_EVENT: 'pull_request', TEKTON_PULL_REQUEST_NUMBER: '5', TEKTON_REVISION: sha }),
    'retag apply is refused on pull_request: its code comes from a fork',
  ],
])('%s: a change that is not merged is only planned', async (_system, job, said) => {
  expect(await retag(job(head), 'apply')).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  expect(tagged(registry)).toEqual(NOTHING);
  expect(await retag(job(head), 'plan')).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(NOTHING);
});

test.each([
  ['Buildkite', { BUILDKITE: 'true' }],
  ['a system of tomorrow', {}],
])('%s is not known: it plans, and applies where somebody says what the run is for', async (_system, env) => {
  const said = 'Retag cannot tell what it runs for';
  expect(await retag(env, 'plan')).toMatchObject({ code: 0 });
  expect(await retag(env, 'apply')).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  const words = ['apply', '--registry-map', `docker.io=${registry.host}`, '--ref', 'refs/heads/master'];
  const job = { env: { CI: 'true', ...env } };
  expect(await place.retag([...words, '--yes'], job)).toMatchObject({ code: 2 });
  expect(await place.retag([...words, '--sha', head], job)).toMatchObject({ code: 2 });
  expect(tagged(registry)).toEqual(NOTHING);
  expect(await place.retag([...words, '--sha', head, '--yes'], job)).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(RIGHT);
});

const push = () => ({
  ref: 'refs/heads/master',
  after: head,
  repository: { full_name: 'dmwm/WMCore', default_branch: 'master', private: false },
});

test('the file of the event is read once: whatever is decided by it is decided by the same event', async () => {
  // A second reader of a named pipe waits for a writer that never comes.
  const path = join(place.temp, 'event');
  execFileSync('mkfifo', [path]);
  const written = writeFile(path, JSON.stringify(push()));
  const event = { GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: path, GITHUB_REF: 'refs/heads/master' };
  const done = await retag({ GITHUB_ACTIONS: 'true', ...event, GITHUB_SHA: head }, 'apply');
  await written;
  expect(done).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(RIGHT);
});

describe('the action on Forgejo', () => {
  // GITHUB_API_URL of the runner of these tests answers nothing: what asked it would fail or warn.
  const options = { env: { GITEA_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' } };
  const inputs = () => ({ 'github-token': 'token', 'registry-map': `docker.io=${registry.host}` });
  const warnings = (run: ActionRun) =>
    run.commands.filter(({ name }) => name === 'warning' || name === 'error').map(({ text }) => text);

  test('a pull request is planned, and its API is not asked for a comment', async () => {
    const run = await place.action(EVENTS.pullRequest, { ...inputs(), comment: 'true' }, options);
    expect(run).toMatchObject({ code: 0, report: { command: 'plan' } });
    expect(warnings(run)).toEqual(['plan comments (input comment) are not supported on Forgejo']);
    const quiet = await place.action(EVENTS.pullRequest, inputs(), options);
    expect(warnings(quiet)).toEqual([]);
    expect(tagged(registry)).toEqual(NOTHING);
  });

  test('a push is applied, and no review is looked for', async () => {
    const run = await place.action({ ...EVENTS.push, sha: head, payload: push() }, inputs(), options);
    expect({ code: run.code, warnings: warnings(run) }).toEqual({ code: 0, warnings: [] });
    expect(tagged(registry)).toEqual(RIGHT);
  });
});
