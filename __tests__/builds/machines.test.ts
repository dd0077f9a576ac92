import { describe, expect, test } from '@jest/globals';

import {
  builtElsewhere,
  formatDigests,
  matrix,
  onlyPlatform,
  parseDigests,
  unsplit,
} from '../../src/builds/machines.js';
import { build, complaints, definition, selected } from '../support/builds.js';

const D = (digit: string) => `sha256:${digit.repeat(64)}`;
const two = selected(build('quay.io/o/a', { platforms: ['linux/amd64', 'linux/arm64'] }));
const one = selected(build('quay.io/o/b', { platforms: ['linux/amd64'] }));

describe('matrix', () => {
  test('one job for each platform of each image, on the runners of the tag file', () => {
    const runners = { 'linux/arm64/v8': 'my-arm' };
    expect(matrix([two, one], runners)).toEqual({
      include: [
        { image: 'quay.io/o/a', platform: 'linux/amd64', runner: 'ubuntu-24.04' },
        { image: 'quay.io/o/a', platform: 'linux/arm64', runner: 'my-arm' },
        { image: 'quay.io/o/b', platform: 'linux/amd64', runner: 'ubuntu-24.04' },
      ],
    });
  });

  test('arm64 has a hosted runner of its own', () => {
    expect(matrix([two], {}).include[1]?.runner).toBe('ubuntu-24.04-arm');
  });
});

describe('input platform', () => {
  test('that platform of every image that has it', () => {
    const left = onlyPlatform([two, one], 'linux/arm64/v8', () => true);
    expect(left.map(({ config, choice }) => [config.names[0]?.text, choice.push])).toEqual([
      ['quay.io/o/a', ['linux/arm64']],
    ]);
  });

  test('an image that names none is left to the job that joins', () => {
    const none = selected(build('quay.io/o/c'));
    expect(onlyPlatform([none, one], 'linux/amd64', () => true)).toEqual([one]);
    expect(unsplit([none, one])).toEqual([none]);
    expect(matrix([none, one], {}).include.map(({ image }) => image)).toEqual(['quay.io/o/b']);
  });

  test.each([
    [
      'no image has it',
      [two],
      'linux/s390x',
      /no build has the platform "linux\/s390x"; the platforms are linux\/amd64, linux\/arm64/,
    ],
    [
      'none names any',
      [selected(build('quay.io/o/c'))],
      'linux/amd64',
      /needs builds that name their platforms/,
    ],
  ])('refused: %s', (_name, builds, platform, message) => {
    expect(complaints(() => onlyPlatform(builds, platform, () => true)).join()).toMatch(message);
  });

  test('a platform of images that are finished is nothing to build, and no mistake', () => {
    expect(onlyPlatform([two, one], 'linux/arm64', (each) => each === one)).toEqual([]);
    expect(onlyPlatform([two, selected(build('quay.io/o/c'))], 'linux/arm64', () => false)).toEqual([]);
  });
});

describe('input digests', () => {
  const parse = (...texts: string[]) => parseDigests(texts.map((text, i) => ({ name: `${i}.json`, text })));

  test('what one job hands on, another reads', () => {
    const [target] = definition(two.config, { split: true }).targets;
    const text = formatDigests([{ target: target!, digest: D('1') }]);
    expect(text).toBe(`{"quay.io/o/a":{"linux/amd64":"${D('1')}"}}`);
    expect([...parse(text).get('quay.io/o/a')!]).toEqual([['linux/amd64', D('1')]]);
  });

  test('several documents add up to the images of one machine', () => {
    const digests = parse(
      `{"quay.io/o/a":{"linux/arm64":"${D('2')}"}}`,
      `{"quay.io/o/a":{"linux/amd64":"${D('1')}"}}`,
    );
    const built = builtElsewhere([two], ['quay.io/o/a'], digests);
    expect(built.map(({ target, digest }) => [target.platforms[0], digest])).toEqual([
      ['linux/amd64', D('1')],
      ['linux/arm64', D('2')],
    ]);
  });

  test.each([
    ['no JSON', ['x'], /0\.json: this is not a JSON object/],
    ['a list', ['[]'], /not a JSON object/],
    ['a digest without a platform', [`{"a":"${D('1')}"}`], /"a" has no platforms/],
    ['no platform', [`{"a":{"linux/amd46":"${D('1')}"}}`], /"linux\/amd46" is not a platform/],
    ['a short digest', ['{"a":{"linux/amd64":"sha256:12"}}'], /a, linux\/amd64: no digest/],
    [
      'contradiction',
      [`{"a":{"linux/amd64":"${D('1')}"}}`, `{"a":{"linux/amd64":"${D('2')}"}}`],
      /is sha256:2+ here and sha256:1+ elsewhere/,
    ],
  ])('refused: %s', (_name, texts, message) => {
    expect(complaints(() => parse(...texts)).join()).toMatch(message);
  });

  test('a platform without a digest, and a digest without a build', () => {
    const digests = parse(`{"quay.io/o/a":{"linux/amd64":"${D('1')}"},"quay.io/o/x":{}}`);
    expect(complaints(() => builtElsewhere([two], ['quay.io/o/a'], digests))).toEqual([
      expect.stringMatching(/quay\.io\/o\/a has no digest for linux\/arm64/),
      expect.stringMatching(/no build is called "quay\.io\/o\/x"/),
    ]);
  });

  test('digests of a build that is finished already are not looked at', () => {
    const digests = parse(`{"quay.io/o/a":{"linux/amd64":"${D('1')}"}}`);
    expect(builtElsewhere([], ['quay.io/o/a'], digests)).toEqual([]);
  });

  test('keys of JavaScript objects are only names', () => {
    expect([...parse(`{"__proto__":{"linux/amd64":"${D('1')}"}}`).keys()]).toEqual(['__proto__']);
  });
});
