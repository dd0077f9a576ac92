/** Gerrit's way of StarlingX: the tag is right, and `retag follow-up --commit` makes the change of the charts that git-review sends. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { startServer } from './support/process.js';
import { CLI } from './support/retag.js';
import {
  binary,
  cacheBin,
  freePort,
  makeImage,
  pushImage,
  type RealRegistry,
  run,
  runOk,
  type Running,
  startRegistryV3,
  temporaryDirectory,
} from './support/stack.js';

const TAG_FILE = 'build-tools/build-docker-images/tag-management/image-tags.yaml';
const REPOSITORY = 'starlingx/k8s-cni-sriov';
const DEPENDS_ON = 'Depends-On: https://review.opendev.org/c/starlingx/root/+/900000';
const python = join(dirname(cacheBin), 'ci-jobs', 'bin', 'python');

const directory = temporaryDirectory('gerrit');
const at = (...path: string[]): string => join(directory.path, ...path);
const env = {
  PATH: process.env['PATH'],
  HOME: directory.path,
  GIT_CONFIG_NOSYSTEM: '1',
  // Nothing of this machine's configuration, such as a proxy, gets in.
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
};
const git = async (where: string, ...words: string[]): Promise<string> =>
  (await runOk('git', words, { cwd: at(where), env })).stdout.trim();
const retag = (where: string, ...words: string[]) =>
  run(process.execPath, [CLI, ...words, '--registry-map', `docker.io=${registry.host}`], {
    cwd: at(where),
    env,
    timeout: 100_000,
  });

let registry: RealRegistry;
let server: Running;

beforeAll(async () => {
  registry = await startRegistryV3();
  await pushImage(registry.base, REPOSITORY, makeImage({ seed: 'sriov' }), ['build']);
  const port = await freePort();
  mkdirSync(at('server'));
  writeFileSync(
    at('.gitconfig'),
    '[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = master\n[gitreview]\n\tusername = ada\n',
  );
  await git('.', 'init', '--quiet', '--bare', 'server/charts.git');
  // What Gerrit demands of a change: https://gerrit-review.googlesource.com/Documentation/user-changeid.html
  const hook = at('server', 'charts.git', 'hooks', 'update');
  mkdirSync(dirname(hook), { recursive: true });
  writeFileSync(
    hook,
    `#!/bin/sh
case "$1" in refs/heads/*) exit 0 ;; refs/for/*) ;; *) echo "only refs/for is reviewed" >&2; exit 1 ;; esac
for commit in $(git rev-list "$3" --not --branches); do
  git log -1 --format=%B "$commit" | git interpret-trailers --parse | grep -Eq '^Change-Id: I[0-9a-f]{40}$' ||
    { echo "missing Change-Id in message footer" >&2; exit 1; }
done
`,
  );
  chmodSync(hook, 0o755);
  const words = ['daemon', '--export-all', '--enable=receive-pack', `--base-path=${at('server')}`];
  server = await startServer({
    name: 'git-daemon',
    command: 'git',
    args: [...words, '--listen=127.0.0.1', `--port=${port}`, at('server')],
    env,
    ready: async () =>
      (await run('git', ['ls-remote', `git://127.0.0.1:${port}/charts.git`], { env })).status === 0,
  });
  await checkouts(`git://127.0.0.1:${port}/charts.git`);
}, 60_000);
afterAll(async () => {
  await server.stop();
  await registry.stop();
  directory.remove();
});

/** starlingx/root with the tag file, and the charts of another repository, which is on the server. */
async function checkouts(address: string): Promise<void> {
  await git('.', 'init', '--quiet', 'root');
  mkdirSync(dirname(at('root', TAG_FILE)), { recursive: true });
  writeFileSync(
    at('root', TAG_FILE),
    `images:
  - name: docker.io/${REPOSITORY}
    src_build_tag: build
    tag: stx.4.0-v2.2
    bug: 'Closes-Bug: 1854869'
    references: [{ file: charts/sriov/values.yaml, path: images.tags.sriov }]
`,
  );
  await git('.', 'init', '--quiet', 'charts');
  mkdirSync(at('charts', 'charts', 'sriov'), { recursive: true });
  writeFileSync(
    at('charts', 'charts/sriov/values.yaml'),
    'images:\n  tags:\n    sriov: docker.io/starlingx/k8s-cni-sriov:stx.3.0-v2.1 # the plugin\n',
  );
  writeFileSync(
    at('charts', '.gitreview'),
    '[gerrit]\nhost=127.0.0.1\nproject=charts.git\ndefaultbranch=master\n',
  );
  await git('charts', 'add', '.');
  await git('charts', 'commit', '--quiet', '--message', 'Charts');
  await git('charts', 'remote', 'add', 'gerrit', address);
  await git('charts', 'push', '--quiet', 'gerrit', 'master');
  // The hook that git-review would get from the server; Retag runs none.
  const { stdout } = await runOk(python, ['-c', 'from git_review import hooks; print(hooks.COMMIT_MSG)']);
  writeFileSync(at('charts', '.git/hooks/commit-msg'), stdout);
}

test('the change has the trailers, git-review sends it as it is, and running again makes none', async () => {
  const file = `../root/${TAG_FILE}`;
  const early = await retag('charts', 'follow-up', '--commit', file);
  expect(early.status).toBe(1);
  expect(early.stderr).toContain('run "retag apply" first');

  expect((await retag('root', 'apply', TAG_FILE)).status).toBe(0);
  const done = await retag('charts', 'follow-up', '--commit', '--trailer', DEPENDS_ON, file);
  expect({ status: done.status, stderr: done.stderr }).toEqual({ status: 0, stderr: '' });
  expect(readFileSync(at('charts', 'charts/sriov/values.yaml'), 'utf8')).toContain(
    ':stx.4.0-v2.2 # the plugin',
  );

  const sent = await run(binary('git-review'), ['--yes', '--no-rebase'], {
    cwd: at('charts'),
    env,
    timeout: 60_000,
  });
  expect({ status: sent.status, log: sent.status === 0 ? '' : sent.stdout + sent.stderr }).toEqual({
    status: 0,
    log: '',
  });
  const change = (format: string) =>
    git('server/charts.git', 'log', '-1', `--format=${format}`, 'refs/for/master');
  expect(await change('%an <%ae>')).toBe('Ada <ada@example.org>');
  expect(await change('%(trailers:only,unfold)')).toMatch(
    new RegExp(
      `^Closes-Bug: 1854869\\n${DEPENDS_ON.replace('+', '\\+')}\\nRetag-Edits: [0-9a-f]{64}\\nChange-Id: I[0-9a-f]{40}$`,
    ),
  );
  expect(await git('server/charts.git', 'diff', '--name-only', 'refs/heads/master', 'refs/for/master')).toBe(
    'charts/sriov/values.yaml',
  );

  const again = await retag('charts', 'follow-up', '--commit', file);
  expect(again.stdout).toBe('The files say it already; nothing was changed.\n');
});
