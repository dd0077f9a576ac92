import { notFound, type Routes, user } from './routes.js';

const REPO = '/repos/{owner}/{repo}';

/** Check runs, statuses, workflow runs, teams and approvals. */
export const checkRoutes: Routes = {
  [`GET ${REPO}/commits/{ref}/check-runs`]: ({ repo, path, query }) => {
    const { sha } = repo.git.resolve(path['ref']!) ?? notFound();
    const name = query.get('check_name');
    const found = repo.checks
      .map((check, i) => ({ ...check, id: i + 1 }))
      .filter((check) => check.sha === sha && (name === null || check.name === name))
      .reverse();
    // `latest` (the default) leaves out what a later run of the same name and app repeats.
    const shown =
      query.get('filter') === 'all'
        ? found
        : found.filter((a, i) => found.findIndex((b) => a.name === b.name && a.app === b.app) === i);
    const list = shown.map(({ id, name, app, status, conclusion, at, sha: head, says, started }) => ({
      id,
      name,
      head_sha: says ?? head,
      status,
      conclusion,
      started_at: started ?? at,
      completed_at: status === 'completed' ? at : null,
      html_url: `https://github.example/${repo.name}/runs/${id}`,
      app: { slug: app },
    }));
    return { status: 200, list, wrap: (check_runs, total_count) => ({ total_count, check_runs }) };
  },
  [`GET ${REPO}/commits/{ref}/statuses`]: ({ repo, path }) => {
    const { sha } = repo.git.resolve(path['ref']!) ?? notFound();
    const list = repo.statuses
      .map((status, i) => ({ ...status, id: i + 1 }))
      .filter((status) => status.sha === sha)
      .reverse()
      .map(({ id, context, state, at, by }) => ({
        id,
        context,
        state,
        created_at: at,
        updated_at: at,
        target_url: 'https://ci.example/1',
        creator: by === undefined ? null : user(by),
      }));
    return { status: 200, list };
  },
  [`GET ${REPO}/actions/workflows/{workflow_id}/runs`]: ({ repo, path, query }) => {
    const all = repo.runs
      .map((run, i) => ({ ...run, id: i + 1 }))
      .filter(({ workflow }) => workflow === path['workflow_id']);
    if (all.length === 0) notFound();
    const list = all
      .filter(({ branch }) => !query.has('branch') || query.get('branch') === branch)
      .filter(({ status }) => !query.has('status') || query.get('status') === status)
      .reverse()
      .map(({ id, branch, event, status, conclusion, at, headRepo }) => ({
        id,
        head_branch: branch,
        event,
        status,
        conclusion,
        run_started_at: at,
        created_at: at,
        updated_at: at,
        html_url: `https://github.example/${repo.name}/actions/runs/${id}`,
        head_repository: { full_name: headRepo },
        repository: { full_name: repo.name },
      }));
    return { status: 200, list, wrap: (workflow_runs, total_count) => ({ total_count, workflow_runs }) };
  },
  [`GET ${REPO}/actions/runs/{run_id}/approvals`]: ({ repo, path }) => {
    const given = repo.approvals.get(Number(path['run_id'])) ?? [];
    const list = given.map(({ login, environment }) => ({
      state: 'approved',
      comment: '',
      user: user(login),
      environments: [{ id: 1, name: environment }],
    }));
    return { status: 200, body: list };
  },
  [`GET ${REPO}/environments/{environment_name}`]: ({ repo, path }) => {
    const found = repo.environments.find(({ name }) => name === path['environment_name']) ?? notFound();
    const reviewers = found.teams.map((slug) => ({ type: 'Team', reviewer: { slug } }));
    return {
      status: 200,
      body: { name: found.name, protection_rules: [{ type: 'required_reviewers', reviewers }] },
    };
  },
  'GET /orgs/{org}/teams/{team_slug}/memberships/{username}': ({ state, path }) => {
    const team = state.teams.get(`${path['org']!}/${path['team_slug']!}`) ?? notFound();
    if (!team.has(path['username']!)) notFound();
    return { status: 200, body: { state: 'active', role: 'member' } };
  },
};
