import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import { type RefOptions, refFacts } from '../support/ci-run.js';
import { GIT_ENV } from '../support/repository.js';

const A = '1'.repeat(40);
const B = '2'.repeat(40);
const TIME = Date.UTC(2024, 0, 1);

let empty = '';
beforeAll(() => {
  empty = mkdtempSync(join(tmpdir(), 'retag-facts-'));
});
afterAll(() => rmSync(empty, { recursive: true, force: true }));

function eventPath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/events/${name}.json`, import.meta.url));
}

/** The facts of a job that a runner starts with this event file, in a workspace that was not checked out. */
function inActions(event: string, file: string, ref: string, more: Partial<RefOptions> = {}, sha = B) {
  const env = {
    ...GIT_ENV,
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: eventPath(file),
    GITHUB_REF: ref,
    GITHUB_SHA: sha,
    GITHUB_RUN_NUMBER: '42',
    GITHUB_RUN_ATTEMPT: '2',
  };
  return refFacts({ env: { ...env, ...more.env }, cwd: empty, time: TIME, ref: more.ref, sha: more.sha });
}

const MASTER = 'refs/heads/master';
const NOTHING = { write: false, credentials: false, localHosts: false };

describe('row 103: what each event is about', () => {
  test.each<[string, string, string, string, Record<string, unknown>]>([
    ['push', 'push-branch', MASTER, B, { ref: MASTER, kind: 'branch', name: 'master', sha: B }],
    [
      'push',
      'push-branch-slashes',
      'refs/heads/feature/a/b',
      B,
      { ref: 'refs/heads/feature/a/b', kind: 'branch', name: 'feature/a/b' },
    ],
    // `after` of an annotated tag is the tag object; GITHUB_SHA is the commit.
    [
      'push',
      'push-tag',
      'refs/tags/2.3.4',
      B,
      { ref: 'refs/tags/2.3.4', kind: 'tag', name: '2.3.4', sha: B },
    ],
    // The runner goes back to the default branch when the ref is gone.
    [
      'push',
      'push-tag-deleted',
      MASTER,
      A,
      { ref: 'refs/tags/2.3.4', kind: 'tag', sha: null, deleted: true },
    ],
    ['delete', 'delete-tag', MASTER, A, { ref: 'refs/tags/2.3.4', kind: 'tag', sha: null, deleted: true }],
    ['create', 'create-tag', 'refs/tags/2.3.4', B, { ref: 'refs/tags/2.3.4', kind: 'tag', sha: B }],
    ['workflow_dispatch', 'workflow-dispatch', MASTER, B, { ref: MASTER, kind: 'branch', sha: B }],
    ['schedule', 'schedule', MASTER, B, { ref: MASTER, kind: 'branch', sha: B }],
    ['repository_dispatch', 'repository-dispatch', MASTER, B, { ref: MASTER, kind: 'branch', sha: B }],
    ['release', 'release', 'refs/tags/2.3.4', B, { ref: 'refs/tags/2.3.4', kind: 'tag', sha: B }],
    [
      'merge_group',
      'merge-group',
      `refs/heads/gh-readonly-queue/master/pr-12-${A}`,
      B,
      { kind: 'branch', name: `gh-readonly-queue/master/pr-12-${A}`, sha: B },
    ],
    // Runs at the head of the default branch, and is about the run before it.
    ['workflow_run', 'workflow-run', MASTER, A, { ref: MASTER, kind: 'branch', sha: B }],
  ])('%s (%s)', async (event, file, ref, sha, expected) => {
    const facts = await inActions(event, file, ref, {}, sha);
    expect(facts).toMatchObject({
      deleted: false,
      // A merge queue is planned for: nothing of it is merged yet.
      may: { write: event !== 'merge_group', credentials: true },
      pullRequest: null,
      event,
      defaultBranch: 'master',
      runNumber: 42,
      runAttempt: 2,
      time: TIME,
      warnings: [],
      ...expected,
    });
  });
});

describe('rows 7 and 96: who is trusted', () => {
  const MERGE = 'refs/pull/12/merge';

  test.each<[string, string, string, boolean, string | null, string]>([
    ['pull_request', 'pull-request-own', MERGE, false, 'dmwm/WMCore', A],
    ['pull_request', 'pull-request-fork', MERGE, true, 'octocat/WMCore', A],
    ['pull_request', 'pull-request-deleted-fork', MERGE, true, null, A],
    ['pull_request_target', 'pull-request-own', MASTER, false, 'dmwm/WMCore', B],
    ['pull_request_target', 'pull-request-fork', MASTER, true, 'octocat/WMCore', B],
    ['pull_request_target', 'pull-request-deleted-fork', MASTER, true, null, B],
    ['pull_request_review', 'pull-request-fork', MERGE, true, 'octocat/WMCore', A],
    // a merged pull request runs on its base
    ['pull_request', 'pull-request-own', MASTER, false, 'dmwm/WMCore', A],
  ])('%s, %s: nothing is written', async (event, file, ref, fork, headRepo, sha) => {
    expect(await inActions(event, file, ref, {}, A)).toMatchObject({
      ref: MERGE,
      kind: 'pull',
      sha,
      may: { write: false, credentials: !fork, localHosts: false },
      pullRequest: { number: 12, headRepo, baseRepo: 'dmwm/WMCore', headSha: B, fork },
    });
  });

  test.each([
    ['workflow-run-fork', true],
    ['workflow-run-deleted-fork', true],
    ['workflow-run', false],
  ])('workflow_run, %s', async (file, fork) => {
    expect(await inActions('workflow_run', file, MASTER)).toMatchObject({
      may: { write: !fork, credentials: !fork },
    });
  });

  test('the input ref changes the ref and not the trust', async () => {
    const facts = await inActions('pull_request', 'pull-request-fork', MERGE, {
      ref: 'refs/tags/1.2.3',
      sha: A,
    });
    expect(facts).toMatchObject({ ref: 'refs/tags/1.2.3', sha: A, may: NOTHING });
  });

  test.each<[string, string | undefined]>([
    ['is not set', undefined],
    ['does not exist', join(tmpdir(), 'no-such-event.json')],
  ])('row 104: an event file that %s is not trusted', async (_name, path) => {
    const facts = await inActions('push', 'push-branch', MASTER, {
      env: { ...GIT_ENV, GITHUB_EVENT_PATH: path },
    });
    expect(facts).toMatchObject({ ref: MASTER, sha: B, may: NOTHING });
    expect(facts.warnings[0]).toMatch(/event file cannot be read .* nothing will be written/);
  });

  test.each(['', '{', '[]x', 'null', '"push"', '\u0000'])(
    'row 104: an event file with %j is not trusted',
    async (text) => {
      const path = join(empty, 'event.json');
      writeFileSync(path, text);
      const facts = await inActions('push', 'push-branch', MASTER, {
        env: { ...GIT_ENV, GITHUB_EVENT_PATH: path },
      });
      expect(facts).toMatchObject({ may: NOTHING });
    },
  );

  test.each<[string, string]>([
    ['no number', '{"pull_request": {}}'],
    ['no repositories', '{"pull_request": {"number": 12}}'],
    ['a list', '{"pull_request": []}'],
    ['null', '{"pull_request": null, "number": 3}'],
    ['a prototype', '{"__proto__": {"pull_request": {"number": 12}}}'],
  ])('a pull request event with %s is one of a fork', async (_name, text) => {
    const path = join(empty, 'event.json');
    writeFileSync(path, text);
    const facts = await inActions('pull_request', 'push-branch', 'refs/heads/x', {
      env: { ...GIT_ENV, GITHUB_EVENT_PATH: path, GITHUB_REF: '' },
      ref: 'refs/heads/x',
      sha: B,
    });
    expect(facts).toMatchObject({ may: NOTHING });
  });
});

describe('row 104: GITHUB_REF and the event disagree', () => {
  test.each<[string, string, string]>([
    ['push', 'push-branch', 'refs/heads/other'],
    ['push', 'push-tag', 'refs/tags/2.3.5'],
    ['push', 'push-tag', 'refs/heads/2.3.4'],
    ['release', 'release', 'refs/tags/9.9.9'],
    ['workflow_dispatch', 'workflow-dispatch', 'refs/tags/master'],
    ['pull_request', 'pull-request-own', 'refs/pull/13/merge'],
    ['pull_request', 'pull-request-own', 'refs/heads/topic'],
    ['merge_group', 'merge-group', MASTER],
    ['create', 'create-tag', MASTER],
  ])('%s, %s against %s', async (event, file, ref) => {
    const facts = inActions(event, file, ref);
    await expect(facts).rejects.toThrow(UserError);
    await expect(facts).rejects.toThrow(/GITHUB_REF is .*, and the .* event is about/);
  });

  test('a dispatch may carry the short name', async () => {
    const path = join(empty, 'dispatch.json');
    const payload = JSON.parse(readFileSync(eventPath('workflow-dispatch'), 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...payload, ref: 'master' }));
    const facts = await inActions('workflow_dispatch', '', MASTER, {
      env: { ...GIT_ENV, GITHUB_EVENT_PATH: path },
    });
    expect(facts).toMatchObject({ ref: MASTER, may: { write: true } });
  });

  test('an event about no ref asks for one', async () => {
    const env = { ...GIT_ENV, GITHUB_REF: '' };
    await expect(inActions('deployment', 'schedule', '', { env })).rejects.toThrow(/no git ref; choose one/);
  });
});

describe('refs and commits that are given', () => {
  test.each<[string, string | undefined, RegExp]>([
    ['main', undefined, /ref: "main" is not a git ref; write all of it: "refs\/heads\/main"/],
    ['refs/heads/a b', undefined, /is not a git ref/],
    ['refs/tags/v1', 'xyz', /sha: "xyz" is not a commit/],
    ['refs/tags/v1', 'abc123', /sha: "abc123" is not a commit/],
    ['refs/tags/v1', '--all', /is not a commit/],
  ])('%j at %j', async (ref, sha, message) => {
    const facts = refFacts({ env: GIT_ENV, cwd: empty, time: TIME, ref, sha });
    await expect(facts).rejects.toThrow(message);
  });

  test('outside a repository the ref and commit given are enough', async () => {
    const facts = await refFacts({
      env: GIT_ENV,
      cwd: empty,
      time: TIME,
      ref: 'refs/tags/v1',
      sha: B.toUpperCase(),
    });
    expect(facts).toMatchObject({
      kind: 'tag',
      sha: B,
      event: null,
      may: { write: true, credentials: true, localHosts: true },
      runNumber: null,
    });
    expect(await facts.gitTags()).toEqual([]);
    expect(await facts.shallow()).toBe(false);
    await expect(facts.reachableTags()).rejects.toThrow(/no git repository here/);
  });

  test('outside a repository and without a ref there is nothing to classify', async () => {
    await expect(refFacts({ env: GIT_ENV, cwd: empty, time: TIME })).rejects.toThrow(
      /no git repository here to take/,
    );
  });
});
