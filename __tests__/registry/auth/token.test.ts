import { describe, expect, test } from '@jest/globals';

import { fetchToken } from '../../../src/registry/auth/token.js';

type TokenRequest = Parameters<Parameters<typeof fetchToken>[1]>[0];

type TokenWish = Parameters<typeof fetchToken>[0];

const wish: TokenWish = {
  server: new URL('https://a.example/token?tenant=1'),
  service: 'reg',
  scopes: ['repository:a/b:pull,push', 'repository:c:pull'],
  credential: null,
};
const ask = (...answers: [number, string][]) => {
  const asked: TokenRequest[] = [];
  const server = (request: TokenRequest) => {
    asked.push(request);
    const [status, body] = answers[asked.length - 1] ?? [500, ''];
    return Promise.resolve({ status, body: Buffer.from(body) });
  };
  return { asked, server };
};
const basic = (username: string, password: string) => ({
  kind: 'basic' as const,
  username,
  password,
  source: 'test',
});

describe('what is sent', () => {
  test('several scopes, each its own parameter, beside the query that is there', async () => {
    const { asked, server } = ask([200, '{"token":"t"}']);
    await fetchToken(wish, server);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'GET', headers: {} });
    expect([...asked[0]!.url.searchParams]).toEqual([
      ['tenant', '1'],
      ['service', 'reg'],
      ['scope', 'repository:a/b:pull,push'],
      ['scope', 'repository:c:pull'],
    ]);
  });

  test.each([
    ['colons', 'me', 'a:b:c'],
    ['beyond Latin-1', 'müller', 'ü😀'],
    ['nothing but a password', '', 'x'],
  ])('row 83: %s go as exact bytes', async (_, username, password) => {
    const { asked, server } = ask([200, '{"token":"t"}']);
    await fetchToken({ ...wish, credential: basic(username, password) }, server);
    const sent = asked[0]!.headers['authorization']!;
    expect(Buffer.from(sent.replace(/^Basic /, ''), 'base64')).toEqual(
      Buffer.from(`${username}:${password}`, 'utf8'),
    );
  });

  const identity = { kind: 'identity' as const, username: '<token>', token: 'refresh/1', source: 'test' };
  test('row 84: an identity token goes by POST, its scopes in one field', async () => {
    const { asked, server } = ask([200, '{"access_token":"t"}']);
    await fetchToken({ ...wish, credential: identity }, server);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'POST', url: wish.server });
    expect(asked[0]!.headers['authorization']).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(Buffer.from(asked[0]!.body!).toString()))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh/1',
      client_id: 'retag',
      service: 'reg',
      scope: 'repository:a/b:pull,push repository:c:pull',
    });
  });

  test.each([404, 405])('row 84: POST answered %i falls back to GET', async (status) => {
    const { asked, server } = ask([status, ''], [200, '{"token":"t"}']);
    await expect(fetchToken({ ...wish, credential: identity }, server)).resolves.toEqual({
      token: 't',
      seconds: 60,
    });
    expect(asked[1]).toMatchObject({
      method: 'GET',
      headers: { authorization: `Basic ${Buffer.from('<token>:refresh/1').toString('base64')}` },
    });
  });
});

describe('what comes back', () => {
  test.each<[string, string, unknown]>([
    ['token', '{"token":"t","expires_in":300}', { token: 't', seconds: 300 }],
    ['row 78: access_token only', '{"access_token":"t","expires_in":300}', { token: 't', seconds: 300 }],
    ['both: token counts', '{"token":"a","access_token":"b"}', { token: 'a', seconds: 60 }],
    ['an empty token beside access_token', '{"token":"","access_token":"b"}', { token: 'b', seconds: 60 }],
    ['row 78: expires_in absent', '{"token":"t"}', { token: 't', seconds: 60 }],
    ['row 78: expires_in 0', '{"token":"t","expires_in":0}', { token: 't', seconds: 60 }],
    ['row 78: expires_in negative', '{"token":"t","expires_in":-5}', { token: 't', seconds: 60 }],
    ['expires_in a word', '{"token":"t","expires_in":"long"}', { token: 't', seconds: 60 }],
  ])('%s', async (_, body, answer) => {
    await expect(fetchToken(wish, ask([200, body]).server)).resolves.toEqual(answer);
  });

  test.each([400, 401, 403])('%i is a refusal', async (status) => {
    await expect(fetchToken(wish, ask([status, 'no']).server)).resolves.toEqual({ refused: status });
  });

  // Threat 10: none of these may reach a header.
  test.each([
    ['a header in it', '{"token":"a\\r\\nX: y"}'],
    ['a space', '{"token":"a b"}'],
    ['beyond ASCII', '{"token":"tökén"}'],
    ['a number', '{"token":1}'],
    ['no JSON', '<html>'],
    ['an array', '["t"]'],
    ['nothing', ''],
  ])('a token with %s is none', async (_, body) => {
    await expect(fetchToken(wish, ask([200, body]).server)).rejects.toMatchObject({ code: 'protocol' });
  });

  test.each([
    [503, 'unavailable'],
    [429, 'unavailable'],
    [302, 'protocol'],
    [404, 'protocol'],
  ])('%i is %s', async (status, code) => {
    await expect(fetchToken(wish, ask([status, '']).server)).rejects.toMatchObject({ code, status });
  });
});
