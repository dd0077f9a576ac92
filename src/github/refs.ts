/** Git refs of the home repository as GitHub has them: a checkout seldom has the tags. */
import type { GitHub } from './client.js';

/** The commit that a git tag names, annotated or not; null when there is no such tag. */
export async function commitOfTag(github: GitHub, name: string): Promise<string | null> {
  const ref = await github.find('GET /repos/{owner}/{repo}/git/ref/{ref}', {
    ...github.home,
    ref: `tags/${name}`,
  });
  if (ref === null || ref.object.type !== 'tag') return ref?.object.sha ?? null;
  const params = { ...github.home, tag_sha: ref.object.sha };
  return (await github.call('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', params)).object.sha;
}

/** Is the name a git tag at this commit, and no branch as well? */
export async function isTagAt(github: GitHub, name: string, sha: string): Promise<boolean> {
  if ((await commitOfTag(github, name)) !== sha) return false;
  const branch = { ...github.home, ref: `heads/${name}` };
  return (await github.find('GET /repos/{owner}/{repo}/git/ref/{ref}', branch)) === null;
}
