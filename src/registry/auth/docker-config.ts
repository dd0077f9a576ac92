import { execFile, type ExecFileException } from 'node:child_process';
import { OperationError } from '../../errors.js';
import { isObject, type JsonObject, parseJson } from '../../oci/manifest.js';
import { childEnvironment } from '../../shared/environment.js';

/** What a docker config says about logins. `source` names it in messages. */
export interface DockerConfig {
  readonly source: string;
  readonly auths: JsonObject;
  readonly credHelpers: JsonObject;
  readonly credsStore: string | null;
}

/** Docker Hub's entry has this key, whichever of its names was asked for (docker/cli `registry.IndexServer`). */
const HUB_KEY = 'https://index.docker.io/v1/';
const HUB_HOSTS = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** Reads the text of a `config.json` or of DOCKER_AUTH_CONFIG. Throws OperationError `denied` naming `source`. */
export function parseDockerConfig(bytes: Uint8Array, source: string): DockerConfig {
  const json = parseJson(bytes);
  if (!isObject(json)) throw bad(source, 'is not a JSON object');
  const { auths = {}, credHelpers = {}, credsStore = null } = json;
  if (!isObject(auths) || !isObject(credHelpers))
    throw bad(source, 'has "auths" or "credHelpers" that is no object');
  if (credsStore !== null && typeof credsStore !== 'string')
    throw bad(source, 'has a "credsStore" that is no string');
  return { source, auths, credHelpers, credsStore: credsStore === '' ? null : credsStore };
}

/** The key under which docker and its helpers know `registry`. */
function keyOf(registry: string): string {
  return registry === 'docker.io' ? HUB_KEY : registry;
}

/**
 * The entry of `registry` in a list whose keys are hosts, or URLs from older tools. The exact key goes first;
 * others are compared on host and port.
 */
export function entryOf(list: JsonObject, registry: string): unknown {
  const exact = keyOf(registry);
  if (Object.hasOwn(list, exact)) return list[exact];
  const wanted = hubOr(registry);
  const key = Object.keys(list).find((candidate) => hubOr(hostOf(candidate)) === wanted);
  return key === undefined ? undefined : list[key];
}

function hubOr(host: string): string {
  return HUB_HOSTS.has(host) ? 'docker.io' : host;
}

function hostOf(key: string): string {
  return key
    .replace(/^https?:\/\//i, '')
    .replace(/\/.*$/s, '')
    .toLowerCase();
}

/**
 * The credential of one entry of `auths`: `registrytoken`, `identitytoken`, `auth` (base64 of user:password, split
 * at the first colon) or `username` and `password`. Null for an empty entry, which is what docker leaves when a
 * helper holds the secret.
 */
export function credentialOf(entry: unknown, source: string, registry: string): Credential | null {
  if (entry === undefined || entry === null) return null;
  if (!isObject(entry)) throw bad(source, `has an entry for ${registry} that is no object`);
  const text = (name: string): string => (typeof entry[name] === 'string' ? entry[name] : '');
  const decoded = text('auth') === '' ? null : decodeAuth(text('auth'), source, registry);
  const [username, password] = decoded ?? [text('username'), text('password')];
  if (text('registrytoken') !== '') return { kind: 'registry', token: text('registrytoken'), source };
  if (text('identitytoken') !== '')
    return { kind: 'identity', username: username || '<token>', token: text('identitytoken'), source };
  return username === '' && password === '' ? null : { kind: 'basic', username, password, source };
}

function decodeAuth(auth: string, source: string, registry: string): [string, string] {
  // Buffer skips what is not base64 instead of refusing it.
  if (!/^[A-Za-z0-9+/_-]+={0,2}\s*$/.test(auth))
    throw bad(source, `has an "auth" for ${registry} that is not base64`);
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw bad(source, `has an "auth" for ${registry} without a colon between user and password`);
  // Some tools pad the password with NULs; docker trims them too.
  return [text.slice(0, colon), text.slice(colon + 1).replace(/^\0+|(?<!\0)\0+$/g, '')];
}

function bad(source: string, what: string): OperationError {
  return new OperationError('denied', `${source} ${what}; fix it, or log in again with "docker login"`);
}

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

const NAME = /^[A-Za-z0-9._-]+$/;
const MAX_BYTES = 64 * 1024;

export interface HelperSettings {
  /** gives PATH and what the helper itself needs; the job's tokens are left out */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** the longest run, milliseconds */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks `docker-credential-<name> get` (docker/docker-credential-helpers) for the login to `registry`. Null when the
 * helper has none. What the helper prints besides is never shown: it may be a secret.
 */
export async function askHelper(
  name: string,
  registry: string,
  from: string,
  settings: HelperSettings,
): Promise<Credential | null> {
  if (!NAME.test(name) || name.startsWith('-')) {
    throw new OperationError(
      'denied',
      `${from} names a credential helper that is not a plain name; correct it`,
    );
  }
  const program = `docker-credential-${name}`;
  const { error, stdout } = await run(program, keyOf(registry), settings);
  if (error) {
    if (/credentials not found/i.test(stdout)) return null;
    throw failed(program, registry, from, reasonOf(error, settings.timeoutMs));
  }
  const answer = parseJson(Buffer.from(stdout, 'utf8'));
  const { Username: username, Secret: secret } = isObject(answer) ? answer : {};
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw failed(program, registry, from, 'its answer is not the JSON of a credential helper');
  }
  const source = `${program} (${from})`;
  if (username === '' && secret === '') return null;
  return username === '<token>'
    ? { kind: 'identity', username, token: secret, source }
    : { kind: 'basic', username, password: secret, source };
}

function run(
  program: string,
  input: string,
  { env, timeoutMs, signal }: HelperSettings,
): Promise<{ error: ExecFileException | null; stdout: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      ['get'],
      {
        env: childEnvironment(env),
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_BYTES,
        windowsHide: true,
        ...(signal ? { signal } : {}),
      },
      (error, stdout) => resolve({ error, stdout }),
    );
    // A helper that ends without reading is not a fault of its own.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

function reasonOf(error: ExecFileException, timeoutMs: number): string {
  const { code } = error;
  if (code === 'ENOENT') return 'it is not installed (not found in PATH)';
  if (code === 'EACCES') return 'it may not be run';
  if ((code as unknown) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return `it printed more than ${MAX_BYTES} bytes`;
  if (error.name === 'AbortError') return 'the run ended first';
  if (error.killed) return `it gave no answer within ${timeoutMs / 1000} s`;
  return `it ended with exit code ${code ?? 'unknown'}`;
}

function failed(program: string, registry: string, from: string, why: string): OperationError {
  return new OperationError(
    'denied',
    `${program}, which ${from} names for ${registry}, gave no login: ${why}; fix it, or take it out of that file`,
  );
}
