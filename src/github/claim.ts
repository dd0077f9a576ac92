import { OperationError } from '../errors.js';
import type { GitHub } from './client.js';
import { commitOfTag } from './refs.js';

/**
 * `created`: the git tag is new and ours. `ours`: it was there with our commit, so this is a re-run.
 * `taken`: it names another commit (take the next number). `denied`: the token may not create it; the error
 * names the permission.
 */
export type Claim =
  | { readonly state: 'created' | 'ours' }
  | { readonly state: 'taken'; readonly sha: string }
  | { readonly state: 'denied'; readonly error: OperationError };

/**
 * Claims a version by creating the git tag `name` at `sha` (40 hexadecimal digits) through the API, which only
 * one of several runs can do. When the answer is lost the tag is looked at before anything else is believed.
 * Throws OperationError for everything that is none of the four answers.
 */
export async function claimTag(github: GitHub, name: string, sha: string): Promise<Claim> {
  try {
    await github.call('POST /repos/{owner}/{repo}/git/refs', {
      ...github.home,
      ref: `refs/tags/${name}`,
      sha,
    });
    return { state: 'created' };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    // 404 is how GitHub hides a repository that the token may not write to.
    if (error.code === 'denied' || error.code === 'absent') return { state: 'denied', error };
    const exists = error.status === 422 && /already exists/i.test(error.message);
    const lost = error.code === 'unavailable' || error.code === 'timeout';
    if (!exists && !lost) throw error;
    const there = await commitOfTag(github, name);
    if (there === null) throw error;
    return there === sha ? { state: lost ? 'created' : 'ours' } : { state: 'taken', sha: there };
  }
}
