import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../../testing/registry/server.js';
import { joined } from '../../support/command-line.js';
import { fill, NOTHING, RIGHT, TAG_FILE, tagged, untag } from '../../support/story.js';
import { checkout } from '../../support/checkout.js';
import type { Workspace } from '../../support/runner.js';

/** The command line obeys the environment as the action does. */
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

const retag = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  place.retag([...args, '--registry-map', `docker.io=${registry.host}`], { env });

function github(name: string, payload: object, ref = 'refs/heads/master'): NodeJS.ProcessEnv {
  const path = join(place.temp, 'event.json');
  writeFileSync(path, JSON.stringify({ repository: { full_name: 'o/r' }, ...payload }));
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: name,
    GITHUB_EVENT_PATH: path,
    GITHUB_REF: ref,
    GITHUB_SHA: head,
  };
}

const PULL = {
  pull_request: {
    number: 12,
    head: { sha: '3'.repeat(40), repo: { full_name: 'stranger/r' } },
    base: { ref: 'master', repo: { full_name: 'o/r' } },
  },
};

test.each<[string, object, string]>([
  ['pull_request', PULL, 'refs/pull/12/merge'],
  ['pull_request_target', PULL, 'refs/heads/master'],
  ['issue_comment', { issue: { pull_request: {} } }, 'refs/heads/master'],
  ['frobnicate', {}, 'refs/heads/master'],
])('seam 20: apply is refused on %s, and a plan is made', async (name, payload, ref) => {
  const env = github(name, payload, ref);
  const words = [['apply'], ['apply', '--yes', '--ref', 'refs/heads/master', '--sha', head]];
  for (const args of words) {
    const from = registry.requests.length;
    const done = await retag(env, ...args);
    expect(done).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`retag apply is refused on ${name}: `),
    });
    expect(registry.requests.slice(from)).toEqual([]);
  }
  expect(await retag(env, 'plan')).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(NOTHING);
});

test('seam 20: a push at its commit applies, and at another one does not', async () => {
  const env = github('push', { ref: 'refs/heads/master' });
  expect(await retag({ ...env, GITHUB_SHA: '5'.repeat(40) }, 'apply')).toMatchObject({ code: 2 });
  expect(tagged(registry)).toEqual(NOTHING);
  expect(await retag(env, 'apply')).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(RIGHT);
});

test.each([
  ['CI', 'true'],
  ['GITLAB_CI', 'true'],
  ['ZUUL_UUID', 'x'],
  ['PROW_JOB_ID', 'x'],
  ['JENKINS_URL', 'https://ci.example'],
  ['TEKTON_RUN', 'x'],
  ['BUILDKITE', '1'],
])('seam 20: where %s is set, apply needs --ref, --sha and --yes', async (name, value) => {
  const env = { [name]: value };
  expect(await retag(env, 'plan')).toMatchObject({ code: 0 });
  const refused = await retag(env, 'apply');
  expect(refused.code).toBe(2);
  expect(joined(refused.stderr)).toMatch(
    new RegExp(`${name} says that this is a CI job.*--ref, --sha and --yes`, 's'),
  );
  expect(await retag(env, 'apply', '--yes')).toMatchObject({ code: 2 });
  expect(await retag(env, 'apply', '--ref', 'master', '--sha', head)).toMatchObject({ code: 2 });
  expect(await retag(env, 'apply', '--yes', '--ref', 'refs/pull/1/head', '--sha', head)).toMatchObject({
    code: 2,
  });
  const other = await retag(env, 'apply', '--yes', '--ref', 'master', '--sha', '5'.repeat(40));
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('the work tree is at commit') });
  expect(tagged(registry)).toEqual(NOTHING);
});

test('seam 20: with the three of them it is applied', async () => {
  const done = await retag({ CI: 'true' }, 'apply', '--yes', '--ref', 'master', '--sha', head);
  expect(done).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(RIGHT);
});

test('seam 20: a tag file that no commit has is applied only with --ref, --sha and --yes', async () => {
  const env = github('push', { ref: 'refs/heads/master' });
  place.file('artifact/.github/image-tags.yaml', TAG_FILE);
  const outside = join(place.temp, 'tags.yaml');
  writeFileSync(outside, TAG_FILE);
  const inArtifact = { env, cwd: join(place.path, 'artifact') };
  for (const [args, options] of [
    [['apply'], inArtifact],
    [['apply', '--ref', 'master', '--sha', head], inArtifact],
    [['apply', '--config', outside], { env }],
  ] as const) {
    const done = await place.retag([...args, '--registry-map', `docker.io=${registry.host}`], options);
    expect(done.code).toBe(2);
    expect(joined(done.stderr)).toMatch(/is not in the commit of this run.*--ref, --sha and --yes/s);
  }
  expect(tagged(registry)).toEqual(NOTHING);
  const said = ['--ref', 'master', '--sha', head, '--yes'];
  expect(await retag(env, 'apply', '--config', outside, ...said)).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(RIGHT);
});

test('seam 20: CI=false is no CI, and the demo always runs', async () => {
  expect(await retag({ CI: 'false' }, 'apply')).toMatchObject({ code: 0 });
  expect(
    await place.retag(['demo'], { env: github('pull_request', PULL, 'refs/pull/12/merge') }),
  ).toMatchObject({
    code: 0,
  });
});
