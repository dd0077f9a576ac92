import { describe, expect, test } from '@jest/globals';
import { entry, messages, parse, tagFile } from '../support/config.js';

describe('files and documents', () => {
  test.each([[''], ['# nothing\n'], ['---\n---\n'], ['images:\n'], ['images: []\nbuilds:\n'], ['{}']])(
    '%j is valid and asks for nothing',
    (text) => {
      expect(parse(text)).toEqual({
        builds: [],
        images: [],
        selections: [],
        runners: {},
        stagePolicy: 'demote',
        onHold: 'pass',
      });
    },
  );

  test('add up in order', () => {
    const one = (tag: string): string => `images: [ { name: org/a, src_build_tag: b, tag: ${tag} } ]\n`;
    const { images } = parse(`${one('v1')}---\n${one('v2')}---\n# nothing\n`, tagFile(one('v3'), 'b.yaml'));
    expect(images.map(({ tags }) => tags[0])).toEqual(['v1', 'v2', 'v3']);
    expect(images.map(({ origin }) => origin.at().file)).toEqual(['tags.yaml', 'tags.yaml', 'b.yaml']);
    expect(images.map(({ origin }) => origin.at().line)).toEqual([1, 3, 1]);
  });

  test('every problem of every file is told, by file, line and column', () => {
    const found = messages(
      tagFile('on_hold: fial\nimages: [ { tag: 1.10, nam: a } ]\n---\nimagez: []\n', 'z.yaml'),
      tagFile('- a\n', 'b.yaml'),
      tagFile(Buffer.from('a', 'utf16le'), 'a.yaml'),
    );
    expect(found.map((each) => each.split(' ')[0])).toEqual([
      'z.yaml:1:10:',
      'z.yaml:2:11:',
      'z.yaml:2:11:',
      'z.yaml:2:18:',
      'z.yaml:2:24:',
      'z.yaml:4:1:',
      'b.yaml:1:1:',
      'a.yaml:1:1:',
    ]);
  });

  test.each([
    ['- name: org/a\n', 'the file is a list, not a mapping; put it under "images:"'],
    ['hello\n', 'the file is "hello", not a mapping; write a mapping, such as "images:" with a list'],
    ['42\n', 'the file is the number 42, not a mapping; write a mapping, such as "images:" with a list'],
    ['images: { name: org/a }\n', /:9: "images" is a mapping, not a list; write a list$/],
    ['image: []\n', 'unknown key "image"; write "images"'],
    ['name: org/a\n', 'unknown key "name"; put it into an entry of the list "images"'],
    ['rules: []\n', 'unknown key "rules"; put it under "policy"'],
    ['row 29: version: 2\n', /unknown key/],
  ])('%j is an error', (text, message) => {
    const found = messages(text.replace('row 29: ', ''));
    expect(found).toHaveLength(1);
    if (typeof message === 'string') expect(found[0]).toBe(`tags.yaml:1:1: ${message}`);
    else expect(found[0]).toMatch(message);
  });

  test.each(['version', 'apiVersion', 'schema_version'])(
    'row 29: %s from the future is an error that says so',
    (key) => {
      expect(messages(`${key}: 9\nimages: []\n`)).toEqual([
        `tags.yaml:1:1: unknown key "${key}"; remove it: the format has no version; for a file of a newer Retag, update Retag`,
      ]);
    },
  );

  test('a setting that is given twice with two values is an error that names the first', () => {
    expect(
      messages(
        tagFile('policy: wmcore\non_hold: fail\n', 'a.yaml'),
        tagFile('policy: semver\non_hold: fail\n', 'b.yaml'),
      ),
    ).toEqual(['b.yaml:1:1: "policy" was given before, in a.yaml:1; keep one of them']);
  });

  test('settings of several documents go together', () => {
    expect(
      parse(
        'policy: wmcore\n---\nrunners: { linux/amd64: ubuntu-24.04, linux/arm64/v8: ubuntu-24.04-arm }\n',
        tagFile('stage_policy: fail\n---\non_hold: fail\n---\npolicy: wmcore\n', 'b.yaml'),
      ),
    ).toMatchObject({
      policy: { preset: 'wmcore', rules: [], examples: [] },
      runners: { 'linux/amd64': 'ubuntu-24.04', 'linux/arm64': 'ubuntu-24.04-arm' },
      stagePolicy: 'fail',
      onHold: 'fail',
    });
  });

  test('tracking has a title when none is given', () => {
    expect(parse('tracking: { shepherds: [ octocat, "dependabot[bot]" ] }\n').tracking).toMatchObject({
      title: '{name}: {tag}',
      labels: [],
      shepherds: ['octocat', 'dependabot[bot]'],
    });
  });

  test.each([
    ['runners: { linux/amd65: x }', '1:12: "linux/amd65" is not a platform; write "linux/amd64"'],
    ['runners: { linux/amd64: 1 }', '1:25: "linux/amd64" is the number 1, not text; quote it: "1"'],
    ['tracking: { shepherds: [ "@octocat" ] }', /^1:26: "@octocat" is not a GitHub user name; /],
    ['tracking: { title: "" }', /^1:20: "title" is empty; /],
    ['stage_policy: demot', '1:15: "stage_policy" is "demot", not demote or fail; write demote'],
  ])('%s is an error', (text, message) => {
    const [found, ...more] = messages(text).map((each) => each.replace('tags.yaml:', ''));
    expect(more).toEqual([]);
    if (typeof message === 'string') expect(found).toBe(message);
    else expect(found).toMatch(message);
  });
});

describe('builds', () => {
  test('have defaults for all that is optional', () => {
    expect(parse('builds: [ { name: org/a } ]').builds).toEqual([
      {
        number: 1,
        names: [{ text: 'org/a', repository: { registry: 'docker.io', repository: 'org/a' } }],
        context: '.',
        buildArgs: {},
        buildContexts: {},
        labels: {},
        annotations: {},
        secrets: [],
        ssh: [],
        cacheFrom: [],
        cacheTo: [],
        noCache: false,
        pull: false,
        ulimits: [],
        addHosts: [],
        platforms: [],
        requires: [],
        origin: expect.anything(),
      },
    ]);
  });

  test('take every key', () => {
    const [build] = parse(`
builds:
  - name: [ registry.cern.ch/cmsweb/reqmgr2, ghcr.io/dmwm/reqmgr2 ]
    context: docker/pypi/reqmgr2
    file: docker/pypi/reqmgr2/Dockerfile
    target: ''
    build_args: { TAG: '{tag}', EMPTY: '', LINES: "a\\nb" }
    build_contexts: { base: docker-image://alpine:3 }
    labels: { org.opencontainers.image.vendor: CMS }
    annotations: { 'index:org.example.x': y }
    secrets: [ 'id=pypi,env=PYPI_TOKEN' ]
    ssh: [ default ]
    cache_from: [ 'type=gha' ]
    cache_to: [ 'type=gha,mode=max' ]
    no_cache: true
    pull: true
    network: host
    shm_size: 1g
    ulimits: [ 'nofile=1024:2048' ]
    add_hosts: [ 'db:10.0.0.1', 'host.docker.internal:host-gateway' ]
    provenance: mode=max
    sbom: true
    platforms:
      linux/amd64: release
      linux/arm64: { stage: release, requires: [ { check: conformance-arm64 } ] }
      linux/s390x: test
      linux/ppc64le: build
    requires: [ { check: unit } ]
`).builds;
    expect(build).toMatchObject({
      names: [{ text: 'registry.cern.ch/cmsweb/reqmgr2' }, { repository: { registry: 'ghcr.io' } }],
      context: 'docker/pypi/reqmgr2',
      file: 'docker/pypi/reqmgr2/Dockerfile',
      buildArgs: { TAG: '{tag}', EMPTY: '', LINES: 'a\nb' },
      buildContexts: { base: 'docker-image://alpine:3' },
      labels: { 'org.opencontainers.image.vendor': 'CMS' },
      annotations: { 'index:org.example.x': 'y' },
      secrets: ['id=pypi,env=PYPI_TOKEN'],
      ssh: ['default'],
      cacheFrom: ['type=gha'],
      cacheTo: ['type=gha,mode=max'],
      noCache: true,
      pull: true,
      network: 'host',
      shmSize: '1g',
      ulimits: ['nofile=1024:2048'],
      addHosts: ['db:10.0.0.1', 'host.docker.internal:host-gateway'],
      provenance: 'mode=max',
      sbom: 'true',
      platforms: [
        { platform: 'linux/amd64', stage: 'release', requires: [] },
        { platform: 'linux/arm64', stage: 'release', requires: [{ check: 'conformance-arm64' }] },
        { platform: 'linux/s390x', stage: 'test' },
        { platform: 'linux/ppc64le', stage: 'build' },
      ],
      requires: [{ check: 'unit' }],
    });
    expect(build).not.toHaveProperty('target');
    expect(build?.platforms[1]?.requires[0]?.origin.at('check').line).toBe(25);
    expect(build?.platforms[2]?.origin.at()).toEqual({ file: 'tags.yaml', line: 26, column: 20 });
    expect(build?.platforms[2]?.origin.keyAt()).toEqual({ file: 'tags.yaml', line: 26, column: 7 });
  });

  test('in a list every platform is a release platform', () => {
    expect(
      parse('builds: [ { name: org/a, platforms: [ linux/amd64, linux/arm64 ] } ]').builds[0]?.platforms,
    ).toMatchObject([
      { platform: 'linux/amd64', stage: 'release' },
      { platform: 'linux/arm64', stage: 'release' },
    ]);
  });

  test.each([
    ['name: org/a:1', '2:11: the image name "org/a:1" holds a tag; give the name alone: "org/a"'],
    ['row 92: name: "a,push=true,name=evil/x"', /^2:11: .* is not a path component; /],
    ['name: []', '2:11: "name" is an empty list; put something in it or remove the key'],
    ['name: [ org/a, docker.io/org/a ]', '2:11: "name" names docker.io/org/a twice; name it once'],
    ['name: [ org/a, 1 ]', '2:20: item 2 of "name" is the number 1, not text; quote it: "1"'],
    ['context: .', '2:5: item 1 of "builds" has no "name"; add "name"'],
    ['row 94: context: --push', /^3:14: "--push" begins with "-"; /],
    ['row 94: context: "-"', /^3:14: "-" begins with "-"; /],
    ['row 94: context: https://169.254.169.254/x.git', /^3:14: .* is not a path in the workspace; /],
    ['row 94: context: git@github.com:a/b', /^3:14: .* is not a path in the workspace; /],
    ['file: --push', /^3:11: "--push" begins with "-"; /],
    ['platforms: []', '3:16: "platforms" is an empty list; put something in it or remove the key'],
    ['platforms: {}', '3:16: "platforms" is an empty mapping; put a platform in it or remove the key'],
    [
      'platforms: linux/amd64',
      '3:16: "platforms" is "linux/amd64", not a list or a mapping; write a list or a mapping',
    ],
    ['platforms: { linux/amd46: test }', '3:18: "linux/amd46" is not a platform; write "linux/amd64"'],
    [
      'platforms: { linux/amd64: tets }',
      /^3:31: "linux\/amd64" is "tets", not build, test, release or a mapping; write test$/,
    ],
    ['platforms: { linux/amd64: { requires: [] } }', '3:31: "linux/amd64" has no "stage"; add "stage"'],
    [
      'platforms: { linux/arm64: test, linux/arm64/v8: test }',
      /^3:37: "linux\/arm64\/v8" and "linux\/arm64" are the same/,
    ],
    ['build_args: { A: 1 }', '3:22: "A" is the number 1, not text; quote it: "1"'],
    ['build_args: { A: }', '3:19: "A" has no value; give it one or remove the key'],
    ['build_args: { A: 2021-02-03 }', /^3:22: "A" is the date 2021-02-03, not text; quote it/],
    ['build_args: { --push: x }', /^3:19: "--push" is not the name of a build argument; /],
    ['build_args: [ A=b ]', '3:17: "build_args" is a list, not a mapping; write a mapping'],
    ['labels: { "a=b": c }', /^3:15: "a=b" is not the key of a label; /],
    ['secrets: id=x', '3:14: "secrets" is "id=x", not a list; write it as a list: [ "id=x" ]'],
    ['cache_to: [ "a\\nb" ]', /^3:17: .* has a line break/],
    ['no_cache: 1', /^3:15: "no_cache" is the number 1, not true or false; /],
    ['network: sandbox', /^3:14: "network" is "sandbox", not default, host or none; /],
    ['shm_size: 1x', /^3:15: "1x" is not a size; /],
    ['ulimits: [ nofile ]', /^3:16: "nofile" is not a limit; write it as "nofile=1024:2048"/],
    ['add_hosts: [ "a,b" ]', /^3:18: "a,b" is not a host with its address; /],
    ['provenance: 1', '3:17: "provenance" is the number 1, not text; quote it: "1"'],
    ['dockerfile: x', '3:5: unknown key "dockerfile"; write "file"'],
    ['tags: [ x ]', '3:5: unknown key "tags"; remove it: the policy says which tags a build gets'],
    ['build-args: {}', '3:5: unknown key "build-args"; write "build_args"'],
  ])('%s is an error at its place', (given, message) => {
    const line = given.replace(/^row \d+: /, '');
    const first =
      line.startsWith('name:') || line === 'context: .' ? `  - ${line}\n` : `  - name: org/a\n    ${line}\n`;
    const [found, ...more] = messages(`builds:\n${first}`).map((each) => each.replace('tags.yaml:', ''));
    expect(more).toEqual([]);
    if (typeof message === 'string') expect(found).toBe(message);
    else expect(found).toMatch(message);
  });

  test('two builds of one name are an error, also over files, under another spelling and in a list', () => {
    expect(
      messages(
        tagFile('builds: [ { name: org/a }, { name: org/b } ]\n', 'a.yaml'),
        tagFile('builds: [ { name: [ ghcr.io/org/a, docker.io/org/a ] } ]\n', 'b.yaml'),
      ),
    ).toEqual([
      'b.yaml:1:36: docker.io/org/a is built twice, first in a.yaml:1; keep one of the builds, or give one another name',
    ]);
  });
});

describe('the policy', () => {
  test('takes every key', () => {
    const { policy } = parse(`
policy:
  preset: semver
  stable_suffix: -stable
  timezone: Europe/Zurich
  unmatched: ignore
  rules:
    - class: snapshot
      branch: [ main, master ]
      tag: 'v0.0.{date}{seq:2}'
      claim: git-tag
    - class: final
      git_tag: 'v{major}.{minor}.{patch}'
      tags: [ '{git_tag}', 'x-{git_tag}' ]
      stable: manual
      channels: [ '{major}.{minor}', latest ]
      labels: { org.opencontainers.image.vendor: k8s }
      requires: [ { check: e2e } ]
    - class: patch
      git_tag: 'v*'
      tag: '{git_tag}'
      stable: { requires: [ { workflow: e2e.yml, consecutive: 3 } ] }
    - class: stable
      git_tag: '{version:text}-stable'
      from: '{version}'
      fallback: build
      publish: false
      tag: '{version}-stable'
  examples:
    - { ref: refs/tags/v1.2.3, class: final, tags: [ v1.2.3, v1.2.3-stable ] }
    - { ref: refs/heads/x/y, class: null }
`);
    expect(policy).toMatchObject({
      preset: 'semver',
      stableSuffix: '-stable',
      timezone: 'Europe/Zurich',
      unmatched: 'ignore',
      rules: [
        {
          class: 'snapshot',
          branch: ['main', 'master'],
          tags: ['v0.0.{date}{seq:2}'],
          claim: 'git-tag',
          stable: false,
          publish: true,
        },
        {
          class: 'final',
          gitTag: ['v{major}.{minor}.{patch}'],
          tags: ['{git_tag}', 'x-{git_tag}'],
          stable: 'manual',
          channels: ['{major}.{minor}', 'latest'],
          labels: { 'org.opencontainers.image.vendor': 'k8s' },
          requires: [{ check: 'e2e' }],
        },
        { class: 'patch', stable: { requires: [{ workflow: 'e2e.yml', consecutive: 3 }] } },
        { class: 'stable', from: '{version}', fallback: 'build', publish: false },
      ],
      examples: [
        { ref: 'refs/tags/v1.2.3', class: 'final', tags: ['v1.2.3', 'v1.2.3-stable'] },
        { ref: 'refs/heads/x/y', class: null },
      ],
    });
    const [snapshot, final] = policy?.rules ?? [];
    expect(snapshot?.origin.at('branch', 1)).toMatchObject({ line: 9, column: 23 });
    expect(final?.origin.at('git_tag', 0)).toMatchObject({ line: 13, column: 16 });
    expect(final?.origin.inside(1, 'git_tag', 0)).toMatchObject({ line: 13, column: 18 });
    expect(snapshot?.origin.inside(12, 'tags', 0)).toMatchObject({ line: 10, column: 25 });
    expect(policy?.examples[1]?.origin.at('ref')).toMatchObject({ line: 31, column: 14 });
  });

  test.each([
    [
      '{ class: finall, branch: a, tag: b }',
      '3:19: "class" is "finall", not snapshot, patch, final or stable; write final',
    ],
    ['{ branch: a, tag: b }', '3:10: item 1 of "rules" has no "class"; add "class"'],
    ['{ class: final, tag: b }', /^3:10: item 1 of "rules" has none of "branch" and "git_tag"; add /],
    [
      '{ class: final, branch: a, git_tag: b, tag: c }',
      /^3:37: item 1 of "rules" has both "branch" and "git_tag"; /,
    ],
    ['{ class: final, branch: a }', /^3:10: item 1 of "rules" has none of "tag" and "tags"; add "tag"/],
    ['{ class: final, branch: [], tag: b }', /^3:34: "branch" is an empty list; /],
    ['{ class: final, branch: "", tag: b }', /^3:34: "branch" is empty; /],
    [
      '{ class: final, branch: 1.10, tag: b }',
      '3:34: "branch" is the number 1.1, not text; quote it: "1.10"',
    ],
    ['{ class: final, branch: a, tag: 1.10 }', '3:42: "tag" is the number 1.1, not text; quote it: "1.10"'],
    [
      '{ class: final, branch: a, tag: b, stable: manul }',
      /^3:53: "stable" is "manul", not true or false, manual or a mapping; write manual$/,
    ],
    ['{ class: final, branch: a, tag: b, stable: {} }', '3:53: "stable" has no "requires"; add "requires"'],
    [
      '{ class: final, branch: a, tag: b, stable: { requires: [ {} ] } }',
      /^3:67: item 1 of "requires" names no check; /,
    ],
    [
      '{ class: final, branch: a, tag: b, fallback: build }',
      /^3:45: "fallback" does not go without "from"; /,
    ],
    [
      '{ class: final, branch: a, tag: b, channels: latest }',
      /^3:55: "channels" is "latest", not a list; write it as a list: \[ "latest" \]$/,
    ],
    ['{ class: final, branch: a, tag: b, chanels: [] }', '3:45: unknown key "chanels"; write "channels"'],
  ])('a rule %s is an error at its place', (rule, message) => {
    const [found, ...more] = messages(`policy:\n  rules:\n    -    ${rule}\n`).map((each) =>
      each.replace('tags.yaml:', ''),
    );
    expect(more).toEqual([]);
    if (typeof message === 'string') expect(found).toBe(message);
    else expect(found).toMatch(message);
  });

  test.each([
    ['policy: 1', '1:9: "policy" is the number 1, not text; quote it: "1"'],
    ['policy: [ a ]', /^1:9: "policy" is a list, not text or a mapping; /],
    ['policy: { presett: semver }', '1:11: unknown key "presett"; write "preset"'],
    ['policy: { stable_suffix: +x }', /^1:26: "\+x" is not a suffix of a tag; /],
    ['policy: { stable_suffix: "" }', /^1:26: "" is not a suffix of a tag; /],
    ['policy: { timezone: Europe/Zurch }', '1:21: "Europe/Zurch" is not a time zone; write "Europe/Zurich"'],
    ['policy: { timezone: "+02:00" }', /^1:21: "\+02:00" is not a time zone; write an IANA name/],
    ['policy: { unmatched: warn }', /^1:22: "unmatched" is "warn", not error or ignore; /],
    [
      'policy: { examples: [ { ref: v1, class: final } ] }',
      /^1:30: "v1" is not a full ref; write it as "refs\/tags\/NAME"/,
    ],
    [
      'policy: { examples: [ { ref: refs/tags/v1 } ] }',
      /^1:23: item 1 of "examples" has no "class"; add "class"/,
    ],
  ])('%s is an error at its place', (text, message) => {
    const [found, ...more] = messages(text).map((each) => each.replace('tags.yaml:', ''));
    expect(more).toEqual([]);
    if (typeof message === 'string') expect(found).toBe(message);
    else expect(found).toMatch(message);
  });
});

describe('origins', () => {
  test('a path that is not there has the place of the nearest parent', () => {
    const [image] = parse(entry('tag: v1')).images;
    expect(image?.origin.at()).toMatchObject({ line: 2, column: 5 });
    expect(image?.origin.at('src_ref')).toEqual(image?.origin.at());
    expect(image?.origin.keyAt('tag')).toMatchObject({ line: 4, column: 5 });
    expect(image?.origin.at('tags', 0)).toMatchObject({ line: 4, column: 10 });
    expect(image?.origin.at('tag', 'x', 3)).toEqual(image?.origin.at('tag'));
  });

  test.each([
    ['plain', 'src_ref: abcdef', 3, 17],
    ['plain, past the end', 'src_ref: abc', 9, 17],
    ['single quotes', "src_ref: 'abcdef'", 3, 18],
    ['single quotes with a quote', "src_ref: 'a''b''c'", 3, 19],
    ['double quotes', 'src_ref: "abcdef"', 3, 18],
    ['double quotes with escapes', 'src_ref: "\\x41\\u0042\\"c"', 3, 27],
    ['behind an anchor', 'src_ref: &x abcdef', 3, 20],
    ['several lines', 'src_ref: ab\n      cd', 3, 14],
  ])('a character inside a scalar is found: %s', (_, line, offset, column) => {
    const [image] = parse(entry('tag: v1', line)).images;
    expect(image?.origin.inside(offset, 'src_ref')).toEqual({ file: 'tags.yaml', line: 5, column });
  });
});
