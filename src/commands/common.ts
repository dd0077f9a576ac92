/** The flags that every command takes (contract 8, "Common"), and what they may say. */
import { parseConcurrency, parseInsecureHosts } from '../adapters.js';
import { UserError, type Problem } from '../errors.js';
import { parseRegistryMap } from '../plan/names.js';
import type { RunRequest } from '../request.js';
import { parseTimeout } from '../system/deadline.js';
import type { Arguments } from '../terminal/args.js';

/**
 * For commands that have nothing to do with some of them: a value that is wrong in one command is wrong in all.
 * @throws UserError with every wrong value
 */
export function checkCommon(args: Arguments): void {
  const problems: Problem[] = [];
  for (const check of CHECKS) {
    try {
      check(args);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new UserError(problems);
}

const CHECKS: readonly ((args: Arguments) => unknown)[] = [
  onlyOf,
  (args) => parseRegistryMap(args.list('registry-map')),
  (args) => parseInsecureHosts(args.list('insecure-registry')),
  (args) => parseConcurrency(args.text('concurrency') ?? '16'),
  (args) => parseTimeout(args.text('timeout') ?? '30m'),
];

/** @throws UserError for anything but `builds` and `images` */
export function onlyOf(args: Arguments): RunRequest['only'] {
  const only = args.text('only') ?? '';
  if (only === '' || only === 'builds' || only === 'images') return only;
  throw new UserError({ what: `--only: "${only}" is not known`, mend: 'give builds or images' });
}
