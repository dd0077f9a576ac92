/** A tag that is right but whose conditions are not met is not right; what is attached later is carried. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { cosign, referrer } from '../../testing/registry/images.js';
import { built, image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { flow, flowRequest, writesOf } from '../support/flow.js';

const COMMIT = 'dac417bd31ed36d455e94db4aabe5916367654d4';
const IMAGE = index([image({ labels: { 'org.opencontainers.image.revision': COMMIT } })]);
const SIGNATURE = cosign(IMAGE, 'sig');
let source: EmbeddedRegistry;
let target: EmbeddedRegistry;

/** The tag is right already, in the source's repository and in another registry. */
beforeEach(async () => {
  [source, target] = [await startRegistry(), await startRegistry()];
  seed(source, 'app', 'b', IMAGE);
  seed(source, 'app', '1', IMAGE);
  seed(target, 'app', '1', IMAGE);
});
afterEach(async () => {
  await source.close();
  await target.close();
});

const sign = (registry = source) => seed(registry, 'app', SIGNATURE.tag, SIGNATURE.image);
const here = (more = '') => `images: [ { name: ${source.host}/app, src_build_tag: b, tag: '1'${more} } ]`;
const there = (more = '') =>
  `images: [ { name: ${target.host}/app, src_name: ${source.host}/app, src_build_tag: b, tag: '1'${more} } ]`;

async function run(command: 'plan' | 'apply', file: string) {
  const { report, exitCode } = await flow(flowRequest(command, file));
  const [action] = report.actions;
  if (action === undefined) throw new Error('no action');
  return { ...action, exitCode, code: action.reason.code };
}

describe('seam 11: conditions hold for a tag that is right', () => {
  test.each([
    ['platforms', ', platforms: [ linux/s390x ]', 'platform-missing'],
    ['revision', `, src_ref: ${'f'.repeat(40)}`, 'revision-mismatch'],
    ['attachments', ', attachments: require', 'attachment-missing'],
  ])(
    'seam 11: %s, in one repository, from another registry, pinned, and with the source gone',
    async (_, more, code) => {
      const pin = `, src_digest: '${IMAGE.digest}'`;
      const files = [here(more), there(more), here(more + pin), there(more + pin)];
      // A digest that the file names cannot become another commit's: see the test below.
      for (const file of code === 'revision-mismatch' ? files.slice(0, 2) : files) {
        for (const command of ['plan', 'apply'] as const) {
          expect(await run(command, file)).toMatchObject({ action: 'refuse', code, exitCode: 1 });
        }
      }
      source.deleteTag('app', 'b');
      expect(await run('apply', there(more))).toMatchObject({ action: 'refuse', code, exitCode: 1 });
    },
  );

  test('seam 11: the commit of a pinned digest is read when its tag is written, and a right tag costs one request', async () => {
    const pinned = `, src_digest: '${IMAGE.digest}', src_ref: ${'f'.repeat(40)}`;
    expect(await run('apply', here(pinned))).toMatchObject({ action: 'keep', exitCode: 0 });
    expect(source.requests.map(({ method }) => method)).toEqual(['HEAD']);
    source.deleteTag('app', '1');
    expect(await run('apply', here(pinned))).toMatchObject({ action: 'refuse', code: 'revision-mismatch' });
  });

  test('seam 11: what is met is kept, and nothing is written', async () => {
    sign();
    const more = `, platforms: [ linux/amd64 ], src_ref: ${COMMIT}, attachments: require`;
    expect(await run('apply', here(more))).toMatchObject({ action: 'keep', exitCode: 0 });
    expect(writesOf(source.requests)).toEqual([]);
  });

  test('seam 11: an entry without conditions costs what it did: two HEAD requests, one with src_digest', async () => {
    await run('apply', here());
    expect(source.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
    await run('apply', there());
    expect([source.requests.length, target.requests.length]).toEqual([3, 1]);
    await run('apply', there(`, src_digest: '${IMAGE.digest}'`));
    expect([source.requests.length, target.requests.length]).toEqual([3, 2]);
  });
});

describe('seam 11: what is attached later', () => {
  test.each(['copy', 'require'])('seam 11: is carried by the next run: attachments: %s', async (mode) => {
    sign();
    seed(source, 'app', null, referrer(IMAGE));
    const file = there(`, attachments: ${mode}`);
    expect(await run('plan', file)).toMatchObject({ action: 'keep', exitCode: 0 });
    expect(writesOf(target.requests)).toEqual([]);
    const done = await run('apply', file);
    expect(done).toMatchObject({ action: 'keep', outcome: 'done', exitCode: 0 });
    expect(done.attachments).toEqual({ found: 2, carried: 2 });
    expect(target.manifest('app', SIGNATURE.tag)?.digest).toBe(SIGNATURE.image.digest);
    expect(target.manifest('app', referrer(IMAGE).digest)).toBeDefined();
    const written = writesOf(target.requests).length;
    expect(await run('apply', file)).toMatchObject({
      action: 'keep',
      outcome: 'skipped',
      attachments: { found: 2, carried: 2 },
    });
    expect(writesOf(target.requests)).toHaveLength(written);
  });

  test('seam 11: is carried for a pinned entry too', async () => {
    sign();
    const file = there(`, src_digest: '${IMAGE.digest}', attachments: copy`);
    expect(await run('apply', file)).toMatchObject({ action: 'keep', outcome: 'done' });
    expect(target.manifest('app', SIGNATURE.tag)).toBeDefined();
  });

  test('seam 11: a signature that only the destination has is enough', async () => {
    sign(target);
    expect(await run('apply', there(', attachments: require'))).toMatchObject({
      action: 'keep',
      exitCode: 0,
    });
  });

  test("seam 11: another signature at the destination is not overwritten, and 'require' says so", async () => {
    sign();
    const other = cosign(image({ labels: { other: 'yes' } }), 'sig').image;
    seed(target, 'app', SIGNATURE.tag, other);
    expect(await run('apply', there(', attachments: require'))).toMatchObject({
      outcome: 'failed',
      exitCode: 1,
    });
    expect(target.manifest('app', SIGNATURE.tag)?.digest).toBe(other.digest);
  });

  test.each(['copy', 'require'])(
    'seam 11: a signature that cosign appends at the source is carried, and none is dropped: attachments: %s',
    async (mode) => {
      sign();
      const file = there(`, attachments: ${mode}`);
      await run('apply', file);
      const document = JSON.parse(Buffer.from(SIGNATURE.image.bytes).toString()) as { layers: object[] };
      const signed = (...names: string[]) => {
        const more = names.map((name) => ({
          ...document.layers[0],
          annotations: { 'dev.cosignproject.cosign/signature': name },
        }));
        const layers = [...document.layers, ...more];
        const { mediaType, blobs } = SIGNATURE.image;
        return built({ ...document, layers }, mediaType, { blobs: [...blobs.values()] });
      };
      seed(source, 'app', SIGNATURE.tag, signed('second'));
      expect(await run('apply', file)).toMatchObject({ outcome: 'done', exitCode: 0 });
      expect(target.manifest('app', SIGNATURE.tag)?.digest).toBe(signed('second').digest);
      expect(await run('apply', file)).toMatchObject({ outcome: 'skipped', exitCode: 0 });
      seed(target, 'app', SIGNATURE.tag, signed('second', 'of the destination'));
      seed(source, 'app', SIGNATURE.tag, signed('second', 'third'));
      await run('apply', file);
      expect(target.manifest('app', SIGNATURE.tag)?.digest).toBe(
        signed('second', 'of the destination').digest,
      );
    },
  );

  test('seam 11: of two entries for one tag the one that asks for it gets it carried', async () => {
    sign();
    const entry = there().slice('images: [ '.length, -' ]'.length);
    const late = there(', attachments: copy').slice('images: [ '.length, -' ]'.length);
    expect(await run('apply', `images: [ ${entry}, ${late} ]`)).toMatchObject({
      action: 'keep',
      outcome: 'done',
      entry: 1,
      other_entries: [2],
    });
  });
});
