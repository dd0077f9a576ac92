/** Files that Retag writes. */
import {
  access,
  constants,
  lstat,
  mkdir,
  open,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { messageOf, OperationError, UserError } from '../errors.js';

/**
 * Writes JSON with a final line end; folders are made as needed.
 * @param workspace a checkout, below which no symbolic link is followed
 * @throws OperationError that names the path and what the system said
 */
export async function writeJson(path: string, value: unknown, workspace?: string): Promise<void> {
  try {
    await refuseLinks(path, workspace);
    await makeFolder(dirname(resolve(path)));
    const flag = isBelow(path, workspace) ? WITHOUT_LINK : 'w';
    await writeFile(path, `${JSON.stringify(value, null, 2)}\n`, { flag });
  } catch (error) {
    throw unwritten(path, error);
  }
}

/**
 * Writes a file that does not exist yet; folders are made as needed, and below the workspace no symbolic link is followed.
 * @throws OperationError that names the path and what the system said, also when the file exists
 */
export async function writeNew(path: string, text: string, workspace: string): Promise<void> {
  try {
    await refuseLinks(path, workspace);
    await makeFolder(dirname(resolve(path)));
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    throw unwritten(path, error);
  }
}

// As 'w', but never through a symbolic link at the end of the path; Windows has no such flag.
const WITHOUT_LINK =
  constants.O_WRONLY |
  constants.O_CREAT |
  constants.O_TRUNC |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0);

/**
 * Below the workspace no symbolic link is followed: a pull request can commit one, and what it leads to would be
 * overwritten. What is named outside of it is the caller's own.
 */
async function refuseLinks(path: string, workspace?: string): Promise<void> {
  if (workspace === undefined || !isBelow(path, workspace)) return;
  let step = resolve(workspace);
  for (const part of relative(step, resolve(path)).split(sep)) {
    step = join(step, part);
    const found = await lstat(step).catch(() => null);
    if (found === null) return;
    if (found.isSymbolicLink())
      throw Object.assign(new Error(`${step} is a symbolic link`), { code: 'ELOOP' });
  }
}

function isBelow(path: string, workspace: string | undefined): boolean {
  if (workspace === undefined) return false;
  const way = relative(resolve(workspace), resolve(path));
  return way !== '' && way.split(sep)[0] !== '..' && !isAbsolute(way);
}

/**
 * Finds out whether a file can be written there, before there is anything to write, and leaves nothing behind. It is
 * tried, not asked for: permissions say yes to the superuser where no file can be, as in /proc.
 * @param name what gave the path: a flag or an input
 * @throws UserError
 */
export async function checkWritable(path: string, name: string, workspace?: string): Promise<void> {
  const made: string[] = [];
  try {
    await refuseLinks(path, workspace);
    await makeFolder(dirname(resolve(path)), made);
    await tryToWrite(path);
  } catch (error) {
    throw new UserError({
      what: `${name}: ${JSON.stringify(path)} cannot be written: ${whyNot(error)}`,
      hint: 'give the path of a file, in a folder that this user may write to',
    });
  } finally {
    for (const folder of made.toReversed()) await rmdir(folder).catch(() => undefined);
  }
}

async function tryToWrite(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  // A pipe or a device may do something when it is opened.
  if (found !== null && !found.isFile() && !found.isDirectory()) return access(path, constants.W_OK);
  await (await open(path, 'a')).close();
  // The real path: a link that points nowhere stays, what it points at was made here.
  if (found === null) await rm(await realpath(path));
}

const WHY: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  ELOOP: 'a part of it is a symbolic link in the workspace, which could lead anywhere',
  ENOTDIR: 'a part of it is a file, not a folder',
  EEXIST: 'a part of it is a file, not a folder',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOENT: 'no file or folder can be made there',
  ENOSPC: 'no space is left',
  EDQUOT: 'no space is left',
  ENAMETOOLONG: 'a part of it is too long',
};

function whyNot(error: unknown): string {
  return WHY[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
}

/**
 * Replaces a file whole, through a symbolic link and with the file's own mode: a run that is killed leaves the old text or
 * the new one, never half of either.
 * @throws OperationError that names the path and what the system said; the old text stands then
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  try {
    const target = await realpath(path);
    await replaceWhole(target, `${target}.retag-${process.pid}`, text);
  } catch (error) {
    throw unwritten(path, error);
  }
}

async function replaceWhole(target: string, temporary: string, text: string): Promise<void> {
  const { mode } = await stat(target);
  try {
    await writeFile(temporary, text, { flag: 'wx', mode });
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

function unwritten(path: string, error: unknown): OperationError {
  return new OperationError('rejected', `${path} could not be written: ${whyNot(error)}`, { cause: error });
}

/**
 * Makes a folder and those above it, and adds what was made to `made`, the outermost first. Not `recursive`: there Node
 * tries for ever when a folder exists and none can be made in it, as in /proc.
 */
async function makeFolder(path: string, made: string[] = []): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeFolder(dirname(path), made);
  }
  try {
    await mkdir(path);
    made.push(path);
  } catch (error) {
    // somebody else made it meanwhile
    if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
