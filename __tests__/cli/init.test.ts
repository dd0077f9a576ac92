import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { joined, retag } from '../support/command-line.js';
import { sandbox, type Sandbox } from '../support/repository.js';

/** `retag init` in real repositories: what it proposes, that it is valid, and that the first plan works. */
let registry: EmbeddedRegistry;
let place: Sandbox;
beforeAll(async () => {
  registry = await startRegistry();
  place = sandbox();
});
afterAll(async () => {
  place.remove();
  await registry.close();
});

const TAG_FILE = '.github/image-tags.yaml';
const WORKFLOW = '.github/workflows/image-tags.yml';

interface Shape {
  readonly tags?: readonly string[];
  readonly branches?: readonly string[];
  readonly files?: readonly string[];
  readonly remote?: string;
}

/** A repository with one commit. */
function repository(
  name: string,
  { tags = [], branches = [], files = ['Dockerfile'], remote }: Shape,
): string {
  const path = place.at(name);
  mkdirSync(path);
  place.git(name, 'init', '-q', '-b', 'main');
  for (const file of files) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), 'FROM scratch\n');
  }
  place.git(name, 'add', '.');
  place.commit(name, 1);
  for (const tag of tags) place.git(name, 'tag', tag);
  for (const branch of branches) place.git(name, 'branch', branch);
  if (remote !== undefined) place.git(name, 'remote', 'add', 'origin', remote);
  return path;
}

const read = (path: string, file = TAG_FILE): string => readFileSync(join(path, file), 'utf8');
const namesIn = (path: string): unknown[] =>
  ((parse(read(path)) as { builds: { name: string }[] | null }).builds ?? []).map(({ name }) => name);

describe('the first tag file and the first plan, in four ways of working', () => {
  test.each([
    [
      'numbers',
      { tags: ['v1.0.0', 'v1.1.0', 'v2.0.0-rc.1', 'old'] },
      'refs/tags/v1.1.0',
      'semver',
      'The preset semver explains 3 of 4 git tags.',
      ['v1.1.0', 'v1.1.0-stable'],
    ],
    [
      'wmcore',
      { tags: ['2.3.4', '2.3.4.1', '2.3.5rc1'] },
      'refs/tags/2.3.4',
      'wmcore',
      'The preset wmcore explains 2 of 3 git tags; semver explains 1.',
      ['2.3.4', '2.3.4-stable'],
    ],
    [
      'group',
      { tags: ['v0.20.10', 'v0.20.1001'] },
      'refs/tags/v0.20.1001',
      'k8s-topology-aware',
      'The preset k8s-topology-aware explains 2 of 2 git tags; semver explains 2.',
      ['v0.20.1001', 'v0.20.1001-stable'],
    ],
    [
      'calendar',
      { tags: ['2024.05.0', '2024.05.1'] },
      'refs/tags/2024.05.1',
      'calver',
      'The preset calver explains 2 of 2 git tags; semver explains 2.',
      ['2024.05.1', '2024.05.1-stable'],
    ],
    [
      'nothing',
      {},
      'refs/heads/main',
      'semver',
      'There are no git tags yet, so the preset is semver; see --preset.',
      [expect.stringMatching(/^main-[0-9a-f]{12}$/)],
    ],
  ])('%s', async (name, shape: Shape, ref, preset, why, tags) => {
    const path = repository(name, { remote: 'git@github.com:Org/App.git', ...shape });
    const done = await retag(['init'], path);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout.split('\n')).toEqual([
      `wrote ${TAG_FILE}`,
      `wrote ${WORKFLOW}`,
      why,
      'Next: read the names in the tag file, then run "retag plan". It writes nothing.',
      '',
    ]);
    expect(parse(read(path))).toMatchObject({
      policy: { preset },
      builds: [{ name: 'ghcr.io/org/app', context: '.' }],
    });
    expect(await retag(['validate'], path)).toMatchObject({ code: 0, stderr: '' });
    const map = `ghcr.io=${registry.host}`;
    const plan = await retag(['plan', '--json', '--ref', ref, '--registry-map', map], path);
    expect(plan.code).toBe(0);
    const report = JSON.parse(plan.stdout) as { actions: { kind: string; action: string; tag: string }[] };
    const wanted = report.actions.filter(({ action, kind }) => action === 'create' && kind !== 'channel');
    expect(wanted.map(({ tag }) => tag)).toEqual(tags);
  });

  test('starlingx: branches of releases, no Dockerfile, and an entry by "retag add"', async () => {
    const shape = {
      branches: ['r/stx.4.0'],
      files: ['x.txt'],
      remote: 'https://opendev.org/starlingx/integ',
    };
    const path = repository('starlingx', shape);
    const done = await retag(['init'], path);
    expect(done.stdout).toContain('The preset is starlingx, for branches such as r/stx.4.0.\n');
    expect(await retag(['plan'], path)).toMatchObject({ code: 0 });
    const build = 'master-centos-stable-20191203T153530Z.0';
    expect(await retag(['add', 'docker.io/starlingx/a', build, 'stx.4.0-v2.2'], path)).toMatchObject({
      code: 0,
    });
    expect(parse(read(path))).toMatchObject({
      policy: { preset: 'starlingx' },
      images: [{ tag: 'stx.4.0-v2.2' }],
    });
    expect(await retag(['validate'], path)).toMatchObject({ code: 0, stderr: '' });
    expect(parse(read(path, WORKFLOW))).toMatchObject({ on: { push: { branches: ['main', 'r/stx.*'] } } });
  });
});

test('every Dockerfile is an image; files beside them and of others are none', async () => {
  const files = [
    'Dockerfile',
    'docker/pypi/Req_Mgr/Dockerfile',
    'Dockerfile.debug',
    'a/web.Dockerfile',
    'b/web.Dockerfile',
    'Dockerfile.dockerignore',
    'vendor/x/Dockerfile',
    "it's/Dockerfile",
  ];
  const path = repository('many', { files, remote: 'ssh://git@gitlab.com:22/Group/sub/app.git' });
  const done = await retag(['init'], path);
  expect(done.code).toBe(0);
  const home = 'registry.gitlab.com/group/sub/app';
  expect(namesIn(path).sort()).toEqual(
    [
      home,
      `${home}/debug`,
      `${home}/web`,
      `${home}/b-web.dockerfile`,
      `${home}/req_mgr`,
      `${home}/it-s`,
    ].sort(),
  );
  expect(await retag(['validate'], path)).toMatchObject({ code: 0, stderr: '' });
  expect(read(path, WORKFLOW)).toContain('registry: registry.gitlab.com\n');
});

test('a Dockerfile whose path would be read as something else is left out, and named', async () => {
  const files = ['Dockerfile', 'a: b/Dockerfile', 'https:/Dockerfile', '-d/Dockerfile', 'tab\t/Dockerfile'];
  const path = repository('odd', { files });
  const done = await retag(['init'], path);
  expect(done.code).toBe(0);
  for (const odd of files.slice(1))
    expect(joined(done.stderr)).toContain(`${JSON.stringify(odd)} is not in the tag file`);
  expect(namesIn(path)).toHaveLength(1);
  expect(await retag(['validate'], path)).toMatchObject({ code: 0 });
});

test('the workflow gives no permission that it does not need, and one run at a time writes', async () => {
  const path = repository('workflow', { remote: 'https://github.com/o/app' });
  await retag(['init'], path);
  const workflow = parse(read(path, WORKFLOW)) as {
    jobs: { tags: { steps: { uses: string }[]; permissions: object } };
  };
  expect(workflow).toMatchObject({
    on: { push: { branches: ['main'], tags: ['**'] } },
    permissions: {},
    // A plan has a group of its own, so that it replaces no waiting run that writes.
    concurrency: {
      group: "image-tags-${{ github.event.pull_request.number || 'write' }}",
      'cancel-in-progress': false,
      queue: 'max',
    },
  });
  expect(workflow.jobs.tags.permissions).toEqual({
    contents: 'read',
    packages: 'write',
    'pull-requests': 'write',
  });
  const readme = readFileSync('README.md', 'utf8');
  for (const { uses } of workflow.jobs.tags.steps)
    expect(readme).toMatch(new RegExp(`uses: ${uses}(?: # v[\\d.]+)?\n`));
});

test('nothing is overwritten, and --print prints both files', async () => {
  const path = repository('again', { tags: ['1.0.0'] });
  mkdirSync(join(path, '.github/workflows'), { recursive: true });
  writeFileSync(join(path, WORKFLOW), 'mine\n');
  const done = await retag(['init'], join(path, '.github'));
  expect(done).toMatchObject({ code: 2, stdout: '' });
  expect(done.stderr).toBe(
    `error: ${WORKFLOW} exists already, and nothing was written\nhelp: "retag init --print" prints what it would write\n`,
  );
  expect(existsSync(join(path, TAG_FILE))).toBe(false);
  const printed = await retag(['init', '--print', '--preset', 'wmcore'], path);
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  expect(printed.stdout).toMatch(
    /^# \.github\/image-tags\.yaml\n[^]*\n# The preset wmcore explains 1 of 1 git tag\.\n[^]*\n {2}preset: wmcore\n[^]*\n# \.github\/workflows\/image-tags\.yml\nname: image tags\n/,
  );
  expect(existsSync(join(path, TAG_FILE))).toBe(false);
  expect(read(path, WORKFLOW)).toBe('mine\n');
});

test.each([
  [['init', '--preset', 'wmcor'], 'did you mean "wmcore"?'],
  [['init'], 'there is no git repository in '],
])('%j is an error', async (words, message) => {
  const done = await retag(words, place.path);
  expect(done).toMatchObject({ code: 2, stdout: '' });
  expect(done.stderr).toContain(message);
});
