/** What the commands that speak to registries share: a deadline, a log and a registry client, released at the end. */
import { lstat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseImages } from '../builds/inputs.js';
import { type CiRun, readCiRun } from '../ci/ci.js';
import type { OtherToolOptions, TagFile } from '../config/config.js';
import { collect, type Problem, UserError } from '../errors.js';
import { readPermission, readRefFacts } from '../git/facts.js';
import { checkoutAbove, commitOf, gitIn } from '../git/git.js';
import { isCi } from '../git/permission.js';
import { checkedOutRef } from '../git/refs.js';
import { parseRepository } from '../oci/reference.js';
import { parseRegistryMap } from '../plan/overrides.js';
import type { Permission, RefFacts } from '../policy/policy.js';
import type { Log, Registry } from '../ports.js';
import type { Request } from '../request.js';
import { systemClock } from '../system/clock.js';
import { readTagFiles } from '../system/files.js';
import { parseSettle, parseTimeout, startDeadline } from '../system/process.js';
import { checkWritable } from '../system/write.js';
import { parseConcurrency, parseInsecureHosts, permitted, realRegistry } from './registry.js';
import { type Arguments, TAKE_FILES } from './args.js';
import { type Io, logFor } from './output.js';
import { fail } from './problems.js';

const DEFAULT_CONFIG = '.github/image-tags.yaml';

export interface Session {
  readonly log: Log;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly concurrency: number;
  readonly insecure: readonly string[];
  readonly files: readonly TagFile[];
  /** the root of the checkout, which contexts and other paths of the tag file are relative to */
  readonly workspace: string;
  /** as `files`, named from the workspace: as git and GitHub know them */
  readonly tracked: readonly TagFile[];
  /** the git ref to classify; null where there is none: builds are not looked at then */
  readonly facts: RefFacts | null;
  /** why there is no ref, as a clause; undefined when there is one */
  readonly noRef?: string | undefined;
  readonly may: Permission;
  /** what the CI system says of this run; null where none is known */
  readonly run: CiRun | null;
}

/**
 * The tag files that a command line names (named from where the person stands, as git does), or the default one, which is found
 * from every directory of the checkout; none when flags or words stand in for it.
 */
export async function tagFiles(args: Arguments, io: Io): Promise<TagFile[]> {
  const options = otherToolOptions(args.text('destination') ?? '', args.is('scoped'), io.env);
  return (await filesNamed(args, io)).map((file) => ({ ...file, options }));
}

/** What files of other tools need besides themselves. @throws UserError for a destination that is none */
export function otherToolOptions(
  destination: string,
  scoped: boolean,
  env: NodeJS.ProcessEnv | undefined,
): OtherToolOptions {
  const checked = parseRepository(`${destination.replace(/\/+$/, '')}/x`);
  if (destination !== '' && !checked.ok)
    throw new UserError({ what: `destination: ${checked.what}`, hint: 'write "registry/path"' });
  return { ...(env && { env }), ...(destination === '' ? {} : { destination }), scoped };
}

async function filesNamed(args: Arguments, io: Io): Promise<TagFile[]> {
  const given = [...args.list('config'), ...(TAKE_FILES.includes(args.command) ? args.words : [])];
  if (given.length > 0) return readTagFiles(given, { cwd: io.cwd });
  if (args.is('policy')) return [];
  const top = await workspaceOf(io);
  for (let at = io.cwd; ; at = dirname(at)) {
    const path = join(at, DEFAULT_CONFIG);
    if (await lstat(path).catch(() => null)) return readTagFiles([relative(io.cwd, path)], { cwd: io.cwd });
    if (at === top || at === dirname(at)) break;
  }
  if (args.is('image') || args.command === 'promote') return [];
  throw new UserError({
    what: `there is no tag file ${DEFAULT_CONFIG} in ${io.cwd}${top === io.cwd ? '' : ` nor above it in ${top}`}`,
    hint: await whereElse(args, io, top),
  });
}

const OTHER_PLACES = ['.github/image-tags.yml', 'image-tags.yaml', 'image-tags.yml'];

/** What to do without a tag file: name the one that is in another place, or write the first one. */
async function whereElse({ command }: Arguments, { cwd }: Io, top: string): Promise<string> {
  const flag = TAKE_FILES.includes(command) ? '' : '--config ';
  const paths = OTHER_PLACES.map((place) => relative(cwd, join(top, place)));
  const there = await Promise.all(paths.map((path) => lstat(resolve(cwd, path)).catch(() => null)));
  const found = paths.find((_, at) => there[at]?.isFile() === true);
  if (found !== undefined) return `name the file that you have: "retag ${command} ${flag}${found}"`;
  return `"retag init" writes a first one; or name it, as in "retag ${command} ${flag}FILE"`;
}

/** The top of the checkout that a command was started in, or its directory where there is none. */
export async function workspaceOf({ cwd }: Pick<Io, 'cwd'>): Promise<string> {
  return (await checkoutAbove(cwd)) ?? cwd;
}

/** Runs `body` with a session. After SIGINT or SIGTERM the exit status is 130 or 143, whatever `body` gives. */
export async function withSession(
  args: Arguments,
  io: Io,
  body: (session: Session) => Promise<number>,
): Promise<number> {
  const log = logFor(args, io);
  const concurrency = parseConcurrency(args.text('concurrency') ?? 'auto');
  const timeout = args.text('timeout') ?? '30m';
  const insecure = parseInsecureHosts(args.list('insecure-registry'));
  const deadline = startDeadline(parseTimeout(timeout), timeout);
  const { signal } = deadline;
  let registry: Registry | null = null;
  try {
    const named = await tagFiles(args, io);
    const workspace = await workspaceOf(io);
    const tracked = named.map((file) => ({
      ...file,
      path: relative(workspace, resolve(io.cwd, file.path)).replaceAll(sep, '/'),
    }));
    const ref = await refAndPermission(args, io, workspace, tracked);
    const files = named.map((file) => withinRights(file, ref.may, CLASSIFY.includes(args.command)));
    registry = realRegistry({
      env: io.env,
      log,
      signal,
      concurrency,
      ...permitted(ref.may, insecure, args.list('registry-map'), hostsNamed(args.text('destination'))),
    });
    const places = { files, tracked, workspace };
    const code = await body({ log, registry, signal, concurrency, insecure, ...places, ...ref });
    const stopped = deadline.exitCode();
    if (stopped !== null) io.stderr.write(`stopped; run again: finished tags are kept\n`);
    return stopped ?? code;
  } catch (error) {
    const code = await fail(error, io, args.format);
    return deadline.exitCode() ?? code;
  } finally {
    registry?.close();
    deadline.release();
  }
}

/** Where no credential may be used, templates of a file read no variable: names of images are sent to registries. */
export function withinRights(file: TagFile, may: Permission, needsDestination: boolean): TagFile {
  const { env, ...rest } = file.options ?? {};
  return { ...file, options: { ...rest, ...(may.credentials && env && { env }), needsDestination } };
}

/** A destination as the name of an image. */
export function hostsNamed(destination = ''): readonly string[] {
  return destination === '' ? [] : [`${destination.replace(/\/+$/, '')}/x`];
}

async function refAndPermission(
  args: Arguments,
  io: Io,
  workspace: string,
  files: readonly TagFile[],
): Promise<Pick<Session, 'facts' | 'noRef' | 'may' | 'run'>> {
  const { env } = io;
  const run = await readCiRun(env);
  const [ref, sha] = [args.text('ref'), args.text('sha')];
  const options = { run, env, cwd: workspace, time: systemClock.now(), sha, files, yes: args.is('yes') };
  const chosen = ref ?? (CLASSIFY.includes(args.command) ? await refOfRun(workspace, run, env) : { why: '' });
  if (chosen !== null && typeof chosen !== 'string')
    return { run, facts: null, noRef: chosen.why, may: await readPermission({ ...options, ref }) };
  const facts = await readRefFacts({ ...options, ref: chosen ?? undefined });
  return { run, facts, may: facts.may };
}

const CLASSIFY: readonly string[] = ['plan', 'apply'];

/**
 * What is checked out, or why that cannot be told; null where a CI system says the ref. One that says none has checked out what it likes.
 */
async function refOfRun(
  workspace: string,
  run: CiRun | null,
  env: Io['env'],
): Promise<string | { readonly why: string } | null> {
  if (run !== null) return run.ref === null ? { why: 'the event is about no git ref' } : null;
  if (isCi(env)) return { why: 'Retag cannot tell which git ref this CI job is for' };
  const git = gitIn(workspace, env);
  try {
    const { ref } = await checkedOutRef(git);
    if ((await commitOf(git, ref)) !== null) return ref;
    return { why: `${ref} has no commit yet` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { why: error.problems[0]?.what ?? error.message };
  }
}

// The flags that every command takes, and what they may say.

/**
 * For commands that have nothing to do with some of them: a value that is wrong in one command is wrong in all.
 * @throws UserError with every wrong value
 */
export function checkCommon(args: Arguments): void {
  const problems: Problem[] = [];
  for (const check of CHECKS) collect(problems, undefined, () => check(args));
  if (problems.length > 0) throw new UserError(problems);
}

const CHECKS: readonly ((args: Arguments) => unknown)[] = [
  onlyOf,
  (args) => parseRegistryMap(args.list('registry-map')),
  (args) => parseInsecureHosts(args.list('insecure-registry')),
  (args) => parseConcurrency(args.text('concurrency') ?? 'auto'),
  (args) => parseTimeout(args.text('timeout') ?? '30m'),
  (args) => parseSettle(args.text('settle') ?? '250ms'),
];

/**
 * Where `--report` goes, from the directory of the command line; null without it.
 * @throws UserError when nothing can be written there: before the command does anything
 */
export async function reportPath(args: Arguments, io: Pick<Io, 'cwd' | 'env'>): Promise<string | null> {
  const given = args.text('report');
  if (given === undefined) return null;
  const path = resolve(io.cwd, given);
  await checkWritable(path, '--report', await checkoutOf(io));
  return path;
}

/** Where the files are that a pull request can change. */
export async function checkoutOf(io: Pick<Io, 'cwd' | 'env'>): Promise<string> {
  return io.env['GITHUB_WORKSPACE'] ?? (await workspaceOf(io));
}

/** @throws UserError for anything but `builds` and `images` */
export function onlyOf(args: Arguments): Request['only'] {
  const only = args.text('only') ?? '';
  if (only === '' || only === 'builds' || only === 'images') return only;
  throw new UserError({ what: `--only: "${only}" is not known`, hint: 'give builds or images' });
}

/** The images of `--image`. @throws UserError for what is no list of images */
export function imagesOf(args: Arguments): Pick<ReturnType<typeof parseImages>, 'names' | 'disabled'> {
  const images = parseImages(args.list('image').join('\n'));
  if (images.problems.length > 0) throw new UserError(images.problems);
  return images;
}
