import type { ImageConfig } from '../config/model.js';
import type { Subject } from './observe.js';

const SHA = /^[0-9a-f]{7,40}$/i;

/**
 * The commit that the image of an `images` entry is from: what its `src_ref` names when it is on this GitHub, else
 * the image's own revision label, taken for a commit of the home repository.
 * @param at.revision the label of the image; null when it has none
 * @param at.serverUrl GITHUB_SERVER_URL, e.g. `https://github.com`
 */
export function commitOfEntry(
  { srcRef, commit }: Pick<ImageConfig, 'srcRef' | 'commit'>,
  at: { readonly revision: string | null; readonly home: string; readonly serverUrl: string },
): Subject['commit'] {
  const { revision, home, serverUrl } = at;
  if (srcRef === undefined) {
    if (revision !== null && SHA.test(revision)) return { repo: home, sha: revision.toLowerCase() };
    return {
      why: 'the commit that the image is from is not known; give the entry a src_ref, or the gate a repo and ref',
    };
  }
  if (commit === null) return { why: `src_ref "${srcRef}" names no commit; give the gate a repo and ref` };
  const { sha, page } = commit;
  if (page === null) return { repo: home, sha };
  if (page.host !== new URL(serverUrl).host) {
    const where = page.host === '' ? 'another repository' : page.host;
    return {
      why: `src_ref names a commit on ${where}, whose checks cannot be asked for; give the gate a repo and ref`,
    };
  }
  if (page.repo === null) {
    return {
      why: `src_ref "${srcRef}" names no commit page; write it as ${serverUrl}/OWNER/NAME/commit/SHA`,
    };
  }
  return { repo: page.repo, sha };
}
