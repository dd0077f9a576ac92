import { afterEach, describe, expect, test } from '@jest/globals';

import type { Credential } from '../../../src/registry/auth/docker-config.js';
import {
  closeAll,
  guesses,
  kit,
  request,
  serve,
  type Seen,
  type TestServer,
} from '../../support/http-harness.js';

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

const LOGIN: Credential = {
  kind: 'basic',
  username: 'me',
  password: 'hunter2-hunter2',
  source: 'config.json',
};
const BASIC = `Basic ${Buffer.from('me:hunter2-hunter2').toString('base64')}`;
const auth = (seen: readonly Seen[]): (string | undefined)[] =>
  seen.map(({ headers }) => headers.authorization);

interface TokenSetup {
  /** the answer to the n-th token request */
  readonly token?: (seen: Seen, count: number) => { status?: number; body: unknown };
  /** does the registry take this token? */
  readonly takes?: (authorization: string | undefined, seen: Seen) => boolean;
  readonly challenge?: (realm: string, seen: Seen) => string;
  readonly refusal?: number;
}

/** A registry that wants tokens, and its token server on another port of loopback. */
async function tokenRegistry(setup: TokenSetup = {}): Promise<{ registry: TestServer; tokens: TestServer }> {
  const tokens = await start((_, response, seen, count) => {
    const { status = 200, body } = setup.token?.(seen, count) ?? {
      body: { token: `t${count}`, expires_in: 300 },
    };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const realm = `${tokens.url}/token`;
  const registry = await start((_, response, seen) => {
    const takes = setup.takes ?? ((authorization) => authorization?.startsWith('Bearer ') ?? false);
    if (takes(seen.headers.authorization, seen)) return void response.end('ok');
    const challenge =
      setup.challenge?.(realm, seen) ??
      `Bearer realm="${realm}",service="reg",scope="repository:org/app:pull"`;
    response
      .writeHead(setup.refusal ?? 401, { 'www-authenticate': challenge })
      .end('{"errors":[{"code":"UNAUTHORIZED"}]}');
  });
  return { registry, tokens };
}

describe('tokens', () => {
  test('row 75: no login, public: the registry is asked, a token fetched, and the next request costs one round trip', async () => {
    const { registry, tokens } = await tokenRegistry();
    const { transport, lookups } = kit();
    expect((await transport.send(request(registry.host))).status).toBe(200);
    expect((await transport.send(request(registry.host, { path: 'manifests/1.1' }))).status).toBe(200);
    expect(auth(registry.seen)).toEqual([undefined, 'Bearer t1', 'Bearer t1']);
    expect(auth(tokens.seen)).toEqual([undefined]);
    expect(tokens.seen[0]!.path).toBe('/token?service=reg&scope=repository%3Aorg%2Fapp%3Apull');
    expect(lookups).toEqual([registry.host]);
    expect(transport.usage()).toMatchObject({ requests: 4 + guesses(), retries: 0 });
  });

  test('a registry that asks for nothing gets nothing, and no login is looked up', async () => {
    const registry = await start((_, response) => void response.end('ok'));
    const { transport, lookups } = kit({ credential: LOGIN });
    await transport.send(request(registry.host));
    expect(auth(registry.seen)).toEqual([undefined]);
    expect(lookups).toEqual([]);
  });

  test('anonymous: no login is looked up, tokens are fetched all the same', async () => {
    const { registry, tokens } = await tokenRegistry();
    const { transport, lookups } = kit({ credential: LOGIN, anonymous: true });
    expect((await transport.send(request(registry.host))).status).toBe(200);
    expect(lookups).toEqual([]);
    expect(auth(tokens.seen)).toEqual([undefined]);
  });

  test('a login goes to the token server only, and all of it is told to the log for masking', async () => {
    const { registry, tokens } = await tokenRegistry();
    const { transport, secrets } = kit({ credential: LOGIN });
    await transport.send(request(registry.host));
    expect(auth(tokens.seen)).toEqual([BASIC]);
    expect(auth(registry.seen)).toEqual([undefined, 'Bearer t1']);
    expect(secrets).toEqual(expect.arrayContaining(['hunter2-hunter2', BASIC.slice(6), 't1']));
  });

  test('each repository has its token; known needs are met without a 401', async () => {
    const { registry, tokens } = await tokenRegistry();
    const { transport } = kit();
    const to = (repository: string) =>
      request(registry.host, { repository: { registry: registry.host, repository } });
    await transport.send(to('org/app'));
    await Promise.all(Array.from({ length: 5 }, () => transport.send(to('org/other'))));
    expect(tokens.seen).toHaveLength(2);
    expect(auth(registry.seen)).toEqual([undefined, 'Bearer t1', ...Array<string>(5).fill('Bearer t2')]);
  });

  test('the first request goes alone, so that hundreds do not all learn the same from a 401', async () => {
    const { registry, tokens } = await tokenRegistry();
    const { transport } = kit();
    await Promise.all(
      Array.from({ length: 50 }, () => transport.send(request(registry.host, { method: 'HEAD' }))),
    );
    expect(registry.seen).toHaveLength(51);
    expect(tokens.seen).toHaveLength(1);
  });

  test('a mount asks for a token for both repositories', async () => {
    const { registry, tokens } = await tokenRegistry();
    const { transport } = kit();
    await transport.send(
      request(registry.host, {
        method: 'POST',
        path: 'blobs/uploads/?mount=x&from=org/base',
        access: 'pull,push',
        alsoPull: { registry: registry.host, repository: 'org/base' },
      }),
    );
    expect(new URL(tokens.seen[0]!.path, 'http://x').searchParams.getAll('scope')).toEqual([
      'repository:org/app:pull,push',
      'repository:org/base:pull',
    ]);
  });

  test('the scope of the challenge goes first when it is another one', async () => {
    const { registry, tokens } = await tokenRegistry({
      challenge: (realm) => `Bearer realm="${realm}",scope="repository:remote/org/app:pull"`,
    });
    const { transport } = kit();
    await transport.send(request(registry.host));
    expect(new URL(tokens.seen[0]!.path, 'http://x').searchParams.getAll('scope')).toEqual([
      'repository:remote/org/app:pull',
      'repository:org/app:pull',
    ]);
  });

  test('row 77: a token that ends in the middle is renewed: before its end, and after a 401', async () => {
    let taken = 'Bearer t1';
    const { registry, tokens } = await tokenRegistry({ takes: (authorization) => authorization === taken });
    const { transport, clock } = kit();
    await transport.send(request(registry.host));
    clock.advance(295_000);
    taken = 'Bearer t2';
    expect((await transport.send(request(registry.host))).status).toBe(200);
    expect(registry.seen).toHaveLength(3);
    taken = 'Bearer t3';
    expect((await transport.send(request(registry.host))).status).toBe(200);
    expect(auth(registry.seen)).toEqual([undefined, 'Bearer t1', 'Bearer t2', 'Bearer t2', 'Bearer t3']);
    expect(tokens.seen).toHaveLength(3);
  });

  test('row 79: granted less than asked: one renewal, then the answer of the registry as it is', async () => {
    const { registry, tokens } = await tokenRegistry({ takes: () => false, refusal: 403 });
    const { transport } = kit({ credential: LOGIN });
    const put = request(registry.host, {
      method: 'PUT',
      body: Buffer.from('{}'),
      access: 'pull,push',
      repeatable: false,
      redirect: 'refuse',
    });
    const answer = await transport.send(put);
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).toContain('UNAUTHORIZED');
    expect(registry.seen).toHaveLength(3);
    expect(tokens.seen).toHaveLength(2);
  });

  test('a 403 without a challenge is an answer', async () => {
    const registry = await start((_, response) => void response.writeHead(403).end());
    const { transport } = kit({ credential: LOGIN });
    expect((await transport.send(request(registry.host))).status).toBe(403);
    expect(registry.seen).toHaveLength(1);
  });

  test('row 80: a registry that asks for ever gets three requests and two tokens (threat 10)', async () => {
    const { registry, tokens } = await tokenRegistry({ takes: () => false });
    const { transport } = kit();
    expect((await transport.send(request(registry.host))).status).toBe(401);
    expect([registry.seen.length, tokens.seen.length]).toEqual([3, 2]);
  });

  test('a token server that is busy once is asked again', async () => {
    const { registry, tokens } = await tokenRegistry({
      token: (_, count) => (count === 1 ? { status: 503, body: {} } : { body: { access_token: 't' } }),
    });
    const { transport } = kit();
    expect((await transport.send(request(registry.host))).status).toBe(200);
    expect(tokens.seen).toHaveLength(2);
    expect(transport.usage()).toMatchObject({ requests: 4 + guesses(), retries: 1 });
  });

  test('threat 10: a token body above 64 KiB is refused', async () => {
    const { registry } = await tokenRegistry({ token: () => ({ body: { token: 'x'.repeat(70_000) } }) });
    await expect(kit().transport.send(request(registry.host))).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('65536'),
    });
  });

  test('a token server that gives nothing without a login is named with what to do', async () => {
    const { registry, tokens } = await tokenRegistry({ token: () => ({ status: 401, body: {} }) });
    const { transport } = kit();
    await expect(transport.send(request(registry.host))).rejects.toMatchObject({
      code: 'denied',
      status: 401,
      message: expect.stringMatching(
        /gives anybody without a login no token for repository:org\/app:pull \(HTTP 401\); log in: docker login 127/,
      ),
    });
    await expect(transport.send(request(registry.host))).rejects.toMatchObject({ code: 'denied' });
    expect(tokens.seen).toHaveLength(1);
  });

  test('row 84: an identity token goes to the token server by POST', async () => {
    const { registry, tokens } = await tokenRegistry();
    const credential: Credential = {
      kind: 'identity',
      username: '<token>',
      token: 'refresh-me',
      source: 'h',
    };
    await kit({ credential }).transport.send(request(registry.host));
    expect(tokens.seen[0]).toMatchObject({ method: 'POST', path: '/token' });
    expect(tokens.seen[0]!.body).toContain('refresh_token=refresh-me');
  });

  test('a registry token goes to the registry as it is', async () => {
    const { registry, tokens } = await tokenRegistry();
    const credential: Credential = { kind: 'registry', token: 'given', source: 'config.json' };
    await kit({ credential }).transport.send(request(registry.host));
    expect(auth(registry.seen)).toEqual([undefined, 'Bearer given']);
    expect(tokens.seen).toEqual([]);
  });
});

describe('row 80: realms that get nothing', () => {
  test.each([
    ['no realm', () => 'Bearer service="x"', 'protocol'],
    ['another host', () => 'Bearer realm="https://evil.example/token"', 'unsafe'],
    ['a private address', () => 'Bearer realm="http://10.0.0.1/token"', 'unsafe'],
    ['the metadata service', () => 'Bearer realm="http://169.254.169.254/latest"', 'unsafe'],
  ])('%s', async (_, challenge, code) => {
    const { registry, tokens } = await tokenRegistry({ challenge });
    const { transport, lookups } = kit({ credential: LOGIN });
    await expect(transport.send(request(registry.host))).rejects.toMatchObject({ code });
    expect(auth(registry.seen)).toEqual([undefined]);
    expect(tokens.seen).toEqual([]);
    expect(lookups).toEqual([]);
  });

  test('a token server that redirects is not followed', async () => {
    const evil = await start((_, response) => void response.end('{"token":"x"}'));
    const tokens = await start((_, response) => {
      response.writeHead(307, { location: `${evil.url}/` }).end();
    });
    const registry = await start((_, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${tokens.url}/t"` }).end();
    });
    await expect(kit({ credential: LOGIN }).transport.send(request(registry.host))).rejects.toMatchObject({
      code: 'protocol',
    });
    expect(evil.seen).toEqual([]);
  });
});

describe('passwords', () => {
  const basicRegistry = (right: string) =>
    start((_, response, seen) => {
      if (seen.headers.authorization === right) return void response.end('ok');
      response
        .writeHead(401, { 'www-authenticate': 'Basic realm="x"' })
        .end(`no: ${seen.headers.authorization ?? ''}`);
    });

  test('go to a registry that asks for them, and from then on at once', async () => {
    const registry = await basicRegistry(BASIC);
    const { transport } = kit({ credential: LOGIN });
    for (let i = 0; i < 3; i++) expect((await transport.send(request(registry.host))).status).toBe(200);
    expect(auth(registry.seen)).toEqual([undefined, BASIC, BASIC, BASIC]);
  });

  test('without a login the 401 comes back', async () => {
    const registry = await basicRegistry(BASIC);
    expect((await kit().transport.send(request(registry.host))).status).toBe(401);
    expect(registry.seen).toHaveLength(1);
  });

  test('row 76: a wrong one is tried twice in all, however many requests there are', async () => {
    const registry = await basicRegistry('other');
    const { transport } = kit({ credential: LOGIN });
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () => transport.send(request(registry.host))),
    );
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'denied', status: 401 } });
      expect(String((result as PromiseRejectedResult).reason)).toContain(
        'refused the login from config.json',
      );
    }
    expect(auth(registry.seen).filter((value) => value === BASIC)).toHaveLength(2);
  });

  test('row 76: likewise at a token server', async () => {
    const { registry, tokens } = await tokenRegistry({ token: () => ({ status: 401, body: {} }) });
    const { transport } = kit({ credential: LOGIN });
    const sends = Array.from({ length: 40 }, (_, i) =>
      transport.send(
        request(registry.host, { repository: { registry: registry.host, repository: `org/app${i}` } }),
      ),
    );
    for (const result of await Promise.allSettled(sends))
      expect(result).toMatchObject({ reason: { code: 'denied' } });
    expect(tokens.seen).toHaveLength(2);
  });

  test('a refusal that passes is cured by the second try', async () => {
    let refused = 0;
    const registry = await start((_, response, seen) => {
      if (seen.headers.authorization === BASIC && refused++ > 0) return void response.end('ok');
      response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    });
    expect((await kit({ credential: LOGIN }).transport.send(request(registry.host))).status).toBe(200);
  });

  test('threat 11: what a registry echoes of a login is hidden', async () => {
    const registry = await start((_, response, seen) => {
      if (seen.headers.authorization === undefined) {
        return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      }
      response.writeHead(400, { warning: `299 - "you sent ${seen.headers.authorization}"` });
      response.end(
        `you sent ${seen.headers.authorization} for hunter2-hunter2 at https://s3.example/x?X-Amz-Signature=abc`,
      );
    });
    const { transport, warnings } = kit({ credential: LOGIN });
    const { body } = await transport.send(request(registry.host));
    expect(body.toString()).toBe('you sent Basic *** for *** at https://s3.example/x?***');
    expect(warnings.join()).toMatch(/you sent Basic \*\*\*$/);
  });
});

test('Bearer is preferred where both are offered', async () => {
  const { registry, tokens } = await tokenRegistry({
    challenge: (realm) => `Basic realm="x", Bearer realm="${realm}"`,
  });
  await kit({ credential: LOGIN }).transport.send(request(registry.host));
  expect(tokens.seen).toHaveLength(1);
  expect(auth(registry.seen)).toEqual([undefined, 'Bearer t1']);
});
