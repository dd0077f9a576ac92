import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { EVENTS, workspace, type RunnerEvent, type Workspace } from '../support/runner.js';
import { fill, NOTHING, references, RIGHT, TAG_FILE, tagged, untag, writes } from '../support/story.js';

/** The action on every event that starts a workflow: what it may do is decided by the event, whatever the inputs say. */
let registry: EmbeddedRegistry;
let place: Workspace;
let from = 0;

beforeAll(async () => {
  registry = await startRegistry();
  fill(registry);
  place = workspace();
  place.file('.github/image-tags.yaml', TAG_FILE);
});
afterAll(async () => {
  await registry.close();
  place.remove();
});
beforeEach(() => {
  untag(registry);
  from = registry.requests.length;
});

const seen = () => registry.requests.slice(from);
const run = (
  event: RunnerEvent,
  inputs: Readonly<Record<string, string>> = {},
  env: NodeJS.ProcessEnv = {},
) => place.action(event, { 'registry-map': `docker.io=${registry.host}`, ...inputs }, { env });

describe('applies', () => {
  test.each(['push', 'schedule', 'dispatch', 'workflowRun'] as const)('on %s', async (name) => {
    const done = await run(EVENTS[name]);
    expect(done).toMatchObject({ code: 0, stderr: '', report: { command: 'apply' } });
    expect(tagged(registry)).toEqual(RIGHT);
    expect(done.report?.ref?.event).toBe(EVENTS[name].name);
  });

  test('row 100: the second attempt of a run gives the same tags and writes nothing', async () => {
    const first = await run(EVENTS.push);
    from = registry.requests.length;
    const second = await run(EVENTS.push, {}, { GITHUB_RUN_ATTEMPT: '2' });
    expect(writes(seen())).toEqual([]);
    expect(second).toMatchObject({ code: 0, outputs: { changed: 'false', tags: first.outputs['tags'] } });
    expect(tagged(registry)).toEqual(RIGHT);
  });
});

describe('plans', () => {
  test.each(['pullRequest', 'pullRequestTarget', 'mergeGroup'] as const)(
    'on %s, and nothing is written',
    async (name) => {
      const done = await run(EVENTS[name]);
      expect(done).toMatchObject({ code: 0, stderr: '', report: { command: 'plan' } });
      expect(done.outputs['tags']).toBe(references(registry).join('\n'));
      expect(done.report?.actions.map(({ outcome }) => outcome)).toEqual(['planned', 'planned', 'planned']);
      expect(seen()).not.toHaveLength(0);
      expect(writes(seen())).toEqual([]);
      expect(tagged(registry)).toEqual(NOTHING);
    },
  );

  test.each([
    ['force', 'docker.io/starlingx/k8s-cni-sriov'],
    ['stable', 'true'],
    ['only', 'images'],
    ['command', 'plan'],
  ])('row 96: on a pull request nothing is written with %s: %s', async (input, value) => {
    expect(await run(EVENTS.pullRequest, { [input]: value })).toMatchObject({ code: 0 });
    expect(writes(seen())).toEqual([]);
  });

  test.each([
    'pullRequest',
    'forkPullRequest',
    'deletedForkPullRequest',
    'pullRequestTarget',
    'forkPullRequestTarget',
    'forkWorkflowRun',
  ] as const)('row 96: command: apply on %s is refused before any request', async (name) => {
    const done = await run(EVENTS[name], { command: 'apply' });
    expect(done).toMatchObject({ code: 2, outputs: {}, report: null });
    expect(done.commands).toMatchObject([
      { name: 'error', text: expect.stringContaining(`apply is refused on ${EVENTS[name].name}`) },
    ]);
    expect(seen()).toEqual([]);
  });
});

describe('credentials', () => {
  let guarded: EmbeddedRegistry;
  let env: NodeJS.ProcessEnv;
  let trace: string;

  /** A registry that wants a login, and a credential helper that leaves a file when it is asked. */
  beforeAll(async () => {
    guarded = await startRegistry({ auth: { kind: 'basic', users: { ci: 'h1dden' } } });
    fill(guarded);
    const bin = join(place.temp, 'bin');
    const config = join(place.temp, 'docker');
    trace = join(place.temp, 'asked');
    for (const folder of [bin, config]) mkdirSync(folder);
    const helper = join(bin, 'docker-credential-trace');
    writeFileSync(helper, `#!/bin/sh\n: > '${trace}'\necho '{"Username":"ci","Secret":"h1dden"}'\n`);
    chmodSync(helper, 0o755);
    writeFileSync(join(config, 'config.json'), JSON.stringify({ credHelpers: { [guarded.host]: 'trace' } }));
    env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, DOCKER_CONFIG: config };
  });
  afterAll(() => guarded.close());

  const login = (event: RunnerEvent, more: NodeJS.ProcessEnv = {}) =>
    run(event, { 'registry-map': `docker.io=${guarded.host}` }, { ...env, ...more });

  test.each([
    'forkPullRequest',
    'deletedForkPullRequest',
    'forkPullRequestTarget',
    'forkWorkflowRun',
  ] as const)('row 96: %s uses none at all', async (name) => {
    const start = guarded.requests.length;
    const auths = { [guarded.host]: { auth: Buffer.from('ci:h1dden').toString('base64') } };
    const done = await login(EVENTS[name], { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) });
    const requests = guarded.requests.slice(start);
    expect(requests).not.toHaveLength(0);
    expect(requests.filter(({ headers }) => 'authorization' in headers)).toEqual([]);
    expect(writes(requests)).toEqual([]);
    expect(existsSync(trace)).toBe(false);
    // The anonymous plan says what it could not see.
    expect(done).toMatchObject({ code: 1, report: { command: 'plan', counts: { refuse: 3 } } });
    expect(done.stdout).toContain('Retag uses no logins in this run, on purpose: ');
  });

  test('a pull request of the repository itself reads with them, and writes nothing', async () => {
    const start = guarded.requests.length;
    expect(await login(EVENTS.pullRequest)).toMatchObject({ code: 0, report: { counts: { create: 3 } } });
    expect(existsSync(trace)).toBe(true);
    expect(writes(guarded.requests.slice(start))).toEqual([]);
  });

  test('a push writes with them, and they are masked in the log and nowhere else in it', async () => {
    const done = await login(EVENTS.push);
    expect(done.code).toBe(0);
    expect(tagged(guarded)).toEqual(RIGHT);
    const lines = done.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    expect(lines.join('\n')).not.toContain('h1dden');
    expect(done.commands).toContainEqual(expect.objectContaining({ name: 'add-mask', text: 'h1dden' }));
  });
});

describe('what a git tag push looks at', () => {
  test('the images of the tag file are left alone', async () => {
    const done = await run(EVENTS.tag);
    expect(done).toMatchObject({ code: 0, outputs: { tags: '', changed: 'false' } });
    expect(seen()).toEqual([]);
    expect(tagged(registry)).toEqual(NOTHING);
  });

  test('only: images says otherwise', async () => {
    expect(await run(EVENTS.tag, { only: 'images' })).toMatchObject({ code: 0 });
    expect(tagged(registry)).toEqual(RIGHT);
  });
});

describe('an event that cannot be what it says', () => {
  test.each<[string, RunnerEvent]>([
    ['push', { ...EVENTS.push, ref: 'refs/heads/other' }],
    ['push of a tag', { ...EVENTS.tag, ref: 'refs/tags/9.9.9' }],
    ['merge_group', { ...EVENTS.mergeGroup, ref: 'refs/heads/master' }],
    ['pull_request', { ...EVENTS.pullRequest, ref: 'refs/pull/13/merge' }],
  ])('row 104: GITHUB_REF disagrees with the event file of a %s', async (_name, event) => {
    const done = await run(event);
    expect(done).toMatchObject({ code: 2, outputs: {}, report: null });
    expect(done.commands).toMatchObject([
      { name: 'error', text: expect.stringContaining(`GITHUB_REF is "${event.ref}"`) },
    ]);
    expect(seen()).toEqual([]);
  });

  test.each<[string, RunnerEvent['payload'], string]>([
    ['is not there', null, 'ENOENT'],
    ['is cut short', Buffer.from('{"ref": "refs/heads/mas'), 'JSON'],
  ])('an event file that %s is trusted with nothing', async (_name, payload, why) => {
    const event = { ...EVENTS.push, payload };
    const done = await run(event);
    expect(done).toMatchObject({ code: 0, report: { command: 'plan' } });
    expect(done.commands).toContainEqual(
      expect.objectContaining({ name: 'warning', text: expect.stringContaining(why) }),
    );
    expect(writes(seen())).toEqual([]);
    expect(await run(event, { command: 'apply' })).toMatchObject({ code: 2, report: null });
    expect(writes(seen())).toEqual([]);
  });

  test('row 103: a deleted tag gets nothing', async () => {
    const event = { ...EVENTS.tag, ref: 'refs/heads/master', payload: 'push-tag-deleted' };
    place.file('policy.yaml', 'policy: wmcore\nbuilds: [{ name: docker.io/cms/app }]\n');
    const done = await run(event, { config: 'policy.yaml' });
    expect(done).toMatchObject({ code: 0, outputs: { tags: '', class: '' } });
    expect(seen()).toEqual([]);
  });
});
