/** How one proves to a registry who one is. `source` says in words where it was found, for messages; it is never a secret. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string; readonly source: string }
  /** an OAuth2 refresh token, for the token server only */
  | { readonly kind: 'identity'; readonly username: string; readonly token: string; readonly source: string }
  /** a token that the registry takes as it is */
  | { readonly kind: 'registry'; readonly token: string; readonly source: string };

/** Looks a credential up; `registry` is as in references (`docker.io`, `host:port`). Null: none, so anonymous. */
export type Credentials = (registry: string) => Promise<Credential | null>;

/** The value of an Authorization header. Node's btoa cannot: it throws on anything outside Latin-1. */
export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** Everything about a credential that must not be shown. */
export function secretsOf(credential: Credential): string[] {
  if (credential.kind === 'registry') return [credential.token];
  const secret = credential.kind === 'basic' ? credential.password : credential.token;
  return [secret, basicHeader(credential.username, secret).slice('Basic '.length)];
}
