/** The trusted root of Sigstore's public good instance, by TUF, and the last good copy of it for when nobody answers. */
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf, OperationError } from '../errors.js';
import type { Log } from '../ports.js';
import type { Environment } from '../shared/environment.js';

interface RootOptions {
  readonly env: Environment;
  readonly log: Pick<Log, 'warning'>;
  /** milliseconds since the epoch */
  readonly now: number;
  /** another repository than that of the public good instance, with the file of its first root, for tests */
  readonly mirror?: { readonly url: string; readonly rootPath: string };
}

/** Keys of the instance are rotated about once a year, and announced; a copy of some days is as good as new. */
const OLD = 7 * 24 * 3_600_000;

/**
 * Asks the TUF repository, starting from the root that comes with Retag, so that a cache which others write to decides nothing
 * while it answers. Without an answer the last good copy counts, with a warning when it is old.
 * @throws OperationError without an answer and without a copy
 */
export async function fetchTrustedRoot({ env, log, now, mirror }: RootOptions): Promise<unknown> {
  const folder = join(cacheFolder(env), 'retag', 'sigstore');
  const copy = join(folder, `${mirror === undefined ? 'public-good' : 'mirror'}.json`);
  try {
    const { initTUF } = await import('@sigstore/tuf');
    await mkdir(folder, { recursive: true });
    const from = mirror === undefined ? {} : { mirrorURL: mirror.url, rootPath: mirror.rootPath };
    const client = await initTUF({
      cachePath: folder,
      forceInit: true,
      retry: { retries: 1 },
      timeout: 10_000,
      ...from,
    });
    const text = await client.getTarget('trusted_root.json');
    await keep(copy, text);
    return JSON.parse(text) as unknown;
  } catch (error) {
    return lastGood(copy, error, log, now);
  }
}

async function lastGood(
  copy: string,
  error: unknown,
  log: RootOptions['log'],
  now: number,
): Promise<unknown> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(copy, 'utf8'), stat(copy)]);
    const root = JSON.parse(text) as unknown;
    if (now - mtimeMs > OLD) {
      const days = Math.floor((now - mtimeMs) / 86_400_000);
      log.warning(
        `the trusted root of Sigstore is ${days} days old, as its repository does not answer: ${messageOf(error)}`,
      );
    }
    return root;
  } catch {
    throw new OperationError(
      'unavailable',
      `the trusted root of Sigstore cannot be read (${messageOf(error)}), and there is no copy of it; ` +
        'let this job reach https://tuf-repo-cdn.sigstore.dev, or name a file with "trusted_root"',
      { cause: error },
    );
  }
}

/** Whole or not at all: other jobs of the machine may read it now. */
async function keep(path: string, text: string): Promise<void> {
  const next = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(next, text);
  await rename(next, path);
}

function cacheFolder(env: Environment): string {
  const named = [env['RUNNER_TOOL_CACHE'], env['XDG_CACHE_HOME']].find(
    (path) => path !== undefined && path !== '',
  );
  return named ?? join(homedir(), '.cache');
}
