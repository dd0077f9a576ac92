import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretFiles } from '../../src/docker/output.js';

let workspace: string;
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'retag-secrets-'));
  mkdirSync(join(workspace, 'folder'));
  writeFileSync(join(workspace, 'token'), 'line 1\nline 2\n');
  writeFileSync(join(workspace, 'most'), 'x'.repeat(64 * 1024));
  writeFileSync(join(workspace, 'more'), 'x'.repeat(64 * 1024 + 1));
  writeFileSync(join(workspace, 'binary'), Buffer.from([0x61, 0, 0x62]));
  writeFileSync(join(workspace, 'latin'), Buffer.from([0x61, 0xe9, 0x62]));
});
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const read = (...names: string[]) => {
  const secrets = names.map((name) => ({ from: 'file' as const, name, location: null }));
  return secretFiles({ secrets: [...secrets, { from: 'env', name: 'token', location: null }] }, workspace);
};

test('regular text files, below the workspace or elsewhere, each once', async () => {
  expect(await read('token', 'token')).toEqual(['line 1\nline 2\n']);
  expect(await read(join(workspace, 'token'))).toEqual(['line 1\nline 2\n']);
  expect((await read('most')).map((text) => text.length)).toEqual([64 * 1024]);
});

test.each(['more', 'binary', 'latin', 'folder', 'nothing'])('%s is left out', async (name) => {
  expect(await read(name)).toEqual([]);
});
