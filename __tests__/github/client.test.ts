import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { openGitHub, repoName } from '../../src/github/client.js';
import { type LocalGitHub, startGitHub } from '../support/github/local-github.js';
import { open, testClock } from '../support/github/open.js';

const home = { owner: 'octo', repo: 'app' };
const REPO = 'GET /repos/{owner}/{repo}';

let local: LocalGitHub;
beforeEach(async () => {
  local = await startGitHub({ 'a.txt': { mode: '100644', text: 'a' } });
});
afterEach(() => local.close());

describe('reading', () => {
  test('a request and who the job is', async () => {
    const github = await open(local);
    expect(await github.call(REPO, home)).toMatchObject({ default_branch: 'main' });
    expect(await github.identity()).toStrictEqual({ login: 'github-actions[bot]', kind: 'job' });
    expect(await (await open(local, { token: 'user' })).identity()).toStrictEqual({
      login: 'octocat',
      kind: 'user',
    });
  });

  test('the same question again is conditional, and its answer is the first one', async () => {
    const github = await open(local);
    const first = await github.call(REPO, home);
    expect(await github.call(REPO, home)).toStrictEqual(first);
    expect(local.requests.map(({ status }) => status)).toStrictEqual([200, 304]);
  });

  test('what changed in between is read anew', async () => {
    const github = await open(local);
    const ref = { ...home, ref: 'heads/main' };
    await github.call('GET /repos/{owner}/{repo}/git/ref/{ref}', ref);
    const sha = local.repo.push('main', {});
    expect((await github.call('GET /repos/{owner}/{repo}/git/ref/{ref}', ref)).object.sha).toBe(sha);
  });

  test('lists are paged, and no further than they are read', async () => {
    for (let i = 0; i < 5; i++) local.repo.open(`issue ${i}`, 'octocat');
    local.pageSize = 2;
    const github = await open(local);
    const titles: string[] = [];
    for await (const page of github.pages('GET /repos/{owner}/{repo}/issues', home))
      titles.push(...page.map(({ title }) => title));
    expect(titles).toHaveLength(5);
    expect(local.requests).toHaveLength(3);
    for await (const page of github.pages('GET /repos/{owner}/{repo}/issues', home)) {
      expect(page).toHaveLength(2);
      break;
    }
    expect(local.requests).toHaveLength(4);
  });

  test('row 73: a list that goes on elsewhere is not followed with the token', async () => {
    const link = '<https://evil.example/issues?page=2>; rel="next"';
    local.fail({ on: /issues/, answer: { status: 200, raw: '[]', headers: { link } } });
    const github = await open(local);
    const read = async () => {
      for await (const page of github.pages('GET /repos/{owner}/{repo}/issues', home))
        expect(page).toStrictEqual([]);
    };
    await expect(read()).rejects.toMatchObject({
      code: 'unsafe',
      message: expect.stringContaining('evil.example'),
    });
  });

  test('find gives null for what does not exist', async () => {
    const github = await open(local);
    expect(
      await github.find('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...home, ref: 'heads/none' }),
    ).toBeNull();
  });
});

describe('limits and faults', () => {
  test.each([
    ['row 61: Retry-After in seconds', { status: 429, headers: { 'retry-after': '7' } }, [7000]],
    [
      'secondary limit with Retry-After',
      { status: 403, message: 'You have exceeded a secondary rate limit', headers: { 'retry-after': '3' } },
      [3000],
    ],
    [
      'secondary limit without a header',
      { status: 403, message: 'You have exceeded a secondary rate limit' },
      [60_000],
    ],
    [
      'primary limit, soon over',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1768046430' } },
      [31_000],
    ],
    [
      'Retry-After as a date',
      { status: 429, headers: { 'retry-after': 'Sat, 10 Jan 2026 12:00:20 GMT' } },
      [20_000],
    ],
    ['row 62: a bad gateway', { status: 502 }, [500]],
    ['a body that was cut short', { status: 200, raw: '{"default_bra' }, [500]],
  ])('%s: waits, then gets the answer', async (_, answer, slept) => {
    local.fail({ on: /app$/, answer });
    const clock = testClock();
    const github = await open(local, { clock });
    expect(await github.call(REPO, home)).toMatchObject({ name: 'app' });
    expect(clock.slept).toStrictEqual(slept);
  });

  test('a limit that lasts too long ends the run with the time', async () => {
    local.fail({ on: /app$/, answer: { status: 429, headers: { 'retry-after': '86400' } } });
    const github = await open(local);
    await expect(github.call(REPO, home)).rejects.toMatchObject({
      code: 'unavailable',
      message: "GitHub's rate limit is used up until 2026-01-11 12:00 UTC; run again after that",
    });
  });

  test('a limit holds writes too, which are then sent once', async () => {
    local.fail({ on: /POST .*issues$/, answer: { status: 429, headers: { 'retry-after': '1' } } });
    const github = await open(local);
    await github.call('POST /repos/{owner}/{repo}/issues', { ...home, title: 'one' });
    expect(local.repo.issues).toHaveLength(1);
  });

  test('row 63: always 503 ends after four tries', async () => {
    local.fail({ on: /app$/, times: 9, answer: { status: 503 } });
    const github = await open(local);
    await expect(github.call(REPO, home)).rejects.toMatchObject({ code: 'unavailable', status: 503 });
    expect(local.requests).toHaveLength(4);
  });

  test('a lost answer to a POST is not sent again', async () => {
    local.fail({ on: /POST .*issues$/, lose: true });
    const github = await open(local);
    await expect(
      github.call('POST /repos/{owner}/{repo}/issues', { ...home, title: 'one' }),
    ).rejects.toMatchObject({ code: 'unavailable' });
    expect(local.repo.issues).toHaveLength(1);
  });

  test('a dropped connection to a GET is', async () => {
    local.fail({ on: /app$/, answer: 'drop' });
    expect(await (await open(local)).call(REPO, home)).toMatchObject({ name: 'app' });
  });

  test('no answer in time', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    const { port } = silent.address() as AddressInfo;
    const github = await openGitHub({
      token: 't',
      apiUrl: `http://127.0.0.1:${port}`,
      repository: 'octo/app',
      clock: testClock(),
      requestMs: 20,
    });
    await expect(github.call(REPO, home)).rejects.toMatchObject({ code: 'timeout' });
    silent.closeAllConnections();
    silent.close();
  });

  test('the run is stopped', async () => {
    const github = await open(local, { signal: AbortSignal.abort() });
    await expect(github.call(REPO, home)).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('nobody listens', async () => {
    const github = await openGitHub({
      token: 't',
      apiUrl: 'http://127.0.0.1:9',
      repository: 'octo/app',
      clock: testClock(),
    });
    await expect(github.call(REPO, home)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('cannot be reached'),
    });
  });
});

describe('refusals name the permission', () => {
  const routes = [
    [
      'checks: read',
      (github) => github.call('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { ...home, ref: 'main' }),
    ],
    [
      'statuses: read',
      (github) => github.call('GET /repos/{owner}/{repo}/commits/{ref}/statuses', { ...home, ref: 'main' }),
    ],
    [
      'actions: read',
      (github) =>
        github.call('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
          ...home,
          workflow_id: 'ci.yml',
        }),
    ],
    ['pull-requests: read', (github) => github.call('GET /repos/{owner}/{repo}/pulls', home)],
    [
      'pull-requests: write',
      (github) =>
        github.call('POST /repos/{owner}/{repo}/pulls', { ...home, title: 't', head: 'x', base: 'main' }),
    ],
    ['issues: write', (github) => github.call('POST /repos/{owner}/{repo}/issues', { ...home, title: 't' })],
    ['issues: write', (github) => github.call('POST /repos/{owner}/{repo}/labels', { ...home, name: 't' })],
    [
      'contents: write',
      (github) =>
        github.call('POST /repos/{owner}/{repo}/git/refs', { ...home, ref: 'refs/tags/x', sha: 'x' }),
    ],
    [
      'contents: read',
      (github) => github.call('GET /repos/{owner}/{repo}/commits/{ref}', { ...home, ref: 'main' }),
    ],
  ] as [string, (github: Awaited<ReturnType<typeof open>>) => Promise<unknown>][];
  test.each(routes)('%s', async (permission, request) => {
    local.state.tokens.set('job', { login: 'github-actions[bot]', kind: 'job', permissions: {} });
    await expect(request(await open(local))).rejects.toMatchObject({
      code: 'denied',
      status: 403,
      message: expect.stringContaining(`add "${permission}" under "permissions:" of the job`),
    });
  });

  test('another repository needs another token', async () => {
    local.addRepo('octo/secret', {}, { private: true });
    const github = await open(local);
    const there = { owner: 'octo', repo: 'secret', ref: 'main' };
    await expect(
      github.call('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', there),
    ).rejects.toMatchObject({
      code: 'absent',
      message:
        'GitHub answered 404 to GET /repos/octo/secret/commits/main/check-runs (Not Found); if it exists, give ' +
        '"github-token" a token with "checks: read" on octo/secret; the job\'s own token reaches only octo/app',
    });
  });

  test('members of an organisation', async () => {
    const params = { org: 'octo', team_slug: 'x', username: 'y' };
    await expect(
      (await open(local)).call('GET /orgs/{org}/teams/{team_slug}/memberships/{username}', params),
    ).rejects.toMatchObject({
      message: expect.stringContaining('read the members of the organisation'),
    });
  });

  test('a setting of the repository', async () => {
    const message = 'GitHub Actions is not permitted to create or approve pull requests.';
    local.fail({ on: /POST .*pulls/, answer: { status: 403, message } });
    const github = await open(local);
    await expect(
      github.call('POST /repos/{owner}/{repo}/pulls', { ...home, title: 't', head: 'x', base: 'main' }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('allow it in the settings of the repository'),
    });
  });

  test('a token that is not valid', async () => {
    await expect((await open(local, { token: 'wrong' })).identity()).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('give "github-token" a token that is valid'),
    });
  });

  test('row 74: the token and foreign text never get into a message as they are', async () => {
    const message = 'bad token ghs_secret\n::error::x \u001b[2J';
    local.fail({ on: /app$/, answer: { status: 400, message } });
    const github = await open(local, { token: 'ghs_secret' });
    await expect(github.call(REPO, home)).rejects.toMatchObject({
      message: 'GitHub answered 400 to GET /repos/octo/app (bad token *** ::error::x \\u001b[2J)',
    });
  });
});

describe('the local GitHub itself', () => {
  test('a request that the description does not know fails the test', async () => {
    const other = await startGitHub();
    const github = await open(other);
    await expect(github.call('GET /meta', {})).rejects.toMatchObject({ code: 'absent' });
    await github.call('POST /repos/{owner}/{repo}/issues', { ...home, title: 'x', nonsense: 1 } as never);
    await expect(other.close()).rejects.toThrow(
      /GET \/meta: the description has no such operation\n.*body\.nonsense is not known/,
    );
  });
});

test.each(['', 'a', 'a/b/c', '/b'])('%j is no repository', (text) => {
  expect(() => repoName(text)).toThrow('write it as OWNER/NAME');
});
