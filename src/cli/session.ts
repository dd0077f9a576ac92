/** What the commands that speak to registries share: a deadline, a log and a registry client, released at the end. */
import { resolve } from 'node:path';
import type { TagFile } from '../config/config.js';
import { collect, type Problem, UserError } from '../errors.js';
import { readPermission, readRefFacts } from '../git/facts.js';
import { parseRegistryMap } from '../plan/overrides.js';
import type { Permission, RefFacts } from '../policy/policy.js';
import type { Log, Registry } from '../ports.js';
import type { Request } from '../request.js';
import { systemClock } from '../system/clock.js';
import { readTagFiles } from '../system/files.js';
import { parseSettle, parseTimeout, startDeadline } from '../system/process.js';
import { checkWritable } from '../system/write.js';
import { listedHosts, parseConcurrency, parseInsecureHosts, realRegistry } from './adapters.js';
import type { Arguments } from './args.js';
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
  /** the git ref to classify; null without `--ref`, since then builds are not looked at */
  readonly facts: RefFacts | null;
  readonly may: Permission;
}

/** The tag files that a command line names, or the default one; none when a preset stands in for them. */
export async function tagFiles(args: Arguments, io: Io): Promise<TagFile[]> {
  const given = args.list('config');
  if (given.length === 0 && (args.is('policy') || args.command === 'promote')) return [];
  return readTagFiles(given.length === 0 ? [DEFAULT_CONFIG] : given, { cwd: io.cwd });
}

/** Runs `body` with a session. After SIGINT or SIGTERM the exit status is 130 or 143, whatever `body` gives. */
export async function withSession(
  args: Arguments,
  io: Io,
  body: (session: Session) => Promise<number>,
): Promise<number> {
  const log = logFor(args, io);
  const concurrency = parseConcurrency(args.text('concurrency') ?? '16');
  const timeout = args.text('timeout') ?? '30m';
  const insecure = parseInsecureHosts(args.list('insecure-registry'));
  const deadline = startDeadline(parseTimeout(timeout), timeout);
  const { signal } = deadline;
  let registry: Registry | null = null;
  try {
    const files = await tagFiles(args, io);
    const { facts, may } = await permitted(args, io, files);
    registry = realRegistry({
      env: io.env,
      log,
      signal,
      concurrency,
      insecureRegistries: insecure,
      anonymous: !may.credentials,
      localHosts: may.localHosts ? undefined : listedHosts(insecure, args.list('registry-map')),
      githubToken: '',
      onSecret: () => undefined,
    });
    const code = await body({ log, registry, signal, concurrency, insecure, files, facts, may });
    return deadline.exitCode() ?? code;
  } catch (error) {
    const code = fail(error, io, args.is('json'));
    return deadline.exitCode() ?? code;
  } finally {
    registry?.close();
    deadline.release();
  }
}

async function permitted(
  args: Arguments,
  io: Io,
  files: readonly TagFile[],
): Promise<Pick<Session, 'facts' | 'may'>> {
  const [ref, sha] = [args.text('ref'), args.text('sha')];
  const options = { env: io.env, cwd: io.cwd, time: systemClock.now(), ref, sha, files, yes: args.is('yes') };
  if (ref === undefined) return { facts: null, may: await readPermission(options) };
  const facts = await readRefFacts(options);
  return { facts, may: facts.may };
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
  (args) => parseConcurrency(args.text('concurrency') ?? '16'),
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
  await checkWritable(path, '--report', checkoutOf(io));
  return path;
}

/** Where the files are that a pull request can change. */
export function checkoutOf({ cwd, env }: Pick<Io, 'cwd' | 'env'>): string {
  return env['GITHUB_WORKSPACE'] ?? cwd;
}

/** @throws UserError for anything but `builds` and `images` */
export function onlyOf(args: Arguments): Request['only'] {
  const only = args.text('only') ?? '';
  if (only === '' || only === 'builds' || only === 'images') return only;
  throw new UserError({ what: `--only: "${only}" is not known`, hint: 'give builds or images' });
}
