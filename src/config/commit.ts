/** The one reader of commits in `src_ref`: what the revision of an image is compared with, and what gates ask about. Pure. */
import { trimEnd } from '../shared/text.js';

/** The commit that a `src_ref` names. */
export interface NamedCommit {
  /** in lower case; 40 or 64 hexadecimal digits, or a short form of at least 7 */
  readonly sha: string;
  /** where the text says that the commit is; null for a bare id */
  readonly page: {
    /** host of the URL in lower case, with its port; empty when the text is no URL */
    readonly host: string;
    /** `OWNER/NAME` where the path is one of GitHub's pages of this very commit */
    readonly repo: string | null;
  } | null;
}

// A whole id, SHA-1 or SHA-256, behind the words by which forges name commits: `/commit/` (GitHub, Gitea, opendev, cgit),
// `/-/commit/` (GitLab), `/commits/` (Bitbucket, and GitHub below a pull request), `/tree/<id>/folder`, or `?id=` (cgit).
// What follows it is a part of the page.
const WHOLE =
  /(?:\/(?:commits?|tree)\/|[?&]id=)([0-9a-f]{40}|[0-9a-f]{64})(?=$|[/?&#\s]|\.(?:patch|diff)\b)/i;
/** The same behind a short id, which only its end can tell from a word. */
const PATCH = /(\/commits?\/[0-9a-f]{7,40})\.(?:patch|diff)$/i;
const GITHUB =
  /^\/([\w.-]+\/[\w.-]+)\/(?:commit|commits|tree|pull\/\d+\/(?:commits|changes))\/([0-9a-f]{7,64})(?=$|\/|\.(?:patch|diff)$)/i;

/**
 * The commit that `srcRef` names, or null when it names none (a branch, a tag, a page).
 * Understood: URLs that name a whole id (`…/commit/<id>.patch`, `…/tree/<id>/folder`, `…/pull/1/commits/<id>`,
 * `…?id=<id>`), a bare commit id, and URLs that end in one, which may be short. Upper case is lower case.
 */
export function parseCommit(srcRef: string): NamedCommit | null {
  const text = srcRef.trim();
  const last = trimEnd(text.replace(PATCH, '$1'), '/#')
    .split(/[/=@#]/)
    .at(-1);
  const sha = (WHOLE.exec(text)?.[1] ?? (isId(last ?? '') ? last : undefined))?.toLowerCase();
  return sha === undefined ? null : { sha, page: sha === text.toLowerCase() ? null : pageOf(text, sha) };
}

// A short one without a digit may as well be a word.
function isId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text) || (/^[0-9a-f]{7,63}$/i.test(text) && /\d/.test(text));
}

function pageOf(text: string, sha: string): NamedCommit['page'] {
  if (!URL.canParse(text)) return { host: '', repo: null };
  const { host, pathname } = new URL(text);
  const [, repo, named] = GITHUB.exec(pathname) ?? [];
  return { host, repo: repo !== undefined && named?.toLowerCase() === sha ? repo : null };
}
