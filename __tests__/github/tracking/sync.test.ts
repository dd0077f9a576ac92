import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TrackingConfig } from '../../../src/config/model.js';
import type { TagEvent } from '../../../src/github/tracking/events.js';
import { groupTracked, trackingMarker } from '../../../src/github/tracking/issue.js';
import { listTracking, syncTracking } from '../../../src/github/tracking/sync.js';
import { origin } from '../../support/github/gate.js';
import { type LocalGitHub, startGitHub } from '../../support/github/local-github.js';
import { open } from '../../support/github/open.js';
import { digest } from '../../support/github/report.js';

const NOW = Date.parse('2026-01-10T12:00:00Z');
const config: TrackingConfig = {
  title: '{name}: {tag}',
  labels: ['release/{major}.{minor}'],
  shepherds: ['octocat', 'hubot'],
  origin,
};
const event = (tag: string, stage: TagEvent['stage'], parts: Partial<TagEvent> = {}): TagEvent => ({
  image: 'quay.io/org/app',
  tag,
  stage,
  state: 'written',
  digest: digest('a'),
  why: '',
  fields: { major: '2', minor: '3' },
  ...parts,
});

let local: LocalGitHub;
beforeEach(async () => {
  local = await startGitHub();
  local.repo.collaborators.add('octocat').add('hubot');
});
afterEach(() => local.close());

async function sync(events: TagEvent[], options: { token?: string; config?: TrackingConfig } = {}) {
  const tracked = groupTracked(events, () => ({ expected: ['snapshot', 'final', 'stable'], platforms: [] }));
  const github = await open(local, options.token === undefined ? {} : { token: options.token });
  return syncTracking(github, options.config ?? config, tracked, {
    now: NOW,
    runUrl: 'https://github.example/run/1',
  });
}
const issue = (number = 1) => local.repo.issues[number - 1]!;

describe('tracking issues', () => {
  test('are made with labels and people', async () => {
    expect(await sync([event('2.3.4rc1', 'snapshot')])).toMatchObject([
      { image: 'quay.io/org/app', line: '2.3', state: 'created', open: true, warnings: [] },
    ]);
    expect(issue()).toMatchObject({
      title: 'quay.io/org/app: 2.3.4rc1',
      labels: ['retag/tracking', 'release/2.3'],
      assignees: ['octocat', 'hubot'],
    });
    expect(local.repo.labels.get('release/2.3')?.description).toContain('Release cycle');
  });

  test('from snapshot to stable: rows, news, closed; twice changes nothing', async () => {
    await sync([event('2.3.4rc1', 'snapshot')]);
    await sync([event('2.3.4', 'final')]);
    await sync([event('2.3.4', 'final', { state: 'kept' }), event('2.3.4-stable', 'stable')]);
    expect(local.repo.issues).toHaveLength(1);
    expect(issue()).toMatchObject({
      state: 'closed',
      reason: 'completed',
      title: 'quay.io/org/app: 2.3.4-stable',
    });
    expect(local.repo.comments.map(({ body }) => body)).toStrictEqual([
      `- \`2.3.4\` (final) is there: \`${digest('a')}\``,
      `- \`2.3.4-stable\` (stable) is there: \`${digest('a')}\`\n- Everything is there.`,
    ]);
    const writes = local.writes();
    expect(
      await sync([
        event('2.3.4', 'final', { state: 'kept' }),
        event('2.3.4-stable', 'stable', { state: 'kept' }),
      ]),
    ).toMatchObject([{ state: 'unchanged', open: false }]);
    expect(local.writes()).toBe(writes);
  });

  test('complete at once is closed at once', async () => {
    await sync([event('2.3.4', 'final'), event('2.3.4-stable', 'stable')]);
    expect(issue().state).toBe('closed');
  });

  test('reopened by drift', async () => {
    await sync([event('2.3.4-stable', 'stable')]);
    await sync([event('2.3.4-stable', 'stable', { state: 'kept', digest: digest('c') })]);
    expect(issue()).toMatchObject({ state: 'open', reason: 'reopened' });
  });

  test('labels and people that others added stay', async () => {
    await sync([event('2.3.4rc1', 'snapshot')]);
    Object.assign(issue(), { labels: [...issue().labels.slice(0, 1), 'urgent'], assignees: ['dev'] });
    local.repo.collaborators.add('dev');
    await sync([event('2.3.4rc1', 'snapshot', { state: 'kept' })]);
    expect(issue()).toMatchObject({
      labels: ['retag/tracking', 'urgent', 'release/2.3'],
      assignees: ['dev', 'octocat', 'hubot'],
    });
  });

  test('found over pages, closed ones too', async () => {
    local.pageSize = 2;
    await sync([event('2.3.4-stable', 'stable')]);
    for (let i = 0; i < 5; i++) local.repo.open('other', 'github-actions[bot]').labels = ['retag/tracking'];
    expect(await sync([event('2.3.4-stable', 'stable', { state: 'kept' })])).toMatchObject([
      { state: 'unchanged' },
    ]);
  });

  test("a stranger's issue with the marker and the label is not taken", async () => {
    const fake = local.repo.open(
      'fake',
      'stranger',
      `${trackingMarker({ image: 'quay.io/org/app', line: '2.3' })}\nfake`,
    );
    fake.labels = ['retag/tracking'];
    expect(await sync([event('2.3.4rc1', 'snapshot')])).toMatchObject([{ state: 'created' }]);
    expect(fake.title).toBe('fake');
  });

  test('of two with one marker the older counts', async () => {
    await sync([event('2.3.4rc1', 'snapshot')]);
    local.repo.issues.push({ ...issue(), number: 2, labels: [...issue().labels] });
    await sync([event('2.3.4', 'final')]);
    expect(issue(1).title).toContain('2.3.4');
    expect(issue(2).title).toContain('2.3.4rc1');
  });
});

describe('bad input and faults', () => {
  test('a shepherd whom GitHub does not know is said, and the issue is made', async () => {
    const [result] = await sync([event('2.3.4', 'final')], {
      config: { ...config, shepherds: ['octocat', 'nobody-here'] },
    });
    expect(result?.warnings).toStrictEqual([
      'nobody-here cannot be assigned to issues here; correct tracking.shepherds, or give access',
    ]);
    expect(issue().assignees).toStrictEqual(['octocat']);
  });

  test('a label that another run makes at the same moment', async () => {
    const meanwhile = () =>
      void local.repo.labels.set('retag/tracking', { color: 'ededed', description: '' });
    local.fail({ on: /POST .*labels$/, meanwhile });
    expect(await sync([event('2.3.4', 'final')])).toMatchObject([{ state: 'created' }]);
  });

  test('a missing permission is named', async () => {
    await expect(sync([event('2.3.4', 'final')], { token: 'fork' })).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('add "issues: write"'),
    });
  });

  test('GitHub goes down half-way: the next run finishes', async () => {
    const two = [event('2.3.4', 'final'), event('2.3.4', 'final', { image: 'quay.io/org/lib' })];
    local.fail({ on: /POST .*issues$/, after: 1, answer: { status: 502 } });
    await expect(sync(two)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await sync(two)).toMatchObject([{ state: 'unchanged' }, { state: 'created' }]);
  });

  test('nothing tracked asks nothing', async () => {
    expect(await sync([])).toStrictEqual([]);
    expect(local.requests).toStrictEqual([]);
  });
});

test('the open ones are listed with their records', async () => {
  await sync([
    event('2.3.4rc1', 'snapshot'),
    event('2.4.0-stable', 'stable', { fields: { major: '2', minor: '4' } }),
  ]);
  expect(await listTracking(await open(local))).toMatchObject([
    { number: 1, assignees: ['octocat', 'hubot'], ledger: { cycle: 'release/2.3', done: 0, total: 1 } },
  ]);
});
