/** Which permission of a token GitHub asks for, after its documentation; written apart from src/github/permissions.ts. */
type Needed = readonly [permission: string, level: 'read' | 'write'];

const READ = 'read' as const;
const WRITE = 'write' as const;

/** @param pull whether the issue number of the path is a pull request's */
export function neededFor(operation: string, pull: boolean): Needed | null {
  const [method, path] = operation.split(' ') as [string, string];
  if (path === '/user' || path === '/repos/{owner}/{repo}') return null;
  if (path.startsWith('/orgs/')) return ['members', READ];
  const level = method === 'GET' ? READ : WRITE;
  if (path.endsWith('/check-runs')) return ['checks', READ];
  if (path.endsWith('/statuses')) return ['statuses', READ];
  if (path.includes('/actions/') || path.includes('/environments/')) return ['actions', READ];
  if (path.endsWith('/pulls') || path.includes('/pulls/')) return ['pull-requests', level];
  if (path.includes('/issues/{issue_number}/comments') && pull) return ['pull-requests', level];
  if (/\/(issues|labels|assignees)/.test(path)) return ['issues', level];
  return ['contents', level];
}
