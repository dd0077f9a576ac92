/** Files that Retag writes. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Writes JSON with a final line end; folders are made as needed. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Replaces a file whole: a run that is killed leaves the old text or the new one, never half of either. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.retag-${process.pid}`;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
