/**
 * Which permission a request needs, for messages that say how to mend a refusal. From the table "Permissions
 * required for GitHub Apps" of GitHub's REST documentation; docs/permissions.md is written from the same facts.
 */

const REPO = '/repos/{owner}/{repo}';

/** First match wins; a route is `METHOD path-template`. */
const NEEDS: readonly (readonly [start: string, permission: string])[] = [
  [`GET ${REPO}/commits/{ref}/check-runs`, 'checks: read'],
  [`GET ${REPO}/commits/{ref}/statuses`, 'statuses: read'],
  [`GET ${REPO}/commits/{commit_sha}/pulls`, 'pull-requests: read'],
  [`GET ${REPO}/actions/`, 'actions: read'],
  [`GET ${REPO}/environments/`, 'actions: read'],
  [`GET ${REPO}/pulls`, 'pull-requests: read'],
  [`POST ${REPO}/pulls`, 'pull-requests: write'],
  [`PATCH ${REPO}/pulls`, 'pull-requests: write'],
  [`GET ${REPO}/issues`, 'issues: read'],
  [`GET ${REPO}/labels`, 'issues: read'],
  [`GET ${REPO}/assignees`, 'issues: read'],
  [`POST ${REPO}/issues`, 'issues: write'],
  [`PATCH ${REPO}/issues`, 'issues: write'],
  [`POST ${REPO}/labels`, 'issues: write'],
  [`GET ${REPO}/commits`, 'contents: read'],
  [`GET ${REPO}/contents/`, 'contents: read'],
  [`GET ${REPO}/git/`, 'contents: read'],
  [`POST ${REPO}/git/`, 'contents: write'],
  [`PATCH ${REPO}/git/`, 'contents: write'],
  [`DELETE ${REPO}/git/`, 'contents: write'],
];

/** `checks: read` and the like; null where no permission of the job's own token helps. */
export function permissionFor(route: string): string | null {
  return NEEDS.find(([start]) => route.startsWith(start))?.[1] ?? null;
}

/** What to do about a refusal, as an imperative without a full stop. */
export function mendRefusal(route: string, needs: string | null, repo: string | null, home: string): string {
  if (route.startsWith('GET /orgs/')) {
    return 'give "github-token" a token that may read the members of the organisation; the job\'s own token cannot';
  }
  if (repo !== null && repo.toLowerCase() !== home.toLowerCase()) {
    const what = needs === null ? 'access' : `"${needs}"`;
    return `give "github-token" a token with ${what} on ${repo}; the job's own token reaches only ${home}`;
  }
  return needs === null
    ? 'check the token that "github-token" gives'
    : `add "${needs}" under "permissions:" of the job`;
}
