import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { joined, retag, type Spoken } from '../support/command-line.js';
import { folder } from '../support/folder.js';
import { type EmbeddedRegistry, startRegistry } from '../../testing/registry/server.js';
import { sandbox, type Sandbox } from '../support/repository.js';
import { fill, TAG_FILE } from '../support/story.js';

/** What is common to all commands is taken by all, and wrong values are wrong everywhere. */
const place = folder();
place.file('tags.yaml', 'images: []\n');

const COMMANDS = [
  'plan --config tags.yaml',
  'apply --config tags.yaml',
  'classify --policy semver v1.2.3',
  'validate --config tags.yaml',
  'pin --config tags.yaml',
  'demo',
].map((line) => line.split(' '));

describe.each(COMMANDS)('retag %s', (...command) => {
  const words = command.filter((word) => typeof word === 'string');

  test('takes every common flag', async () => {
    const common =
      '--registry-map docker.io=localhost:5000 --registry-map quay.io=localhost:5000 --insecure-registry reg.example ' +
      '--concurrency 2 --settle 1s --timeout 1m --only images --builder mine --verbose --no-color';
    const done = await retag([...words, ...common.split(' ')], place.path);
    expect({ ...done, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    // What the demo has refused is said all the same.
    const quiet = await retag([...words, '--quiet'], place.path);
    expect(quiet.code).toBe(0);
    if (command[0] === 'demo') expect(quiet.stderr.match(/^ +!.*/gm)).toHaveLength(2);
    else expect(quiet.stderr).toBe('');
  });

  test.each([
    ['--registry-map', 'docker.io', 'registry-map: "docker.io" is not "registry=registry"'],
    ['--insecure-registry', 'https://x', 'insecure-registries: "https://x" is not a registry host'],
    ['--concurrency', '0', 'concurrency: "0" is not a number of requests'],
    ['--settle', '250', 'settle: "250" is not a time to wait'],
    ['--timeout', 'soon', 'timeout: "soon" is not a time limit'],
    ['--only', 'tags', '--only: "tags" is not known'],
  ])('refuses %s %s', async (flag, value, what) => {
    const done = await retag([...words, flag, value], place.path);
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(done.stderr).toContain(`error: ${what}`);
  });
});

test('every wrong value is told at once', async () => {
  const done = await retag(
    ['validate', '--config', 'tags.yaml', '--only=x', '--timeout=x', '--concurrency=x'],
    place.path,
  );
  expect(done.stderr.match(/^error: /gm)).toHaveLength(3);
});

test('demo keeps to the time limit', async () => {
  expect((await retag(['demo', '--timeout', '20s'], place.path)).code).toBe(0);
});

test.each([
  ['validate', '--config', 'tags.yaml'],
  ['classify', '1.2.3', '--policy', 'semver'],
])('%s looks whether the report can be written before it does anything', async (...command) => {
  const done = await retag([...command, '--report', '/proc/none/report.json'], place.path);
  expect(done).toMatchObject({ code: 2, stdout: '' });
  expect(done.stderr).toMatch(/^error: --report: "\/proc\/none\/report.json" cannot be written: /);
});

test.each([['pin'], ['demo']])('%s has no report', async (command) => {
  expect(await retag([command, '--report', 'report.json'], place.path)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      `error: --report does not go with "retag ${command}"\nhelp: it goes with: plan, apply, `,
    ),
  });
});

/** The command line finds the tag file and the ref in the checkout that it is started in. */
let registry: EmbeddedRegistry;
let box: Sandbox;
beforeAll(async () => {
  registry = await startRegistry();
  fill(registry);
  box = sandbox();
  box.git('.', 'init', '--quiet', '--initial-branch=main', 'work');
  file('work/.github/image-tags.yaml', TAG_FILE);
  file('work/docker/app/Dockerfile', 'FROM scratch\n');
  file('work/wrong.yaml', 'imagse: []\n');
  const builds = `policy: semver\nbuilds: [ { name: ${registry.host}/o/app, context: docker/app } ]\n`;
  file('work/builds.yaml', builds);
  box.git('work', 'add', '.');
  box.commit('work', 1);
  box.git('work', 'tag', 'v1.2.3');
  box.git('.', 'init', '--quiet', '--initial-branch=main', 'empty');
});
afterAll(async () => {
  await registry.close();
  box.remove();
});

function file(name: string, text: string): void {
  mkdirSync(dirname(box.at(name)), { recursive: true });
  writeFileSync(box.at(name), text);
}

const run = (words: string, directory = 'work'): Promise<Spoken> =>
  retag([...words.split(' '), '--registry-map', `docker.io=${registry.host}`], box.at(directory));
const refOf = (done: Spoken): unknown => (JSON.parse(done.stdout) as { ref: unknown }).ref;

test.each([[['--ref', 'HEAD']], [['--ref', '@']]])(
  '%j is what is checked out, also with its commit',
  async (words) => {
    const sha = box.git('work', 'rev-parse', 'HEAD').trim();
    const done = await run(['plan', 'builds.yaml', '--json', ...words, '--sha', sha].join(' '));
    expect(refOf(done)).toMatchObject({ ref: 'refs/heads/main', sha });
  },
);

describe('the tag file', () => {
  test.each(['work', 'work/docker', 'work/docker/app', 'work/.github'])(
    'is found from %s',
    async (directory) => {
      const done = await run('plan --json', directory);
      expect(done.code).toBe(0);
      expect(JSON.parse(done.stdout)).toMatchObject({ counts: { create: 3 } });
    },
  );

  test('is named from where the person stands', async () => {
    expect((await run('validate', 'work/docker')).stdout).toContain('../.github/image-tags.yaml');
    expect((await run('validate ../wrong.yaml', 'work/docker')).stderr).toContain(
      ' --> ../wrong.yaml:1:1\n  |\n1 | imagse: []\n  | ^\n',
    );
  });

  test.each(['plan', 'apply', 'validate', 'pin'])('is a word of %s', async (command) => {
    const done = await run(`${command} wrong.yaml`);
    expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining('"imagse"') });
    const both = await run(`${command} wrong.yaml --config none.yaml`);
    expect(both.stderr).toContain('there is no tag file "none.yaml"');
  });

  test('is not looked for above the checkout', async () => {
    const done = await run('plan', 'empty');
    expect(done.code).toBe(2);
    expect(joined(done.stderr)).toMatch(
      /^error: there is no tag file \.github\/image-tags\.yaml in \S+\/empty\nhelp: "retag init" writes a first one; or name it, as in "retag plan FILE"\n$/,
    );
  });

  test('has paths from the root of the checkout', async () => {
    const done = await run('plan ../builds.yaml', 'work/docker');
    expect(done).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the ref', () => {
  test('is that of the checkout', async () => {
    expect(refOf(await run('plan --json'))).toMatchObject({ ref: 'refs/heads/main', event: null });
    const built = await run('plan builds.yaml --json');
    expect(JSON.parse(built.stdout)).toMatchObject({
      classification: { class: 'snapshot' },
      counts: { build: 1 },
    });
  });

  test.each(['v1.2.3', 'refs/tags/v1.2.3', 'tags/v1.2.3'])('%s is that git tag', async (ref) => {
    expect(refOf(await run(`plan builds.yaml --json --ref ${ref}`))).toMatchObject({
      ref: 'refs/tags/v1.2.3',
    });
  });

  test('that does not exist is an error that names the nearest', async () => {
    const done = await run('plan builds.yaml --ref v1.2.4');
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(joined(done.stderr)).toBe(
      'error: --ref: there is no branch, git tag or commit "v1.2.4" in this clone\n' +
        'help: the nearest are "v1.2.3", "main"; "git fetch --tags" gets what only the remote has\n',
    );
  });

  test('of a git tag that is still to be made is given with its commit', async () => {
    const sha = box.git('work', 'rev-parse', 'HEAD');
    const done = await run(`plan builds.yaml --json --ref refs/tags/v1.2.4 --sha ${sha}`);
    expect(done.code).toBe(0);
    expect(refOf(done)).toMatchObject({ ref: 'refs/tags/v1.2.4', sha });
  });

  test('that cannot be told: builds are not looked at, and the run says why', async () => {
    box.git('work', 'tag', 'v1.2.3-again');
    box.git('work', 'checkout', '--quiet', '--detach');
    try {
      const done = await run('plan builds.yaml');
      expect(done.code).toBe(0);
      expect(joined(done.stdout)).toContain(
        'nothing says what to build, since HEAD is detached and several git tags are',
      );
      const some = await run('plan builds.yaml .github/image-tags.yaml');
      expect(some.code).toBe(0);
      expect(joined(some.stderr)).toMatch(/^warning: 1 build .*HEAD is detached/);
    } finally {
      box.git('work', 'checkout', '--quiet', 'main');
      box.git('work', 'tag', '--delete', 'v1.2.3-again');
    }
  });

  test('of a branch without a commit cannot be told', async () => {
    const done = await run('plan ../work/builds.yaml', 'empty');
    expect(done.code).toBe(0);
    expect(joined(done.stdout)).toContain('since refs/heads/main has no commit yet');
  });
});

describe('--image', () => {
  test('builds without a tag file', async () => {
    const image = ['--image', `${registry.host}/o/one`, '--image', `${registry.host}/o/two`];
    const done = await retag(
      ['plan', '--policy', 'semver', ...image, '--ref', 'v1.2.3', '--json'],
      box.at('work'),
    );
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      classification: { class: 'final' },
      counts: { build: 1, create: 8 },
    });
  });

  test('needs a policy', async () => {
    const done = await run(`plan --image ${registry.host}/o/one`);
    expect(done.code).toBe(2);
    expect(joined(done.stderr)).toContain('give --policy');
  });

  test('chooses among the builds of a tag file', async () => {
    const done = await run(`plan builds.yaml --json --image ${registry.host}/o/app`);
    expect(JSON.parse(done.stdout)).toMatchObject({ counts: { build: 1 } });
  });
});
