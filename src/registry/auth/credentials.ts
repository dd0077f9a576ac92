import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { messageOf, OperationError } from '../../errors.js';
import {
  askHelper,
  type Credential,
  credentialOf,
  type Credentials,
  type DockerConfig,
  entryOf,
  type HelperSettings,
  parseDockerConfig,
} from './docker-config.js';

interface CredentialOptions {
  /** DOCKER_AUTH_CONFIG, DOCKER_CONFIG, HOME, and PATH for helpers */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** the job's token, for ghcr.io when nothing else is configured; empty outside Actions */
  readonly githubToken?: string;
  readonly githubActor?: string;
  /** ends helpers that run */
  readonly signal?: AbortSignal;
  /** the longest run of a credential helper, milliseconds; default 30,000 */
  readonly helperTimeoutMs?: number;
}

const HELPER_MS = 30_000;
const JOB_REGISTRY = 'ghcr.io';

/**
 * Logins as docker finds them, in docker's order: DOCKER_AUTH_CONFIG, then `credHelpers`, `credsStore` and `auths` of
 * config.json. Nothing is read before the first question, the file at most once in a run, and each registry is
 * looked up once. Throws OperationError `denied` for a config or helper that cannot be used.
 */
export function createCredentials(options: CredentialOptions): Credentials {
  const known = new Map<string, Promise<Credential | null>>();
  let file: Promise<DockerConfig | null> | undefined;
  return (registry) => {
    let found = known.get(registry);
    if (!found) {
      found = lookUp(registry, options, () => (file ??= readConfig(options.env)));
      known.set(registry, found);
    }
    return found;
  };
}

async function lookUp(
  registry: string,
  options: CredentialOptions,
  file: () => Promise<DockerConfig | null>,
): Promise<Credential | null> {
  return (
    fromEnvironment(registry, options.env) ??
    (await fromConfig(registry, await file(), options)) ??
    fromJob(registry, options)
  );
}

function fromEnvironment(registry: string, env: CredentialOptions['env']): Credential | null {
  const text = env['DOCKER_AUTH_CONFIG'] ?? '';
  if (text === '') return null;
  const { auths, source } = parseDockerConfig(Buffer.from(text, 'utf8'), 'DOCKER_AUTH_CONFIG');
  return credentialOf(entryOf(auths, registry), source, registry);
}

/** A helper named for the registry has the last word; the general store may leave a login to `auths`. */
async function fromConfig(
  registry: string,
  config: DockerConfig | null,
  { env, signal, helperTimeoutMs }: CredentialOptions,
): Promise<Credential | null> {
  if (!config) return null;
  const settings: HelperSettings = {
    env,
    timeoutMs: helperTimeoutMs ?? HELPER_MS,
    ...(signal ? { signal } : {}),
  };
  const helper = entryOf(config.credHelpers, registry);
  if (typeof helper === 'string' && helper !== '')
    return askHelper(helper, registry, config.source, settings);
  const stored = config.credsStore
    ? await askHelper(config.credsStore, registry, config.source, settings)
    : null;
  return stored ?? credentialOf(entryOf(config.auths, registry), config.source, registry);
}

function fromJob(
  registry: string,
  { githubToken = '', githubActor = '' }: CredentialOptions,
): Credential | null {
  if (registry !== JOB_REGISTRY || githubToken === '') return null;
  const username = githubActor === '' ? 'x-access-token' : githubActor;
  return { kind: 'basic', username, password: githubToken, source: 'the job token (github-token)' };
}

/** `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`; null when there is none. */
async function readConfig(env: CredentialOptions['env']): Promise<DockerConfig | null> {
  const folder = env['DOCKER_CONFIG'] || join(env['HOME'] || env['USERPROFILE'] || homedir(), '.docker');
  const path = join(folder, 'config.json');
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new OperationError('denied', `${path} cannot be read (${messageOf(error)}); fix its permissions`, {
      cause: error,
    });
  }
  return parseDockerConfig(bytes, path);
}
