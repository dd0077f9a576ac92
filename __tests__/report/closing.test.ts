import { describe, expect, test } from '@jest/globals';
import type { Request } from '../../src/request.js';
import { flow, flowRequest } from '../support/flow.js';
import { factsOf } from '../support/policies.js';

const IMAGES = 'images:\n  - { name: quay.io/o/a, src_build_tag: b, tag: "1" }\n';
const TAG = factsOf('refs/tags/v1.2.3');

async function closing(text: string | null, changes: Partial<Request>): Promise<string> {
  const done = await flow(flowRequest('plan', text, changes));
  expect(done.log.lines.at(-1)).toBe(done.closing);
  return done.closing;
}

describe('the end of validate', () => {
  const valid = (text: string | null, changes: Partial<Request> = {}) =>
    closing(text, { command: 'validate', ...changes });

  test('says what was found', async () => {
    expect(await valid(IMAGES)).toBe('The tag file is valid: 1 promotion, 0 builds and 0 rules.');
    const builds = 'policy: wmcore\nbuilds: [ { name: a }, { name: b } ]\n';
    expect(await valid(builds)).toMatch(/^The tag file is valid: 0 promotions, 2 builds and [2-9] rules\.$/);
  });

  test('of several files and of none', async () => {
    const { files } = flowRequest('validate', IMAGES);
    const two = [...files, { path: 'other.yaml', bytes: new Uint8Array() }];
    expect(await valid(null, { files: two })).toMatch(/^The 2 tag files are valid: 1 promotion,/);
    expect(await valid(null, { policy: 'calver' })).toMatch(/^The inputs are valid: 0 promotions,/);
  });

  test('is no plan', async () => {
    expect((await flow(flowRequest('validate', IMAGES))).log.lines.join('\n')).not.toMatch(
      /plan|nothing is/i,
    );
  });
});

describe('a run in which nothing is wanted', () => {
  test('on a git tag, because promotions are left alone there', async () => {
    expect(await closing(IMAGES, { facts: TAG })).toBe(
      'Nothing is wanted: on a git tag only builds count unless "only" says otherwise, and the tag file has none. ' +
        '"only: images" (--only images) looks at its 1 promotion.',
    );
  });

  test.each<[string, string, Partial<Request>]>([
    ['an empty file', '# nothing\n', { facts: TAG }],
    ['only builds, as somebody asked', IMAGES, { facts: TAG, only: 'builds' }],
    ['only builds without a ref', IMAGES, { only: 'builds' }],
    [
      'builds that a rule does not publish',
      `policy: k8s-topology-aware\nbuilds: [ { name: a } ]\n${IMAGES}`,
      { facts: TAG },
    ],
  ])('elsewhere: %s', async (_, text, changes) => {
    expect(await closing(text, changes)).toBe(
      'Nothing is wanted: no entry of the tag file applies to this run.',
    );
  });
});
