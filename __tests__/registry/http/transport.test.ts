import { afterEach, describe, expect, test } from '@jest/globals';

import { closeAll, guesses, kit, request, serve, type TestServer } from '../../support/http-harness.js';

const servers: TestServer[] = [];
const start = async (...args: Parameters<typeof serve>): Promise<TestServer> => {
  const server = await serve(...args);
  servers.push(server);
  return server;
};
afterEach(async () => {
  closeAll();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('a request', () => {
  test('goes to /v2/<repository>/<path> with the headers given, and the answer comes back as it is', async () => {
    const server = await start((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/x', 'Docker-Content-Digest': 'sha256:1' });
      response.end('hello');
    });
    const { transport } = kit();
    const answer = await transport.send(request(server.host, { headers: { accept: 'a, b' } }));
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe('hello');
    expect(answer.headers).toMatchObject({ 'content-type': 'text/x', 'docker-content-digest': 'sha256:1' });
    expect(answer.url.href).toBe(`${server.url}/v2/org/app/manifests/1.0`);
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: 'GET',
      path: '/v2/org/app/manifests/1.0',
      headers: { accept: 'a, b', 'accept-encoding': 'identity', 'user-agent': 'retag/test' },
    });
    expect(server.seen[0]!.headers.authorization).toBeUndefined();
    expect(transport.usage()).toEqual({ requests: 1 + guesses(), retries: 0, bytes_in: 5, bytes_out: 0 });
  });
});
