import { OperationError } from '../../errors.js';
import { type Origin, type Challenge, parseChallenges, tokenServer } from './challenge.js';
import { basicHeader, type Credential, type Credentials, secretsOf } from './docker-config.js';
import { type AskTokenServer, createTokenCache, fetchToken, type TokenCache } from './token.js';

/** The proof of identity for the requests to one registry. */
export interface Authorizer {
  /**
   * The Authorization header that a request needs, as far as the registry has said; undefined before it has asked.
   * Known tokens are given at once, without a promise. Throws `denied` when there is none to be had.
   */
  authorization(access: Access): string | undefined | Promise<string | undefined>;
  /** Told how a request for which `sent` was given ended: its status, `null` when there was no answer. */
  answered(sent: string | undefined, status: number | null): void;
  /**
   * Told of a 401 (or a 403 with a challenge). True when the request is worth sending again, which is at most once
   * for each `sent`. What the registry asks for is known to all others when the call returns, before its promise does.
   */
  challenged(access: Access, header: string | undefined, sent: string | undefined): Promise<boolean>;
}

interface AuthorizerOptions {
  readonly credentials: Credentials;
  /** the registry as Retag connects to it now; asked at each challenge because the scheme may just have been found out */
  readonly asker: () => Origin;
  readonly ask: AskTokenServer;
  /** milliseconds since the epoch */
  readonly now: () => number;
  /** `ours`: given by the user, or in return for it; a token that anybody gets is the registry's own text */
  readonly onSecret: (secret: string, ours: boolean) => void;
}

type Scheme =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly server: URL; readonly service: string | undefined };

/** No credential is looked up before the registry asks for one. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  let scheme: Scheme | undefined;
  const credential = once(() => lookUp(options));
  const proof = createCredentialTrial();
  const tokens = createTokenCache(options.now);
  const context = { ...options, credential, proof, tokens };

  return {
    authorization(access) {
      if (!scheme) return undefined;
      return scheme.kind === 'basic' ? basic(context) : bearer(context, scheme, access);
    },
    answered(sent, status) {
      if (sent?.startsWith('Basic ')) proof.settle(verdictOf(status));
    },
    async challenged(access, header, sent) {
      const asked = choose(parseChallenges(header));
      if (!asked) return false;
      // Before any await: the scheme has to be known when the call returns.
      scheme = schemeOf(asked, options.asker());
      if (scheme.kind === 'bearer') {
        tokens.want(scopesOf(access), missingScopes(asked.parameters.get('scope'), scopesOf(access)));
      }
      return worthRepeating(context, sent);
    },
  };
}

/** Does an answer show that a password is right? Busy and broken servers answer before they look at it. */
function verdictOf(status: number | null): boolean | null {
  if (status === null || status === 408 || status === 429 || status >= 500) return null;
  return status !== 401;
}

interface Context extends AuthorizerOptions {
  readonly credential: () => Promise<Credential | null>;
  readonly proof: CredentialTrial;
  readonly tokens: TokenCache;
}

/** Bearer before Basic: a token is worth less to a thief than a password. */
function choose(challenges: readonly Challenge[]): Challenge | undefined {
  const of = (name: string): Challenge | undefined => challenges.find(({ scheme }) => scheme === name);
  return of('bearer') ?? of('basic');
}

function schemeOf({ scheme, parameters }: Challenge, asker: Origin): Scheme {
  if (scheme === 'basic') return { kind: 'basic' };
  return {
    kind: 'bearer',
    server: tokenServer(parameters.get('realm'), asker),
    service: parameters.get('service'),
  };
}

async function lookUp({ credentials, asker, onSecret }: AuthorizerOptions): Promise<Credential | null> {
  const found = await credentials(asker().registry);
  if (found) for (const secret of secretsOf(found)) onSecret(secret, true);
  return found;
}

async function worthRepeating(
  { credential, asker, proof, tokens }: Context,
  sent: string | undefined,
): Promise<boolean> {
  const found = await credential();
  if (sent === undefined) return found !== null || tokens.wanted();
  if (sent.startsWith('Basic ') && proof.isRejected()) throw rejected(asker().registry, found);
  tokens.drop(sent);
  return true;
}

async function basic({ credential, proof, asker }: Context): Promise<string | undefined> {
  const found = await credential();
  if (!found) return undefined;
  if (found.kind === 'registry') return `Bearer ${found.token}`;
  if ((await proof.turn()) === 'rejected') throw rejected(asker().registry, found);
  return basicHeader(found.username, found.kind === 'basic' ? found.password : found.token);
}

function bearer(
  context: Context,
  { server, service }: Extract<Scheme, { kind: 'bearer' }>,
  access: Access,
): string | Promise<string> {
  const { tokens, credential, asker, ask, onSecret } = context;
  const known = tokens.get(scopesOf(access));
  if (known !== undefined) return known;
  return tokens.fetch(scopesOf(access), async (scopes) => {
    const found = await credential();
    if (found?.kind === 'registry') return { header: `Bearer ${found.token}`, seconds: Infinity };
    const answer = await proven(context, found, () =>
      fetchToken({ server, service, scopes, credential: found }, ask),
    );
    if ('refused' in answer) throw noToken(asker().registry, server, scopes, found, answer.refused);
    onSecret(answer.token, found !== null);
    return { header: `Bearer ${answer.token}`, seconds: answer.seconds };
  });
}

/** Uses a credential at a token server, alone for as long as nobody knows whether it is right. */
async function proven(
  { proof, asker }: Context,
  found: Credential | null,
  use: () => ReturnType<typeof fetchToken>,
): ReturnType<typeof fetchToken> {
  if (!found) return use();
  if ((await proof.turn()) === 'rejected') throw rejected(asker().registry, found);
  let right: boolean | null = null;
  try {
    const answer = await use();
    right = !('refused' in answer) || answer.refused !== 401;
    return answer;
  } finally {
    proof.settle(right);
  }
}

function rejected(registry: string, credential: Credential | null): OperationError {
  const source = credential ? ` from ${credential.source}` : '';
  return new OperationError('denied', `${registry} refused the login${source} (HTTP 401)`, {
    status: 401,
    hint: `log in again with a user name and password that are right: docker login ${registry}`,
  });
}

function noToken(
  registry: string,
  server: URL,
  scopes: readonly string[],
  credential: Credential | null,
  status: number,
): OperationError {
  const who = credential ? `the login from ${credential.source}` : 'anybody without a login';
  const hint = `log in${credential ? ' with an account that may do this' : ''}: docker login ${registry}`;
  return new OperationError(
    'denied',
    `${server.host} gives ${who} no token for ${scopes.join(' ')} (HTTP ${status})`,
    { status, hint },
  );
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

/**
 * Has the registry taken the credential yet? Until it has, one request at a time may try it: sixteen requests in
 * flight with a wrong password are sixteen failed logins, and that locks accounts.
 */
interface CredentialTrial {
  /** Waits until it is known, or until it is the caller's turn to find out (`try`; then `settle` must follow). */
  turn(): Promise<'try' | 'proven' | 'rejected'>;
  /** `null`: could not be told (no answer). */
  settle(right: boolean | null): void;
  isRejected(): boolean;
}

/** A refusal may concern one repository only, so it takes two in a row to give a credential up. */
const MAX_REFUSALS = 2;

function createCredentialTrial(): CredentialTrial {
  let state: 'unknown' | 'proven' | 'rejected' = 'unknown';
  let refusals = 0;
  let trying: { readonly over: Promise<void>; readonly end: () => void } | null = null;
  return {
    async turn() {
      while (state === 'unknown' && trying) await trying.over;
      if (state !== 'unknown') return state;
      let end = (): void => undefined;
      const over = new Promise<void>((resolve) => (end = resolve));
      trying = { over, end };
      return 'try';
    },
    settle(right) {
      if (right === true) state = 'proven';
      else if (right === false && state === 'unknown' && ++refusals >= MAX_REFUSALS) state = 'rejected';
      const current = trying;
      trying = null;
      current?.end();
    },
    isRejected: () => state === 'rejected',
  };
}

/** What a request must be allowed to do. */
interface Access {
  readonly repository: { readonly repository: string };
  readonly access: 'pull' | 'pull,push';
  readonly alsoPull?: { readonly repository: string };
}

const MAX_SCOPES = 8;
// resourcetype ":" name ":" actions, docs of distribution "Token Scope"; the name may hold a port's colon
const SCOPE = /^repository:([\x21-\x7e]{1,300}):([a-z*]+(?:,[a-z*]+)*)$/;

/** The scopes that `access` needs. */
function scopesOf({ repository, access, alsoPull }: Access): string[] {
  const { repository: name } = repository;
  const own = name === '' ? 'registry:catalog:*' : `repository:${name}:${access}`;
  return alsoPull ? [own, `repository:${alsoPull.repository}:pull`] : [own];
}

/**
 * What of a challenge's scopes is asked for besides `own`. A registry that maps names may know the repository by a longer or
 * shorter path; such a name gets the actions that the request needs. Nothing else is: the registry chooses the words, and
 * the token would be good for what nobody asked for. Some token servers look only at the first scope, so these go first.
 */
function missingScopes(asked: string | undefined, own: readonly string[]): string[] {
  const scopes = (asked ?? '').split(' ').flatMap((scope) => {
    const [, name = '', actions = ''] = SCOPE.exec(scope) ?? [];
    const needed = own.map(splitActions).find(([held]) => sameRepository(held, name))?.[1] ?? [];
    const granted = needed.filter((action) => actions.split(',').includes(action));
    return granted.length === 0 ? [] : [`repository:${name}:${granted.join(',')}`];
  });
  return [...new Set(scopes)].slice(0, MAX_SCOPES);
}

/** Another path of one repository, with more or fewer components in front: `mirror/library/app` is `library/app`. */
function sameRepository(held: string, name: string): boolean {
  return held !== name && (held.endsWith(`/${name}`) || name.endsWith(`/${held}`));
}

function splitActions(scope: string): [string, string[]] {
  const [, name = '', actions = ''] = SCOPE.exec(scope) ?? [];
  return [name, actions.split(',')];
}
