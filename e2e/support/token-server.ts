import { createSign, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { derOf, type Certificate } from './certificates.js';
import type { Running } from './process.js';

/** Who may do what. Names are those of the test; nothing real is behind them. */
export interface User {
  readonly name: string;
  readonly password: string;
  /** also accepted as `refresh_token` of an OAuth2 token request, as docker's identitytoken */
  readonly identityToken?: string;
  readonly actions: readonly ('pull' | 'push' | 'delete')[];
}

/** One request to the token server as it arrived. */
export interface TokenRequest {
  readonly method: string;
  /** null for an anonymous or a refused request */
  readonly user: string | null;
  readonly service: string | null;
  readonly scopes: readonly string[];
  readonly status: number;
}

export interface TokenServer extends Running {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  readonly requests: readonly TokenRequest[];
}

const LIFETIME_SECONDS = 300;

/**
 * The token server of distribution's specification ("Token Authentication Specification" and its OAuth2
 * variant): GET with basic auth, and POST with a password or a refresh token. Tokens are ES256 JWTs
 * that carry their certificate in `x5c`. With `tls` it speaks https, as the realm of an https registry must.
 */
export async function startTokenServer(
  signer: Certificate,
  users: readonly User[],
  tls: Certificate | null,
): Promise<TokenServer> {
  const service = 'registry.test';
  const issuer = 'retag-test-issuer';
  const requests: TokenRequest[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, { signer, users, service, issuer }).then(
      ({ status, body, seen }) => {
        requests.push({ ...seen, status });
        send(response, status, body);
      },
      (error: unknown) => send(response, 500, { details: String(error) }),
    );
  };
  const server =
    tls === null
      ? createServer(handle)
      : createSecureServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }, handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    realm: `${tls === null ? 'http' : 'https'}://127.0.0.1:${port}/token`,
    service,
    issuer,
    requests,
    stop,
  };
}

interface Setting {
  readonly signer: Certificate;
  readonly users: readonly User[];
  readonly service: string;
  readonly issuer: string;
}

type Answer = {
  readonly status: number;
  readonly body: object;
  readonly seen: Omit<TokenRequest, 'status'>;
};

async function answer(request: IncomingMessage, setting: Setting): Promise<Answer> {
  const method = request.method ?? '';
  const query =
    method === 'POST'
      ? new URLSearchParams(await text(request))
      : new URL(request.url ?? '', 'http://x').searchParams;
  const scopes = query.getAll('scope').flatMap((scope) => scope.split(' '));
  const claim = method === 'POST' ? oauth(query, setting) : basic(request, setting);
  const seen = { method, user: claim?.name ?? null, service: query.get('service'), scopes };
  if (claim === null || seen.service !== setting.service) {
    return { status: 401, body: { errors: [{ code: 'UNAUTHORIZED', message: 'wrong credentials' }] }, seen };
  }
  const token = sign(setting, claim, scopes);
  const name = method === 'POST' ? 'access_token' : 'token';
  return { status: 200, body: { [name]: token, expires_in: LIFETIME_SECONDS }, seen };
}

const ANONYMOUS: User = { name: '', password: '', actions: [] };

/** The user of a basic Authorization header; anonymous without one, null with a wrong one. */
function basic(request: IncomingMessage, { users }: Setting): User | null {
  const header = request.headers.authorization;
  if (header === undefined) return ANONYMOUS;
  const given = Buffer.from(header.replace(/^Basic /, ''), 'base64').toString();
  return users.find(({ name, password }) => same(given, `${name}:${password}`)) ?? null;
}

function oauth(query: URLSearchParams, { users }: Setting): User | null {
  const refresh = query.get('refresh_token') ?? '';
  const password = `${query.get('username') ?? ''}:${query.get('password') ?? ''}`;
  const byRefresh = query.get('grant_type') === 'refresh_token';
  return (
    users.find((user) =>
      byRefresh
        ? user.identityToken !== undefined && same(refresh, user.identityToken)
        : same(password, `${user.name}:${user.password}`),
    ) ?? null
  );
}

function sign({ signer, service, issuer }: Setting, user: User, scopes: readonly string[]): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { typ: 'JWT', alg: 'ES256', x5c: [derOf(signer.certificate)] };
  const claims = {
    iss: issuer,
    sub: user.name,
    aud: service,
    exp: now + LIFETIME_SECONDS,
    nbf: now - 10,
    iat: now,
    jti: randomUUID(),
    access: scopes.map((scope) => grant(scope, user)).filter((entry) => entry !== null),
  };
  const unsigned = `${encode(header)}.${encode(claims)}`;
  const key = { key: readFileSync(signer.key), dsaEncoding: 'ieee-p1363' as const };
  return `${unsigned}.${createSign('sha256').update(unsigned).sign(key).toString('base64url')}`;
}

/** `repository:name:pull,push` cut down to what the user may do; a name may hold a port, so the ends count. */
function grant(scope: string, user: User): object | null {
  const match = /^([^:]+):(.+):([^:]*)$/.exec(scope);
  if (match === null) return null;
  const [, type, name, wanted] = match;
  const actions = wanted!.split(',').filter((action) => (user.actions as readonly string[]).includes(action));
  return { type, name, actions };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
