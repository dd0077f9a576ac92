/** Questions to git, without a shell. A directory without a repository is an answer; a repository that git cannot read is none. */
import { execFile, type ExecFileException } from 'node:child_process';
import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { OperationError, UserError } from '../errors.js';
import { childEnvironment, type Environment } from '../shared/environment.js';

/** Runs git in one directory. Null: neither the directory nor one above it has a `.git`. */
export type Git = (...args: readonly string[]) => Promise<GitAnswer | null>;

interface GitAnswer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

// Ten thousand tags are well below a megabyte.
const MAX_OUTPUT = 64 * 1024 * 1024;

/** The questions that read refs and objects only: none of them runs a program that a configuration names. */
const PLUMBING = new Set(['rev-parse', 'symbolic-ref', 'for-each-ref', 'rev-list', 'cat-file', 'config']);

/** Settings that stand above those of the repository, which anybody may have written (git-config). */
const OVER: readonly Setting[] = [
  // In a job's container the checkout belongs to another user. Nothing that it configures is believed, whoever it belongs to.
  ['safe.directory', '*'],
  // Every id stands for its own object, in submodules too, and a file is looked at when its times say that it may have changed.
  ['core.useReplaceRefs', 'false'],
  ['core.checkStat', 'default'],
  ['core.trustctime', 'true'],
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.pager', 'cat'],
  ['core.sshCommand', 'false'],
  ['core.gitProxy', 'none'],
  ['core.askPass', ''],
  ['credential.helper', ''],
  ['diff.external', ''],
  ['log.showSignature', 'false'],
  ['submodule.recurse', 'false'],
  // GIT_GRAFT_FILE is set so that none counts; git would advise about it on every call.
  ['advice.graftFileDeprecated', 'false'],
  // a directory of the work tree that looks like a repository is none
  ['safe.bareRepository', 'explicit'],
];
type Setting = readonly [key: string, value: string];

/** Drivers have names that only the repository knows: what they run is emptied, name by name. */
const DRIVER =
  /^(?:filter|diff|merge)\.(?:.*\.)?(?:clean|smudge|process|required|textconv|command|external|driver)$/is;

/** What git needs of the environment to find itself, its own configuration and nothing else: no token, no GIT_DIR. */
const NEEDED =
  /^(?:PATH|HOME|XDG_CONFIG_HOME|TMPDIR|TEMP|TMP|SYSTEMROOT|USERPROFILE|GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM))$/i;

/** A remote is reached through proxies, with certificates, agents and commands that the job's environment names. */
const NETWORK = /^(?:(?:HTTPS?|NO|ALL)_PROXY|SSL_CERT_.*|SSH_.*|GIT_(?:SSL_|SSH|ASKPASS|HTTP_|CONFIG_).*)$/i;

/**
 * Git in `cwd`, for questions about the repository. Nothing is run that the repository's configuration names, no remote is
 * asked, and no token is given on: the work tree may be a stranger's. Prompts are off: nobody is there to answer them.
 * The answer has `ok: false` when git said no (exit 1 to 127), for the caller to judge.
 * @throws OperationError when git cannot be run to its end
 */
export function gitIn(cwd: string, env: Environment): Git {
  const offline = { ...pick(env, NEEDED), GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' };
  let drivers: Promise<readonly Setting[]> | undefined;
  return async (...args) => {
    const repository = await repositoryOf(cwd);
    if (repository === null) return null;
    const ask = (over: readonly Setting[], words: readonly string[]): Promise<GitAnswer> =>
      runGit(cwd, { ...offline, ...repository, ...asVariables(over) }, words);
    if (PLUMBING.has(args[0] ?? '')) return ask(OVER, args);
    drivers ??= ask(OVER, ['config', '--list', '-z', '--name-only']).then((answer) =>
      answer.stdout
        .split('\0')
        .filter((key) => DRIVER.test(key))
        .map((key): Setting => [key, key.endsWith('.required') ? 'false' : '']),
    );
    return ask([...OVER, ...(await drivers)], args);
  };
}

/** The nearest directory with a `.git`, from `path` (without symbolic links) upwards. Whether git can read it is not asked. */
export async function checkoutAbove(path: string): Promise<string | null> {
  for (let at = path; ; at = dirname(at)) {
    if ((await lstat(join(at, '.git')).catch(() => null)) !== null) return at;
    if (dirname(at) === at) return null;
  }
}

/**
 * Names the repository to git, which otherwise passes over a `.git` that it cannot read, refuses one of another user, and takes
 * the work tree from the repository's own configuration (`core.worktree`, `core.bare`).
 */
async function repositoryOf(cwd: string): Promise<Record<string, string> | null> {
  const real = await realpath(cwd).catch(() => null);
  const top = real === null ? null : await checkoutAbove(real);
  return top === null ? null : { GIT_DIR: join(top, '.git'), GIT_WORK_TREE: top };
}

/**
 * The names of the git tags of the remote, as `ls-remote` prints them. A repository that is trusted is asked as it is
 * configured (actions/checkout keeps its login there); a stranger's configuration has no say, so the run's own
 * repository is asked by its address, without a login.
 */
export async function remoteTags(cwd: string, env: Environment, trusted: boolean): Promise<GitAnswer | null> {
  const words = ['ls-remote', '--tags', '--refs', '--upload-pack=git-upload-pack'];
  if (trusted) {
    const more = {
      ...pick(childEnvironment(env), NETWORK),
      ...pick(env, NEEDED),
      ...(await repositoryOf(cwd)),
    };
    return runGit(cwd, more, [...words, 'origin']);
  }
  const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_REPOSITORY: name = '' } = env;
  if (name === '') return null;
  const safe = { ...pick(env, NEEDED), ...asVariables(OVER), GIT_ALLOW_PROTOCOL: 'https:http' };
  return runGit(parse(cwd).root, safe, [...words, '--', `${server}/${name}`]);
}

/** Milliseconds. */
const TIMEOUT = 60_000;

function runGit(cwd: string, env: Environment, args: readonly string[]): Promise<GitAnswer> {
  const environment = {
    ...env,
    ...{ LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' },
    // A commit has the files and the parents that its id stands for (git-replace, gitrepository-layout: info/grafts).
    ...{ GIT_NO_REPLACE_OBJECTS: '1', GIT_GRAFT_FILE: '/dev/null' },
  };
  return new Promise((resolve, reject) => {
    const limits = { timeout: TIMEOUT, maxBuffer: MAX_OUTPUT };
    const options = { cwd, env: environment, ...limits, encoding: 'utf8' as const };
    execFile('git', [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve({ ok: true, stdout, stderr });
      else if (error.code === 'ENOENT') resolve({ ok: false, stdout, stderr: 'git is not installed' });
      else if (typeof error.code === 'number') resolve({ ok: false, stdout, stderr });
      else reject(broken(args[0] ?? '', error));
    });
  });
}

function pick(env: Environment, names: RegExp): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.test(name)));
}

/** Settings as variables (git-config, GIT_CONFIG_COUNT): unlike with `-c`, any name of a driver can be written. */
function asVariables(settings: readonly Setting[]): Record<string, string> {
  const pairs = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return {
    GIT_CONFIG_COUNT: String(settings.length),
    ...(Object.fromEntries(pairs) as Record<string, string>),
  };
}

function broken(command: string, error: ExecFileException): OperationError {
  const killed = error.killed === true;
  const why = killed ? `no answer within ${TIMEOUT / 1000} s` : error.message;
  return new OperationError(killed ? 'timeout' : 'protocol', `git ${command}: ${why}`, { cause: error });
}

/** Lines of an answer that succeeded; none otherwise. */
export function linesOf(answer: GitAnswer | null): string[] {
  return answer?.ok === true ? answer.stdout.split('\n').filter((line) => line !== '') : [];
}

/** The commit that a revision names, null when it names none here. */
export async function commitOf(git: Git, revision: string): Promise<string | null> {
  const answer = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  return linesOf(answer)[0] ?? null;
}

/** Is the history of the clone cut off? */
export async function isShallow(git: Git): Promise<boolean> {
  return linesOf(await git('rev-parse', '--is-shallow-repository'))[0] === 'true';
}

// Git tags of a repository: all of them, and those in the history of a commit.

const PREFIX = 'refs/tags/';

/**
 * Every git tag. A shallow clone (what actions/checkout makes) has no tags of its own, so the remote is asked; outside a
 * repository there are none.
 * @throws UserError when the clone is shallow and the remote does not answer: an incomplete list would give a number twice
 */
export async function allTags(git: Git, askRemote: () => Promise<GitAnswer | null>): Promise<string[]> {
  const local = await git('for-each-ref', '--format=%(refname)', 'refs/tags');
  if (local === null) return [];
  if (!local.ok) throw unreadable('the git tags cannot be read', local.stderr);
  const names = namesOf(linesOf(local));
  if (!(await isShallow(git))) return names;
  const remote = await askRemote();
  if (remote?.ok !== true) {
    throw unreadable('this clone is shallow and the remote did not list its git tags', remote?.stderr ?? '');
  }
  const lines = linesOf(remote).map((line) => line.slice(line.indexOf('\t') + 1));
  return [...new Set([...names, ...namesOf(lines)])];
}

/**
 * Git tags in the history of a commit, the nearest first: commits in the order of `git rev-list --date-order`, and the tags of
 * one commit with the highest version first.
 * @throws UserError when there is no repository or the commit is not in it
 */
export async function tagsReachableFrom(git: Git, revision: string): Promise<string[]> {
  // Not --simplify-by-decoration: it leaves out a root commit without files, tags and all.
  const answer = await git('rev-list', '--date-order', '--format=%D', '--end-of-options', revision, '--');
  if (answer?.ok !== true) {
    throw unreadable(
      `the history of ${revision} cannot be read`,
      answer?.stderr ?? 'there is no git repository here',
    );
  }
  return linesOf(answer).flatMap((line) =>
    line
      .split(', ')
      .flatMap((name) => (name.startsWith('tag: ') ? [name.slice('tag: '.length)] : []))
      .sort(highestFirst),
  );
}

function namesOf(refs: readonly string[]): string[] {
  return refs.filter((ref) => ref.startsWith(PREFIX)).map((ref) => ref.slice(PREFIX.length));
}

function highestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}

function unreadable(what: string, stderr: string): UserError {
  const said = stderr.trim().split('\n')[0] ?? '';
  return new UserError({
    what: said === '' ? what : `${what} (${said})`,
    hint: 'check out with "fetch-depth: 0" (actions/checkout), or run "git fetch --unshallow --tags"',
  });
}

/** What git printed, as a part of one line. */
export function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, '; ');
}
