/** Where keys, roots and trust rules of a run come from; on events that only plan, from the base and not from the change. */
import { posix } from 'node:path';
import type { CiRun } from '../ci/model.js';
import type { TagFile } from '../config/config.js';
import { messageOf, OperationError } from '../errors.js';
import { gitIn } from '../git/git.js';
import type { GitHub } from '../github/client.js';
import type { Log } from '../ports.js';
import { systemClock } from '../system/clock.js';
import { readWorkspaceFile } from '../system/files.js';
import { fetchTrustedRoot } from '../system/trusted-root.js';
import type { TrustSources } from '../trust/material.js';

interface SourceOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly run: CiRun | null;
  readonly workspace: string;
  /** named from the workspace */
  readonly files: readonly TagFile[];
  /** may this run write to registries? */
  readonly write: boolean;
  readonly log: Log;
  /** rejects where GitHub cannot be asked */
  readonly github: () => Promise<GitHub>;
}

export interface RunTrust {
  readonly trust: TrustSources;
  /** the tag files whose trust rules count; undefined: those of the run */
  readonly trustFiles: readonly TagFile[] | undefined;
}

type Read = TrustSources['file'];

/** What a change says about trust counts once it is merged: until then a stranger may have written it. */
export async function trustOf(options: SourceOptions): Promise<RunTrust> {
  const { env, log, files, workspace } = options;
  const sourcesWith = (file: Read): TrustSources => ({
    file,
    variable: (name) => env[name],
    root: () => fetchTrustedRoot({ env, log, now: systemClock.now() }),
  });
  const here = { trust: sourcesWith((path) => readWorkspaceFile(workspace, path)), trustFiles: undefined };
  const base = options.write || files.length === 0 ? null : (options.run?.base ?? null);
  if (base === null) return here;
  try {
    const read = await baseReader(options, base);
    if (read === null) return here;
    const before = await Promise.all(files.map(async ({ path }) => ({ path, bytes: await read(path) })));
    const trustFiles = before.flatMap(({ path, bytes }) => (bytes === null ? [] : [{ path, bytes }]));
    return { trust: sourcesWith(read), trustFiles };
  } catch (error) {
    if (!(error instanceof OperationError) || error.code === 'cancelled') throw error;
    log.warning(
      `the tag file before this change cannot be read, so this plan is made with the trust rules of the change: ${messageOf(error)}`,
    );
    return here;
  }
}

/** Files of the base from the clone, or, where that is shallow and there are trust rules, from GitHub; null: nothing to ask for. */
async function baseReader(
  { env, workspace, files, github }: SourceOptions,
  base: string,
): Promise<Read | null> {
  const git = gitIn(workspace, env);
  if ((await git('cat-file', '-e', `${base}^{commit}`))?.ok === true) {
    return async (path) => {
      const answer = await git('cat-file', 'blob', `${base}:./${posix.normalize(path)}`);
      return answer?.ok === true ? Buffer.from(answer.stdout) : null;
    };
  }
  if (!files.some(({ bytes }) => /^["']?trust["']?\s*:/m.test(Buffer.from(bytes).toString()))) return null;
  const opened = await github();
  const { readText } = await import('../github/refs.js');
  return async (path) => {
    const text = await readText(opened, posix.normalize(path), base);
    return text === null ? null : Buffer.from(text);
  };
}
