/** Event, environment, command line and git → RefFacts, read once. */
import type { CiRun } from '../ci/ci.js';
import { UserError } from '../errors.js';
import type { TagFile } from '../config/config.js';
import type { Permission, RefFacts } from '../policy/policy.js';
import { parseRef, visible, type ParsedRef } from '../policy/refname.js';
import {
  allTags,
  commitOf,
  type Git,
  gitIn,
  isShallow,
  linesOf,
  remoteTags,
  tagsReachableFrom,
} from './git.js';
import { isCi, permissionOf } from './permission.js';
import { branchCommit, checkedOutRef, existingRef } from './refs.js';

interface RefOptions {
  /** what the CI system says; null where none is known */
  readonly run: CiRun | null;
  /** the environment of the process */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** the workspace */
  readonly cwd: string;
  /** milliseconds since the epoch: the moment that this run calls now */
  readonly time: number;
  /** input `ref` or `--ref` */
  readonly ref?: string | undefined;
  /** input `sha` or `--sha` */
  readonly sha?: string | undefined;
  /** `--yes` */
  readonly yes?: boolean;
  /** what the run acts on: must be as the commit has it where a CI system runs this */
  readonly files?: readonly TagFile[];
  /** is the name a git tag at the commit, and no branch? Asked where the checkout has neither: it seldom has the tags. */
  readonly isTagAt?: (name: string, sha: string) => Promise<boolean>;
}

/**
 * What is being built. In Actions the event says so; `ref` and `sha` override it, without making it more trusted. Outside,
 * `ref`, else the branch that is checked out, else the only git tag at a detached HEAD.
 * @throws UserError for what is no ref or commit, and when event and environment disagree
 */
export async function readRefFacts(options: RefOptions): Promise<RefFacts> {
  const { run, env, cwd, time } = options;
  const git = gitIn(cwd, env);
  const ref = await chosenRef(options, git);
  const deleted = run?.deleted === true && ref.ref === run.ref;
  const { sha, known } = deleted ? NO_COMMIT : await chosenCommit(options, ref, git);
  const may = await permitted(options, ref.ref, sha);
  return {
    ...ref,
    sha,
    event: run?.event ?? null,
    defaultBranch: run?.defaultBranch ?? (await remoteDefault(git)),
    runNumber: run?.runNumber ?? null,
    runAttempt: run?.runAttempt ?? null,
    time,
    commitTime: known ? await commitTime(git, sha) : null,
    deleted,
    gitTags: once(() => allTags(git, () => remoteTags(cwd, env, may.localHosts))),
    reachableTags: once(() => tagsReachableFrom(git, sha ?? 'HEAD')),
    shallow: once(() => isShallow(git)),
    pullRequest: run?.pullRequest ?? null,
    may,
    warnings: run?.warnings ?? [],
  };
}

/** What a run without a ref may do: one that looks at promotions only. @throws UserError as `readRefFacts` */
export function readPermission(options: RefOptions): Promise<Permission> {
  return permitted(options, options.run?.ref ?? null, options.run?.sha ?? null);
}

function permitted(
  { run, env, cwd, files = [], yes, ref: givenRef, sha: given }: RefOptions,
  ref: string | null,
  sha: string | null,
): Promise<Permission> {
  return permissionOf({
    env,
    cwd,
    run,
    ref,
    files,
    commits: [...new Set([run?.startedFor ?? null, sha])].filter((commit) => commit !== null),
    confirmed: yes === true && givenRef !== undefined && given !== undefined,
  });
}

async function chosenRef(options: RefOptions, git: Git): Promise<ParsedRef> {
  const { run: event } = options;
  if (options.ref !== undefined && options.ref !== '') {
    // A commit that is named too may be that of a git tag which is still to be made.
    const isHead = options.ref === 'HEAD' || options.ref === '@';
    const mustExist = isHead || (!isCi(options.env) && (options.sha ?? '') === '');
    return (mustExist ? await existingRef(options.ref, git) : null) ?? (await givenRef(options.ref, git));
  }
  if (event === null) return checkedOutRef(git);
  if (event.ref === null) {
    throw new UserError({ what: 'the event is about no git ref', hint: 'choose one with the input "ref"' });
  }
  const ref = parsed(event.ref);
  const asTag = event.maybeTag ? parseRef(`refs/tags/${ref.name}`) : null;
  if (asTag?.ok !== true || event.sha === null) return ref;
  const branch = await isBranch(git, ref.name);
  const here = await commitOf(git, asTag.value.ref);
  const isTag =
    here !== null || branch ? here === event.sha && !branch : await options.isTagAt?.(ref.name, event.sha);
  return isTag === true ? asTag.value : ref;
}

function parsed(text: string): ParsedRef {
  const ref = parseRef(text);
  if (ref.ok) return ref.value;
  throw new UserError({ what: `ref: ${ref.what}`, hint: ref.hint });
}

/** A short name is what it is in the repository, if it is only one thing there. */
async function givenRef(text: string, git: Git): Promise<ParsedRef> {
  const full = parseRef(text);
  if (full.ok) return full.value;
  const tag = parseRef(text, 'tag');
  if (!tag.ok) return parsed(text);
  const isTag = (await commitOf(git, tag.value.ref)) !== null;
  const branch = await isBranch(git, tag.value.name);
  if (isTag === branch) return parsed(text);
  return isTag ? tag.value : parsed(`refs/heads/${tag.value.name}`);
}

async function isBranch(git: Git, name: string): Promise<boolean> {
  return (await branchCommit(git, name)) !== null;
}

/** The commit of a run, and whether the clone has it. */
type ChosenCommit =
  { readonly sha: string; readonly known: true } | { readonly sha: string | null; readonly known: false };

const NO_COMMIT: ChosenCommit = { sha: null, known: false };

async function chosenCommit(options: RefOptions, ref: ParsedRef, git: Git): Promise<ChosenCommit> {
  const { run: event } = options;
  if (options.sha !== undefined && options.sha !== '') return givenSha(options.sha, git);
  if (event !== null && (ref.ref === event.ref || sameCommitOfTag(event, ref)) && event.sha !== null) {
    return givenSha(event.sha, git);
  }
  const sha = await (ref.kind === 'branch' ? branchCommit(git, ref.name) : commitOf(git, ref.ref));
  return sha === null ? NO_COMMIT : { sha, known: true };
}

/** A workflow_run whose "branch" turned out to be a git tag. */
function sameCommitOfTag(event: CiRun, ref: ParsedRef): boolean {
  return event.maybeTag && event.ref === `refs/heads/${ref.name}` && ref.kind === 'tag';
}

/** The commit that was given, whole: it may be short, and the object of an annotated tag stands for its commit. */
async function givenSha(text: string, git: Git): Promise<ChosenCommit> {
  const commit = /^[0-9a-f]{4,64}$/i.test(text) ? await commitOf(git, text) : null;
  if (commit !== null) return { sha: commit, known: true };
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text)) return { sha: text.toLowerCase(), known: false };
  throw new UserError({
    what: `sha: ${visible(text)} is not a commit`,
    hint: 'give all 40 hexadecimal digits',
  });
}

async function remoteDefault(git: Git): Promise<string | null> {
  const head = linesOf(await git('symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD'))[0];
  return head?.replace(/^refs\/remotes\/origin\//, '') ?? null;
}

async function commitTime(git: Git, sha: string): Promise<number | null> {
  const seconds = linesOf(
    await git('rev-list', '--timestamp', '--max-count=1', '--end-of-options', sha, '--'),
  )[0];
  return seconds === undefined ? null : Number(seconds.split(' ')[0]) * 1000;
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= read());
}
