import {
  appendFileSync,
  chownSync,
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../../testing/registry/server.js';
import { permissionFor, refFacts } from '../../support/ci-run.js';
import { fill, NOTHING, RIGHT, TAG_FILE, tagged, untag, writes } from '../../support/story.js';
import { GIT_ENV, sandbox, type Sandbox } from '../../support/repository.js';
import { EVENTS, workspace, type RunnerEvent, type Workspace } from '../../support/runner.js';

/** Which event may do what, where the work tree is at the commit of the run and where it is not. */
const HOME = { full_name: 'o/r', default_branch: 'main' };
let box: Sandbox;
let main = '';
let pull = '';
beforeAll(() => {
  box = sandbox();
  mkdirSync(box.at('work'));
  box.git('work', 'init', '--quiet', '--initial-branch=main');
  pull = box.commit('work', 1);
  main = box.commit('work', 2);
});
afterAll(() => box.remove());

/** The permission of a job at `head`, whose event names the commit `main`. */
function allowed(name: string, payload: object, more: { ref?: string; head?: string; input?: string } = {}) {
  const { ref = 'refs/heads/main', head = main, input } = more;
  box.git('work', 'checkout', '--quiet', '--detach', head);
  const path = box.at('event.json');
  writeFileSync(path, JSON.stringify({ repository: HOME, ...payload }));
  const env = {
    ...GIT_ENV,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: name,
    GITHUB_EVENT_PATH: path,
    GITHUB_REF: ref,
    GITHUB_SHA: main,
  };
  return permissionFor({ env, cwd: box.at('work'), time: 0, ref: input });
}

const ALL = { write: true, credentials: true, localHosts: true, why: '' };
const PLAN = { write: false, credentials: true, localHosts: false };
const ANONYMOUS = { write: false, credentials: false, localHosts: false };

const WRITES = [
  ...['push', 'create', 'delete', 'release', 'schedule', 'workflow_dispatch', 'repository_dispatch'],
  ...['deployment', 'deployment_status', 'registry_package', 'branch_protection_rule', 'check_run'],
  ...['check_suite', 'status', 'page_build', 'public', 'label', 'milestone'],
];
const ANYBODY = ['issues', 'issue_comment', 'discussion', 'discussion_comment', 'gollum', 'fork', 'watch'];
const PULLS = ['pull_request', 'pull_request_target', 'pull_request_review', 'pull_request_review_comment'];
const pullOf = (repository: string) => ({
  pull_request: {
    number: 12,
    head: { sha: '3'.repeat(40), repo: { full_name: repository } },
    base: { ref: 'main', repo: HOME },
  },
});

describe('seam 18: what each event may do', () => {
  test.each(WRITES)('seam 18: %s writes at the commit of the run', async (name) => {
    expect(await allowed(name, {})).toMatchObject(ALL);
  });
  test.each(WRITES.filter((name) => name !== 'delete'))(
    'seam 18: %s only plans, without credentials, when another commit is checked out',
    async (name) => {
      const may = await allowed(name, {}, { head: pull });
      expect(may).toMatchObject(ANONYMOUS);
      expect(may.why).toBe(`the work tree is at commit ${pull}, and this run is for ${main}`);
    },
  );
  test.each(WRITES.filter((name) => name !== 'delete'))(
    'seam 18: %s below refs/pull/ only plans',
    async (name) => {
      expect(await allowed(name, {}, { ref: 'refs/pull/12/head' })).toMatchObject(ANONYMOUS);
      expect(await allowed(name, {}, { ref: 'refs/changes/01/1/1' })).toMatchObject(ANONYMOUS);
    },
  );
  test.each(ANYBODY)('seam 18: %s, which anyone can cause, only plans', async (name) => {
    expect(await allowed(name, {})).toMatchObject(PLAN);
    expect(await allowed(name, {}, { head: pull })).toMatchObject(ANONYMOUS);
  });
  test.each(PULLS)('seam 18: %s only plans; of a fork without credentials', async (name) => {
    expect(await allowed(name, pullOf('O/R'))).toMatchObject(PLAN);
    expect(await allowed(name, pullOf('stranger/r'))).toMatchObject(ANONYMOUS);
  });
  test.each<[string, object]>([
    ['issue_comment', { issue: { number: 12, pull_request: { url: 'https://api.github.com/…' } } }],
    ['repository_dispatch', { client_payload: { pull_request: { number: 12 } } }],
  ])('seam 18: %s on a pull request is one of a fork', async (name, payload) => {
    expect(await allowed(name, payload)).toMatchObject(ANONYMOUS);
  });
  test('seam 18: a merge queue is planned for', async () => {
    const head_ref = 'refs/heads/gh-readonly-queue/main/pr-12';
    expect(await allowed('merge_group', { merge_group: { head_ref } }, { ref: head_ref })).toMatchObject(
      PLAN,
    );
  });
  test.each(['frobnicate', 'constructor', 'workflow_call', ''])(
    'seam 18: an event that Retag does not know (%j) only plans',
    async (name) => {
      const may = await allowed(name, {});
      expect(may).toMatchObject({ ...ANONYMOUS, why: 'Retag does not know this event' });
      expect(may.help).toMatch(/on an event such as push, schedule or workflow_dispatch/);
    },
  );
  test.each<[string, string, object]>([
    ['push', 'o/r', ALL],
    ['schedule', 'o/r', ALL],
    // What came before that one, perhaps a pull request of a fork, is in no event.
    ['workflow_run', 'o/r', ANONYMOUS],
    ['push', 'stranger/r', ANONYMOUS],
    ['pull_request', 'stranger/r', ANONYMOUS],
    ['pull_request', 'o/r', PLAN],
    ['issue_comment', 'o/r', PLAN],
    ['frobnicate', 'o/r', ANONYMOUS],
  ])('seam 18: workflow_run after %s of %s', async (event, full_name, expected) => {
    const run = {
      event,
      head_branch: 'main',
      head_sha: main,
      head_repository: { full_name },
      repository: HOME,
    };
    expect(await allowed('workflow_run', { workflow_run: run })).toMatchObject(expected);
  });
  test('seam 18: an input ref below refs/pull/ takes the trust away', async () => {
    expect(await allowed('workflow_dispatch', {})).toMatchObject(ALL);
    const env = { ...GIT_ENV, GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'workflow_dispatch' };
    const more = { GITHUB_EVENT_PATH: box.at('event.json'), GITHUB_REF: 'refs/heads/main', GITHUB_SHA: main };
    const options = { env: { ...env, ...more }, cwd: box.at('work'), time: 0, ref: 'refs/pull/12/head' };
    expect(await refFacts({ ...options, sha: main })).toMatchObject({ may: ANONYMOUS });
  });
});

describe('seam 18: a .git that git cannot read', () => {
  /** The permission of a push whose work tree has a copy of the repository that `change` damages. */
  async function damaged(change: (path: string) => void, more: object = {}) {
    const path = box.at('damaged');
    rmSync(path, { recursive: true, force: true });
    box.git('work', 'checkout', '--quiet', '--detach', main);
    cpSync(box.at('work'), path, { recursive: true });
    change(path);
    const event = box.at('event.json');
    writeFileSync(event, JSON.stringify({ repository: HOME, ref: 'refs/heads/main' }));
    const run = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: event };
    const env = { ...GIT_ENV, ...run, GITHUB_REF: 'refs/heads/main', GITHUB_SHA: main, ...more };
    return permissionFor({ env, cwd: path, time: 0 });
  }
  const config = (text: string) => (path: string) => appendFileSync(join(path, '.git/config'), text);

  test.each<[string, (path: string) => void]>([
    ['a configuration with a syntax error', config('[[[\n')],
    ['an unknown format', config('[core]\nrepositoryformatversion = 9\n')],
    ['an unknown extension', config('[core]\nrepositoryformatversion = 1\n[extensions]\nfoo = 1\n')],
    ['a HEAD that is none', (path) => writeFileSync(join(path, '.git/HEAD'), 'zzz')],
    ['a branch without a commit', (path) => writeFileSync(join(path, '.git/HEAD'), 'ref: refs/heads/x\n')],
    ['no HEAD', (path) => rmSync(join(path, '.git/HEAD'))],
    [
      'a .git file that leads nowhere',
      (path) => {
        rmSync(join(path, '.git'), { recursive: true });
        writeFileSync(join(path, '.git'), 'gitdir: /nonexistent');
      },
    ],
  ])('seam 18: %s is a plan without credentials', async (_name, change) => {
    const may = await damaged(change);
    expect(may).toMatchObject(ANONYMOUS);
    expect(may.why).toMatch(/^git cannot tell which commit is checked out: fatal: \S/);
  });

  test('seam 18: without git on the machine, a work tree with a .git is planned for', async () => {
    const may = await damaged(() => undefined, { PATH: box.at('none') });
    expect(may).toMatchObject(ANONYMOUS);
    expect(may.why).toContain('git is not installed');
  });

  test.each<[string, (path: string) => void]>([
    ['core.bare', config('[core]\nbare = true\n')],
    ['core.worktree', config('[core]\nworktree = /\n')],
    ['replaced commits', (path) => box.git(relative(box.path, path), 'replace', main, pull)],
  ])('seam 18: %s does not hide which commit is checked out', async (_name, change) => {
    expect(await damaged(change)).toMatchObject(ALL);
    expect(await damaged(change, { GITHUB_SHA: pull })).toMatchObject(ANONYMOUS);
  });

  test('seam 18: a job without .git is decided by the event', async () => {
    expect(await damaged((path) => rmSync(join(path, '.git'), { recursive: true }))).toMatchObject(ALL);
  });

  test('seam 18: a container, where the checkout belongs to another user, goes on working', async () => {
    // Only the superuser can give files away; for anybody else this is the plain case.
    const user = process.getuid?.() === 0 ? 12_345 : (process.getuid?.() ?? 0);
    const give = (path: string) => [path, join(path, '.git')].forEach((file) => chownSync(file, user, -1));
    expect(await damaged(give)).toMatchObject(ALL);
    expect(await damaged(give, { GITHUB_SHA: pull })).toMatchObject(ANONYMOUS);
  });

  test.each([undefined, ''])('seam 18: GITHUB_SHA of %j is a plan without credentials', async (sha) => {
    const may = await damaged(() => undefined, { GITHUB_SHA: sha });
    expect(may).toMatchObject({
      ...ANONYMOUS,
      why: 'GITHUB_SHA does not say which commit this run is for',
    });
  });
});

describe('seam 18: the action', () => {
  let registry: EmbeddedRegistry;
  let place: Workspace;
  let head = '';
  let work = '';
  beforeAll(async () => {
    registry = await startRegistry();
    fill(registry);
    place = workspace();
    place.file('.github/image-tags.yaml', TAG_FILE);
    work = relative(box.path, place.path);
    const git = (...args: string[]) => box.git(work, ...args);
    git('init', '--quiet', '--initial-branch=main');
    git('add', '.github');
    head = box.commit(work, 3);
  });
  beforeEach(() => untag(registry));
  afterAll(async () => {
    await registry.close();
    place.remove();
  });
  const run = (event: RunnerEvent, inputs = {}) =>
    place.action(event, { 'registry-map': `docker.io=${registry.host}`, ...inputs });
  const dispatch = (sha: string): RunnerEvent => ({ ...EVENTS.dispatch, sha });
  const comment = (sha: string): RunnerEvent => ({
    ...EVENTS.schedule,
    name: 'issue_comment',
    sha,
    payload: { issue: { number: 12, pull_request: {} }, repository: { default_branch: 'master' } },
  });

  test('seam 18: a comment on a pull request only plans, also at the commit of the run', async () => {
    const done = await run(comment(head));
    expect(done).toMatchObject({ code: 0, report: { command: 'plan' } });
    expect(done.commands).toContainEqual(
      expect.objectContaining({ name: 'warning', text: expect.stringContaining('nothing is written: ') }),
    );
    expect(writes(registry.requests)).toEqual([]);
    expect(await run(comment(head), { command: 'apply' })).toMatchObject({ code: 2, report: null });
  });

  test('seam 18: a dispatch with the head of a pull request checked out only plans', async () => {
    const done = await run(dispatch('5'.repeat(40)));
    expect(done).toMatchObject({ code: 0, report: { command: 'plan' } });
    expect(tagged(registry)).toEqual(NOTHING);
  });

  test('seam 18: a tag file that is not as the commit has it is planned for, and never applied', async () => {
    place.file('.github/image-tags.yaml', `${TAG_FILE}\n# from an artifact\n`);
    const done = await run(dispatch(head));
    expect(done).toMatchObject({ code: 0, report: { command: 'plan' } });
    expect(done.stdout).toContain('is not as the commit of this run has it');
    expect(tagged(registry)).toEqual(NOTHING);
    place.file('.github/image-tags.yaml', TAG_FILE.replaceAll('\n', '\r\n'));
    expect(await run(dispatch(head))).toMatchObject({ code: 0, report: { command: 'apply' } });
    expect(tagged(registry)).toEqual(RIGHT);
  });

  test('seam 18: a tag file that no commit has is planned for, until ref, sha and command say what the run is for', async () => {
    place.file('made/tags.yaml', TAG_FILE);
    const config = 'made/tags.yaml';
    const done = await run(dispatch(head), { config });
    expect(done).toMatchObject({ code: 0, report: { command: 'plan' } });
    expect(done.stdout).toContain(
      `nothing is written: "${config}" is not in the commit of this run; commit it; or, if`,
    );
    expect(await run(dispatch(head), { config, command: 'apply' })).toMatchObject({ code: 2 });
    const both = { config, ref: 'refs/heads/main', sha: head };
    expect(await run(dispatch(head), both)).toMatchObject({ code: 0, report: { command: 'plan' } });
    expect(tagged(registry)).toEqual(NOTHING);
    const said = { ...both, command: 'apply' };
    expect(await run(comment(head), said)).toMatchObject({ code: 2 });
    expect(await run(dispatch('5'.repeat(40)), { ...said, sha: '5'.repeat(40) })).toMatchObject({ code: 2 });
    expect(tagged(registry)).toEqual(NOTHING);
    expect(await run(dispatch(head), said)).toMatchObject({ code: 0, report: { command: 'apply' } });
    expect(tagged(registry)).toEqual(RIGHT);
  });

  test('seam 18: a tag file behind a link in the place of a tracked folder is planned for', async () => {
    const folder = join(place.path, '.github');
    renameSync(folder, join(place.path, 'untracked'));
    symlinkSync('untracked', folder);
    try {
      const done = await run(dispatch(head));
      expect(done).toMatchObject({ code: 0, report: { command: 'plan' } });
      expect(tagged(registry)).toEqual(NOTHING);
    } finally {
      rmSync(folder);
      renameSync(join(place.path, 'untracked'), folder);
    }
  });

  test('seam 18: a tag file that replaced objects give another text is planned for', async () => {
    const git = (...args: string[]) => box.git(work, ...args);
    place.file('.github/image-tags.yaml', `${TAG_FILE}\n# replaced\n`);
    const replaced = git('rev-parse', 'HEAD:.github/image-tags.yaml');
    const other = git('hash-object', '-w', '.github/image-tags.yaml');
    git('add', '.github');
    const tree = git('rev-parse', `${git('write-tree')}:.github`);
    git('replace', git('rev-parse', 'HEAD:.github'), tree);
    git('replace', replaced, other);
    try {
      const done = await run(dispatch(head));
      expect(done).toMatchObject({ code: 0, report: { command: 'plan' } });
      expect(tagged(registry)).toEqual(NOTHING);
    } finally {
      for (const id of git('replace', '--list').split('\n')) git('replace', '--delete', id);
      git('reset', '--quiet', '--hard');
    }
  });

  test('seam 18: a tag file from a checkout of another commit, below the workspace, is planned for', async () => {
    box.git(work, 'clone', '--quiet', '.', 'head');
    box.commit(join(work, 'head'), 4);
    const done = await run(dispatch(head), { config: 'head/.github/image-tags.yaml' });
    expect(done).toMatchObject({ code: 0, report: { command: 'plan' } });
    expect(tagged(registry)).toEqual(NOTHING);
  });
});
