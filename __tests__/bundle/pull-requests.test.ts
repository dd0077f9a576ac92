import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { EVENTS, workspace, type Workspace } from '../support/runner.js';
import { writes } from '../support/story.js';

/** A pull request of a project that builds: what its merge would build and tag, and on request whether it builds. */
let registry: EmbeddedRegistry;
let place: Workspace;
let from = 0;

beforeAll(async () => {
  registry = await startRegistry();
  place = workspace();
  mkdirSync(join(place.path, '../bin'));
  copyFileSync('testing/docker.cjs', join(place.path, '../bin/docker'));
  chmodSync(join(place.path, '../bin/docker'), 0o755);
  place.file('.github/image-tags.yaml', 'policy: semver\nbuilds:\n  - name: ghcr.io/example/app\n');
});
afterAll(async () => {
  await registry.close();
  place.remove();
});
beforeEach(() => {
  place.file('Dockerfile', 'FROM scratch\n');
  from = registry.requests.length;
});

const run = (
  inputs: Readonly<Record<string, string>> = {},
  event: (typeof EVENTS)[keyof typeof EVENTS] = EVENTS.pullRequest,
) =>
  place.action(
    event,
    { 'registry-map': `ghcr.io=${registry.host}`, ...inputs },
    { env: { PATH: [join(place.path, '../bin'), process.env['PATH'] ?? ''].join(delimiter) } },
  );
const NAME = `master-${EVENTS.pullRequest.sha.slice(0, 12)}`;

test('shows what the merge would build and tag', async () => {
  const done = await run();
  expect(done).toMatchObject({
    code: 0,
    report: {
      command: 'plan',
      ref: { ref: 'refs/pull/12/merge', sha: EVENTS.pullRequest.sha, event: 'pull_request' },
      classification: { class: 'snapshot', rule: 'semver/branch', tags: [NAME] },
      counts: { build: 1, create: 1 },
    },
  });
  expect(done.outputs).toMatchObject({ class: 'snapshot', changed: 'true' });
  expect(done.stdout).not.toContain('Builder one');
  expect(writes(registry.requests.slice(from))).toEqual([]);
});

test('a registry that cannot be asked does not fail it', async () => {
  registry.faults.set([
    { match: { kind: 'head-manifest' }, fault: { kind: 'status', status: 401 }, times: 'always' },
  ]);
  const done = await run();
  registry.faults.set([]);
  expect(done).toMatchObject({ code: 0, report: { counts: { refuse: 1 } } });
});

describe('build-on-pull-request', () => {
  test.each([
    ['a pull request', EVENTS.pullRequest],
    ['one of a fork', EVENTS.forkPullRequest],
  ])('builds without pushing: %s', async (_, event) => {
    const done = await run({ 'build-on-pull-request': 'true', 'insecure-registries': registry.host }, event);
    expect(done).toMatchObject({ code: 0, report: { command: 'plan', counts: { build: 1, failed: 0 } } });
    expect(done.stdout).toContain('Builder one');
    expect(done.report?.bake).toMatchObject({ target: { app: { output: ['type=cacheonly'] } } });
    expect(writes(registry.requests.slice(from))).toEqual([]);
  });

  test('fails where the build fails, with its reason', async () => {
    place.file('Dockerfile', 'FROM scratch\nRUN false\n');
    const done = await run({ 'build-on-pull-request': 'true' });
    expect(done).toMatchObject({ code: 1, report: { counts: { failed: 1 } } });
    expect(done.commands.filter(({ name }) => name === 'error')).toMatchObject([
      { text: expect.stringContaining('did not complete successfully') },
    ]);
  });

  test('has no say in what a push builds', async () => {
    const done = await run({ 'build-on-pull-request': 'true', command: 'plan' }, EVENTS.push);
    expect(done).toMatchObject({ code: 0, report: { counts: { build: 1 } } });
    expect(done.stdout).not.toContain('Builder one');
  });
});
