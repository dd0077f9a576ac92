/** `src_ref` is compared with what every platform says, not with the first child alone. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { type BuiltImage, image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { flow, flowRequest } from '../support/flow.js';
import { factsOf, SHA } from '../support/policies.js';

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

describe('seam 12: a finished build', () => {
  const file = () =>
    'policy: { rules: [ { class: final, git_tag: "v{major}.{minor}.{patch}", tag: "{git_tag}", stable: true, channels: [latest] } ] }\n' +
    `builds: [ { name: ${registry.host}/app, platforms: [linux/amd64, linux/arm64] } ]`;

  async function rerun(finished: BuiltImage) {
    seed(registry, 'app', 'v1.0.0', finished);
    const { report, exitCode } = await flow(
      flowRequest('apply', file(), { facts: factsOf('refs/tags/v1.0.0') }),
    );
    return { exitCode, codes: report.actions.map(({ action, reason }) => `${action} ${reason.code}`) };
  }

  const said = { annotations: { [REVISION]: SHA } };
  test.each<[string, BuiltImage]>([
    ['one platform of another commit', index([of('linux/amd64', SHA), of('linux/arm64', OTHER)])],
    ['an annotation against labels', index([of('linux/amd64', OTHER), of('linux/arm64', OTHER)], said)],
    ['one platform that does not say', index([of('linux/amd64', SHA), of('linux/arm64')])],
  ])('seam 12: is not %s', async (_, finished) => {
    const { codes, exitCode } = await rerun(finished);
    expect(exitCode).toBe(1);
    expect(new Set(codes)).toEqual(new Set(['refuse revision-mismatch']));
    expect(registry.tags('app')).toEqual(['v1.0.0']);
  });

  test('seam 12: that lacks a platform of the release gets neither stable tag nor channel', async () => {
    const old = index([of('linux/amd64', OTHER), of('linux/arm64', OTHER)]);
    seed(registry, 'app', 'latest', old);
    const { codes, exitCode } = await rerun(of('linux/amd64', SHA));
    expect(exitCode).toBe(1);
    expect(codes).toEqual(['keep same-digest', 'refuse platform-missing', 'refuse platform-missing']);
    expect(registry.manifest('app', 'latest')?.digest).toBe(old.digest);
    expect([...registry.tags('app')].sort()).toEqual(['latest', 'v1.0.0']);
  });

  test.each<[string, BuiltImage]>([
    ['by every label', index([of('linux/amd64', SHA), of('linux/arm64', SHA)])],
    [
      'by the annotation of an index whose images say nothing',
      index([of('linux/amd64'), of('linux/arm64')], said),
    ],
  ])('seam 12: of this commit %s gets its tags', async (_, finished) => {
    expect(await rerun(finished)).toEqual({
      exitCode: 0,
      codes: ['keep same-digest', 'create absent', 'create absent'],
    });
  });
});
