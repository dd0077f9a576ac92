import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { EVENTS, reportIn, workspace, type Workspace } from '../support/runner.js';
import { writes } from '../support/story.js';

/** One promotion without a tag file: a command of the command line, an input of the action. */
const SOURCE = index([image({ platform: 'linux/amd64' }), image({ platform: 'linux/arm64' })]);
const OTHER = image({ layers: [{ files: { other: 'image' } }] });
let registry: EmbeddedRegistry;
let place: Workspace;

beforeAll(() => {
  place = workspace();
});
afterAll(() => place.remove());
beforeEach(async () => {
  registry = await startRegistry();
  seed(registry, 'o/app', 'b1', SOURCE);
});
afterEach(() => registry.close());

const digest = (repository: string, tag: string) => registry.manifest(repository, tag)?.digest;
const app = (rest: string): string => `${registry.host}/o/${rest}`;

describe('retag promote', () => {
  test('gives tags in the same repository and in another one, and running again writes nothing', async () => {
    const words = ['promote', app('app:b1'), '1.0', ':latest', app('copy:1.0'), '--json'];
    const done = await place.retag(words);
    expect(done).toMatchObject({ code: 0 });
    expect(reportIn(done.stdout)).toMatchObject({
      command: 'apply',
      ref: null,
      counts: { create: 3 },
      actions: [
        {
          image: app('app'),
          tag: '1.0',
          source: app('app:b1'),
          digest: SOURCE.digest,
          location: null,
          entry: 1,
        },
        { image: app('app'), tag: 'latest', outcome: 'done' },
        { image: app('copy'), tag: '1.0', outcome: 'done', entry: 2 },
      ],
    });
    expect([digest('o/app', '1.0'), digest('o/app', 'latest'), digest('o/copy', '1.0')]).toEqual([
      SOURCE.digest,
      SOURCE.digest,
      SOURCE.digest,
    ]);
    const from = registry.requests.length;
    expect(await place.retag(words)).toMatchObject({ code: 0 });
    expect(writes(registry.requests.slice(from))).toEqual([]);
  });

  test('moves nothing unless --force names it, and writes nothing in a CI job that it does not know', async () => {
    seed(registry, 'o/app', '1.0', OTHER);
    expect(await place.retag(['promote', app('app:b1'), '1.0'])).toMatchObject({ code: 1 });
    expect(digest('o/app', '1.0')).toBe(OTHER.digest);
    const forced = ['promote', app('app:b1'), '1.0', '--force', app('app:1.0')];
    expect(await place.retag(forced, { env: { CI: 'true' } })).toMatchObject({ code: 2 });
    const meant = ['--ref', 'refs/heads/main', '--sha', 'a'.repeat(40), '--yes'];
    expect(await place.retag([...forced, ...meant], { env: { CI: 'true' } })).toMatchObject({ code: 0 });
    expect(digest('o/app', '1.0')).toBe(SOURCE.digest);
  });

  test('names every mistake before a registry is asked', async () => {
    const none = await place.retag(['promote', app('app:b1')]);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('retag promote: no destination is given');
    const wrong = await place.retag(['promote', app('app'), 'a!', app('b')]);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr.match(/^error: /gm)).toHaveLength(3);
    expect(registry.requests).toEqual([]);
  });
});

describe('the input promote', () => {
  const lines = (): Record<string, string> => ({
    promote: `${app('app:b1')} => 2.3.4, ${app('copy:2.3.4')}\n`,
    settle: '0',
  });

  test('promotes on the push of a git tag, without a tag file', async () => {
    const run = await place.action(EVENTS.tag, lines());
    expect(run).toMatchObject({ code: 0, report: { counts: { create: 2 } } });
    expect(run.outputs['tags']).toBe(`${app('app:2.3.4')}\n${app('copy:2.3.4')}`);
    expect(digest('o/copy', '2.3.4')).toBe(SOURCE.digest);
  });

  test('only plans on a pull request; only: builds leaves it alone', async () => {
    const run = await place.action(EVENTS.pullRequest, lines());
    expect(run).toMatchObject({ code: 0, report: { command: 'plan', counts: { create: 2 } } });
    const builds = await place.action(EVENTS.push, { ...lines(), only: 'builds' });
    expect(builds).toMatchObject({ code: 0, report: { counts: { create: 0 } } });
    expect(writes(registry.requests)).toEqual([]);
  });

  test('adds to the tag file, and meets the same rules', async () => {
    const entry = `  - { name: '${app('app')}', src_build_tag: b2, tag: '2.3.4' }\n`;
    place.file('.github/image-tags.yaml', `images:\n${entry}`);
    seed(registry, 'o/app', 'b2', OTHER);
    const run = await place.action(EVENTS.push, lines());
    expect(run).toMatchObject({ code: 1, report: { counts: { create: 1, refuse: 2 } } });
    expect(run.report?.actions.map(({ reason }) => reason.code)).toEqual([
      'conflicting-entries',
      'conflicting-entries',
      'absent',
    ]);
  });
});
