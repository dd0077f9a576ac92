import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { BakeDefinition, BuildDefaults } from '../../src/builds/model.js';
import { checkWorkspace, findSources } from '../../src/docker/workspace.js';
import { formatProblem, UserError } from '../../src/errors.js';
import { build, definition, withDefaults } from '../support/builds.js';

let root: string;
let workspace: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'retag-paths-'));
  workspace = join(root, 'w');
  mkdirSync(join(workspace, 'a'), { recursive: true });
  mkdirSync(join(root, 'outside', 'deep'), { recursive: true });
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(workspace, 'npmrc'), 'x\n');
  writeFileSync(join(root, 'outside', 'key'), 'x\n');
  symlinkSync(join(root, 'outside', 'deep'), join(workspace, 'link'));
  symlinkSync(join(root, 'outside', 'none'), join(workspace, 'dangling'));
  symlinkSync('a', join(workspace, 'inner'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

type Over = Parameters<typeof build>[1];
const made = (over: Over, inputs: BuildDefaults = {}): BakeDefinition =>
  definition(withDefaults(build('q.io/a', over), inputs), { inputSecrets: inputs.secrets ?? [] });
const grants = ({ allow }: BakeDefinition): string[] => allow.filter((name) => name.startsWith('fs.'));

async function complaints(what: BakeDefinition): Promise<string[]> {
  try {
    await checkWorkspace(what, workspace, {});
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(formatProblem);
    throw error;
  }
}

const OUT: readonly (readonly [string, Over])[] = [
  ['secrets.0', { secrets: ['id=a,src=../outside/key'] }],
  ['secrets.0', { secrets: ['id=a,src=a/../../outside/key'] }],
  ['secrets.0', { secrets: ['id=a,src=link/key'] }],
  ['secrets.0', { secrets: ['id=a,src=/etc/hostname'] }],
  ['secrets.0', { secrets: ['id=a,src=~/.ssh/id_rsa'] }],
  ['ssh.0', { ssh: ['default=../outside/key'] }],
  ['ssh.0', { ssh: ['default=/etc/ssh/key'] }],
  ['cache_from.0', { cacheFrom: ['type=local,src=link'] }],
  ['cache_from.0', { cacheFrom: ['type=local,src=a/../../outside'] }],
  ['cache_to.0', { cacheTo: ['type=local,dest=link/new/cache'] }],
  ['cache_to.0', { cacheTo: ['type=local,dest=dangling'] }],
  ['cache_to.0', { cacheTo: ['type=local,dest=/tmp/.buildx-cache'] }],
  ['cache_to.0', { cacheTo: ['"TYPE=local",DEST=..'] }],
];

describe('paths that the tag file names for a build', () => {
  test.each(OUT)('seam 26: %s of %j is refused at its place, and granted nothing', async (at, over) => {
    const what = made(over);
    expect(grants(what)).toEqual([]);
    const said = await complaints(what);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      new RegExp(`^builds\\.${at.replace('.', '\\.')}:1:1: .*leads out of the workspace`),
    );
    expect(said[0]).toContain('name this one in an input of the workflow');
    expect((await findSources(what, workspace)).problems.map(formatProblem)).toEqual(said);
  });

  test('seam 26: those of the workspace are used, there already or not, by any spelling', async () => {
    const what = made({
      secrets: ['id=a,src=a/../npmrc', `id=b,src=${join(workspace, 'npmrc')}`],
      cacheFrom: ['type=local,src=inner/cache', 'type=gha'],
      cacheTo: ['type=local,dest=./new/cache'],
    });
    expect(await complaints(what)).toEqual([]);
    expect(grants(what)).toEqual([]);
  });

  test('seam 26: what was checked is what buildx is given: link/../key is not the parent of the link', async () => {
    const what = made({ secrets: ['id=a,src=link/../npmrc'], ssh: ['k=link/../key'] });
    expect(what.text).not.toContain('..');
    expect(await complaints(what)).toEqual([]);
  });
});

describe('paths that inputs of the workflow name', () => {
  const elsewhere = (): BuildDefaults => ({
    secrets: [`id=a,src=${join(root, 'outside', 'key')}`],
    cacheFrom: ['type=local,src=/tmp/.buildx-cache'],
    cacheTo: ['type=local,dest=a/../../cache,mode=max'],
  });

  test('seam 26: may be anywhere, and are granted as they are given to buildx', async () => {
    const what = made({}, elsewhere());
    expect(await complaints(what)).toEqual([]);
    expect(grants(what)).toEqual([
      `fs.read=${join(root, 'outside', 'key')}`,
      'fs.read=/tmp/.buildx-cache',
      'fs.write=../cache',
    ]);
  });

  test('seam 26: an entry that has its own is not helped by the input', async () => {
    const what = made({ cacheTo: ['type=local,dest=/tmp/.buildx-cache'] }, elsewhere());
    expect(grants(what).filter((name) => name.startsWith('fs.write'))).toEqual([]);
    expect(await complaints(what)).toEqual([expect.stringMatching(/^builds\.cache_to\.0:.*leads out/)]);
  });

  test.each(['link', 'dangling', 'WORKSPACE/link'])(
    'seam 26: %s, which a link in the workspace leads elsewhere, is refused',
    async (path) => {
      const dest = path.replace('WORKSPACE', workspace);
      const said = await complaints(made({}, { cacheTo: [`type=local,dest=${dest}`] }));
      expect(said).toEqual([expect.stringMatching(/leads out of the workspace.*remove the symbolic link/)]);
    },
  );
});
