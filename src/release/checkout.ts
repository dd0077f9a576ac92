/** Is what is checked out the commit that is to be built? */
import { OperationError } from '../errors.js';

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
    `the checkout is at commit ${head}, and this run is for ${sha}: what would be built is not what is tagged; ` +
      `check out ${sha} first (actions/checkout with "ref: ${sha}", or git checkout)`,
  );
}
