import { randomBytes } from 'node:crypto';
import {
  type Answer,
  type Call,
  json,
  pageNotFound,
  readBody,
  refusal,
  type RequestKind,
} from './request.js';

interface Ticket {
  readonly expires: number;
  readonly access: readonly Need[];
}

/** Both ends of token authentication: the guard of the registry and the token endpoint. */
export interface TokenService {
  readonly guard: Guard;
  /** GET (Basic or nobody) and POST (oauth2: refresh token or password) */
  readonly answer: (call: Call) => Promise<Answer>;
  /** every token handed out so far, so that tests can search for leaks */
  readonly issued: readonly string[];
}

/** Bearer tokens that live in this process. `now` is in milliseconds; `realm` is the URL of the token endpoint. */
export function createTokenService(auth: TokenAuth, now: () => number, realm: () => string): TokenService {
  const tickets = new Map<string, Ticket>();
  const issued: string[] = [];
  const refreshTokens = new Map(Object.entries(auth.refreshTokens ?? {}));
  const service = auth.service ?? 'retag-embedded';
  const lifetime = auth.lifetime ?? 300;

  function newToken(prefix: string): string {
    const token = `${prefix}-${randomBytes(24).toString('hex')}`;
    issued.push(token);
    return token;
  }

  function issue(user: string | null, scopes: readonly string[], offline: boolean): Answer {
    const access = scopes.flatMap(parseScope).map(({ repository, actions }) => ({
      repository,
      actions: grantOf(auth)(user, repository, actions),
    }));
    const token = newToken('retag-access');
    tickets.set(token, { expires: now() + lifetime * 1000, access });
    const field = auth.field ?? 'both';
    const expiresIn = auth.expiresIn === undefined ? lifetime : auth.expiresIn;
    return json(200, {
      ...(field === 'access_token' ? {} : { token }),
      ...(field === 'token' ? {} : { access_token: token }),
      ...(expiresIn === null ? {} : { expires_in: expiresIn }),
      issued_at: new Date(now()).toISOString(),
      ...(offline && user !== null ? { refresh_token: newRefreshToken(user) } : {}),
    });
  }

  function newRefreshToken(user: string): string {
    const token = newToken('retag-refresh');
    refreshTokens.set(token, user);
    return token;
  }

  function challenge(needs: readonly Need[], error: string | null): Answer {
    const scope = needs.map(({ repository, actions }) => `repository:${repository}:${actions.join(',')}`);
    const parts = [
      `realm="${auth.realm ?? realm()}"`,
      `service="${service}"`,
      ...(scope.length === 0 ? [] : [`scope="${scope.join(' ')}"`]),
      ...(error === null ? [] : [`error="${error}"`]),
    ];
    return refusal(401, 'UNAUTHORIZED', 'authentication required', undefined, {
      'www-authenticate': `Bearer ${parts.join(',')}`,
    });
  }

  function guard(call: Call): Answer | null {
    const needs = needsOf(call);
    const match = /^bearer +(\S+)$/i.exec(call.headers['authorization'] ?? '');
    if (!match) return challenge(needs, null);
    const ticket = tickets.get(match[1] ?? '');
    if (!ticket || ticket.expires <= now()) return challenge(needs, 'invalid_token');
    return needs.every((need) => covers(ticket.access, need)) ? null : challenge(needs, 'insufficient_scope');
  }

  async function post(call: Call): Promise<Answer> {
    const form = new URLSearchParams((await readBody(call.body, 64 * 1024))?.toString('utf8') ?? '');
    const user =
      form.get('grant_type') === 'refresh_token'
        ? (refreshTokens.get(form.get('refresh_token') ?? '') ?? null)
        : passwordUser(auth, form);
    if (user === null) return refusal(401, 'UNAUTHORIZED', 'authentication required');
    return issue(user, (form.get('scope') ?? '').split(' '), form.get('access_type') === 'offline');
  }

  return {
    guard,
    issued,
    async answer(call) {
      if (call.method === 'POST') return auth.oauth2 === false ? pageNotFound() : post(call);
      if (call.method !== 'GET') return refusal(405, 'UNSUPPORTED', 'method not allowed');
      const header = call.headers['authorization'];
      const user = basicUser(auth, header);
      if (header !== undefined && user === null)
        return refusal(401, 'UNAUTHORIZED', 'incorrect username or password');
      const scopes = call.query.getAll('scope').flatMap((scope) => scope.split(' '));
      return issue(user, scopes, call.query.get('offline_token') === 'true');
    },
  };
}

function passwordUser(auth: TokenAuth, form: URLSearchParams): string | null {
  const pair = Buffer.from(`${form.get('username') ?? ''}:${form.get('password') ?? ''}`).toString('base64');
  return form.get('grant_type') === 'password' ? basicUser(auth, `Basic ${pair}`) : null;
}

/** `repository:a/b:pull,push`; `*` stands for every action. Other resource types give nothing. */
function parseScope(scope: string): readonly Need[] {
  const match = /^repository:(.+):([a-z*,]+)$/.exec(scope);
  if (!match) return [];
  const words = (match[2] ?? '').split(',');
  const known: readonly AccessAction[] = ['pull', 'push', 'delete'];
  return [
    {
      repository: match[1] ?? '',
      actions: known.filter((action) => words.includes(action) || words.includes('*')),
    },
  ];
}

function covers(access: readonly Need[], need: Need): boolean {
  return need.actions.every((action) =>
    access.some(({ repository, actions }) => repository === need.repository && actions.includes(action)),
  );
}

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
interface Need {
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

function grantOf(accounts: Accounts): Grant {
  return accounts.grant ?? DEFAULT_GRANT;
}

/** What a request needs: pulls need `pull`, writes `pull` and `push`, a mount also `pull` on its source. */
function needsOf(call: Call): readonly Need[] {
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
function basicUser(accounts: Accounts, header: string | undefined): string | null {
  const match = /^basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? '');
  if (!match) return null;
  const [user = '', ...rest] = Buffer.from(match[1] ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return Object.hasOwn(accounts.users, user) && accounts.users[user] === rest.join(':') ? user : null;
}
