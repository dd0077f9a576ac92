/** Is what is checked out the commit that is to be built, and nothing else? Pure. */
import type { Class } from '../config/model.js';
import { OperationError } from '../errors.js';
import type { BakeDefinition, Uncommitted } from './model.js';

/**
 * A build takes its files from the checkout and its tags from the commit of the run. Where they differ (an input `ref` or `sha`,
 * `workflow_run` with the default checkout), the image of one commit would get the tags and the revision label of
 * another, and no later run could tell. GoReleaser refuses the same.
 *
 * @param head the commit that is checked out; null where the workspace is no checkout
 * @param sha the commit of the run
 */
export function wrongCheckout(head: string | null, sha: string): OperationError | null {
  if (head === null || head === sha) return null;
  return new OperationError(
    'mismatch',
    `the checkout is at commit ${head}, and this run is for ${sha}: what would be built is not what is tagged`,
    { hint: `check out ${sha} first (actions/checkout with "ref: ${sha}", or git checkout)` },
  );
}

/** Files and directories of the workspace that a definition builds from. */
export function sourcesOf({ targets, file }: BakeDefinition): string[] {
  const named = targets.flatMap(({ name }) => Object.values(file.target[name]?.contexts ?? {}));
  const local = named.filter((path) => !/^(?:[a-z-]+:\/\/|git@)/.test(path));
  // A list of what is ignored may lie beside the Dockerfile, and decides what is sent.
  const files = targets.flatMap(({ dockerfile }) => [dockerfile, `${dockerfile}.dockerignore`]);
  return [...new Set([...targets.map(({ context }) => context), ...files, ...local])];
}

/** May an image of this class hold changes that are not committed? What is released must be found again by its commit. */
export function mayBeDirty(allowDirty: boolean, buildClass: Class | null): boolean {
  return allowDirty && buildClass === 'snapshot';
}

/** Why changes that are not committed stop a build; null when there are none. */
export function dirtyCheckout({ modified }: Uncommitted, buildClass: Class | null): OperationError | null {
  if (modified.length === 0) return null;
  const hint =
    buildClass === 'snapshot'
      ? 'commit them, or publish them with --allow-dirty (input allow-dirty): the revision label then ends in -dirty'
      : `commit them: a ${buildClass ?? 'release'} is always built as it is committed`;
  return new OperationError(
    'mismatch',
    `the work tree has changes that are not committed in what is built: ${someOf(modified)}`,
    { hint },
  );
}

/** Names files that git neither tracks nor ignores; null when there are none. */
export function untrackedWarning({ untracked }: Uncommitted): string | null {
  if (untracked.length === 0) return null;
  const advice = 'commit them, or list them in .gitignore or .dockerignore';
  return `files that git does not track are in what is built: ${someOf(untracked)}; ${advice}`;
}

const MOST_NAMED = 5;
function someOf(paths: readonly string[]): string {
  const more = paths.length - MOST_NAMED;
  return paths.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
