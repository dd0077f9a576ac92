/*
 * Publishes the release of the git tag that a job runs for. Run by .github/workflows/release.yml; running it again finishes what
 * an earlier run began, and never moves the major tag back.
 *   node scripts/release.mjs --check        the version, the changelog and the description fit; asks nobody
 *   node scripts/release.mjs --npm PACKAGE  publishes the package, unless npm has this very one already
 *   node scripts/release.mjs FILE...        a draft with the files, then the release, then the major tag
 * Reads GITHUB_REF_NAME, GITHUB_SHA, GITHUB_REPOSITORY, GITHUB_API_URL and GH_TOKEN.
 * API: https://docs.github.com/en/rest/releases/releases and https://docs.github.com/en/rest/git/refs
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import semver from 'semver';
import { parse } from 'yaml';

// The root of the checkout, which a test replaces.
const root = resolve(process.env.RETAG_RELEASE_ROOT ?? join(import.meta.dirname ?? '.', '..'));
const { GITHUB_REF_NAME: tag = '', GITHUB_SHA: sha = '', GITHUB_REPOSITORY: repository = '' } = process.env;
const api = process.env.GITHUB_API_URL ?? 'https://api.github.com';

/** The newest section of the changelog has to be that of the tag. @returns {string} its text */
function notes() {
  const version = tag.replace(/^v/, '');
  if (tag !== `v${semver.valid(version)}`) throw new Error(`"${tag}" is not vX.Y.Z`);
  const declared = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  if (declared !== version)
    throw new Error(`package.json has version ${declared}, and the git tag is ${tag}`);
  const [, ...sections] = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split(/^## /m);
  const section = sections.find((text) => text.startsWith(`[${version}]`));
  const text = section?.split('\n').slice(1).join('\n').trim() ?? '';
  if (text === '')
    throw new Error(`CHANGELOG.md has no section "## [${version}]" with text; rename "Unreleased"`);
  return text;
}

// https://docs.github.com/en/actions/how-tos/create-and-publish-actions/publish-in-github-marketplace
function checkDescription() {
  const { description } = parse(readFileSync(join(root, 'action.yml'), 'utf8'));
  if (description.length >= 125)
    throw new Error(
      `action.yml: the description has ${description.length} characters, and the Marketplace takes 124`,
    );
}

/** @returns {Promise<any>} the parsed answer; null for 404 */
async function call(method, path, body, type = 'application/json') {
  const url = URL.canParse(path) ? path : `${api}/repos/${repository}/${path}`;
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${process.env.GH_TOKEN ?? ''}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    body: body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
  if (response.status === 404) return null;
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return text === '' ? {} : JSON.parse(text);
}

/** The release of the tag, a draft too: an earlier run may have left one. */
async function findRelease() {
  for (let page = 1; ; page += 1) {
    const releases = (await call('GET', `releases?per_page=100&page=${page}`)) ?? [];
    const found = releases.find((release) => release.tag_name === tag);
    if (found !== undefined || releases.length < 100) return found ?? null;
  }
}

/** Files that are not whole, or of an earlier build, are sent anew; a published release is left as it is. */
async function upload(release, files) {
  const address = release.upload_url.replace(/\{.*$/, '');
  for (const file of files) {
    const name = basename(file);
    const there = release.assets.find((asset) => asset.name === name);
    if (there !== undefined) await call('DELETE', `releases/assets/${there.id}`);
    await call(
      'POST',
      `${address}?name=${encodeURIComponent(name)}`,
      readFileSync(file),
      'application/octet-stream',
    );
    console.log(`uploaded ${name}`);
  }
}

async function versions(prefix) {
  const refs = (await call('GET', `git/matching-refs/tags/${prefix}`)) ?? [];
  const names = refs
    .map(({ ref }) => ref.replace('refs/tags/v', ''))
    .filter((name) => semver.valid(name) === name);
  return names.sort(semver.rcompare);
}

/** vX goes to the newest vX.Y.Z, and to no other: an old release that is run again leaves it alone. */
async function moveMajor() {
  const major = `v${semver.major(tag)}`;
  const [newest] = await versions(`${major}.`);
  if (`v${newest}` !== tag) return console.log(`${major} stays: v${newest} is newer than ${tag}`);
  const there = await call('GET', `git/ref/tags/${major}`);
  if (there?.object.sha === sha) return console.log(`${major} is at ${tag} already`);
  if (there === null) await call('POST', 'git/refs', { ref: `refs/tags/${major}`, sha });
  else await call('PATCH', `git/refs/tags/${major}`, { sha, force: true });
  return console.log(`${major} is now ${tag}`);
}

async function publish(files) {
  const body = notes();
  let release = await findRelease();
  if (release === null || release.draft) {
    const [newest] = await versions('v');
    const given = { tag_name: tag, target_commitish: sha, name: tag, body, prerelease: false };
    release ??= { ...(await call('POST', 'releases', { ...given, draft: true })), assets: [] };
    await upload(release, files);
    const latest = `v${newest}` === tag ? 'true' : 'false';
    await call('PATCH', `releases/${release.id}`, { ...given, draft: false, make_latest: latest });
    console.log(`released ${tag}`);
  } else {
    const missing = files
      .map((file) => basename(file))
      .filter((name) => !release.assets.some((a) => a.name === name));
    if (missing.length > 0) throw new Error(`the release ${tag} is published without ${missing.join(', ')}`);
    console.log(`${tag} is released already`);
  }
  await moveMajor();
}

/** What npm has of this version. @returns {string | undefined} its integrity */
function publishedPackage() {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const words = ['view', `${name}@${tag.replace(/^v/, '')}`, 'dist.integrity', '--json', '--prefer-online'];
  try {
    const answer = execFileSync('npm', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return answer.trim() === '' ? undefined : JSON.parse(answer);
  } catch (error) {
    if (/"code": "E404"/.test(error.stdout ?? '')) return undefined;
    throw new Error(`npm view: ${(error.stdout ?? '').slice(0, 300) || error.message}`, { cause: error });
  }
}

/** A version on npm cannot be changed: the same bytes are kept, other bytes are an error. */
function publishPackage(file) {
  const own = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  const there = publishedPackage();
  if (there !== undefined && there !== own)
    throw new Error(`npm has ${tag} with other bytes: ${there}, and ${basename(file)} is ${own}`);
  if (there === own) return console.log(`npm has ${tag} already`);
  execFileSync('npm', ['publish', resolve(file)], { stdio: 'inherit' });
  return console.log(`published ${basename(file)}`);
}

const files = process.argv.slice(2).filter((word) => !word.startsWith('--'));
try {
  notes();
  checkDescription();
  if (process.argv.includes('--check')) console.log(`${tag}: version, changelog and description fit`);
  else if (process.argv.includes('--npm') && files.length === 1) publishPackage(files[0]);
  else if (files.length === 0) throw new Error('which files belong to the release?');
  else await publish(files);
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
