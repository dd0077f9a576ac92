/** The authorizer of one registry, for a login that is a user name and a password. */
import { type Authorizer, createAuthorizer } from '../../src/registry/auth/authorizer.js';

const REGISTRY = 'reg.example';

export type Access = Parameters<Authorizer['authorization']>[0];

export const PULL: Access = { repository: { repository: 'a/b' }, access: 'pull' };

/** @param ask the token server; absent: nobody asks it */
export function authorizer(
  ask: Parameters<typeof createAuthorizer>[0]['ask'] = () => Promise.reject(new Error('no token server')),
): Authorizer {
  return createAuthorizer({
    credentials: () => Promise.resolve({ kind: 'basic', username: 'u', password: 'p', source: 'a test' }),
    asker: () => ({ registry: REGISTRY, api: new URL(`https://${REGISTRY}`), listed: [] }),
    ask,
    now: () => 0,
    onSecret: () => undefined,
  });
}

/** A challenge for a token with these scopes. */
export function challengeFor(scopes: string | undefined): string {
  const scope = scopes === undefined ? '' : `,scope="${scopes.replace(/["\\]/g, '\\$&')}"`;
  return `Bearer realm="https://${REGISTRY}/token"${scope}`;
}

/** The scopes that the token server is asked for after a challenge for `scopes`. */
export async function scopesAskedFor(access: Access, scopes?: string): Promise<string[]> {
  let asked: string[] = [];
  const registry = authorizer(({ url }) => {
    asked = url.searchParams.getAll('scope');
    return Promise.resolve({ status: 200, body: Buffer.from('{"token":"t"}') });
  });
  await registry.challenged(access, challengeFor(scopes), undefined);
  await registry.authorization(access);
  return asked;
}
