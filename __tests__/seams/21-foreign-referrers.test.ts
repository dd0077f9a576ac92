/** A referrer counts only if its own subject is what is promoted, whoever lists it. */
import { afterEach, describe, expect, test } from '@jest/globals';

import {
  artifact,
  cosign,
  EMPTY_BLOB,
  EMPTY_DESCRIPTOR,
  referrer,
  referrersTag,
} from '../../testing/registry/images.js';
import {
  blob,
  built,
  type BuiltImage,
  descriptor,
  image,
  index,
  OCI_INDEX,
  OCI_MANIFEST,
  seed,
} from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry, type RegistryOptions } from '../../testing/registry/server.js';
import type { CopyReport } from '../../src/ports.js';
import type { AttachmentMode } from '../../src/oci/manifest.js';
import { connected } from '../support/on-the-wire.js';
import { flow, flowRequest, writesOf } from '../support/flow.js';

const FROM = 'stranger/app';
const TO = 'release/app';
const child = image();
const root = index([child, image({ platform: 'linux/arm64' })]);
/** released long ago; nobody names it in this run */
const victim = image({ layers: [{ files: { released: 'yes' } }] });

const open: EmbeddedRegistry[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((registry) => registry.close()));
});

interface Places {
  readonly source: EmbeddedRegistry;
  readonly target: EmbeddedRegistry;
}

async function places(target: RegistryOptions = {}): Promise<Places> {
  const at = { source: await startRegistry(), target: await startRegistry(target) };
  open.push(at.source, at.target);
  seed(at.source, FROM, 'build', root);
  seed(at.target, TO, '1.0', victim);
  return at;
}

/** Makes the source list these as referrers of `subject`: over the API, or in the fallback tag. */
function list(
  source: EmbeddedRegistry,
  subject: BuiltImage,
  listed: readonly BuiltImage[],
  by: 'api' | 'tag',
): void {
  const manifests = listed.map((each) => descriptor(each));
  const index = built({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX);
  for (const each of listed) seed(source, FROM, null, each);
  const match = { kind: 'referrers', reference: subject.digest } as const;
  if (by === 'api') {
    const headers = { 'content-type': OCI_INDEX };
    const fault = { kind: 'status', status: 200, body: index.bytes, headers } as const;
    source.faults.set([{ match, fault, times: 'always' }]);
  } else {
    source.putManifest(FROM, referrersTag(subject.digest), index);
    const fault = { kind: 'status', status: 404 } as const;
    source.faults.set([{ match: { kind: 'referrers' }, fault, times: 'always' }]);
  }
}

async function transfer(
  at: Places,
  mode: AttachmentMode,
): Promise<CopyReport & { warnings: readonly string[] }> {
  const { registry, warnings } = connected();
  const from = { registry: at.source.host, repository: FROM, digest: root.digest };
  const to = { registry: at.target.host, repository: TO };
  return { ...(await registry.copyImage(from, await registry.manifest(from), to, mode)), warnings };
}

/** What the destination shows as attached to the image that nobody named. */
async function attachedToVictim({ target }: Places): Promise<unknown> {
  const answer = await fetch(`${target.url}/v2/${TO}/referrers/${victim.digest}`);
  if (answer.status === 404) return target.manifest(TO, referrersTag(victim.digest)) ?? [];
  return ((await answer.json()) as { manifests: unknown }).manifests;
}

describe.each(['api', 'tag'] as const)('listed by the %s', (by) => {
  test.each([
    ['an API', {}],
    ['no API', { behaviour: { referrers: false } }],
  ])('seam 21: a referrer of another image is not copied to a registry with %s', async (_name, target) => {
    const at = await places(target);
    const [mine, foreign] = [referrer(root), referrer(victim, 'application/x-forged', 'forged')];
    list(at.source, root, [foreign, mine], by);
    const report = await transfer(at, 'copy');
    expect(report).toMatchObject({ attachmentsFound: 1, attachmentsCarried: 1 });
    expect(at.target.manifest(TO, mine.digest)).toBeDefined();
    expect(at.target.manifest(TO, foreign.digest)).toBeUndefined();
    expect(await attachedToVictim(at)).toEqual([]);
    expect(report.warnings).toEqual([expect.stringContaining(foreign.digest)]);
  });

  test('seam 21: a referrer of a child counts where the child is asked for', async () => {
    const at = await places();
    list(at.source, child, [referrer(child)], by);
    expect(await transfer(at, 'copy')).toMatchObject({ attachmentsFound: 1, attachmentsCarried: 1 });
  });

  test.each([
    ['of another image', referrer(victim)],
    ['without a subject', artifact({ artifactType: 'application/spdx+json', content: 'an SBOM' })],
    ['that is the image itself', root],
  ])('seam 21: a listed thing %s does not satisfy "require"', async (_name, listed) => {
    const at = await places();
    list(at.source, root, [listed], by);
    await expect(transfer(at, 'require')).rejects.toMatchObject({ code: 'absent' });
    expect(writesOf(at.target.requests)).toEqual([]);
  });
});

test('seam 21: the attached of the attached must name it too', async () => {
  const at = await places();
  const sbom = referrer(root);
  seed(at.source, FROM, null, sbom);
  list(at.source, sbom, [referrer(victim)], 'api');
  expect(await transfer(at, 'copy')).toMatchObject({ attachmentsFound: 1 });
  expect(await attachedToVictim(at)).toEqual([]);
});

test('seam 21: a hundred strays are one warning', async () => {
  const at = await places();
  const strays = Array.from({ length: 100 }, (_, n) => referrer(victim, 'application/x-n', `${n}`));
  list(at.source, root, strays, 'api');
  const { warnings } = await transfer(at, 'copy');
  expect(warnings).toEqual([expect.stringContaining('and 99 more')]);
});

test.each(['sig', 'att', 'sbom'] as const)(
  'seam 21: a .%s tag whose manifest names another subject',
  async (kind) => {
    const at = await places();
    const { tag } = cosign(root, kind);
    const forged = artifact({
      artifactType: 'application/x-forged',
      content: kind,
      subject: descriptor(victim, false),
    });
    seed(at.source, FROM, tag, forged);
    const report = await transfer(at, 'copy');
    expect(report).toMatchObject({ attachmentsFound: 0 });
    expect(report.warnings).toEqual([expect.stringContaining(tag)]);
    expect(at.target.manifest(TO, tag)).toBeUndefined();
    expect(await attachedToVictim(at)).toEqual([]);
    await expect(transfer(at, 'require')).rejects.toMatchObject({ code: 'absent' });
  },
);

test('seam 21: a .sig tag whose manifest names the image itself is carried', async () => {
  const at = await places();
  const { tag } = cosign(root, 'sig');
  seed(at.source, FROM, tag, referrer(root));
  // Once by its tag, once as a referrer.
  expect(await transfer(at, 'copy')).toMatchObject({ attachmentsFound: 2, attachmentsCarried: 2 });
  expect(at.target.manifest(TO, tag)?.digest).toBe(referrer(root).digest);
});

/** An index about `subject`, one of whose parts says that it is attached to the victim. */
function trojan(subject?: BuiltImage): BuiltImage {
  const hidden = artifact({ artifactType: 'application/x-forged', subject: descriptor(victim, false) });
  return index([image({ platform: 'linux/s390x' }), hidden], subject === undefined ? {} : { subject });
}

test('seam 21: a referrer with a part that is attached elsewhere is left behind', async () => {
  const at = await places();
  seed(at.source, FROM, null, trojan(root));
  const report = await transfer(at, 'copy');
  expect(report).toMatchObject({ attachmentsFound: 1, attachmentsCarried: 0 });
  expect(report.warnings.join()).toContain(victim.digest);
  expect(await attachedToVictim(at)).toEqual([]);
});

test('seam 21: an image with a part that is attached elsewhere is refused before any write', async () => {
  const at = await places();
  seed(at.source, FROM, 'trojan', trojan());
  const file = `images:\n  - name: ${at.target.host}/${TO}\n    src_name: ${at.source.host}/${FROM}\n    src_build_tag: trojan\n    tag: "2.0"\n`;
  const { exitCode, report } = await flow(flowRequest('apply', file));
  expect(exitCode).toBe(1);
  expect(report.actions[0]?.error?.text).toContain(
    `is attached to ${victim.digest}, which is not part of the image`,
  );
  expect(writesOf(at.target.requests)).toEqual([]);
});

test("seam 21: BuildKit's attestations as artifacts are attached to a sibling, and are copied", async () => {
  const at = await places();
  const statement = blob('{}');
  const attestation = built(
    {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: EMPTY_DESCRIPTOR,
      layers: [],
      subject: descriptor(child, false),
    },
    OCI_MANIFEST,
    { blobs: [EMPTY_BLOB, statement] },
  );
  const whole = index([child, attestation]);
  seed(at.source, FROM, 'whole', whole);
  const file = `images:\n  - name: ${at.target.host}/${TO}\n    src_name: ${at.source.host}/${FROM}\n    src_build_tag: whole\n    tag: "2.0"\n`;
  expect(await flow(flowRequest('apply', file))).toMatchObject({ exitCode: 0 });
  expect(at.target.manifest(TO, '2.0')?.digest).toBe(whole.digest);
});

test('seam 21: within one repository, too, "require" is not satisfied by what is attached elsewhere', async () => {
  const at = await places();
  list(at.source, root, [referrer(victim)], 'tag');
  const { registry } = connected();
  const here = { registry: at.source.host, repository: FROM, digest: root.digest };
  await expect(
    registry.copyImage(here, await registry.manifest(here), here, 'require'),
  ).rejects.toMatchObject({
    code: 'absent',
  });
});

test('seam 21: within one repository "require" is not satisfied by what is listed and not there', async () => {
  const at = await places();
  const lost = referrer(root);
  const listing = built({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [descriptor(lost)] }, OCI_INDEX);
  list(at.source, child, [], 'tag');
  at.source.putManifest(FROM, referrersTag(root.digest), listing);
  const { registry } = connected();
  const here = { registry: at.source.host, repository: FROM, digest: root.digest };
  await expect(
    registry.copyImage(here, await registry.manifest(here), here, 'require'),
  ).rejects.toMatchObject({
    code: 'absent',
  });
});
