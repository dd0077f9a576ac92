/** Each CI system's environments, as __tests__/fixtures/ci has them from its documentation and source. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

import { readCiRun } from '../../src/ci/ci.js';
import { isCi } from '../../src/git/permission.js';
import type { Environment } from '../../src/shared/environment.js';
import { folder } from '../support/folder.js';

interface Fixture {
  readonly system: string;
  readonly sources: readonly string[];
  readonly common: Environment;
  readonly runs: readonly {
    readonly what: string;
    readonly env: Environment;
    readonly event?: unknown;
    readonly trust?: string;
    readonly expected?: object;
    /** no system says what the run is for */
    readonly unknown?: true;
  }[];
}

const FIXTURES = '__tests__/fixtures/ci';
const COMMITS = { A: 'a'.repeat(40), B: 'b'.repeat(40) };
const place = folder();

/** A fixture with commits in place of A and B, also in lists such as `main:A,17:B`. */
function read(name: string): Fixture {
  const text = readFileSync(join(FIXTURES, name), 'utf8');
  const withCommits = (value: unknown): unknown =>
    typeof value === 'string'
      ? value.replace(/(?<![\w-])[AB](?![\w -])/g, (at) => COMMITS[at as 'A'])
      : value;
  return JSON.parse(JSON.stringify(parse(text, { merge: true })), (_, value) =>
    withCommits(value),
  ) as Fixture;
}

/** The environment of a run, and the file of its event. */
function environment({ common }: Fixture, { env, event }: Fixture['runs'][number]): Environment {
  const all = { ...common, ...env };
  if (event === undefined) return all;
  const path = join(place.path, 'event.json');
  writeFileSync(path, JSON.stringify(event));
  return { ...all, GITHUB_EVENT_PATH: path };
}

const fixtures = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.yaml'))
  .map(read);

test('every system has a branch, a git tag, a merged and an unmerged change, and one of a fork', () => {
  expect(fixtures.map(({ system }) => system).sort()).toEqual(
    ['Forgejo', 'GitHub', 'GitLab', 'Gitea', 'Jenkins', 'Prow', 'Tekton', 'Zuul'].sort(),
  );
  for (const { runs, sources } of fixtures) {
    for (const kind of [/branch/, /git tag/, /\bmerged change/, /unmerged change/, /fork/])
      expect(runs.map(({ what }) => what).join('\n')).toMatch(kind);
    for (const source of sources) expect(source).toMatch(/^https:\/\/\S+$/);
  }
});

describe.each(fixtures.map((fixture) => [fixture.system, fixture] as const))('%s', (system, fixture) => {
  test.each(fixture.runs.map((run) => [run.what, run] as const))('%s', async (_, run) => {
    const env = environment(fixture, run);
    const found = await readCiRun(env);
    if (run.unknown) expect(found).toBeNull();
    else {
      expect(found).toMatchObject({ system, warnings: [], ...run.expected });
      expect(found?.trust.level).toBe(run.trust);
    }
    expect(isCi(env)).toBe(true);
  });
});

test('an event file that cannot be read takes the trust away', async () => {
  const env = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', GITHUB_SHA: COMMITS.A };
  const run = await readCiRun({ ...env, GITHUB_REF: 'refs/heads/main' });
  expect(run?.trust).toMatchObject({ level: 'anonymous', why: 'the event file cannot be read' });
});

test.each([
  ['a terminal', { HOME: '/home/me' }],
  ['a CI system that is not known', { CI: 'true', BUILDKITE: 'true', BUILDKITE_COMMIT: COMMITS.A }],
])('%s says nothing of a run', async (_, env: Environment) => {
  expect(await readCiRun(env)).toBeNull();
});
