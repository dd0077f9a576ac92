import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from '@jest/globals';

import {
  binary,
  digestAt,
  makeImage,
  pushImage,
  recordingProxy,
  runOk,
  startBuildkit,
  startDockerRegistry282,
  startRegistryV3,
  startThird,
  temporaryDirectory,
  wire,
  type RealRegistry,
  type Running,
} from './support/stack.js';

/** The parts themselves: if one of these fails, the others say nothing about Retag. */
const running: Running[] = [];
const keep = <T extends Running>(part: T): T => {
  running.push(part);
  return part;
};
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

const basicHeader = (registry: RealRegistry): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${registry.writer!.name}:${registry.writer!.password}`).toString('base64')}`,
});

describe.each([
  ['docker-registry 2.8', startDockerRegistry282],
  ['distribution v3', startRegistryV3],
  ['olareg', startThird],
])('%s', (_name, start) => {
  test('keeps a pushed index byte for byte', async () => {
    const registry = keep(await start());
    const image = makeImage({ seed: 'a' });
    await pushImage(registry.base, 'team/app', image, ['1.0']);
    expect(await digestAt(registry.base, 'team/app', '1.0')).toBe(image.root.digest);
    expect(await digestAt(registry.base, 'team/app', '1.1')).toBeNull();
  });

  test('speaks TLS with a certificate of the test authority', async () => {
    const registry = keep(await start({ tls: true }));
    const ca = readFileSync(registry.caFile!, 'utf8');
    expect((await wire('GET', `${registry.base}/v2/`, { ca })).status).toBe(200);
    await expect(wire('GET', `${registry.base}/v2/`)).rejects.toThrow(/certificate/);
  });
});

describe.each([
  ['docker-registry 2.8', startDockerRegistry282],
  ['distribution v3', startRegistryV3],
])('%s with authentication', (_name, start) => {
  test('basic: wants the password', async () => {
    const registry = keep(await start({ auth: 'basic' }));
    expect((await wire('GET', `${registry.base}/v2/`)).status).toBe(401);
    const headers = basicHeader(registry);
    expect((await wire('GET', `${registry.base}/v2/`, { headers })).status).toBe(200);
  });

  test('token: grants what the user may do and no more', async () => {
    const registry = keep(await start({ auth: 'token' }));
    const { realm, service, requests } = registry.tokens!;
    const challenge = (await wire('GET', `${registry.base}/v2/`)).headers['www-authenticate'];
    expect(challenge).toContain(realm);
    const upload = async (headers: Record<string, string>): Promise<number> => {
      const scope = 'repository:team/app:pull,push';
      const answer = await wire('GET', `${realm}?service=${service}&scope=${scope}`, { headers });
      const { token } = JSON.parse(answer.body.toString()) as { token: string };
      const bearer = { authorization: `Bearer ${token}` };
      const url = `${registry.base}/v2/team/app/blobs/uploads/`;
      return (await wire('POST', url, { headers: bearer, body: '' })).status;
    };
    expect(await upload(basicHeader(registry))).toBe(202);
    expect(await upload({})).toBe(401);
    expect(requests.map(({ user }) => user)).toEqual(['writer', '']);
  });
});

test('olareg has the referrers API, the two others have not', async () => {
  const statuses: number[] = [];
  for (const start of [startThird, startDockerRegistry282, startRegistryV3]) {
    const registry = keep(await start());
    const image = makeImage({ seed: 'a' });
    await pushImage(registry.base, 'team/app', image, ['1.0']);
    statuses.push((await wire('GET', `${registry.base}/v2/team/app/referrers/${image.root.digest}`)).status);
  }
  expect(statuses).toEqual([200, 404, 404]);
});

test('the proxy counts by method and leads a whole push through itself', async () => {
  const registry = keep(await startRegistryV3());
  const proxy = keep(await recordingProxy(registry.base));
  const image = makeImage({ seed: 'a', platforms: ['linux/amd64'], attestations: false });
  await pushImage(proxy.base, 'team/app', image, ['1.0']);
  expect(proxy.count('POST')).toBe(2);
  expect(proxy.count('PUT')).toBe(4);
  expect(proxy.count()).toBe(6);
  expect(await digestAt(registry.base, 'team/app', '1.0')).toBe(image.root.digest);
});

test('the proxy adds its delay to each request', async () => {
  const registry = keep(await startRegistryV3());
  const proxy = keep(await recordingProxy(registry.base, { delay: 40 }));
  const started = performance.now();
  await wire('GET', `${proxy.base}/v2/`);
  expect(performance.now() - started).toBeGreaterThanOrEqual(39);
});

test('buildx builds four platforms by digest with provenance', async () => {
  const registry = keep(await startRegistryV3());
  const buildkit = keep(await startBuildkit([registry.host]));
  const context = temporaryDirectory('context');
  keep({
    stop: () => {
      context.remove();
      return Promise.resolve();
    },
  });
  writeFileSync(join(context.path, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
  const metadata = join(context.path, 'metadata.json');
  const output = `type=image,name=${registry.host}/team/built,push-by-digest=true,name-canonical=true,push=true`;
  await runOk(
    binary('docker'),
    [
      'buildx',
      'build',
      '--builder',
      buildkit.builder,
      '--metadata-file',
      metadata,
      '--output',
      output,
    ].concat(
      ['--platform', 'linux/amd64,linux/arm64,linux/s390x,linux/ppc64le', '--provenance', 'mode=max'],
      context.path,
    ),
    { env: buildkit.env },
  );
  const built = JSON.parse(readFileSync(metadata, 'utf8')) as Record<string, string>;
  const digest = built['containerimage.digest']!;
  expect(await digestAt(registry.base, 'team/built', digest)).toBe(digest);
  const tags = await wire('GET', `${registry.base}/v2/team/built/tags/list`);
  expect(tags.body.toString()).not.toContain('"tags":[');
});
