import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { startRunner, type ActRun, type Repository, type Runner } from './support/act.js';
import {
  digestAt,
  makeImage,
  pushImage,
  startBuildkit,
  startRegistryV3,
  wire,
  type Buildkit,
  type RealRegistry,
} from './support/stack.js';
import { pushSources, readEntries } from './support/tag-file.js';

/** What people copy, run by act: the workflows of README and the examples, and the reusable workflow. */
const MAIN = 'refs/heads/main';
const WORKFLOW = '.github/workflows/images.yml';
const TAG_FILE = '.github/image-tags.yaml';
const DOCKERFILE = 'FROM scratch\nCOPY Dockerfile /\n';

let registry: RealRegistry;
let buildkit: Buildkit;
let runner: Runner;

beforeAll(async () => {
  registry = await startRegistryV3();
  buildkit = await startBuildkit([registry.host]);
  runner = startRunner({ DOCKER_CONFIG: buildkit.config, BUILDX_BUILDER: buildkit.builder });
}, 60_000);
afterAll(async () => {
  runner.remove();
  await buildkit.stop();
  await registry.stop();
});

const HOSTS = /\b(?:docker\.io|ghcr\.io|quay\.io|registry\.cern\.ch)\//g;
/** Images are in the registry of this machine, below a name of the scenario; all else stays as it is. */
const here = (text: string, scenario: string): string => text.replace(HOSTS, `${registry.host}/${scenario}/`);

/** The YAML blocks of README that start with a key. */
function readme(key: string): string[] {
  const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm)];
  return blocks.map(([, body = '']) => body).filter((body) => new RegExp(`^${key}:`, 'm').test(body));
}

async function tags(repository: string): Promise<string[]> {
  const { body } = await wire('GET', `${registry.base}/v2/${repository}/tags/list`);
  return ((JSON.parse(body.toString()) as { tags?: string[] }).tags ?? []).sort();
}

/** A status and, where it is not the expected one, the log of the runner. */
function expectStatus(done: ActRun, status: number): void {
  expect(done.status === status ? '' : `${done.stdout}${done.stderr}`.slice(-4_000)).toBe('');
}

/** A repository with a workflow of its own and what it builds. */
async function building(scenario: string, workflow: string): Promise<Repository> {
  const repository = await runner.repository();
  repository.file('Dockerfile', DOCKERFILE);
  repository.file(WORKFLOW, here(workflow, scenario));
  return repository;
}

async function promoting(scenario: string, more = ''): Promise<Repository> {
  const repository = await runner.repository();
  const [tagFile = ''] = readme('images');
  const [workflow = ''] = readme('jobs');
  repository.file(TAG_FILE, here(tagFile, scenario));
  repository.file(WORKFLOW, here(workflow, scenario) + more);
  await repository.commit(MAIN);
  const image = makeImage({ seed: scenario, revision: 'dac417bd31ed36d455e94db4aabe5916367654d4' });
  const source = 'master-centos-stable-20191203T153530Z.0';
  await pushImage(registry.base, `${scenario}/starlingx/k8s-cni-sriov`, image, [source]);
  return repository;
}

test('README, promotions: the merge writes the tag', async () => {
  const repository = await promoting('merged');
  const done = await repository.act({ name: 'push', ref: MAIN });
  expectStatus(done, 0);
  expect(await tags('merged/starlingx/k8s-cni-sriov')).toContain('stx.4.0-v2.2');
  expect(done.logins).toHaveLength(1);
});

const FORK = {
  number: 7,
  action: 'opened',
  pull_request: {
    number: 7,
    head: { ref: 'change', sha: '1'.repeat(40), repo: { full_name: 'stranger/app', fork: true } },
    base: { ref: 'main', sha: '2'.repeat(40), repo: { full_name: 'o/app' } },
  },
};

test("README, promotions: a fork's pull request is planned, without a login and without a write", async () => {
  const repository = await promoting('fork', `        with: { insecure-registries: '${registry.host}' }\n`);
  const done = await repository.act({ name: 'pull_request', ref: 'refs/pull/7/merge', payload: FORK });
  expectStatus(done, 0);
  expect(done.stdout).toContain('1 tag to create');
  expect(done.stdout).toContain('Nothing was written');
  expect(done.logins).toEqual([]);
  expect(await tags('fork/starlingx/k8s-cni-sriov')).not.toContain('stx.4.0-v2.2');
});

test('README, builds: a git tag gives the image its tags on all platforms', async () => {
  const repository = await building('readme', readme('jobs')[1] ?? '');
  await repository.commit('refs/tags/v1.2.3');
  const done = await repository.act({ name: 'push', ref: 'refs/tags/v1.2.3' });
  expectStatus(done, 0);
  expect(await tags('readme/example/app')).toEqual(['1', '1.2', 'latest', 'v1.2.3']);
  expect(done.logins).toEqual(['ghcr.io as nektos/act']);
});

test('the example of StarlingX: every entry of its tag file', async () => {
  const repository = await runner.repository();
  const example = 'examples/starlingx';
  const file = join(repository.path, 'image-tags.yaml');
  repository.file(
    'image-tags.yaml',
    readFileSync(`${example}/image-tags.yaml`, 'utf8').replace(HOSTS, `${registry.host}/`),
  );
  repository.file(WORKFLOW, readFileSync(`${example}/.github/workflows/image-tags.yml`, 'utf8'));
  await repository.commit(MAIN);
  await repository.git('branch', '--move', 'master');
  const entries = readEntries(file).map((entry) => ({
    ...entry,
    repository: entry.repository.slice(registry.host.length + 1),
  }));
  const sources = await pushSources(registry.base, entries);
  expectStatus(await repository.act({ name: 'push', ref: 'refs/heads/master' }), 0);
  for (const { repository: name, tag, sourceTag } of entries)
    expect(await digestAt(registry.base, name, tag)).toBe(sources.get(`${name}:${sourceTag}`)?.root.digest);
});

test('the example of WMCore: ten images from another repository, tagged from one git tag', async () => {
  const tagFile = readFileSync('examples/wmcore/image-tags.yaml', 'utf8');
  const contexts = [...tagFile.matchAll(/context: CMSKubernetes\/(\S+)/g)].map(([, path = '']) => path);
  const images = await runner.repository();
  for (const path of contexts) images.file(`${path}/Dockerfile`, DOCKERFILE);
  await images.commit(MAIN);
  const repository = await building('wmcore', readFileSync('examples/wmcore/release.yaml', 'utf8'));
  repository.file(TAG_FILE, here(tagFile, 'wmcore'));
  const add = ['-c', 'protocol.file.allow=always', 'submodule', 'add', '--quiet'];
  await repository.git(...add, images.path, 'CMSKubernetes');
  await repository.commit('refs/tags/2.3.4');
  const done = await repository.act({ name: 'push', ref: 'refs/tags/2.3.4' });
  expectStatus(done, 0);
  expect(contexts).toHaveLength(10);
  for (const path of contexts)
    expect(await tags(`wmcore/cmsweb/${path.split('/').at(-1) ?? ''}`)).toEqual(['2.3.4', '2.3.4-stable']);
});

test('the example of k8stopologyawareschedwg: a branch of a release gives a patch of it', async () => {
  const example = 'examples/k8s-topology-aware';
  const repository = await building('k8s', readFileSync(`${example}/release.yaml`, 'utf8'));
  repository.file(TAG_FILE, here(readFileSync(`${example}/image-tags.yaml`, 'utf8'), 'k8s'));
  for (const name of ['controller', 'scheduler']) {
    const path = join(repository.path, 'build', name, 'Dockerfile');
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(join(repository.path, 'Dockerfile'), path);
  }
  await repository.commit('refs/tags/v0.20.10');
  await repository.git('branch', '--move', 'release-0.20');
  await repository.commit('refs/heads/release-0.20');
  expectStatus(await repository.act({ name: 'push', ref: 'refs/heads/release-0.20' }), 0);
  const names = ['scheduler-plugins-controller', 'scheduler-plugins-kube-scheduler'];
  for (const name of names) expect(await tags(`k8s/k8stopologyawareschedwg/${name}`)).toEqual(['v0.20.1001']);
});

/** A workflow with jobs that call the reusable one. */
const calling = (...images: readonly string[]): string =>
  ['name: images', 'on: push', 'permissions: {}', 'jobs:']
    .concat(
      images.flatMap((name) => [
        `  ${name}:`,
        '    uses: retag/retag/.github/workflows/build-and-tag.yml@v1',
        '    permissions: { contents: read, packages: write }',
        '    with:',
        '      policy: semver',
        `      images: ghcr.io/example/${name}`,
        '      platforms: linux/amd64,linux/arm64',
      ]),
      '  then:',
      '    runs-on: ubuntu-24.04',
      `    needs: [${images.join(', ')}]`,
      '    permissions: {}',
      '    steps:',
      ...images.map((name) => `      - run: echo 'made \${{ needs.${name}.outputs.digests }}'`),
    )
    .join('\n') + '\n';

test('the reusable workflow: a job for each platform, then the index and its tags', async () => {
  const repository = await building('reusable', calling('app'));
  await repository.commit('refs/tags/v1.2.3');
  const done = await repository.act({ name: 'push', ref: 'refs/tags/v1.2.3' });
  expectStatus(done, 0);
  expect(await tags('reusable/example/app')).toEqual(['1', '1.2', 'latest', 'v1.2.3']);
  expect(done.artifacts()).toHaveLength(2);
  const digest = await digestAt(registry.base, 'reusable/example/app', 'v1.2.3');
  expect(done.stdout).toContain(`made {"${registry.host}/reusable/example/app":"${digest ?? ''}"}`);
});

test('the reusable workflow twice in one run: each call joins what it built', async () => {
  const repository = await building('twice', calling('one', 'two'));
  await repository.commit('refs/tags/v1.2.3');
  const done = await repository.act({ name: 'push', ref: 'refs/tags/v1.2.3' });
  expectStatus(done, 0);
  for (const name of ['one', 'two'])
    expect(await tags(`twice/example/${name}`)).toEqual(['1', '1.2', 'latest', 'v1.2.3']);
  expect(done.artifacts()).toHaveLength(4);
});

const LATER = `
      - id: retag
        uses: retag/retag@v1
        with: { policy: semver, images: ghcr.io/example/app }
      - if: always()
        run: |
          echo "tags \${{ join(fromJSON(steps.retag.outputs.plan || '{}').actions.*.tag, '+') }}"
          echo "created \${{ fromJSON(steps.retag.outputs.counts || '{}').create }}"
          echo "class \${{ steps.retag.outputs.class }} \${{ steps.retag.outputs.changed }}"
`;
const LATER_JOB = `name: later
on: push
permissions: {}
jobs:
  images:
    runs-on: ubuntu-24.04
    permissions: {}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1${LATER}`;

test('later steps read the outputs', async () => {
  const repository = await building('outputs', LATER_JOB);
  await repository.commit('refs/tags/v1.2.3');
  const done = await repository.act({ name: 'push', ref: 'refs/tags/v1.2.3' });
  expectStatus(done, 0);
  for (const line of ['+v1.2.3+1.2+1+latest', 'created 4', 'class final true'])
    expect(done.stdout).toContain(line);
});

test('a mistake in the tag file: the annotation has its line, and later steps can read the outputs', async () => {
  const repository = await building('mistake', LATER_JOB);
  repository.file(TAG_FILE, 'images:\n  - name: ghcr.io/example/app\n    tagg: v1\n');
  await repository.commit(MAIN);
  const done = await repository.act({ name: 'push', ref: MAIN });
  expectStatus(done, 1);
  expect(done.stdout).toMatch(/::error [^\n]*file=\.github\/image-tags\.yaml,line=3[^\n]*tagg/);
  expect(done.stdout).toContain('class  false');
});
