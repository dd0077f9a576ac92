import { readCiRun } from '../../src/ci/ci.js';
import { readPermission, readRefFacts } from '../../src/git/facts.js';
import type { Permission, RefFacts } from '../../src/policy/policy.js';

export type RefOptions = Omit<Parameters<typeof readRefFacts>[0], 'run'>;

/** `readRefFacts` as the commands call it: the environment is read once and handed on. */
export async function refFacts(options: RefOptions): Promise<RefFacts> {
  return readRefFacts({ ...options, run: await readCiRun(options.env) });
}

/** The same for `readPermission`. */
export async function permissionFor(options: RefOptions): Promise<Permission> {
  return readPermission({ ...options, run: await readCiRun(options.env) });
}
