import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { image, index, seed } from '../../testing/registry/image.js';
import { parseDigests } from '../../src/builds/machines.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import type { Request } from '../../src/request.js';
import { buildOutputs } from '../../src/report/outputs.js';
import { testBuilder } from '../support/builder.js';
import { flow, flowRequest } from '../support/flow.js';
import { factsOf } from '../support/policies.js';

/** What a job for one platform reports is in the registry, and is what the job that joins needs. */
let registry: EmbeddedRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.close());

const PLATFORMS = ['linux/amd64', 'linux/arm64'];

function run(build: Partial<Request['build']>) {
  const names = ['one', 'two'].map((name) => `${registry.host}/${name}`);
  const builds = names.map((name) => `  - { name: '${name}', platforms: [${PLATFORMS.join(', ')}] }\n`);
  const request = flowRequest('apply', `policy: wmcore\nbuilds:\n${builds.join('')}`, {
    facts: factsOf('refs/tags/2.3.4'),
  });
  const parts = { builder: () => testBuilder(() => registry) };
  return flow({ ...request, build: { ...request.build, ...build } }, parts);
}

test('seam 14: the report of a job with a platform has digests that the job that joins can use', async () => {
  const documents: { name: string; text: string }[] = [];
  for (const platform of PLATFORMS) {
    const result = await run({ platform });
    expect(result).toMatchObject({ exitCode: 0, report: { counts: { build: 2 } } });
    const reported: Record<string, Record<string, string>> = {};
    for (const { action, image, digest, outcome } of result.report.actions) {
      expect([action, outcome]).toEqual(['build', 'done']);
      expect(registry.manifest(image.slice(image.indexOf('/') + 1), digest ?? '')).toBeDefined();
      reported[image] = { [platform]: digest ?? '' };
    }
    const text = JSON.stringify(reported);
    const settings = { source: null, defaults: {}, partial: true };
    expect(buildOutputs({ ...result, ...settings })['digests']).toBe(text);
    documents.push({ name: platform, text });
  }
  const joined = await run({ digests: parseDigests(documents) });
  expect(joined.exitCode).toBe(0);
  expect([registry.tags('one'), registry.tags('two')]).toEqual([
    ['2.3.4', '2.3.4-stable'],
    ['2.3.4', '2.3.4-stable'],
  ]);
});

test('seam 14: a job with a platform whose release is refused says so', async () => {
  for (const name of ['one', 'two']) for (const tag of registry.tags(name)) registry.deleteTag(name, tag);
  seed(
    registry,
    'one',
    '2.3.4',
    index([image({ labels: { 'org.opencontainers.image.revision': 'f'.repeat(40) } })]),
  );
  const { exitCode, report } = await run({ platform: 'linux/arm64' });
  expect(exitCode).toBe(1);
  expect(report.actions).toMatchObject([
    { action: 'refuse', tag: '2.3.4', outcome: 'skipped', reason: { code: 'revision-mismatch' } },
    { action: 'refuse', tag: '2.3.4', outcome: 'skipped' },
  ]);
});
