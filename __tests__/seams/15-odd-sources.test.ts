/** Sources that cannot be copied are refused in the plan; a plan that says "create" is one that apply carries out. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';

import { referrersTag } from '../../testing/registry/images.js';
import {
  built,
  type BuiltImage,
  descriptor,
  image,
  index,
  OCI_INDEX,
  OCI_MANIFEST,
  seed,
} from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import type { ReportAction } from '../../src/report/model.js';
import { flow, flowRequest, writesOf, type FlowResult } from '../support/flow.js';

const SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

const open: EmbeddedRegistry[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((registry) => registry.close()));
});

async function registryWith(what: BuiltImage): Promise<EmbeddedRegistry> {
  const registry = await startRegistry();
  open.push(registry);
  seed(registry, 'team/app', 'build', what);
  return registry;
}

function promote(
  registry: EmbeddedRegistry,
  command: 'plan' | 'apply',
  to = 'release/app',
  more = '',
): Promise<FlowResult> {
  const file = `images:\n  - name: ${registry.host}/${to}\n    src_name: ${registry.host}/team/app\n    src_build_tag: build\n    tag: "1.0"\n${more}`;
  return flow(flowRequest(command, file));
}

function only({ report }: FlowResult): ReportAction {
  expect(report.actions).toHaveLength(1);
  return report.actions[0]!;
}

async function refusedInThePlan(what: BuiltImage, text: RegExp): Promise<void> {
  const registry = await registryWith(what);
  for (const command of ['plan', 'apply'] as const) {
    const result = await promote(registry, command);
    expect(result.exitCode).toBe(1);
    const { action, reason } = only(result);
    expect({ action, code: reason.code }).toEqual({ action: 'refuse', code: 'unknown' });
    expect(reason.text).toMatch(/^the source cannot be used: /);
    expect(reason.text).toMatch(text);
  }
  expect(writesOf(registry.requests)).toEqual([]);
}

function nested(levels: number): BuiltImage {
  return levels === 1 ? image() : index([nested(levels - 1)]);
}

describe('levels of indexes', () => {
  test('seam 15: five levels of manifests are refused in the plan, which says the limit', async () => {
    await refusedInThePlan(
      nested(5),
      /indexes are nested more than 4 deep, and Retag copies at most 4 levels/,
    );
  });

  test('seam 15: four levels are planned and copied', async () => {
    const registry = await registryWith(nested(4));
    expect(only(await promote(registry, 'plan')).action).toBe('create');
    expect(await promote(registry, 'apply')).toMatchObject({ exitCode: 0 });
    expect(registry.manifest('release/app', '1.0')?.digest).toBe(nested(4).digest);
  });

  test('seam 15: an index that lists no index costs the plan no further request', async () => {
    const registry = await registryWith(index([image(), image({ platform: 'linux/arm64' })]));
    await promote(registry, 'plan');
    expect(registry.requests.filter(({ repository }) => repository === 'team/app')).toHaveLength(1);
  });

  test('seam 15: an index whose inner index is gone is no missing source', async () => {
    const inner = index([image()]);
    const outer = built(
      { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [descriptor(inner)] },
      OCI_INDEX,
    );
    await refusedInThePlan(outer, /the source is incomplete/);
  });
});

describe('schema 1', () => {
  const text = JSON.stringify({
    schemaVersion: 1,
    name: 'team/app',
    tag: 'build',
    fsLayers: [],
    history: [],
  });

  test.each([
    ['signed', SCHEMA1],
    ['plain', 'application/vnd.docker.distribution.manifest.v1+json'],
    ['from a registry that calls it JSON', 'application/json'],
  ])('seam 15: %s is refused in the plan as not supported', async (_name, mediaType) => {
    await refusedInThePlan(built(text, mediaType), /Docker schema 1 image.*does not support/);
  });

  test('seam 15: the digest of the signed payload, which is not that of the bytes, does not hide it', async () => {
    const registry = await registryWith(image());
    const set = { 'content-type': SCHEMA1, 'docker-content-digest': `sha256:${'5'.repeat(64)}` };
    registry.faults.set([
      {
        match: { repository: 'team/app', reference: 'build' },
        fault: { kind: 'status', status: 200, body: Buffer.from(text), headers: set },
        times: 'always',
      },
    ]);
    expect(only(await promote(registry, 'plan')).reason.text).toContain('Docker schema 1 image');
  });

  test('seam 15: as a child of an index it is refused in the plan', async () => {
    const child = built(text, SCHEMA1);
    const list = built({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [descriptor(child)] }, OCI_INDEX);
    await refusedInThePlan(list, /Docker schema 1 image/);
  });
});

describe('data within a descriptor', () => {
  const content = Buffer.from('{"architecture":"amd64"}');
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: content.length };

  function withData(data: unknown, more: object = {}): BuiltImage {
    const document = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { ...config, data, ...more },
      layers: [],
    };
    return built(document, OCI_MANIFEST, { blobs: [{ digest, bytes: content }] });
  }

  test.each<[string, BuiltImage]>([
    ['of other content', withData(Buffer.from('{"architecture":"arm64"}').toString('base64'))],
    ['with another size', withData(content.toString('base64'), { size: content.length + 1 })],
    ['that is cut off', withData(content.subarray(1).toString('base64'))],
    ['that is no base64', withData(`!${content.toString('base64')}`)],
    ['that is no text', withData({ a: 1 })],
    ['that is empty', withData('')],
  ])('seam 15: %s is refused in the plan', async (_name, what) => {
    await refusedInThePlan(what, /the "data" of "config" is not the content of sha256:/);
  });

  test('seam 15: in a descriptor of an index, too', async () => {
    const child = image();
    const manifests = [{ ...descriptor(child), data: Buffer.from('{}').toString('base64') }];
    const what = built({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX, {
      children: [child],
    });
    await refusedInThePlan(what, /the "data" of "manifests\[0\]" is not the content of sha256:/);
  });

  test.each([
    ['right', content.toString('base64')],
    ['null', null],
  ])('seam 15: %s data is copied', async (_name, data) => {
    const registry = await registryWith(withData(data));
    expect(await promote(registry, 'apply')).toMatchObject({ exitCode: 0 });
    expect(registry.manifest('release/app', '1.0')?.digest).toBe(withData(data).digest);
  });
});

describe('a fallback tag that is no index', () => {
  const odd: readonly [string, BuiltImage][] = [
    ['an image', image({ layers: [{ files: { odd: 'yes' } }] })],
    ['a Docker list', index([image()], { format: 'docker' })],
    ['an index that cannot be read', built('{"schemaVersion":2,"manifests":7}', OCI_INDEX)],
    ['an index that is an image as well', built('{"schemaVersion":2,"manifests":[],"layers":[]}', OCI_INDEX)],
  ];

  async function registryWithFallback(fallback: BuiltImage): Promise<EmbeddedRegistry> {
    const registry = await startRegistry({ behaviour: { referrers: false } });
    open.push(registry);
    seed(registry, 'team/app', 'build', image());
    registry.putManifest('team/app', referrersTag(image().digest), fallback);
    return registry;
  }

  // distribution-spec, "Unavailable Referrers API": clients assume that there are no referrers.
  test.each(odd)(
    'seam 15: %s lists nothing, and the image is copied with a warning',
    async (_name, fallback) => {
      const registry = await registryWithFallback(fallback);
      expect(only(await promote(registry, 'plan')).action).toBe('create');
      const { exitCode, log } = await promote(registry, 'apply');
      expect(exitCode).toBe(0);
      expect(log.warnings.join()).toContain('is no OCI index');
      expect(registry.manifest('release/app', '1.0')?.digest).toBe(image().digest);
      expect(registry.tags('release/app')).toEqual(['1.0']);
    },
  );

  test.each(odd)('seam 15: %s does not satisfy "require"', async (_name, fallback) => {
    const registry = await registryWithFallback(fallback);
    const { exitCode } = await promote(registry, 'apply', 'release/app', '    attachments: require\n');
    expect(exitCode).toBe(1);
    expect(registry.tags('release/app')).toEqual([]);
  });
});
