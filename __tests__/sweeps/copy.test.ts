import { describe, expect, test } from '@jest/globals';

import { cosign, referrer, referrersTag } from '../../testing/registry/images.js';
import { image, index, seed } from '../../testing/registry/image.js';
import {
  DISTRIBUTION_2_8,
  startRegistry,
  type EmbeddedRegistry,
  type Fault,
} from '../../testing/registry/server.js';
import { messageOf, OperationError } from '../../src/errors.js';
import { connected } from '../support/on-the-wire.js';

const FROM = 'team/app';
const TO = 'release/app';
const child = image();
const root = index([child, image({ platform: 'linux/arm64' })]);
const signature = cosign(root, 'sig');
const sbom = referrer(child);

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['reset before', { kind: 'reset', when: 'before' }],
  ['reset after', { kind: 'reset', when: 'after' }],
  ['502 after', { kind: 'status', status: 502, body: 'html', commit: true }],
  ['429', { kind: 'throttle', retryAfter: '0' }],
  ['400', { kind: 'status', status: 400, code: 'UNKNOWN' }],
  ['403', { kind: 'status', status: 403, code: 'DENIED' }],
  ['404', { kind: 'status', status: 404, body: 'html' }],
  ['404 over Accept', { kind: 'accept-404' }],
  ['200 HTML', { kind: 'status', status: 200, body: 'html' }],
  ['truncated', { kind: 'truncate', framing: 'length' }],
  ['corrupt', { kind: 'corrupt' }],
  ['wrong digest', { kind: 'headers', set: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } }],
  ['no digest', { kind: 'headers', set: { 'docker-content-digest': null } }],
];

interface Places {
  readonly source: EmbeddedRegistry;
  readonly target: EmbeddedRegistry;
}

async function places(near: boolean): Promise<Places> {
  const behaviour = near ? DISTRIBUTION_2_8 : {};
  const source = await startRegistry({ behaviour });
  const target = near ? source : await startRegistry({ behaviour });
  seed(source, FROM, 'v1', root);
  seed(source, FROM, signature.tag, signature.image);
  seed(source, FROM, null, sbom);
  if (near) seed(source, FROM, referrersTag(child.digest), index([sbom]));
  return { source, target };
}

/** One promotion as the flow does it. */
async function promote({ source, target }: Places): Promise<void> {
  const { registry } = connected();
  const from = { registry: source.host, repository: FROM };
  const to = { registry: target.host, repository: TO, tag: 'v1' };
  const found = await registry.head(to);
  if (found.state === 'unknown') throw found.error;
  const manifest = await registry.manifest({ ...from, tag: 'v1' });
  if (found.state === 'present' && found.digest === manifest.digest) return;
  await registry.copyImage({ ...from, digest: manifest.digest }, manifest, to, 'copy');
  const again = await registry.headFresh(to);
  if (again.state !== 'absent')
    throw again.state === 'unknown' ? again.error : new OperationError('mismatch', 'taken');
  await registry.put(to, manifest, null);
  const after = await registry.head(to);
  if (after.state === 'unknown') throw after.error;
  const read = after.state === 'present' ? after.digest : 'nothing';
  if (read !== manifest.digest) throw new OperationError('mismatch', `${to.registry}: reads back as ${read}`);
}

function isComplete(target: EmbeddedRegistry): boolean {
  return (
    root.children.every(
      ({ digest, blobs }) =>
        target.manifest(TO, digest) && blobs.every((blob) => target.hasBlob(TO, blob.digest)),
    ) &&
    target.manifest(TO, signature.tag)?.digest === signature.image.digest &&
    target.manifest(TO, sbom.digest) !== undefined
  );
}

/** How many requests a promotion without faults sends to each side. */
async function countOf(near: boolean, side: keyof Places): Promise<number> {
  const at = await places(near);
  try {
    await promote(at);
    return at[side].requests.length;
  } finally {
    await Promise.all([at.source.close(), at.target.close()]);
  }
}

describe.each([
  ['within a registry', true, 'target'],
  ['between registries, at the source', false, 'source'],
  ['between registries, at the target', false, 'target'],
] as const)('a single fault at any request, %s', (_name, near, side) => {
  test.each(FAULTS)(
    '%s: the tag is right and whole, or untouched with an error that says where; running again ends well',
    async (name, fault) => {
      const count = await countOf(near, side);
      expect(count).toBeGreaterThan(10);
      const broken: string[] = [];
      for (let nth = 1; nth <= count; nth++) {
        const at = await places(near);
        at[side].faults.set([{ match: {}, fault, nth }]);
        const error: unknown = await promote(at).then(
          () => null,
          (reason: unknown) => reason,
        );
        const what = at[side].requests.find(({ faults }) => faults.length > 0);
        const cell = `${name} at ${nth} (${what?.kind ?? 'not reached'})`;
        const tag = at.target.manifest(TO, 'v1')?.digest;
        const limit = 5 * count;
        if (error !== null && !(error instanceof OperationError)) broken.push(`${cell}: ${messageOf(error)}`);
        if (error instanceof OperationError && !error.message.includes(at[side].host))
          broken.push(`${cell}: nameless: ${error.message}`);
        if (tag !== undefined && tag !== root.digest) broken.push(`${cell}: the tag is wrong`);
        if (error === null && tag === undefined) broken.push(`${cell}: success without the tag`);
        if (tag !== undefined && !isComplete(at.target)) broken.push(`${cell}: the tag is not whole`);
        if (at[side].requests.length > limit) broken.push(`${cell}: ${at[side].requests.length} requests`);
        at[side].faults.set([]);
        await promote(at).catch((reason: unknown) => broken.push(`${cell}: not cured: ${String(reason)}`));
        if (at.target.manifest(TO, 'v1')?.digest !== root.digest)
          broken.push(`${cell}: not there in the end`);
        await Promise.all([at.source.close(), near ? null : at.target.close()]);
      }
      expect(broken).toEqual([]);
    },
  );
});
