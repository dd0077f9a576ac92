import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { readCiRun } from '../../src/ci/ci.js';
import { recorderOf } from '../../src/cli/recorder.js';
import { UserError } from '../../src/errors.js';
import type { Ports, Request } from '../../src/request.js';
import { image, index, seed } from '../../testing/registry/image.js';
import {
  DISTRIBUTION_2_8,
  SPEC,
  startRegistry,
  type EmbeddedRegistry,
} from '../../testing/registry/server.js';
import { attach, bundle, bundleReferrer } from '../../testing/sigstore/attach.js';
import { workflow } from '../../testing/sigstore/instance.js';
import { serveSigstore, type SigstoreServer } from '../../testing/sigstore/server.js';
import { sign, statement } from '../../testing/sigstore/sign.js';
import { testBuilder } from '../support/builder.js';
import { flow, flowRequest, type FlowResult, writesOf } from '../support/flow.js';
import { recordedLog } from '../support/memory-registry.js';
import { factsOf, TIME } from '../support/policies.js';

/** Records of whole runs on a registry over the wire, by a key and by the Sigstore of the tests. */
const PROMOTION = 'https://github.com/retag/retag/promotion/v1';
const COSIGN_SIGN = 'https://sigstore.dev/cosign/sign/v1';
const keys = generateKeyPairSync('ec', {
  namedCurve: 'prime256v1',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

let registry: EmbeddedRegistry;
let workspace: string;
beforeEach(async () => {
  registry = await startRegistry({ behaviour: SPEC });
  workspace = mkdtempSync(join(tmpdir(), 'retag-records-'));
});
afterEach(async () => {
  await registry.close();
  rmSync(workspace, { recursive: true });
});

const recorder =
  (env: NodeJS.ProcessEnv): Ports['recorder'] =>
  async (config, purpose) => {
    const { signal } = new AbortController();
    return recorderOf(
      config,
      { run: await readCiRun(env), env, workspace, log: recordedLog(), signal },
      purpose,
    );
  };
const withKey = { recorder: recorder({ KEY: keys.privateKey }) };

function put(repository: string, tag: string, content: string): ReturnType<typeof index> {
  const made = index(
    ['linux/amd64', 'linux/arm64'].map((platform) => image({ platform, layers: [{ files: { content } }] })),
    { attestations: true },
  );
  seed(registry, repository, tag, made);
  return made;
}

const tagFile = (tags: readonly string[], record = '{ key: env://KEY }'): string =>
  `record: ${record}\nimages:\n  - { name: '${registry.host}/prod/app', src_name: '${registry.host}/team/app', src_build_tag: src, tags: [${tags
    .map((tag) => `'${tag}'`)
    .join(', ')}] }\n`;

const apply = (
  text: string,
  parts: Partial<Ports> = withKey,
  changes: Partial<Request> = {},
): Promise<FlowResult> => flow(flowRequest('apply', text, changes), parts);

interface Stated {
  readonly predicateType: string;
  readonly subject: readonly { name?: string; digest: Record<string, string> }[];
  readonly predicate: Record<string, unknown>;
}

const ACCEPT = ['index', 'manifest'].map((kind) => `application/vnd.oci.image.${kind}.v1+json`).join(', ');

/** What is stated about a digest by everything that refers to it. */
async function statedOn(repository: string, digest: string): Promise<Stated[]> {
  const base = `${registry.url}/v2/${repository}`;
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${base}/${path}`, { headers: { accept: ACCEPT } });
    return answer.ok ? answer.json() : null;
  };
  const listed = ((await get(`referrers/${digest}`)) ??
    (await get(`manifests/${digest.replace(':', '-')}`)) ?? {
      manifests: [],
    }) as { manifests: { digest: string }[] };
  return Promise.all(
    listed.manifests.map(async (each) => {
      const manifest = (await get(`manifests/${each.digest}`)) as { layers: { digest: string }[] };
      const found = (await get(`blobs/${manifest.layers[0]?.digest ?? ''}`)) as {
        dsseEnvelope: { payload: string };
      };
      return JSON.parse(Buffer.from(found.dsseEnvelope.payload, 'base64').toString()) as Stated;
    }),
  );
}

const recordsOn = async (repository: string, digest: string): Promise<Stated[]> =>
  (await statedOn(repository, digest)).filter(({ predicateType }) => predicateType === PROMOTION);

describe('with a key', () => {
  test.each([
    ['the referrers API', SPEC],
    ['the fallback tag', DISTRIBUTION_2_8],
  ])('each tag has one record by %s; the next run writes nothing', async (_name, behaviour) => {
    await registry.close();
    registry = await startRegistry({ behaviour });
    const { digest } = put('team/app', 'src', 'one');
    expect((await apply(tagFile(['1.0', 'stable']))).exitCode).toBe(0);
    const records = await recordsOn('prod/app', digest);
    expect(records.map(({ predicate }) => predicate['tag']).sort()).toEqual(['1.0', 'stable']);
    expect(records[0]).toMatchObject({
      subject: [{ name: `${registry.host}/prod/app`, digest: { sha256: digest.slice(7) } }],
      predicate: {
        image: `${registry.host}/prod/app`,
        kind: 'primary',
        source: `${registry.host}/team/app:src`,
        previous: null,
        rule: null,
        entry: 'image-tags.yaml:3',
        tagFile: { path: 'image-tags.yaml' },
        run: { system: null },
        time: new Date(TIME).toISOString(),
      },
    });
    const from = registry.requests.length;
    expect((await apply(tagFile(['1.0', 'stable']))).exitCode).toBe(0);
    expect(writesOf(registry.requests.slice(from))).toEqual([]);
  });

  test('a tag that is right gets the record that it lacks, once', async () => {
    const { digest } = put('team/app', 'src', 'one');
    expect((await apply(tagFile(['1.0'], 'off'))).exitCode).toBe(0);
    expect(await recordsOn('prod/app', digest)).toEqual([]);
    expect((await apply(tagFile(['1.0']))).exitCode).toBe(0);
    const [record, ...more] = await recordsOn('prod/app', digest);
    expect(more).toEqual([]);
    // What the tag held before is not known any more, which is not the same as nothing.
    expect(record?.predicate).not.toHaveProperty('previous');
    const from = registry.requests.length;
    expect((await apply(tagFile(['1.0']))).exitCode).toBe(0);
    expect(writesOf(registry.requests.slice(from))).toEqual([]);
  });

  test('a moved tag has a record that names what it held', async () => {
    const before = put('team/app', 'src', 'one').digest;
    await apply(tagFile(['1.0']));
    const { digest } = put('team/app', 'src', 'two');
    const force = [`${registry.host}/prod/app:1.0`];
    expect((await apply(tagFile(['1.0']), withKey, { force })).exitCode).toBe(0);
    expect((await recordsOn('prod/app', digest)).map(({ predicate }) => predicate['previous'])).toEqual([
      before,
    ]);
    expect(await recordsOn('prod/app', before)).toHaveLength(1);
  });

  test('a record by another key, of another tag or about another image is none', async () => {
    const made = put('team/app', 'src', 'one');
    seed(registry, 'prod/app', '1.0', made);
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
    const own = createPrivateKey(keys.privateKey);
    const predicate = { image: `${registry.host}/prod/app`, tag: '1.0' };
    const subject = { mediaType: made.mediaType, digest: made.digest, size: made.bytes.length };
    const forged = [
      [statement(made.digest, PROMOTION, predicate), other],
      [statement(made.digest, PROMOTION, { ...predicate, tag: '1.1' }), own],
      [statement(made.digest, PROMOTION, { ...predicate, image: `${registry.host}/team/app` }), own],
      [statement(`sha256:${'0'.repeat(64)}`, PROMOTION, predicate), own],
    ] as const;
    for (const [content, key] of forged)
      await attach(registry.url, 'prod/app', bundleReferrer(subject, bundle(await sign(content, { key }))));
    expect((await apply(tagFile(['1.0']))).exitCode).toBe(0);
    expect(await recordsOn('prod/app', made.digest)).toHaveLength(forged.length + 1);
    await apply(tagFile(['1.0']));
    expect(await recordsOn('prod/app', made.digest)).toHaveLength(forged.length + 1);
  });

  test('a record is nothing that is attached, where the entry requires it', async () => {
    put('team/app', 'src', 'one');
    await apply(tagFile(['1.0']));
    const file = tagFile(['1.0'])
      .replace('/team/app', '/prod/app')
      .replace('src_build_tag: src', "src_build_tag: '1.0'");
    const required = file.replace("tags: ['1.0']", "tags: ['1.1'], attachments: require");
    const { report } = await apply(required);
    expect(report.actions[0]).toMatchObject({ outcome: 'failed' });
    expect(report.actions[0]?.error?.text).toContain('no signature, attestation or SBOM is attached');
    expect((await apply(required.replace('require', 'copy'))).exitCode).toBe(0);
  });

  test('a record that cannot be written is a failure that says that the tag is right', async () => {
    registry.faults.set([
      { match: { kind: 'start-upload' }, fault: { kind: 'status', status: 403 }, times: 'always' },
    ]);
    const mapped = tagFile(['1.0']).replace('team/app', 'prod/app');
    seed(registry, 'prod/app', 'src', index([image({ platform: 'linux/amd64' })]));
    const result = await apply(mapped);
    expect(result.exitCode).toBe(1);
    const [action] = result.report.actions;
    expect(action).toMatchObject({ outcome: 'failed' });
    expect(action?.error?.text).toMatch(
      /1\.0 is right \(sha256:[0-9a-f]{64}\), but its record cannot be written: .*403/,
    );
    registry.faults.set([]);
    expect((await apply(mapped)).exitCode).toBe(0);
  });

  test('without the key nothing is written, and the variable is named at its place', async () => {
    put('team/app', 'src', 'one');
    const run = apply(tagFile(['1.0']), { recorder: recorder({}) });
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(/image-tags\.yaml:1:\d+: the variable KEY is not set; set KEY to/);
    expect(writesOf(registry.requests)).toEqual([]);
  });

  test('a plan on a schedule reports tags without a record', async () => {
    put('team/app', 'src', 'one');
    await apply(tagFile(['1.0'], 'off'));
    const plan = (): Promise<FlowResult> =>
      flow(flowRequest('plan', tagFile(['1.0']), { drift: true }), withKey);
    expect((await plan()).report.drift).toMatchObject([
      { kind: 'record', tag: '1.0', text: expect.stringContaining('has no signed record') },
    ]);
    await apply(tagFile(['1.0']));
    expect((await plan()).report.drift).toEqual([]);
  });
});

describe('builds', () => {
  const file = (): string =>
    `record: { key: env://KEY }\npolicy: semver\nbuilds:\n  - { name: '${registry.host}/one', platforms: [linux/amd64, linux/arm64] }\n`;
  const release = (parts: Partial<Ports> = withKey, text = file()): Promise<FlowResult> =>
    flow(flowRequest('apply', text, { facts: factsOf('refs/tags/v2.3.4') }), {
      builder: () => testBuilder(() => registry),
      ...parts,
    });

  test('are signed before they are tagged, index and platforms; each tag has a record', async () => {
    const done = await release();
    expect(done.exitCode).toBe(0);
    const { digest } = registry.manifest('one', 'v2.3.4') as { digest: string };
    const stated = await statedOn('one', digest);
    const [signature, ...others] = stated.filter(({ predicateType }) => predicateType === COSIGN_SIGN);
    expect(others).toEqual([]);
    expect(signature?.subject).toHaveLength(3);
    for (const { digest: each } of signature?.subject ?? []) {
      expect(
        (await statedOn('one', `sha256:${each['sha256'] ?? ''}`)).map(({ predicateType }) => predicateType),
      ).toContain(COSIGN_SIGN);
    }
    const records = stated
      .filter(({ predicateType }) => predicateType === PROMOTION)
      .map(({ predicate }) => predicate);
    expect(records.map(({ tag }) => tag).sort()).toEqual(['2', '2.3', 'latest', 'v2.3.4']);
    expect(records.find(({ tag }) => tag === 'v2.3.4')).toMatchObject({
      rule: 'semver/final',
      entry: null,
      kind: 'primary',
      previous: null,
    });
    const first = registry.history.findIndex(({ tag }) => tag === 'v2.3.4');
    expect(first).toBeGreaterThanOrEqual(0);
    const from = registry.requests.length;
    expect((await release()).exitCode).toBe(0);
    expect(writesOf(registry.requests.slice(from))).toEqual([]);
  });

  test('a finished build that nobody signed gets no record: its label may be anybody’s', async () => {
    expect(
      (
        await release(
          { recorder: recorder({ KEY: keys.privateKey }) },
          file().replace('{ key: env://KEY }', 'off'),
        )
      ).exitCode,
    ).toBe(0);
    const done = await release();
    expect(done.log.warnings.join()).toMatch(/one:v2\.3\.4 gets no record: no run of Retag signed its image/);
    const { digest } = registry.manifest('one', 'v2.3.4') as { digest: string };
    expect(await statedOn('one', digest)).toEqual([]);
  });

  test('when the signature cannot be attached, nothing is tagged', async () => {
    registry.faults.set([
      { match: { kind: 'start-upload' }, fault: { kind: 'status', status: 403 }, times: 'always' },
    ]);
    expect((await release()).exitCode).toBe(1);
    expect(registry.history.filter(({ tag }) => /^v?\d/.test(tag))).toEqual([]);
  });
});

describe('keyless', () => {
  let sigstore: SigstoreServer;
  beforeEach(async () => {
    sigstore = await serveSigstore({ identity: workflow(), timestamps: true });
    writeFileSync(join(workspace, 'root.json'), JSON.stringify(sigstore.sigstore.trustedRoot));
    writeFileSync(join(workspace, 'signing.json'), JSON.stringify(sigstore.signingConfig));
  });
  afterEach(() => sigstore.close());
  const file = (tags: readonly string[]): string =>
    `trusted_root: root.json\nsigning_config: signing.json\n${tagFile(tags, 'keyless')}`;
  const job = (): NodeJS.ProcessEnv => ({
    ACTIONS_ID_TOKEN_REQUEST_URL: sigstore.job.url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: sigstore.job.token,
  });

  test('one certificate signs all records of a run; the next run asks for none and writes nothing', async () => {
    const { digest } = put('team/app', 'src', 'one');
    const run = (): Promise<FlowResult> => apply(file(['1.0', '1.1', '1.2']), { recorder: recorder(job()) });
    expect((await run()).exitCode).toBe(0);
    expect(await recordsOn('prod/app', digest)).toHaveLength(3);
    const asked = (path: string): number => sigstore.requests.filter((each) => each.endsWith(path)).length;
    expect([asked('signingCert'), asked('entries'), asked('timestamp')]).toEqual([1, 3, 3]);
    const from = registry.requests.length;
    // Another workflow of the repository, as when the tag file is applied by hand.
    sigstore.identity = workflow({ file: 'other.yml' });
    expect((await run()).exitCode).toBe(0);
    expect(writesOf(registry.requests.slice(from))).toEqual([]);
    expect(asked('signingCert')).toBe(1);
  });

  test('a record of another repository is none', async () => {
    const { digest } = put('team/app', 'src', 'one');
    sigstore.identity = workflow({ repository: 'stranger/app' });
    await apply(file(['1.0']), { recorder: recorder(job()) });
    sigstore.identity = workflow();
    await apply(file(['1.0']), { recorder: recorder(job()) });
    expect(await recordsOn('prod/app', digest)).toHaveLength(2);
  });

  test.each([
    ['/api/v2/signingCert', /Fulcio at 127/],
    ['/api/v1/log/entries', /Rekor at 127/],
    ['/api/v1/timestamp', /the time-stamp authority at 127/],
    ['/oidc', /the token service of GitHub Actions at 127/],
  ])('when %s refuses, the tags are right and the run fails', async (path, message) => {
    put('team/app', 'src', 'one');
    sigstore.refusals.set(path, 400);
    const parts = { recorder: recorder({ ...job(), GITHUB_REPOSITORY: 'example/app' }) };
    const done = apply(file(['1.0']), parts);
    if (path === '/oidc') return expect(done).rejects.toThrow(message);
    expect((await done).report.actions[0]?.error?.text).toMatch(message);
  });

  test('without a token nothing is written', async () => {
    put('team/app', 'src', 'one');
    await expect(apply(file(['1.0']), { recorder: recorder({}) })).rejects.toThrow(
      /needs the OIDC token of the job.*id-token: write/s,
    );
    expect(writesOf(registry.requests)).toEqual([]);
  });

  test('what the root does not prove is not attached', async () => {
    const { digest } = put('team/app', 'src', 'one');
    const other = await serveSigstore({ identity: workflow() });
    writeFileSync(join(workspace, 'root.json'), JSON.stringify(other.sigstore.trustedRoot));
    await other.close();
    const done = await apply(file(['1.0']), { recorder: recorder(job()) });
    expect(done.report.actions[0]?.error?.text).toMatch(
      /the trusted root does not prove what 127\.0\.0\.1:\d+ and its log gave/,
    );
    expect(await recordsOn('prod/app', digest)).toEqual([]);
  });
});
