import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

import { attempt } from '../../../faults/world/engine.js';
import { fakeTime } from '../../../faults/world/time.js';
import { parseCsv } from '../../../src/builds/csv.js';
import { image, index, seed } from '../../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../../testing/registry/server.js';
import { parseTag } from '../../../src/oci/reference.js';
import { addressOfRegistry } from '../../../src/registry/hosts.js';
import { build, definition } from '../../support/builds.js';
import { decide, policyOf } from '../../support/policies.js';
import { EVENTS, workspace, type Workspace } from '../../support/runner.js';

let registry: EmbeddedRegistry;
let place: Workspace;
beforeAll(async () => {
  registry = await startRegistry();
  place = workspace();
});
afterAll(async () => {
  await registry.close();
  place.remove();
});

function filesBelow(directory: string, ending: RegExp): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !name.includes('node_modules'))
    .map((name) => join(directory, name));
}

const WORKFLOWS = [...filesBelow('.github/workflows', /\.ya?ml$/), ...filesBelow('examples', /\.ya?ml$/)];
const SHOWN = ['README.md', ...filesBelow('docs', /\.md$/), ...filesBelow('examples', /\.(?:md|ya?ml)$/)];

describe('what we show to others', () => {
  /** Expressions whose value somebody else chooses; in a script they become part of the script. */
  const FOREIGN =
    /\$\{\{[^}]*(?:github\.(?:event\b|head_ref|ref_name|actor)|inputs\.|steps\.[\w-]+\.outputs|needs\.)[^}]*\}\}/;

  test.each([...new Set([...WORKFLOWS, ...SHOWN])])('threat 1: no foreign text in scripts of %s', (file) => {
    const lines = readFileSync(file, 'utf8').split('\n');
    const scripts: string[] = [];
    let indentation = -1;
    for (const line of lines) {
      const depth = line.search(/\S/);
      if (indentation >= 0 && depth > indentation) scripts.push(line);
      else if (line.trim() !== '') indentation = -1;
      const run = /^(\s*(?:- )?)run:(.*)$/.exec(line);
      if (!run) continue;
      scripts.push(run[2] ?? '');
      indentation = (run[1] ?? '').length;
    }
    expect(scripts.filter((line) => FOREIGN.test(line))).toEqual([]);
  });

  test.each(WORKFLOWS.filter((file) => /^jobs:/m.test(readFileSync(file, 'utf8'))))(
    'threat 22: %s says which permissions its jobs have',
    (file) => {
      const workflow = parse(readFileSync(file, 'utf8')) as {
        permissions?: unknown;
        jobs: Readonly<Record<string, { permissions?: unknown }>>;
      };
      const silent = Object.entries(workflow.jobs).filter(([, job]) => job.permissions === undefined);
      expect(workflow.permissions === undefined ? silent.map(([name]) => name) : []).toEqual([]);
      expect(JSON.stringify(workflow)).not.toContain('write-all');
    },
  );

  test.each(filesBelow('.github/workflows', /\.ya?ml$/))('threat 23: %s pins what it uses', (file) => {
    const uses = [...readFileSync(file, 'utf8').matchAll(/^\s*(?:- )?uses:\s*(\S+)/gm)].map(
      ([, name = '']) => name,
    );
    // Our own action is named by its release, which is what the file itself is part of, or as a part of this commit.
    const foreign = uses.filter((name) => !/^(?:\.|\$)\//.test(name) && !name.startsWith('retag/retag@'));
    const loose = foreign.filter((name) => !/@[0-9a-f]{40}$/.test(name));
    expect(loose).toEqual([]);
  });

  test('threat 23: dist is compared with the source in CI', () => {
    expect(readFileSync('.ci/run', 'utf8')).toMatch(/build:check/);
  });
});

describe('threat 2: hostile ref names', () => {
  const policy = policyOf(
    "policy:\n  rules:\n    - { class: snapshot, branch: '**', tag: '{branch}-{date}' }\n",
  );
  const NAMES = [
    'a$(id)',
    'a`id`',
    'a,b=c',
    'x+y',
    '-dash',
    '--output=x',
    '<script>',
    'a|b&c;d',
    '😀',
    'abc\u202Etxt',
    'l'.repeat(240),
    '@',
    'HEAD',
    'UPPER/Case',
    'zzz";echo${IFS}"hello";#',
    'feat/a',
    'feat-a',
    'A',
    'a',
  ];
  const tagOf = (branch: string): string | undefined => decide(policy, `refs/heads/${branch}`).tags[0];

  test.each(NAMES)('threat 2: branch %j gives a tag that a registry takes', (branch) => {
    const tag = tagOf(branch);
    expect(tag).toBeDefined();
    expect(parseTag(tag ?? '')).toEqual({ ok: true, value: tag });
  });

  test('threat 2: no two of them give the same tag', () => {
    const tags = NAMES.map(tagOf);
    expect(new Set(tags).size).toBe(NAMES.length);
  });
});

describe('threat 4: options of buildx', () => {
  test.each(['a,push=true,name=evil/x', 'a"b', 'a\nb'])(
    'threat 4: %j in a cache stays one value or is refused',
    (value) => {
      const make = (): readonly string[] =>
        Object.values(
          definition(
            build('quay.io/x/app', { cacheTo: [`type=registry,"ref=${value.replaceAll('"', '""')}"`] }),
          ).file.target,
        ).flatMap((target) => target['cache-to'] ?? []);
      let made: readonly string[];
      try {
        made = make();
      } catch (error) {
        expect(String(error)).toMatch(/cache/);
        return;
      }
      for (const text of made) {
        const fields = parseCsv(text);
        expect(fields.ok && fields.value.map(({ key }) => key)).toEqual(['type', 'ref']);
      }
    },
  );

  test('threat 24: nothing is written to a cache for code that nobody reviewed', () => {
    const config = build('quay.io/x/app', { cacheTo: ['type=gha,mode=max'], cacheFrom: ['type=gha'] });
    const caches = (trusted: boolean): readonly string[] =>
      Object.values(definition(config, { trusted }).file.target).flatMap(
        (target) => target['cache-to'] ?? [],
      );
    expect(caches(true)).not.toEqual([]);
    expect(caches(false)).toEqual([]);
  });
});

describe('threat 8: hosts', () => {
  test.each(['2130706433:5000', '127.1:5000', '0x7f000001', '169.254.169.254'])(
    'threat 8: %s is not spoken to',
    (host) => {
      expect(() => addressOfRegistry(host, [])).toThrow(expect.objectContaining({ code: 'unsafe' }));
    },
  );

  test.each(['10.0.0.1', '192.168.1.1', '[fd00::1]', 'registry.internal'])(
    'threat 8: %s is connected to over https only',
    (host) => expect(addressOfRegistry(host, []).scheme).toBe('https'),
  );
});

describe('threat 12: commands to the runner', () => {
  const HOSTILE = [
    'x\n::set-env name=PATH::/evil',
    'x\r\n::add-mask::a',
    '::stop-commands::x',
    '\u001b[2J\u001b[31mred',
    'x\n##[error]forged',
    'x\n::set-output name=digest::sha256:evil',
    '%0A::error::x',
  ];
  const ALLOWED = ['error', 'warning', 'notice', 'group', 'endgroup', 'add-mask', 'debug'];

  test.each(HOSTILE)('threat 12: %j from a registry stays text', async (message) => {
    seed(registry, 'app', 'build', index([image()]));
    place.file(
      'tags.yaml',
      `images:\n  - name: ${registry.host}/app\n    src_build_tag: build\n    tag: "1.0"\n`,
    );
    registry.faults.set([
      {
        match: { kind: ['head-manifest', 'get-manifest'], reference: '1.0' },
        fault: {
          kind: 'status',
          status: 403,
          code: 'DENIED',
          message,
          headers: { warning: `299 - "${message.split(/[^ -~]|"/).join(' ')}"` },
        },
        times: 'always',
      },
    ]);
    const done = await place.action(EVENTS.push, { config: 'tags.yaml' });
    registry.faults.set([]);
    expect(done.code).toBe(1);
    expect(done.commands.map(({ name }) => name).filter((name) => !ALLOWED.includes(name))).toEqual([]);
    expect(done.commands.filter(({ name }) => name === 'add-mask')).toEqual([]);
    const lines = `${done.stdout}\n${done.stderr}`.split(/\r?\n|\r/);
    expect(lines.filter((line) => /^\s*##\[/.test(line))).toEqual([]);
    // eslint-disable-next-line no-control-regex
    expect(lines.filter((line) => /[\u0000-\u0008\u000b-\u001f]/.test(line))).toEqual([]);
    expect(Object.keys(done.outputs)).not.toContain('evil');
  });
});

describe('threat 17: keys of objects', () => {
  test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'threat 17: a repository and a tag called %s are names like any other',
    async (name) => {
      const repository = name.toLowerCase().replace(/^_+|_+$/g, '');
      const built = index([image({ labels: { [name]: name } })], { annotations: { [name]: name } });
      seed(registry, repository, 'build', built);
      const time = fakeTime(60_000);
      const tagFile = `images:\n  - name: ${registry.host}/${repository}\n    src_build_tag: build\n    tag: "${name}"\n`;
      expect(await attempt({ tagFile, clock: time.clock, signal: time.signal })).toMatchObject({
        exitCode: 0,
      });
      expect(registry.manifest(repository, name)?.digest).toBe(built.digest);
      expect(({} as Record<string, unknown>)[name === '__proto__' ? 'polluted' : 'nothing']).toBeUndefined();
    },
  );
});

describe('threat 19: a registry that lies', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const built = index([image(), image({ platform: 'linux/arm64' })]);

  test.each<[string, Parameters<EmbeddedRegistry['faults']['set']>[0]]>([
    [
      'another digest in the header of the source',
      [
        {
          match: { kind: 'get-manifest', reference: 'build' },
          fault: { kind: 'headers', set: { 'docker-content-digest': digest } },
          times: 'always',
        },
      ],
    ],
    [
      'another media type than the manifest has',
      [
        {
          match: { kind: 'get-manifest', reference: 'build' },
          fault: { kind: 'headers', set: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' } },
          times: 'always',
        },
      ],
    ],
    [
      'another content than the source digest',
      [{ match: { kind: 'get-manifest', reference: 'build' }, fault: { kind: 'corrupt' }, times: 'always' }],
    ],
    [
      'another digest after the write',
      [
        {
          match: { kind: 'put-manifest-tag' },
          fault: { kind: 'headers', set: { 'docker-content-digest': digest } },
          times: 'always',
        },
      ],
    ],
  ])('threat 19: %s is an error', async (_name, rules) => {
    const own = await startRegistry({ faults: rules });
    try {
      seed(own, 'app', 'build', built);
      const time = fakeTime(60_000);
      const tagFile = `images:\n  - name: ${own.host}/app\n    src_build_tag: build\n    tag: "1.0"\n`;
      const { exitCode, said } = await attempt({ tagFile, clock: time.clock, signal: time.signal });
      expect(exitCode).toBe(1);
      expect(said).toMatch(/digest|media type|served as/);
      expect([undefined, built.digest]).toContain(own.manifest('app', '1.0')?.digest);
    } finally {
      await own.close();
    }
  });
});
