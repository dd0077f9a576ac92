import { describe, expect, test } from '@jest/globals';

import { UserError } from '../src/errors.js';
import { load } from '../src/load.js';
import { promotionRequest, type Request } from '../src/request.js';

function request(text: string, changes: Partial<Request> = {}): Request {
  const files = [{ path: 'tags.yaml', bytes: new TextEncoder().encode(text) }];
  return { ...promotionRequest('plan', files), ...changes };
}

function problemsOf(given: Request): string {
  try {
    load(given);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return '';
}

const REF = { kind: 'branch', name: 'main' } as Request['facts'];
const TAG = { kind: 'tag', name: '1.2.3' } as Request['facts'];
const IMAGES = 'images:\n  - { name: quay.io/o/a, src_build_tag: b, tag: "1" }\n';
const BUILDS = 'builds:\n  - { name: quay.io/o/a, platforms: [linux/amd64] }\n';

describe('which part of the tag file counts', () => {
  test.each([
    ['without a ref: promotions', {}, { builds: false, images: true }],
    ['without a ref, only builds: nothing', { only: 'builds' }, { builds: false, images: false }],
    ['a branch: both', { facts: REF }, { builds: true, images: true }],
    ['a git tag: builds', { facts: TAG }, { builds: true, images: false }],
    ['a git tag, only images', { facts: TAG, only: 'images' }, { builds: false, images: true }],
    ['a branch, only builds', { facts: REF, only: 'builds' }, { builds: true, images: false }],
    [
      'a branch, every image of the input switched off',
      { facts: REF, imagesDisabled: true },
      { builds: false, images: true },
    ],
    ['a git tag, the same', { facts: TAG, imagesDisabled: true }, { builds: false, images: false }],
    ['validate: both', { command: 'validate' }, { builds: true, images: true }],
  ] as [string, Partial<Request>, object][])('%s', (_, changes, scope) => {
    expect(load(request(`policy: semver\n${IMAGES}`, changes)).scope).toEqual(scope);
  });

  test('promotions outside the scope are not wanted', () => {
    expect(load(request(`policy: semver\n${IMAGES}`, { facts: TAG })).images).toHaveLength(0);
    expect(load(request(IMAGES)).images).toHaveLength(1);
  });
});

describe('what is wrong before anybody is asked', () => {
  test('builds without a policy, at their line', () => {
    expect(problemsOf(request(BUILDS, { facts: REF }))).toMatch(
      /^tags\.yaml:2:\d+: there are builds, but no policy/,
    );
    expect(problemsOf(request(BUILDS))).toBe('');
  });

  test('a policy in the tag file and one in the inputs', () => {
    expect(problemsOf(request(`policy: semver\n${IMAGES}`, { policy: 'wmcore' }))).toContain(
      'are both given',
    );
  });

  test('all of them at once', () => {
    const long = `images:\n  - { name: quay.io/o/a, src_build_tag: b, tag: ${'v'.repeat(125)}, stable: true }\n`;
    const text = problemsOf(
      request(long, { policy: 'wmcor', force: ['UPPER/x'], registryMap: ['nonsense'] }),
    );
    expect(text).toContain('did you mean "wmcore"');
    expect(text).toContain('force:');
    expect(text).toContain('registry-map:');
    expect(text).toContain('stable tag: the tag has 132 characters');
  });
});
