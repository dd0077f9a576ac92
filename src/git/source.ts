/** Facts about the repository for OCI labels, from what the CI system says of the run. */
import { createdAt } from '../builds/labels.js';
import type { SourceFacts } from '../builds/model.js';
import { readCiRun } from '../ci/ci.js';

interface SourceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly sha: string | null;
  /** milliseconds since the epoch */
  readonly commitTime: number | null;
  readonly now: number;
}

/** Null when the commit is not known. What the environment does not say is left out of the labels. */
export async function sourceFacts({ env, sha, commitTime, now }: SourceOptions): Promise<SourceFacts | null> {
  if (sha === null) return null;
  const run = await readCiRun(env);
  const commit = commitTime === null ? null : new Date(commitTime).toISOString();
  return {
    revision: sha,
    url: run?.url ?? null,
    title: run?.url?.split('/').at(-1) ?? null,
    description: run?.description ?? null,
    licenses: run?.licenses ?? null,
    created: createdAt(env['SOURCE_DATE_EPOCH'], commit, now),
    run: run?.run ?? null,
  };
}

/**
 * What an entry without `provenance` gets, as docker/build-push-action chooses it: everything for a public repository, as
 * little as possible for a private one, whose build arguments may be secret.
 */
export async function defaultProvenance(env: SourceOptions['env']): Promise<string> {
  return (await readCiRun(env))?.isPrivate === false ? 'mode=max' : 'mode=min';
}

/**
 * The commit that a change is compared with: what a pull request goes into, or what was there before a push; 40 hexadecimal digits,
 * or null when the event has none (a new branch, a schedule, no event file).
 */
export async function baseCommit(env: SourceOptions['env']): Promise<string | null> {
  return (await readCiRun(env))?.base ?? null;
}
