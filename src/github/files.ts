import { OperationError } from '../errors.js';
import type { GitHub } from './client.js';

/**
 * A text file of the home repository at a commit, null when there is none. Used for the tag file as it was
 * before a pull request and for earlier versions of it. Up to 1 MB, which is what this part of the API gives.
 */
export async function readText(github: GitHub, path: string, ref: string): Promise<string | null> {
  const answer = await github.find('GET /repos/{owner}/{repo}/contents/{path}', {
    ...github.home,
    path,
    ref,
  });
  if (answer === null || Array.isArray(answer) || !('content' in answer)) return null;
  if (answer.encoding !== 'base64') {
    throw new OperationError(
      'rejected',
      `${path} at ${ref.slice(0, 7)} cannot be read through GitHub's API (over 1 MB)`,
    );
  }
  return decodeBase64(answer.content);
}

/** GitHub breaks base64 into lines; bytes that are not UTF-8 become U+FFFD. */
export function decodeBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
