import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config/config.js';
import { formatProblem } from '../../src/errors.js';
import { compileRules } from '../../src/trust/rules.js';
import { entry, messages, parse, tagFile } from '../support/config.js';

const KEY = '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n';

const withAuthority = (authority: string): string =>
  `trust: [ { images: [ 'ghcr.io/**' ], authorities: [ ${authority} ] } ]\n`;

const github = (more = ''): string => `{ github: { repository: o/app${more} } }`;

/** Problems of the file and of the patterns in it. */
function problems(text: string): string[] {
  const { config, problems: found } = readConfig([tagFile(text)]);
  return [...found, ...compileRules(config.trust ?? []).problems].map(formatProblem);
}

describe('the keys of trust', () => {
  test('are read as documented', () => {
    const config = parse(`
trust:
  - name: release-workflow
    images: [ 'ghcr.io/example/*', 'quay.io/example/**' ]
    platforms: each
    authorities:
      - keyless: { identities: [ { issuer: 'https://i.example', subject: 'https://github.com/o/a/**' } ] }
      - key: { file: keys/release.pub }
      - key: { env: 'env://PUBLIC_KEY' }
      - github: { repository: example/app, workflow: .github/workflows/release.yml, ref: 'refs/tags/**' }
        attestations: [ { predicateType: 'https://slsa.dev/provenance/v1' } ]
trusted_root: trust/root.json
record: { key: 'env://RETAG_SIGNING_KEY' }
signing_config: trust/signing.json
---
trust:
  - { images: '*', authorities: [ { key: { data: ${JSON.stringify(KEY)} } } ] }
`);
    expect(config.trust).toMatchObject([
      {
        name: 'release-workflow',
        images: ['ghcr.io/example/*', 'quay.io/example/**'],
        eachPlatform: true,
        authorities: [
          {
            keyless: [{ issuer: 'https://i.example', subject: 'https://github.com/o/a/**' }],
            attestations: [],
          },
          { key: { file: 'keys/release.pub' }, attestations: [] },
          { key: { env: 'PUBLIC_KEY' } },
          {
            github: {
              repository: 'example/app',
              workflow: '.github/workflows/release.yml',
              ref: 'refs/tags/**',
            },
            attestations: ['https://slsa.dev/provenance/v1'],
          },
        ],
      },
      { images: ['*'], eachPlatform: false, authorities: [{ key: { data: KEY } }] },
    ]);
    expect(config.trust?.map(({ origin }) => origin.at().line)).toEqual([3, 17]);
    expect(config).toMatchObject({
      trustedRoot: { path: 'trust/root.json' },
      record: { env: 'RETAG_SIGNING_KEY' },
      signingConfig: { path: 'trust/signing.json' },
    });
  });

  test('record is off unless the file says otherwise', () => {
    expect(parse('record: off\n').record).toBeUndefined();
    expect(parse('record: keyless\n').record).toBe('keyless');
  });

  test('the trust rule of an entry is kept with it', () => {
    const rule = `trust: [ { name: r, authorities: [ ${github()} ] } ]\n`;
    expect(parse(entry('tag: v1', 'trust: r') + rule).images[0]?.trust).toBe('r');
  });

  test.each([
    ['{}', 'has none of "keyless" and "key" and "github"; add "keyless", "key" or "github"'],
    [`{ key: { env: A }, github: { repository: o/a } }`, 'has both "key" and "github"; keep one of them'],
    ['{ key: {} }', '"key" has none of "file" and "data" and "env"'],
    ['{ key: { file: a.pub, env: A } }', '"key" has both "file" and "env"; keep one of them'],
    ['{ key: { file: ../a.pub } }', '"../a.pub" is outside the workspace'],
    ['{ key: { file: /etc/a.pub } }', '"/etc/a.pub" is outside the workspace'],
    ['{ key: { file: a/../../b.pub } }', '"a/../../b.pub" is outside the workspace'],
    ['{ key: { env: "A-B" } }', '"A-B" is not the name of an environment variable'],
    ['{ key: { data: "-----BEGIN PRIVATE KEY-----\\nMII\\n" } }', 'is a PEM file of kind "PRIVATE KEY"'],
    ['{ key: { data: hunter2 } }', '"data" is not a public key in PEM form'],
    ['{ key: { kms: gcpkms://x } }', 'unknown key "kms"; write "data" with the public key as PEM'],
    ['{ keyless: { identities: [] } }', '"identities" is an empty list'],
    [
      '{ keyless: { identities: [ { issuer: i, subjectRegExp: ".*" } ] } }',
      'unknown key "subjectRegExp"; write "subject" with a pattern',
    ],
    ['{ keyless: { identities: [ { issuer: i } ] } }', 'has no "subject"; add "subject"'],
    ['{ github: { repository: app } }', '"app" is not a repository; write it as "OWNER/NAME"'],
    [github(', workflow: release.yml'), '"release.yml" is not the path of a workflow'],
    ['{ key: { env: A }, attestations: [ "https://x" ] }', 'item 1 of "attestations" is'],
    ['{ key: { env: A }, attestations: [] }', '"attestations" is an empty list'],
    ['{ key: { env: A }, attestations: [ { type: a } ] }', 'has no "predicateType"'],
    ['{ key: { env: A }, ctlog: {} }', 'unknown key "ctlog"; remove it: "trusted_root" says'],
  ])('the authority %s is an error', (authority, message) => {
    expect(messages(withAuthority(authority)).join('\n')).toContain(message);
  });

  test.each([
    ["'^https://github.com/o/.*$'", '"^" can be in no name, so the pattern never matches'],
    ["'https://github.com/[a-z]+'", '"[" can be in no name, so the pattern never matches'],
    ["'https://github.com/o/.*$'", '"$" can be in no name, so the pattern never matches'],
    ["'https://github.com/{o'", 'a "{" has no "}"'],
    ["'https://github.com/o a'", '" " can be in no name, so the pattern never matches'],
    [`'${'a'.repeat(513)}'`, 'the pattern is longer than 512 characters'],
  ])('the subject %s is an error at its place', (subject, message) => {
    const text = withAuthority(
      `{ keyless: { identities: [ { issuer: 'https://i.example', subject: ${subject} } ] } }`,
    );
    const [found, ...more] = problems(text);
    expect(more).toEqual([]);
    expect(found).toContain(message);
    expect(Number(found?.split(':')[2])).toBeGreaterThan(text.indexOf('subject: '));
  });

  test.each([
    ['ghcr.io/o/app:v1', 'has a tag or digest, so it matches no image name'],
    ['ghcr.io/o/app@sha256:12', 'has a tag or digest'],
    ['ghcr.io/{', 'a "{" has no "}"'],
  ])('the image pattern %s is an error', (pattern, message) => {
    const text = `trust: [ { images: [ '${pattern}' ], authorities: [ ${github()} ] } ]\n`;
    expect(problems(text).join('\n')).toContain(message);
  });

  test('patterns with ports and fields are none', () => {
    const text = `trust: [ { images: [ 'localhost:5000/o/{x:text}', 'GHCR.io/O/**' ], authorities: [ ${github()} ] } ]\n`;
    expect(problems(text)).toEqual([]);
  });

  test('a rule needs images or a name', () => {
    expect(messages(`trust: [ { authorities: [ ${github()} ] } ]\n`)).toEqual([
      'tags.yaml:1:10: item 1 of "trust" is for no image; add "images" with patterns of image names, or "name" for entries that ask for it',
    ]);
  });

  test('too many rules and items are errors', () => {
    const rule = `{ images: [ a ], authorities: [ ${github()} ] }`;
    expect(problems(`trust: [ ${Array(101).fill(rule).join(', ')} ]\n`)[0]).toContain(
      'there are 101 trust rules, and 100 are the most',
    );
    const many = `trust: [ { images: [ ${Array(101).fill('a').join(', ')} ], authorities: [ ${github()} ] } ]\n`;
    expect(problems(many)[0]).toContain('the rule has a list of 101 items, and 100 are the most');
  });
});

describe('names of rules', () => {
  const rule = (name: string): string => `trust: [ { name: ${name}, authorities: [ ${github()} ] } ]\n`;

  test('one name twice, also over documents, is an error', () => {
    expect(messages(`${rule('a')}---\n${rule('a')}`)).toEqual([
      'tags.yaml:3:18: the trust rule "a" was given before, in tags.yaml:1; give one of them another name',
    ]);
  });

  test('an entry that names no rule hears of the nearest', () => {
    expect(messages(entry('tag: v1', 'trust: relaese') + rule('release'))).toEqual([
      'tags.yaml:5:12: there is no trust rule "relaese"; write "release"',
    ]);
    expect(messages(entry('tag: v1', 'trust: release'))).toEqual([
      'tags.yaml:5:12: there is no trust rule "release"; add the rule under "trust"',
    ]);
  });

  test('a rule with a mistake still has its name, and a rule of another file counts', () => {
    const broken = "trust: [ { name: r, authorities: [ {} ], images: 'a' } ]\n";
    expect(messages(entry('tag: v1', 'trust: r') + broken)).toHaveLength(1);
    expect(messages(entry('tag: v1', 'trust: r'), tagFile(rule('r'), 'b.yaml'))).toEqual([]);
  });
});

test.each([
  ['record: kyless\n', '"record" is "kyless", not keyless'],
  ['record: { key: cosign.key }\n', '"cosign.key" does not name an environment variable; write "env://NAME"'],
  ['record: {}\n', 'has no "key"'],
  ['trusted_root: ../root.json\n', '"../root.json" is outside the workspace'],
  ['signing_config: https://x/y\n', '"https://x/y" is not a path in the workspace'],
  ['trusted_root: a.json\n---\ntrusted_root: b.json\n', '"trusted_root" was given before'],
])('%j is an error', (text, message) => {
  expect(messages(text).join('\n')).toContain(message);
});
