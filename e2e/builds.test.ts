import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { createBuilder, startProject, type Project } from './support/project.js';
import {
  binary,
  run,
  runOk,
  startBuildkit,
  startDockerRegistry282,
  startRegistryV3,
  temporaryDirectory,
  wire,
  type Buildkit,
  type RealRegistry,
} from './support/stack.js';

/**
 * Builds as a user runs them: the bundle, a git repository, real docker buildx on a real buildkitd, real
 * registries. What is checked is what is in the registries afterwards, by clients other than Retag.
 */
const FOUR = ['linux/amd64', 'linux/arm64', 'linux/s390x', 'linux/ppc64le'];

let first: RealRegistry;
let second: RealRegistry;
let buildkit: Buildkit;
let root: { readonly path: string; readonly remove: () => void };
let project: Project;
let count = 0;

beforeAll(async () => {
  [first, second] = await Promise.all([startDockerRegistry282(), startRegistryV3()]);
  buildkit = await startBuildkit([first.host, second.host]);
  root = temporaryDirectory('builds');
}, 60_000);

afterAll(async () => {
  await buildkit.stop();
  await Promise.all([first.stop(), second.stop()]);
  root.remove();
});

/** Every test has a repository of its own, in git and in the registry. */
beforeEach(async () => {
  count += 1;
  project = await startProject(root.path, buildkit);
});

const image = (name = 'app', registry = first): string => `${registry.host}/t${count}/${name}`;

/** Tags of a repository, without those that hold referrers. */
async function tags(name: string): Promise<string[]> {
  const registry = name.startsWith(second.host) ? second : first;
  const { status, body } = await wire(
    'GET',
    `${registry.base}/v2/${name.slice(name.indexOf('/') + 1)}/tags/list`,
  );
  if (status === 404) return [];
  const list = (JSON.parse(body.toString()) as { tags: string[] | null }).tags ?? [];
  return list.filter((tag) => !/^sha256-[0-9a-f]{64}$/.test(tag)).sort();
}

const digest = async (reference: string): Promise<string> =>
  (await runOk(binary('crane'), ['digest', reference])).stdout.trim();

/** `os/arch` of each image in an index, attestations left out. */
async function platforms(reference: string): Promise<Map<string, string>> {
  const index = JSON.parse((await runOk(binary('crane'), ['manifest', reference])).stdout) as {
    manifests: { digest: string; platform: { os: string; architecture: string } }[];
  };
  const images = index.manifests.filter(({ platform }) => platform.os !== 'unknown');
  return new Map(images.map(({ digest: own, platform }) => [`${platform.os}/${platform.architecture}`, own]));
}

function tagFile(
  builds: readonly string[],
  policy = 'wmcore',
  extra = '',
  path = '.github/image-tags.yaml',
): void {
  project.file(path, `policy: ${policy}\n${extra}builds:\n${builds.join('')}`);
}
function entry(
  name: string,
  over: { context?: string; platforms?: readonly string[]; more?: string } = {},
): string {
  const { context = 'app', platforms: list = FOUR, more = '' } = over;
  const names = name.includes(',') ? `[${name}]` : name;
  return `  - name: ${names}\n    context: ${context}\n    build_args: { TAG: '{tag}' }\n    platforms: [${list.join(', ')}]\n${more}`;
}

describe('one image', () => {
  test('2.3.4 gets its tag and the stable tag on one digest; crane, skopeo and imagetools agree', async () => {
    tagFile([entry(image())]);
    const done = await project.retag('refs/tags/2.3.4');
    expect(done).toMatchObject({ status: 0 });
    expect(await tags(image())).toEqual(['2.3.4', '2.3.4-stable']);
    const own = await digest(`${image()}:2.3.4`);
    expect(await digest(`${image()}:2.3.4-stable`)).toBe(own);
    expect([...(await platforms(`${image()}:2.3.4`)).keys()]).toEqual(FOUR);
    const skopeo = [
      'inspect',
      '--tls-verify=false',
      '--format',
      '{{.Digest}}',
      `docker://${image()}:2.3.4-stable`,
    ];
    expect((await runOk('skopeo', skopeo)).stdout.trim()).toBe(own);
    const inspect = ['buildx', 'imagetools', 'inspect', `${image()}:2.3.4`];
    expect((await runOk(binary('docker'), inspect, { env: buildkit.env })).stdout).toContain(own);
  });

  test.each([
    ['2.3.4rc1', ['2.3.4rc1']],
    ['2.3.4.1', ['2.3.4.1', '2.3.4.1-stable']],
  ])('%s', async (tag, expected) => {
    tagFile([entry(image())]);
    expect(await project.retag(`refs/tags/${tag}`)).toMatchObject({ status: 0 });
    expect(await tags(image())).toEqual(expected);
  });

  test('a plan shows the definition, builds nothing and writes nothing', async () => {
    tagFile([entry(image())]);
    const docker = project.recorder();
    const done = await project.retag('refs/tags/2.3.4', ['plan', '--verbose'], docker.env);
    expect(done).toMatchObject({ status: 0 });
    expect(done.stderr).toContain('push-by-digest=true');
    expect(JSON.stringify((JSON.parse(done.stdout) as { bake: unknown }).bake)).toContain(
      'push-by-digest=true',
    );
    expect(docker.bakes()).toBe(0);
    expect(await tags(image())).toEqual([]);
  });
});

describe('five images', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const five = (broken?: string): string[] =>
    names.map((name) =>
      entry(image(name), { context: name === broken ? 'broken' : 'app', platforms: FOUR.slice(0, 2) }),
    );

  test('one call of bake; all are tagged', async () => {
    tagFile(five());
    const docker = project.recorder();
    expect(await project.retag('refs/tags/2.3.4', ['apply'], docker.env)).toMatchObject({ status: 0 });
    expect(docker.bakes()).toBe(1);
    for (const name of names) expect(await tags(image(name))).toEqual(['2.3.4', '2.3.4-stable']);
  });

  test('the third fails: no image has a tag, the error names it; once fixed, the next run tags all', async () => {
    project.file('broken/Dockerfile', 'FROM scratch\nCOPY nowhere /x\n');
    tagFile(five('c'));
    const failed = await project.retag('refs/tags/2.3.4');
    expect(failed).toMatchObject({ status: 1 });
    expect(failed.stdout + failed.stderr).toContain(`the build of ${image('c')}`);
    for (const name of names) expect(await tags(image(name))).toEqual([]);
    project.context('broken');
    expect(await project.retag('refs/tags/2.3.4')).toMatchObject({ status: 0 });
    for (const name of names) expect(await tags(image(name))).toEqual(['2.3.4', '2.3.4-stable']);
  });
});

describe('running again', () => {
  test('row 100: a finished release makes no call of bake and changes nothing', async () => {
    tagFile([entry(image())]);
    const docker = project.recorder();
    await project.retag('refs/tags/2.3.4', ['apply'], docker.env);
    const before = await digest(`${image()}:2.3.4`);
    const again = await project.retag('refs/tags/2.3.4', ['apply'], docker.env);
    expect(again).toMatchObject({ status: 0 });
    expect(docker.bakes()).toBe(1);
    expect(await digest(`${image()}:2.3.4`)).toBe(before);
    expect((JSON.parse(again.stdout) as { counts: object }).counts).toMatchObject({
      build: 0,
      create: 0,
      keep: 2,
    });
  });

  test('tags that are wanted later are added from the digest', async () => {
    tagFile([entry(image())]);
    const docker = project.recorder();
    await project.retag('refs/tags/2.3.4', ['apply'], docker.env);
    const own = await digest(`${image()}:2.3.4`);
    tagFile([entry(image())], 'semver'); // another policy, with channels
    expect(await project.retag('refs/tags/2.3.4', ['apply'], docker.env)).toMatchObject({ status: 0 });
    expect(docker.bakes()).toBe(1);
    expect(await digest(`${image()}:2.3`)).toBe(own);
  });

  test('another commit on the same tag is refused before anything is built, for every image', async () => {
    tagFile([entry(image('a'))]);
    await project.retag('refs/tags/2.3.4');
    const before = await digest(`${image('a')}:2.3.4`);
    await project.commit('second');
    tagFile([entry(image('a')), entry(image('b'))]);
    const docker = project.recorder();
    const refused = await project.retag('refs/tags/2.3.4', ['apply'], docker.env);
    expect(refused).toMatchObject({ status: 1 });
    expect(docker.bakes()).toBe(0);
    expect(await digest(`${image('a')}:2.3.4`)).toBe(before);
    expect(await tags(image('b'))).toEqual([]);
  });
});

describe('stable', () => {
  const manual = `policy:
  rules:
    - { class: stable, git_tag: '{version:text}-stable', from: '{version}', tag: '{version}-stable' }
    - { class: final, git_tag: '{major}.{minor}.{patch}', tag: '{git_tag}', stable: manual }
`;
  const write = (): void => project.file('.github/image-tags.yaml', `${manual}builds:\n${entry(image())}`);

  test('held until somebody says so, then the same digest without a build', async () => {
    write();
    const docker = project.recorder();
    await project.retag('refs/tags/2.3.4', ['apply'], docker.env);
    expect(await tags(image())).toEqual(['2.3.4']);
    expect(await project.retag('refs/tags/2.3.4', ['apply', '--stable'], docker.env)).toMatchObject({
      status: 0,
    });
    expect(docker.bakes()).toBe(1);
    expect(await digest(`${image()}:2.3.4-stable`)).toBe(await digest(`${image()}:2.3.4`));
  });

  test('by a git tag of its own', async () => {
    write();
    const docker = project.recorder();
    await project.retag('refs/tags/2.3.4', ['apply'], docker.env);
    expect(await project.retag('refs/tags/2.3.4-stable', ['apply'], docker.env)).toMatchObject({ status: 0 });
    expect(docker.bakes()).toBe(1);
    expect(await digest(`${image()}:2.3.4-stable`)).toBe(await digest(`${image()}:2.3.4`));
  });
});

describe('several machines, as the action', () => {
  test('plan, one job a platform, tag: platform for platform what one machine builds', async () => {
    // Both files are in one commit, which the labels name.
    tagFile([entry(image('whole'))], 'wmcore', '', '.github/whole.yaml');
    tagFile([entry(image())]);
    const planned = await project.action('refs/tags/2.3.4', { command: 'plan' });
    expect(planned).toMatchObject({ status: 0 });
    const { include } = JSON.parse(planned.outputs['matrix']!) as {
      include: { image: string; platform: string }[];
    };
    expect(include.map(({ platform }) => platform)).toEqual(FOUR);

    const directory = join(project.path, '.git', 'digests');
    mkdirSync(directory);
    for (const [i, { platform }] of include.entries()) {
      const job = await project.action('refs/tags/2.3.4', { platform });
      expect(job).toMatchObject({ status: 0 });
      writeFileSync(join(directory, `${i}.json`), job.outputs['digests']!);
    }
    expect(await tags(image())).toEqual([]);
    const tagged = await project.action('refs/tags/2.3.4', { digests: directory });
    expect(tagged).toMatchObject({ status: 0 });
    expect(await tags(image())).toEqual(['2.3.4', '2.3.4-stable']);

    const split = image();
    await project.action('refs/tags/2.3.4', { config: '.github/whole.yaml' });
    expect(await platforms(`${split}:2.3.4`)).toEqual(await platforms(`${image('whole')}:2.3.4`));
    const attested = JSON.parse((await runOk(binary('crane'), ['manifest', `${split}:2.3.4`])).stdout) as {
      manifests: object[];
    };
    expect(attested.manifests).toHaveLength(8);
  });

  test('a platform that is missing: no tag', async () => {
    tagFile([entry(image(), { platforms: FOUR.slice(0, 2) })]);
    const job = await project.action('refs/tags/2.3.4', { platform: 'linux/amd64' });
    const tagged = await project.action('refs/tags/2.3.4', { digests: job.outputs['digests']! });
    expect(tagged.status).toBe(2);
    expect(tagged.stdout + tagged.stderr).toContain('linux/arm64');
    expect(await tags(image())).toEqual([]);
  });

  test('without a tag file: policy, images and the build inputs', async () => {
    const inputs = {
      policy: 'wmcore',
      images: image(),
      context: 'app',
      platforms: FOUR.join(','),
      'build-args': 'TAG={tag}',
    };
    const done = await project.action('refs/tags/2.3.4', inputs);
    expect(done).toMatchObject({ status: 0 });
    expect(done.outputs['tags']?.split('\n')).toEqual([`${image()}:2.3.4`, `${image()}:2.3.4-stable`]);
    expect(done.outputs['digest']).toBe(await digest(`${image()}:2.3.4`));
    expect(done.outputs['labels']).toContain(`org.opencontainers.image.revision=${await project.head()}`);
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('row 95: %s during the build', (name) => {
  test('the child is gone, no tag, and the next run completes', async () => {
    project.context(
      'slow',
      'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "sleep", "300"]\n',
    );
    tagFile([entry(image(), { context: 'slow', platforms: ['linux/amd64'] })]);
    const child = spawn(process.execPath, await project.words('refs/tags/2.3.4', 'apply'), {
      cwd: project.path,
      env: project.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    child.stderr.on('data', (text: Buffer) => (output += text.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    for (let i = 0; i < 400 && !output.includes('sleep'); i++) await sleep(50);
    child.kill(name);
    expect(await ended).toBe(name === 'SIGTERM' ? 143 : 130);
    const { stdout } = await run('/bin/sh', [
      '-c',
      `ps -eo args | grep -c '[b]uildx bake --builder=${buildkit.builder}' || true`,
    ]);
    expect(stdout.trim()).toBe('0');
    expect(await tags(image())).toEqual([]);
    project.context('slow');
    expect(await project.retag('refs/tags/2.3.4')).toMatchObject({ status: 0 });
    expect(await tags(image())).toEqual(['2.3.4', '2.3.4-stable']);
  });
});

describe('several registries', () => {
  test('one build, the same digest in both', async () => {
    tagFile([entry(`${image()}, ${image('app', second)}`)]);
    expect(await project.retag('refs/tags/2.3.4')).toMatchObject({ status: 0 });
    const own = await digest(`${image()}:2.3.4`);
    for (const tag of ['2.3.4', '2.3.4-stable'])
      expect(await digest(`${image('app', second)}:${tag}`)).toBe(own);
  });

  test('a registry that was added later is completed from the digest, without a build', async () => {
    tagFile([entry(image())]);
    const docker = project.recorder();
    await project.retag('refs/tags/2.3.4', ['apply'], docker.env);
    tagFile([entry(`${image()}, ${image('app', second)}`)]);
    expect(await project.retag('refs/tags/2.3.4', ['apply'], docker.env)).toMatchObject({ status: 0 });
    expect(docker.bakes()).toBe(1);
    expect(await digest(`${image('app', second)}:2.3.4`)).toBe(await digest(`${image()}:2.3.4`));
  });

  test('a registry that does not answer: tagged nowhere', async () => {
    tagFile([entry(`${image()}, 127.0.0.1:1/app`)]);
    expect(await project.retag('refs/tags/2.3.4', ['apply', '--timeout', '60s'])).toMatchObject({
      status: 1,
    });
    expect(await tags(image())).toEqual([]);
  });
});

test('a builder with two nodes: one index, and no tag but those of the policy', async () => {
  const other = await startBuildkit([first.host]);
  try {
    const nodes = [
      { node: buildkit, platforms: FOUR.slice(0, 2) },
      { node: other, platforms: FOUR.slice(2) },
    ];
    await createBuilder('two-nodes', nodes, buildkit.env);
    project = await startProject(root.path, buildkit, 'two-nodes');
    tagFile([entry(image())]);
    expect(await project.retag('refs/tags/2.3.4')).toMatchObject({ status: 0 });
    expect(await tags(image())).toEqual(['2.3.4', '2.3.4-stable']);
    expect([...(await platforms(`${image()}:2.3.4`)).keys()]).toEqual(FOUR);
  } finally {
    await other.stop();
  }
});

describe('snapshots with a number', () => {
  test('two images share it; the next commit gets the next; the same commit nothing', async () => {
    const both = (): void =>
      tagFile(
        ['controller', 'scheduler'].map((name) => entry(image(name), { platforms: FOUR.slice(0, 2) })),
        'k8s-topology-aware',
      );
    both();
    const docker = project.recorder();
    expect(await project.retag('refs/heads/main', ['apply'], docker.env)).toMatchObject({ status: 0 });
    const [one] = await tags(image('controller'));
    expect(one).toMatch(/^v0\.0\.\d{8}01$/);
    expect(await tags(image('scheduler'))).toEqual([one]);

    expect(await project.retag('refs/heads/main', ['apply'], docker.env)).toMatchObject({ status: 0 });
    expect(docker.bakes()).toBe(1);
    expect(await tags(image('controller'))).toEqual([one]);

    await project.commit('second');
    expect(await project.retag('refs/heads/main', ['apply'], docker.env)).toMatchObject({ status: 0 });
    const two = `${one!.slice(0, -2)}02`;
    for (const name of ['controller', 'scheduler']) expect(await tags(image(name))).toEqual([one, two]);
  });
});

describe('bad input: nothing is built', () => {
  test.each([
    ['a Dockerfile that is missing', { context: 'nowhere' }, /nowhere/],
    ['a secret that is not set', { more: "    secrets: [ 'id=x,env=NOT_SET' ]\n" }, /NOT_SET/],
    ['a template that is undefined', { more: '    labels: { x: "{nothing}" }\n' }, /nothing/],
    ['a platform that does not exist', { platforms: ['linux/amd46'] }, /linux\/amd64/],
  ])('%s: exit 2 with the line', async (_name, over, message) => {
    tagFile([entry(image(), over)]);
    const docker = project.recorder();
    const failed = await project.retag('refs/tags/2.3.4', ['apply'], docker.env);
    expect(failed.status).toBe(2);
    expect(failed.stderr).toMatch(message);
    expect(failed.stderr).toMatch(/image-tags\.yaml:\d+:\d+/);
    expect(docker.bakes()).toBe(0);
  });
});

describe('the examples', () => {
  test('wmcore: ten images, four architectures, one step', async () => {
    const text = readFileSync('examples/wmcore/image-tags.yaml', 'utf8');
    project.file('.github/image-tags.yaml', text);
    const contexts = [...text.matchAll(/context: (\S+)/g)].map(([, context = '']) => context);
    for (const context of contexts) {
      project.context(context);
    }
    const map = { 'registry-map': `registry.cern.ch=${first.host}/t${count}` };
    expect(await project.action('refs/tags/2.3.4', map)).toMatchObject({ status: 0 });
    const found = contexts.map((context) => `cmsweb/${context.split('/').at(-1) ?? ''}`);
    expect(found).toHaveLength(10);
    for (const name of found) expect(await tags(image(name))).toEqual(['2.3.4', '2.3.4-stable']);
  });
});
