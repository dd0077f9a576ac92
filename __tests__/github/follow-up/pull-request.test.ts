import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FollowUpItem } from '../../../src/github/follow-up/plan.js';
import { followUp } from '../../../src/github/follow-up/pull-request.js';
import { type LocalGitHub, startGitHub } from '../../support/github/local-github.js';
import { open } from '../../support/github/open.js';
import { digest } from '../../support/github/report.js';

const file = (text: string, mode: '100644' | '100755' = '100644') => ({ mode, text });
const sriov = (tag: string): FollowUpItem => ({
  image: { registry: 'docker.io', repository: 'starlingx/k8s-cni-sriov' },
  tag,
  digest: digest('a'),
  bug: 'Closes-Bug: 1854869',
  references: [{ file: 'charts/x/values.yaml', path: 'images.tags.sriov' }],
});
const multus: FollowUpItem = {
  image: { registry: 'docker.io', repository: 'starlingx/multus' },
  tag: 'stx.4.0-v3.4',
  digest: digest('b'),
  references: [{ file: 'deploy.yaml', path: '' }],
};

let local: LocalGitHub;
beforeEach(async () => {
  local = await startGitHub({
    'charts/x/values.yaml': file(
      '# chart\nimages:\n  tags:\n    sriov: docker.io/starlingx/k8s-cni-sriov:old # keep\n',
      '100755',
    ),
    'deploy.yaml': file('image: starlingx/multus:old\n'),
    'link.yaml': { mode: '120000', text: 'deploy.yaml' },
    README: file('hello'),
  });
});
afterEach(() => local.close());

const branch = 'retag/follow-up/main';
const run = async (items: FollowUpItem[], token = 'job') =>
  followUp(await open(local, { token }), {
    base: 'main',
    branch,
    items,
    runUrl: 'https://github.example/run/1',
  });
const head = () => local.repo.git.resolve(`heads/${branch}`);
const files = () => local.repo.git.files(head()!.tree);
const pull = (number: number) => local.repo.issues[number - 1]!;

describe('the follow-up pull request', () => {
  test('is made with one commit on top of the base; nothing else changes', async () => {
    expect(await run([sriov('stx.4.0-v2.2'), multus])).toMatchObject({
      state: 'created',
      problems: [],
      notice: null,
    });
    expect(files()).toStrictEqual({
      'charts/x/values.yaml': file(
        '# chart\nimages:\n  tags:\n    sriov: docker.io/starlingx/k8s-cni-sriov:stx.4.0-v2.2 # keep\n',
        '100755',
      ),
      'deploy.yaml': file('image: starlingx/multus:stx.4.0-v3.4\n'),
      'link.yaml': { mode: '120000', text: 'deploy.yaml' },
      README: file('hello'),
    });
    expect(head()).toMatchObject({
      parents: [local.repo.main],
      message: expect.stringContaining('\nCloses-Bug: 1854869\n'),
    });
    expect(pull(1)).toMatchObject({
      title: 'Use 2 new image tags',
      state: 'open',
      body: expect.stringContaining('Checks do not run'),
    });
  });

  test("with a person's token it says nothing of checks", async () => {
    await run([multus], 'user');
    expect(pull(1).body).not.toContain('Checks do not run');
  });

  test("with an app's token, which cannot ask who it is, neither, and running again changes nothing", async () => {
    local.state.tokens.set('app', { login: 'release-app[bot]', kind: 'job' });
    expect(await run([multus], 'app')).toMatchObject({ state: 'created' });
    expect(pull(1)).toMatchObject({ login: 'release-app[bot]' });
    expect(pull(1).body).not.toContain('Checks do not run');
    const writes = local.writes();
    expect(await run([multus], 'app')).toMatchObject({ state: 'unchanged' });
    expect(local.writes()).toBe(writes);
  });

  test('running again changes nothing', async () => {
    await run([sriov('stx.4.0-v2.2')]);
    const writes = local.writes();
    expect(await run([sriov('stx.4.0-v2.2')])).toMatchObject({
      state: 'unchanged',
      url: 'https://github.example/octo/app/pull/1',
    });
    expect(local.writes()).toBe(writes);
  });

  test('a second promotion goes into the same pull request, on top of the base as it is', async () => {
    await run([sriov('stx.4.0-v2.2')]);
    const base = local.repo.push('main', { README: file('new') });
    expect(await run([sriov('stx.4.0-v2.2'), multus])).toMatchObject({ state: 'updated' });
    expect(local.repo.issues).toHaveLength(1);
    expect(head()?.parents).toStrictEqual([base]);
    expect(files()['deploy.yaml']?.text).toContain('v3.4');
    expect(files()['README']?.text).toBe('new');
  });

  test('another file on the base is no reason to push', async () => {
    await run([multus]);
    const before = head()?.sha;
    local.repo.push('main', { README: file('new') });
    expect(await run([multus])).toMatchObject({ state: 'unchanged' });
    expect(head()?.sha).toBe(before);
  });

  test('after the merge there is nothing to do, and the next one is a new pull request', async () => {
    await run([sriov('stx.4.0-v2.2')]);
    local.repo.merge(1);
    expect(await run([sriov('stx.4.0-v2.2')])).toMatchObject({ state: 'nothing', url: null });
    expect(await run([sriov('stx.4.0-v2.3')])).toMatchObject({ state: 'created' });
    expect(pull(2)).toMatchObject({
      state: 'open',
      title: 'Use docker.io/starlingx/k8s-cni-sriov:stx.4.0-v2.3',
    });
  });

  test('superseded: closed with a word, the branch taken away', async () => {
    await run([multus]);
    local.repo.push('main', { 'deploy.yaml': file('image: starlingx/multus:stx.4.0-v3.4\n') });
    expect(await run([multus])).toMatchObject({ state: 'closed' });
    expect(pull(1).state).toBe('closed');
    expect(head()).toBeNull();
    expect(local.repo.comments).toMatchObject([
      { issue: 1, body: expect.stringContaining('nothing left to merge') },
    ]);
    expect(await run([multus])).toMatchObject({ state: 'nothing' });
    local.repo.push('main', { 'deploy.yaml': file('image: starlingx/multus:old\n') });
    expect(await run([multus])).toMatchObject({ state: 'created' });
  });

  test('one that a person closed is not made again, until there is something new', async () => {
    await run([multus]);
    pull(1).state = 'closed';
    expect(await run([multus])).toMatchObject({
      state: 'declined',
      notice: expect.stringContaining('closed without merging'),
    });
    expect(await run([multus, sriov('stx.4.0-v2.2')])).toMatchObject({ state: 'created' });
  });

  test("someone's own commit on the branch is left alone", async () => {
    await run([multus]);
    const theirs = local.repo.push(branch, { README: file('mine') }, 'my fix');
    expect(await run([multus, sriov('stx.4.0-v2.2')])).toMatchObject({
      state: 'foreign',
      notice: expect.stringContaining('was left alone'),
    });
    expect(head()?.sha).toBe(theirs);
  });

  test('"Update branch" does not make it someone else\'s', async () => {
    await run([multus]);
    const base = local.repo.push('main', { README: file('new') });
    const ours = head()!;
    const tree = local.repo.git.tree({ ...files(), README: file('new') });
    const merge = local.repo.git.commit(
      tree,
      [ours.sha, base],
      "Merge branch 'main'",
      '2026-01-06T00:00:00Z',
    );
    local.repo.git.refs.set(`heads/${branch}`, merge.sha);
    expect(await run([multus])).toMatchObject({ state: 'unchanged' });
    expect(await run([multus, sriov('stx.4.0-v2.2')])).toMatchObject({ state: 'updated' });
  });
});

describe('bad input and faults', () => {
  test('a missing file, a link and a missing path are named; the rest is done', async () => {
    const item = {
      ...multus,
      references: [
        ...multus.references,
        { file: 'none/x.yaml', path: 'a' },
        { file: 'link.yaml', path: 'a' },
      ],
    };
    const wrong = { ...sriov('2'), references: [{ file: 'charts/x/values.yaml', path: 'images.none' }] };
    expect(await run([item, wrong])).toMatchObject({
      state: 'created',
      problems: [
        { file: 'none/x.yaml', what: 'the file does not exist' },
        { file: 'link.yaml', what: 'the file does not exist' },
        { path: 'images.none', what: 'it has no images.none' },
      ],
    });
  });

  test('only problems: no pull request', async () => {
    expect(await run([{ ...multus, references: [{ file: 'none.yaml', path: 'a' }] }])).toMatchObject({
      state: 'nothing',
      problems: [{}],
    });
    expect(local.writes()).toBe(0);
  });

  test('a file that changes meanwhile: rebased once', async () => {
    const meanwhile = () =>
      void local.repo.push('main', { 'deploy.yaml': file('# top\nimage: starlingx/multus:old\n') });
    local.fail({ on: /POST .*git\/refs$/, meanwhile });
    expect(await run([multus])).toMatchObject({ state: 'created' });
    expect(files()['deploy.yaml']?.text).toBe('# top\nimage: starlingx/multus:stx.4.0-v3.4\n');
  });

  test('and a second time it is said', async () => {
    let n = 0;
    const meanwhile = () =>
      void local.repo.push('main', { 'deploy.yaml': file(`# ${n++}\nimage: starlingx/multus:old\n`) });
    local.fail({ on: /git\/refs/, times: 9, meanwhile });
    await expect(run([multus])).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('main changed meanwhile; run again'),
    });
  });

  test('409 from GitHub: tried once more', async () => {
    local.fail({ on: /POST .*git\/refs$/, answer: { status: 409, message: 'Conflict' } });
    expect(await run([multus])).toMatchObject({ state: 'created' });
  });

  test('a branch that appears at the same moment', async () => {
    const meanwhile = () => void local.repo.git.refs.set(`heads/${branch}`, local.repo.main);
    local.fail({
      on: /POST .*git\/refs$/,
      meanwhile,
      answer: { status: 422, message: 'Reference already exists' },
    });
    expect(await run([multus])).toMatchObject({ state: 'foreign' });
  });

  test('a missing permission is named', async () => {
    await expect(run([multus], 'fork')).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('add "contents: write"'),
    });
  });

  test('no pull requests allowed: the branch is there, and the next run makes only the pull request', async () => {
    const message = 'GitHub Actions is not permitted to create or approve pull requests.';
    local.fail({ on: /POST .*pulls$/, answer: { status: 403, message } });
    await expect(run([multus])).rejects.toThrow('allow it in the settings of the repository');
    expect(await run([multus])).toMatchObject({ state: 'created' });
  });
});
