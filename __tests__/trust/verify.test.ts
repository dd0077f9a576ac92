import { describe, expect, test } from '@jest/globals';
import { attach, bundle, bundleReferrer, cosignTag } from '../../testing/sigstore/attach.js';
import { createSigstore, type Sigstore, workflow } from '../../testing/sigstore/instance.js';
import {
  COSIGN_SIGN,
  type Content,
  sign,
  type Signature,
  type Signer,
  simpleSigning,
  SLSA_PROVENANCE,
  statement,
} from '../../testing/sigstore/sign.js';
import { DISTRIBUTION_2_8, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { type BuiltImage, descriptor, image } from '../../testing/registry/image.js';
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

const { whole, children } = twoPlatforms();
const SUBJECT = 'https://github.com/example/app/.github/workflows/release.yml@refs/heads/main';
const { privateKey, publicKey } = KEY_KINDS['EC P-256']();
const KEY: Signer = { key: privateKey };

const sigstore: Sigstore = await createSigstore();
const keyless = (options: Parameters<typeof workflow>[0] = {}): Signer => ({
  sigstore,
  identity: workflow(options),
});

type Format = 'sig' | 'att' | '0.1' | '0.2' | '0.3';

/** What is signed in each form where a signature is asked for. */
const contentFor = (format: Format, digest: string): Content =>
  format === 'sig' ? simpleSigning(digest, 'example/app') : statement(digest, COSIGN_SIGN);

async function put(
  at: EmbeddedRegistry,
  format: Format,
  signature: Signature,
  to: BuiltImage,
): Promise<void> {
  if (format === 'sig' || format === 'att') {
    const { tag, image: manifest } = cosignTag(to.digest, format, [signature]);
    place(at, tag, manifest);
  } else await attach(at.url, REPOSITORY, bundleReferrer(descriptor(to), bundle(signature, format)));
}

async function world(behaviour = {}): Promise<EmbeddedRegistry> {
  const at = await started({ behaviour });
  place(at, 'v1', whole);
  return at;
}

const verdict = (at: EmbeddedRegistry, tagFile: string, digest = whole.digest) =>
  verdictOf(connected().registry, at, digest, tagFile, sigstore.trustedRoot);

describe.each([
  ['a registry with the referrers API', {}],
  ['docker-registry 2.8', DISTRIBUTION_2_8],
])('on %s', (_name, behaviour) => {
  test.each(['sig', '0.1', '0.2', '0.3'] as const)(
    'a keyless signature in the form %s holds',
    async (format) => {
      const at = await world(behaviour);
      await put(at, format, await sign(contentFor(format, whole.digest), keyless()), whole);
      const found = await verdict(at, ruleOf([keylessAuthority(SUBJECT)]));
      expect(whys(found)).toBe('');
      expect(found).toMatchObject({
        holds: true,
        rules: [
          {
            signers: [
              {
                identity: { subject: SUBJECT, issuer: 'https://token.actions.githubusercontent.com' },
                key: null,
                repository: 'example/app',
                commit: 'a'.repeat(40),
                workflow: 'example/app/.github/workflows/release.yml',
                ref: 'refs/heads/main',
              },
            ],
          },
        ],
      });
    },
  );

  test.each(['sig', '0.3'] as const)('a signature with a key in the form %s holds', async (format) => {
    const at = await world(behaviour);
    await put(at, format, await sign(contentFor(format, whole.digest), KEY), whole);
    expect(whys(await verdict(at, ruleOf([keyAuthority(publicKey)])))).toBe('');
  });

  test.each(['att', '0.1', '0.3'] as const)('an attestation in the form %s holds', async (format) => {
    const at = await world(behaviour);
    await put(at, format, await sign(statement(whole.digest, SLSA_PROVENANCE), keyless()), whole);
    const rule = ruleOf([
      keylessAuthority(SUBJECT, undefined, `, attestations: [ { predicateType: '${SLSA_PROVENANCE}' } ]`),
    ]);
    expect(whys(await verdict(at, rule))).toBe('');
    expect(whys(await verdict(at, ruleOf(['{ github: { repository: Example/App } }'])))).toBe('');
  });

  test('at most five requests are sent for a signature, wherever it is', async () => {
    for (const format of ['sig', '0.3'] as const) {
      const at = await world(behaviour);
      await put(at, format, await sign(contentFor(format, whole.digest), KEY), whole);
      const before = at.requests.length;
      expect(whys(await verdict(at, ruleOf([keyAuthority(publicKey)])))).toBe('');
      expect(at.requests.length - before).toBeLessThanOrEqual(5);
    }
  });

  test('nothing attached is told as that', async () => {
    const at = await world(behaviour);
    const found = await verdict(at, ruleOf([keyAuthority(publicKey)]));
    expect(found.holds).toBe(false);
    expect(whys(found)).toBe(`nothing that is signed is attached to ${whole.digest.slice(0, 19)}`);
  });
});

test.each(Object.entries(KEY_KINDS))('%s keys sign in all three forms', async (_kind, pair) => {
  const { privateKey: key, publicKey: trusted } = pair();
  for (const format of ['sig', '0.3'] as const) {
    const at = await world();
    await put(at, format, await sign(contentFor(format, whole.digest), { key }), whole);
    expect(whys(await verdict(at, ruleOf([keyAuthority(trusted)])))).toBe('');
    expect((await verdict(at, ruleOf([keyAuthority(publicKey)]))).holds).toBe(false);
  }
});

describe('what does not count', () => {
  type Refused = readonly [string, () => Promise<Signature>, string, RegExp, Format?];
  const signed = (format: Format, signer: Signer, digest = whole.digest): Promise<Signature> =>
    sign(contentFor(format, digest), signer);
  const rows: readonly Refused[] = [
    [
      'another key',
      () => signed('0.3', { key: KEY_KINDS['EC P-256']().privateKey }),
      keyAuthority(publicKey),
      /not signed with the key sha256:/,
    ],
    [
      'a subject short by a letter',
      () => signed('0.3', keyless()),
      keylessAuthority(SUBJECT.slice(0, -1)),
      /signed by https:.*@refs\/heads\/main/,
    ],
    [
      'a subject with a suffix',
      () => signed('0.3', keyless({ ref: 'refs/heads/main2' })),
      keylessAuthority(SUBJECT),
      /main2/,
    ],
    [
      'another issuer',
      () => signed('0.3', keyless({ issuer: 'https://issuer.example' })),
      keylessAuthority(SUBJECT),
      /\(https:\/\/issuer\.example\)/,
    ],
    [
      'another repository',
      () => signed('0.3', keyless({ repository: 'example/app2' })),
      keylessAuthority(SUBJECT),
      /example\/app2/,
    ],
    [
      'another digest',
      () => signed('0.3', KEY, children[0]?.digest),
      keyAuthority(publicKey),
      /it is about sha256:.*not about this image/,
    ],
    [
      'another digest, as .sig',
      () => signed('sig', KEY, children[0]?.digest),
      keyAuthority(publicKey),
      /not about this image/,
      'sig',
    ],
    [
      'a key where a certificate is asked for',
      () => signed('0.3', KEY),
      keylessAuthority(SUBJECT),
      /signed with a key/,
    ],
    [
      'a certificate where a key is asked for',
      () => signed('0.3', keyless()),
      keyAuthority(publicKey),
      /signed with a certificate/,
    ],
    [
      'an expired certificate',
      () => signed('0.3', { ...keyless(), later: 3600 }),
      keylessAuthority(SUBJECT),
      /not proved/,
    ],
    [
      'a certificate without the certificate log',
      () => signed('0.3', { ...keyless(), sct: false }),
      keylessAuthority(SUBJECT),
      /not proved: expected 1 SCTs, got 0/,
    ],
    [
      'no log entry',
      async () => ({ ...(await signed('0.3', keyless())), entry: null }),
      keylessAuthority(SUBJECT),
      /not proved: expected 1 timestamps/,
    ],
    [
      'an attestation where a signature is asked for',
      () => sign(statement(whole.digest, SLSA_PROVENANCE), KEY),
      keyAuthority(publicKey),
      /an attestation of type https:\/\/slsa.*asks for a signature/,
    ],
    [
      'a signature where an attestation is asked for',
      () => signed('0.3', KEY),
      keyAuthority(publicKey, ", attestations: [ { predicateType: 'https://x' } ]"),
      /a signature, and the rule asks for https:\/\/x/,
    ],
    [
      'another predicate type',
      () => sign(statement(whole.digest, SLSA_PROVENANCE), KEY),
      keyAuthority(publicKey, ", attestations: [ { predicateType: 'https://slsa.dev/provenance/v1.' } ]"),
      /asks for https:\/\/slsa\.dev\/provenance\/v1\./,
    ],
    [
      'a changed payload',
      async () => ({
        ...(await signed('0.3', KEY)),
        content: statement(whole.digest, COSIGN_SIGN, { a: 1 }),
      }),
      keyAuthority(publicKey),
      /not signed with the key/,
    ],
    [
      'a changed payload, keyless',
      async () => ({
        ...(await signed('0.3', keyless())),
        content: statement(whole.digest, COSIGN_SIGN, { a: 1 }),
      }),
      keylessAuthority(SUBJECT),
      /not proved/,
    ],
    [
      'a changed certificate',
      async () => ({
        ...(await signed('0.3', keyless())),
        certificates: (await signed('0.3', keyless())).certificates,
      }),
      keylessAuthority(SUBJECT),
      /not proved/,
    ],
  ];

  test.each(rows)('%s', async (_name, make, authority, why, format = '0.3') => {
    const at = await world();
    await put(at, format, await make(), whole);
    const found = await verdict(at, ruleOf([authority]));
    expect(found.holds).toBe(false);
    expect(whys(found)).toMatch(why);
  });

  test.each([
    ['{ github: { repository: example/app2 } }', /built from example\/app/],
    ['{ github: { repository: example/app, workflow: .github/workflows/other.yml } }', /signed by https:/],
    [
      '{ github: { repository: example/app, workflow: example/shared/.github/workflows/release.yml } }',
      /signed by https:/,
    ],
    ["{ github: { repository: example/app, ref: 'refs/tags/**' } }", /built for refs\/heads\/main/],
    [
      "{ github: { repository: example/app }, attestations: [ { predicateType: 'https://x' } ] }",
      /asks for https:\/\/x/,
    ],
  ])('GitHub: %s', async (authority, why) => {
    const at = await world();
    await put(at, '0.3', await sign(statement(whole.digest, SLSA_PROVENANCE), keyless()), whole);
    const found = await verdict(at, ruleOf([authority]));
    expect([found.holds, whys(found)]).toEqual([false, expect.stringMatching(why)]);
  });

  test('a referrer whose subject is another image, although the fallback tag lists it', async () => {
    const at = await world(DISTRIBUTION_2_8);
    const other = image({ labels: { a: 'b' } });
    place(at, 'other', other);
    const signature = await sign(contentFor('0.3', whole.digest), KEY);
    const stray = bundleReferrer(descriptor(other), bundle(signature));
    place(at, null, stray);
    const { addToFallback } = await import('../../testing/sigstore/attach.js');
    await addToFallback(at.url, REPOSITORY, whole.digest, [stray]);
    const found = await verdict(at, ruleOf([keyAuthority(publicKey)]));
    expect(whys(found)).toMatch(/refers to sha256:.*although it is listed for this one/);
  });
});

describe('several rules and authorities', () => {
  test('all rules must hold, one authority of each is enough', async () => {
    const at = await world();
    const other = KEY_KINDS['EC P-256']();
    await put(at, 'sig', await sign(contentFor('sig', whole.digest), KEY), whole);
    const two = (second: string): string =>
      `trust: [ { images: '**', authorities: [ ${keyAuthority(other.publicKey)}, ${keyAuthority(publicKey)} ] }, { images: '**', authorities: [ ${second} ] } ]\n`;
    expect((await verdict(at, two(keyAuthority(publicKey)))).holds).toBe(true);
    const found = await verdict(at, two(keyAuthority(other.publicKey)));
    expect(found.rules.map(({ holds }) => holds)).toEqual([true, false]);
    expect(found.holds).toBe(false);
  });

  test('every listed attestation must be there, of one authority', async () => {
    const at = await world();
    const types = ", attestations: [ { predicateType: 'https://a' }, { predicateType: 'https://b' } ]";
    await put(at, '0.3', await sign(statement(whole.digest, 'https://a'), KEY), whole);
    const rule = ruleOf([keyAuthority(publicKey, types)]);
    expect(whys(await verdict(at, rule))).toBe(
      `no attestation of type https://b is attached to ${whole.digest.slice(0, 19)}`,
    );
    await put(at, '0.3', await sign(statement(whole.digest, 'https://b'), KEY), whole);
    expect(whys(await verdict(at, rule))).toBe('');
  });
});

describe('platforms', () => {
  const rule = (more = ''): string => ruleOf([keyAuthority(publicKey)], more);

  test('each: the index alone, or every platform', async () => {
    const at = await world();
    const each = rule(', platforms: each');
    for (const child of children) {
      expect((await verdict(at, each)).holds).toBe(false);
      await put(at, '0.3', await sign(contentFor('0.3', child.digest), KEY), child);
    }
    expect(whys(await verdict(at, each))).toBe('');
    expect((await verdict(at, rule())).holds).toBe(false);
    const signed = await world();
    await put(signed, '0.3', await sign(contentFor('0.3', whole.digest), KEY), whole);
    expect(whys(await verdict(signed, each))).toBe('');
  });
});

test('a root without logs demands a time-stamp alone', async () => {
  const own = await createSigstore({ logs: false });
  const at = await world();
  const by = (time: 'timestamp' | 'log'): Signer => ({ sigstore: own, identity: workflow(), time });
  const check = () =>
    verdictOf(connected().registry, at, whole.digest, ruleOf([keylessAuthority(SUBJECT)]), own.trustedRoot);
  await put(at, '0.3', await sign(contentFor('0.3', whole.digest), by('log')), whole);
  expect(whys(await check())).toMatch(/expected 1 timestamps, got 0/);
  await put(at, '0.3', await sign(contentFor('0.3', whole.digest), by('timestamp')), whole);
  expect(whys(await check())).toBe('');
});

test('a message signature of the manifest is a signature', async () => {
  const at = await world();
  const content: Content = { kind: 'message', bytes: whole.bytes };
  await put(at, '0.3', await sign(content, KEY), whole);
  await put(at, '0.2', await sign(content, keyless()), whole);
  expect(whys(await verdict(at, ruleOf([keyAuthority(publicKey)])))).toBe('');
  expect(whys(await verdict(at, ruleOf([keylessAuthority(SUBJECT)])))).toBe('');
});
