import { afterEach, expect, test } from '@jest/globals';
import { attach, bundle, bundleReferrer } from '../../testing/sigstore/attach.js';
import { createSigstore, workflow } from '../../testing/sigstore/instance.js';
import { COSIGN_SIGN, sign, statement } from '../../testing/sigstore/sign.js';
import { descriptor } from '../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../testing/registry/server.js';
import { retag } from '../support/command-line.js';
import { folder } from '../support/folder.js';
import { keylessAuthority, place, REPOSITORY, ruleOf, twoPlatforms } from '../support/trust.js';

const SUBJECT = 'https://github.com/example/app/.github/workflows/release.yml@refs/heads/main';
const { whole, children } = twoPlatforms();
const at = folder();
let registry: EmbeddedRegistry | undefined;

afterEach(() => registry?.close());

async function signed(subject = SUBJECT): Promise<string> {
  registry = await startRegistry();
  const sigstore = await createSigstore();
  place(registry, 'v1', whole);
  if (children[0]) place(registry, 'unsigned', children[0]);
  const signature = await sign(statement(whole.digest, COSIGN_SIGN), { sigstore, identity: workflow() });
  await attach(registry.url, REPOSITORY, bundleReferrer(descriptor(whole), bundle(signature)));
  at.file('root.json', JSON.stringify(sigstore.trustedRoot));
  at.file('tags.yaml', ruleOf([keylessAuthority(subject)], ', name: release'));
  return `${registry.host}/${REPOSITORY}`;
}

const verify = (...words: readonly string[]) => retag(['verify', '--config', 'tags.yaml', ...words], at.path);

test('says who signed an image, by tag and by digest', async () => {
  const name = await signed();
  const done = await verify(`${name}:v1`, `${name}@${whole.digest}`);
  expect([done.code, done.stderr]).toEqual([0, '']);
  expect(done.stdout).toContain(`= ${name}:v1 (${whole.digest.slice(0, 19)})`);
  expect(done.stdout.replace(/\s+/g, ' ')).toContain(
    'release: signed by example/app/.github/workflows/release.yml@refs/heads/main at aaaaaaaaaaaa',
  );
});

test('says why an image does not hold, and gives it as JSON', async () => {
  const name = await signed(`${SUBJECT}x`);
  const done = await verify('--json', `${name}:v1`, `${name}:unsigned`, `${name}:none`);
  expect(done.code).toBe(1);
  expect(JSON.parse(done.stdout)).toMatchObject({
    version: 1,
    images: [
      {
        image: `${name}:v1`,
        digest: whole.digest,
        holds: false,
        rules: [{ rule: 'release', candidates: [{ counts: false, why: expect.stringContaining(SUBJECT) }] }],
      },
      { holds: false, rules: [{ why: expect.stringContaining('nothing that is signed is attached') }] },
      { digest: null, holds: false, why: 'there is no such image', rules: [] },
    ],
  });
});

test('what no rule matches is not verified, and no rules are a mistake of the file', async () => {
  const name = await signed();
  at.file('tags.yaml', ruleOf([keylessAuthority(SUBJECT)]).replace("'**'", "'quay.io/**'"));
  expect(await verify(`${name}:v1`)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('no trust rule matches'),
  });
  at.file('tags.yaml', 'images: []\n');
  expect(await verify(`${name}:v1`)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('has no trust rules'),
  });
});

test.each([
  [[], 'no image is named'],
  [['ghcr.io/org/app@sha256:12'], '"sha256:12" is not a digest'],
])('%j is wrong usage', async (words, message) => {
  expect(await verify(...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
});
