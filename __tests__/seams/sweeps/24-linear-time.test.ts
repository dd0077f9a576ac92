/**
 * What a stranger sends is judged in linear time. Measured is CPU time of this process, for one size and four times as
 * much: linear work takes four times as long, quadratic work sixteen times.
 */
import { describe, expect, test } from '@jest/globals';

import { emulationOf } from '../../../src/builds/dockerfile.js';
import { annotationLines, labelLines } from '../../../src/builds/labels.js';
import { readConfig } from '../../../src/config/config.js';
import { UserError } from '../../../src/errors.js';
import { load, readFiles } from '../../../src/load.js';
import { promotionRequest } from '../../../src/request.js';
import { createSecrets } from '../../../src/registry/http/redact.js';
import { versionLine } from '../../../src/github/tracking/events.js';
import { expectLinear } from '../../support/cpu.js';
import { isAmbiguous } from '../../support/policies.js';

function file(text: string): { path: string; bytes: Uint8Array } {
  return { path: 'image-tags.yaml', bytes: Buffer.from(text) };
}

function problems(text: string): string[] {
  return readFiles([file(text)], '').problems.map(({ what }) => what);
}

describe('text', () => {
  const dockerfile = (line: string): string => `FROM a AS b\nRUN ${line}\nFROM b\n`;
  test.each<[string, (size: number) => unknown]>([
    ['a label', (size) => labelLines({ a: `x${' '.repeat(size)}x` })],
    ['an annotation', (size) => annotationLines([{ levels: null, text: `a=x${' '.repeat(size)}x` }])],
    ['mounts in a Dockerfile', (size) => emulationOf(dockerfile('--mount='.repeat(size / 8)), null)],
    ['mounts without spaces', (size) => emulationOf(dockerfile(`--mount=${'from'.repeat(size / 4)}`), null)],
    ['URLs in an answer', (size) => createSecrets(() => undefined).scrub('http://'.repeat(size / 7))],
    ['digits in a tag', (size) => versionLine('1'.repeat(size), {})],
  ])('seam 24: %s', (_name, work) => {
    expectLinear(work, 20_000);
  });

  test('seam 24: the rewritten expressions give what they gave', () => {
    expect(labelLines({ a: ' x  \r\n\n  y z \n' })).toBe('a=x y z');
    expect(createSecrets(() => undefined).scrub('see https://a/b?c=d, http://e/f and http://g/?')).toBe(
      'see https://a/b?*** http://e/f and http://g/?***',
    );
    expect(versionLine('stx.4.0-v2.2', {})).toBe('4.0');
  });
});

describe('tag files', () => {
  const many = (head: string, count: number, line: (i: number) => string): string =>
    head + Array.from({ length: count }, (_, i) => line(i)).join('');

  test.each<[string, (size: number) => string]>([
    ['unknown keys', (size) => many('images: []\n', size, (i) => `imagez${i}: 1\n`)],
    [
      'labels with unknown fields',
      (size) =>
        many(
          'policy: semver\nbuilds:\n  - name: docker.io/o/a\n    labels:\n',
          size,
          (i) => `      l${i}: "{z}"\n`,
        ),
    ],
    ['entries with an unknown key', (size) => many('images:\n', size, (i) => `  - { nme: a${i}, tag: t }\n`)],
  ])('seam 24: %s', (_name, text) => {
    expectLinear((size) => readFiles([file(text(size))], ''), 1_500);
  });

  const builds = 'policy: semver\nbuilds:\n  - name: docker.io/o/a\n';
  test.each<[string, string, number]>([
    ['unknown keys', many('images: []\n', 4_000, (i) => `k${i}: &a${i} 1\n`), 2_001],
    ['unknown platforms', many(`${builds}    platforms:\n`, 4_000, (i) => `    - linux/amd${i}\n`), 2_001],
    [
      'keys that are no platform',
      many(`${builds}    platforms:\n`, 4_000, (i) => `      p${i}: test\n`),
      2_001,
    ],
    ['names', many('images:\n', 4_000, (i) => `  - { name: A${i}, src_build_tag: b, tag: t }\n`), 2_001],
    ['values of a wrong type', many('images:\n', 4_000, () => '  - 1\n'), 2_001],
    ['labels', many(`${builds}    labels:\n`, 4_000, (i) => `      l${i}: "{z}"\n`), 2_000],
  ])('seam 24: after 2,000 mistakes nothing is judged further: %s', (_name, text, count) => {
    expect(problems(text)).toHaveLength(count);
    const said = 'there are 2000 mistakes or more, and what follows is not checked';
    expect(problems(text).includes(said)).toBe(count === 2_001);
  });

  test('seam 24: platforms that do not exist', () => {
    const text = (size: number): string =>
      `${builds}    platforms: [${Array.from({ length: size }, (_, i) => `lin${i}`).join(', ')}]\n`;
    expectLinear((size) => readFiles([file(text(size))], ''), 2_500);
  });

  test('seam 24: a name that is built 180,000 times', () => {
    const found = problems(many('policy: semver\nbuilds:\n', 180_000, () => '  - name: a/b\n'));
    expect(found[0]).toMatch(/^docker\.io\/a\/b is built twice, first in /);
  });
  test('seam 24: mistakes are counted over all documents', () => {
    const found = problems(`---\n${many('images:\n', 900, (i) => `  - { nme: a${i} }\n`)}`.repeat(5));
    expect(found.length).toBeLessThan(2_002);
    expect(found.filter((what) => what.startsWith('there are 2000 mistakes or more'))).toHaveLength(1);
  });

  const entry = (i: number, tags: number, more = ''): string =>
    `  - { name: docker.io/o/a${i}, src_build_tag: b, tags: [${Array.from({ length: tags }, (_, t) => `t${t}`).join(', ')}]${more} }\n`;
  const loadError = (text: string): unknown => {
    try {
      load(promotionRequest('plan', [file(text)]));
      return null;
    } catch (error) {
      return error instanceof UserError ? error.problems[0] : error;
    }
  };

  test('seam 24: an entry has at most 1,000 tags', () => {
    expect(loadError(`images:\n${entry(0, 1_000)}`)).toBeNull();
    expect(loadError(`images:\n${entry(0, 1)}${entry(1, 1_001)}`)).toMatchObject({
      what: 'there are 1001 items in "tags", and at most 1000 are allowed',
      location: { file: 'image-tags.yaml', line: 3 },
    });
  });

  test('seam 24: a run wants at most 100,000 tags', () => {
    const full = many('images:\n', 50, (i) => entry(i, 1_000, ', stable: true'));
    expect(loadError(full)).toBeNull();
    expect(loadError(`${full}${entry(50, 1)}`)).toMatchObject({
      what: expect.stringContaining('more than 100000 tags are asked for'),
      location: { file: 'image-tags.yaml', line: 52 },
    });
  });

  test('seam 24: builds have at most 1,000 names each, and 10,000 together', () => {
    const build = (i: number, names: number): string =>
      `  - name: [${Array.from({ length: names }, (_, n) => `docker.io/o/a${i}-${n}`).join(', ')}]\n`;
    const full = many('policy: semver\nbuilds:\n', 10, (i) => build(i, 1_000));
    expect(problems(full)).toEqual([]);
    expect(problems(`${full}${build(10, 1)}`)).toEqual([
      'up to here more than 10000 images are built, which is the most for one run',
    ]);
    expect(problems(`policy: semver\nbuilds:\n${build(0, 1_001)}`)).toEqual([
      'there are 1001 items in "name", and at most 1000 are allowed',
    ]);
  });

  test('seam 24: variables that nobody defines, all in one label', () => {
    const label = (size: number): string => Array.from({ length: size }, (_, i) => `{z${i}}`).join('');
    const text = (size: number): string => `${builds}    labels:\n      a: "${label(size)}"\n`;
    expect(problems(text(100_000))).toHaveLength(2_000);
    expectLinear((size) => readFiles([file(text(size))], ''), 10_000);
  });

  test('seam 24: documents', () => {
    const text = '---\npolicy: semver\n'.repeat(1_001);
    expect(problems(text)).toContain('the file has more than 1000 documents');
    expect(readConfig([file('---\nimages: []\n'.repeat(1_000))]).problems).toEqual([]);
  });
});

describe('policies', () => {
  const rule = (i: number, more = ''): string =>
    `    - { class: snapshot, branch: "b${i}", tag: "t${i}-{sha}"${more} }\n`;
  const policy = (rules: number, examples: number): string =>
    `policy:\n  rules:\n${Array.from({ length: rules }, (_, i) => rule(i)).join('')}  examples:\n${Array.from(
      { length: examples },
      (_, i) => `    - { ref: refs/heads/b${i % rules}, class: snapshot }\n`,
    ).join('')}`;

  test('seam 24: as large as may be', () => {
    expect(problems(policy(200, 500))).toEqual([]);
  });

  const patterns = (count: number, text: (i: number) => string): string =>
    JSON.stringify(Array.from({ length: count }, (_, i) => text(i)));
  test.each<[string, string, string]>([
    ['rules', policy(201, 1), 'there are 201 rules, and at most 200 are allowed'],
    [
      '4,000 rules with 4,000 examples',
      policy(4_000, 4_000),
      'there are 4000 rules, and at most 200 are allowed',
    ],
    ['examples', policy(1, 501), 'there are 501 examples, and at most 500 are allowed'],
    [
      'patterns of a rule',
      `policy:\n  rules:\n    - { class: snapshot, branch: ${patterns(51, (i) => `b${i}`)}, tag: "{branch}" }\n`,
      'there are 51 items in "branch", and at most 50 are allowed',
    ],
    [
      'a long pattern',
      `policy:\n  rules:\n    - { class: snapshot, branch: "${'*a'.repeat(129)}", tag: "{branch}" }\n`,
      'there are 258 characters, and at most 256 are allowed',
    ],
    [
      'much text',
      `policy:\n  rules:\n    - { class: snapshot, branch: ${patterns(50, (i) => `${i}${'a'.repeat(200)}`)}, tag: "{branch}" }\n`,
      'there are 10098 characters in patterns, tags and channels, and at most 8192 are allowed',
    ],
    [
      'forms of tags',
      `policy:\n  rules:\n    - { class: final, git_tag: ${patterns(50, (i) => `v${i}.{m}`)}, tag: "{git_tag}" }\n` +
        `    - { class: snapshot, branch: ${patterns(50, (i) => `w${i}`)}, tag: "{base}-{branch}" }\n`,
      'there are 2550 forms of tags, and at most 2000 are allowed',
    ],
  ])('seam 24: %s', (_name, text, what) => {
    expect(problems(text)).toEqual([what]);
    expect(readFiles([file(text)], '').problems[0]?.location).toMatchObject({ file: 'image-tags.yaml' });
  });

  test('seam 24: the search for two readings of a pattern has a budget', () => {
    expect(isAmbiguous(Array.from({ length: 20 }, (_, i) => `{f${i}}{g${i}:32}`).join(''))).toBe(false);
    expect(isAmbiguous('{a}{b}')).toBe(true);
  });
});
