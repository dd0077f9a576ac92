/** Facts about the repository for OCI labels, from what the CI system says of the run. */
import { createdAt } from '../builds/labels.js';
import type { BuildSettings } from '../builds/model.js';
import type { CiRun } from '../ci/ci.js';
import type { RefFacts } from '../policy/policy.js';
import type { Environment } from '../shared/environment.js';

/**
 * What the labels and the provenance of a run's builds say of where they come from. The source is null when the commit is not
 * known. What the environment does not say is left out of the labels. An entry without `provenance` gets what
 * docker/build-push-action chooses: everything for a public repository, as little as possible for a private one, whose build
 * arguments may be secret.
 * @param run what the CI system says; null where none is known
 */
export function sourceSettings(
  run: CiRun | null,
  env: Environment,
  facts: Pick<RefFacts, 'sha' | 'commitTime' | 'time'> | null,
): Pick<BuildSettings, 'source' | 'defaultProvenance' | 'sourceDateEpoch'> {
  const sourceDateEpoch = env['SOURCE_DATE_EPOCH'];
  const defaultProvenance = run?.isPrivate === false ? 'mode=max' : 'mode=min';
  if (facts === null || facts.sha === null) return { source: null, defaultProvenance, sourceDateEpoch };
  const { commitTime = null } = facts;
  const commit = commitTime === null ? null : new Date(commitTime).toISOString();
  const source = {
    revision: facts.sha,
    url: run?.url ?? null,
    title: run?.url?.split('/').at(-1) ?? null,
    description: run?.description ?? null,
    licenses: run?.licenses ?? null,
    created: createdAt(sourceDateEpoch, commit, facts.time),
    run: run?.run ?? null,
  };
  return { source, defaultProvenance, sourceDateEpoch };
}
