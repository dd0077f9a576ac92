import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { gitIn, headOf, uncommittedIn } from '../../src/git/git.js';
import type { RunRequest } from '../../src/load.js';
import { testBuilder } from '../support/builder.js';
import { flow, flowRequest, SOURCE } from '../support/flow.js';
import { factsOf } from '../support/policies.js';
import { GIT_ENV, sandbox, type Sandbox } from '../support/repository.js';

/** Only what is committed is published under the name of a commit. */
let registry: EmbeddedRegistry;
let box: Sandbox;
let head = '';
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.close());
beforeEach(() => {
  box = sandbox();
  mkdirSync(box.at('work/app/sub'), { recursive: true });
  mkdirSync(box.at('work/docs'));
  box.git('work', 'init', '--quiet', '--initial-branch=main');
  for (const name of ['app/main.c', 'app/sub/b.c', 'docs/page.md', 'app.Dockerfile']) write(name, 'one');
  write('.gitignore', '*.o\n');
  box.git('work', 'add', '.');
  head = box.commit('work', 1);
});
afterEach(() => box.remove());

const write = (name: string, text: string) => writeFileSync(box.at('work', name), text);
let repository = 0;

async function run(ref: string, command: RunRequest['command'] = 'apply', allowDirty = false) {
  const name = `app${++repository}`;
  const builder = testBuilder(() => registry);
  const build = `{ name: '${registry.host}/${name}', context: app, file: app.Dockerfile }`;
  const request = flowRequest(command, `policy: semver\nbuilds: [${build}]\n`, {
    facts: factsOf(ref, { sha: head }),
  });
  const git = gitIn(box.at('work'), GIT_ENV);
  const result = await flow(
    { ...request, build: { ...request.build, source: { ...SOURCE, revision: head }, allowDirty } },
    {
      builder: () => builder,
      checkedOut: () => headOf(git),
      uncommitted: (paths) => uncommittedIn(git, paths),
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
  const may = { write: false, credentials: true, localHosts: true, why: 'a test', help: '' };
  const request = flowRequest('plan', `policy: semver\nbuilds: [{ name: '${registry.host}/x' }]\n`, {
    facts: factsOf(MAIN, { may }),
  });
  const uncommitted = () => Promise.reject(new Error('git must not be asked'));
  expect(await flow(request, { uncommitted })).toMatchObject({ exitCode: 0 });
});
