import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { PlatformConfig } from '../../../src/config/model.js';
import { createGatekeeper, type Subject } from '../../../src/gates/gates.js';
import { createChecks } from '../../../src/github/checks.js';
import { platformStages, selectPlatforms } from '../../../src/builds/platform-stages.js';
import { gate, origin } from '../../support/github/gate.js';
import { type LocalGitHub, startGitHub } from '../../support/github/local-github.js';
import { open } from '../../support/github/open.js';

const at = (day: number): number => Date.parse(`2026-01-${String(day).padStart(2, '0')}T12:00:00Z`);
const iso = (day: number): string => new Date(at(day)).toISOString();

let local: LocalGitHub;
beforeEach(async () => {
  local = await startGitHub();
});
afterEach(() => local.close());

async function keeper(day: number) {
  return createGatekeeper(createChecks(await open(local), null), at(day));
}
function check(name: string, day: number, conclusion: string | null, sha = local.repo.main): void {
  const status = conclusion === null ? 'in_progress' : 'completed';
  local.repo.checks.push({ sha, name, app: 'github-actions', status, conclusion, at: iso(day) });
}

describe('story: a stable tag waits for its test', () => {
  const requires = [gate({ check: 'e2e' })];
  const subject = (): Subject => ({ home: 'octo/app', commit: { repo: 'octo/app', sha: local.repo.main } });

  test('held, held while it runs, completed by the run that workflow_run starts', async () => {
    expect(await (await keeper(3)).judge(requires, subject())).toMatchObject({
      state: 'pending',
      text: expect.stringContaining('has not appeared'),
    });
    check('e2e', 3, null);
    expect((await (await keeper(3)).judge(requires, subject())).state).toBe('pending');
    check('e2e', 4, 'failure');
    expect(await (await keeper(4)).judge(requires, subject())).toMatchObject({
      state: 'failed',
      since: at(4),
    });
    check('e2e', 5, 'success');
    expect(await (await keeper(5)).judge(requires, subject())).toMatchObject({ state: 'open', since: at(5) });
    expect(local.writes()).toBe(0);
  });

  test('the later run is on another commit, and still asks about the commit of the image', async () => {
    const built = subject();
    check('e2e', 3, 'success');
    const later = local.repo.push('main', {}, 'later', iso(6));
    check('e2e', 6, 'failure', later);
    expect((await (await keeper(6)).judge(requires, built)).state).toBe('open');
  });
});

describe('story: an architecture that rots and comes back', () => {
  const platforms: PlatformConfig[] = [
    { platform: 'linux/amd64', stage: 'release', requires: [], origin },
    {
      platform: 'linux/arm64',
      stage: 'release',
      requires: [gate({ check: 'conformance-arm64', ref: 'main' })],
      origin,
    },
  ];

  async function stages(day: number) {
    const commit = { repo: 'octo/app', sha: local.repo.main };
    return platformStages({ platforms }, 'demote', await keeper(day), { home: 'octo/app', commit });
  }

  test('in the release, out of it with the date of the first failure, in it again', async () => {
    check('conformance-arm64', 2, 'success');
    expect(selectPlatforms(await stages(2), 'final', new Set()).push).toStrictEqual([
      'linux/amd64',
      'linux/arm64',
    ]);
    for (const day of [3, 4, 5])
      check('conformance-arm64', day, 'failure', local.repo.push('main', {}, `day ${day}`, iso(day)));
    const rotten = await stages(5);
    expect(selectPlatforms(rotten, 'final', new Set()).push).toStrictEqual(['linux/amd64']);
    expect(selectPlatforms(rotten, 'snapshot', new Set()).push).toStrictEqual(['linux/amd64', 'linux/arm64']);
    expect(rotten.warnings).toStrictEqual([
      expect.stringMatching(
        /^linux\/arm64 counts as "test" instead of "release" since 2026-01-03: check "conformance-arm64" on main of octo\/app is red/,
      ),
    ]);
    check('conformance-arm64', 6, 'success', local.repo.push('main', {}, 'mended', iso(6)));
    const back = await stages(6);
    expect(back.warnings).toStrictEqual([]);
    expect(selectPlatforms(back, 'final', new Set()).push).toStrictEqual(['linux/amd64', 'linux/arm64']);
  });

  test('when GitHub cannot tell, nothing is left out: the build is refused', async () => {
    local.state.tokens.set('job', {
      login: 'github-actions[bot]',
      kind: 'job',
      permissions: { contents: 'read' },
    });
    const table = await stages(2);
    expect(table.refused).toMatchObject([
      { code: 'unknown', row: { platform: 'linux/arm64', today: 'release' } },
    ]);
    expect(table.refused[0]?.row.why).toContain('add "checks: read"');
  });
});
