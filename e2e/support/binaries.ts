import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where scripts/stack/install.sh puts what it builds. */
export const cacheBin = join(process.env['RETAG_CACHE'] ?? join(homedir(), '.cache', 'retag'), 'bin');

/**
 * The path of a tool, from the stack's cache first and then from the system.
 * A tool that is missing is an error: end-to-end tests are never skipped for want of a part.
 */
export function binary(name: string): string {
  const found = findBinary(name);
  if (found === null) throw new Error(`${name} is not installed; run scripts/stack/install.sh`);
  return found;
}

/** As `binary`, null when the tool is not there. For benchmarks, which name what is missing. */
export function findBinary(name: string): string | null {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  for (const directory of [cacheBin, ...path, '/usr/sbin', '/sbin']) {
    const candidate = join(directory, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // not in this directory
    }
  }
  return null;
}
