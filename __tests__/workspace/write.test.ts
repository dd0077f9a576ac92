import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { replaceFile, writeJson } from '../../src/workspace/write.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'retag-write-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('replacing a file', () => {
  test('keeps its mode and leaves nothing beside it', async () => {
    const path = join(directory, 'tags.yaml');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    await replaceFile(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readdir(directory)).toEqual(['tags.yaml']);
  });

  test('goes through a symbolic link', async () => {
    const path = join(directory, 'tags.yaml');
    const link = join(directory, 'link.yaml');
    await writeFile(path, 'old');
    await symlink(path, link);
    await replaceFile(link, 'new');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  test('of a file that is gone fails and makes none', async () => {
    await expect(replaceFile(join(directory, 'gone'), 'new')).rejects.toThrow('ENOENT');
    expect(await readdir(directory)).toEqual([]);
  });
});

test('JSON is written with its folders and a line end', async () => {
  const path = join(directory, 'a/b/report.json');
  await writeJson(path, { a: 1 });
  expect(await readFile(path, 'utf8')).toBe('{\n  "a": 1\n}\n');
});

test('JSON goes into a folder that is there', async () => {
  await writeJson(join(directory, 'report.json'), 1);
  await writeJson(join(directory, 'report.json'), 2);
  expect(await readFile(join(directory, 'report.json'), 'utf8')).toBe('2\n');
});

test.each([
  ['below a file', 'ENOTDIR', () => join(directory, 'file', 'sub', 'report.json')],
  // mkdir -p of Node never comes back from there
  ['where no folder can be made', 'ENOENT', () => '/proc/none/sub/report.json'],
])('JSON %s is an error', async (_where, code, path) => {
  await writeFile(join(directory, 'file'), '');
  await expect(writeJson(path(), 1)).rejects.toThrow(code);
});
