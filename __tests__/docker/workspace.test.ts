import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { checkWorkspace, findSources } from '../../src/docker/workspace.js';
import { readDigests } from '../../src/system/files.js';
import { UserError, formatProblem } from '../../src/errors.js';
import { build, definition } from '../support/builds.js';

let root: string;
let workspace: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'retag-workspace-'));
  workspace = join(root, 'w');
  mkdirSync(join(workspace, 'app'), { recursive: true });
  mkdirSync(join(root, 'outside'));
  writeFileSync(join(workspace, 'app', 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(root, 'outside', 'Dockerfile'), 'FROM scratch\n');
  symlinkSync(join(root, 'outside'), join(workspace, 'link'));
  symlinkSync('app', join(workspace, 'inside'));
  symlinkSync(join(root, 'outside', 'Dockerfile'), join(workspace, 'app', 'Linked'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const check = (over: Parameters<typeof build>[1], environment = {}) =>
  checkWorkspace(definition(build('q.io/a', over)), workspace, environment);

async function complaints(work: Promise<unknown>): Promise<string[]> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof UserError) return error.problems.map(formatProblem);
  throw new Error('no complaint', { cause: error });
}

describe('contexts and Dockerfiles', () => {
  test('are there', async () => {
    expect([...(await check({ context: 'app' }))]).toEqual([['app/Dockerfile', 'FROM scratch\n']]);
    await expect(check({ context: 'inside' })).resolves.toBeDefined();
  });

  test.each([
    [
      'a Dockerfile that is missing',
      { context: 'app', file: 'app/Nope' },
      /^builds\.file:1:1: there is no Dockerfile "app\/Nope"/,
    ],
    [
      'row 26: a Dockerfile by a link out of the workspace',
      { context: 'app', file: 'app/Linked' },
      /^builds\.file.*leads out of the workspace/,
    ],
    [
      'row 26: a context by a link out of the workspace',
      { context: 'link', file: 'app/Dockerfile' },
      /^builds\.context.*leads out/,
    ],
    ['a context that is missing', { context: 'nope', file: 'app/Dockerfile' }, /there is no context "nope"/],
    ['a context that is a file', { context: 'app/Dockerfile', file: 'app/Dockerfile' }, /is not a directory/],
    ['a Dockerfile that is a directory', { context: 'app', file: 'app' }, /not a file/],
    [
      'an additional context that is missing',
      { context: 'app', buildContexts: { docs: 'nope' } },
      /^builds\.build_contexts\.docs.*there is no context "nope"/,
    ],
    [
      'a secret that is not set',
      { context: 'app', secrets: ['id=a,env=A_TOKEN'] },
      /^builds\.secrets\.0:1:1: the environment variable A_TOKEN, which a secret names, is not set/,
    ],
    [
      'a secret file that is missing',
      { context: 'app', secrets: ['id=a,src=nope'] },
      /the secret's file "nope" is not there/,
    ],
  ])('%s', async (_name, over, message) => {
    const found = await complaints(check(over));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  test('additional contexts that are remote are not looked for', async () => {
    await expect(
      check({ context: 'app', buildContexts: { a: 'docker-image://alpine:3' } }),
    ).resolves.toBeDefined();
  });

  test('a secret that is set', async () => {
    await expect(
      check({ context: 'app', secrets: ['id=a,env=A_TOKEN'] }, { A_TOKEN: 'x' }),
    ).resolves.toBeDefined();
  });
});

describe('for a plan', () => {
  const look = async (over: Parameters<typeof build>[1], at = workspace) =>
    (await findSources(definition(build('q.io/a', over)), at)).problems.map(formatProblem);

  test('sources that are there, and secrets that are not', async () => {
    expect(await look({ context: 'app', secrets: ['id=a,env=NOT_SET'] })).toEqual([]);
  });

  test('contexts and Dockerfiles that are not, given and not thrown', async () => {
    expect(await look({ context: 'app/nope' })).toEqual([
      expect.stringMatching(/^builds\.context:1:1: there is no context "app\/nope" in /),
      expect.stringMatching(/^builds\.file:1:1: there is no Dockerfile "app\/nope\/Dockerfile" in /),
    ]);
    expect(await look({ context: 'app/Dockerfile', file: 'app/Dockerfile' })).toEqual([
      expect.stringMatching(/is not a directory/),
    ]);
  });

  test('a workspace that is not there', async () => {
    expect(await look({ context: 'app' }, join(root, 'none'))).toHaveLength(2);
  });
});

describe('input digests', () => {
  const D = `sha256:${'1'.repeat(64)}`;

  test('as text', async () => {
    expect((await readDigests(`{"a":{"linux/amd64":"${D}"}}`, workspace)).get('a')?.get('linux/amd64')).toBe(
      D,
    );
  });

  test('as a directory of files, as artifacts are unpacked', async () => {
    mkdirSync(join(workspace, 'd', 'digests-arm64'), { recursive: true });
    writeFileSync(join(workspace, 'd', 'amd64.json'), `{"a":{"linux/amd64":"${D}"}}`);
    writeFileSync(join(workspace, 'd', 'digests-arm64', 'arm64.json'), `{"a":{"linux/arm64":"${D}"}}`);
    writeFileSync(join(workspace, 'd', 'notes.txt'), 'not looked at');
    expect([...(await readDigests('d', workspace)).get('a')!.keys()]).toEqual(['linux/amd64', 'linux/arm64']);
  });

  test.each([
    ['no such directory', 'nope', /there is no file or directory "nope"/],
    ['nothing in it', 'app', /holds no \.json file/],
    ['no JSON', '{x', /the input: this is not a JSON object/],
  ])('%s', async (_name, input, message) => {
    expect((await complaints(readDigests(input, workspace))).join()).toMatch(message);
  });
});
