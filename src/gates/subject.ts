import type { Subject } from './observe.js';

const SHA = /^[0-9a-f]{7,40}$/;
const PATH = /^\/([A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+)\/(?:commit|commits|tree)\/([0-9a-f]{7,40})\/?$/;

/**
 * The commit that the image of an `images` entry is from: what `src_ref` names when it is on this GitHub, else
 * the image's own revision label, taken for a commit of the home repository.
 * @param serverUrl GITHUB_SERVER_URL, e.g. `https://github.com`
 */
export function commitOfEntry(entry: {
  readonly srcRef: string | undefined;
  readonly revision: string | null;
  readonly home: string;
  readonly serverUrl: string;
}): Subject['commit'] {
  const { srcRef, revision, home, serverUrl } = entry;
  if (srcRef !== undefined && SHA.test(srcRef)) return { repo: home, sha: srcRef };
  if (srcRef === undefined) {
    if (revision !== null && SHA.test(revision)) return { repo: home, sha: revision };
    return {
      why: 'the commit that the image is from is not known; give the entry a src_ref, or the gate a repo and ref',
    };
  }
  if (!URL.canParse(srcRef))
    return { why: `src_ref "${srcRef}" names no commit; give the gate a repo and ref` };
  const url = new URL(srcRef);
  if (url.host !== new URL(serverUrl).host) {
    return {
      why: `src_ref names a commit on ${url.host}, whose checks cannot be asked for; give the gate a repo and ref`,
    };
  }
  const [, repo, sha] = PATH.exec(url.pathname) ?? [];
  if (repo === undefined || sha === undefined) {
    return { why: `src_ref ${url.pathname} names no commit; write it as /OWNER/NAME/commit/SHA` };
  }
  return { repo, sha };
}
