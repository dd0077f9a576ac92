/** File names by pattern: `*` and `?` within a name, `**` for any number of folders. No other sign is special. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders that hold other people's files, and many of them. */
const SKIPPED = new Set(['.git', 'node_modules']);

export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/**
 * The paths below `base` that match, in the order of their names. Folders that are symbolic links are not
 * entered, and folders that cannot be read hold nothing.
 */
export async function expandGlob(base: string, pattern: string): Promise<string[]> {
  const segments = pattern.split('/').filter((segment) => segment !== '' && segment !== '.');
  const found = await walk(base, segments);
  return [...new Set(found)];
}

async function walk(folder: string, segments: readonly string[]): Promise<string[]> {
  const [segment, ...rest] = segments;
  if (segment === undefined) return [];
  if (!isGlob(segment)) {
    const path = join(folder, segment);
    if (rest.length > 0) return walk(path, rest);
    return (await exists(path)) ? [path] : [];
  }
  const matches = segmentMatcher(segment);
  const found: string[] = segment === '**' && rest.length > 0 ? await walk(folder, rest) : [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (segment === '**') {
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) found.push(...(await walk(path, segments)));
      else if (rest.length === 0 && !entry.isDirectory()) found.push(path);
    } else if (matches(entry.name)) {
      if (rest.length === 0 && !entry.isDirectory()) found.push(path);
      else if (rest.length > 0 && entry.isDirectory()) found.push(...(await walk(path, rest)));
    }
  }
  return found;
}

/** Is there anything of that name, be it a link to nothing? */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

async function entriesOf(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** Matches greedily with one way back, so that no pattern takes more than length × length steps. */
function segmentMatcher(pattern: string): (name: string) => boolean {
  return (name) => {
    let at = 0;
    let p = 0;
    let star = -1;
    let resume = 0;
    while (at < name.length) {
      if (pattern[p] === '*') {
        star = p;
        p += 1;
        resume = at;
      } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[at])) {
        p += 1;
        at += 1;
      } else if (star >= 0) {
        p = star + 1;
        resume += 1;
        at = resume;
      } else {
        return false;
      }
    }
    while (pattern[p] === '*') p += 1;
    return p === pattern.length;
  };
}
