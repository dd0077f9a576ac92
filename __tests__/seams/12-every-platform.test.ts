/** `src_ref` is compared with what every platform says, not with the first child alone. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { type BuiltImage, image, index, seed } from '../../src/embedded/images.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { flow, flowRequest } from '../support/flow.js';

const COMMIT = 'dac417bd31ed36d455e94db4aabe5916367654d4';
const OTHER = 'f'.repeat(40);
const REVISION = 'org.opencontainers.image.revision';
const of = (platform: string, revision?: string) =>
  image({ platform, ...(revision === undefined ? {} : { labels: { [REVISION]: revision } }) });

let registry: EmbeddedRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

async function promote(what: BuiltImage, right = false) {
  seed(registry, 'app', 'b', what);
  if (right) seed(registry, 'app', '1', what);
  const file = `images: [ { name: ${registry.host}/app, src_build_tag: b, tag: '1', src_ref: ${COMMIT} } ]`;
  const { report, exitCode } = await flow(flowRequest('apply', file));
  const [action] = report.actions;
  if (action === undefined) throw new Error('no action');
  return { ...action, exitCode };
}

const annotated = { annotations: { [REVISION]: COMMIT } };
const WRONG: [string, BuiltImage][] = [
  ['one platform of another commit', index([of('linux/amd64', COMMIT), of('linux/arm64', OTHER)])],
  ['behind an annotation', index([of('linux/amd64', COMMIT), of('linux/arm64', OTHER)], annotated)],
  ['in a nested index', index([of('linux/amd64', COMMIT), index([of('linux/arm64', OTHER)])])],
];

describe('seam 12: every platform counts', () => {
  test.each(WRONG)('seam 12: %s is refused and named', async (_, what) => {
    const done = await promote(what);
    expect(done).toMatchObject({ action: 'refuse', reason: { code: 'revision-mismatch' }, exitCode: 1 });
    expect(done.reason.text).toContain(`the image for linux/arm64 says that it is made from ${OTHER}`);
    expect(registry.tags('app')).toEqual(['b']);
  });

  test('seam 12: an annotation of another commit is refused too', async () => {
    const what = index([of('linux/amd64', COMMIT)], { annotations: { [REVISION]: OTHER } });
    expect(await promote(what)).toMatchObject({ action: 'refuse', reason: { code: 'revision-mismatch' } });
  });

  test('seam 12: all of this commit is a tag without a warning, short forms included', async () => {
    const what = index([of('linux/amd64', COMMIT), of('linux/arm64', COMMIT.slice(0, 12).toUpperCase())]);
    expect(await promote(what)).toMatchObject({ action: 'create', outcome: 'done', warnings: [] });
  });

  test('seam 12: a platform that does not say is a warning that names it', async () => {
    const done = await promote(index([of('linux/amd64', COMMIT), of('linux/arm64')]));
    expect(done).toMatchObject({ action: 'create', outcome: 'done' });
    expect(done.warnings.join()).toContain('the image for linux/arm64 has no');
  });

  test.each(WRONG)('seam 12: %s is refused where the tag is right already', async (_, what) => {
    expect(await promote(what, true)).toMatchObject({
      action: 'refuse',
      reason: { code: 'revision-mismatch' },
    });
  });
});
