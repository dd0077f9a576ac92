import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { startReleasesApi, type ReleasesApi } from '../../support/github/releases-api.js';

/** The release job's script against a server that keeps releases, assets and refs as GitHub's API does. */
const OLD = '1'.repeat(40);
const NEW = '2'.repeat(40);

let api: ReleasesApi;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'retag-release-'));
  api = await startReleasesApi();
  api.refs.set('refs/tags/v1.2.0', OLD);
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the job's step for a version whose checkout has these files. */
function release(version: string, sha: string, changes: { changelog?: string; words?: string[] } = {}) {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  file('package.json', JSON.stringify({ version }));
  file(
    'CHANGELOG.md',
    changes.changelog ?? `# Changelog\n\n## [${version}]\n\n- Better.\n\n## [1.0.0]\n\n- Made.\n`,
  );
  file('action.yml', 'description: Tags images.\n');
  const assets = [file('main.cjs', `main ${version}`), file('retag.cjs', `retag ${version}`)];
  const env = {
    ...{
      PATH: process.env['PATH'],
      GITHUB_REF_NAME: `v${version}`,
      GITHUB_SHA: sha,
      GITHUB_REPOSITORY: 'o/r',
    },
    ...{ GITHUB_API_URL: api.address, GH_TOKEN: 'token', RETAG_RELEASE_ROOT: folder },
  };
  api.refs.set(`refs/tags/v${version}`, sha);
  return new Promise<{ code: number; output: string }>((done) => {
    execFile(
      process.execPath,
      ['scripts/release.mjs', ...(changes.words ?? assets)],
      { env },
      (error, out, err) => done({ code: error === null ? 0 : Number(error.code), output: out + err }),
    );
  });
}

const published = () =>
  api.releases.map(({ tag_name, draft, assets }) => [tag_name, draft, assets.map(({ name }) => name).sort()]);
const BOTH = ['main.cjs', 'retag.cjs'];

test('a first release, a second one, and the first one again', async () => {
  api.refs.clear();
  expect(await release('1.3.0', OLD)).toMatchObject({
    code: 0,
    output: expect.stringContaining('v1 is now v1.3.0'),
  });
  expect(await release('1.4.0', NEW)).toMatchObject({
    code: 0,
    output: expect.stringContaining('v1 is now v1.4.0'),
  });
  const again = await release('1.3.0', OLD);
  expect(again.output).toContain('v1.3.0 is released already');
  expect(again.output).toContain('v1 stays: v1.4.0 is newer than v1.3.0');
  expect(published()).toEqual([
    ['v1.3.0', false, BOTH],
    ['v1.4.0', false, BOTH],
  ]);
  expect(api.refs.get('refs/tags/v1')).toBe(NEW);
  expect(api.releases[0]).toMatchObject({ body: '- Better.' });
});

test('a patch of an older line is neither the latest release nor the major tag', async () => {
  api.refs.set('refs/tags/v1.10.0', NEW).set('refs/tags/v1', NEW);
  expect(await release('1.2.1', OLD)).toMatchObject({ code: 0 });
  expect(api.releases).toMatchObject([{ tag_name: 'v1.2.1', make_latest: 'false', draft: false }]);
  expect(api.refs.get('refs/tags/v1')).toBe(NEW);
});

test('whatever request fails, the next run finishes the release', async () => {
  await release('1.3.0', NEW);
  const requests = api.asked.length;
  expect(requests).toBeGreaterThan(7);
  for (let at = 0; at < requests; at += 1) {
    api.releases = [];
    api.asked = [];
    api.refs = new Map();
    api.failing = at;
    expect(await release('1.3.0', NEW)).toMatchObject({ code: 1, output: expect.stringContaining('502') });
    expect(await release('1.3.0', NEW)).toMatchObject({ code: 0 });
    expect(published()).toEqual([['v1.3.0', false, BOTH]]);
    expect(api.refs.get('refs/tags/v1')).toBe(NEW);
  }
});

test.each([
  ['no section of the version', { changelog: '# Changelog\n\n## [Unreleased]\n\n- Better.\n' }, 'no section'],
  ['an empty section', { changelog: '# Changelog\n\n## [1.3.0]\n\n## [1.2.0]\n\n- Made.\n' }, 'no section'],
  ['no files', { words: ['--no'] }, 'which files'],
])('%s: nothing is asked', async (_what, changes, said) => {
  expect(await release('1.3.0', NEW, changes)).toMatchObject({
    code: 1,
    output: expect.stringContaining(said),
  });
  expect(api.asked).toEqual([]);
});

test('a published release that lacks a file is an error, and is not changed', async () => {
  await release('1.3.0', NEW);
  api.releases[0]?.assets.pop();
  expect(await release('1.3.0', NEW)).toMatchObject({
    code: 1,
    output: expect.stringContaining('retag.cjs'),
  });
  expect(published()).toEqual([['v1.3.0', false, ['main.cjs']]]);
});
