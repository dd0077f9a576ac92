import { afterEach, beforeEach, expect, test } from '@jest/globals';

import type { TrackingConfig } from '../../../src/config/model.js';
import { followUpBranch, type FollowUpItem } from '../../../src/github/follow-up/plan.js';
import { createGatekeeper } from '../../../src/gates/gates.js';
import { createChecks } from '../../../src/github/checks.js';
import { followUp } from '../../../src/github/follow-up/pull-request.js';
import { listTracking, syncTracking } from '../../../src/github/tracking/sync.js';
import type { TagEvent } from '../../../src/github/tracking/events.js';
import { groupTracked, trackingText } from '../../../src/github/tracking/issue.js';
import { gate, origin } from '../../support/github/gate.js';
import { type LocalGitHub, startGitHub } from '../../support/github/local-github.js';
import { open } from '../../support/github/open.js';
import { digest } from '../../support/github/report.js';

const values =
  '# images of the platform\nimages:\n  tags:\n    sriov: docker.io/starlingx/k8s-cni-sriov:old # CNI\n    multus: docker.io/starlingx/multus:old\n';

let local: LocalGitHub;
beforeEach(async () => {
  local = await startGitHub({ 'values.yaml': { mode: '100644', text: values } });
});
afterEach(() => local.close());

test('story: promotion, follow-up pull request, second promotion into the same pull request', async () => {
  const item = (name: string, key: string, tag: string): FollowUpItem => ({
    image: { registry: 'docker.io', repository: `starlingx/${name}` },
    tag,
    digest: digest('a'),
    references: [{ file: 'values.yaml', path: `images.tags.${key}` }],
  });
  const sriov = item('k8s-cni-sriov', 'sriov', 'stx.4.0-v2.2');
  const multus = item('multus', 'multus', 'stx.4.0-v3.4');
  const branch = followUpBranch('main', ['.github/image-tags.yaml']);
  const run = async (items: FollowUpItem[]) =>
    followUp(await open(local), { base: 'main', branch, items, runUrl: null });
  const text = () =>
    local.repo.git.files(local.repo.git.resolve(`heads/${branch}`)!.tree)['values.yaml']?.text;

  expect(await run([sriov])).toMatchObject({ state: 'created' });
  expect(text()).toBe(values.replace('sriov:old', 'sriov:stx.4.0-v2.2'));
  expect(await run([sriov, multus])).toMatchObject({
    state: 'updated',
    url: 'https://github.example/octo/app/pull/1',
  });
  expect(text()).toBe(
    values.replace('sriov:old', 'sriov:stx.4.0-v2.2').replace('multus:old', 'multus:stx.4.0-v3.4'),
  );
  expect(local.repo.issues).toHaveLength(1);

  const writes = local.writes();
  expect(await run([sriov, multus])).toMatchObject({ state: 'unchanged' });
  local.repo.merge(1);
  expect(await run([sriov, multus])).toMatchObject({ state: 'nothing' });
  expect(local.writes()).toBe(writes);
});

test('story: a tracked image from snapshot to stable', async () => {
  local.repo.collaborators.add('ann').add('bob');
  const config: TrackingConfig = {
    title: '{name} {line}',
    labels: ['release/{line}'],
    shepherds: ['ann', 'bob'],
    origin,
  };
  const facts = () => ({ expected: ['snapshot', 'final', 'stable'] as const, platforms: [] });
  const event = (tag: string, stage: TagEvent['stage'], state: TagEvent['state'], why = ''): TagEvent => ({
    image: 'registry.cern.ch/cmsweb/reqmgr2',
    tag,
    stage,
    state,
    digest: state === 'held' ? null : digest('a'),
    why,
    fields: { major: '2', minor: '3' },
  });
  const run = async (events: TagEvent[]) =>
    syncTracking(await open(local), config, groupTracked(events, facts), {
      now: Date.parse('2026-01-10T12:00:00Z'),
      runUrl: null,
    });
  const judge = async () => {
    const keeper = createGatekeeper(
      createChecks(await open(local), null),
      Date.parse('2026-01-10T12:00:00Z'),
    );
    return keeper.judge([gate({ check: 'e2e' })], {
      home: 'octo/app',
      commit: { repo: 'octo/app', sha: local.repo.main },
    });
  };

  await run([event('2.3.4rc1', 'snapshot', 'written')]);
  const held = await judge();
  expect(held.state).toBe('pending');
  await run([event('2.3.4', 'final', 'written'), event('2.3.4-stable', 'stable', 'held', held.text)]);
  expect(trackingText(await listTracking(await open(local)))).toBe(
    'release/2.3\n  #1 registry.cern.ch/cmsweb/reqmgr2 2.3  0/1  ann, bob; held 2.3.4-stable  https://github.example/octo/app/issues/1',
  );

  local.repo.checks.push({
    sha: local.repo.main,
    name: 'e2e',
    app: 'ci',
    status: 'completed',
    conclusion: 'success',
    at: '2026-01-09T00:00:00Z',
  });
  expect((await judge()).state).toBe('open');
  const done = [event('2.3.4', 'final', 'kept'), event('2.3.4-stable', 'stable', 'written')];
  expect(await run(done)).toMatchObject([{ state: 'updated', open: false }]);
  expect(trackingText(await listTracking(await open(local)))).toBe('No tracking issue is open.');

  const writes = local.writes();
  expect(await run(done.map((one) => ({ ...one, state: 'kept' as const })))).toMatchObject([
    { state: 'unchanged' },
  ]);
  expect(local.writes()).toBe(writes);
});
