/** What others report opens no gate unless the one who may open it reported it. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { parseConfig } from '../../src/config/config.js';
import type { Gate } from '../../src/config/model.js';
import { UserError } from '../../src/errors.js';
import { createGatekeeper, type Subject } from '../../src/gates/gates.js';
import { createChecks } from '../../src/github/checks.js';
import type { GitHub } from '../../src/github/client.js';
import { gate } from '../support/github/gate.js';
import { startGitHub, type LocalGitHub } from '../support/github/local-github.js';
import { open } from '../support/github/open.js';
import type { CheckRun, Pull } from '../support/github/state.js';

const NOW = Date.parse('2026-01-31T00:00:00Z');
const DAY = 86_400_000;
const on = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`;

let local: LocalGitHub;
beforeEach(async () => {
  local = await startGitHub();
});
afterEach(() => local.close());

async function judge(one: Gate, subject: Partial<Subject> = {}, through?: (github: GitHub) => GitHub) {
  const github = await open(local);
  const checks = createChecks(through?.(github) ?? github, null);
  const commit = { repo: 'octo/app', sha: local.repo.main };
  return createGatekeeper(checks, NOW).judge([one], { home: 'octo/app', commit, ...subject });
}

function report(day: number, conclusion: string | null, more: Partial<CheckRun> = {}): void {
  const status = conclusion === null ? 'in_progress' : 'completed';
  const { main: sha } = local.repo;
  local.repo.checks.push({ sha, name: 'e2e', app: 'ci', status, conclusion, at: on(day), ...more });
}

describe('seam 23: a check', () => {
  test('seam 23: with "app" only that app\'s check counts', async () => {
    report(20, 'success', { app: 'stranger' });
    expect((await judge(gate({ check: 'e2e', app: 'ci' }))).state).toBe('pending');
    report(21, 'failure', { app: 'ci' });
    report(22, 'success', { app: 'stranger' });
    expect(await judge(gate({ check: 'e2e', app: 'ci' }))).toMatchObject({
      state: 'failed',
      text: expect.stringContaining('check "e2e" of ci'),
    });
    report(23, 'success', { app: 'ci' });
    report(24, 'failure', { app: 'stranger' });
    expect((await judge(gate({ check: 'e2e', app: 'ci' }))).state).toBe('open');
    expect((await judge(gate({ check: 'e2e' }))).state).toBe('failed');
  });

  const forged = { id: 1, name: 'e2e', status: 'completed', conclusion: 'success', completed_at: on(20) };
  test.each<[string, RegExp, (sha: string) => unknown, string]>([
    ['check runs: null', /check-runs/, () => ({ total_count: 0, check_runs: null }), 'check_runs is null'],
    ['a list in place of an object', /check-runs/, () => [], 'check_runs is undefined'],
    [
      'a check run: null',
      /check-runs/,
      () => ({ total_count: 1, check_runs: [null] }),
      'check_runs.0 is null',
    ],
    [
      'fewer check runs than GitHub counts',
      /check-runs/,
      (sha) => ({ total_count: 500, check_runs: [{ ...forged, head_sha: sha, app: { slug: 'ci' } }] }),
      'GitHub lists 1 of 500 runs of the check "e2e"',
    ],
    ['statuses: null', /statuses/, () => null, 'the answer is null'],
    ['a commit without a commit', /commits\/[0-9a-f]+$/, (sha) => ({ sha }), 'commit is undefined'],
  ])('seam 23: an answer of another shape is unknown: %s', async (_name, on, body, text) => {
    const raw = JSON.stringify(body(local.repo.main));
    local.fail({
      on,
      times: 99,
      answer: { status: 200, raw, headers: { 'content-type': 'application/json' } },
    });
    expect(await judge(gate({ check: 'e2e' }))).toMatchObject({
      state: 'unknown',
      text: expect.stringContaining(text),
    });
  });

  test('seam 23: with "app" a commit status counts only if that app set it', async () => {
    const status = { sha: local.repo.main, context: 'e2e', state: 'success' as const, at: on(20) };
    local.repo.statuses.push({ ...status, by: 'stranger' }, { ...status, by: 'ci' });
    expect((await judge(gate({ check: 'e2e', app: 'ci' }))).state).toBe('pending');
    local.repo.statuses.push({ ...status, by: 'ci[bot]' });
    expect((await judge(gate({ check: 'e2e', app: 'ci' }))).state).toBe('open');
  });

  test("seam 23: one account's commit status does not replace another's", async () => {
    const status = { sha: local.repo.main, context: 'e2e', at: on(20) };
    local.repo.statuses.push({ ...status, state: 'failure', by: 'zuul[bot]' });
    local.repo.statuses.push({ ...status, state: 'success', by: 'stranger' });
    expect((await judge(gate({ check: 'e2e' }))).state).toBe('failed');
    local.repo.statuses.push({ ...status, state: 'success', by: 'zuul[bot]' });
    expect((await judge(gate({ check: 'e2e' }))).state).toBe('open');
  });

  test('seam 23: the newest is the one with the highest id, whatever times it claims', async () => {
    report(20, 'success', { started: '2099-01-01T00:00:00Z' });
    report(21, 'failure', { started: on(1) });
    expect((await judge(gate({ check: 'e2e' }))).state).toBe('failed');
  });

  test('seam 23: no check was green before its commit was made', async () => {
    report(20, 'success', { at: '2001-01-01T00:00:00Z' });
    expect((await judge(gate({ check: 'e2e', greenFor: 31 * DAY }))).state).toBe('pending');
    expect((await judge(gate({ check: 'e2e', greenFor: 30 * DAY }))).state).toBe('open');
  });

  test('seam 23: an answer about another commit is no answer', async () => {
    report(20, 'success', { says: 'a'.repeat(40) });
    expect((await judge(gate({ check: 'e2e' }))).state).toBe('pending');
    const sha = local.repo.push('main', {});
    const liar = (github: GitHub): GitHub => ({
      ...github,
      call: (route, params, needs) =>
        github.call(route, 'ref' in params ? { ...params, ref: 'main' } : params, needs),
    });
    report(20, 'success', { sha });
    const commit = { repo: 'octo/app', sha: '0'.repeat(40) };
    expect(await judge(gate({ check: 'e2e' }), { commit }, liar)).toMatchObject({
      state: 'unknown',
      text: expect.stringContaining(`GitHub answered for commit ${sha}`),
    });
  });
});

describe('seam 23: src_ref chooses no repository', () => {
  const elsewhere = () => {
    const other = local.addRepo('evil/app');
    other.checks.push({
      sha: other.main,
      name: 'e2e',
      app: 'ci',
      status: 'completed',
      conclusion: 'success',
      at: on(20),
    });
    return { commit: { repo: 'evil/app', sha: other.main } };
  };

  test('seam 23: a repository that only src_ref names is not asked', async () => {
    const before = local.requests.length;
    expect(await judge(gate({ check: 'e2e' }), elsewhere())).toMatchObject({
      state: 'unknown',
      text: expect.stringContaining('add "repo: evil/app" to the gate'),
    });
    expect(local.requests.slice(before)).toEqual([]);
  });

  test('seam 23: one that the gate names is, at the commit that src_ref names', async () => {
    const subject = elsewhere();
    local.state.repos.get('evil/app')?.push('main', {});
    expect((await judge(gate({ check: 'e2e', repo: 'Evil/App' }), subject)).state).toBe('unknown');
    expect((await judge(gate({ check: 'e2e', repo: 'evil/app' }), subject)).state).toBe('open');
    expect((await judge(gate({ check: 'e2e', repo: 'evil/app', ref: 'main' }), subject)).state).toBe(
      'pending',
    );
  });

  test('seam 23: this repository is asked in whatever case src_ref writes it', async () => {
    report(20, 'success');
    const commit = { repo: 'Octo/App', sha: local.repo.main };
    expect((await judge(gate({ check: 'e2e' }), { commit })).state).toBe('open');
  });
});

test('seam 23: runs of a workflow on another branch do not count, also where a proxy ignores the filter', async () => {
  const run = { workflow: 'nightly.yml', event: 'push', status: 'completed', headRepo: 'octo/app' };
  local.repo.runs.push({ ...run, branch: 'topic', conclusion: 'success', at: on(20) });
  const deaf = (github: GitHub): GitHub => ({
    ...github,
    pages: (route, params) => github.pages(route, { ...params, branch: undefined }),
  });
  expect((await judge(gate({ workflow: 'nightly.yml', branch: 'main' }), {}, deaf)).state).toBe('pending');
});

describe('seam 23: approved_by', () => {
  const ann = gate({ approvedBy: '@ann' });
  const entry = (branch?: string) => ({
    entry: {
      sha: local.repo.main,
      file: 'tags.yaml',
      contains: (text: string) => text.includes('one'),
      ...(branch === undefined ? {} : { branch }),
    },
  });

  function merged(base: string, reviews: (head: string, before: string) => Pull['reviews']): void {
    const before = local.repo.push('add', { 'tags.yaml': { mode: '100644', text: 'draft' } });
    const headSha = local.repo.push('add', { 'tags.yaml': { mode: '100644', text: 'one' } });
    const pull = { head: 'add', base, headSha, merged: null, mergedAt: null };
    const { number } = local.repo.open('add', 'dev', '', { ...pull, reviews: reviews(headSha, before) });
    const merge = local.repo.merge(number, on(10));
    // The other branch reaches this one without a pull request of its own.
    if (base !== 'main') local.repo.git.refs.set('heads/main', merge);
  }

  test('seam 23: an approval of an older commit does not count, and the text says which', async () => {
    merged('main', (_head, before) => [{ login: 'ann', state: 'APPROVED', at: on(5), commit: before }]);
    const { state, text } = await judge(ann, entry());
    expect(state).toBe('pending');
    expect(text).toMatch(/pull request #1, .*; ann approved [0-9a-f]{7}, and [0-9a-f]{7} was merged$/);
  });

  test('seam 23: an approval of the commit that was merged counts', async () => {
    merged('main', (head) => [{ login: 'ann', state: 'APPROVED', at: on(5), commit: head }]);
    expect((await judge(ann, entry())).state).toBe('open');
  });

  test('seam 23: a merge into another branch does not count', async () => {
    local.repo.push('develop', {});
    merged('develop', (head) => [{ login: 'ann', state: 'APPROVED', at: on(5), commit: head }]);
    expect(await judge(ann, entry())).toMatchObject({
      state: 'pending',
      text: expect.stringContaining('#1 was merged into develop, not main'),
    });
    expect((await judge(ann, entry('develop'))).state).toBe('open');
  });
});

describe('seam 23: the gate in the tag file', () => {
  const read = (requires: string) =>
    parseConfig([
      {
        path: 'tags.yaml',
        bytes: new TextEncoder().encode(
          `images:\n  - name: quay.io/a/b\n    src_build_tag: x\n    tag: y\n    requires: [${requires}]\n`,
        ),
      },
    ]).images[0]?.requires[0];

  test('seam 23: every form is read, each with green_for', () => {
    expect(read('{ check: e2e, app: github-actions, green_for: 30d }')).toMatchObject({
      check: 'e2e',
      app: 'github-actions',
      greenFor: 30 * DAY,
    });
    expect(read('{ check: e2e, repo: o/r, ref: main, green_for: 1d }')).toMatchObject({
      repo: 'o/r',
      ref: 'main',
    });
    expect(read('{ workflow: n.yml, branch: main, consecutive: 3, green_for: 7d }')).toMatchObject({
      consecutive: 3,
    });
  });

  test.each([
    ['{ check: e2e, app: "GitHub Actions" }', 'is not the short name of a GitHub App', 28],
    ['{ workflow: n.yml, app: ci }', '"app" does not go with "workflow"', 34],
    ['{ approved_by: team, app: ci }', '"app" does not go with "approved_by"', 36],
  ])('seam 23: %s is an error at its place', (text, what, column) => {
    const error = (() => {
      try {
        return read(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    if (!(error instanceof UserError)) throw new Error('it was read');
    expect(error.problems).toMatchObject([
      { what: expect.stringContaining(what), location: { line: 5, column: expect.any(Number) } },
    ]);
    expect(error.problems[0]?.location?.column).toBeGreaterThan(column - 8);
  });
});
