/** Tag files from the disk: which ones, and their bytes. What is in them is src/config's to say. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { parseDigests } from '../builds/machines.js';
import { type Digests } from '../builds/model.js';
import type { TagFile } from '../config/config.js';
import { FILE_LIMITS } from '../shared/limits.js';
import { messageOf, OperationError, type Problem, UserError } from '../errors.js';

interface FileOptions {
  /** what relative paths start from */
  readonly cwd: string;
  /** when given (the checkout of a job), every file must lie in it after all symbolic links are followed */
  readonly workspaceRoot?: string;
  /** lifts that rule */
  readonly allowOutside?: boolean;
}

/**
 * Reads the files that `patterns` name, each a path or a glob (`*`, `**`, `?`), in that order and each file once.
 * Empty patterns are skipped. Only regular files are opened for reading, and no more than `FILE_LIMITS.bytes + 1`
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
  if (!isGlob(pattern) || (await exists(literal))) return thinManifests(literal);
  const found = await expandGlob(isAbsolute(pattern) ? '/' : cwd, pattern);
  if (found.length === 0) {
    problems.push({
      what: `no file matches "${pattern}" in ${cwd}`,
      hint: 'check the pattern; "*" stays within a folder, "**" goes through folders',
    });
  }
  return found;
}

/**
 * The files of a directory of kpromo's thin manifests (docs/coming-from-other-tools.md), each manifest before its list of
 * images; else the path itself. Folders without a manifest are left out, as kpromo does.
 */
async function thinManifests(path: string): Promise<string[]> {
  const [manifests, images] = [join(path, 'manifests'), join(path, 'images')];
  const isThin = (await Promise.all([manifests, images].map(isDirectory))).every((is) => is);
  if (!isThin) return [path];
  const files: string[] = [];
  for (const { name } of await entriesOf(manifests)) {
    const manifest = join(manifests, name, 'promoter-manifest.yaml');
    if (await exists(manifest)) files.push(manifest, join(images, name, 'images.yaml'));
  }
  return files.length > 0 ? files : [join(manifests, '*', 'promoter-manifest.yaml')];
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
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
      return { what: `the tag file "${name}" lies outside the workspace`, hint: 'keep it in the repository' };
    }
    // not blocking: opening a pipe without a writer would otherwise wait for ever
    file = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK || 0));
    const stat = await file.stat();
    if (stat.isFile()) return { path: name, bytes: await readUpTo(file, FILE_LIMITS.bytes + 1) };
    const kind = stat.isDirectory() ? 'a directory' : 'not a regular file';
    return {
      what: `the tag file "${name}" is ${kind}`,
      hint: 'give the path of a file, or a pattern such as "dir/*.yaml"',
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
      hint: 'check the path, and that the repository is checked out before Retag runs',
    };
  }
  return {
    what: `the tag file "${name}" cannot be read: ${code || messageOf(error)}`,
    hint: 'check its permissions',
  };
}

/** Keys have hundreds of bytes, trusted roots some ten thousand. */
const MAX_NAMED_BYTES = 1024 * 1024;

/**
 * A file that the tag file names; null when there is none inside the workspace, links followed.
 * @throws OperationError when it is there and cannot be read
 */
export async function readWorkspaceFile(workspace: string, path: string): Promise<Uint8Array | null> {
  let file: FileHandle | undefined;
  try {
    const real = await realpath(join(workspace, path));
    if (!isInside(await realpath(workspace), real)) return null;
    file = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK || 0));
    return (await file.stat()).isFile() ? await readUpTo(file, MAX_NAMED_BYTES) : null;
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new OperationError(
      'rejected',
      `${path} cannot be read: ${messageOf(error)}; check its permissions`,
    );
  } finally {
    await file?.close();
  }
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
  const found = path === resolve(cwd, pattern) ? pattern : path;
  const name = isInside(base, path) ? relative(base, path) : found;
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

// File names by pattern: `*` and `?` within a name, `**` for any number of folders. No other sign is special.

/** Folders that hold other people's files, and many of them. */
const SKIPPED = new Set(['.git', 'node_modules']);

function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/**
 * The paths below `base` that match, in the order of their names. Folders that are symbolic links are not
 * entered, and folders that cannot be read hold nothing.
 */
async function expandGlob(base: string, pattern: string): Promise<string[]> {
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
async function exists(path: string): Promise<boolean> {
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

// The input `digests`: the text itself, a file, or a directory of files that other machines handed on.

const MAX_FILES = 1000;
const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 3;

/**
 * @param input JSON, or a path relative to `workspace`; in a directory every `.json` file counts, also below,
 *   as actions/download-artifact lays them out
 * @throws UserError for a path that is not there, a directory without such files, and what parseDigests finds
 */
export async function readDigests(input: string, workspace: string): Promise<Digests> {
  const text = input.trim();
  if (text.startsWith('{')) return parseDigests([{ name: 'the input', text }]);
  const path = resolve(workspace, text);
  const info = await stat(path).catch(() => null);
  if (info === null) {
    throw problem(
      `there is no file or directory "${text}"`,
      'download the digests of the other jobs there first',
    );
  }
  const files = info.isDirectory() ? await jsonFiles(path, MAX_DEPTH) : [path];
  if (files.length === 0)
    throw problem(`"${text}" holds no .json file`, 'download the digests of the other jobs there first');
  if (files.length > MAX_FILES)
    throw problem(`"${text}" holds more than ${MAX_FILES} files`, 'name the directory of the digests only');
  return parseDigests(
    await Promise.all(
      files.map(async (file) => ({ name: relative(workspace, file), text: await readText(file) })),
    ),
  );
}

async function jsonFiles(directory: string, depth: number): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && depth > 1) found.push(...(await jsonFiles(path, depth - 1)));
    if (entry.isFile() && entry.name.endsWith('.json')) found.push(path);
  }
  return found;
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_BYTES)
    throw problem(`"${file}" has more than 1 MiB`, 'name the directory of the digests only');
  return readFile(file, 'utf8');
}

function problem(what: string, hint: string): UserError {
  return new UserError({ what: `digests: ${what}`, hint });
}
