import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { seal } from '../../../src/github/payload.js';
import { planMarker } from '../../../src/github/review/comment.js';
import { commitsTouching, reviewsOf, upsertComment } from '../../../src/github/review/review.js';
import { encodeReviewed } from '../../../src/github/review/reviewed.js';
import { type LocalGitHub, startGitHub } from '../../support/github/local-github.js';
import { open } from '../../support/github/open.js';
import { digest } from '../../support/github/report.js';
import type { Issue } from '../../support/github/state.js';

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
  const whole = seal(marker, data);
  const read = async (sha: string, token = 'job') =>
    (await reviewsOf(await open(local, { token }), [sha], marker, 'main')).last;
  const put = (body: string, login = 'github-actions[bot]') =>
    void local.repo.comments.push({ id: local.repo.comments.length + 1, issue: pull.number, login, body });

  test('are read from the comment of the merged pull request', async () => {
    put(whole);
    const sha = local.repo.merge(pull.number);
    expect(await read(sha)).toStrictEqual({
      pull: 1,
      head: pull.pull!.headSha,
      reviewed: { head, entries: [{ image: 'q/a', tag: '1', digest: digest('a') }], left: 0 },
    });
  });

  test('never from accounts other than the token itself', async () => {
    put(whole, 'dev');
    expect(await read(local.repo.merge(pull.number))).toMatchObject({
      why: 'the plan comment of pull request #1 is by dev, not by github-actions[bot]',
    });
  });

  test("the token's own before those of other bots", async () => {
    put(`${marker}\nx`, 'other[bot]');
    put(whole);
    expect(await read(local.repo.merge(pull.number))).toMatchObject({ reviewed: { head } });
  });

  test("an app's token, which cannot ask who it is, updates its own comment and proves nothing by it", async () => {
    local.state.tokens.set('app', { login: 'release-app[bot]', kind: 'job' });
    const github = await open(local, { token: 'app' });
    expect(await upsertComment(github, pull.number, marker, whole)).toMatchObject({ state: 'created' });
    expect(await upsertComment(github, pull.number, marker, whole)).toMatchObject({ state: 'unchanged' });
    expect(await read(local.repo.merge(pull.number), 'app')).toMatchObject({
      why: expect.stringContaining('is by release-app[bot], not by github-actions[bot]'),
    });
  });

  test('an open pull request says nothing', async () => {
    put(whole);
    expect(await read(pull.pull!.headSha)).toMatchObject({
      why: expect.stringContaining('came without a pull request into main'),
    });
  });

  test.each([
    ['damaged data', whole.slice(0, -8), 'damaged'],
    ['text that was changed', `${whole}\n\nmore`, 'the text was changed'],
    ['no data', seal(marker, 'x'), 'holds no plan'],
  ])('%s is said, not used', async (_, body, why) => {
    put(body);
    expect(await read(local.repo.merge(pull.number))).toMatchObject({ why: expect.stringContaining(why) });
  });

  test('later runs find the commits that changed the tag file', async () => {
    const merge = local.repo.merge(pull.number);
    const later = local.repo.push('main', { 'other.txt': { mode: '100644', text: 'x' } });
    expect(await commitsTouching(await open(local), 'tags.yaml', later, 10)).toStrictEqual([merge]);
  });
});
