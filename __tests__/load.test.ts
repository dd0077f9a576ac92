import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatProblem, UserError } from '../src/errors.js';
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

/** What `validate` says of these texts; files are called 1.yaml, 2.yaml … */
function said(...texts: readonly string[]): string[] {
  const files = texts.map((text, i) => ({ path: `${i + 1}.yaml`, bytes: new TextEncoder().encode(text) }));
  try {
    load(promotionRequest('validate', files));
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}

/** Each problem up to its mending, with the sentence cut where the rest is told elsewhere. */
function starts(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^\d\.yaml:/, '').split(/[;(]/)[0] ?? '');
}

const POLICY = "policy: { rules: [ { class: final, git_tag: 'v{a}', tag: '{git_tag}' } ] }\n";

describe('every problem at once', () => {
  test('patterns, builds and their templates behind a build that is there twice', () => {
    const text = [
      'images: [ { name: ok, src_build_tag: a, tag: b } ]',
      'policy:',
      '  rules:',
      "    - { class: final, git_tag: 'v{a', tag: '{git_tag}' }",
      '  examples:',
      '    - { ref: refs/tags/v1, class: snapshot }',
      'builds:',
      "  - { name: foo, context: ../x, build_args: { X: '{nope}' } }",
      '  - { name: foo, file: /etc/passwd }',
    ];
    expect(starts(said(text.join('\n')))).toEqual([
      '4:34: a "{" has no "}"',
      '8:27: foo: context: "../x" is outside the workspace',
      '8:51: foo: build_args.X: "{nope}" has no value here',
      '9:13: docker.io/library/foo is built twice, first in 1.yaml:8',
      '9:24: foo: file: "/etc/passwd" is not relative to the workspace',
    ]);
  });

  test('an entry of one file and an example of another', () => {
    const example = '  examples: [ { ref: refs/tags/v1, class: snapshot } ]\n';
    const rules = "policy:\n  rules: [ { class: final, git_tag: 'v{a}', tag: '{git_tag}' } ]\n";
    expect(starts(said('images: [ { name: ok, tag: b } ]', rules + example))).toEqual([
      '1:11: item 1 of "images" does not say what to promote',
      '3:43: example refs/tags/v1: expected class snapshot, the policy gives final ',
    ]);
  });

  test('an unknown key of one rule and a pattern of another, and of the same', () => {
    const text = [
      'policy:',
      '  rules:',
      "    - { class: final, git_tag: 'v{a', tag: x, colour: red }",
      "    - { class: final, git_tag: 'w{a', tag: y }",
      "    - { git_tag: 'x{a', tag: z }",
    ];
    expect(starts(said(text.join('\n')))).toEqual([
      '3:34: a "{" has no "}"',
      '3:47: unknown key "colour"',
      '4:34: a "{" has no "}"',
      '5:7: item 3 of "rules" has no "class"',
    ]);
  });

  test('the rules of a document whose neighbour is no YAML, and of a second policy', () => {
    const bad = "policy: { rules: [ { class: final, git_tag: 'v{a', tag: x } ] }";
    expect(starts(said('images: [\n', `${POLICY}---\n${bad}`))).toEqual([
      expect.stringMatching(/^2:1: not YAML/),
      '3:1: "policy" was given before, in 2.yaml:1',
      '3:47: a "{" has no "}"',
    ]);
  });

  test('a setting that cannot be used hides none of the rest', () => {
    const text =
      'stage_policy: maybe\nbuilds: [ { name: a, context: .. } ]\npolicy: { preset: semvr, rules: [] }';
    expect(starts(said(text))).toEqual([
      '1:15: "stage_policy" is "maybe", not demote or fail',
      '2:31: a: context: ".." is outside the workspace',
      '3:19: there is no preset "semvr"',
    ]);
  });

  test('builds without a policy, beside another problem', () => {
    expect(starts(said('builds: [ { name: a, context: .. } ]\n'))).toEqual([
      '1:11: there are builds, but no policy says what they are called',
      '1:31: a: context: ".." is outside the workspace',
    ]);
  });
});

describe('no problem that only follows from another', () => {
  const example = 'examples: [ { ref: refs/tags/v1, class: snapshot, tags: [x] } ]';
  test.each<[string, string, RegExp[]]>([
    ['no policy where one cannot be read', 'polcy: semver\nbuilds: [ { name: a } ]', [/unknown key "polcy"/]],
    [
      'no names of templates where a preset cannot be read',
      "policy: semvr\nbuilds: [ { name: a, labels: { a: '{major}' } } ]",
      [/there is no preset/],
    ],
    [
      'an example that a lost rule may win',
      `policy: { rules: [ { git_tag: x, tag: x }, { class: final, git_tag: 'v{a}', tag: 'v{a}' } ], ${example} }`,
      [/has no "class"/],
    ],
    [
      'an example that a rule with a broken template wins',
      `policy: { rules: [ { class: final, git_tag: 'v{a}', tag: 'v{b}' } ], ${example} }`,
      [/\{b\} is not defined/],
    ],
    [
      'an example that a rule with a tag that is none wins',
      `policy: { rules: [ { class: final, git_tag: 'v{a}', tag: 'v/{a}' } ], ${example} }`,
      [/a tag cannot hold/],
    ],
    ['an example where the rules are no list', `policy: { rules: {}, ${example} }`, [/"rules" is a mapping/]],
    [
      'an example where the suffix is not known',
      `policy: { stable_suffix: '/', rules: [ { class: final, git_tag: 'v{a}', tag: 'v{a}' } ], ${example} }`,
      [/is not a suffix/],
    ],
    [
      'a field of a template that the broken pattern may have',
      "policy: { rules: [ { class: final, git_tag: 'v{a', tag: 'v{a}' } ] }\nbuilds: [ { name: b, labels: { l: '{a}' } } ]",
      [/a "\{" has no "\}"/],
    ],
    [
      'fields that are unused because the labels cannot be read',
      "policy: { rules: [ { class: snapshot, git_tag: 'v{a}', tag: '{sha}', labels: { l: 1 } } ] }",
      [/not text/],
    ],
  ])('%s', (_, text, expected) => {
    const lines = said(text);
    expect(lines).toHaveLength(expected.length);
    expected.forEach((pattern, i) => expect(lines[i]).toMatch(pattern));
  });
});

test.each<[string, string[]]>([
  ['an example that a sound rule in front wins', ["v{a}', tag: 'v{a}", "v{a', tag: x"]],
  ['an example that the broken rule cannot win', ["w{a}', tag: 'w/{a}", "v{a}', tag: 'v{a}"]],
])('still told: %s', (_, rules) => {
  const list = rules.map((rule) =>
    `    - { class: final, git_tag: '${rule}' }`.replace(/'v\{a\}' \}$/, "'v{a}' }"),
  );
  const text = [
    'policy:',
    '  rules:',
    ...list,
    '  examples:',
    '    - { ref: refs/tags/v1, class: snapshot }',
  ];
  expect(said(text.join('\n')).join('\n')).toContain('expected class snapshot, the policy gives final');
});

test('by file, line and column, and each once, whatever is wrong', () => {
  const pieces = [
    "policy: { rules: [ { class: final, git_tag: 'v{a', tag: 'x/y' } ] }",
    "policy: { rules: [ { class: fnal, git_tag: 'v{a}', tag: 'v{a}{b}' } ], exampels: [] }",
    "builds: [ { name: a, context: .. }, { name: a, file: /x, labels: { l: '{x' } } ]",
    'images: [ { name: A, tag: 1.1 }, { name: a, src_build_tag: b, tags: [] } ]',
    'on_hold: [',
    'runners: { linux/amd46: x }',
  ];
  const file = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(file, { minLength: 1, maxLength: 3 }), (files) => {
      const lines = said(...files.map((parts) => parts.join('\n---\n')));
      expect(new Set(lines).size).toBe(lines.length);
      const places = lines.map((line) => (/^(\d)\.yaml:(\d+):(\d+): /.exec(line) ?? []).slice(1).map(Number));
      const keys = places.map(([f = 0, l = 0, c = 0]) => (f * 1000 + l) * 1000 + c);
      expect(keys).toEqual([...keys].sort((a, b) => a - b));
      expect(keys.every((key) => key > 0)).toBe(true);
    }),
  );
});
