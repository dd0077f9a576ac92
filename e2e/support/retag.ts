import { resolve } from 'node:path';

import { run, type Finished } from './process.js';

/** The committed bundle, as a user runs it. */
export const CLI = resolve('dist/cli.cjs');
export const MAIN = resolve('dist/main.cjs');

/** The parts of the report (docs/report.md) that end-to-end tests look at. */
export interface Report {
  readonly actions: readonly {
    readonly action: string;
    readonly image: string;
    readonly tag: string;
    readonly digest: string | null;
    readonly previous: string | null;
    readonly reason: { readonly code: string; readonly text: string };
    readonly outcome: string;
  }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly http: { readonly requests: number };
}

export interface Invocation extends Finished {
  /** of `--json`; only there when stdout is a report */
  readonly report: Report;
}

/**
 * Runs the command line from the bundle with `--json` and a bare environment: nothing of the machine's
 * docker configuration or of a surrounding CI job gets in.
 */
export async function retag(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Invocation> {
  const finished = await retagText([...args, '--json'], env);
  try {
    return { ...finished, report: JSON.parse(finished.stdout) as Report };
  } catch (cause) {
    throw new Error(`retag ${args.join(' ')} printed no report:\n${finished.stdout}${finished.stderr}`, {
      cause,
    });
  }
}

/** As `retag`, for commands that print text; a status other than 0 is an error that shows it. */
export async function retagOk(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const finished = await retagText(args, env);
  if (finished.status === 0) return finished;
  throw new Error(
    `retag ${args.join(' ')}: ${String(finished.status)}\n${finished.stdout.slice(-1_000)}${finished.stderr.slice(-2_000)}`,
  );
}

/** As `retag`, for commands that print text. */
export function retagText(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = process.cwd(),
): Promise<Finished> {
  const bare = { PATH: process.env['PATH'], HOME: '/nonexistent', DOCKER_CONFIG: '/nonexistent' };
  return run(process.execPath, [CLI, ...args], { env: { ...bare, ...env }, cwd, timeout: 100_000 });
}
