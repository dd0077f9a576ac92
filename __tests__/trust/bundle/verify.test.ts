import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { descriptor } from '../../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../../testing/registry/server.js';
import { attach, bundle, bundleReferrer } from '../../../testing/sigstore/attach.js';
import { createSigstore, workflow } from '../../../testing/sigstore/instance.js';
import { COSIGN_SIGN, sign, type Signer, statement } from '../../../testing/sigstore/sign.js';
import { runBundle } from '../../support/child.js';
import { workspace, type Workspace } from '../../support/runner.js';
import {
  KEY_KINDS,
  keyAuthority,
  keylessAuthority,
  place as put,
  REPOSITORY,
  ruleOf,
  twoPlatforms,
} from '../../support/trust.js';

/** The files of dist/ that a process has loaded when it ends, on the last line of standard error. */
const SPY = `process.on('exit', () => console.error('loaded ' + Object.keys(require.cache).map((path) => path.split('/').pop()).filter((name) => name.endsWith('.cjs')).sort().join(' ')));`;

const SUBJECT = 'https://github.com/example/app/.github/workflows/release.yml@refs/heads/main';
const { whole } = twoPlatforms();
const { privateKey, publicKey } = KEY_KINDS['EC P-256']();
let place: Workspace;
let registry: EmbeddedRegistry;

beforeAll(() => {
  place = workspace();
  writeFileSync(join(place.path, 'spy.cjs'), SPY);
});
afterAll(() => place.remove());
afterEach(() => registry.close());

async function planned(signer: Signer, rule: string) {
  registry = await startRegistry();
  put(registry, 'build', whole);
  const signature = await sign(statement(whole.digest, COSIGN_SIGN), signer);
  await attach(registry.url, REPOSITORY, bundleReferrer(descriptor(whole), bundle(signature)));
  const name = `${registry.host}/${REPOSITORY}`;
  place.file('tags.yaml', `images: [ { name: ${name}, src_build_tag: build, tag: v1 } ]\n${rule}`);
  const env = { NODE_OPTIONS: `--require ${join(place.path, 'spy.cjs')}` };
  const done = await runBundle('cli', ['plan', '--config', 'tags.yaml'], { cwd: place.path, env });
  const loaded = /^loaded (.*)$/m
    .exec(done.stderr)?.[1]
    ?.split(' ')
    .filter((file) => file !== 'spy.cjs');
  return { ...done, loaded };
}

test('a certificate is proved by the file that is loaded then', async () => {
  const sigstore = await createSigstore();
  place.file('root.json', JSON.stringify(sigstore.trustedRoot));
  const done = await planned({ sigstore, identity: workflow() }, ruleOf([keylessAuthority(SUBJECT)]));
  expect(done.stdout).toContain('+ v1');
  expect(done.stdout.replace(/\s+/g, ' ')).toContain(
    'signed by example/app/.github/workflows/release.yml@refs/heads/main',
  );
  expect(done).toMatchObject({ code: 0, loaded: ['cli.cjs', 'retag.cjs', 'sigstore.cjs'] });
});

test('a key needs no further file, and neither does a tag file without rules', async () => {
  const keyed = await planned({ key: privateKey }, ruleOf([keyAuthority(publicKey)]));
  expect(keyed).toMatchObject({ code: 0, loaded: ['cli.cjs', 'retag.cjs'] });
  await registry.close();
  const none = await planned({ key: privateKey }, '');
  expect(none).toMatchObject({ code: 0, loaded: ['cli.cjs', 'retag.cjs'] });
});
