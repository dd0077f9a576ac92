import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { entry, messages, parse, tagFile } from '../support/config.js';

const sha256 = `sha256:${'ab'.repeat(32)}`;

describe("StarlingX's own file", () => {
  const file = tagFile(
    readFileSync(new URL('../../examples/starlingx/image-tags.yaml', import.meta.url)),
    'image-tags.yaml',
  );

  test('is read as it is, three documents in order', () => {
    const { images, builds, policy } = parse(file);
    expect(images).toHaveLength(83);
    expect(builds).toEqual([]);
    expect(policy).toBeUndefined();
    expect(images[0]).toMatchObject({
      number: 1,
      names: [
        {
          text: 'docker.io/starlingx/intel-fpga-admissionwebhook',
          repository: { registry: 'docker.io', repository: 'starlingx/intel-fpga-admissionwebhook' },
        },
      ],
      commit: { sha: '5f72ddb26a38d41fef919060585daaafae677433' },
      srcBuildTag: 'master-distroless-stable-20191203T153530Z.0',
      srcRef: 'https://opendev.org/starlingx/integ/commit/5f72ddb26a38d41fef919060585daaafae677433',
      tags: ['stx.4.0-v0.11.0-103-g4f28657'],
    });
    expect(images.at(-1)).toMatchObject({
      number: 83,
      names: [{ text: 'docker.io/starlingx/stx-vault-manager' }],
      tags: ['stx.5.0-v1.18.3'],
    });
  });

  test('the place of every entry is where its name stands', () => {
    const lines = new TextDecoder().decode(file.bytes).split('\n');
    for (const { names, origin } of parse(file).images) {
      const { line, column } = origin.at('name');
      expect(lines[line - 1]?.slice(column - 1)).toBe(names[0]?.text);
    }
  });
});

describe('an entry', () => {
  test('has defaults for all that is optional', () => {
    const [image] = parse(entry('tag: v1')).images;
    expect(image).toEqual({
      number: 1,
      names: [{ text: 'docker.io/org/app', repository: { registry: 'docker.io', repository: 'org/app' } }],
      srcRepository: { registry: 'docker.io', repository: 'org/app' },
      srcBuildTag: 'build-1',
      commit: null,
      tags: ['v1'],
      stable: false,
      platforms: [],
      requires: [],
      references: [],
      origin: expect.anything(),
    });
  });

  test('takes every key', () => {
    const [image] = parse(
      entry(
        'src_ref: https://example.org/commit/dac417b',
        'src_name: quay.io/other/repo',
        `src_digest: ${sha256}`,
        'tags: [ a, b ]',
        'stable: true',
        'platforms: [ linux/amd64, linux/arm64/v8, linux/arm ]',
        'attachments: require',
        'requires: [ { check: e2e } ]',
        "bug: 'Closes-Bug: 1854869'",
        'references: [ { file: charts/x/values.yaml, path: images.tags.sriov } ]',
      ),
    ).images;
    expect(image).toMatchObject({
      srcName: 'quay.io/other/repo',
      srcRepository: { registry: 'quay.io', repository: 'other/repo' },
      srcDigest: sha256,
      tags: ['a', 'b'],
      stable: true,
      platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'],
      attachments: 'require',
      requires: [{ check: 'e2e' }],
      bug: 'Closes-Bug: 1854869',
      references: [{ file: 'charts/x/values.yaml', path: 'images.tags.sriov' }],
    });
  });

  test('may name its source by digest alone', () => {
    expect(
      parse(`images: [ { name: org/a, src_digest: '${sha256}', tag: v1 } ]`).images[0],
    ).not.toHaveProperty('srcBuildTag');
  });

  test.each([
    ['row 17: 1.10', '1.10', 'the number 1.1'],
    ['row 17: 010', '010', 'the number 10'],
    ['1e3', '1e3', 'the number 1000'],
    ['20191203', '20191203', 'the number 20191203'],
    ['0x1F', '0x1F', 'the number 31'],
    ['.inf', '.inf', 'the number Infinity'],
    ['true', 'true', 'true'],
    ['False', 'False', 'false'],
    ['null', 'null', 'null'],
    ['a date', '2021-02-03', 'the date 2021-02-03'],
    ['a date with a time', '2021-02-03T04:05:06Z', 'the date 2021-02-03T04:05:06Z'],
  ])('must have its tag in quotes when YAML reads it as something else: %s', (_, source, is) => {
    expect(messages(entry(`tag: ${source}`))).toEqual([
      `tags.yaml:4:10: "tag" is ${is}, not text; quote it: "${source}"`,
    ]);
    expect(messages(entry(`tags: [ v1, ${source} ]`))).toEqual([
      `tags.yaml:4:17: item 2 of "tags" is ${is}, not text; quote it: "${source}"`,
    ]);
    expect(messages(entry(`references: [ { file: "${source}", path: x } ]`, 'tag: v1'))).toEqual([]);
  });

  test.each(['yes', 'no', 'on', 'off', 'v1', '1.2.3', '1_000', '2021-02-03-1', "'1.10'", '!!str 1.10'])(
    'may have the tag %s, which YAML 1.2 reads as text',
    (source) => {
      expect(messages(entry(`tag: ${source}`))).toEqual([]);
    },
  );

  test.each([
    ['row 3: an empty tag', "tag: ''", '4:10: the tag is empty; give it at least one character'],
    ['a tag without value', 'tag:', '4:5: "tag" has no value; give it one or remove the key'],
    ['a tag that is ~', 'tag: ~', '4:10: "tag" has no value; give it one or remove the key'],
    ['row 4: a tag that begins with a dot', 'tag: .x', /^4:10: "\.x" is not a tag; /],
    ['row 4: a tag that begins with a dash', 'tag: -x', /^4:10: "-x" is not a tag; /],
    ['row 5: build metadata', 'tag: v1+build', /^4:10: "v1\+build" is not a tag; /],
    ['row 2: a tag of 129 characters', `tag: ${'x'.repeat(129)}`, /^4:10: the tag has 129 characters; /],
    ['row 12: a reserved tag', `tag: sha256-${'a'.repeat(64)}.sig`, /^4:10: the tag .* is reserved/],
    ['a tag that is a list', 'tag: [ a ]', '4:10: "tag" is a list, not text; write text'],
    ['a tag that is a mapping', 'tag: { a: b }', '4:10: "tag" is a mapping, not text; write text'],
    ['tags that are one', 'tags: a', '4:11: "tags" is "a", not a list; write it as a list: [ "a" ]'],
    ['no tags', 'tags: []', '4:11: "tags" is an empty list; put something in it or remove the key'],
    ['a tag twice', 'tags: [ a, b, a ]', '4:11: "tags" names the tag "a" twice; name it once'],
    ['a short digest', 'src_digest: sha256:short', /^5:17: "sha256:short" is not a digest; /],
    [
      'stable in quotes',
      'stable: "true"',
      /^5:13: "stable" is "true", not true or false; write .* without quotes/,
    ],
    ['stable: yes', 'stable: yes', /^5:13: "stable" is "yes", not true or false; /],
    [
      'a wrong mode',
      'attachments: copie',
      '5:18: "attachments" is "copie", not copy, require or ignore; write copy',
    ],
    ['a far mode', 'attachments: all', /^5:18: .*; write copy, require or ignore$/],
    [
      'a number as mode',
      'attachments: 1',
      /^5:18: "attachments" is the number 1, not copy, require or ignore; /,
    ],
    [
      'an unknown platform',
      'platforms: [ linux/amd46 ]',
      '5:18: "linux/amd46" is not a platform; write "linux/amd64"',
    ],
    ['another name of a platform', 'platforms: [ linux/x86_64 ]', /^5:18: .*; write "linux\/amd64"$/],
    ['no platforms', 'platforms: []', /^5:16: "platforms" is an empty list; /],
    ['a platform twice', 'platforms: [ linux/arm64, linux/arm64/v8 ]', /^5:16: .* linux\/arm64 twice; /],
    ['a number as bug', 'bug: 1854869', '5:10: "bug" is the number 1854869, not text; quote it: "1854869"'],
    ['two lines as bug', 'bug: "a\\nb"', /^5:10: "a\\nb" is not a trailer that names a bug; /],
    ['an empty src_ref', "src_ref: ''", '5:14: "src_ref" is empty; give it a value or remove the key'],
    [
      'a tag in src_name',
      'src_name: org/b:1',
      '5:15: the image name "org/b:1" holds a tag; give the name alone: "org/b"',
    ],
    [
      'a reference without path',
      'references: [ { file: a.yaml } ]',
      /^5:19: item 1 of "references" has no "path"; add/,
    ],
    [
      'a reference outside',
      'references: [ { file: ../a, path: x } ]',
      /^5:27: "..\/a" is not a path inside the rep/,
    ],
    [
      'a reference at the root',
      'references: [ { file: /etc/a, path: x } ]',
      /^5:27: "\/etc\/a" is not a path inside/,
    ],
    [
      'a reference into .git',
      'references: [ { file: .git/config, path: x } ]',
      /^5:27: ".git\/config" is below .github or .git, where Retag changes nothing; /,
    ],
    ['row 19: an unknown key', 'tagz: v2', '5:5: unknown key "tagz"; write "tag"'],
    ['a key in another style', 'srcBuildTag: x', '5:5: unknown key "srcBuildTag"; write "src_build_tag"'],
    [
      'a key far from all',
      'description: x',
      /^5:5: unknown key "description"; use one of name, src_build_tag, /,
    ],
  ])('%s is an error at its place', (_, line, message) => {
    const lines = /^tags?:/.test(line) ? [line] : ['tag: v1', line];
    const found = messages(entry(...lines));
    expect(found).toHaveLength(1);
    const bare = found[0]?.replace('tags.yaml:', '');
    if (typeof message === 'string') expect(bare).toBe(message);
    else expect(bare).toMatch(message);
  });

  test('row 2: a tag of 128 characters is fine', () => {
    expect(parse(entry(`tag: ${'x'.repeat(128)}`)).images).toHaveLength(1);
  });

  test.each([
    [
      'row 1: upper case',
      'UPPER/repo',
      /: the image name "UPPER\/repo" has upper-case letters; write it in lower case/,
    ],
    ['row 6: two slashes', 'a//b', /: "" in the image name "a\/\/b" is not a path component; /],
    ['row 6: ..', 'a/../b', /: ".." in the image name "a\/..\/b" is not a path component; /],
    ['row 6: an escape', '%2e%2e/b', /not YAML|not a path component/],
    ['row 6: a backslash', 'a\\b', /is not a path component/],
    ['row 6: a tab inside', '"a\\tb"', /holds a character that no name may hold/],
    ['row 7: a digest', 'repo:tag@sha256:short', /holds a digest; give the name alone/],
    [
      'row 8: 256 characters',
      `host.example/${'x'.repeat(243)}`,
      /has 256 characters; host and name have at most 255/,
    ],
    ['a tag', 'docker.io/org/app:1.0', /holds a tag; give the name alone: "docker.io\/org\/app"/],
    ['a comma', 'a,push=true,name=evil/x', /is not a path component/],
  ])('a name with %s is an error at its place', (_, name, message) => {
    const found = messages(`images:\n  - name: ${name}\n    src_build_tag: b\n    tag: v1\n`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^tags.yaml:2:11: /);
    expect(found[0]).toMatch(message);
  });

  test('without source, tag or name says all three', () => {
    expect(messages('images:\n  - src_ref: x\n')).toEqual([
      'tags.yaml:2:5: item 1 of "images" has no "name"; add "name"',
      'tags.yaml:2:5: item 1 of "images" has none of "tag" and "tags"; add "tag" with the tag to give',
      'tags.yaml:2:5: item 1 of "images" does not say what to promote; add "src_build_tag" or "src_digest"',
    ]);
  });

  test('with both tag and tags is an error', () => {
    expect(messages(entry('tag: v1', 'tags: [ v2 ]'))).toEqual([
      'tags.yaml:5:5: item 1 of "images" has both "tag" and "tags"; keep one of them',
    ]);
  });

  test.each([
    ['- 5\n', '3: item 1 of "images" is the number 5, not a mapping; write a mapping'],
    ['-\n', '2: item 1 of "images" has no value; give it one or remove the key'],
    ['- org/app\n', '3: item 1 of "images" is "org/app", not a mapping; write a mapping'],
    ['- [ a ]\n', '3: item 1 of "images" is a list, not a mapping; write a mapping'],
  ])('that is no mapping is an error: %j', (item, message) => {
    expect(messages(`images:\n${item}`)).toEqual([`tags.yaml:2:${message}`]);
  });

  test('given twice is fine: whether entries contradict each other is the business of the plan', () => {
    const one = '  - { name: org/a, src_build_tag: b, tag: v1 }\n';
    expect(parse(`images:\n${one}${one}`).images).toHaveLength(2);
  });
});

describe('gates', () => {
  const gate = (text: string): string => entry('tag: v1', `requires: [ ${text} ]`);

  test.each([
    ['{ check: e2e }', { check: 'e2e' }],
    ['{ check: e2e, green_for: 30d }', { check: 'e2e', greenFor: 30 * 86_400_000 }],
    ['{ check: e2e, repo: org/other, ref: main }', { check: 'e2e', repo: 'org/other', ref: 'main' }],
    [
      '{ workflow: e2e.yaml, branch: main, consecutive: 5 }',
      { workflow: 'e2e.yaml', branch: 'main', consecutive: 5 },
    ],
    [
      '{ workflow: .github/workflows/e2e.yml, green_for: 2w }',
      { workflow: 'e2e.yml', greenFor: 1_209_600_000 },
    ],
    ['{ approved_by: org/release }', { approvedBy: 'org/release' }],
  ])('%s', (text, expected) => {
    const [image] = parse(gate(text)).images;
    expect(image?.requires).toEqual([{ ...expected, origin: expect.anything() }]);
    expect(image?.requires[0]?.origin.at()).toEqual({ file: 'tags.yaml', line: 5, column: 17 });
  });

  test.each([
    ['{}', '17: item 1 of "requires" names no check; add "check", "workflow" or "approved_by"'],
    [
      '{ green_for: 30d }',
      '17: item 1 of "requires" names no check; add "check", "workflow" or "approved_by"',
    ],
    [
      '{ check: a, workflow: b.yml }',
      /^29: item 1 of "requires" has both "check" and "workflow"; make two gates/,
    ],
    ['{ check: a, consecutive: 2 }', '29: "consecutive" does not go with "check"; remove it'],
    ['{ workflow: a.yml, repo: a/b }', '36: "repo" does not go with "workflow"; remove it'],
    ['{ check: a, green_for: 30 }', '40: "green_for" is the number 30, not text; quote it: "30"'],
    ['{ check: a, green_for: 30x }', /^40: "30x" is not a duration; write a number and one of s, m, h, d, w/],
    ['{ check: a, green_for: 0d }', /^40: "0d" is not a duration; /],
    [
      '{ workflow: a.yml, consecutive: 0 }',
      /^49: "consecutive" is the number 0, not a whole number from 1 to 100/,
    ],
    ['{ workflow: a.yml, consecutive: 1.5 }', /^49: "consecutive" is the number 1.5, not a whole number/],
    [
      '{ workflow: a.yml, consecutive: "2" }',
      /^49: "consecutive" is "2", not a number; write a number, without quotes/,
    ],
    ['{ workflow: End to end }', /^29: "End to end" is not the file name of a workflow; /],
    ['{ check: a, repo: other }', /^35: "other" is not a repository; write it as "OWNER\/NAME"/],
    ['{ chek: a }', /^17: .* names no check/],
    ['e2e', '17: item 1 of "requires" is "e2e", not a mapping; write a mapping'],
  ])('%s is an error at its place', (text, message) => {
    const [first] = messages(gate(text)).map((each) => each.replace('tags.yaml:5:', ''));
    if (typeof message === 'string') expect(first).toBe(message);
    else expect(first).toMatch(message);
  });
});
