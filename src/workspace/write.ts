/** Files that Retag writes. */
import { mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Writes JSON with a final line end; folders are made as needed. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await makeFolder(dirname(resolve(path)));
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Replaces a file whole, through a symbolic link and with the file's own mode: a run that is killed leaves the old text or
 * the new one, never half of either.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const target = await realpath(path);
  const { mode } = await stat(target);
  const temporary = `${target}.retag-${process.pid}`;
  try {
    await writeFile(temporary, text, { flag: 'wx', mode });
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Makes a folder and those above it. Not `recursive`: there Node tries for ever when a folder exists and none can be
 * made in it, as in /proc.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeFolder(dirname(path));
  }
  try {
    await mkdir(path);
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
