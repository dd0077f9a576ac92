import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationError, UserError } from '../../src/errors.js';
import { checkWritable, replaceFile, writeJson } from '../../src/system/write.js';

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
    await expect(replaceFile(join(directory, 'gone'), 'new')).rejects.toThrow(
      `${join(directory, 'gone')} could not be written: `,
    );
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
  ['below a file', 'a part of it is a file', () => join(directory, 'file', 'sub', 'report.json')],
  ['in a file', 'a part of it is a file', () => join(directory, 'file', 'report.json')],
  // mkdir -p of Node never comes back from there
  ['where no folder can be made', 'no file or folder can be made', () => '/proc/none/sub/report.json'],
  ['where no file can be made', 'no file or folder can be made', () => '/proc/report.json'],
  ['in place of a folder', 'it is a folder', () => directory],
])('JSON %s is an error, found before as well, and nothing is left behind', async (_where, why, path) => {
  await writeFile(join(directory, 'file'), '');
  const before = checkWritable(path(), '--report');
  await expect(before).rejects.toThrow(UserError);
  await expect(before).rejects.toThrow(`--report: "${path()}" cannot be written: ${why}`);
  const after = writeJson(path(), 1);
  await expect(after).rejects.toThrow(OperationError);
  await expect(after).rejects.toThrow(`${path()} could not be written: ${why}`);
  expect(await readdir(directory)).toEqual(['file']);
});

test('a full disk is an error that says so', async () => {
  await expect(writeJson('/dev/full', 1)).rejects.toThrow('/dev/full could not be written: no space is left');
});

describe('finding out whether a file can be written', () => {
  test('leaves nothing behind where there was nothing', async () => {
    await checkWritable(join(directory, 'a/b/report.json'), '--report');
    expect(await readdir(directory)).toEqual([]);
  });

  test('leaves a file as it is, and a folder that was there', async () => {
    await mkdir(join(directory, 'out'));
    await writeFile(join(directory, 'report.json'), 'old');
    await checkWritable(join(directory, 'report.json'), '--report');
    await checkWritable(join(directory, 'out/report.json'), '--report');
    expect(await readFile(join(directory, 'report.json'), 'utf8')).toBe('old');
    expect(await readdir(directory)).toEqual(['out', 'report.json']);
  });

  test('keeps a link that points nowhere yet', async () => {
    const link = join(directory, 'link.json');
    await symlink(join(directory, 'later.json'), link);
    await checkWritable(link, '--report');
    expect(await readdir(directory)).toEqual(['link.json']);
  });

  test('does not open a pipe or a device', async () => {
    await expect(checkWritable('/dev/null', '--report')).resolves.toBeUndefined();
    await expect(checkWritable('/dev/full', '--report')).resolves.toBeUndefined();
  });
});
