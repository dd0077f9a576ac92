import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { OperationError } from '../../../src/errors.js';
import { createReach } from '../../../src/registry/http/reach.js';
import { EVENTS, workspace, type RunnerEvent, type Workspace } from '../../support/runner.js';

/** A service that only the runner can reach; whoever asks it is counted. */
let server: Server;
let asked: string[] = [];
let port = 0;
let place: Workspace;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
    response.writeHead(500, { 'content-type': 'text/plain' }).end('the secret of an internal service');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
  place = workspace();
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  place.remove();
});

const run = (event: RunnerEvent, host: string, inputs = {}) => {
  place.file('.github/image-tags.yaml', `images: [{ name: '${host}/app', src_build_tag: a, tag: b }]\n`);
  asked = [];
  return place.action(event, { timeout: '15s', ...inputs });
};

test.each([
  ['pullRequest', '127.0.0.1'],
  ['forkPullRequest', '127.0.0.1'],
  ['forkPullRequest', 'localhost'],
  ['forkPullRequestTarget', '[::1]'],
  ['forkWorkflowRun', '[::ffff:127.0.0.1]'],
  ['mergeGroup', '127.0.0.1'],
] as const)('seam 25: on %s a tag file does not make the runner ask %s', async (event, host) => {
  const done = await run(EVENTS[event], `${host}:${port}`);
  expect(asked).toEqual([]);
  expect(done.code).toBe(1);
  const [action] = done.report?.actions ?? [];
  expect(action).toMatchObject({ action: 'refuse', reason: { code: 'unknown' } });
  expect(action?.reason.text).toMatch(/must not connect to.*registry-map/);
  expect(done.stdout + done.summary).not.toContain('the secret of an internal service');
});

test.each(['127.0.0.1', 'localhost'])('seam 25: a host that an input lists is asked (%s)', async (host) => {
  await run(EVENTS.pullRequest, `${host}:${port}`, { 'insecure-registries': `${host}:${port}` });
  expect(asked).not.toEqual([]);
  await run(EVENTS.pullRequest, 'docker.io/x', { 'registry-map': `docker.io=${host}:${port}` });
  expect(asked).not.toEqual([]);
});

test('seam 25: the command line on such an event refuses as well', async () => {
  const name = `127.0.0.1:${port}`;
  place.file('.github/image-tags.yaml', `images: [{ name: '${name}/app', src_build_tag: a, tag: b }]\n`);
  asked = [];
  const env = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request' };
  expect(await place.retag(['plan', '--timeout', '15s'], { env })).toMatchObject({ code: 1 });
  expect(asked).toEqual([]);
});

test.each([
  ...['127.9.9.9', '[::1]', '10.0.0.1', '172.16.0.1', '172.31.255.1', '192.168.1.1', '169.254.169.254'],
  ...[
    '100.100.100.200',
    '0.0.0.0',
    '[fc00::1]',
    '[fd12::1]',
    '[fe80::1]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::a00:1]',
  ],
])('seam 25: %s is refused by its address', (host) => {
  const reach = createReach([]);
  expect(() => reach(new URL(`https://${host}/v2/`))).toThrow(OperationError);
  expect(createReach([new URL(`https://${host}`).hostname])(new URL(`https://${host}/v2/`))).toBeUndefined();
  expect(createReach(undefined)(new URL(`https://${host}/v2/`))).toBeUndefined();
});

test.each([true, false])('seam 25: a name is judged by what it resolves to (all: %s)', async (all) => {
  // Such a name is loopback wherever it resolves at all (RFC 6761, section 6.3).
  const lookup = createReach(['other.example'])(new URL('https://localhost./v2/'));
  const error = await new Promise((resolve) => lookup?.('localhost', { all }, resolve));
  expect(error).toMatchObject({ code: 'unsafe' });
  expect(String(error)).toMatch(/localhost\. resolves to a loopback or private address/);
  expect(String(error)).not.toMatch(/127\.|::1/);
});
