/**
 * What a run may do: decided in one place, from the environment, the event and the work tree, for the action and the command line
 * alike. docs/threat-model.md ("Event → run") explains the table.
 */
import { OperationError, UserError } from '../errors.js';
import type { Permission } from '../policy/policy.js';
import type { TagFile } from '../config/config.js';
import { anonymous, type CiRun, isMergedRef, PULL_REQUEST, TRUSTED, type Trust } from '../ci/model.js';
import { visible } from '../policy/refname.js';
import { gitIn } from './git.js';
import { headOf, trackedFile } from './work-tree.js';

/** What is known when a permission is given. */
interface Circumstances {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** the directory that relative tag files are in */
  readonly cwd: string;
  /** what the CI system says; null where none is known */
  readonly run: CiRun | null;
  /** the full ref of the run; null when there is none */
  readonly ref: string | null;
  /** the commits that the run may be at: the one that the system started it for, and the one that it is about */
  readonly commits: readonly string[];
  readonly files: readonly TagFile[];
  /** somebody said what this run is for: `--ref`, `--sha` and `--yes`, or the inputs `ref`, `sha` and `command` */
  readonly confirmed: boolean;
}

/** Gives the permission of a run. Asks git only where the answer can still change it. */
export async function permissionOf(circumstances: Circumstances): Promise<Permission> {
  const { env, run, ref, confirmed } = circumstances;
  const all = { ...ALL, on: run?.event ?? run?.system ?? ALL.on };
  if (run === null) {
    const ci = ciVariable(env);
    if (ci === null) return all;
    // Such a system gives its jobs the credentials and the network that they should have, so only writing is in question.
    if (!confirmed) return { ...all, ...unconfirmed(ci) };
  }
  let trust = run?.trust ?? TRUSTED;
  if (trust.level !== 'anonymous' && ref !== null && !isMergedRef(ref) && trust !== PULL_REQUEST)
    trust = anonymous(`${visible(ref)} is neither a branch nor a git tag`);
  if (run !== null && trust.level === 'write' && run.startedFor === null)
    trust = anonymous(`${run.commitVariable} does not say which commit this run is for`);
  // What a pull request is judged by is its head, which is in its payload.
  if (trust.level !== 'anonymous' && trust !== PULL_REQUEST)
    trust = (await foreignWork(circumstances)) ?? trust;
  if (trust.level === 'write') return all;
  return {
    ...all,
    write: false,
    credentials: trust.level === 'plan',
    localHosts: false,
    why: trust.why,
    help: trust.help ?? (run === null || run.commitVariable === 'GITHUB_SHA' ? `${HELP}, ${EVENTS}` : HELP),
  };
}

const ALL: Permission = {
  write: true,
  credentials: true,
  localHosts: true,
  on: 'this machine',
  why: '',
  help: '',
};
const HELP = 'only plan here, and apply after the merge';
const EVENTS = 'on an event such as push, schedule or workflow_dispatch';

function unconfirmed(variable: string): Partial<Permission> {
  return {
    write: false,
    why: `${variable} says that this is a CI job, and Retag cannot tell what it runs for`,
    help: 'give --ref, --sha and --yes to apply; "retag plan" needs none of them',
  };
}

/** @throws UserError where nothing may be written: `what` is refused, and why */
export function requireWrite(what: string, may: Permission): void {
  if (may.write) return;
  throw new UserError({
    what: `${what} is refused on ${may.on}: ${may.why}, so nothing is written`,
    hint: may.help,
  });
}

/** Why the work tree is not known to be what the run is for; null when it is, or is no checkout of git. */
async function foreignWork({ env, cwd, commits, files, confirmed }: Circumstances): Promise<Trust | null> {
  const elsewhere = (head: string): Trust =>
    anonymous(
      `the work tree is at commit ${head}, and this run is for ${commits.join(' or ') || 'no known commit'}`,
    );
  try {
    const top = await headOf(gitIn(cwd, env));
    if (top !== null && !commits.includes(top)) return elsewhere(top);
    for (const file of files) {
      // The file may be in a checkout of its own, below the workspace.
      const tracked = await trackedFile(cwd, env, file);
      if (tracked?.length === 0 && !confirmed) return untracked(file);
      for (const { head, same } of tracked ?? []) {
        if (!commits.includes(head)) return elsewhere(head);
        if (!same) return anonymous(`${visible(file.path)} is not as the commit of this run has it`);
      }
    }
    return null;
  } catch (error) {
    if (error instanceof OperationError) return anonymous(error.message);
    throw error;
  }
}

/** A step of the job may have made the file, or an artifact brought it: only somebody who knows can say. */
function untracked({ path }: TagFile): Trust {
  return {
    ...anonymous(`${visible(path)} is not in the commit of this run`),
    help: 'commit it; or, if a step of this job makes it, say what the run is for: --ref, --sha and --yes (inputs ref and sha, and command: apply)',
  };
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

/** Does the environment say that nobody sits at a terminal? */
export function isCi(env: Circumstances['env']): boolean {
  return (
    ciVariable(env) !== null || env['GITHUB_ACTIONS'] === 'true' || (env['GITHUB_EVENT_NAME'] ?? '') !== ''
  );
}
