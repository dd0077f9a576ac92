import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { planMarker } from '../../src/comment/comment.js';
import { encodeReviewed } from '../../src/comment/reviewed.js';
import { commitsTouching, reviewedFor, upsertComment } from '../../src/github/comments.js';
import type { LocalGitHub } from '../support/github/local-github.js';
import { startGitHub } from '../support/github/local-github.js';
import { open } from '../support/github/open.js';
import { digest } from '../support/github/report.js';
import type { Issue } from '../support/github/state.js';

const marker = planMarker('tags.yaml');
let local: LocalGitHub;
let pull: Issue;
beforeEach(async () => {
  local = await startGitHub();
  const headSha = local.repo.push('add', { 'tags.yaml': { mode: '100644', text: 'x' } });
  pull = local.repo.open('add', 'dev', '', {
    head: 'add',
    base: 'main',
    headSha,
    merged: null,
    mergedAt: null,
    reviews: [],
  });
});
afterEach(() => local.close());

const upsert = async (text: string, token = 'job') =>
  upsertComment(await open(local, { token }), pull.number, marker, `${marker}\n${text}`);
const texts = () => local.repo.comments.map(({ body }) => body);

describe('the sticky comment', () => {
  test('is made, updated in place, and left alone when it is right', async () => {
    expect(await upsert('one')).toMatchObject({ state: 'created' });
    expect(await upsert('two')).toMatchObject({ state: 'updated' });
    expect(await upsert('two')).toMatchObject({ state: 'unchanged' });
    expect(texts()).toStrictEqual([`${marker}\ntwo`]);
    expect(local.writes()).toBe(2);
  });

  test('is found on a later page', async () => {
    local.pageSize = 2;
    for (let i = 0; i < 5; i++)
      local.repo.comments.push({ id: i + 1, issue: pull.number, login: 'dev', body: 'hm' });
    await upsert('one');
    expect(await upsert('one')).toMatchObject({ state: 'unchanged' });
  });

  test("someone else's comment with the marker is not ours", async () => {
    local.repo.comments.push({ id: 1, issue: pull.number, login: 'dev', body: `${marker}\nfake` });
    local.repo.comments.push({
      id: 2,
      issue: pull.number,
      login: 'github-actions[bot]',
      body: `hello ${marker}`,
    });
    expect(await upsert('one')).toMatchObject({ state: 'created' });
    expect(texts()[0]).toBe(`${marker}\nfake`);
  });

  test('deleted in between', async () => {
    await upsert('one');
    local.fail({ on: /PATCH/, answer: { status: 404, message: 'Not Found' } });
    expect(await upsert('two')).toMatchObject({ state: 'created' });
  });

  test('a read-only token (fork) writes nothing and says so', async () => {
    expect(await upsert('one', 'fork')).toMatchObject({
      state: 'read-only',
      notice: expect.stringContaining('add "pull-requests: write" under "permissions:" of the job'),
    });
    expect(texts()).toStrictEqual([]);
  });

  test('any other failure is said', async () => {
    local.fail({ on: /POST/, times: 9, answer: { status: 500 } });
    await expect(upsert('one')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('reviewed digests after the merge', () => {
  const head = 'a'.repeat(40);
  const data = encodeReviewed(head, [{ image: 'q/a', tag: '1', digest: digest('a') }]);
  const read = async (sha: string, token = 'job') => reviewedFor(await open(local, { token }), [sha], marker);

  test('are read from the comment of the merged pull request', async () => {
    await upsert(data);
    const sha = local.repo.merge(pull.number);
    expect(await read(sha)).toStrictEqual([
      {
        pull: 1,
        head: pull.pull!.headSha,
        decoded: {
          ok: true,
          value: { head, entries: [{ image: 'q/a', tag: '1', digest: digest('a') }], left: 0 },
        },
      },
    ]);
  });

  test('never from people other than the token itself', async () => {
    local.repo.comments.push({ id: 1, issue: pull.number, login: 'dev', body: `${marker}\n${data}` });
    expect(await read(local.repo.merge(pull.number))).toStrictEqual([]);
  });

  test("the token's own before those of other bots", async () => {
    local.repo.comments.push({ id: 1, issue: pull.number, login: 'other[bot]', body: `${marker}\nx` });
    local.repo.comments.push({
      id: 2,
      issue: pull.number,
      login: 'github-actions[bot]',
      body: `${marker}\n${data}`,
    });
    expect(await read(local.repo.merge(pull.number))).toMatchObject([{ decoded: { ok: true } }]);
  });

  test("an app's token, which cannot ask who it is, finds its own again", async () => {
    local.state.tokens.set('app', { login: 'release-app[bot]', kind: 'job' });
    const github = await open(local, { token: 'app' });
    const text = `${marker}\n${data}`;
    expect(await upsertComment(github, pull.number, marker, text)).toMatchObject({ state: 'created' });
    expect(await upsertComment(github, pull.number, marker, text)).toMatchObject({ state: 'unchanged' });
    const reviews = await reviewedFor(github, [local.repo.merge(pull.number)], marker);
    expect(reviews).toMatchObject([{ decoded: { ok: true } }]);
  });

  test('an open pull request says nothing', async () => {
    await upsert(data);
    expect(await read(pull.pull!.headSha)).toStrictEqual([]);
  });

  test('damaged data is said, not used', async () => {
    await upsert(data.slice(0, -8));
    const [review] = await read(local.repo.merge(pull.number));
    expect(review?.decoded).toMatchObject({ ok: false, why: expect.stringContaining('damaged') });
  });

  test('later runs find the commits that changed the tag file', async () => {
    const merge = local.repo.merge(pull.number);
    const later = local.repo.push('main', { 'other.txt': { mode: '100644', text: 'x' } });
    expect(await commitsTouching(await open(local), 'tags.yaml', later, 10)).toStrictEqual([merge]);
  });
});
