import { createPrivateKey } from 'node:crypto';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { image, pushAll } from '../testing/registry/image.js';
import { attach, bundle, type BundleVersion, bundleReferrer, cosignTag } from '../testing/sigstore/attach.js';
import { workflow } from '../testing/sigstore/instance.js';
import { oidcToken, serveSigstore, type SigstoreServer } from '../testing/sigstore/server.js';
import { serveTuf } from '../testing/sigstore/tuf.js';
import {
  COSIGN_SIGN,
  sign,
  type Signer,
  simpleSigning,
  SLSA_PROVENANCE,
  statement,
} from '../testing/sigstore/sign.js';
import { type Cosign, createCosign, keylessArguments, pemKeys } from './support/cosign.js';
import { type RealRegistry, startThird } from './support/stack.js';

/** The Sigstore of the tests, judged by the real cosign: if it takes nothing from it, the others say nothing about Retag. */
let registry: RealRegistry;
let server: SigstoreServer;
let cosign: Cosign;
const identity = workflow();
const keys = pemKeys();
const key = createPrivateKey(keys.privateKey);

beforeAll(async () => {
  [registry, server] = await Promise.all([startThird(), serveSigstore({ identity, timestamps: true })]);
  cosign = createCosign();
});
afterAll(async () => {
  await Promise.all([registry.stop(), server.close()]);
  cosign.remove();
});

const issuer = identity.claims['iss'] ?? '';
const keyless = (): string[] => [
  `--trusted-root=${cosign.file('root.json', server.sigstore.trustedRoot)}`,
  `--certificate-identity=${identity.subject}`,
  `--certificate-oidc-issuer=${issuer}`,
];
const keyed = (): string[] => [
  `--key=${cosign.file('key.pub', keys.publicKey)}`,
  '--insecure-ignore-tlog=true',
];

let count = 0;
/** An image that nothing was attached to yet. */
async function fresh(): Promise<{ name: string; of: ReturnType<typeof image> }> {
  const of = image({ labels: { count: String(++count) } });
  await pushAll(registry.base, 'team/app', 'latest', of);
  return { of, name: `${registry.host}/team/app@${of.digest}` };
}

test('cosign signs with it as a workflow, with log and time-stamp, and believes what it signed', async () => {
  const { name } = await fresh();
  const signing = await cosign.run('sign', ...keylessArguments(cosign, server, oidcToken(identity)), name);
  expect(signing).toMatchObject({ status: 0 });
  expect(server.requests).toEqual(
    expect.arrayContaining([
      'POST /api/v2/signingCert',
      'POST /api/v1/log/entries',
      'POST /api/v1/timestamp',
    ]),
  );
  expect(await cosign.run('verify', ...keyless(), name)).toMatchObject({ status: 0 });
  const other = keyless().with(1, `--certificate-identity=${identity.subject}x`);
  expect((await cosign.run('verify', ...other, name)).status).not.toBe(0);
});

test.each<[string, () => Signer, () => string[]]>([
  ['a key', () => ({ key }), keyed],
  ['a certificate and the log', () => ({ sigstore: server.sigstore, identity }), keyless],
])('cosign believes .sig and .att tags by %s', async (_name, signer, options) => {
  const { name, of } = await fresh();
  const signature = await sign(simpleSigning(of.digest, `${registry.host}/team/app`), signer());
  const attestation = await sign(statement(of.digest, SLSA_PROVENANCE), signer());
  for (const tagged of [
    cosignTag(of.digest, 'sig', [signature]),
    cosignTag(of.digest, 'att', [attestation]),
  ]) {
    await pushAll(registry.base, 'team/app', tagged.tag, tagged.image);
  }
  expect(await cosign.run('verify', ...options(), name)).toMatchObject({ status: 0 });
  const type = `--type=${SLSA_PROVENANCE}`;
  expect(await cosign.run('verify-attestation', type, ...options(), name)).toMatchObject({ status: 0 });
});

test.each<[string, () => Signer, () => string[]]>([
  ['the log', () => ({ sigstore: server.sigstore, identity }), keyless],
  ['log and time-stamp', () => ({ sigstore: server.sigstore, identity, time: 'both' }), keyless],
  ['a key', () => ({ key }), keyed],
])('cosign believes a bundle with %s', async (_name, signer, options) => {
  const { name, of } = await fresh();
  for (const predicate of [COSIGN_SIGN, SLSA_PROVENANCE]) {
    const signature = await sign(statement(of.digest, predicate), signer());
    const subject = { mediaType: of.mediaType, digest: of.digest, size: of.bytes.length };
    await attach(registry.base, 'team/app', bundleReferrer(subject, bundle(signature)));
  }
  expect(await cosign.run('verify', ...options(), name)).toMatchObject({ status: 0 });
  const type = `--type=${SLSA_PROVENANCE}`;
  expect(await cosign.run('verify-attestation', type, ...options(), name)).toMatchObject({ status: 0 });
});

/** cosign reads older ones from files alone, not from a registry. */
test.each<BundleVersion>(['0.1', '0.2'])(
  'cosign believes a bundle of version %s in a file',
  async (version) => {
    const of = image();
    const signer = { sigstore: server.sigstore, identity };
    const signature = await sign(statement(of.digest, SLSA_PROVENANCE), signer);
    const verdict = await cosign.run(
      'verify-blob-attestation',
      `--type=${SLSA_PROVENANCE}`,
      `--bundle=${cosign.file('bundle.json', bundle(signature, version))}`,
      `--digest=${of.digest.slice('sha256:'.length)}`,
      '--digestAlg=sha256',
      ...keyless(),
    );
    expect(verdict).toMatchObject({ status: 0, stderr: expect.stringContaining('Verified OK') });
  },
);

test('cosign gets the root from the TUF repository', async () => {
  const targets = {
    'trusted_root.json': server.sigstore.trustedRoot,
    'signing_config.v0.2.json': server.signingConfig,
  };
  const tuf = await serveTuf({ targets });
  try {
    const root = cosign.file('tuf-root.json', tuf.root);
    expect(await cosign.run('initialize', `--mirror=${tuf.url}`, `--root=${root}`)).toMatchObject({
      status: 0,
    });
    const { name, of } = await fresh();
    const signer = { sigstore: server.sigstore, identity };
    const tagged = cosignTag(of.digest, 'sig', [await sign(simpleSigning(of.digest, name), signer)]);
    await pushAll(registry.base, 'team/app', tagged.tag, tagged.image);
    expect(await cosign.run('verify', ...keyless().slice(1), name)).toMatchObject({ status: 0 });
  } finally {
    await tuf.close();
  }
});
