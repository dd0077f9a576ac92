/** The flags that every command takes (contract 8, "Common"), and what they may say. */
import { resolve } from 'node:path';

import { parseConcurrency, parseInsecureHosts } from '../adapters.js';
import { collect, UserError, type Problem } from '../errors.js';
import { parseRegistryMap } from '../plan/overrides.js';
import type { RunRequest } from '../request.js';
import { parseSettle, parseTimeout } from '../system/process.js';
import { checkWritable } from '../system/write.js';
import type { Arguments } from '../terminal/args.js';
import type { Io } from './output.js';

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
export function onlyOf(args: Arguments): RunRequest['only'] {
  const only = args.text('only') ?? '';
  if (only === '' || only === 'builds' || only === 'images') return only;
  throw new UserError({ what: `--only: "${only}" is not known`, mend: 'give builds or images' });
}
