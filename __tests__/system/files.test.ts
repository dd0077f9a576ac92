import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FILE_LIMITS } from '../../src/shared/limits.js';
import { UserError } from '../../src/errors.js';
import { readTagFiles } from '../../src/system/files.js';

type FileOptions = NonNullable<Parameters<typeof readTagFiles>[1]>;

let base: string;
let root: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'retag-files-')));
  root = join(base, 'workspace');
  mkdirSync(root);
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function put(path: string, text = path): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
}

function job(): FileOptions {
  return { cwd: root, workspaceRoot: root };
}

async function names(patterns: readonly string[], options: FileOptions = job()): Promise<string[]> {
  return (await readTagFiles(patterns, options)).map(({ path }) => path);
}

async function problem(patterns: readonly string[], options: FileOptions = job()): Promise<string> {
  const error: unknown = await readTagFiles(patterns, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

describe('files that are read', () => {
  test('have their bytes and their name in the workspace', async () => {
    put('.github/image-tags.yaml', 'images: []\n');
    const files = await readTagFiles(['.github/image-tags.yaml'], job());
    expect(files.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)])).toEqual([
      ['.github/image-tags.yaml', 'images: []\n'],
    ]);
  });

  test('are named from the workspace, wherever the run starts', async () => {
    put('sub/a.yaml');
    expect(
      await names(['a.yaml', './a.yaml', join(root, 'sub/a.yaml')], {
        cwd: join(root, 'sub'),
        workspaceRoot: root,
      }),
    ).toEqual(['sub/a.yaml']);
  });

  test('come in the order given, each once, empty lines aside', async () => {
    ['b.yaml', 'a.yaml', 'c.yml'].forEach((name) => put(name));
    symlinkSync('a.yaml', join(root, 'z.yaml'));
    expect(await names(['b.yaml', '', '  ', '*.yaml', 'c.yml '])).toEqual(['b.yaml', 'a.yaml', 'c.yml']);
  });

  test.each([
    ['*.yaml', ['a.yaml', 'b.yaml']],
    ['?.yaml', ['a.yaml', 'b.yaml']],
    ['tags/*.yaml', ['tags/c.yaml', 'tags/d.yaml']],
    ['tags/**/*.yaml', ['tags/c.yaml', 'tags/d.yaml', 'tags/deep/er/e.yaml']],
    ['**/e.yaml', ['tags/deep/er/e.yaml']],
    ['tags/**', ['tags/c.yaml', 'tags/d.yaml', 'tags/deep/er/e.yaml', 'tags/note.md']],
    ['**/*a*a*.yaml', ['.github/banana.yaml']],
    ['*/c.yaml', ['tags/c.yaml']],
    ['t*s/?.y*ml', ['tags/c.yaml', 'tags/d.yaml']],
    ['./tags/../*.yaml', ['a.yaml', 'b.yaml']],
    ['odd[1].yaml', ['odd[1].yaml']],
    ['star*.yaml', ['star*.yaml']],
  ])('are found by the pattern %s', async (pattern, expected) => {
    for (const name of [
      'a.yaml',
      'b.yaml',
      'odd[1].yaml',
      'star*.yaml',
      'starry.yaml',
      'tags/c.yaml',
      'tags/d.yaml',
      'tags/deep/er/e.yaml',
      'tags/note.md',
      '.github/banana.yaml',
      'node_modules/x/e.yaml',
      '.git/e.yaml',
    ]) {
      if (name === 'odd[1].yaml' && pattern !== name) continue;
      if (name.startsWith('star') && pattern !== 'star*.yaml') continue;
      put(name);
    }
    expect(await names([pattern])).toEqual(expected);
  });

  test('may lie outside when there is no workspace, or when that is allowed', async () => {
    writeFileSync(join(base, 'out.yaml'), 'x');
    expect(await names(['../out.yaml'], { cwd: root })).toEqual(['../out.yaml']);
    expect(await names(['../out.yaml'], { ...job(), allowOutside: true })).toEqual(['../out.yaml']);
  });

  test('are read only as far as is needed to see that they are too large', async () => {
    put('big.yaml', 'x'.repeat(FILE_LIMITS.bytes + 1_000_000));
    const [file] = await readTagFiles(['big.yaml'], job());
    expect(file?.bytes).toHaveLength(FILE_LIMITS.bytes + 1);
  });

  test('may be reached by a symbolic link inside the workspace', async () => {
    put('real/a.yaml');
    symlinkSync('real', join(root, 'link'));
    expect(await names(['link/a.yaml'])).toEqual(['link/a.yaml']);
  });

  test('are not searched for behind symbolic links: a circle ends', async () => {
    put('a/x.yaml');
    symlinkSync('..', join(root, 'a/up'));
    expect(await names(['**/*.yaml'])).toEqual(['a/x.yaml']);
  });
});

describe('files that are refused', () => {
  test('row 26: a path out of the workspace', async () => {
    writeFileSync(join(base, 'out.yaml'), 'x');
    expect(await problem(['../out.yaml'])).toBe(
      'the tag file "../out.yaml" lies outside the workspace; keep it in the repository',
    );
    expect(await problem([join(base, 'out.yaml')])).toContain('lies outside the workspace');
    expect(await problem(['../*.yaml'])).toContain('lies outside the workspace');
  });

  test('row 26: a neighbour whose name begins like the workspace', async () => {
    mkdirSync(`${root}-evil`);
    writeFileSync(join(`${root}-evil`, 'a.yaml'), 'x');
    expect(await problem([`../workspace-evil/a.yaml`])).toContain('lies outside the workspace');
  });

  test.each([['file'], ['folder']])('row 26: a symbolic link out of it, as %s', async (kind) => {
    writeFileSync(join(base, 'out.yaml'), 'x');
    symlinkSync(kind === 'file' ? '../out.yaml' : '..', join(root, 'link'));
    expect(await problem([kind === 'file' ? 'link' : 'link/out.yaml'])).toContain(
      'lies outside the workspace',
    );
  });

  test('row 26: a directory', async () => {
    mkdirSync(join(root, 'tags'));
    expect(await problem(['tags'])).toBe(
      'the tag file "tags" is a directory; give the path of a file, or a pattern such as "dir/*.yaml"',
    );
  });

  test('row 26: a pipe, without waiting for a writer', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await problem(['pipe'])).toContain('the tag file "pipe" is not a regular file');
  });

  test('row 26: a device', async () => {
    expect(await problem(['/dev/zero'], { cwd: root })).toContain(
      'the tag file "/dev/zero" is not a regular file',
    );
  });

  test('row 27: a missing file, with the directory that it was looked for in', async () => {
    expect(await problem(['.github/image-tags.yaml'])).toBe(
      `there is no tag file ".github/image-tags.yaml" in ${root}; check the path, and that the repository is checked out before Retag runs`,
    );
  });

  test('row 27: a pattern that nothing matches', async () => {
    expect(await problem(['tags/*.yaml'])).toContain(`no file matches "tags/*.yaml" in ${root}`);
  });

  test('a link to nothing, and a file used as a folder', async () => {
    symlinkSync('nothing', join(root, 'dangling.yaml'));
    put('a.yaml');
    expect(await problem(['dangling.yaml'])).toContain('there is no tag file "dangling.yaml"');
    expect(await problem(['a.yaml/b.yaml'])).toContain('there is no tag file "a.yaml/b.yaml"');
  });

  test('are all named at once', async () => {
    put('good.yaml');
    expect((await problem(['x.yaml', 'good.yaml', 'y.yaml'])).split('\n')).toHaveLength(2);
  });

  test('a pattern against a hostile name takes no time', async () => {
    put(`${'a'.repeat(200)}b`);
    // Backtracking would try more ways than a computer can; the test would never end.
    expect(await problem([`${'*a'.repeat(60)}c`])).toContain('no file matches');
  });
});
