import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { refFacts } from '../support/ci-run.js';
import { commitOf, gitIn } from '../../src/git/git.js';
import { headOf } from '../../src/git/work-tree.js';
import { dockerEnvironment } from '../../src/docker/output.js';
import { askHelper } from '../../src/registry/auth/docker-config.js';
import { GIT_ENV, sandbox, type Sandbox } from '../support/repository.js';

let box: Sandbox;
let trap = '';
let marker = '';
let event = '';

beforeAll(() => {
  box = sandbox();
  box.git('.', 'init', '--quiet', '--initial-branch=main', 'up');
  box.commit('up', 1);
  box.git('up', 'tag', 'v0.1.0');
  box.commit('up', 2);
  marker = box.at('sprung');
  trap = box.at('trap.sh');
  writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> '${marker}'\nexit 1\n`);
  chmodSync(trap, 0o755);
  event = box.at('event.json');
  writeFileSync(event, JSON.stringify({ pull_request: { number: 1, head: { repo: null } } }));
});
beforeEach(() => rmSync(marker, { force: true }));
afterAll(() => box.remove());

/** What a stranger writes into `.git/config`; each makes some question of git run a program. */
const TRAPS: readonly (readonly [string, (path: string) => readonly (readonly [string, string])[]])[] = [
  [
    'log.showSignature',
    (path) => [
      ['log.showSignature', 'true'],
      ['gpg.program', path],
      ['gpg.ssh.program', path],
    ],
  ],
  ['core.fsmonitor', (path) => [['core.fsmonitor', path]]],
  ['core.hooksPath', () => [['core.hooksPath', '../hooks']]],
  [
    'core.sshCommand',
    (path) => [
      ['core.sshCommand', path],
      ['remote.origin.url', 'ssh://git@example.invalid/x'],
    ],
  ],
  [
    'core.pager',
    (path) => [
      ['core.pager', path],
      ['pager.log', path],
      ['pager.rev-list', path],
    ],
  ],
  [
    'diff.external',
    (path) => [
      ['diff.external', path],
      ['diff.x.textconv', path],
      ['diff.x.command', path],
    ],
  ],
  [
    'filter',
    (path) => [
      ['filter.a.b=c.clean', path],
      ['filter.x.clean', path],
      ['filter.x.process', path],
      ['filter.x.required', 'true'],
    ],
  ],
  ['uploadpack', (path) => [['remote.origin.uploadpack', path]]],
  [
    'ext',
    (path) => [
      ['protocol.ext.allow', 'always'],
      ['remote.origin.url', `ext::${path}`],
    ],
  ],
  [
    'promisor',
    (path) => [
      ['extensions.partialClone', 'origin'],
      ['core.repositoryformatversion', '1'],
      ['remote.origin.promisor', 'true'],
      ['protocol.ext.allow', 'always'],
      ['remote.origin.url', `ext::${path}`],
    ],
  ],
  [
    'credential.helper',
    (path) => [
      ['credential.helper', `!${path}`],
      ['core.askPass', path],
    ],
  ],
  [
    'insteadOf',
    (path) => [
      ['protocol.ext.allow', 'always'],
      [`url.ext::${path} .insteadOf`, 'http'],
    ],
  ],
  [
    'alias',
    (path) => [
      ['alias.rev-parse', `!${path}`],
      ['alias.rev-list', `!${path}`],
    ],
  ],
];

/** A shallow clone, as actions/checkout makes it, with a stranger's configuration, attributes and hooks. */
function hostileClone(name: string, settings: readonly (readonly [string, string])[]): string {
  rmSync(box.at(name), { recursive: true, force: true });
  box.git('.', 'clone', '--quiet', '--depth=1', `file://${box.at('up')}`, name);
  const path = box.at(name);
  writeFileSync(join(path, '.gitattributes'), '* filter=x diff=x\n');
  writeFileSync(join(path, 'tracked'), 'changed\n');
  mkdirSync(join(path, '..', 'hooks'), { recursive: true });
  for (const hook of ['post-index-change', 'reference-transaction', 'post-checkout', 'pre-commit'])
    for (const folder of [join(path, '..', 'hooks'), join(path, '.git', 'hooks')]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, hook), readFileSync(trap), { mode: 0o755 });
    }
  for (const [key, value] of settings) box.git(name, 'config', '--replace-all', key, value);
  return path;
}

describe("a stranger's repository", () => {
  test.each(TRAPS)(
    'seam 19, threat 26: %s runs no program, whatever is asked of git',
    async (name, settings) => {
      const cwd = hostileClone(`trap-${name.replaceAll('.', '-')}`, settings(trap));
      const env = {
        ...GIT_ENV,
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: event,
        GITHUB_REF: 'refs/pull/1/merge',
        GITHUB_SHA: box.git('up', 'rev-parse', 'HEAD').trim(),
        GITHUB_SERVER_URL: 'http://127.0.0.1:9',
        GITHUB_REPOSITORY: 'octo/app',
      };
      const git = gitIn(cwd, env);
      const facts = await refFacts({ env, cwd, time: 0, sha: env.GITHUB_SHA });
      expect(facts.may.write).toBe(false);
      await Promise.allSettled([facts.gitTags(), facts.reachableTags(), facts.shallow(), headOf(git)]);
      expect(await commitOf(git, 'HEAD')).toBe(env.GITHUB_SHA);
      // what asks about the work tree, now or later, goes through the same door
      for (const words of [
        ['status', '--porcelain'],
        ['diff', 'HEAD'],
        ['log', '-1', '-p'],
        ['cat-file', '-p', 'HEAD~1'],
        ['ls-remote', 'origin'],
        ['fetch', 'origin'],
      ])
        await git(...words);
      expect(existsSync(marker) ? readFileSync(marker, 'utf8') : '').toBe('');
    },
  );

  test('seam 19: the traps are real: plain git springs them', () => {
    const cwd = 'plain';
    hostileClone(cwd, [['core.fsmonitor', trap]]);
    expect(() => box.git(cwd, 'status')).not.toThrow();
    expect(existsSync(marker)).toBe(true);
  });

  test('seam 19: a folder that looks like a bare repository is none', async () => {
    const path = box.at('tree');
    mkdirSync(path, { recursive: true });
    box.git('.', 'clone', '--quiet', '--bare', `file://${box.at('up')}`, 'tree/bare');
    box.git('tree/bare', 'config', 'core.fsmonitor', trap);
    expect(await headOf(gitIn(join(path, 'bare'), GIT_ENV))).toBeNull();
    expect(existsSync(marker)).toBe(false);
  });

  test('seam 19: a trusted run asks its remote as it is configured, and no program of the remote', async () => {
    const cwd = hostileClone('trusted', [['remote.origin.uploadpack', trap]]);
    const facts = await refFacts({ env: GIT_ENV, cwd, time: 0, ref: 'refs/heads/main' });
    expect(await facts.gitTags()).toEqual(['v0.1.0']);
    expect(existsSync(marker)).toBe(false);
  });
});

describe('what programs see of the environment', () => {
  const TOKENS = {
    'INPUT_GITHUB-TOKEN': 't1',
    GITHUB_TOKEN: 't2',
    GH_TOKEN: 't3',
    ACTIONS_RUNTIME_TOKEN: 't4',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't5',
    ACTIONS_ID_TOKEN_REQUEST_URL: 't6',
    COSIGN_PASSWORD: 't7',
    RETAG_SIGNING_KEY: 't8',
    NODE_AUTH_TOKEN: 't9',
    GITHUB_ENV: 't10',
  };

  /** A folder with a program that writes its environment down. */
  function recorder(name: string, out: string): string {
    const folder = box.at(`bin-${name}`);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\nenv > '${out}'\necho '{"Username":"u","Secret":"s"}'\n`, { mode: 0o755 });
    return folder;
  }

  test('seam 19: git sees no token, and no GIT_DIR of the job', async () => {
    const out = box.at('git-env');
    const folder = recorder('git', out);
    const PATH = [folder, process.env['PATH'] ?? ''].join(delimiter);
    const env = {
      ...TOKENS,
      PATH,
      HOME: '/',
      GIT_DIR: '/x',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraheader',
      GIT_CONFIG_VALUE_0: 't11',
    };
    await gitIn(box.at('up'), env)('rev-parse', 'HEAD');
    const seen = readFileSync(out, 'utf8');
    expect(seen).not.toMatch(/=t\d+$|=\/x$/m);
    expect(seen).toContain('HOME=/');
  });

  test("seam 19: git reads a checkout of another user, and no one's replacements or grafts", async () => {
    const out = box.at('git-safe');
    const PATH = [recorder('git', out), process.env['PATH'] ?? ''].join(delimiter);
    await gitIn(box.at('up'), { PATH })('rev-parse', 'HEAD');
    const seen = readFileSync(out, 'utf8');
    expect(seen).toContain('GIT_CONFIG_KEY_0=safe.directory\n');
    expect(seen).toContain('GIT_CONFIG_VALUE_0=*\n');
    expect(seen).toContain('GIT_NO_REPLACE_OBJECTS=1\n');
    expect(seen).toContain('GIT_GRAFT_FILE=/dev/null\n');
  });

  test('seam 19: a credential helper sees no token of the job', async () => {
    const out = box.at('helper-env');
    const PATH = [recorder('docker-credential-x', out), process.env['PATH'] ?? ''].join(delimiter);
    const env = { ...TOKENS, PATH, AWS_SECRET_ACCESS_KEY: 'aws' };
    expect(await askHelper('x', 'r.example', 'config', { env, timeoutMs: 10_000 })).toMatchObject({
      username: 'u',
    });
    const seen = readFileSync(out, 'utf8');
    expect(seen).not.toMatch(/=t\d+$/m);
    expect(seen).toContain('AWS_SECRET_ACCESS_KEY=aws');
  });

  test('seam 19: buildx sees the token of the cache only for the cache, and what a secret names', () => {
    const definition = { secrets: [], secretValues: {}, text: '{"cache-to":["type=gha"]}' } as never;
    const none = { secrets: [], secretValues: {}, text: '{}' } as never;
    const named = { secrets: [{ from: 'env', name: 'GITHUB_TOKEN' }], secretValues: {}, text: '{}' } as never;
    expect(Object.values(dockerEnvironment(TOKENS, null)).filter((value) => /^t\d/.test(value))).toEqual([]);
    expect(dockerEnvironment(TOKENS, none)).not.toHaveProperty('ACTIONS_RUNTIME_TOKEN');
    expect(dockerEnvironment(TOKENS, definition)).toMatchObject({ ACTIONS_RUNTIME_TOKEN: 't4' });
    expect(dockerEnvironment(TOKENS, named)).toMatchObject({ GITHUB_TOKEN: 't2' });
  });
});
