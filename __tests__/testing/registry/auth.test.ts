import { afterEach, describe, expect, test } from '@jest/globals';
import { image, pushAll, seed } from '../../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry, type TokenAuth } from '../../../testing/registry/server.js';
import { codeOf, jsonOf, raw, type RawAnswer } from '../../support/raw.js';

const app = image();
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const PASSWORD = 'p:ä:ss 😀';
const BOB = basic('bob', PASSWORD);

let registry: EmbeddedRegistry;
let time = 1_700_000_000_000;
afterEach(() => registry.close());

const get = (path: string, authorization?: string): Promise<RawAnswer> =>
  raw('GET', `${registry.url}/v2/${path}`, authorization === undefined ? {} : { headers: { authorization } });

describe('basic', () => {
  async function start(grant?: TokenAuth['grant']): Promise<void> {
    registry = await startRegistry({
      auth: { kind: 'basic', users: { bob: PASSWORD }, ...(grant && { grant }) },
    });
    seed(registry, 'a', 'v1', app);
  }

  test.each([
    ['nobody', undefined, 401],
    ['the right password, colons and all', BOB, 200],
    ['a scheme in other letters', BOB.replace('Basic', 'bAsIc'), 200],
    ['a wrong password', basic('bob', 'p'), 401],
    ['an unknown user', basic('eve', PASSWORD), 401],
    ['a name out of the prototype', basic('constructor', ''), 401],
    ['a token', 'Bearer x', 401],
    ['nonsense', 'Basic %%%', 401],
  ])('%s', async (_name, authorization, status) => {
    await start();
    for (const path of ['', 'a/manifests/v1']) {
      const answer = await get(path, authorization);
      expect(answer.status).toBe(status);
      if (status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Basic realm="/);
    }
  });

  test('a user who may only read is 403 DENIED when writing', async () => {
    await start((_user, _repository, actions) => actions.filter((action) => action === 'pull'));
    const answer = await raw('POST', `${registry.url}/v2/a/blobs/uploads/`, {
      headers: { authorization: BOB },
    });
    expect([answer.status, codeOf(answer)]).toEqual([403, 'DENIED']);
    expect((await get('a/manifests/v1', BOB)).status).toBe(200);
  });
});

describe('token', () => {
  async function start(auth: Partial<TokenAuth> = {}): Promise<void> {
    registry = await startRegistry({
      auth: { kind: 'token', users: { bob: PASSWORD }, ...auth },
      now: () => time,
    });
    seed(registry, 'a', 'v1', app);
  }
  const ask = (query: string, authorization?: string): Promise<RawAnswer> =>
    raw(
      'GET',
      `${registry.tokenUrl!}?${query}`,
      authorization === undefined ? {} : { headers: { authorization } },
    );
  const tokenFor = async (query: string): Promise<string> =>
    `Bearer ${jsonOf(await ask(query, BOB))['token'] as string}`;
  const challengeOf = (answer: RawAnswer): string => answer.headers['www-authenticate']!;

  test('the challenge names realm, service and the scope of the request', async () => {
    await start();
    const ping = await get('');
    const read = await get('a/b/manifests/v1');
    const mount = await raw('POST', `${registry.url}/v2/to/blobs/uploads/?mount=x&from=other`);
    const remove = await raw('DELETE', `${registry.url}/v2/a/manifests/v1`);
    const realm = `Bearer realm="${registry.url}/token",service="retag-embedded"`;
    expect([ping, read, mount, remove].map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(challengeOf(ping)).toBe(realm);
    expect(challengeOf(read)).toBe(`${realm},scope="repository:a/b:pull"`);
    expect(challengeOf(mount)).toBe(`${realm},scope="repository:to:pull,push repository:other:pull"`);
    expect(challengeOf(remove)).toBe(`${realm},scope="repository:a:delete"`);
    expect(codeOf(read)).toBe('UNAUTHORIZED');
  });

  test('a token opens what its scope names and nothing else', async () => {
    await start();
    const token = await tokenFor('scope=repository:a:pull&scope=repository:b:pull,push');
    expect((await get('', token)).status).toBe(200);
    expect((await get('a/manifests/v1', token)).status).toBe(200);
    await pushAll(registry.url, 'b', 'v1', app, { authorization: token });
    const denied = await get('c/manifests/v1', token);
    expect(challengeOf(denied)).toContain('error="insufficient_scope"');
    await expect(pushAll(registry.url, 'a', 'v1', app, { authorization: token })).rejects.toThrow(/401/);
    expect(registry.tokens).toEqual([token.slice('Bearer '.length)]);
  });

  test('a mount needs pull on its source', async () => {
    await start();
    const mount = `${registry.url}/v2/b/blobs/uploads/?mount=${app.blobs[0]!.digest}&from=a`;
    const half = await tokenFor('scope=repository:b:pull,push');
    const whole = await tokenFor('scope=repository:b:pull,push repository:a:pull');
    expect((await raw('POST', mount, { headers: { authorization: half } })).status).toBe(401);
    expect((await raw('POST', mount, { headers: { authorization: whole } })).status).toBe(201);
  });

  test('a token dies when its time is over, by the clock that was passed in', async () => {
    await start({ lifetime: 60 });
    const token = await tokenFor('scope=repository:a:pull');
    expect((await get('a/manifests/v1', token)).status).toBe(200);
    time += 60_000;
    const late = await get('a/manifests/v1', token);
    expect([late.status, challengeOf(late)]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
  });

  test.each([
    [{}, ['access_token', 'expires_in', 'issued_at', 'token']],
    [{ field: 'token' as const }, ['expires_in', 'issued_at', 'token']],
    [{ field: 'access_token' as const }, ['access_token', 'expires_in', 'issued_at']],
    [{ expiresIn: null }, ['access_token', 'issued_at', 'token']],
  ])('the answer for %j has %j', async (auth, keys) => {
    await start(auth);
    expect(Object.keys(jsonOf(await ask('scope=repository:a:pull', BOB))).sort()).toEqual(keys);
  });

  test('expires_in can be told otherwise than it is', async () => {
    await start({ expiresIn: -1 });
    expect(jsonOf(await ask('', BOB))['expires_in']).toBe(-1);
  });

  test('nobody gets a token that opens nothing, unless the grant says otherwise', async () => {
    await start();
    const token = jsonOf(await ask('scope=repository:a:pull'))['token'] as string;
    expect((await get('a/manifests/v1', `Bearer ${token}`)).status).toBe(401);
    await registry.close();
    await start({ grant: (_user, _repository, actions) => actions.filter((action) => action === 'pull') });
    const open = jsonOf(await ask('scope=repository:a:pull,push'))['token'] as string;
    expect((await get('a/manifests/v1', `Bearer ${open}`)).status).toBe(200);
    expect(
      (
        await raw('POST', `${registry.url}/v2/a/blobs/uploads/`, {
          headers: { authorization: `Bearer ${open}` },
        })
      ).status,
    ).toBe(401);
  });

  test('a wrong password is 401', async () => {
    await start();
    expect((await ask('', basic('bob', 'wrong'))).status).toBe(401);
  });

  test('oauth2: an identity token, one from offline_token, a password, and refusals', async () => {
    await start({ refreshTokens: { identity: 'bob' } });
    const post = (form: Record<string, string>): Promise<RawAnswer> =>
      raw('POST', registry.tokenUrl!, { body: new URLSearchParams(form).toString() });
    const offline = jsonOf(await ask('offline_token=true', BOB))['refresh_token'] as string;
    const scope = 'repository:a:pull repository:b:pull';
    for (const form of [
      { grant_type: 'refresh_token', refresh_token: 'identity', scope },
      { grant_type: 'refresh_token', refresh_token: offline, scope },
      { grant_type: 'password', username: 'bob', password: PASSWORD, scope },
    ]) {
      const token = jsonOf(await post(form))['access_token'] as string;
      expect((await get('a/manifests/v1', `Bearer ${token}`)).status).toBe(200);
    }
    expect((await post({ grant_type: 'refresh_token', refresh_token: 'other' })).status).toBe(401);
    expect((await post({ grant_type: 'password', username: 'bob', password: '' })).status).toBe(401);
    expect((await post({})).status).toBe(401);
  });

  test('POST is 404 where oauth2 is not spoken; other methods are 405', async () => {
    await start({ oauth2: false });
    expect((await raw('POST', registry.tokenUrl!, { body: '' })).status).toBe(404);
    expect((await raw('PUT', registry.tokenUrl!, { body: '' })).status).toBe(405);
  });

  test('the endpoint may have a port of its own, in the same log, and be named wrongly', async () => {
    await start({ ownPort: true, realm: 'http://10.0.0.1/token' });
    expect(new URL(registry.tokenUrl!).host).not.toBe(registry.host);
    expect(challengeOf(await get(''))).toContain('realm="http://10.0.0.1/token"');
    await ask('scope=repository:a:pull', BOB);
    expect(registry.requests.at(-1)).toMatchObject({
      kind: 'token',
      status: 200,
      host: new URL(registry.tokenUrl!).host,
      headers: { authorization: BOB },
    });
    expect((await raw('GET', registry.tokenUrl!.replace('/token', '/v2/'))).status).toBe(404);
  });

  test('without token authentication there is no endpoint', async () => {
    registry = await startRegistry();
    expect(registry.tokenUrl).toBeNull();
    expect((await raw('GET', `${registry.url}/token`)).status).toBe(404);
  });
});
