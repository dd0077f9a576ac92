import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { bakeDefinition } from '../src/builds/definition.js';
import { builtElsewhere, formatDigests, parseDigests } from '../src/builds/machines.js';
import type { BakeDefinition, Builder } from '../src/builds/model.js';
import { checkBuilt } from '../src/builds/verify.js';
import { createBuilder, type BuilderOptions } from '../src/docker/builder.js';
import { realRegistry } from '../src/cli/registry.js';
import { OperationError } from '../src/errors.js';
import type { Log, Registry } from '../src/ports.js';
import { systemClock } from '../src/system/clock.js';
import {
  build,
  definition,
  definitionInput,
  FACTS,
  platform,
  repo,
  selected,
} from '../__tests__/support/builds.js';
import { createBuilder as makeBuilder } from './support/project.js';
import {
  binary,
  run,
  runOk,
  startBuildkit,
  startDockerRegistry282,
  temporaryDirectory,
  wire,
  type Buildkit,
  type RealRegistry,
} from './support/stack.js';

/** The port to docker buildx, and what is made of its digests, on a real buildkitd and a real registry. */
const FOUR = ['linux/amd64', 'linux/arm64', 'linux/s390x', 'linux/ppc64le'];
let first: RealRegistry;
let buildkit: Buildkit;
let workspace: { readonly path: string; readonly remove: () => void };
let registry: Registry;
const open: Builder[] = [];

const log: Log = {
  layout: { width: null, all: true, groups: true },
  group: (_title, body) => body(),
  line: () => undefined,
  warning: () => undefined,
  debug: () => undefined,
  progress: () => undefined,
};

beforeAll(async () => {
  first = await startDockerRegistry282();
  buildkit = await startBuildkit([first.host]);
  workspace = temporaryDirectory('workspace');
  file(
    'app/Dockerfile',
    'FROM scratch\nARG WORD\nENV WORD=${WORD}\nLABEL word=${WORD}\nCOPY busybox /bin/busybox\n',
  );
  file('broken/Dockerfile', 'FROM scratch\nCOPY nowhere /x\n');
  file('slow/Dockerfile', 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "sleep", "300"]\n');
  file(
    'secret/Dockerfile',
    [
      'FROM scratch',
      'COPY busybox /bin/busybox',
      'RUN --mount=type=secret,id=word ["/bin/busybox", "cat", "/run/secrets/word"]',
      '',
    ].join('\n'),
  );
  for (const context of ['app', 'slow', 'secret']) {
    copyFileSync('/bin/busybox', join(workspace.path, context, 'busybox'));
  }
  registry = realRegistry({
    env: {},
    log,
    signal: new AbortController().signal,
    concurrency: 8,
    insecureRegistries: [],
    anonymous: false,
    githubToken: '',
    onSecret: () => undefined,
  });
}, 60_000);

afterEach(async () => {
  for (const builder of open.splice(0)) await builder.close();
});

afterAll(async () => {
  registry.close();
  await buildkit.stop();
  await first.stop();
  workspace.remove();
});

function file(name: string, text: string): void {
  mkdirSync(dirname(join(workspace.path, name)), { recursive: true });
  writeFileSync(join(workspace.path, name), text);
}

const lines: string[] = [];
function builder(over: Partial<BuilderOptions> = {}): Builder {
  lines.length = 0;
  const made = createBuilder({
    workspace: workspace.path,
    temporary: workspace.path,
    environment: { ...buildkit.env },
    builder: buildkit.builder,
    insecure: [],
    signal: new AbortController().signal,
    clock: systemClock,
    log,
    write: (text) => lines.push(text),
    token: 'e2e0e2e0e2e0e2e0e2e0e2e0e2e0e2e0',
    terminal: false,
    ...over,
  });
  open.push(made);
  return made;
}

/** Builds and checks, as a run does; throws what was found wrong. */
async function built(made: BakeDefinition, over: Partial<BuilderOptions> = {}) {
  const port = builder(over);
  await port.prepare(made);
  const targets = await port.bake(made);
  const results = await checkBuilt(targets, registry, {
    annotations: made.indexAnnotations,
    revision: null,
  });
  return results.map(({ result }) => {
    if (!result.ok) throw result.error;
    return result.value;
  });
}

/** Tags of a repository, without those that hold referrers (distribution-spec, "Referrers Tag Schema"). */
async function tagsOf(host: RealRegistry, name: string): Promise<string[]> {
  const { status, body } = await wire('GET', `${host.base}/v2/${name}/tags/list`);
  if (status === 404) return [];
  const { tags } = JSON.parse(body.toString()) as { tags: string[] | null };
  return (tags ?? []).filter((tag) => !/^sha256-[0-9a-f]{64}$/.test(tag));
}

interface IndexJson {
  readonly manifests: readonly {
    readonly digest: string;
    readonly platform: Record<string, string>;
    readonly annotations?: Record<string, string>;
  }[];
  readonly annotations?: Record<string, string>;
}
async function indexOf(name: string, digest: string): Promise<IndexJson> {
  const { bytes } = await registry.manifest({ ...repo(name), digest });
  return JSON.parse(Buffer.from(bytes).toString()) as IndexJson;
}

describe('one machine', () => {
  test('four platforms, provenance kept, annotations and labels as written, no tag', async () => {
    const name = `${first.host}/one/app`;
    const [image] = await built(
      definition(
        build(name, {
          context: 'app',
          platforms: FOUR,
          buildArgs: { WORD: '--push ${HOME} %{x} "a", $$' },
          provenance: 'mode=max',
        }),
      ),
    );
    expect(image).toMatchObject({ platforms: FOUR, manifest: null });
    expect(await tagsOf(first, 'one/app')).toEqual([]);
    const index = await indexOf(name, image!.digest);
    expect(index.annotations).toMatchObject({ 'org.opencontainers.image.version': '2.3.4' });
    const config = await runOk(binary('crane'), [
      'config',
      `${name}@${image!.digest}`,
      '--platform',
      'linux/s390x',
    ]);
    const { config: settings } = JSON.parse(config.stdout) as { config: { Labels: Record<string, string> } };
    expect(settings.Labels).toMatchObject({
      word: '--push ${HOME} %{x} "a", $$',
      'org.opencontainers.image.revision': 'a'.repeat(40),
    });
  });

  test('every way in which a label can look like a template arrives as it is', async () => {
    const words = [
      '$${a}',
      '$$${a}',
      '%%{a}',
      '$%{',
      '%${',
      '${upper("x")}',
      '%{ for x in y }',
      '$',
      '{a}',
      '\\${a}',
      '"${a}"',
      '~}',
    ];
    const labels = Object.fromEntries(
      words.flatMap((word, i) => [
        [`w${i}`, word],
        [`key-${i}-${word.replace(/[="\\]/g, '')}`, 'x'],
      ]),
    );
    const name = `${first.host}/one/words`;
    const input = definitionInput(
      [selected(build(name, { context: 'app', labels, platforms: ['linux/amd64'] }))],
      {
        render: (text) => ({ ok: true, value: text }),
      },
    );
    const [image] = await built(bakeDefinition(input));
    const config = await runOk(binary('crane'), [
      'config',
      `${name}@${image!.digest}`,
      '--platform',
      'linux/amd64',
    ]);
    const { config: settings } = JSON.parse(config.stdout) as { config: { Labels: Record<string, string> } };
    expect(settings.Labels).toMatchObject(labels);
  });

  test.each([
    [
      'without attestations: a manifest, not an index',
      { platforms: ['linux/amd64'], provenance: 'false' },
      0,
    ],
    ["the builder's own platform", {}, 1],
  ])('%s', async (_name, over, attestations) => {
    const name = `${first.host}/one/plain`;
    const [image] = await built(definition(build(name, { context: 'app', ...over })));
    expect(image).toMatchObject({ platforms: ['linux/amd64'] });
    const { stdout } = await runOk(binary('crane'), ['manifest', `${name}@${image!.digest}`]);
    const { manifests = [] } = JSON.parse(stdout) as { manifests?: { annotations?: object }[] };
    expect(manifests.filter(({ annotations }) => annotations !== undefined)).toHaveLength(attestations);
  });

  test('a secret reaches the build and not the log', async () => {
    const made = definition(
      build(`${first.host}/one/secret`, { context: 'secret', secrets: ['id=word,env=WORD'] }),
      {
        inputSecrets: ['unused=by-value-1'],
      },
    );
    await built(made, { environment: { ...buildkit.env, WORD: 'opensesame' } });
    expect(lines.join('')).toContain('***');
    expect(lines.join('')).not.toContain('opensesame');
  });

  test('platforms that are built only', async () => {
    const config = build(`${first.host}/one/check`, {
      context: 'app',
      platforms: ['linux/amd64', 'linux/ppc64le'],
    });
    const made = bakeDefinition(
      definitionInput([
        { config, choice: { build: ['linux/amd64', 'linux/ppc64le'], push: ['linux/amd64'] } },
      ]),
    );
    expect((await built(made))[0]?.platforms).toEqual(['linux/amd64']);
  });
});

describe('five images in one call', () => {
  const five = (context: (i: number) => string) =>
    bakeDefinition(
      definitionInput(
        [1, 2, 3, 4, 5].map((i) =>
          selected(
            build(`${first.host}/five/app${i}`, {
              context: context(i),
              platforms: ['linux/amd64', 'linux/arm64'],
            }),
          ),
        ),
      ),
    );

  test('all are there', async () => {
    expect(await built(five(() => 'app'))).toHaveLength(5);
  });

  test('the third fails: the error names it, and no image has a tag', async () => {
    const work = built(five((i) => (i === 3 ? 'broken' : 'app')));
    await expect(work).rejects.toThrow(/^the build of \S+\/five\/app3 \(linux\/amd64, linux\/arm64\) failed/);
    for (const i of [1, 2, 3, 4, 5]) expect(await tagsOf(first, `five/app${i}`)).toEqual([]);
  });
});

describe('several machines and several nodes', () => {
  const config = (name: string) =>
    build(`${first.host}/${name}`, {
      context: 'app',
      platforms: FOUR,
      buildArgs: { SOURCE_DATE_EPOCH: '1700000000' },
    });

  test('three jobs: what is joined equals, platform for platform, what one machine builds', async () => {
    const whole = config('split/whole');
    const [one] = await built(definition(whole));
    const handed: string[] = [];
    for (const name of FOUR) {
      const made = bakeDefinition(
        definitionInput([{ config: whole, choice: { build: [name], push: [name] } }], {
          split: true,
          partial: true,
        }),
      );
      const port = builder();
      await port.prepare(made);
      handed.push(formatDigests(await port.bake(made)));
    }
    const digests = parseDigests(handed.map((text, i) => ({ name: `${i}`, text })));
    const elsewhere = builtElsewhere([selected(whole)], [whole.names[0]!.text], digests);
    const [checked] = await checkBuilt(elsewhere, registry, {
      annotations: definition(whole).indexAnnotations,
      revision: FACTS.revision,
    });
    if (!checked!.result.ok) throw checked!.result.error;
    const joined = checked!.result.value;
    await registry.put({ ...joined.repository, digest: joined.digest }, joined.manifest!, null);

    const [wholeIndex, joinedIndex] = await Promise.all(
      [one!.digest, joined.digest].map((digest) => indexOf(whole.names[0]!.text, digest)),
    );
    const images = (index: IndexJson) =>
      index.manifests.slice(0, 4).map(({ digest, platform: at }) => [at, digest]);
    expect(images(joinedIndex!)).toEqual(images(wholeIndex!));
    expect(joinedIndex!.annotations).toEqual(wholeIndex!.annotations);
    const kinds = (index: IndexJson) =>
      index.manifests.map(({ annotations }) => [
        annotations?.['vnd.docker.reference.type'],
        annotations?.['vnd.docker.reference.digest'],
      ]);
    expect(kinds(joinedIndex!)).toEqual(kinds(wholeIndex!));
  });

  test('a builder with two nodes: buildx alone would write "latest", Retag writes no tag', async () => {
    const nodes = await startBuildkit([first.host]);
    try {
      const env = { ...buildkit.env };
      const pair = [
        { node: buildkit, platforms: FOUR.slice(0, 2) },
        { node: nodes, platforms: FOUR.slice(2) },
      ];
      await makeBuilder('pair', pair, env);
      const single = definition(config('split/nodes'));
      const port = builder({ builder: 'pair' });
      const state = await port.prepare(single);
      expect(state.nodes).toBe(2);
      const [image] = await built(definition(config('split/nodes'), { split: true }), { builder: 'pair' });
      expect(image).toMatchObject({ platforms: FOUR });
      expect(await tagsOf(first, 'split/nodes')).toEqual([]);

      // why: the same definition, not split
      writeFileSync(join(workspace.path, 'plain.json'), definition(config('split/plain')).text);
      await runOk(binary('docker'), ['buildx', 'bake', '--builder=pair', '--file=plain.json'], {
        env,
        cwd: workspace.path,
      });
      expect(await tagsOf(first, 'split/plain')).toEqual(['latest']);
    } finally {
      await nodes.stop();
    }
  });
});

test('row 95: stopped while a RUN is running: buildx is gone within seconds, nothing is pushed', async () => {
  const stop = new AbortController();
  const made = definition(build(`${first.host}/stopped/app`, { context: 'slow' }));
  const port = builder({ signal: stop.signal });
  await port.prepare(made);
  const work = port.bake(made);
  const ended = expect(work).rejects.toThrow('stopped by SIGTERM');
  for (let i = 0; i < 400 && !lines.join('').includes('sleep'); i++) await systemClock.sleep(50);
  const started = Date.now();
  stop.abort(new OperationError('cancelled', 'stopped by SIGTERM'));
  await ended;
  expect(Date.now() - started).toBeLessThan(8_000);
  const { stdout } = await run('/bin/sh', [
    '-c',
    `ps -eo args | grep -c "[m]etadata-file=${workspace.path}" || true`,
  ]);
  expect(stdout.trim()).toBe('0');
  expect(await tagsOf(first, 'stopped/app')).toEqual([]);
});

describe('row 86, row 87: builders that cannot be used, on the real docker command', () => {
  const made = () =>
    definition(build(`${first.host}/none/app`, { context: 'app', platforms: ['linux/amd64'] }));

  test('no daemon', async () => {
    const environment = { ...buildkit.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    await expect(builder({ builder: 'default', environment }).prepare(made())).rejects.toThrow(
      /"default" cannot be reached/,
    );
  });

  test('no such builder', async () => {
    await expect(builder({ builder: 'nobody' }).prepare(made())).rejects.toThrow(
      /the builder "nobody" cannot be used: no builder "nobody" found/,
    );
  });

  test('no buildx', async () => {
    const environment = { PATH: process.env['PATH'], DOCKER_CONFIG: workspace.path, HOME: workspace.path };
    await expect(builder({ environment }).prepare(made())).rejects.toThrow(/docker buildx is not installed/);
  });

  test('a platform that only emulation could run', async () => {
    const config = {
      ...build(`${first.host}/none/app`, { context: 'slow' }),
      platforms: [platform('linux/s390x')],
    };
    await expect(builder().prepare(definition(config))).rejects.toThrow(
      /lacks linux\/s390x.*docker\/setup-qemu-action/,
    );
    expect(readFileSync(join(workspace.path, 'slow', 'Dockerfile'), 'utf8')).toContain('RUN');
  });
});
