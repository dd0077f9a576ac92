import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { type ActionRun, EVENTS, type RunnerEvent, workspace } from '../__tests__/support/runner.js';
import { pushAll } from '../testing/registry/image.js';
import { cosignTag } from '../testing/sigstore/attach.js';
import { type Identity, workflow } from '../testing/sigstore/instance.js';
import { oidcToken, serveSigstore, type SigstoreServer } from '../testing/sigstore/server.js';
import { sign, simpleSigning, SLSA_PROVENANCE } from '../testing/sigstore/sign.js';
import { type Cosign, createCosign, keylessArguments, pemKeys } from './support/cosign.js';
import {
  digestAt,
  makeImage,
  pushImage,
  type RealRegistry,
  startDockerRegistry282,
  wire,
} from './support/stack.js';

/** One image on its way: built and attested by one workflow, promoted by another, which believes nobody else, and watched by a third. */
const REPOSITORY = 'dmwm/WMCore';
const RELEASE = workflow({ repository: REPOSITORY, file: 'release.yml' });
const PROMOTE = workflow({ repository: REPOSITORY, file: 'promote.yml' });
const PROMOTION = 'https://github.com/retag/retag/promotion/v1';

let registry: RealRegistry;
let sigstore: SigstoreServer;
let cosign: Cosign;
const work = workspace();
beforeAll(async () => {
  [registry, sigstore] = await Promise.all([
    startDockerRegistry282(),
    serveSigstore({ identity: PROMOTE, timestamps: true }),
  ]);
  cosign = createCosign();
});
afterAll(async () => {
  await Promise.all([registry.stop(), sigstore.close()]);
  cosign.remove();
  work.remove();
});

const run = (event: RunnerEvent, inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> =>
  work.action(
    event,
    { config: 'image-tags.yaml', ...inputs },
    {
      env: {
        PATH: process.env['PATH'],
        ACTIONS_ID_TOKEN_REQUEST_URL: sigstore.job.url,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: sigstore.job.token,
      },
    },
  );
const lookForDrift = async (): Promise<readonly { kind: string }[]> =>
  JSON.parse((await run(EVENTS.schedule, { command: 'plan' })).outputs['drift'] ?? '') as { kind: string }[];

test('attested by one workflow, promoted by another, verified with cosign, tampered with, and reported as drift', async () => {
  const image = makeImage({ seed: 'story' });
  const [from, to] = ['team/app', 'prod/app'].map((name) => `${registry.host}/${name}`) as [string, string];
  await pushImage(registry.base, 'team/app', image, ['build-1']);
  work.file('root.json', JSON.stringify(sigstore.sigstore.trustedRoot));
  work.file('signing.json', JSON.stringify(sigstore.signingConfig));
  work.file(
    'image-tags.yaml',
    `record: keyless
trusted_root: root.json
signing_config: signing.json
trust:
  - name: release
    images: [ '${from}' ]
    authorities:
      - github: { repository: ${REPOSITORY}, workflow: .github/workflows/release.yml }
images:
  - { name: '${to}', src_name: '${from}', src_build_tag: build-1, tag: '1.0' }
`,
  );

  // A throw-away key signs, as anybody can; BuildKit's own provenance is there already, and nobody signed it.
  const stranger = createPrivateKey(pemKeys().privateKey);
  const { tag, image: thrown } = cosignTag(image.root.digest, 'sig', [
    await sign(simpleSigning(image.root.digest, from), { key: stranger }),
  ]);
  await pushAll(registry.base, 'team/app', tag, thrown);
  const refused = await run(EVENTS.push);
  expect(refused.code).toBe(1);
  expect(refused.report?.actions[0]).toMatchObject({ action: 'refuse', reason: { code: 'untrusted' } });
  expect(await digestAt(registry.base, 'prod/app', '1.0')).toBeNull();

  // The workflow that built it attests where it is from.
  const predicate = cosign.file('provenance.json', {
    buildDefinition: {},
    runDetails: { builder: { id: RELEASE.subject } },
  });
  const attested = await cosign.run(
    'attest',
    `--type=${SLSA_PROVENANCE}`,
    `--predicate=${predicate}`,
    ...keylessArguments(cosign, sigstore, oidcToken(RELEASE)),
    `${from}@${image.root.digest}`,
  );
  expect(attested).toMatchObject({ status: 0 });
  const promoted = await run(EVENTS.push);
  expect(promoted).toMatchObject({ code: 0, report: { counts: { create: 1 } } });
  const verify = (type: string, who: Identity) =>
    cosign.run(
      'verify-attestation',
      `--type=${type}`,
      `--trusted-root=${join(cosign.directory, 'root.json')}`,
      `--certificate-identity=${who.subject}`,
      `--certificate-oidc-issuer=${who.claims['iss'] ?? ''}`,
      `${to}:1.0`,
    );
  expect(await verify(PROMOTION, PROMOTE)).toMatchObject({ status: 0 });
  expect(await verify(SLSA_PROVENANCE, RELEASE)).toMatchObject({ status: 0 });
  expect((await verify(PROMOTION, RELEASE)).status).not.toBe(0);
  expect(await lookForDrift()).toEqual([]);

  // Somebody with the password of the registry takes the record away.
  const fallback = `${registry.base}/v2/prod/app/manifests/${image.root.digest.replace(':', '-')}`;
  const index = 'application/vnd.oci.image.index.v1+json';
  const empty = JSON.stringify({ schemaVersion: 2, mediaType: index, manifests: [] });
  expect((await wire('PUT', fallback, { headers: { 'content-type': index }, body: empty })).status).toBe(201);
  expect(await lookForDrift()).toMatchObject([{ kind: 'record' }]);
  // The next apply writes it anew.
  expect((await run(EVENTS.push)).code).toBe(0);
  expect(await verify(PROMOTION, PROMOTE)).toMatchObject({ status: 0 });
  expect(await lookForDrift()).toEqual([]);

  // Or puts another image under the tag, of which there can be no record.
  await pushImage(registry.base, 'prod/app', makeImage({ seed: 'evil' }), ['1.0']);
  expect((await verify(PROMOTION, PROMOTE)).status).not.toBe(0);
  expect(await lookForDrift()).toMatchObject([{ kind: 'moved' }]);
  expect((await run(EVENTS.push)).code).toBe(1);
});
