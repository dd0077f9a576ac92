/** A repository on the local GitHub, a registry, and a runner that runs the committed bundle between them. */
import { parse } from 'yaml';

import { type BuiltImage, image, index, pushAll } from '../../../testing/registry/image.js';
import { workspace, type ActionRun, type RunnerEvent, type Workspace } from '../runner.js';
import type { Finished } from '../child.js';
import type { Files } from './git.js';
import { startGitHub, type LocalGitHub } from './local-github.js';

export const TAG_FILE = '.github/image-tags.yaml';
export const REPOSITORY = 'octo/app';
/** GITHUB_SERVER_URL of the local GitHub */
export const SERVER = 'https://github.example';

/** Any registry that speaks plain HTTP on loopback. */
export interface TestRegistry {
  readonly host: string;
  readonly url: string;
  /** requests that wrote something, so far */
  writes(): number;
  close(): Promise<unknown>;
}

export type Inputs = Readonly<Record<string, string>>;

export interface World {
  readonly local: LocalGitHub;
  readonly registry: TestRegistry;
  readonly location: Workspace;
  /** puts an image into the registry; null: by digest only */
  push(repository: string, tag: string | null, image: BuiltImage): Promise<void>;
  /** what the tag points at; null when it is not there */
  digest(repository: string, tag: string): Promise<string | null>;
  /** the name of a repository of the registry as it stands in a tag file */
  name(repository: string): string;
  /** makes the tag file what it is in the checkout and, as one commit, on a branch; gives the commit */
  commit(tagFile: string, options?: { branch?: string; date?: string }): string;
  /** the action, with the job's own token unless `inputs` has another */
  run(event: RunnerEvent, inputs?: Inputs, env?: NodeJS.ProcessEnv): Promise<ActionRun>;
  /** the command line, with the same token */
  retag(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished>;
  /** requests that wrote something, at GitHub and at the registry */
  written(): { readonly github: number; readonly registry: number };
  close(): Promise<void>;
}

export async function createWorld(
  startRegistry: () => Promise<TestRegistry>,
  files: Files = {},
): Promise<World> {
  const [registry, local] = await Promise.all([startRegistry(), startGitHub(files)]);
  const place = workspace();
  const name = (repository: string): string => `${registry.host}/${repository}`;
  const surroundings = {
    GITHUB_API_URL: local.url,
    GITHUB_SERVER_URL: SERVER,
    GITHUB_REPOSITORY: REPOSITORY,
  };
  return {
    local,
    registry,
    location: place,
    push: (repository, tag, built) => pushAll(registry.url, repository, tag, built),
    digest: async (repository, tag) => {
      const answer = await fetch(`${registry.url}/v2/${repository}/manifests/${tag}`, {
        headers: { accept: ACCEPT },
      });
      if (answer.status === 404) return null;
      return `sha256:${Buffer.from(
        await crypto.subtle.digest('SHA-256', await answer.arrayBuffer()),
      ).toString('hex')}`;
    },
    name,
    commit: (text, { branch = 'main', date } = {}) => {
      parse(text);
      place.file(TAG_FILE, text);
      return local.repo.push(branch, { [TAG_FILE]: { mode: '100644', text } }, 'tag file', date);
    },
    run: (event, inputs = {}, env = {}) =>
      place.action(
        event,
        { 'github-token': 'job', 'insecure-registries': registry.host, ...inputs },
        { env: { ...surroundings, ...env } },
      ),
    retag: (args, env = {}) => place.retag(args, { env: { ...surroundings, GITHUB_TOKEN: 'job', ...env } }),
    written: () => ({ github: local.writes(), registry: registry.writes() }),
    close: async () => {
      place.remove();
      try {
        await local.close();
      } finally {
        await registry.close();
      }
    },
  };
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** An image of one platform whose content is this text. */
export function single(content: string, platform = 'linux/amd64'): BuiltImage {
  return image({ platform, layers: [{ files: { content: `${content} ${platform}\n` } }] });
}

/** An image of several platforms; with `revision` its label says so. */
export function multi(
  content: string,
  options: { platforms?: readonly string[]; revision?: string } = {},
): BuiltImage {
  const { platforms = ['linux/amd64', 'linux/arm64'], revision } = options;
  return index(
    platforms.map((platform) => single(content, platform)),
    revision === undefined ? {} : { annotations: { 'org.opencontainers.image.revision': revision } },
  );
}

const repository = {
  full_name: REPOSITORY,
  name: 'app',
  default_branch: 'main',
  private: false,
  fork: false,
};

/** Events of `octo/app`, as GitHub gives them. */
export const event = {
  push: (after: string, before = '0'.repeat(40), branch = 'main'): RunnerEvent => ({
    name: 'push',
    ref: `refs/heads/${branch}`,
    sha: after,
    payload: { ref: `refs/heads/${branch}`, before, after, deleted: false, repository },
  }),
  tag: (tag: string, sha: string): RunnerEvent => ({
    name: 'push',
    ref: `refs/tags/${tag}`,
    sha,
    payload: { ref: `refs/tags/${tag}`, before: '0'.repeat(40), after: sha, deleted: false, repository },
  }),
  /** of a run on `branch` (or git tag) at `sha`; itself it runs on the default branch, at `at` */
  workflowRun: (branch: string, sha: string, at: string): RunnerEvent => ({
    name: 'workflow_run',
    ref: 'refs/heads/main',
    sha: at,
    payload: {
      action: 'completed',
      workflow_run: {
        id: 5,
        name: 'e2e',
        event: 'push',
        status: 'completed',
        conclusion: 'success',
        head_branch: branch,
        head_sha: sha,
        head_repository: repository,
        repository,
        pull_requests: [],
      },
      repository,
    },
  }),
  schedule: (sha: string): RunnerEvent => ({
    name: 'schedule',
    ref: 'refs/heads/main',
    sha,
    payload: { schedule: '17 * * * *', repository },
  }),
  pullRequest: (
    number: number,
    head: string,
    base: string,
    options: { from?: string; branch?: string; name?: string } = {},
  ): RunnerEvent => {
    const { from = REPOSITORY, branch = 'topic', name = 'pull_request' } = options;
    return {
      name,
      ref: name === 'pull_request' ? `refs/pull/${number}/merge` : 'refs/heads/main',
      sha: name === 'pull_request' ? 'f'.repeat(40) : base,
      payload: {
        action: 'synchronize',
        number,
        pull_request: {
          number,
          state: 'open',
          merged: false,
          head: { ref: branch, sha: head, repo: { ...repository, full_name: from } },
          base: { ref: 'main', sha: base, repo: repository },
        },
        repository,
      },
    };
  },
} as const;

/** The lines of a job's log that GitHub shows as errors or warnings. */
export function annotations(run: ActionRun, level: 'error' | 'warning' | 'notice'): string[] {
  return run.commands.filter(({ name }) => name === level).map(({ text }) => text);
}

/** action and tag of every line of the report. */
export function lines(run: ActionRun): string[] {
  return (run.report?.actions ?? []).map(
    ({ action, tag, outcome, reason }) => `${action} ${tag} ${outcome} ${reason.code}`,
  );
}

/** A check run of `octo/app`. */
export function check(
  world: World,
  name: string,
  sha: string,
  conclusion: string | null,
  at = '2026-01-09T00:00:00Z',
) {
  const status = conclusion === null ? ('in_progress' as const) : ('completed' as const);
  world.local.repo.checks.push({ sha, name, app: 'ci', status, conclusion, at });
}
