/** Who of a team approved the change that brought an entry into the tag file. */
import { OperationError } from '../errors.js';
import type { Approval, ApprovalFacts, ApprovalQuery } from '../gates/port.js';
import { type Data, type GitHub, type RepoName, repoName } from './client.js';
import { readText } from './refs.js';

/** Versions of the tag file that are looked through for the one that brought an entry in. */
const MAX_VERSIONS = 100;

type Pull = Data<'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls'>[number];

/**
 * An approving review of the pull request that merged the change into the wanted branch, of the very commit that was
 * merged, by a member of the team (a later review of the same person replaces it), or an approval of an environment of this run that this team guards alone. Membership can only
 * be read with a token that may; without one, and without an answer that needs none, the error says so.
 */
export async function approvalsOf(
  github: GitHub,
  query: ApprovalQuery,
  runId: number | null,
): Promise<ApprovalFacts> {
  const repo = repoName(query.repo);
  const { sha, at } = await broughtIn(github, repo, query);
  const into = query.branch ?? (await github.call('GET /repos/{owner}/{repo}', repo)).default_branch;
  const merged = await mergedPulls(github, repo, sha);
  const pull = merged.find(({ base }) => base.ref === into) ?? null;
  const since = pull ? Date.parse(pull.merged_at ?? '') : at;
  const elsewhere = merged.map(({ number, base }) => `#${number} was merged into ${base.ref}, not ${into}`);
  const discarded = pull ? [] : elsewhere;
  const facts = { pull: pull ? `#${pull.number}` : null, since };
  const byEnvironment = runId === null ? [] : await environmentApprovals(github, repo, query.who, runId);
  if (byEnvironment.length > 0) return { ...facts, approvals: byEnvironment };
  const reviews = pull ? await approvingReviews(github, repo, pull.number) : [];
  const approvals: Approval[] = [];
  for (const { commit, review } of reviews) {
    if (!(await belongs(github, repo.owner, query.who, review.by))) continue;
    if (commit === pull?.head.sha) approvals.push(review);
    else discarded.push(`${review.by} approved ${short(commit)}, and ${short(pull?.head.sha)} was merged`);
  }
  return { ...facts, approvals, discarded };
}

/** The commit that brought the entry into the tag file last; `query.sha` itself when no entry is given. */
async function broughtIn(
  github: GitHub,
  repo: RepoName,
  query: ApprovalQuery,
): Promise<{ sha: string; at: number }> {
  const { sha, entry } = query;
  if (!entry) {
    const commit = await github.call('GET /repos/{owner}/{repo}/commits/{ref}', { ...repo, ref: sha });
    return { sha: commit.sha, at: dateOf(commit) };
  }
  const params = { ...repo, sha, path: entry.file, per_page: MAX_VERSIONS };
  const versions = await github.call('GET /repos/{owner}/{repo}/commits', params);
  let last: { sha: string; at: number } | undefined;
  for (const version of versions) {
    const text = await readText(github, entry.file, version.sha);
    if (text === null || !entry.contains(text)) break;
    last = { sha: version.sha, at: dateOf(version) };
  }
  if (!last) throw new OperationError('absent', `the entry is not in ${entry.file} at ${sha.slice(0, 7)}`);
  if (versions.length === MAX_VERSIONS && last.sha === versions.at(-1)?.sha) {
    throw new OperationError(
      'absent',
      `the change that brought the entry in is more than ${MAX_VERSIONS} changes of ${entry.file} ago`,
    );
  }
  return last;
}

async function mergedPulls(github: GitHub, repo: RepoName, sha: string): Promise<readonly Pull[]> {
  const pulls = await github.call('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
    ...repo,
    commit_sha: sha,
  });
  return pulls.filter(({ merged_at }) => merged_at !== null);
}

interface Approving {
  /** the commit that was reviewed */
  readonly commit: string | null;
  readonly review: Approval;
}

/** The newest review of each person counts, comments aside. */
async function approvingReviews(github: GitHub, repo: RepoName, pull: number): Promise<readonly Approving[]> {
  const latest = new Map<string, Approving & { readonly state: string }>();
  const params = { ...repo, pull_number: pull };
  for await (const page of github.pages('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', params)) {
    for (const { user, state, submitted_at, commit_id: commit } of page) {
      if (user === null || state === 'COMMENTED' || state === 'PENDING') continue;
      const review = { by: user.login, via: 'review' as const, at: Date.parse(submitted_at ?? '') };
      latest.set(user.login, { state, commit, review });
    }
  }
  return [...latest.values()].filter(({ state }) => state === 'APPROVED');
}

/**
 * GitHub lets only the reviewers of an environment approve it, so where the team is its only reviewer an
 * approval is the team's, and no membership needs to be read. The API gives no time for it.
 */
async function environmentApprovals(
  github: GitHub,
  repo: RepoName,
  who: string,
  runId: number,
): Promise<readonly Approval[]> {
  const params = { ...repo, run_id: runId };
  const given = await github.find('GET /repos/{owner}/{repo}/actions/runs/{run_id}/approvals', params);
  const found: Approval[] = [];
  for (const { state, user, environments } of given ?? []) {
    if (state !== 'approved') continue;
    for (const { name } of environments) {
      if (name === undefined || !(await guards(github, repo, who, user.login, name))) continue;
      found.push({ by: user.login, via: 'environment', at: null });
    }
  }
  return found;
}

async function guards(
  github: GitHub,
  repo: RepoName,
  who: string,
  login: string,
  name: string,
): Promise<boolean> {
  if (who.startsWith('@')) return sameName(who.slice(1), login);
  const params = { ...repo, environment_name: name };
  const environment = await github.find('GET /repos/{owner}/{repo}/environments/{environment_name}', params);
  const reviewers = (environment?.protection_rules ?? []).flatMap((rule) =>
    'reviewers' in rule ? (rule.reviewers ?? []) : [],
  );
  const slugs = reviewers.map(({ type, reviewer }) =>
    type === 'Team' && reviewer !== undefined && 'slug' in reviewer ? reviewer.slug : null,
  );
  return (
    slugs.length > 0 && slugs.every((slug) => slug !== null && sameName(slug, who.split('/').at(-1) ?? ''))
  );
}

async function belongs(github: GitHub, owner: string, who: string, login: string): Promise<boolean> {
  if (who.startsWith('@')) return sameName(who.slice(1), login);
  const [org, team] = who.includes('/') ? who.split('/', 2) : [owner, who];
  const params = { org: org ?? '', team_slug: team ?? '', username: login };
  const membership = await github.find('GET /orgs/{org}/teams/{team_slug}/memberships/{username}', params);
  return membership?.state === 'active';
}

const short = (sha: string | null | undefined): string => sha?.slice(0, 7) ?? 'unknown';

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const dateOf = ({ commit }: { commit: { committer: { date?: string } | null } }): number =>
  Date.parse(commit.committer?.date ?? '') || 0;
