import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { serveTuf, type TufRepository } from '../../testing/sigstore/tuf.js';
import { fetchTrustedRoot } from '../../src/system/trusted-root.js';
import { folder } from '../support/folder.js';

const ROOT = { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1', tlogs: [] };
const NOW = Date.UTC(2026, 0, 20);
const place = folder();
let repository: TufRepository;
let run = 0;

beforeEach(async () => {
  repository = await serveTuf({ targets: { 'trusted_root.json': ROOT } });
  place.file('root.json', repository.root);
  run += 1;
});
afterEach(() => repository.close());

async function fetchRoot(
  now = NOW,
): Promise<{ readonly root: unknown; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const root = await fetchTrustedRoot({
    env: { RUNNER_TOOL_CACHE: `${place.path}/cache-${run}` },
    log: { warning: (text) => void warnings.push(typeof text === 'string' ? text : text.what) },
    now,
    mirror: { url: repository.url, rootPath: `${place.path}/root.json` },
  });
  return { root, warnings };
}

const copy = (): string => `${place.path}/cache-${run}/retag/sigstore/mirror.json`;

test('is got by TUF and kept in the tool cache', async () => {
  expect(await fetchRoot()).toEqual({ root: ROOT, warnings: [] });
  expect(JSON.parse(place.read(`cache-${run}/retag/sigstore/mirror.json`))).toEqual(ROOT);
});

test('the last good copy counts when nobody answers, with a warning when it is old', async () => {
  await fetchRoot();
  repository.up = false;
  utimesSync(copy(), NOW / 1000, NOW / 1000);
  expect(await fetchRoot(NOW + 86_400_000)).toEqual({ root: ROOT, warnings: [] });
  const { root, warnings } = await fetchRoot(NOW + 30 * 86_400_000);
  expect(root).toEqual(ROOT);
  expect(warnings).toEqual([
    expect.stringMatching(/^the trusted root of Sigstore is 30 days old, as its repository does not answer/),
  ]);
});

test('without an answer and without a copy it is unknown, and the message says what to do', async () => {
  repository.up = false;
  await expect(fetchRoot()).rejects.toThrow(
    /cannot be read \(.*\), and there is no copy of it; let this job reach/,
  );
});

test('what another job wrote into the cache decides nothing while the repository answers', async () => {
  const other = await serveTuf({ targets: { 'trusted_root.json': { forged: true } } });
  const host = encodeURIComponent(new URL(repository.url).host);
  mkdirSync(join(place.path, `cache-${run}/retag/sigstore`, host), { recursive: true });
  place.file(`cache-${run}/retag/sigstore/${host}/root.json`, other.root);
  place.file(`cache-${run}/retag/sigstore/mirror.json`, '{"forged":true}');
  await other.close();
  expect((await fetchRoot()).root).toEqual(ROOT);
});
