/** What Retag reads in GitHub's answers, by route. An answer of another shape says nothing, wherever it would be read. */
import type { Endpoints } from '@octokit/types';
import * as v from 'valibot';
import { OperationError } from '../errors.js';

const text = v.string();
const has = v.looseObject;
const user = v.nullish(has({ login: text }));
const sha = has({ sha: text });
const page = has({ html_url: text });
const issue = has({ number: v.number(), html_url: text, body: v.nullish(text), user });
const commit = has({ sha: text, commit: has({ committer: v.nullish(has({ date: v.optional(text) })) }) });
const pull = has({ number: v.number(), base: has({ ref: text }), head: sha });
const check = has({ name: text, head_sha: text, status: text });
const run = has({ updated_at: text, repository: has({ full_name: text }) });
const environments = v.array(has({ name: v.optional(text) }));
const rules = v.nullish(v.array(has({ reviewers: v.nullish(v.array(has({}))) })));

/** Those of which something is read. */
const ANSWERS: { readonly [R in keyof Endpoints]?: v.GenericSchema } = {
  'GET /orgs/{org}/teams/{team_slug}/memberships/{username}': has({ state: text }),
  'GET /repos/{owner}/{repo}': has({ default_branch: text }),
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/approvals': v.array(
    has({ state: text, user: has({ login: text }), environments }),
  ),
  'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs': has({ workflow_runs: v.array(run) }),
  'GET /repos/{owner}/{repo}/commits': v.array(commit),
  'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls': v.array(pull),
  'GET /repos/{owner}/{repo}/commits/{ref}': commit,
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': has({ check_runs: v.array(check) }),
  'GET /repos/{owner}/{repo}/commits/{ref}/statuses': v.array(has({ context: text, state: text })),
  'GET /repos/{owner}/{repo}/environments/{environment_name}': has({ protection_rules: rules }),
  'GET /repos/{owner}/{repo}/git/blobs/{file_sha}': has({ content: text }),
  'GET /repos/{owner}/{repo}/git/commits/{commit_sha}': has({
    message: text,
    tree: sha,
    parents: v.array(sha),
  }),
  'GET /repos/{owner}/{repo}/git/ref/{ref}': has({ object: has({ type: text, sha: text }) }),
  'GET /repos/{owner}/{repo}/git/tags/{tag_sha}': has({ object: sha }),
  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}': has({ tree: v.array(has({})) }),
  'GET /repos/{owner}/{repo}/issues': v.array(issue),
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': v.array(page),
  'GET /repos/{owner}/{repo}/pulls': v.array(issue),
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews': v.array(has({ state: text, user })),
  'GET /user': has({ login: text }),
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': page,
  'POST /repos/{owner}/{repo}/git/commits': sha,
  'POST /repos/{owner}/{repo}/git/trees': sha,
  'POST /repos/{owner}/{repo}/issues': issue,
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': page,
  'POST /repos/{owner}/{repo}/pulls': issue,
};

/**
 * @returns the data itself
 * @throws OperationError `protocol` that names the route and the first field that is not as GitHub describes it
 */
export function checked(route: string, data: unknown): unknown {
  const shape = (ANSWERS as Readonly<Record<string, v.GenericSchema | undefined>>)[route];
  const [issue] = (shape && v.safeParse(shape, data, { abortEarly: true }).issues) ?? [];
  if (issue === undefined) return data;
  const what = `${v.getDotPath(issue) ?? 'the answer'} is ${issue.received.slice(0, 60)}`;
  const next = 'check that no proxy answers in its place, and run again';
  throw new OperationError('protocol', `GitHub's answer to ${route} cannot be read: ${what}; ${next}`);
}
