/** What a repository looks like → its first tag file and workflow, for `retag init`. Pure. */
import { basename, dirname } from 'node:path/posix';
import { parseRepository } from '../oci/reference.js';
import { scalar } from './add.js';

export interface Project {
  /** the address of the remote; null without one */
  readonly remote: string | null;
  /** of the directory */
  readonly name: string;
  /** the default branch */
  readonly branch: string;
  /** paths of Dockerfiles, from the root of the repository */
  readonly dockerfiles: readonly string[];
  readonly preset: string;
  /** a comment: why this preset */
  readonly why: string;
}

const SCHEMA = 'https://raw.githubusercontent.com/retag/retag/v1/schema/tag-file.schema.json';

/** Presets whose own rules write no stable tag, although they have releases. */
const WITHOUT_STABLE = ['semver', 'calver', 'k8s-topology-aware'];

/** Branches that a preset has rules for, besides the default branch. */
const BRANCHES: Readonly<Record<string, string>> = {
  'k8s-topology-aware': 'release-*',
  starlingx: 'r/stx.*',
};

/** The text of `.github/image-tags.yaml`. */
export function starterTagFile(project: Project): string {
  const { preset, why, dockerfiles } = project;
  const builds = buildsOf(project).flatMap(({ name, context, file }) => [
    `  - name: ${scalar(name)}`,
    `    context: ${scalar(context)} # what COPY in the Dockerfile is relative to`,
    ...(file === null ? [] : [`    file: ${scalar(file)}`]),
    '    # platforms: [linux/amd64, linux/arm64]',
  ]);
  return [
    `# yaml-language-server: $schema=${SCHEMA}`,
    `# ${why}`,
    'policy:',
    `  preset: ${preset}`,
    ...(WITHOUT_STABLE.includes(preset) ? ['  stable: true # a release also gets its -stable tag'] : []),
    '',
    ...(dockerfiles.length > 0
      ? ['builds:', ...builds]
      : [
          '# Existing images that get further tags: "retag add IMAGE SOURCE TAG" writes an entry.',
          'images:',
        ]),
    '',
  ].join('\n');
}

interface Build {
  readonly name: string;
  readonly context: string;
  /** null: Dockerfile in the context */
  readonly file: string | null;
}

/** One image for each Dockerfile: the only one, and the one at the root, have the name of the repository. */
function buildsOf({ remote, name, dockerfiles }: Project): Build[] {
  const home = imageHome(remote) ?? `ghcr.io/example/${component(name)}`;
  const taken = new Set<string>();
  return dockerfiles.map((path) => {
    const [context, file] = [dirname(path), basename(path)];
    const variant = file.replace(/^(?:Dockerfile|Containerfile)\.?|\.Dockerfile$/g, '');
    const own = variant === '' ? basename(context) : variant;
    const short = dockerfiles.length === 1 || own === '.' ? home : `${home}/${component(own)}`;
    const unique = taken.has(short) ? `${home}/${component(path.replaceAll('/', '-'))}` : short;
    taken.add(unique);
    return { name: unique, context, file: file === 'Dockerfile' ? null : path };
  });
}

/** The registry that belongs to the forge, and the path there; null where none is known. */
function imageHome(remote: string | null): string | null {
  const address = (remote ?? '').replace(/^[a-z+]+:\/\//, '').replace(/^[^@/]*@/, '');
  const [, host = '', path = ''] = /^([^/:]+)(?::\d+)?[/:](.+?)(?:\.git)?\/?$/.exec(address) ?? [];
  const registry = REGISTRIES[host];
  return registry === undefined ? null : [registry, ...path.split('/').map(component)].join('/');
}

const REGISTRIES: Readonly<Record<string, string>> = {
  'github.com': 'ghcr.io',
  'gitlab.com': 'registry.gitlab.com',
  'opendev.org': 'docker.io',
};

/** A path component of an image name (distribution-spec, "Pulling manifests"). */
function component(text: string): string {
  const lower = text.toLowerCase();
  if (parseRepository(`x.org/${lower}`).ok) return lower;
  return lower.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'app';
}

/** Other people's actions by commit, as in .github/workflows; `npm run lint:workflows -- --fix` keeps them alike. */
const PINS = {
  checkout: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  qemu: 'docker/setup-qemu-action@96fe6ef7f33517b61c61be40b68a1882f3264fb8 # v4.2.0',
  buildx: 'docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0',
  login: 'docker/login-action@dbcb813823bdd20940b903addbd779551569679f # v4.6.0',
};

/** The text of `.github/workflows/image-tags.yml`: that of README.md, for this repository. */
export function starterWorkflow(project: Project): string {
  const { branch, preset } = project;
  const builds = buildsOf(project);
  const registry = builds[0]?.name.split('/')[0] ?? 'docker.io';
  const branches = [branch, ...(BRANCHES[preset] === undefined ? [] : [BRANCHES[preset]])];
  const built = <T>(lines: readonly T[]): readonly T[] => (builds.length > 0 ? lines : []);
  const [user, password] =
    registry === 'ghcr.io'
      ? ['github.actor', 'github.token']
      : ['vars.REGISTRY_USER', 'secrets.REGISTRY_TOKEN'];
  return [
    'name: image tags',
    'on:',
    '  pull_request:',
    '  push:',
    `    branches: [${branches.map((name) => `'${name}'`).join(', ')}]`,
    ...built(["    tags: ['**']"]),
    '  workflow_dispatch:',
    'permissions: {}',
    'concurrency: # a plan waits for its own pull request only, and no merge is left out',
    "  group: image-tags-${{ github.event.pull_request.number || 'write' }}",
    '  cancel-in-progress: false',
    '  queue: max',
    'jobs:',
    '  tags:',
    '    runs-on: ubuntu-24.04',
    '    permissions:',
    '      contents: read',
    '      packages: write # for ghcr.io; not needed elsewhere',
    '      pull-requests: write # the plan as a comment',
    '    steps:',
    `      - uses: ${PINS.checkout}`,
    '        with: { persist-credentials: false, fetch-depth: 0 }',
    ...built([`      - uses: ${PINS.qemu}`, `      - uses: ${PINS.buildx}`]),
    `      - uses: ${PINS.login}`,
    "        if: github.event_name != 'pull_request'",
    '        with:',
    ...(registry === 'docker.io' ? [] : [`          registry: ${registry}`]),
    `          username: \${{ ${user} }}`,
    `          password: \${{ ${password} }}`,
    '      - uses: retag/retag@v1',
    '',
  ].join('\n');
}
