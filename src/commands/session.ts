/** What the commands that speak to registries share: a deadline, a log and a registry client, released at the end. */
import { parseConcurrency, parseInsecureHosts, realRegistry } from '../adapters.js';
import { parseTimeout, startDeadline } from '../system/deadline.js';
import { readTagFiles } from '../workspace/files.js';
import type { Arguments } from '../terminal/args.js';
import type { TagFile } from '../config/config.js';
import type { Log, Registry } from '../ports.js';
import { fail, logFor, type Io } from './output.js';

const DEFAULT_CONFIG = '.github/image-tags.yaml';

export interface Session {
  readonly log: Log;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly concurrency: number;
  readonly insecure: readonly string[];
}

/** The tag files that a command line names, or the default one; none when a preset stands in for them. */
export async function tagFiles(args: Arguments, io: Io): Promise<TagFile[]> {
  const given = args.list('config');
  if (given.length === 0 && args.is('policy')) return [];
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
  const registry = realRegistry({
    env: io.env,
    log,
    signal,
    concurrency,
    insecureRegistries: insecure,
    anonymous: false,
    githubToken: '',
    onSecret: () => undefined,
  });
  try {
    const code = await body({ log, registry, signal, concurrency, insecure });
    return deadline.exitCode() ?? code;
  } catch (error) {
    const code = fail(error, io.stderr);
    return deadline.exitCode() ?? code;
  } finally {
    registry.close();
    deadline.release();
  }
}
