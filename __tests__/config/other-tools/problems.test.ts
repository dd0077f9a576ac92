import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

import type { OtherToolOptions } from '../../../src/config/config.js';
import { messages, parse, tagFile } from '../../support/config.js';
import { flow, flowRequest } from '../../support/flow.js';

const told = (text: string, options: OtherToolOptions = {}): string[] =>
  messages({ ...tagFile(text, 'f.yml'), options });

const sync = (more: string): string => `sync:
  - source: a.example/app
    target: b.example/app
    type: repository
${more}`;

test('what regsync.yml asks for and Retag does not do is said at its line', () => {
  const text = `version: 1
creds:
  - registry: a.example
    user: '{{env "NAME"}}'
    pass: secret
    clientKey: KEY
    hostname: c.example
defaults:
  hooks: { pre: { type: sh, params: [ 'true' ] } }
  referrerSource: x.example/app
  mediaTypes: [ application/vnd.oci.image.manifest.v1+json ]
sync:
  - source: a.example/app:1
    target: b.example/app:1
    type: image
    platform: linux/amd64
    hooks: { post: { type: sh } }
    referrerFilters: [ { artifactType: x } ]
  - source: ocidir://dir:1
    target: 'b.example/{{ .Sync.Type }}:1'
    type: image
  - source: '{{file "/etc/passwd"}}'
    target: b.example/app@sha256:${'0'.repeat(64)}
    type: image
`;
  expect(told(text)).toEqual([
    'f.yml:4:5: Retag takes no credentials from a file; remove the key, and log in with "docker login" (in a workflow docker/login-action)',
    'f.yml:6:5: Retag does not connect with client certificates; remove the key, and log in with a password or token instead',
    'f.yml:7:5: Retag connects to the registry that a name says; remove "hostname", and give --registry-map a.example=c.example (input registry-map)',
    'f.yml:9:3: Retag runs no hooks; remove "hooks", and make them steps of the job around Retag',
    expect.stringMatching(
      /^f.yml:10:3: Retag copies all referrers of an image, from the source repository to the target repository; /,
    ),
    expect.stringMatching(
      /^f.yml:11:3: Retag does not choose by media type, and this list leaves out application\/vnd.docker.*; remove "mediaTypes", and choose by tags$/,
    ),
    expect.stringMatching(/^f.yml:16:5: Retag copies an image with all its platforms/),
    'f.yml:17:5: Retag runs no hooks; remove "hooks", and make them steps of the job around Retag',
    expect.stringMatching(
      /^f.yml:18:5: Retag copies all referrers of an image.*; remove the key; "referrers: true" copies all$/,
    ),
    'f.yml:19:13: Retag copies from registry to registry only; name an image in a registry, without a scheme',
    'f.yml:20:13: Retag fills in {{env "NAME"}} and {{.Sync.Source}} only; write the value out',
    'f.yml:22:13: Retag fills in {{env "NAME"}} and {{.Sync.Source}} only; write the value out',
  ]);
});

test('mistakes in regsync.yml', () => {
  const text = `version: 2
sync: []
`;
  expect(told(text)).toEqual(['f.yml:1:10: version 2 of regsync.yml is not known; write version: 1']);
  const more = `    tag: { allow: [ x ] }
    tags:
      allow: { a: b }
      semverRange: [ '>= 1', '^x' ]
      deny: [ 1.10 ]
  - { source: a.example/app, target: b.example/app, type: images }
  - { source: a.example/app, type: image }
  - { source: 'a.example/app:1', target: b.example/app, type: repository }
  - { source: a.example/path, target: b.example, type: registry }
  - { source: a.example, target: 'B C', type: registry }
  - { source: 'a.example/app:-', target: 'b.example/APP:1', type: image }
  - { source: 'a.example/app@sha256:1', target: 'b.example/app:1', type: image }
`;
  expect(told(sync(more))).toEqual([
    'f.yml:5:5: regsync has no key "tag" here; write "tags"',
    'f.yml:7:14: this is not a list; write a list',
    'f.yml:8:22: ">= 1" is not a version range; write it as ">=1.2 <2", without spaces behind the operators; alternatives are further items of the list',
    'f.yml:8:30: "^x" is not a version range; write it as ">=1.2 <2", without spaces behind the operators; alternatives are further items of the list',
    "f.yml:9:15: regsync reads 1.10 as the number 1.1; quote it: '1.10'",
    'f.yml:10:59: the type is none of registry, repository and image; write one of them',
    'f.yml:11:5: the entry has no "target"; add "target"',
    'f.yml:12:15: the image name "a.example/app:1" holds a tag; give the name alone: "a.example/app"',
    'f.yml:13:15: the source of type registry is not the host of a registry; write "host" or "host:port"',
    'f.yml:14:34: the image name "B C/x" holds a character that no name may hold; remove white space and non-ASCII characters',
    expect.stringMatching(/^f.yml:15:15: "-" is not a tag/),
    expect.stringMatching(/^f.yml:15:42: the image name "b.example\/APP" has upper-case letters/),
    expect.stringMatching(/^f.yml:16:15: it has something that is not a digest after "@"/),
  ]);
});

test('threat 28: the variables of a template: what is not set, may be a secret or may not be read is no name', () => {
  const text = (name: string): string =>
    `sync: [ { source: a.example/app:1, target: 'b.example/{{env "${name}"}}:1', type: image } ]\n`;
  const env = { REPO: 'app', BAD: 'Not A Name', MY_TOKEN: 'hidden' };
  expect(told(text('REPO'), { env })).toEqual([]);
  expect(told(text('NONE'), { env })).toEqual([
    'f.yml:1:44: the variable NONE of the template is not set; set it, or write the value here',
  ]);
  expect(told(text('MY_TOKEN'), { env })).toEqual([
    'f.yml:1:44: the variable MY_TOKEN of the template may be a secret, and names of images are sent to registries; set it, or write the value here',
  ]);
  expect(told(text('BAD'), { env })).toEqual([
    'f.yml:1:44: with its variables filled in, this is not an image name; check the variables',
  ]);
  expect(told(text('REPO'))).toEqual([
    'f.yml:1:44: the variable REPO of the template cannot be used in this run; set it, or write the value here',
  ]);
});

test('mistakes in a file of skopeo sync', () => {
  const text = `a.example:
  images:
    APP: []
    app: [ '1 0' ]
  images-by-tag-regexp: { app: x }
  images-by-semver: { app: '>= x.y' }
  credentials: { username: john, password: secret }
`;
  expect(told(text, { destination: 'b.example/' })).toEqual([
    expect.stringMatching(/^f.yml:3:5: the image name "a.example\/APP" has upper-case letters/),
    expect.stringMatching(/^f.yml:4:12: "1 0" is not a tag/),
    'f.yml:5:3: skopeo sync has no key "images-by-tag-regexp" here; write "images-by-tag-regex"',
    'f.yml:6:28: ">= x.y" is not a version range; write it as ">= 1.2, < 2 || ~3.1"',
    'f.yml:7:3: Retag takes no credentials from a file; remove "credentials", and log in with "docker login" (in a workflow docker/login-action)',
  ]);
  const right = 'a.example: { images: { app: [ a ] } }\n';
  expect(told(right)).toEqual([]);
  expect(told(right, { needsDestination: true })).toEqual([
    'f.yml:1:1: a file of skopeo sync does not say where its images go; give --destination REGISTRY/PATH (input destination)',
  ]);
});

test('expressions that RE2 does not have are said when the rest is right, all of them', async () => {
  const text = sync(`    tags: { allow: [ '[', '(?=a)', 'ok' ], deny: [ 'a**' ] }\n`);
  for (const command of ['plan', 'validate'] as const) {
    const request = flowRequest(command, null, { files: [tagFile(text, 'f.yml')] });
    await expect(flow(request)).rejects.toMatchObject({
      problems: [
        {
          location: { line: 5, column: 22 },
          what: 'this is not an expression of RE2: missing closing ]: `[$`',
        },
        { location: { line: 5, column: 27 }, what: expect.stringContaining('`(?=`') },
        { location: { line: 5, column: 52 }, what: expect.stringContaining('`**`') },
      ],
    });
  }
});

test('other tools read one document of a file', () => {
  const text = 'sync: []\n---\nsync: []\n---\nimages: []\n';
  expect(told(text)).toEqual([
    'f.yml:3:1: other tools read the first document of a file only; move it to a file of its own, or remove it',
  ]);
});

test('they add up with tag files, and their entries are counted on', () => {
  const own = tagFile('images:\n  - { name: a.example/x, src_build_tag: a, tag: b }\n', 'own.yaml');
  const config = parse(
    tagFile(sync(''), 'regsync.yml'),
    own,
    tagFile('sync: [ { source: a.example/y:1, target: a.example/z:1, type: image } ]', 'two.yml'),
  );
  expect(config.images.map(({ number, names }) => `${number} ${names[0]?.text ?? ''}`)).toEqual([
    '1 a.example/x',
    '2 a.example/z',
  ]);
  expect(config.selections.map(({ number }) => number)).toEqual([3]);
});

test('a file of megabytes is judged in time, and not without end', () => {
  const bad = tagFile(`sync:\n${'  - { source: X, hooks: { pre: 1 } }\n'.repeat(10_000)}`, 'f.yml');
  expect(messages(bad).length).toBeLessThanOrEqual(1_001);
  const nested = tagFile(
    `x-a: &a { ${Array.from({ length: 900 }, (_, i) => `k${i}: 1`).join(', ')} }\nsync:\n${'  - <<: *a\n'.repeat(200)}`,
    'f.yml',
  );
  expect(messages(nested)[0]).toMatch(/aliases stand for more than/);
});

test('the page for people who come from other tools has every key', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/coming-from-other-tools.md'), 'utf8');
  const odd = '{ 0: 1 }';
  const all = [
    `sync: [ ${odd}, { tags: ${odd}, source: a, target: b, type: registry, repos: ${odd} } ]\ncreds: [ ${odd} ]\ndefaults: ${odd}\n0: 1\n`,
    `registries: [ ${odd} ]\nimages: [ ${odd} ]\n0: 1\n`,
    `a.example: { images: {}, 0: 1 }\n`,
  ];
  // The hint for an unknown key names all that there are.
  const hints = all
    .flatMap((text) => told(text))
    .flatMap((line) => /; use one of (.*)$/.exec(line)?.[1] ?? []);
  // Keys that have a near one with the hint are those of `tags` and `repos`.
  expect(hints).toHaveLength(8);
  const keys = hints.flatMap((hint) => hint.split(', '));
  expect(keys.filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
});
