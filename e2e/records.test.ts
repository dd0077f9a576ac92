import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { workflow } from '../testing/sigstore/instance.js';
import { serveSigstore, type SigstoreServer } from '../testing/sigstore/server.js';
import { type Cosign, createCosign } from './support/cosign.js';
import {
  digestAt,
  makeImage,
  pushImage,
  type RealRegistry,
  runOk,
  startDockerRegistry282,
  startRegistryV3,
  startThird,
  wire,
} from './support/stack.js';
import { binary } from './support/binaries.js';
import { retagText } from './support/retag.js';

/** Records, as the real cosign judges them, on real registries. */
const PROMOTION = 'https://github.com/retag/retag/promotion/v1';
const image = makeImage({ seed: 'records' });

describe.each([
  ['docker-registry 2.8', startDockerRegistry282],
  ['distribution v3', startRegistryV3],
  ['olareg', startThird],
])('%s', (_name, start) => {
  let registry: RealRegistry;
  let cosign: Cosign;
  beforeAll(async () => {
    registry = await start();
    await pushImage(registry.base, 'team/app', image, ['src']);
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    cosign = createCosign('a password');
  });
  afterEach(() => cosign.remove());

  const entry = (to: string): string =>
    `images:\n  - { name: '${registry.host}/${to}', src_name: '${registry.host}/team/app', src_build_tag: src, tag: '1.0' }\n`;
  const apply = async (text: string, env: NodeJS.ProcessEnv): Promise<void> => {
    const file = cosign.file('image-tags.yaml', text);
    const run = await retagText(['apply', '--config', file, '--settle', '0'], env);
    expect(run).toMatchObject({ status: 0 });
  };
  const check = (name: string, ...how: string[]) =>
    cosign.run('verify-attestation', `--type=${PROMOTION}`, ...how, `${registry.host}/${name}:1.0`);
  const byKey = (publicKey: string): string[] => [
    `--key=${cosign.file('key.pub', publicKey)}`,
    '--insecure-ignore-tlog=true',
  ];

  test.each([
    ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })],
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' })],
    ['P-521', () => generateKeyPairSync('ec', { namedCurve: 'secp521r1' })],
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 3072 })],
    ['Ed25519', () => generateKeyPairSync('ed25519')],
  ])('cosign accepts a record by a key of the kind %s', async (kind, make) => {
    const { privateKey, publicKey } = make();
    const name = `${kind.toLowerCase()}/app`;
    const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await apply(`record: { key: env://KEY }\n${entry(name)}`, { KEY });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const verdict = await check(name, ...byKey(pem));
    expect(verdict).toMatchObject({ status: 0 });
    const [line = ''] = verdict.stdout.trim().split('\n');
    const { payload } = JSON.parse(line) as { payload: string };
    expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toMatchObject({
      predicateType: PROMOTION,
      subject: [{ digest: { sha256: image.root.digest.slice('sha256:'.length) } }],
      predicate: { tag: '1.0', kind: 'primary', source: `${registry.host}/team/app:src`, previous: null },
    });
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;
    const stranger = other.export({ type: 'spki', format: 'pem' }).toString();
    expect((await check(name, ...byKey(stranger))).status).not.toBe(0);
  });

  test('a key that cosign made and encrypted signs, with its password', async () => {
    await runOk(binary('cosign'), ['generate-key-pair'], {
      cwd: cosign.directory,
      env: { PATH: '/usr/bin:/bin', HOME: cosign.directory, COSIGN_PASSWORD: 'a password' },
    });
    const KEY = readFileSync(join(cosign.directory, 'cosign.key'), 'utf8');
    const text = `record: { key: env://KEY }\n${entry('cosign/app')}`;
    const file = cosign.file('image-tags.yaml', text);
    for (const [env, message] of [
      [{ KEY }, 'the key is encrypted, and COSIGN_PASSWORD is not set'],
      [{ KEY, COSIGN_PASSWORD: 'wrong' }, 'COSIGN_PASSWORD is not its password'],
    ] as const) {
      const run = await retagText(['apply', '--config', file], env);
      expect(run.status).toBe(2);
      expect(run.stderr.replace(/\s+/g, ' ')).toContain(message);
    }
    expect(await digestAt(registry.base, 'cosign/app', '1.0')).toBeNull();
    await apply(text, { KEY, COSIGN_PASSWORD: 'a password' });
    const publicKey = readFileSync(join(cosign.directory, 'cosign.pub'), 'utf8');
    expect(createPublicKey(publicKey).asymmetricKeyType).toBe('ec');
    expect(await check('cosign/app', ...byKey(publicKey))).toMatchObject({ status: 0 });
  });

  describe('keyless', () => {
    let sigstore: SigstoreServer;
    beforeAll(async () => {
      sigstore = await serveSigstore({ identity: workflow(), timestamps: true });
    });
    afterAll(() => sigstore.close());

    test('cosign accepts a record by the job, and no other workflow’s', async () => {
      cosign.file('root.json', sigstore.sigstore.trustedRoot);
      cosign.file('signing.json', sigstore.signingConfig);
      const file = cosign.file(
        'image-tags.yaml',
        `record: keyless\ntrusted_root: root.json\nsigning_config: signing.json\n${entry('job/app')}`,
      );
      const env = {
        ACTIONS_ID_TOKEN_REQUEST_URL: sigstore.job.url,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: sigstore.job.token,
      };
      const run = await retagText(
        ['apply', '--config', file, '--verbose', '--settle', '0'],
        env,
        cosign.directory,
      );
      expect(run).toMatchObject({ status: 0 });
      expect(run.stdout + run.stderr).not.toContain(sigstore.job.token);
      const how = (subject: string): string[] => [
        `--trusted-root=${join(cosign.directory, 'root.json')}`,
        `--certificate-identity=${subject}`,
        `--certificate-oidc-issuer=${sigstore.identity.claims['iss'] ?? ''}`,
      ];
      expect(await check('job/app', ...how(sigstore.identity.subject))).toMatchObject({ status: 0 });
      expect((await check('job/app', ...how(`${sigstore.identity.subject}s`))).status).not.toBe(0);
      const before = await wire('GET', `${registry.base}/v2/job/app/tags/list`);
      await retagText(['apply', '--config', file, '--settle', '0'], env, cosign.directory);
      const after = await wire('GET', `${registry.base}/v2/job/app/tags/list`);
      expect(after.body.toString()).toBe(before.body.toString());
    });
  });
});
