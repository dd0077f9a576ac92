/**
 * What a run may do: decided in one place, from the environment, the event and the work tree, for the action and the command line
 * alike. docs/threat-model.md ("Event → run") explains the table.
 */
import { OperationError, UserError } from '../errors.js';
import type { Permission } from '../policy/policy.js';
import type { TagFile } from '../config/config.js';
import { visible } from '../policy/refname.js';
import { gitIn } from './git.js';
import { headOf, trackedFile } from './work-tree.js';

/**
 * How far an event is believed. `write`: somebody with write access caused it, and GitHub runs it at a commit of the repository.
 * `plan`: nothing is written. `anonymous`: nor is a credential used, because a stranger may have written what is checked out.
 */
export interface Trust {
  readonly level: 'write' | 'plan' | 'anonymous';
  /** a clause that says why not more; empty for `write` */
  readonly why: string;
}

const TRUSTED: Trust = { level: 'write', why: '' };
export const anonymous = (why: string): Trust => ({ level: 'anonymous', why });

const ANYONE: Trust = { level: 'plan', why: 'anyone can cause this event' };
export const PULL_REQUEST: Trust = { level: 'plan', why: 'the code of a pull request was not reviewed' };

/**
 * Every event that starts a workflow. An event that is not here is not known to be safe: it only plans. `workflow_call` has the
 * name of its caller's event. https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
const EVENTS: ReadonlyMap<string, Trust> = new Map([
  ...[
    ...['push', 'create', 'delete', 'release', 'schedule', 'workflow_dispatch', 'repository_dispatch'],
    // At the default branch; at most they say when a run starts.
    ...['branch_protection_rule', 'check_run', 'check_suite', 'status', 'page_build', 'public'],
    ...['label', 'milestone'],
    // At the branch or git tag that is deployed or published. Where they are about a bare commit there is no ref, and only a plan.
    ...['deployment', 'deployment_status', 'registry_package'],
    // Judged by the event of the run before it, and by its head.
    'workflow_run',
  ].map((name): [string, Trust] => [name, TRUSTED]),
  ...['issues', 'issue_comment', 'discussion', 'discussion_comment', 'gollum', 'fork', 'watch'].map(
    (name): [string, Trust] => [name, ANYONE],
  ),
  ['merge_group', { level: 'plan', why: 'a merge queue tests what is not merged yet' }],
]);

/** How far an event of this name is believed before anybody has looked at its payload. */
export function trustOfEvent(name: string | null): Trust {
  if (name !== null && /^pull_request(?:_|$)/.test(name)) return PULL_REQUEST;
  return EVENTS.get(name ?? '') ?? anonymous('Retag does not know this event');
}

/** A branch or a git tag. Everything else (`refs/pull/…`, `refs/changes/…`) is code that nobody has merged. */
export function isMergedRef(ref: string): boolean {
  return ref.startsWith('refs/heads/') || ref.startsWith('refs/tags/');
}

/** What is known when a permission is given. */
interface Circumstances {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** the directory that relative tag files are in */
  readonly cwd: string;
  /** the event of GitHub Actions, or of a system with the same environment; null elsewhere */
  readonly event: { readonly trust: Trust } | null;
  /** the full ref of the run; null when there is none */
  readonly ref: string | null;
  /** the commits that the run may be at: the one that the system started it for, and the one that it is about */
  readonly commits: readonly string[];
  readonly files: readonly TagFile[];
  /** `--ref`, `--sha` and `--yes` were all given */
  readonly confirmed: boolean;
}

/** Gives the permission of a run. Asks git only where the answer can still change it. */
export async function permissionOf(circumstances: Circumstances): Promise<Permission> {
  const { env, event, ref, confirmed } = circumstances;
  if (event === null) {
    const ci = ciVariable(env);
    if (ci === null) return ALL;
    // Such a system gives its jobs the credentials and the network that they should have, so only writing is in question.
    if (!confirmed) return { ...ALL, ...unconfirmed(ci) };
  }
  let trust = event?.trust ?? TRUSTED;
  if (trust.level !== 'anonymous' && ref !== null && !isMergedRef(ref) && trust !== PULL_REQUEST)
    trust = anonymous(`${visible(ref)} is neither a branch nor a git tag`);
  if (event !== null && trust.level === 'write' && (env['GITHUB_SHA'] ?? '') === '')
    trust = anonymous('GITHUB_SHA does not say which commit this run is for');
  // What a pull request is judged by is its head, which is in its payload.
  if (trust.level !== 'anonymous' && trust !== PULL_REQUEST)
    trust = (await foreignWork(circumstances)) ?? trust;
  if (trust.level === 'write') return ALL;
  return {
    write: false,
    credentials: trust.level === 'plan',
    localHosts: false,
    why: trust.why,
    help: HELP,
  };
}

const ALL: Permission = { write: true, credentials: true, localHosts: true, why: '', help: '' };
const HELP =
  'only plan here, and apply after the merge, on an event such as push, schedule or workflow_dispatch';

function unconfirmed(variable: string): Partial<Permission> {
  return {
    write: false,
    why: `${variable} says that this is a CI job, and Retag cannot tell what it runs for`,
    help: 'give --ref, --sha and --yes to apply; "retag plan" needs none of them',
  };
}

/** @throws UserError where nothing may be written: `what` is refused, and why */
export function requireWrite(what: string, may: Permission, event: string | null): void {
  if (may.write) return;
  throw new UserError({
    what: `${what} is refused on ${event ?? 'this machine'}: ${may.why}, so nothing is written`,
    hint: may.help,
  });
}

/** Why the work tree is not known to be what the run is for; null when it is, or is no checkout of git. */
async function foreignWork({ env, cwd, commits, files }: Circumstances): Promise<Trust | null> {
  const elsewhere = (head: string): Trust =>
    anonymous(
      `the work tree is at commit ${head}, and this run is for ${commits.join(' or ') || 'no known commit'}`,
    );
  try {
    const top = await headOf(gitIn(cwd, env));
    if (top !== null && !commits.includes(top)) return elsewhere(top);
    for (const file of files)
      // The file may be in a checkout of its own, below the workspace.
      for (const { head, same } of await trackedFile(cwd, env, file)) {
        if (!commits.includes(head)) return elsewhere(head);
        if (!same) return anonymous(`${visible(file.path)} is not as the commit of this run has it`);
      }
    return null;
  } catch (error) {
    if (error instanceof OperationError) return anonymous(error.message);
    throw error;
  }
}

const CI_VARIABLES = [
  ...['CI', 'CONTINUOUS_INTEGRATION', 'BUILD_ID', 'BUILD_NUMBER', 'GITEA_ACTIONS', 'FORGEJO_ACTIONS'],
  ...['GITLAB_CI', 'JENKINS_URL', 'PROW_JOB_ID', 'BUILDKITE', 'CIRCLECI', 'TF_BUILD', 'TEAMCITY_VERSION'],
  ...['TRAVIS', 'DRONE', 'APPVEYOR', 'BITBUCKET_BUILD_NUMBER', 'CODEBUILD_BUILD_ID'],
];

/** The variable by which the environment says that it is a CI job; null: a person's terminal. */
function ciVariable(env: Circumstances['env']): string | null {
  const isSet = (name: string): boolean => !['', '0', 'false'].includes((env[name] ?? '').toLowerCase());
  const named = CI_VARIABLES.find(isSet);
  return named ?? Object.keys(env).find((name) => /^(?:ZUUL|TEKTON)_/.test(name) && isSet(name)) ?? null;
}
