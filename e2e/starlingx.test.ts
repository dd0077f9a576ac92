import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { retag, retagOk } from './support/retag.js';
import {
  binary,
  digestAt,
  dockerConfigWithBuildx,
  inParallel,
  makeImage,
  pushImage,
  recordingProxy,
  runOk,
  startDockerRegistry282,
  startRegistryV3,
  startThird,
  temporaryDirectory,
  wireOk,
  ACCEPT,
  type RealRegistry,
  type RecordingProxy,
  type TestImage,
} from './support/stack.js';
import { pushSources, readEntries, type Entry } from './support/tag-file.js';

const FILE = resolve('examples/starlingx/image-tags.yaml');
const WRITES = ['PUT', 'POST', 'PATCH', 'DELETE'];

/** StarlingX's tag file, unchanged, against each registry; the tests of one registry follow each other. */
describe.each([
  ['docker-registry 2.8', startDockerRegistry282],
  ['distribution v3', startRegistryV3],
  ['olareg', startThird],
])('promotions of StarlingX on %s', (_name, start) => {
  const entries = readEntries(FILE);
  const disputed = entries[3]!;
  const foreign = makeImage({ seed: 'pushed by somebody else' });
  const directory = temporaryDirectory('starlingx');
  let registry: RealRegistry;
  let proxy: RecordingProxy;
  let sources: Map<string, TestImage>;

  beforeAll(async () => {
    registry = await start();
    proxy = await recordingProxy(registry.base);
    sources = await pushSources(registry.base, entries);
  });
  afterAll(async () => {
    await proxy.stop();
    await registry.stop();
    directory.remove();
  });

  const command = (name: string, file = FILE): string[] => {
    proxy.reset();
    return [name, '--config', file, '--registry-map', `docker.io=${proxy.host}`];
  };
  const expected = (entry: Entry): TestImage => sources.get(`${entry.repository}:${entry.sourceTag}`)!;
  const digests = (): Promise<(string | null)[]> =>
    Promise.all(entries.map(({ repository, tag }) => digestAt(registry.base, repository, tag)));

  test('the tag file has 40 or more entries', () => {
    expect(entries.length).toBeGreaterThanOrEqual(40);
  });

  test('plan shows every tag as to be created and writes nothing', async () => {
    const { status, report } = await retag(command('plan'));
    expect(status).toBe(0);
    expect(new Set(report.actions.map(({ action }) => action))).toEqual(new Set(['create']));
    expect(new Set(report.actions.map(({ image, tag }) => `${image}:${tag}`))).toEqual(
      new Set(entries.map(({ repository, tag }) => `${proxy.host}/${repository}:${tag}`)),
    );
    expect(proxy.count(...WRITES)).toBe(0);
    expect((await digests()).filter((digest) => digest !== null)).toEqual([]);
    expect((await retag([...command('plan'), '--exit-code'])).status).toBe(3);
  });

  test('a changed destination is refused with both digests while all others are done', async () => {
    await pushImage(registry.base, disputed.repository, foreign, [disputed.tag]);
    const { status, report, stderr } = await retag(command('apply'));
    expect(status).toBe(1);
    const refused = report.actions.filter(({ action }) => action === 'refuse');
    expect(refused.map(({ tag, reason }) => [tag, reason.code])).toEqual([
      [disputed.tag, 'different-digest'],
    ]);
    const { text } = refused[0]!.reason;
    expect(text + stderr).toContain(foreign.root.digest);
    expect(text + stderr).toContain(expected(disputed).root.digest);
    expect(await digests()).toEqual(
      entries.map((entry) => (entry === disputed ? foreign : expected(entry)).root.digest),
    );
    // per created tag: look, source, look again, write, read back; and for src_ref manifest and configuration of both platforms
    expect(proxy.count()).toBeLessThanOrEqual(9 * entries.length);
    expect(proxy.count(...WRITES)).toBe(entries.length - 1);
  });

  test('forced by name the last one moves too, and the bytes are the source’s', async () => {
    const force = `docker.io/${disputed.repository}:${disputed.tag}`;
    const { status, report } = await retag([...command('apply'), '--force', force]);
    expect(report.counts).toMatchObject({ move: 1, refuse: 0, failed: 0 });
    expect(status).toBe(0);
    expect(proxy.count(...WRITES)).toBe(1);
    for (const entry of entries) {
      const url = `${registry.base}/v2/${entry.repository}/manifests/${entry.tag}`;
      const { body } = await wireOk('GET', url, { headers: { accept: ACCEPT } });
      expect(body.equals(expected(entry).root.bytes)).toBe(true);
    }
  });

  test('a second apply looks twice at each tag, reads the commit of each platform for src_ref, and writes nothing', async () => {
    const { status, report } = await retag(command('apply'));
    expect(status).toBe(0);
    expect(new Set(report.actions.map(({ action, reason }) => `${action} ${reason.code}`))).toEqual(
      new Set(['keep same-digest']),
    );
    expect(proxy.count(...WRITES)).toBe(0);
    expect(proxy.count('HEAD')).toBe(2 * entries.length);
    // the tag's index, and manifest and configuration of both platforms
    expect(proxy.count('GET')).toBeLessThanOrEqual(5 * entries.length);
  });

  test('with pinned digests a further apply looks once at each tag', async () => {
    const file = join(directory.path, 'image-tags.yaml');
    copyFileSync(FILE, file);
    await retagOk(command('pin', file));
    const { status } = await retag(command('apply', file));
    expect(status).toBe(0);
    expect(proxy.count(...WRITES)).toBe(0);
    expect(proxy.count()).toBeLessThanOrEqual(entries.length);
  });

  test('crane reads every tag, and every child of its index', async () => {
    await inParallel(entries, 4, async (entry) => {
      const name = `${registry.host}/${entry.repository}`;
      const { stdout } = await runOk(binary('crane'), ['digest', '--insecure', `${name}:${entry.tag}`]);
      expect(stdout.trim()).toBe(expected(entry).root.digest);
    });
    const entry = entries[0]!;
    for (const { digest, bytes } of expected(entry).children) {
      const name = `${registry.host}/${entry.repository}@${digest}`;
      expect((await runOk(binary('crane'), ['manifest', '--insecure', name])).stdout).toBe(bytes.toString());
    }
  });

  test('skopeo reads every tag, and copies a whole image out again', async () => {
    await inParallel(entries, 4, async (entry) => {
      const name = `docker://${registry.host}/${entry.repository}:${entry.tag}`;
      const { stdout } = await runOk(binary('skopeo'), ['inspect', '--raw', '--tls-verify=false', name]);
      expect(stdout).toBe(expected(entry).root.bytes.toString());
    });
    const { repository, tag } = entries[0]!;
    const source = `docker://${registry.host}/${repository}:${tag}`;
    const target = `dir:${join(directory.path, 'copied')}`;
    await runOk(binary('skopeo'), [
      'copy',
      '--all',
      '--insecure-policy',
      '--src-tls-verify=false',
      source,
      target,
    ]);
  });

  test('docker buildx imagetools inspect sees platforms and attestations of every tag', async () => {
    const { env } = dockerConfigWithBuildx(directory.path);
    await inParallel(entries, 4, async (entry) => {
      const name = `${registry.host}/${entry.repository}:${entry.tag}`;
      const args = ['buildx', 'imagetools', 'inspect', name];
      const { stdout } = await runOk(binary('docker'), args, { env });
      expect(stdout).toContain(expected(entry).root.digest);
      expect(stdout.match(/Platform: +linux\/(amd64|arm64)/g)).toHaveLength(2);
      expect(stdout.match(/attestation-manifest/g)).toHaveLength(2);
    });
  });
});
