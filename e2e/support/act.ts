import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { binary } from './binaries.js';
import { run, runOk, temporaryDirectory, type Finished } from './process.js';

/**
 * Workflows on a third party's runner, act, on this machine and without a network: expressions, conditions, matrices, reusable workflows
 * and the protocol of actions are act's reading of GitHub's documentation, not ours. Retag is the committed bundle; what needs GitHub
 * (artifacts) or the network (logins, QEMU) is the small action of the same name in act-actions.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  'actions/setup-node': 'setup',
  'actions/attest-build-provenance': 'attest',
  'docker/login-action': 'login',
  'docker/setup-buildx-action': 'setup',
  'docker/setup-qemu-action': 'setup',
  'actions/upload-artifact': 'upload-artifact',
  'actions/download-artifact': 'download-artifact',
};

const ACTIONS = resolve('e2e/support/act-actions');
const PIN = /([\w.-]+\/[\w.-]+)@([0-9a-f]{40})/g;

export interface Event {
  readonly name: string;
  /** full */
  readonly ref: string;
  /** of the payload, besides the repository */
  readonly payload?: object;
}

export interface Given {
  /** of the steps */
  readonly env?: Readonly<Record<string, string>>;
  /** a directory whose commands the steps find first */
  readonly bin?: string;
  /** name → files, of jobs that ran before */
  readonly artifacts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** more words for act */
  readonly words?: readonly string[];
}

export interface ActRun extends Finished {
  /** what the jobs logged in to, in order */
  readonly logins: readonly string[];
  /** names of the artifacts that are left */
  readonly artifacts: () => string[];
}

/** A repository `o/app` on GitHub, as far as a runner sees it. */
export interface Repository {
  readonly path: string;
  file(name: string, text: string): void;
  git(...args: string[]): Promise<string>;
  /** commits everything, and puts the ref there */
  commit(ref: string): Promise<void>;
  /** runs its workflow for an event whose ref is checked out */
  act(event: Event, given?: Given): Promise<ActRun>;
}

export interface Runner {
  /** an empty repository; workflow files are written as they are, but for what act does not know yet */
  repository(): Promise<Repository>;
  remove(): void;
}

/** @param buildEnv what docker buildx needs: DOCKER_CONFIG and BUILDX_BUILDER */
export function startRunner(buildEnv: Readonly<Record<string, string>>): Runner {
  const { path: root, remove } = temporaryDirectory('act');
  const at = (...parts: string[]) => join(root, ...parts);
  for (const name of ['retag/dist', 'retag/.github', 'home', 'repositories', 'runs'])
    mkdirSync(at(name), { recursive: true });
  for (const name of ['dist', 'action.yml', '.github'])
    cpSync(resolve(name), at('retag', name), { recursive: true });
  const reusable = at('retag/.github/workflows/build-and-tag.yml');
  const pins = new Set(readFileSync(reusable, 'utf8').match(PIN));
  writeFileSync(reusable, known(readFileSync(reusable, 'utf8')));
  let count = 0;
  const next = (kind: string): string => {
    const path = at(kind, String((count += 1)));
    mkdirSync(path);
    return path;
  };
  return {
    remove,
    repository: async () => {
      const path = next('repositories');
      const used = new Set(pins);
      const git = (...args: string[]) => gitIn(path, args);
      await git('init', '--quiet', '--initial-branch=main');
      await git('remote', 'add', 'origin', 'https://github.com/o/app.git');
      return {
        path,
        git,
        file: (name, text) => {
          for (const pin of text.match(PIN) ?? []) used.add(pin);
          write(join(path, name), name.startsWith('.github/workflows/') ? known(text) : text);
        },
        commit: async (ref) => {
          await commitAll(path);
          if (ref.startsWith('refs/tags/')) await git('tag', ref.slice('refs/tags/'.length));
        },
        act: (event, given = {}) =>
          act({
            ...{ root, path, directory: next('runs'), pins: used, event },
            given: { ...given, env: { ...buildEnv, ...given.env } },
          }),
      };
    },
  };
}

/**
 * act 0.2.89 knows neither `queue` (https://github.blog/changelog/2026-05-07-github-actions-concurrency-groups-now-allow-larger-queues)
 * nor `$/` (https://github.com/nektos/act/issues/6189); the runner resolves the latter to the workflow's repository at its commit.
 */
function known(text: string): string {
  return text
    .replace(/^ +queue: max\n/gm, '')
    .replace(', queue: max', '')
    .replaceAll('uses: $/', 'uses: retag/retag/')
    .replace(/(uses: retag\/retag\/\.github\/actions\/retag)$/gm, '$1@v1');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function gitIn(cwd: string, args: readonly string[]): Promise<string> {
  const who = ['-c', 'user.name=e2e', '-c', 'user.email=e2e@example.invalid'];
  return (await runOk('git', [...who, ...args], { cwd })).stdout.trim();
}

async function commitAll(path: string): Promise<void> {
  await gitIn(path, ['add', '--all']);
  await gitIn(path, ['commit', '--quiet', '--allow-empty', '--message', 'change']);
}

interface Invocation {
  readonly root: string;
  readonly path: string;
  readonly directory: string;
  readonly pins: ReadonlySet<string>;
  readonly event: Event;
  readonly given: Given;
}

async function act({ root, path, directory, pins, event, given }: Invocation): Promise<ActRun> {
  const at = (name: string) => join(directory, name);
  mkdirSync(at('artifacts'));
  for (const [name, files] of Object.entries(given.artifacts ?? {}))
    for (const [file, text] of Object.entries(files)) write(join(at('artifacts'), name, file), text);
  writeFileSync(at('logins'), '');
  writeFileSync(at('event.json'), JSON.stringify(await payloadOf(path, event)));
  const local = [...pins].flatMap((pin) => {
    const action = STAND_INS[pin.slice(0, pin.indexOf('@'))];
    return action === undefined ? [] : ['--local-repository', `${pin}=${join(ACTIONS, action)}`];
  });
  const env = {
    ...given.env,
    ARTIFACTS: at('artifacts'),
    LOGINS: at('logins'),
  };
  const finished = await run(
    binary('act'),
    [
      ...[event.name, '--directory', path, '--eventpath', at('event.json'), '--action-offline-mode'],
      ...['ubuntu-24.04', 'ubuntu-24.04-arm'].flatMap((label) => ['--platform', `${label}=-self-hosted`]),
      ...['--no-cache-server', '--local-repository', `retag/retag@v1=${join(root, 'retag')}`, ...local],
      ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...(given.words ?? []),
    ],
    {
      env: {
        PATH: [given.bin ?? [], process.env['PATH']].flat().join(':'),
        HOME: join(root, 'home'),
        XDG_CACHE_HOME: join(directory, 'cache'),
      },
      timeout: 100_000,
    },
  );
  const lines = (name: string) => readFileSync(at(name), 'utf8').split('\n').filter(Boolean);
  return { ...finished, logins: lines('logins'), artifacts: () => readdirSync(at('artifacts')).sort() };
}

async function payloadOf(path: string, { ref, payload = {} }: Event): Promise<object> {
  const after = await gitIn(path, ['rev-parse', 'HEAD']);
  const repository = {
    ...{ full_name: 'o/app', name: 'app', default_branch: 'main', html_url: 'https://github.com/o/app' },
    owner: { login: 'o' },
  };
  return { ref, after, deleted: false, repository, ...payload };
}
