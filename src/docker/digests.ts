/** The input `digests`: the text itself, a file, or a directory of files that other machines handed on. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

import { parseDigests, type Digests } from '../builds/machines.js';
import { UserError } from '../errors.js';

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

function problem(what: string, mend: string): UserError {
  return new UserError({ what: `digests: ${what}`, mend });
}
