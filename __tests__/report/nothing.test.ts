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

describe('a run in which nothing is wanted says why, and what would change it', () => {
  const BUILDS = 'policy: wmcore\nbuilds: [ { name: quay.io/o/a }, { name: quay.io/o/b } ]\n';
  const BRANCH = factsOf('refs/heads/main');

  test.each<[string, string | null, Partial<Request>, string]>([
    [
      'promotions on a git tag',
      IMAGES,
      { facts: TAG },
      'Nothing is wanted. 1 promotion (quay.io/o/a:1): on a git tag only builds count; "only: images" (--only images) looks at them.',
    ],
    [
      'promotions that somebody left out',
      IMAGES,
      { facts: TAG, only: 'builds' },
      'Nothing is wanted. 1 promotion (quay.io/o/a:1): "only: builds" leaves them out; "only: images" (--only images) looks at them.',
    ],
    [
      'builds without a ref',
      BUILDS,
      {},
      'Nothing is wanted. 2 builds (quay.io/o/a, quay.io/o/b): nothing says what to build, since there is no git ref. Give a branch or git tag with --ref.',
    ],
    [
      'and why there is none',
      BUILDS,
      { noRef: 'HEAD is detached' },
      'Nothing is wanted. 2 builds (quay.io/o/a, quay.io/o/b): nothing says what to build, since HEAD is detached. Give a branch or git tag with --ref.',
    ],
    [
      'a ref that no rule matches',
      BUILDS,
      { facts: BRANCH },
      'Nothing is wanted. 2 builds (quay.io/o/a, quay.io/o/b): refs/heads/main matches no rule of the policy. These would: git tag {major}.{minor}.{patch}, git tag {major}.{minor}.{patch}.{build}, git tag **.',
    ],
    [
      'builds that somebody left out',
      BUILDS,
      { facts: BRANCH, only: 'images' },
      'Nothing is wanted. 2 builds (quay.io/o/a, quay.io/o/b): "only: images" leaves them out.',
    ],
    [
      'builds that a rule does not publish',
      'policy: k8s-topology-aware\nbuilds: [ { name: a } ]\n',
      { facts: TAG },
      'Nothing is wanted. 1 build (a): refs/tags/v1.2.3 is a final, which is not published (publish: false).',
    ],
    [
      'an empty file',
      '# nothing\n',
      { facts: TAG },
      'Nothing is wanted: the tag file has neither builds nor images. Add one, see docs/tag-file.md.',
    ],
    ['no file', null, { policy: 'semver' }, 'Nothing is wanted: neither a tag file nor an image is named.'],
  ])('%s', async (_, text, changes, expected) => {
    expect(await closing(text, changes)).toBe(expected);
  });

  test('many names are counted', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `{ name: quay.io/o/i${i} }`).join(', ');
    expect(await closing(`policy: wmcore\nbuilds: [ ${names} ]\n`, {})).toContain(
      '12 builds (quay.io/o/i0, quay.io/o/i1, quay.io/o/i2, and 9 more): ',
    );
  });
});
