/** The outside systems of a run besides registries: GitHub, opened when it is asked first, and the builder. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { Builder } from '../builds/model.js';
import type { CiRun } from '../ci/ci.js';
import type { TagFile } from '../config/config.js';
import { entryTest } from '../config/entries.js';
import type { Config, ImageConfig } from '../config/model.js';
import { OperationError } from '../errors.js';
import { commitOfEntry, createGatekeeper, type Subject, withoutGitHub } from '../gates/gates.js';
import type { Checks } from '../gates/port.js';
import { gitIn } from '../git/git.js';
import { headOf, uncommittedIn } from '../git/work-tree.js';
import type { GitHub } from '../github/client.js';
import type { EntryChanges } from '../github/review/comment.js';
import { applyReview, changedEntries } from '../github/review/review.js';
import type { ClaimTag, RefFacts } from '../policy/policy.js';
import type { Log } from '../ports.js';
import type { Ports } from '../request.js';
import { systemClock } from '../system/clock.js';
import { recorderOf } from './recorder.js';
import { type RunTrust, trustOf } from './trust-sources.js';

/** What a run knows of the place that it runs in, and how it builds. */
interface AdapterOptions {
  readonly env: NodeJS.ProcessEnv;
  /** what the CI system says; null where none is known */
  readonly run: CiRun | null;
  /** the checkout */
  readonly workspace: string;
  readonly facts: RefFacts | null;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** for what a change touches; absent: nothing is looked up */
  readonly files?: readonly TagFile[];
  /** GitHub's; absent: the environment's */
  readonly token?: string;
  readonly builder?: string;
  readonly insecure?: readonly string[];
  /** takes buildx's output */
  readonly write?: (text: string) => void;
  readonly terminal?: boolean;
  /** told of each secret that signs records, for masking; absent: the log has no masks */
  readonly onSecret?: (secret: string) => void;
}

/** All that a run is given from outside but registries. */
export interface Adapters extends Omit<Ports, 'registry'> {
  /** rejects with how to fix it where GitHub cannot be asked */
  readonly github: () => Promise<GitHub>;
  readonly claim: ClaimTag;
  /** @param files named from the workspace  @param write may the run write to registries? */
  trustOf(files: readonly TagFile[], write: boolean): Promise<RunTrust>;
}

/** Nothing is loaded or sent before it is needed: octokit and buildx stay off the start path. */
export function openAdapters(options: AdapterOptions): Adapters {
  const { env, facts, log, signal } = options;
  let changed: Promise<EntryChanges | null> | undefined;
  const github = gitHubOf(options);
  const home = options.run?.forge == null ? (env['GITHUB_REPOSITORY'] ?? '') : '';
  const serverUrl = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  // The tag file is that of the checkout, also where the run is about another commit (workflow_run, the input sha).
  const checkedOut = env['GITHUB_SHA'] || (facts?.sha ?? null);
  return {
    log,
    signal,
    clock: systemClock,
    github,
    trustOf: (files, write) => trustOf({ ...options, files, write, github }),
    gatekeeper: createGatekeeper(checksOf(options, github), systemClock.now()),
    claim: async (name, sha) => {
      const { claimTag } = await import('../github/refs.js');
      return claimTag(await github(), name, sha);
    },
    subject: (entry, revision) => ({
      home,
      commit: entry === null ? commitOfRun(facts, home) : commitOfEntry(entry, { revision, home, serverUrl }),
      // The entry came in by a change of the tag file; a build by the change that is built.
      ...entryOf(entry === null ? (facts?.sha ?? null) : checkedOut, branchOf(options, entry), entry),
    }),
    checkedOut: () => headOf(gitIn(options.workspace, env)),
    uncommitted: (paths, commit) => uncommittedIn(options.workspace, env, commit, paths),
    sources: async (definition) => {
      const { findSources } = await import('../docker/workspace.js');
      return (await findSources(definition, options.workspace)).problems;
    },
    builder: () => lazyBuilder(options),
    changes: (config) => (changed ??= changesOf(options, config, github)),
    recorder: (config, purpose) => recorderOf(config, options, purpose),
    review: async (plan, files, mode) => {
      // Outside GitHub, and without a tag file, a pull request shows no plan: nothing is printed unless somebody asks for it.
      if (mode === 'off' || (mode === undefined && (home === '' || files.length === 0))) return plan;
      // That this has no effect was printed at its line.
      if (mode === 'warn' && options.run?.forge != null) return plan;
      const branch = branchOfRun(env) ?? facts?.defaultBranch ?? null;
      const known = { files, sha: checkedOut, branch, missing: missing(options) };
      return applyReview(plan, { ...known, mode: mode ?? 'warn' }, { github });
    },
  };
}

/** What this change does to the tag file, as GitHub has it; said where GitHub cannot be asked, since rules then bind nothing. */
async function changesOf(
  options: AdapterOptions,
  config: Config,
  github: () => Promise<GitHub>,
): Promise<EntryChanges | null> {
  const { files = [], run, log } = options;
  if (files.length === 0) return null;
  const base = run?.base ?? null;
  const why = missing(options);
  if (why === null) return changedEntries(files, config, base, { github, log });
  if (base !== null) {
    log.warning(
      `which entries of the tag file this change touches is not known, so tags that break the rule of a preset are only warnings: ${why}`,
    );
  }
  return null;
}

/** For a run that asks nobody but the registry. */
export function withoutAdapters(log: Log, signal: AbortSignal): Adapters {
  const outside = openAdapters({ run: null, env: {}, workspace: '.', facts: null, log, signal });
  return {
    ...outside,
    checkedOut: () => Promise.resolve(null),
    uncommitted: () => Promise.resolve({ modified: [], untracked: [] }),
  };
}

type GitHubAccess = Pick<AdapterOptions, 'run' | 'env' | 'token' | 'log' | 'signal'>;

/** GitHub, opened when it is asked first. */
export function gitHubOf(access: GitHubAccess): () => Promise<GitHub> {
  let opened: Promise<GitHub> | undefined;
  return () => (opened ??= open(access));
}

async function open(options: GitHubAccess): Promise<GitHub> {
  const { env, log, signal } = options;
  const why = missing(options);
  if (why !== null) throw new OperationError('denied', why);
  const { openGitHub } = await import('../github/client.js');
  return openGitHub({
    token: tokenOf(options),
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
    repository: env['GITHUB_REPOSITORY'] ?? '',
    clock: systemClock,
    signal,
    log,
  });
}

function tokenOf({ token, env }: GitHubAccess): string {
  return token ?? env['GITHUB_TOKEN'] ?? '';
}

/** The one door to the forge: why it cannot be asked, null when it can. */
function missing(access: GitHubAccess): string | null {
  const { run, env } = access;
  if (run !== null && run.forge !== null)
    return `this needs the API of GitHub, and is not supported on ${run.forge}`;
  if ((env['GITHUB_REPOSITORY'] ?? '') === '') {
    return 'the GitHub repository is not known; set GITHUB_REPOSITORY=OWNER/NAME and GITHUB_TOKEN, or run in a workflow';
  }
  return tokenOf(access) === '' ? 'there is no GitHub token; set GITHUB_TOKEN (input github-token)' : null;
}

function checksOf(options: AdapterOptions, github: () => Promise<GitHub>): Checks {
  const why = missing(options);
  if (why !== null) return withoutGitHub(why);
  const run = Number(options.env['GITHUB_RUN_ID'] ?? '');
  const runId = Number.isSafeInteger(run) && run > 0 ? run : null;
  const checks = async (): Promise<Checks> => {
    const { createChecks } = await import('../github/checks.js');
    return createChecks(await github(), runId);
  };
  return {
    check: async (query) => (await checks()).check(query),
    runs: async (query) => (await checks()).runs(query),
    approvals: async (query) => (await checks()).approvals(query),
  };
}

function entryOf(
  sha: string | null,
  branch: string | null,
  entry: ImageConfig | null,
): Pick<Subject, 'entry'> {
  if (sha === null) return {};
  const at = branch === null ? { sha } : { sha, branch };
  return { entry: entry === null ? at : { ...at, ...entryTest(entry) } };
}

/** The branch that a change must have been merged into: that of the tag file, or the one that is built; else the default branch. */
function branchOf({ env, facts }: AdapterOptions, entry: ImageConfig | null): string | null {
  if (entry !== null) return branchOfRun(env) ?? facts?.defaultBranch ?? null;
  return facts?.kind === 'branch' ? facts.name : (facts?.defaultBranch ?? null);
}

/** The branch that is checked out: that of the tag file, also where the run is about another ref (workflow_run). */
export function branchOfRun({ GITHUB_REF: ref = '' }: NodeJS.ProcessEnv): string | null {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
}

function commitOfRun(facts: RefFacts | null, home: string): Subject['commit'] {
  if (facts?.sha != null) return { repo: home, sha: facts.sha };
  return { why: 'the commit of this run is not known; give it with --sha (input sha)' };
}

function lazyBuilder(options: AdapterOptions): Builder {
  let made: Promise<Builder> | undefined;
  const builder = (): Promise<Builder> =>
    (made ??= import('../docker/builder.js').then(({ createBuilder }) =>
      createBuilder({
        workspace: options.workspace,
        temporary: options.env['RUNNER_TEMP'] ?? tmpdir(),
        environment: options.env,
        builder: options.builder || null,
        insecure: options.insecure ?? [],
        signal: options.signal,
        clock: systemClock,
        log: options.log,
        write: options.write ?? (() => undefined),
        token: randomBytes(16).toString('hex'),
        terminal: options.terminal ?? false,
      }),
    ));
  return {
    prepare: async (definition) => (await builder()).prepare(definition),
    bake: async (definition) => (await builder()).bake(definition),
    close: async () => {
      if (made !== undefined) await (await made).close();
    },
  };
}
