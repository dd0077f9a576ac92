import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';

import { startReleasesApi, type ReleasesApi } from '../__tests__/support/github/releases-api.js';
import { createAuthority } from './support/certificates.js';
import { startRunner, type Repository, type Runner } from './support/act.js';
import { runOk, temporaryDirectory } from './support/stack.js';

/**
 * The job `publish` of the release workflow on act, as it is written, against a server that plays GitHub's API. npm is npm, but for what
 * needs its registry: `ci`, `view` and `publish`.
 */
const WORKFLOW = '.github/workflows/release.yml';
const directory = temporaryDirectory('release');
const at = (...parts: string[]) => join(directory.path, ...parts);
let api: ReleasesApi;
let runner: Runner;
let repository: Repository;
let ca: string;

beforeAll(async () => {
  const authority = await createAuthority(directory.path);
  const { certificate, key } = await authority.issue('api');
  api = await startReleasesApi({ cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') });
  ca = authority.certificate;
  runner = startRunner({});
  repository = await runner.repository();
  for (const name of ['bin', 'npm']) mkdirSync(at(name));
  const npm = (await runOk('which', ['npm'])).stdout.trim();
  writeFileSync(at('bin', 'npm'), NPM.replace('REAL', npm), { mode: 0o755 });
});
afterAll(async () => {
  runner.remove();
  await api.close();
  directory.remove();
});

const NPM = `#!/usr/bin/env bash
set -euo pipefail
case "$1" in
  ci) cp -al "$MODULES" node_modules 2>/dev/null || cp -a "$MODULES" node_modules ;;
  rebuild) ;;
  view)
    if [ -f "$PUBLISHED/\${2#*@}" ]; then printf '"%s"' "$(cat "$PUBLISHED/\${2#*@}")"; else
      echo '{ "error": { "code": "E404" } }'
      exit 1
    fi ;;
  publish)
    name="$(basename "$2" .tgz)"
    printf 'sha512-%s' "$(openssl dgst -sha512 -binary "$2" | base64 -w 0)" > "$PUBLISHED/\${name#retag-}" ;;
  *) exec REAL "$@" ;;
esac
`;

/** The checkout of a version, with the one job whose needs are met. */
async function version(name: string): Promise<string> {
  const files = [
    'package-lock.json',
    'tsconfig.json',
    'README.md',
    'LICENSE',
    'action.yml',
    'dist',
    'src',
    'schema',
    'scripts',
  ];
  for (const file of files) cpSync(file, join(repository.path, file), { recursive: true });
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as object;
  repository.file('package.json', JSON.stringify({ ...manifest, version: name }, null, 2));
  repository.file('CHANGELOG.md', `# Changelog\n\n## [${name}]\n\n- Better.\n`);
  repository.file('.gitignore', 'node_modules/\n.package.json\n');
  const workflow = parse(readFileSync(WORKFLOW, 'utf8')) as { jobs: { publish: object } };
  const publish = { ...workflow.jobs.publish, needs: [] };
  repository.file(WORKFLOW, stringify({ ...workflow, jobs: { publish } }));
  await repository.commit(`refs/tags/v${name}`);
  const sha = await repository.git('rev-parse', 'HEAD');
  api.refs.set(`refs/tags/v${name}`, sha);
  return sha;
}

/** Runs the job for a git tag; gives the digests that were attested, by file. */
async function release(name: string): Promise<Map<string, string>> {
  await repository.git('checkout', '--quiet', `v${name}`);
  const attested = at(`attested-${readdirSync(directory.path).length}`);
  writeFileSync(attested, '');
  const env = {
    ATTESTED: attested,
    MODULES: resolve('node_modules'),
    PUBLISHED: at('npm'),
    NODE_EXTRA_CA_CERTS: ca,
  };
  const artifacts = {
    'retag-executable-linux-x64': { 'retag-linux-x64': `executable ${name}`, 'node-license.txt': 'MIT' },
    'retag-executable-macos-arm64': { 'retag-macos-arm64': `executable ${name}` },
  };
  const words = ['--github-instance', api.address.slice('https://'.length), '--secret', 'GITHUB_TOKEN=token'];
  const done = await repository.act(
    { name: 'push', ref: `refs/tags/v${name}` },
    { env, artifacts, words, bin: at('bin') },
  );
  expect(done.status === 0 ? '' : `${done.stdout}${done.stderr}`.slice(-4_000)).toBe('');
  const lines = readFileSync(attested, 'utf8').trim().split('\n');
  return new Map(lines.map((line) => [line.slice(66).replace(/^.*\//, ''), line.slice(0, 64)]));
}

test('a first release, a second one, and the first one again', async () => {
  const first = await version('1.3.0');
  const attested = await release('1.3.0');
  expect(api.refs.get('refs/tags/v1')).toBe(first);
  const assets = new Map(api.releases[0]?.assets.map(({ name, sha256 }) => [name, sha256]));
  const texts = ['licenses.txt', 'node-license.txt'];
  expect([...assets.keys()].filter((name) => !texts.includes(name)).sort()).toEqual(
    [...attested.keys()].sort(),
  );
  for (const [name, sha256] of attested) expect([name, assets.get(name)]).toEqual([name, sha256]);
  expect([...attested.keys()]).toEqual(
    expect.arrayContaining([
      'main.cjs',
      'cli.cjs',
      'retag.cjs',
      'github.cjs',
      'retag-1.3.0.tgz',
      'retag-linux-x64',
    ]),
  );

  const second = await version('1.4.0');
  await release('1.4.0');
  expect(api.refs.get('refs/tags/v1')).toBe(second);
  expect(readdirSync(at('npm')).sort()).toEqual(['1.3.0', '1.4.0']);

  const before = JSON.stringify([api.releases, [...api.refs], readdirSync(at('npm'))]);
  const again = await release('1.3.0');
  // What a list is made at differs: its time and serial number.
  for (const files of [attested, again]) files.delete('sbom.cdx.json');
  expect(again).toEqual(attested);
  expect(JSON.stringify([api.releases, [...api.refs], readdirSync(at('npm'))])).toBe(before);
  expect(api.releases.map(({ tag_name, draft, make_latest }) => [tag_name, draft, make_latest])).toEqual([
    ['v1.3.0', false, 'true'],
    ['v1.4.0', false, 'true'],
  ]);
}, 300_000);
