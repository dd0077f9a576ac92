import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { GitHub } from '../../src/github/client.js';
import { createChecks } from '../../src/github/checks.js';
import { createGatekeeper, type Subject } from '../../src/gates/gates.js';
import type { Gate } from '../../src/config/model.js';
import { gate } from '../support/github/gate.js';
import { type LocalGitHub, startGitHub } from '../support/github/local-github.js';
import { open } from '../support/github/open.js';
import type { CheckRun, Repo, WorkflowRun } from '../support/github/state.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-01-31T00:00:00Z');
const on = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`;

let local: LocalGitHub;
beforeEach(async () => {
  local = await startGitHub();
});
afterEach(() => local.close());

async function judge(one: Gate, subject: Partial<Subject> = {}, token = 'job', runId: number | null = null) {
  const checks = createChecks(await open(local, { token }), runId);
  const commit = { repo: 'octo/app', sha: local.repo.main };
  return createGatekeeper(checks, NOW).judge([one], { home: 'octo/app', commit, ...subject });
}
function check(repo: Repo, day: number, conclusion: string | null, more: Partial<CheckRun> = {}): void {
  const status = conclusion === null ? 'in_progress' : 'completed';
  repo.checks.push({
    sha: repo.main,
    name: 'e2e',
    app: 'github-actions',
    status,
    conclusion,
    at: on(day),
    ...more,
  });
}
function run(day: number, conclusion: string, more: Partial<WorkflowRun> = {}): void {
  const repo = { event: 'schedule', status: 'completed', branch: 'main', headRepo: 'octo/app' };
  local.repo.runs.push({ workflow: 'nightly.yml', conclusion, at: on(day), ...repo, ...more });
}

describe('a check on the commit of the image', () => {
  test.each([
    ['success', 'open'],
    ['neutral', 'open'],
    ['skipped', 'pending'],
    ['action_required', 'pending'],
    ['failure', 'failed'],
    ['cancelled', 'failed'],
    ['timed_out', 'failed'],
    [null, 'pending'],
  ])('%s is %s', async (conclusion, state) => {
    check(local.repo, 20, conclusion);
    expect((await judge(gate({ check: 'e2e' }))).state).toBe(state);
  });

  test('never appeared', async () => {
    check(local.repo, 20, 'success', { name: 'another' });
    expect(await judge(gate({ check: 'e2e' }))).toMatchObject({
      state: 'pending',
      text: expect.stringContaining('(the commit is 30 d old)'),
    });
  });

  test('a proxy that ignores check_name: checks of other names do not count', async () => {
    const github = await open(local);
    const deaf: GitHub = {
      ...github,
      pages: (route, params) => github.pages(route, { ...params, check_name: undefined }),
    };
    const commit = { repo: 'octo/app', sha: local.repo.main };
    const state = async () => {
      const gatekeeper = createGatekeeper(createChecks(deaf, null), NOW);
      return (await gatekeeper.judge([gate({ check: 'e2e' })], { home: 'octo/app', commit })).state;
    };
    check(local.repo, 20, 'success', { name: 'e2e-nightly' });
    check(local.repo, 20, 'success', { name: 'E2E' });
    expect(await state()).toBe('pending');
    check(local.repo, 20, 'success');
    check(local.repo, 21, 'failure', { name: 'lint' });
    expect(await state()).toBe('open');
  });

  test('re-runs: the newest counts, by id and not by the time that it claims', async () => {
    check(local.repo, 22, 'failure');
    check(local.repo, 21, 'success');
    expect(await judge(gate({ check: 'e2e' }))).toMatchObject({ state: 'open', since: Date.parse(on(21)) });
  });

  test('two apps that use one name must both be green', async () => {
    check(local.repo, 20, 'success');
    check(local.repo, 19, 'failure', { app: 'other-ci' });
    expect((await judge(gate({ check: 'e2e' }))).state).toBe('failed');
  });

  test.each([
    ['success', 'open'],
    ['pending', 'pending'],
    ['failure', 'failed'],
    ['error', 'failed'],
  ] as const)('a commit status that is %s is %s', async (state, expected) => {
    local.repo.statuses.push({ sha: local.repo.main, context: 'ci/e2e', state, at: on(20) });
    local.repo.statuses.push({ sha: local.repo.main, context: 'other', state: 'error', at: on(21) });
    expect((await judge(gate({ check: 'ci/e2e' }))).state).toBe(expected);
  });

  test('found on the second page', async () => {
    local.pageSize = 2;
    for (let i = 0; i < 5; i++)
      local.repo.statuses.push({ sha: local.repo.main, context: `c${i}`, state: 'success', at: on(1) });
    expect((await judge(gate({ check: 'c0' }))).state).toBe('open');
  });

  test.each([
    [5, 'open'],
    [15, 'pending'],
  ])('green for %d days', async (days, state) => {
    check(local.repo, 20, 'success');
    expect((await judge(gate({ check: 'e2e', greenFor: days * DAY }))).state).toBe(state);
  });

  test('an unknown commit is unknown', async () => {
    const commit = { repo: 'octo/app', sha: 'f'.repeat(40) };
    expect(await judge(gate({ check: 'e2e' }), { commit })).toMatchObject({
      state: 'unknown',
      text: expect.stringContaining('No commit found'),
    });
  });

  test('a missing permission is unknown and names the line', async () => {
    local.state.tokens.set('job', { login: 'x', kind: 'job', permissions: { contents: 'read' } });
    expect((await judge(gate({ check: 'e2e' }))).text).toContain('add "checks: read"');
  });
});

describe('a check in another repository', () => {
  test('on its default branch', async () => {
    const other = local.addRepo('octo/consumer');
    check(other, 20, 'success');
    expect(await judge(gate({ check: 'e2e', repo: 'octo/consumer' }))).toMatchObject({
      state: 'open',
      text: expect.stringContaining('on main of octo/consumer'),
    });
  });

  test('at a branch with a slash', async () => {
    const other = local.addRepo('octo/consumer');
    const sha = other.push('release/1.2', {});
    check(other, 20, 'failure', { sha });
    expect((await judge(gate({ check: 'e2e', repo: 'octo/consumer', ref: 'release/1.2' }))).state).toBe(
      'failed',
    );
  });

  test('that is not there', async () => {
    expect((await judge(gate({ check: 'e2e', repo: 'octo/none' }))).state).toBe('unknown');
  });

  test('green for some time over many commits', async () => {
    const other = local.addRepo('octo/consumer', {}, { date: on(1) });
    check(other, 1, 'failure');
    for (const day of [5, 10, 15]) {
      other.push('main', { [`${day}.txt`]: { mode: '100644', text: '' } }, `day ${day}`, on(day));
      if (day !== 10) check(other, day, 'success');
    }
    const soak = (days: number) => gate({ check: 'e2e', repo: 'octo/consumer', greenFor: days * DAY });
    expect(await judge(soak(26))).toMatchObject({ state: 'open', since: Date.parse(on(5)) });
    expect(await judge(soak(27))).toMatchObject({ state: 'pending', since: Date.parse(on(5)) });
  });

  test('red: since when it is', async () => {
    const other = local.addRepo('octo/consumer', {}, { date: on(1) });
    check(other, 1, 'success');
    for (const day of [5, 10, 15]) {
      other.push('main', { [`${day}.txt`]: { mode: '100644', text: '' } }, `day ${day}`, on(day));
      check(other, day, 'failure');
    }
    expect(await judge(gate({ check: 'e2e', repo: 'octo/consumer' }))).toMatchObject({
      state: 'failed',
      since: Date.parse(on(5)),
    });
  });
});

describe('a workflow', () => {
  const nightly = (more: Partial<Gate> = {}) => gate({ workflow: 'nightly.yml', branch: 'main', ...more });
  test('the last three green', async () => {
    run(1, 'failure');
    for (const day of [2, 3, 4]) run(day, 'success');
    expect(await judge(nightly({ consecutive: 3 }))).toMatchObject({
      state: 'open',
      since: Date.parse(on(2)),
    });
    expect((await judge(nightly({ consecutive: 4 }))).state).toBe('failed');
    expect((await judge(nightly({ consecutive: 5 }))).state).toBe('failed');
  });

  test("a fork's pull request from its own main does not count", async () => {
    run(2, 'success');
    run(3, 'failure', { event: 'pull_request', headRepo: 'evil/app' });
    run(4, 'failure', { event: 'workflow_dispatch', headRepo: 'evil/app' });
    expect((await judge(nightly())).state).toBe('open');
  });

  test('runs that are going on, other branches and skipped runs do not count', async () => {
    run(2, 'success');
    run(3, 'failure', { branch: 'other' });
    run(4, 'skipped');
    run(5, 'x', { status: 'in_progress' });
    expect((await judge(nightly())).state).toBe('open');
  });

  test('the default branch, over pages, as far as needed', async () => {
    local.pageSize = 2;
    for (let day = 1; day <= 9; day++) run(day, 'success');
    expect((await judge(gate({ workflow: 'nightly.yml', consecutive: 3 }))).state).toBe('open');
    expect(local.requests.filter(({ line }) => line.includes('/runs'))).toHaveLength(2);
    expect((await judge(nightly({ greenFor: 25 * DAY }))).since).toBe(Date.parse(on(6)));
  });

  test('that does not exist', async () => {
    expect(await judge(gate({ workflow: 'none.yml' }))).toMatchObject({
      state: 'unknown',
      text: expect.stringContaining('404'),
    });
  });
});

describe('an approval', () => {
  const entry = (text: string) => ({
    sha: local.repo.main,
    file: 'tags.yaml',
    contains: (all: string) => all.includes(text),
  });
  const file = (text: string) => ({ 'tags.yaml': { mode: '100644' as const, text } });

  function mergedEntry(reviews: { login: string; state: string }[]): void {
    local.repo.push('add', file('one'));
    const head = local.repo.git.refs.get('heads/add')!;
    const issue = local.repo.open('add', 'dev', '', {
      head: 'add',
      base: 'main',
      headSha: head,
      merged: null,
      mergedAt: null,
      reviews: reviews.map((review, i) => ({ ...review, at: on(i + 2) })),
    });
    local.repo.merge(issue.number, on(10));
    local.repo.push('main', file('one\ntwo'), 'another', on(11));
    local.state.teams.set('octo/release', new Set(['ann']));
  }

  test('by review of the pull request that brought the entry in, with a token that may see members', async () => {
    mergedEntry([
      { login: 'bob', state: 'APPROVED' },
      { login: 'ann', state: 'APPROVED' },
      { login: 'ann', state: 'COMMENTED' },
    ]);
    expect(await judge(gate({ approvedBy: 'release' }), { entry: entry('one') }, 'user')).toMatchObject({
      state: 'open',
      text: 'ann of release approved (review, 2026-01-03 00:00 UTC)',
    });
  });

  test('taken back', async () => {
    mergedEntry([
      { login: 'ann', state: 'APPROVED' },
      { login: 'ann', state: 'DISMISSED' },
    ]);
    expect(await judge(gate({ approvedBy: 'octo/release' }), { entry: entry('one') }, 'user')).toMatchObject({
      state: 'pending',
      text: 'nobody of octo/release has approved: pull request #1, merged 21 d ago',
    });
  });

  test('the change came without a pull request', async () => {
    mergedEntry([]);
    expect(await judge(gate({ approvedBy: 'release' }), { entry: entry('two') }, 'user')).toMatchObject({
      state: 'pending',
      text: expect.stringContaining('without a pull request'),
    });
  });

  test("the job's own token cannot see members: unknown, with the way out", async () => {
    mergedEntry([{ login: 'ann', state: 'APPROVED' }]);
    expect(await judge(gate({ approvedBy: 'release' }), { entry: entry('one') })).toMatchObject({
      state: 'unknown',
      text: expect.stringContaining('read the members of the organisation'),
    });
  });

  test('one person needs no membership', async () => {
    mergedEntry([{ login: 'ann', state: 'APPROVED' }]);
    expect((await judge(gate({ approvedBy: '@ann' }), { entry: entry('one') })).state).toBe('open');
    expect((await judge(gate({ approvedBy: '@bob' }), { entry: entry('one') })).state).toBe('pending');
  });

  test('by an environment of this run that the team guards alone', async () => {
    local.repo.environments.push(
      { name: 'prod', teams: ['release'] },
      { name: 'both', teams: ['release', 'dev'] },
    );
    local.repo.approvals.set(7, [{ login: 'ann', environment: 'prod' }]);
    local.repo.approvals.set(8, [{ login: 'dev', environment: 'both' }]);
    const subject = { entry: { sha: local.repo.main } };
    expect(await judge(gate({ approvedBy: 'release' }), subject, 'job', 7)).toMatchObject({
      state: 'open',
      text: 'ann of release approved (environment)',
    });
    expect((await judge(gate({ approvedBy: 'release' }), subject, 'job', 8)).state).toBe('pending');
  });

  test('an entry that is not in the file is unknown', async () => {
    mergedEntry([]);
    expect((await judge(gate({ approvedBy: '@ann' }), { entry: entry('three') })).state).toBe('unknown');
  });
});
