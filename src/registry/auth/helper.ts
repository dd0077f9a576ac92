import { execFile, type ExecFileException } from 'node:child_process';

import { OperationError } from '../../errors.js';
import { childEnvironment } from '../../shared/environment.js';
import { isObject, parseJson } from '../../oci/manifest.js';
import type { Credential } from './credential.js';
import { keyOf } from './docker-config.js';

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
    `${program}, which ${from} names for ${registry}, gave no login: ${why}; mend it, or take it out of that file`,
  );
}
