import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

/** The release job's script against a server that keeps releases, assets and refs as GitHub's API does. */
interface Release {
  id: number;
  tag_name: string;
  draft: boolean;
  body: string;
  make_latest?: string;
  upload_url: string;
  assets: { id: number; name: string; size: number }[];
}

const OLD = '1'.repeat(40);
const NEW = '2'.repeat(40);

let releases: Release[];
let refs: Map<string, string>;
let asked: string[];
let server: Server;
let folder: string;
/** the request that is answered with 502, once; -1: none */
let failing: number;

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function answer(method: string, path: string, query: URLSearchParams, body: Buffer): unknown {
  const given = () => JSON.parse(body.toString()) as Record<string, string> & { draft: boolean };
  const route = `${method} ${path.replace('/repos/o/r/', '')}`;
  const [, id] = /releases\/(\d+)/.exec(route) ?? [];
  const release = releases.find((one) => String(one.id) === id);
  if (route === 'GET releases') return releases;
  if (route === 'POST releases') {
    const made = { ...given(), id: 100 + releases.length, assets: [] as Release['assets'] };
    const upload_url = `${address()}/repos/o/r/releases/${made.id}/assets{?name,label}`;
    releases.push({ ...made, upload_url } as unknown as Release);
    return releases.at(-1);
  }
  if (method === 'POST' && route.endsWith('/assets')) {
    const name = query.get('name') ?? '';
    if (release?.assets.some((asset) => asset.name === name) !== false) return undefined;
    return release.assets.push({ id: asked.length, name, size: body.length });
  }
  if (route.startsWith('DELETE releases/assets/')) {
    const asset = Number(route.split('/').at(-1));
    for (const one of releases) if (one.draft) one.assets = one.assets.filter((each) => each.id !== asset);
    return {};
  }
  if (method === 'PATCH' && release !== undefined) return Object.assign(release, given());
  return refAnswer(method, path.replace('/repos/o/r/git/', ''), given);
}

function refAnswer(method: string, path: string, given: () => Record<string, string>): unknown {
  const full = `refs/${path.replace(/^(?:matching-refs|refs?)\//, '')}`;
  const found = refs.get(full);
  if (path.startsWith('matching-refs/')) {
    return [...refs].filter(([ref]) => ref.startsWith(full)).map(([ref, sha]) => ({ ref, object: { sha } }));
  }
  if (method === 'GET') return found && { ref: full, object: { sha: found } };
  const { ref = full, sha = '' } = given();
  if ((method === 'POST') === refs.has(ref)) return undefined;
  refs.set(ref, sha);
  return {};
}

function address(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'retag-release-'));
  releases = [];
  asked = [];
  failing = -1;
  refs = new Map([['refs/tags/v1.2.0', OLD]]);
  server = createServer((request, response) => {
    void bytesOf(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? '', address());
      asked.push(`${request.method ?? ''} ${pathname}`);
      const fails = asked.length - 1 === failing;
      const given = fails ? undefined : answer(request.method ?? '', pathname, searchParams, body);
      response.writeHead(fails ? 502 : given === undefined ? 404 : 200, {
        'content-type': 'application/json',
      });
      response.end(JSON.stringify(given ?? {}));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
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
    ...{ GITHUB_API_URL: address(), GH_TOKEN: 'token', RETAG_RELEASE_ROOT: folder },
  };
  refs.set(`refs/tags/v${version}`, sha);
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
  releases.map(({ tag_name, draft, assets }) => [tag_name, draft, assets.map(({ name }) => name).sort()]);
const BOTH = ['main.cjs', 'retag.cjs'];

test('a first release, a second one, and the first one again', async () => {
  refs.clear();
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
  expect(refs.get('refs/tags/v1')).toBe(NEW);
  expect(releases[0]).toMatchObject({ body: '- Better.' });
});

test('a patch of an older line is neither the latest release nor the major tag', async () => {
  refs.set('refs/tags/v1.10.0', NEW).set('refs/tags/v1', NEW);
  expect(await release('1.2.1', OLD)).toMatchObject({ code: 0 });
  expect(releases).toMatchObject([{ tag_name: 'v1.2.1', make_latest: 'false', draft: false }]);
  expect(refs.get('refs/tags/v1')).toBe(NEW);
});

test('whatever request fails, the next run finishes the release', async () => {
  await release('1.3.0', NEW);
  const requests = asked.length;
  expect(requests).toBeGreaterThan(7);
  for (let at = 0; at < requests; at += 1) {
    releases = [];
    asked = [];
    refs = new Map();
    failing = at;
    expect(await release('1.3.0', NEW)).toMatchObject({ code: 1, output: expect.stringContaining('502') });
    expect(await release('1.3.0', NEW)).toMatchObject({ code: 0 });
    expect(published()).toEqual([['v1.3.0', false, BOTH]]);
    expect(refs.get('refs/tags/v1')).toBe(NEW);
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
  expect(asked).toEqual([]);
});

test('a published release that lacks a file is an error, and is not changed', async () => {
  await release('1.3.0', NEW);
  releases[0]?.assets.pop();
  expect(await release('1.3.0', NEW)).toMatchObject({
    code: 1,
    output: expect.stringContaining('retag.cjs'),
  });
  expect(published()).toEqual([['v1.3.0', false, ['main.cjs']]]);
});
