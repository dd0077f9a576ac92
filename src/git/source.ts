/** Facts about the repository for OCI labels, from what the CI system says of the run. */
import { createdAt } from '../builds/labels.js';
import type { SourceFacts } from '../builds/model.js';
import type { CiRun } from '../ci/ci.js';

interface SourceOptions {
  /** what the CI system says; null where none is known */
  readonly run: CiRun | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly sha: string | null;
  /** milliseconds since the epoch */
  readonly commitTime: number | null;
  readonly now: number;
}

/** Null when the commit is not known. What the environment does not say is left out of the labels. */
export function sourceFacts({ run, env, sha, commitTime, now }: SourceOptions): SourceFacts | null {
  if (sha === null) return null;
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
export function defaultProvenance(run: CiRun | null): string {
  return run?.isPrivate === false ? 'mode=max' : 'mode=min';
}
