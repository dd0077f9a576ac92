import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { tokenServer } from '../../../src/registry/auth/challenge.js';
import { checkWritable, writeJson } from '../../../src/system/write.js';
import { type Access, scopesAskedFor } from '../../support/authorizer.js';
import { EVENTS, workspace, type Workspace } from '../../support/runner.js';

describe('the report', () => {
  let root = '';
  let work = '';
  let victim = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'retag-links-'));
    work = join(root, 'work');
    victim = join(root, 'victim');
    mkdirSync(join(work, 'inner'), { recursive: true });
    mkdirSync(victim);
    writeFileSync(join(victim, 'report.json'), 'mine');
    writeFileSync(join(work, 'inner', 'source.ts'), 'mine');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test.each([
    [
      'a file that is a link',
      () => symlinkSync(join(victim, 'report.json'), join(work, 'out.json')),
      'out.json',
    ],
    [
      'a link that leads nowhere yet',
      () => symlinkSync(join(victim, 'new'), join(work, 'out.json')),
      'out.json',
    ],
    ['a folder that is a link', () => symlinkSync(victim, join(work, 'out')), 'out/report.json'],
    ['a folder further up', () => symlinkSync(root, join(work, 'out')), 'out/victim/report.json'],
    ['a link within the workspace', () => symlinkSync('inner/source.ts', join(work, 'out.json')), 'out.json'],
  ])('seam 26: %s is refused before and when it is written', async (_, make, name) => {
    make();
    const path = join(work, name);
    await expect(checkWritable(path, 'input report', work)).rejects.toThrow(/input report: .*symbolic link/);
    await expect(writeJson(path, {}, work)).rejects.toThrow(/symbolic link/);
    expect(readFileSync(join(victim, 'report.json'), 'utf8')).toBe('mine');
    expect(readFileSync(join(work, 'inner', 'source.ts'), 'utf8')).toBe('mine');
    expect(existsSync(join(victim, 'new'))).toBe(false);
  });

  test('seam 26: plain paths and what lies outside of the workspace are written as before', async () => {
    const link = join(root, 'link.json');
    symlinkSync(join(victim, 'report.json'), link);
    for (const path of [join(work, 'a', 'b', 'r.json'), join(work, '..hidden'), link]) {
      await checkWritable(path, '--report', work);
      await writeJson(path, { ok: true }, work);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ ok: true });
    }
  });

  test('seam 26: a committed link does not lead the report of an action away', async () => {
    const place: Workspace = workspace();
    try {
      symlinkSync(join(victim, 'report.json'), join(place.path, 'report.json'));
      place.file('tags.yaml', 'images: []\n');
      const done = await place.action(EVENTS.forkPullRequest, {
        config: 'tags.yaml',
        report: join(place.path, 'report.json'),
      });
      expect(done.code).toBe(2);
      expect(done.stdout).toContain('symbolic link');
      const line = await place.retag(['plan', '--config', 'tags.yaml', '--report', 'report.json']);
      expect(line.code).toBe(2);
      expect(readFileSync(join(victim, 'report.json'), 'utf8')).toBe('mine');
    } finally {
      place.remove();
    }
  });
});

describe('where a login goes', () => {
  const realm = (host: string, registry: string, listed: string[] = []): URL =>
    tokenServer(`https://${host}/token`, { registry, api: new URL(`https://${registry}`), listed });

  test.each([
    ['evil-x.a.run.app', 'mine-y.a.run.app'],
    ['evil.azurecr.io', 'mine.azurecr.io'],
    ['1.dkr.ecr.eu-west-1.amazonaws.com', '2.dkr.ecr.eu-west-1.amazonaws.com'],
    ['evil.execute-api.eu-west-1.amazonaws.com', '2.dkr.ecr.eu-west-1.amazonaws.com'],
    ['evil.pkg.dev', 'europe-docker.pkg.dev'],
    ['evil.github.io', 'mine.github.io'],
    ['evil.workers.dev', 'mine.workers.dev'],
    ['evil.deno.dev', 'mine.deno.dev'],
    ['evil.blogspot.com', 'mine.blogspot.com'],
    ['evil.co.uk', 'mine.co.uk'],
    ['evil.kawasaki.jp', 'mine.kawasaki.jp'],
    ['evil.cloudfunctions.net', 'mine.cloudfunctions.net'],
    ['evil.jfrog.io', 'mine.jfrog.io'],
    ['evil.fr-par.scw.cloud', 'rg.fr-par.scw.cloud'],
    ['evil.internal', 'mine.internal'],
    ['10.0.0.1', '10.0.0.2'],
    ['example.com.evil.net', 'registry.example.com'],
  ])('seam 26: %s gets no password for %s', (host, registry) => {
    expect(() => realm(host, registry)).toThrow(/credentials must not go/);
    expect(realm(host, registry, [host]).host).toBe(host);
  });

  test.each([
    ['auth.example.co.uk', 'registry.example.co.uk'],
    ['example.com', 'registry.example.com'],
    ['auth.docker.io', 'docker.io'],
    ['gitlab.com', 'registry.gitlab.com'],
    ['auth.svc.internal', 'registry.svc.internal'],
    ['mine-y.a.run.app', 'mine-y.a.run.app'],
    ['mine.azurecr.io', 'mine.azurecr.io'],
  ])('seam 26: %s gives tokens for %s', (host, registry) => {
    expect(realm(host, registry).host).toBe(host);
  });
});

describe('what a token is asked for', () => {
  const own = ['repository:team/app:pull,push', 'repository:base:pull'];
  const access: Access = {
    repository: { repository: 'team/app' },
    access: 'pull,push',
    alsoPull: { repository: 'base' },
  };

  test.each([
    'repository:team/app:*',
    'repository:team/app:pull,push,delete',
    'repository:team/other:pull,push',
    'repository:team:pull,push',
    'repository:*:pull',
    'registry:catalog:*',
    'repository(plugin):team/app:pull',
    'repository:base:pull,push',
    'repository:base2:pull',
  ])('seam 26: a challenge for %s asks for nothing more', async (asked) => {
    expect(await scopesAskedFor(access, asked)).toEqual(own);
  });

  test('seam 26: another path of the same repository gets what the request needs, and no more', async () => {
    const asked =
      'repository:proxy/team/app:pull,push,delete repository:app:* repository:mirror/base:pull,push';
    expect(await scopesAskedFor(access, asked)).toEqual([
      'repository:proxy/team/app:pull,push',
      'repository:mirror/base:pull',
      ...own,
    ]);
  });
});
