import { describe, expect, test } from '@jest/globals';

import { parsePromotions, promotionOf } from '../../src/config/promotion.js';
import { formatProblem, UserError } from '../../src/errors.js';
import { formatReference } from '../../src/oci/reference.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** What the entries ask for, as `source -> tags`. */
const asked = (entries: ReturnType<typeof promotionOf>): string[] =>
  entries.map(({ srcRepository, srcBuildTag, srcDigest, names, tags }) => {
    const source = srcDigest === undefined ? { tag: srcBuildTag ?? '' } : { digest: srcDigest };
    const to = names.flatMap(({ repository }) => tags.map((tag) => formatReference({ ...repository, tag })));
    return `${formatReference({ ...srcRepository, ...source })} -> ${to.join(' ')}`;
  });

function complaints(attempt: () => unknown): string[] {
  try {
    attempt();
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}

describe('a destination is a tag of the source, or a whole name', () => {
  test.each([
    ['quay.io/o/app:b1', ['1.0'], ['quay.io/o/app:b1 -> quay.io/o/app:1.0']],
    ['quay.io/o/app:b1', [':1.0', 'latest'], ['quay.io/o/app:b1 -> quay.io/o/app:1.0 quay.io/o/app:latest']],
    ['app:b1', ['app:1.0'], ['docker.io/library/app:b1 -> docker.io/library/app:1.0']],
    [`quay.io/o/app:b1@${DIGEST}`, ['v1'], [`quay.io/o/app@${DIGEST} -> quay.io/o/app:v1`]],
    ['localhost:5000/app:b1', ['v1'], ['localhost:5000/app:b1 -> localhost:5000/app:v1']],
    [
      'quay.io/o/app:b1',
      ['ghcr.io/o/app:1', 'ghcr.io/o/app:2', '3'],
      ['quay.io/o/app:b1 -> ghcr.io/o/app:1 ghcr.io/o/app:2', 'quay.io/o/app:b1 -> quay.io/o/app:3'],
    ],
  ])('%s => %j', (source, destinations, expected) => {
    expect(asked(promotionOf(source, destinations, 'promote'))).toEqual(expected);
  });

  test('names are shown as they were written', () => {
    const [entry] = promotionOf('app:b1', ['Quay.io/o/app:1'], 'promote');
    expect(entry).toMatchObject({ srcName: 'app', names: [{ text: 'Quay.io/o/app' }] });
  });
});

test('a tag in front of a digest must be that digest', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const [entry] = promotionOf(`localhost:5000/a/b:build-7@${digest}`, ['1.0'], 'promote');
  expect(entry).toMatchObject({ srcBuildTag: 'build-7', srcDigest: digest });
  const [bare] = promotionOf(`localhost:5000/a/b@${digest}`, ['1.0'], 'promote');
  expect(bare).not.toHaveProperty('srcBuildTag');
});

test('a login that somebody pasted is not shown', () => {
  const said = complaints(() => promotionOf('octocat:pa55word@quay.io/A/b:1', ['x:y@z'], 'promote'));
  expect(said.length).toBeGreaterThan(0);
  expect(said.join('\n')).not.toContain('pa55word');
});

describe('lines of the input', () => {
  test('one promotion each; empty lines and comments count for nothing', () => {
    const text = '# both\r\nquay.io/o/a:b => 1 , ghcr.io/o/a:1\n\n  quay.io/o/c:b=>2\n';
    expect(asked(parsePromotions(text))).toEqual([
      'quay.io/o/a:b -> quay.io/o/a:1',
      'quay.io/o/a:b -> ghcr.io/o/a:1',
      'quay.io/o/c:b -> quay.io/o/c:2',
    ]);
    expect(parsePromotions('')).toEqual([]);
  });

  test('every mistake is named', () => {
    const text = 'quay.io/o/a:b 1\nquay.io/o/a => 1, x!\nquay.io/o/a:b => 1, :1\na:b => 1 => 2\na:b => 1,';
    expect(complaints(() => parsePromotions(text))).toEqual([
      expect.stringMatching(
        /^input promote: "quay.io\/o\/a:b 1" is not a promotion; write it as "SOURCE => TAG"/,
      ),
      expect.stringMatching(/^input promote: the source: "quay.io\/o\/a" has neither tag nor digest; /),
      expect.stringMatching(/^input promote: "x!" is not a tag; /),
      'input promote: quay.io/o/a:1 is named twice; name it once',
      expect.stringMatching(/^input promote: "a:b => 1 => 2" is not a promotion; /),
      expect.stringMatching(/^input promote: the tag is empty; /),
    ]);
  });
});

test.each([
  ['quay.io/o/app', 'promote: the destination "quay.io/o/app" has no tag; write "quay.io/o/app:TAG"'],
  [
    `quay.io/o/app@${DIGEST}`,
    `promote: the destination "quay.io/o/app@${DIGEST}" is a digest; write "IMAGE:TAG"`,
  ],
  [
    'quay.io/O/app:1',
    expect.stringMatching(/^promote: the destination: the image name "quay.io\/O\/app" has upper-case/),
  ],
  [`sha256-${'a'.repeat(64)}.sig`, expect.stringMatching(/^promote: the tag .* is reserved for signatures/)],
])('%s is no destination', (word, expected) => {
  expect(complaints(() => promotionOf('quay.io/o/app:b', [word], 'promote'))).toEqual([expected]);
});
