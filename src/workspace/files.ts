/** Tag files from the disk: which ones, and their bytes. What is in them is src/config's to say. */
import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { MAX_FILE_BYTES, type TagFile } from '../config/config.js';
import { messageOf, UserError, type Problem } from '../errors.js';
import { exists, expandGlob, isGlob } from './glob.js';

export interface FileOptions {
  /** what relative paths start from */
  readonly cwd: string;
  /** when given (the checkout of a job), every file must lie in it after all symbolic links are followed */
  readonly workspaceRoot?: string;
  /** lifts that rule */
  readonly allowOutside?: boolean;
}

/**
 * Reads the files that `patterns` name, each a path or a glob (`*`, `**`, `?`), in that order and each file once.
 * Empty patterns are skipped. Only regular files are opened for reading, and no more than `MAX_FILE_BYTES + 1`
 * bytes of each, which is enough to see that a file is too large.
 *
 * @throws UserError with every file that is missing, is no file or lies outside the workspace
 */
export async function readTagFiles(patterns: readonly string[], options: FileOptions): Promise<TagFile[]> {
  const problems: Problem[] = [];
  const files: TagFile[] = [];
  const seen = new Set<string>();
  for (const pattern of patterns.map((each) => each.trim()).filter((each) => each !== '')) {
    for (const path of await pathsFor(pattern, options, problems)) {
      const result = await readOne(path, pattern, options, seen);
      if (result === undefined) continue;
      if ('what' in result) problems.push(result);
      else files.push(result);
    }
  }
  if (problems.length > 0) throw new UserError(problems);
  return files;
}

/** A name that is there is that file, whatever signs it holds. */
async function pathsFor(pattern: string, { cwd }: FileOptions, problems: Problem[]): Promise<string[]> {
  const literal = resolve(cwd, pattern);
  if (!isGlob(pattern) || (await exists(literal))) return [literal];
  const found = await expandGlob(isAbsolute(pattern) ? '/' : cwd, pattern);
  if (found.length === 0) {
    problems.push({
      what: `no file matches "${pattern}" in ${cwd}`,
      mend: 'check the pattern; "*" stays within a folder, "**" goes through folders',
    });
  }
  return found;
}

async function readOne(
  path: string,
  pattern: string,
  options: FileOptions,
  seen: Set<string>,
): Promise<TagFile | Problem | undefined> {
  const name = shownName(path, pattern, options);
  let file: FileHandle | undefined;
  try {
    const real = await realpath(path);
    if (seen.has(real)) return undefined;
    seen.add(real);
    if (!(await isAllowed(real, options))) {
      return { what: `the tag file "${name}" lies outside the workspace`, mend: 'keep it in the repository' };
    }
    // not blocking: opening a pipe without a writer would otherwise wait for ever
    file = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK || 0));
    const stat = await file.stat();
    if (stat.isFile()) return { path: name, bytes: await readUpTo(file, MAX_FILE_BYTES + 1) };
    const kind = stat.isDirectory() ? 'a directory' : 'not a regular file';
    return {
      what: `the tag file "${name}" is ${kind}`,
      mend: 'give the path of a file, or a pattern such as "dir/*.yaml"',
    };
  } catch (error) {
    return unreadable(error, name, options);
  } finally {
    await file?.close();
  }
}

function unreadable(error: unknown, name: string, { cwd }: FileOptions): Problem {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return {
      what: `there is no tag file "${name}" in ${cwd}`,
      mend: 'check the path, and that the repository is checked out before Retag runs',
    };
  }
  return {
    what: `the tag file "${name}" cannot be read: ${code || messageOf(error)}`,
    mend: 'check its permissions',
  };
}

async function isAllowed(real: string, { workspaceRoot, allowOutside }: FileOptions): Promise<boolean> {
  if (workspaceRoot === undefined || allowOutside) return true;
  return isInside(await realpath(workspaceRoot), real);
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Relative to the workspace, for annotations; a file elsewhere as the person named it. */
function shownName(path: string, pattern: string, { cwd, workspaceRoot }: FileOptions): string {
  const base = workspaceRoot ?? cwd;
  const name = isInside(base, path) ? relative(base, path) : isGlob(pattern) ? path : pattern;
  return name.replaceAll(sep, '/');
}

async function readUpTo(file: FileHandle, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < limit) {
    const buffer = new Uint8Array(Math.min(limit - length, 256 * 1024));
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) break;
    pieces.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  return Buffer.concat(pieces);
}
