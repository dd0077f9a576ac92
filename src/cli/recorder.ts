/** What signs records, with the real network, clock and keys. */
import { generateKeyPairSync } from 'node:crypto';
import { userInfo } from 'node:os';
import type { CiRun } from '../ci/ci.js';
import type { Config } from '../config/model.js';
import { gitIn } from '../git/git.js';
import { headOf, uncommittedIn } from '../git/work-tree.js';
import type { Log } from '../ports.js';
import { createServiceClient } from '../registry/http/transport.js';
import { systemClock } from '../system/clock.js';
import type { Recorder, RunFacts } from '../trust/record.js';
import { VERSION } from '../version.js';
import { trustOf } from './trust-sources.js';

interface RecorderOptions {
  /** what the CI system says; null where none is known */
  readonly run: CiRun | null;
  readonly env: NodeJS.ProcessEnv;
  readonly workspace: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onSecret?: (secret: string) => void;
}

/** @throws UserError when there is neither key nor token to write records with */
export async function recorderOf(
  config: Config,
  options: RecorderOptions,
  purpose: 'write' | 'check',
): Promise<Recorder | null> {
  if (config.record === undefined) return null;
  const { openRecorder } = await import('../trust/recorder.js');
  const { env, log, signal, onSecret = () => undefined } = options;
  // Records are written and checked on events that are trusted, so the files are those of the run.
  const { trust } = await trustOf({ ...options, run: null, files: [], write: true, github: missing });
  const services = createServiceClient({
    clock: systemClock,
    env,
    deadline: signal,
    userAgent: `retag/${VERSION}`,
    log,
    onSecret,
  });
  return openRecorder(
    config,
    {
      env,
      ask: services.ask,
      clock: systemClock,
      newKey: () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
      sources: trust,
      run: await runFacts(config, options),
      log,
      onSecret: services.addSecret,
    },
    purpose,
  );
}

const missing = (): never => {
  throw new Error('GitHub is asked for files that the workspace has');
};

async function runFacts(config: Config, { run, env, workspace }: RecorderOptions): Promise<RunFacts> {
  return {
    system: run?.system ?? null,
    url: run?.run ?? null,
    event: run?.event ?? null,
    actor: run === null ? userInfo().username : run.actor,
    repository: run?.url ?? null,
    commit: await commitOf(config, workspace, env),
  };
}

/** The commit that is checked out; null where the tag files are not as it has them. */
async function commitOf(
  { builds, images }: Config,
  workspace: string,
  env: NodeJS.ProcessEnv,
): Promise<string | null> {
  const commit = await headOf(gitIn(workspace, env));
  if (commit === null) return null;
  const files = new Set([...builds, ...images].map(({ origin }) => origin.at().file));
  const { modified, untracked } = await uncommittedIn(workspace, env, commit, [...files]);
  return modified.length + untracked.length === 0 ? commit : null;
}
