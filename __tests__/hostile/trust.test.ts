import { expect, test } from '@jest/globals';
import { blob, built, descriptor, descriptorOf, OCI_MANIFEST } from '../../testing/registry/image.js';
import { DISTRIBUTION_2_8 } from '../../testing/registry/server.js';
import { EMPTY_BLOB } from '../../testing/registry/images.js';
import {
  addToFallback,
  bundle,
  bundleReferrer,
  BUNDLE_TYPES,
  cosignTag,
} from '../../testing/sigstore/attach.js';
import { createSigstore, workflow } from '../../testing/sigstore/instance.js';
import { COSIGN_SIGN, sign, simpleSigning, statement } from '../../testing/sigstore/sign.js';
import { connected, started } from '../support/on-the-wire.js';
import {
  KEY_KINDS,
  keyAuthority,
  keylessAuthority,
  place,
  REPOSITORY,
  ruleOf,
  twoPlatforms,
  verdictOf,
  whys,
} from '../support/trust.js';

const { whole } = twoPlatforms();
const { privateKey, publicKey } = KEY_KINDS['EC P-256']();
const rule = ruleOf([keyAuthority(publicKey)]);
const SUBJECT = 'https://github.com/example/app/.github/workflows/release.yml@refs/heads/main';

const world = async (behaviour = {}) => {
  const at = await started({ behaviour });
  place(at, 'v1', whole);
  return at;
};

/** A referrer with these bytes as its bundle. */
function referrerOf(content: object | string | Buffer, mediaType = BUNDLE_TYPES['0.3']) {
  const layer = blob(content);
  const { mediaType: type, digest, size } = descriptor(whole);
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: mediaType,
    config: descriptorOf(EMPTY_BLOB, 'application/vnd.oci.empty.v1+json'),
    layers: [descriptorOf(layer, mediaType)],
    subject: { mediaType: type, digest, size },
  };
  return built(document, OCI_MANIFEST, { blobs: [EMPTY_BLOB, layer], describe: { artifactType: mediaType } });
}

test('row 105: a valid signature among a thousand others is found, and of more than a thousand nothing is believed', async () => {
  const at = await world(DISTRIBUTION_2_8);
  const other = KEY_KINDS.Ed25519().privateKey;
  const wrong = await sign(simpleSigning(whole.digest, 'a'), { key: other });
  const right = await sign(simpleSigning(whole.digest, 'a'), { key: privateKey });
  const many = (count: number, ...more: (typeof right)[]) => {
    const layers = Array.from({ length: count }, (_, n) => ({
      ...wrong,
      content: simpleSigning(whole.digest, `example/app-${n}`),
    }));
    const { tag, image } = cosignTag(whole.digest, 'sig', [...layers, ...more]);
    place(at, tag, image);
  };
  many(999, right);
  const check = () => verdictOf(connected().registry, at, whole.digest, rule);
  expect(whys(await check())).toBe('');
  many(1000, right);
  await expect(check()).rejects.toThrow(
    /more than 1000 signatures or 64 MiB of them are attached; remove what nobody needs/,
  );
}, 60_000);

test('row 106: a list of referrers without end is an error, and nothing is believed', async () => {
  const at = await world(DISTRIBUTION_2_8);
  const strays = Array.from({ length: 1001 }, (_, n) => referrerOf({ n }));
  place(at, null, ...strays);
  await addToFallback(at.url, REPOSITORY, whole.digest, strays);
  await expect(verdictOf(connected().registry, at, whole.digest, rule)).rejects.toThrow(
    /more than 1000 things are attached/,
  );
});

test('row 107: content that is no bundle, or one of many parts, does not count and costs no time', async () => {
  const sigstore = await createSigstore();
  const good = bundle(await sign(statement(whole.digest, COSIGN_SIGN), { sigstore, identity: workflow() }));
  const material = good['verificationMaterial'] as { tlogEntries: object[] };
  const entries = Array.from({ length: 500 }, (_, n) => ({
    ...material.tlogEntries[0],
    logIndex: String(n),
  }));
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const rows: readonly (readonly [object | string | Buffer, RegExp])[] = [
    ['{', /no JSON object/],
    [deep, /no JSON object/],
    [Buffer.from([0xff, 0xfe, 0x7b]), /no JSON object/],
    [{}, /has no verification material/],
    [{ ...good, verificationMaterial: { ...material, tlogEntries: entries } }, /more than 8 log entries/],
    [{ ...good, verificationMaterial: { ...material, publicKey: { hint: 'a' } } }, /not exactly one signer/],
    [{ ...good, messageSignature: {} }, /not exactly one of an envelope and a message signature/],
    [
      { ...good, verificationMaterial: { ...material, certificate: { rawBytes: 'A'.repeat(100_000) } } },
      /more than 64 KiB/,
    ],
    [{ ...good, verificationMaterial: { ...material, certificate: { rawBytes: 'MIIB' } } }, /not proved/],
    [
      {
        ...good,
        dsseEnvelope: {
          payload: 'e30=',
          payloadType: 'application/vnd.in-toto+json',
          signatures: Array(17).fill({ sig: 'a' }),
        },
      },
      /17 signatures/,
    ],
    [
      { ...good, dsseEnvelope: { payload: 'e30=', payloadType: 'text/html', signatures: [{ sig: 'a' }] } },
      /payload is "text\/html"/,
    ],
    [
      {
        ...good,
        dsseEnvelope: {
          payload: 'e30=',
          payloadType: 'application/vnd.in-toto+json',
          signatures: [{ sig: 'a' }],
        },
      },
      /no in-toto statement/,
    ],
  ];
  const before = process.cpuUsage();
  for (const [content, why] of rows) {
    const at = await world();
    place(at, null, referrerOf(content));
    const verdict = await verdictOf(
      connected().registry,
      at,
      whole.digest,
      ruleOf([keylessAuthority(SUBJECT)]),
      sigstore.trustedRoot,
    );
    expect([verdict.holds, whys(verdict)]).toEqual([false, expect.stringMatching(why)]);
  }
  expect(process.cpuUsage(before).user).toBeLessThan(20_000_000);
});

test('row 108: what people may not attach counts for nothing: Notation, unsigned provenance, an index, text', async () => {
  const at = await world();
  for (const type of ['application/jose+json', 'application/vnd.in-toto+json', 'text/plain'])
    place(at, null, referrerOf({ type }, type));
  const verdict = await verdictOf(connected().registry, at, whole.digest, rule);
  expect(verdict.rules[0]?.candidates.map((each) => (each.counts ? '' : each.why)).sort()).toEqual([
    'a Notation signature, which Retag does not verify',
    'a statement without a signature',
    'its content is "text/plain", which holds no signature',
  ]);
});

test('row 109: a pattern of a signer is compared in linear time, and a stranger cannot choose it', async () => {
  const at = await world();
  const sigstore = await createSigstore();
  const identity = { ...workflow(), subject: `https://github.com/${'a'.repeat(20_000)}!` };
  const signature = await sign(statement(whole.digest, COSIGN_SIGN), { sigstore, identity });
  place(at, null, bundleReferrer(descriptor(whole), bundle(signature)));
  const pattern = `https://github.com/${'*a'.repeat(200)}`;
  const before = process.cpuUsage();
  const verdict = await verdictOf(
    connected().registry,
    at,
    whole.digest,
    ruleOf([keylessAuthority(pattern)]),
    sigstore.trustedRoot,
  );
  expect(verdict.holds).toBe(false);
  expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
});
