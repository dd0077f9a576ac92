import { OperationError } from '../../errors.js';
import { isObject, parseJson } from '../../oci/manifest.js';
import { basicHeader, type Credential } from './docker-config.js';

/** A request to a token server, and the answer with its body (at most 64 KiB). */
interface TokenRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}
export type AskTokenServer = (
  request: TokenRequest,
) => Promise<{ readonly status: number; readonly body: Buffer }>;

/** What to ask a token server for. */
interface TokenWish {
  readonly server: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly credential: Exclude<Credential, { kind: 'registry' }> | null;
}

/** `seconds`: how long the token holds. */
type TokenAnswer = { readonly token: string; readonly seconds: number } | { readonly refused: number };

const DEFAULT_SECONDS = 60;

/**
 * Gets a token (distribution's "Token Authentication Specification"). An identity token goes by POST as OAuth2
 * wants it; servers that do not know that answer 404 or 405 and are asked by GET. 400, 401 and 403 are `refused`.
 */
export async function fetchToken(wish: TokenWish, ask: AskTokenServer): Promise<TokenAnswer> {
  let answer = wish.credential?.kind === 'identity' ? await ask(byPost(wish, wish.credential)) : null;
  if (!answer || answer.status === 404 || answer.status === 405) answer = await ask(byGet(wish));
  const { status, body } = answer;
  if (status === 400 || status === 401 || status === 403) return { refused: status };
  if (status !== 200) {
    throw new OperationError(
      status === 408 || status === 429 || status >= 500 ? 'unavailable' : 'protocol',
      `the token server ${wish.server.host} answered HTTP ${status}; run again when it is well`,
      { status },
    );
  }
  return parseToken(body, wish.server.host);
}

function byGet({ server, service, scopes, credential }: TokenWish): TokenRequest {
  const url = new URL(server);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (!credential) return { method: 'GET', url, headers: {} };
  const secret = credential.kind === 'basic' ? credential.password : credential.token;
  return { method: 'GET', url, headers: { authorization: basicHeader(credential.username, secret) } };
}

function byPost({ server, service, scopes }: TokenWish, { token }: { readonly token: string }): TokenRequest {
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: 'retag' });
  if (service !== undefined) form.set('service', service);
  form.set('scope', scopes.join(' '));
  return {
    method: 'POST',
    url: server,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString(), 'utf8'),
  };
}

/** `token` or `access_token`; a life that is absent or not positive is 60 s, as the specification says for absent. */
function parseToken(body: Buffer, host: string): { token: string; seconds: number } {
  const json = parseJson(body);
  const fields = isObject(json) ? json : {};
  const token = [fields['token'], fields['access_token']].find(
    (value) => typeof value === 'string' && value !== '',
  );
  // Anything else could not go into a header, or would add one.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new OperationError(
      'protocol',
      `the token server ${host} gave no usable token; see whether it is the right one for this registry`,
    );
  }
  const seconds = fields['expires_in'];
  return { token, seconds: typeof seconds === 'number' && seconds > 0 ? seconds : DEFAULT_SECONDS };
}

/** The Authorization header of a token and how long it holds. */
interface Held {
  readonly header: string;
  readonly seconds: number;
}

/** The tokens of one registry, by what they allow. */
export interface TokenCache {
  /** A header that is good for `scopes`, if there is one. */
  get(scopes: readonly string[]): string | undefined;
  /** Gets one with `work`, once for all who want the same at the same time. A refusal is remembered for a while. */
  fetch(scopes: readonly string[], work: (scopes: readonly string[]) => Promise<Held>): Promise<string>;
  /** Adds what the registry asked for beyond `scopes`, to be put first. */
  want(scopes: readonly string[], missing: readonly string[]): void;
  /** Has a registry asked for tokens? */
  wanted(): boolean;
  /** Forgets a token that the registry did not take, unless another one has its place already. */
  drop(header: string): void;
}

const EARLY_S = 10;
const REFUSAL_MS = 60_000;

interface Entry {
  header: string | undefined;
  refusal: Error | undefined;
  /** milliseconds since the epoch */
  until: number;
  pending: Promise<string> | undefined;
  missing: readonly string[];
}

export function createTokenCache(now: () => number): TokenCache {
  const entries = new Map<string, Entry>();
  let asked = false;

  const entryOf = (scopes: readonly string[]): Entry => {
    const key = scopes.join(' ');
    let entry = entries.get(key);
    if (!entry) {
      entry = { header: undefined, refusal: undefined, until: 0, pending: undefined, missing: [] };
      entries.set(key, entry);
    }
    return entry;
  };
  const held = (key: string): string | undefined => {
    const entry = entries.get(key);
    return entry && entry.until > now() ? entry.header : undefined;
  };
  const load = async (entry: Entry, work: () => Promise<Held>): Promise<string> => {
    try {
      const { header, seconds } = await work();
      entry.header = header;
      entry.refusal = undefined;
      entry.until = now() + 1000 * Math.max(seconds - EARLY_S, seconds / 2);
      return header;
    } catch (error) {
      entry.header = undefined;
      if (isRefusal(error)) {
        entry.refusal = error;
        entry.until = now() + REFUSAL_MS;
      }
      throw error;
    } finally {
      entry.pending = undefined;
    }
  };

  return {
    get(scopes) {
      const key = scopes.join(' ');
      // What may push may also pull.
      return held(key) ?? (key.endsWith(':pull') && scopes.length === 1 ? held(`${key},push`) : undefined);
    },
    fetch(scopes, work) {
      const entry = entryOf(scopes);
      if (entry.refusal && entry.until > now()) return Promise.reject(entry.refusal);
      entry.pending ??= load(entry, () => work([...entry.missing, ...scopes]));
      return entry.pending;
    },
    want(scopes, missing) {
      asked = true;
      if (missing.length > 0) entryOf(scopes).missing = missing;
    },
    wanted: () => asked,
    drop(header) {
      for (const entry of entries.values()) if (entry.header === header) entry.header = undefined;
    },
  };
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'denied';
}
