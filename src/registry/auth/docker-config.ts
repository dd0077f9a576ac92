import { OperationError } from '../../errors.js';
import { isObject, parseJson, type JsonObject } from '../../oci/manifest.js';
import type { Credential } from './credential.js';

/** What a docker config says about logins. `source` names it in messages. */
export interface DockerConfig {
  readonly source: string;
  readonly auths: JsonObject;
  readonly credHelpers: JsonObject;
  readonly credsStore: string | null;
}

/** Docker Hub's entry has this key, whichever of its names was asked for (docker/cli `registry.IndexServer`). */
export const HUB_KEY = 'https://index.docker.io/v1/';
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
export function keyOf(registry: string): string {
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
  return new OperationError('denied', `${source} ${what}; mend it, or log in again with "docker login"`);
}
