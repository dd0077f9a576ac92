import { cpSync, mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { gitIn } from '../../src/git/git.js';
import { headOf, uncommittedIn } from '../../src/git/work-tree.js';
import type { Request } from '../../src/request.js';
import { testBuilder } from '../support/builder.js';
import { flow, flowRequest, SOURCE } from '../support/flow.js';
import { factsOf } from '../support/policies.js';
import { GIT_ENV, sandbox, type Sandbox } from '../support/repository.js';

/** Only what is committed is published under the name of a commit. */
let registry: EmbeddedRegistry;
let box: Sandbox;
let head = '';
/** One commit, of which each test gets a copy: to commit it anew takes four processes of git. */
const committed = sandbox();
let first = '';
beforeAll(async () => {
  registry = await startRegistry();
  mkdirSync(committed.at('work/app/sub'), { recursive: true });
  mkdirSync(committed.at('work/docs'));
  committed.git('work', 'init', '--quiet', '--initial-branch=main');
  for (const name of ['app/main.c', 'app/sub/b.c', 'docs/page.md', 'app.Dockerfile']) {
    writeFileSync(committed.at('work', name), 'one');
  }
  writeFileSync(committed.at('work/.gitignore'), '*.o\n');
  committed.git('work', 'add', '.');
  first = committed.commit('work', 1);
});
afterAll(async () => {
  committed.remove();
  await registry.close();
});
beforeEach(() => {
  box = sandbox();
  cpSync(committed.at('work'), box.at('work'), { recursive: true, preserveTimestamps: true });
  head = first;
});
afterEach(() => box.remove());

const write = (name: string, text: string) => writeFileSync(box.at('work', name), text);
let repository = 0;

const BUILD = 'context: app, file: app.Dockerfile';
async function run(
  ref: string,
  command: Request['command'] = 'apply',
  allowDirty = false,
  keys: string = BUILD,
) {
  const name = `app${++repository}`;
  const builder = testBuilder(() => registry);
  const build = `{ name: '${registry.host}/${name}', ${keys} }`;
  const request = flowRequest(command, `policy: semver\nbuilds: [${build}]\n`, {
    facts: factsOf(ref, { sha: head }),
  });
  const git = gitIn(box.at('work'), GIT_ENV);
  const result = await flow(
    { ...request, build: { ...request.build, source: { ...SOURCE, revision: head }, allowDirty } },
    {
      builder: () => builder,
      checkedOut: () => headOf(git),
      uncommitted: (paths, commit) => uncommittedIn(box.at('work'), GIT_ENV, commit, paths),
    },
  );
  const labels = Object.values(builder.baked[0]?.file.target ?? {})[0]?.labels;
  const revision = labels?.['org.opencontainers.image.revision'];
  return { ...result, tags: registry.tags(name), revision, error: result.report.actions[0]?.error?.text };
}

const TAG = 'refs/tags/v1.2.3';
const MAIN = 'refs/heads/main';

describe.each<[string, () => void, string]>([
  ['a changed file', () => write('app/sub/b.c', 'two'), 'app/sub/b.c'],
  ['a deleted file', () => rmSync(box.at('work/app/main.c')), 'app/main.c'],
  ['a changed Dockerfile outside of the context', () => write('app.Dockerfile', 'two'), 'app.Dockerfile'],
  [
    'a file that is staged',
    () => {
      write('app/new.c', 'one');
      box.git('work', 'add', 'app/new.c');
    },
    'app/new.c',
  ],
])('seam 16: %s', (_name, change, path) => {
  beforeEach(change);

  test.each([TAG, MAIN])('seam 16: is refused for %s, and the plan says so', async (ref) => {
    const planned = await run(ref, 'plan');
    expect(planned.exitCode).toBe(0);
    expect(planned.log.warnings.join()).toContain(`apply would stop here: the work tree has changes`);
    const done = await run(ref);
    expect(done).toMatchObject({ exitCode: 1, tags: [], revision: undefined });
    expect(done.error).toContain(`not committed in what is built: ${path}; commit them`);
  });

  test('seam 16: --allow-dirty publishes a snapshot with a revision that ends in -dirty', async () => {
    const done = await run(MAIN, 'apply', true);
    expect(done).toMatchObject({ exitCode: 0, revision: `${head}-dirty` });
    expect(done.tags).toHaveLength(1);
  });

  test('seam 16: --allow-dirty does not publish a release', async () => {
    const done = await run(TAG, 'apply', true);
    expect(done).toMatchObject({ exitCode: 1, tags: [] });
    expect(done.error).toMatch(/a final is always built as it is committed/);
  });
});

/** Commits what `first` makes, so that a clean run would pass. */
function committing(first: () => void): void {
  first();
  box.git('work', 'add', '-A');
  head = box.commit('work', 2);
}
const mark = (bit: string) => box.git('work', 'update-index', bit, 'app/main.c');

describe('seam 16: changes that a plain git status does not see', () => {
  test.each<[string, string, () => void, () => void, string]>([
    [
      'a context behind a link',
      'context: link',
      () => {
        write('app/Dockerfile', 'one');
        symlinkSync('app', box.at('work/link'));
      },
      () => write('app/main.c', 'two'),
      'app/main.c',
    ],
    [
      'a link on the way that leads elsewhere now',
      'context: link/sub, file: app.Dockerfile',
      () => symlinkSync('app', box.at('work/link')),
      () => {
        mkdirSync(box.at('work/docs/sub'));
        rmSync(box.at('work/link'));
        symlinkSync('docs', box.at('work/link'));
      },
      'link',
    ],
    [
      'a Dockerfile behind a link',
      'context: app, file: app/link',
      () => symlinkSync('../app.Dockerfile', box.at('work/app/link')),
      () => write('app.Dockerfile', 'two'),
      'app.Dockerfile',
    ],
    [
      'a list of what is ignored, beside the Dockerfile',
      BUILD,
      () => write('app.Dockerfile.dockerignore', 'x'),
      () => write('app.Dockerfile.dockerignore', 'y'),
      'app.Dockerfile.dockerignore',
    ],
    [
      'a file that is marked assume-unchanged',
      BUILD,
      () => undefined,
      () => {
        mark('--assume-unchanged');
        write('app/main.c', 'two');
      },
      'app/main.c',
    ],
    [
      'a file that is marked skip-worktree',
      BUILD,
      () => undefined,
      () => {
        mark('--skip-worktree');
        write('app/main.c', 'two');
      },
      'app/main.c',
    ],
    [
      'another work tree in the configuration',
      BUILD,
      () => undefined,
      () => {
        box.git('.', 'clone', '--quiet', 'work', 'copy');
        box.git('work', 'config', 'core.worktree', box.at('copy'));
        write('app/main.c', 'two');
      },
      'app/main.c',
    ],
    [
      'a file of the same size and time',
      BUILD,
      () => undefined,
      () => {
        const file = box.at('work/app/main.c');
        const { atime, mtime, ctimeMs } = statSync(file);
        const second = (ms: number): number => Math.floor(ms / 1000);
        box.git('work', 'config', 'core.checkStat', 'minimal');
        box.git('work', 'config', 'core.trustctime', 'false');
        // git compares whole seconds.
        while (second(statSync(file).ctimeMs) === second(ctimeMs)) {
          write('app/main.c', 'two');
          utimesSync(file, atime, mtime);
        }
      },
      'app/main.c',
    ],
  ])('seam 16: %s', async (_name, keys, first, change, path) => {
    committing(first);
    expect(await run(TAG, 'apply', false, keys)).toMatchObject({ exitCode: 0, revision: head });
    change();
    const done = await run(TAG, 'apply', false, keys);
    expect(done).toMatchObject({ exitCode: 1, tags: [] });
    expect(done.error).toContain(`not committed in what is built: ${path}; commit them`);
  });

  test('seam 16: what a sparse checkout leaves out, and marked files as they are committed, are no change', async () => {
    mark('--skip-worktree');
    expect(await run(TAG)).toMatchObject({ exitCode: 0, revision: head });
    rmSync(box.at('work/app/main.c'));
    expect(await run(TAG)).toMatchObject({ exitCode: 0, revision: head });
  });
});

describe('seam 16: a context in a checkout of its own', () => {
  const SUB = 'context: sub/app, file: sub/app.Dockerfile';
  const clone = () => box.git('.', 'clone', '--quiet', 'work', 'work/sub');

  test.each([true, false])('seam 16: is held to the commit of the run (outer git: %j)', async (outer) => {
    clone();
    if (!outer) rmSync(box.at('work/.git'), { recursive: true });
    expect(await run(TAG, 'apply', false, SUB)).toMatchObject({ exitCode: 0, revision: head });
    write('sub/app/main.c', 'two');
    const dirty = await run(TAG, 'apply', false, SUB);
    expect(dirty).toMatchObject({ exitCode: 1, tags: [] });
    expect(dirty.error).toContain('not committed in what is built: sub/app/main.c');
    box.git('work/sub', 'commit', '--quiet', '--all', '--message=other');
    const other = await run(TAG, 'apply', false, SUB);
    expect(other).toMatchObject({ exitCode: 1, tags: [] });
    expect(other.error).toMatch(/lies in .*sub, a checkout at commit \w{40}, and this run is for/);
  });

  test('seam 16: a submodule is held to the commit that the checkout names', async () => {
    box.git('.', 'clone', '--quiet', 'work', 'lib');
    const lib = box.at('lib');
    committing(() =>
      box.git('work', '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', lib, 'sub'),
    );
    expect(await run(TAG, 'apply', false, SUB)).toMatchObject({ exitCode: 0, revision: head });
    box.commit('work/sub', 3);
    expect(await run(TAG, 'apply', false, SUB)).toMatchObject({ exitCode: 1, tags: [] });
  });
});

test('seam 16: a .git that leads nowhere stops a build, dirty or not', async () => {
  rmSync(box.at('work/.git'), { recursive: true });
  write('.git', 'gitdir: /nonexistent');
  const done = await run(MAIN, 'apply', true);
  expect(done).toMatchObject({ exitCode: 1, tags: [] });
  expect(done.error).toMatch(/git cannot tell which commit is checked out: fatal: not a git repository/);
});

describe('seam 16: git that cannot tell', () => {
  beforeEach(() => write('.git/index', 'damaged'));

  test.each([TAG, MAIN])('seam 16: stops %s with the reason, as a changed file does', async (ref) => {
    const planned = await run(ref, 'plan');
    expect(planned.log.warnings.join()).toContain('apply would stop here: git status cannot tell');
    const done = await run(ref);
    expect(done).toMatchObject({ exitCode: 1, tags: [], revision: undefined });
    expect(done.error).toMatch(/git status cannot tell whether what is built is committed: .*index/);
  });

  test('seam 16: --allow-dirty publishes a snapshot with a revision that ends in -dirty', async () => {
    expect(await run(MAIN, 'apply', true)).toMatchObject({ exitCode: 0, revision: `${head}-dirty` });
  });
});

test('seam 16: a work tree that is no checkout has nothing to compare with', async () => {
  rmSync(box.at('work/.git'), { recursive: true });
  expect(await run(TAG)).toMatchObject({ exitCode: 0, revision: head });
});

test('seam 16: a clean work tree, and changes outside of what is built, are published', async () => {
  write('docs/page.md', 'two');
  write('app/ignored.o', 'x');
  const done = await run(TAG, 'apply', true);
  expect(done).toMatchObject({ exitCode: 0, revision: head });
  expect(done.log.warnings).toEqual([]);
});

test('seam 16: files that git does not track are named, and not all of them', async () => {
  for (let n = 1; n <= 8; n++) write(`app/new${n}.c`, 'x');
  const done = await run(TAG);
  expect(done).toMatchObject({ exitCode: 0, revision: head });
  expect(done.log.warnings.join()).toMatch(
    /does not track are in what is built: app\/new1\.c, .*app\/new5\.c and 3 more; commit them/,
  );
});

test('seam 16: where the event may not write, git is not asked', async () => {
  const may = { write: false, credentials: true, localHosts: true, on: 'a test', why: 'a test', help: '' };
  const request = flowRequest('plan', `policy: semver\nbuilds: [{ name: '${registry.host}/x' }]\n`, {
    facts: factsOf(MAIN, { may }),
  });
  const uncommitted = () => Promise.reject(new Error('git must not be asked'));
  expect(await flow(request, { uncommitted })).toMatchObject({ exitCode: 0 });
});
