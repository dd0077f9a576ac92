import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { bakeDefinition, type DefinitionInput } from '../../src/builds/definition.js';
import type { BakeDefinition } from '../../src/builds/model.js';
import { build, complaints, definition, definitionInput, selected } from '../support/builds.js';

const FOUR = ['linux/amd64', 'linux/arm64', 'linux/s390x', 'linux/ppc64le'];

/** The whole text that buildx reads, committed beside this test. */
const golden: Record<string, () => BakeDefinition> = {
  'one-image': () =>
    definition(
      build('registry.cern.ch/cmsweb/reqmgr2', {
        context: 'docker/pypi/reqmgr2',
        buildArgs: { TAG: '{tag}' },
        platforms: FOUR,
        secrets: ['id=pypi,env=PYPI_TOKEN'],
        cacheFrom: ['type=gha'],
        cacheTo: ['type=gha,mode=max'],
        provenance: 'mode=max',
        sbom: 'true',
      }),
    ),
  'two-images': () =>
    bakeDefinition(
      definitionInput(
        ['ghcr.io/example/app', 'quay.io/example/app'].map((name) =>
          selected(
            build(name, { platforms: ['linux/amd64'], cacheTo: ['type=gha'], cacheFrom: ['type=gha'] }),
          ),
        ),
      ),
    ),
  'every-option': () =>
    definition(
      build('localhost:5000/example/app', {
        context: 'services/app',
        file: 'common/Dockerfile',
        target: 'runtime',
        platforms: ['linux/amd64'],
        buildArgs: { 'A B': '--push', SHELL: '${HOME} %{if true}x%{endif} $HOME' },
        buildContexts: { base: 'docker-image://alpine:3.20', docs: './docs/' },
        labels: { quoted: '"a", ${b}' },
        annotations: { 'index:only.index': 'x', 'manifest:only.manifest': 'y', both: '{tag}' },
        secrets: ['id=npmrc,src=/run/npmrc'],
        ssh: ['default'],
        cacheFrom: ['example/cache:latest', 'type=local,src=../cache'],
        cacheTo: ['type=registry,ref=example/cache,"compression=a,b"'],
        noCache: true,
        pull: true,
        network: 'host',
        shmSize: '128m',
        ulimits: ['nofile=1024:2048'],
        addHosts: ['db:10.0.0.2', 'host.docker.internal=host-gateway'],
        provenance: 'false',
        sbom: 'generator=example/sbom:1',
      }),
      { inputSecrets: ['TOKEN=s3cret,with="csv"'], sourceDateEpoch: '1700000000' },
    ),
  'no-attestations': () =>
    definition(build('quay.io/example/app', { platforms: ['linux/amd64'], provenance: 'false' })),
  'native-platform': () => definition(build('quay.io/example/app')),
  'several-nodes': () =>
    definition(
      build('quay.io/example/app', { platforms: ['linux/amd64', 'linux/arm64'], cacheTo: ['type=gha'] }),
      {
        split: true,
      },
    ),
  'check-only': () =>
    bakeDefinition(
      definitionInput([
        {
          config: build('quay.io/example/app', { platforms: ['linux/amd64', 'linux/ppc64le'] }),
          choice: { build: ['linux/amd64', 'linux/ppc64le'], push: ['linux/amd64'] },
        },
      ]),
    ),
};

describe('golden definitions', () => {
  test.each(Object.entries(golden))('%s', (name, make) => {
    const url = new URL(`./golden/${name}.golden`, import.meta.url);
    expect(make().text).toBe(readFileSync(url, 'utf8'));
  });
});

describe('what the bake file does not say', () => {
  test('the agent and the network are named for --allow, and no path of the tag file', () => {
    expect(golden['every-option']!().allow).toEqual(['ssh', 'network.host']);
  });

  test('a secret given by value is not in the text, and the variable that carries it is', () => {
    const made = golden['every-option']!();
    expect(made.text).not.toContain('s3cret');
    expect(made.secretValues).toEqual({ RETAG_SECRET_0: 's3cret,with="csv"' });
    expect(made.text).toContain('id=TOKEN,env=RETAG_SECRET_0');
  });

  test('the releases of buildx that brought what is used, the newest first', () => {
    expect(golden['every-option']!().needs.map(({ version }) => version)).toEqual([
      '0.25.0',
      '0.17.0',
      '0.17.0',
      '0.13.0',
    ]);
    expect(golden['one-image']!().needs.map(({ version }) => version)).toEqual(['0.13.0']);
  });

  test('annotations of an index that is joined later', () => {
    const made = golden['several-nodes']!();
    expect(made.indexAnnotations.get('quay.io/example/app')).toMatchObject({
      'org.opencontainers.image.version': '2.3.4',
    });
    expect(made.targets.map(({ name, split }) => [name, split])).toEqual([
      ['app_linux-amd64', true],
      ['app_linux-arm64', true],
    ]);
  });

  test('an untrusted event exports no cache, and still reads it', () => {
    const made = definition(build('q.io/a/b', { cacheFrom: ['type=gha'], cacheTo: ['type=gha'] }), {
      trusted: false,
    });
    expect(made.file.target['b']).toMatchObject({ 'cache-from': ['type=gha'] });
    expect(made.text).not.toContain('cache-to');
  });

  test('the page of the run becomes the builder id of the provenance', () => {
    const facts = { ...definitionInput([]).facts, run: 'https://github.com/o/r/actions/runs/1' };
    expect(definition(build('q.io/a/b'), { facts }).file.target['b']!.attest).toEqual([
      'type=provenance,mode=min,builder-id=https://github.com/o/r/actions/runs/1',
    ]);
  });

  test('a host connected to over http is marked so', () => {
    const made = definition(build('registry.local:5000/a'), { insecure: ['registry.local:5000'] });
    expect(made.file.target['a']!.output[0]).toMatch(/,push=true,registry\.insecure=true$/);
  });
});

describe('bad input: at its place, before anything is built', () => {
  const cases: [string, Parameters<typeof build>[1], RegExp, Partial<DefinitionInput>?][] = [
    ['row 94: context from standard input', { context: '-' }, /^builds\.context:1:1: .*starts with "-"/],
    ['row 94: context that looks like a flag', { context: '--push' }, /builds\.context.*starts with "-"/],
    ['row 94: context is a URL', { context: 'https://169.254.169.254/x.git' }, /remote address/],
    ['context is an ssh git address', { context: 'git@github.com:o/r' }, /remote address/],
    ['context is an image', { context: 'docker-image://alpine' }, /remote address/],
    ['context that buildx takes for GitHub', { context: './github.com/o/r' }, /remote address/],
    ['context that is a URL once it is cleaned', { context: './/-' }, /starts with "-"/],
    ['context outside', { context: 'a/../../b' }, /outside the workspace/],
    ['absolute context', { context: '/etc' }, /not relative/],
    ['file outside', { file: '../Dockerfile' }, /^builds\.file.*outside the workspace/],
    ['file is a URL', { file: 'https://x/Dockerfile' }, /remote address/],
    [
      'undefined template in a build argument',
      { buildArgs: { A: '{nothing}' } },
      /^builds\.build_args\.A:1:1: .*"\{nothing\}" is not a field; use \{tag\}/,
    ],
    ['undefined template in a label', { labels: { a: '{nothing}' } }, /^builds\.labels\.a/],
    ['build argument with "=" in its name', { buildArgs: { 'A=B': '1' } }, /cannot be a key/],
    [
      'a secret by value in the tag file',
      { secrets: ['TOKEN=abc'] },
      /^builds\.secrets\.0:.*never write a value here/,
    ],
    [
      'a secret with an option that does not exist',
      { secrets: ['id=a,env=B,push=true'] },
      /"push" is not a key/,
    ],
    ['a secret of which nothing is known', { secrets: ['id=a b,env=B'] }, /has no id/],
    ['cache with a line break', { cacheTo: ['type=gha\n--push'] }, /^builds\.cache_to\.0.*control character/],
    ['cache without a type', { cacheFrom: ['mode=max,ref=x'] }, /has no type/],
    ['cache that gives one key twice', { cacheTo: ['type=local,dest=a,dest=/etc'] }, /"dest" is given twice/],
    ['an attestation of another type', { sbom: 'type=provenance' }, /"type" does not belong in sbom/],
    ['provenance that is none', { provenance: 'maximum' }, /does not belong in provenance/],
    ['network', { network: 'bridge' }, /not a network mode/],
    ['ulimit', { ulimits: ['nofile'] }, /not a ulimit/],
    ['shm size', { shmSize: 'big' }, /not a size/],
    ['host entry', { addHosts: ['db'] }, /not a host entry/],
    [
      'another target as context',
      { buildContexts: { a: 'target:b' } },
      /^builds\.build_contexts\.a.*cannot be a context/,
    ],
    ['a context by http', { buildContexts: { a: 'http://x/y' } }, /remote address/],
    ['annotation level', { annotations: { 'indx:a': 'b' } }, /level in "indx:a" is not known/],
    [
      "a revision of one's own",
      { labels: { 'org.opencontainers.image.revision': 'x' } },
      /finished build is recognised by it/,
    ],
    [
      'the same by the policy',
      {},
      /finished build/,
      { decision: { class: 'final', version: '1', labels: { 'org.opencontainers.image.revision': 'x' } } },
    ],
    ['no platform left', { platforms: ['linux/s390x'] }, /no platform is left/],
  ];
  test.each(cases)('%s', (_name, over, expected, input = {}) => {
    const config = build('quay.io/example/app', over);
    const builds = [{ config, choice: { build: [], push: [] } }];
    const found = complaints(() => bakeDefinition(definitionInput(builds, input)));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  test('a secret by value is never repeated in the message', () => {
    const config = build('quay.io/example/app', { secrets: ['hunter2'] });
    expect(complaints(() => definition(config)).join()).not.toContain('hunter2');
  });

  test('every problem at once', () => {
    const config = build('quay.io/example/app', { context: '-', network: 'x', secrets: ['a'] });
    expect(complaints(() => definition(config))).toHaveLength(3);
  });

  test('two builds that push to one repository', () => {
    const builds = ['docker.io/library/app', 'app'].map((name) => selected(build(name)));
    expect(complaints(() => bakeDefinition(definitionInput(builds)))).toEqual([
      expect.stringMatching(/two builds are called "app"/),
    ]);
  });

  test('row 93: a build argument "--push" stays a value', () => {
    expect(definition(build('q.io/a/b', { buildArgs: { A: '--push' } })).file.target['b']!.args).toEqual({
      A: '--push',
    });
  });
});

describe('laws', () => {
  const hcl = (text: string): string => text.replace(/\$\$\{/g, '${').replace(/%%\{/g, '%{');

  test('whatever a build argument holds, HCL gives it back', () => {
    const atoms = fc.constantFrom('$', '%', '{', '}', '${', '%{', 'a', '"', '\\', '\n', ',');
    fc.assert(
      fc.property(fc.array(atoms, { maxLength: 12 }), (parts) => {
        const value = parts.join('');
        const made = definition(build('q.io/a/b', { buildArgs: { A: value } }), {
          render: (text) => ({ ok: true, value: text }),
        });
        const text = (JSON.parse(made.text) as BakeDefinition['file']).target['b']!.args!['A']!;
        // nothing is left that HCL would evaluate, and what it unescapes is the value
        expect(text.replace(/\$\$\{|%%\{/g, 'x')).not.toMatch(/[$%]\{/);
        expect(hcl(text)).toBe(value);
      }),
    );
  });

  test('no output but the one push by digest, whatever the names', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,8}){0,2}$/), (name) => {
        const made = definition(build(`quay.io/o/${name}`));
        for (const target of Object.values(made.file.target)) {
          expect(target.output).toEqual([
            `type=image,name=quay.io/o/${name},push-by-digest=true,name-canonical=true,push=true`,
          ]);
        }
      }),
    );
  });
});
