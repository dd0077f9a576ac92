import { refusal, type Answer } from './answer.js';
import type { Call } from './call.js';
import type { RequestKind } from './classify.js';

export type AccessAction = 'pull' | 'push' | 'delete';

/** What somebody may do with a repository; `user` is null for nobody in particular. */
export type Grant = (
  user: string | null,
  repository: string,
  actions: readonly AccessAction[],
) => readonly AccessAction[];

interface Accounts {
  /** name → password */
  readonly users: Readonly<Record<string, string>>;
  /** default: users may do everything, nobody else anything */
  readonly grant?: Grant;
}

export interface BasicAuth extends Accounts {
  readonly kind: 'basic';
}

/** Tokens as in distribution's docs/content/spec/auth/token.md and oauth.md. */
export interface TokenAuth extends Accounts {
  readonly kind: 'token';
  /** default `retag-embedded` */
  readonly service?: string;
  /** seconds that a token lives, default 300; 0 and less are dead on arrival */
  readonly lifetime?: number;
  /** `expires_in` as told; default the lifetime, null leaves it out */
  readonly expiresIn?: number | null;
  /** name of the field that holds the token, default both */
  readonly field?: 'token' | 'access_token' | 'both';
  /** identity tokens: token → user. Those given for `offline_token=true` are added. */
  readonly refreshTokens?: Readonly<Record<string, string>>;
  /** POST (oauth2) is answered; otherwise 404. Default true */
  readonly oauth2?: boolean;
  /** the token endpoint has a port of its own. Default false */
  readonly ownPort?: boolean;
  /** what the challenge says instead of the true realm */
  readonly realm?: string;
}

export type AuthOptions = { readonly kind: 'none' } | BasicAuth | TokenAuth;

/** A repository and what is to be done there. */
export interface Need {
  readonly repository: string;
  readonly actions: readonly AccessAction[];
}

/** Lets a request pass (null) or answers it. */
export type Guard = (call: Call) => Answer | null;

const READS: readonly RequestKind[] = [
  'head-manifest',
  'get-manifest',
  'head-blob',
  'get-blob',
  'tags',
  'referrers',
];
const DELETES: readonly RequestKind[] = ['delete-manifest', 'delete-blob'];

const DEFAULT_GRANT: Grant = (user, _repository, actions) => (user === null ? [] : actions);

export function grantOf(accounts: Accounts): Grant {
  return accounts.grant ?? DEFAULT_GRANT;
}

/** What a request needs: pulls need `pull`, writes `pull` and `push`, a mount also `pull` on its source. */
export function needsOf(call: Call): readonly Need[] {
  const { kind, repository } = call;
  if (repository === null) return [];
  if (READS.includes(kind)) return [{ repository, actions: ['pull'] }];
  if (DELETES.includes(kind)) return [{ repository, actions: ['delete'] }];
  const target: Need = { repository, actions: ['pull', 'push'] };
  const from = kind === 'mount' ? call.query.get('from') : null;
  return from === null ? [target] : [target, { repository: from, actions: ['pull'] }];
}

/** Asks for user and password on every request, as registries with an htpasswd file do. */
export function basicGuard(auth: BasicAuth): Guard {
  return (call) => {
    const user = basicUser(auth, call.headers['authorization']);
    if (user === null) {
      const challenge = { 'www-authenticate': 'Basic realm="Retag embedded registry"' };
      return refusal(401, 'UNAUTHORIZED', 'authentication required', undefined, challenge);
    }
    const denied = needsOf(call).some(({ repository, actions }) => {
      const granted = grantOf(auth)(user, repository, actions);
      return actions.some((action) => !granted.includes(action));
    });
    return denied ? refusal(403, 'DENIED', 'requested access to the resource is denied') : null;
  };
}

/** The user that an Authorization header proves, or null. The password may hold colons and UTF-8. */
export function basicUser(accounts: Accounts, header: string | undefined): string | null {
  const match = /^basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? '');
  if (!match) return null;
  const [user = '', ...rest] = Buffer.from(match[1] ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return Object.hasOwn(accounts.users, user) && accounts.users[user] === rest.join(':') ? user : null;
}
