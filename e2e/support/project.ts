import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { binary } from './binaries.js';
import type { Buildkit } from './buildkit.js';
import { run, runOk, type Finished } from './process.js';
import { CLI, MAIN } from './retag.js';

/** What the Dockerfile of a test is, unless it says otherwise: no program runs, so no emulation is needed. */
export const DOCKERFILE = 'FROM scratch\nARG TAG\nLABEL built=${TAG}\nCOPY busybox /bin/busybox\n';

export interface ActionRun extends Finished {
  readonly outputs: Readonly<Record<string, string>>;
}

/** A git repository with one commit and a Dockerfile in `app`, in which Retag runs from its bundle. */
export interface Project {
  readonly path: string;
  file(name: string, text: string): void;
  /** a directory with a Dockerfile and what it copies */
  context(name: string, dockerfile?: string): void;
  /** commits everything; resolves to the commit */
  commit(message: string): Promise<string>;
  head(): Promise<string>;
  /** the environment of the command line: nothing of the machine's but PATH */
  readonly env: NodeJS.ProcessEnv;
  /** words of the command line for a ref, at the present commit */
  words(ref: string, command: string, rest?: readonly string[]): Promise<string[]>;
  /** `retag COMMAND … --json` */
  retag(ref: string, args?: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished>;
  /** the action, with the environment that a runner gives to a push of `ref` */
  action(ref: string, inputs: Readonly<Record<string, string>>): Promise<ActionRun>;
  /** a `docker` in front of the real one that counts calls of bake */
  recorder(): { readonly env: NodeJS.ProcessEnv; readonly bakes: () => number };
}

/** Where buildx reaches the daemon. */
export async function addressOf(node: Buildkit): Promise<string> {
  const { stdout } = await runOk(binary('docker'), ['buildx', 'inspect', node.builder], { env: node.env });
  return /Endpoint:\s+(\S+)/.exec(stdout)![1]!;
}

/** Makes a builder with a node for each of the platforms. */
export async function createBuilder(
  name: string,
  nodes: readonly { readonly node: Buildkit; readonly platforms: readonly string[] }[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  for (const [i, { node, platforms }] of nodes.entries()) {
    const more = i === 0 ? [] : ['--append'];
    const words = [
      'buildx',
      'create',
      '--name',
      name,
      '--driver',
      'remote',
      '--platform',
      platforms.join(','),
    ];
    await runOk(binary('docker'), [...words, ...more, await addressOf(node)], { env });
  }
}

/** Makes a project below `root` that builds on `buildkit`, by another of its builders where one is named. */
export async function startProject(
  root: string,
  buildkit: Pick<Buildkit, 'builder' | 'config'>,
  builder: string = buildkit.builder,
): Promise<Project> {
  const path = mkdtempSync(join(root, 'project-'));
  const file = (name: string, text: string): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  };
  const git = async (...args: string[]): Promise<string> => {
    const who = ['-c', 'user.name=e2e', '-c', 'user.email=e2e@example.invalid'];
    return (await runOk('git', [...who, ...args], { cwd: path })).stdout.trim();
  };
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: path,
    DOCKER_CONFIG: buildkit.config,
    SOURCE_DATE_EPOCH: '1700000000',
  };
  const head = (): Promise<string> => git('rev-parse', 'HEAD');
  const words: Project['words'] = async (ref, command, rest = []) => {
    const at = ['--ref', ref, '--sha', await head(), '--builder', builder];
    return [CLI, command, ...at, ...rest];
  };
  const project: Project = {
    path,
    env,
    file,
    head,
    words,
    context: (name, dockerfile = DOCKERFILE) => {
      file(`${name}/Dockerfile`, dockerfile);
      copyFileSync('/bin/busybox', join(path, name, 'busybox'));
    },
    commit: async (message) => {
      file('app/message', message);
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '--message', message);
      return head();
    },
    retag: async (ref, args = ['apply'], more = {}) => {
      const [command = 'apply', ...rest] = args;
      const options = { cwd: path, env: { ...env, ...more }, timeout: 110_000 };
      return run(process.execPath, await words(ref, command, ['--json', ...rest]), options);
    },
    action: async (ref, inputs) => {
      // A workflow acts on the tag file of its commit.
      if ((await git('status', '--porcelain', '--', '.github')) !== '') {
        await git('add', '.github');
        await git('commit', '--quiet', '--message', 'tag file', '--', '.github');
      }
      const temp = mkdtempSync(join(root, 'runner-'));
      const given = { command: 'apply', builder, ...inputs };
      const runner = {
        ...env,
        ...runnerEnvironment(temp, ref, await head(), path),
        ...inputVariables(given),
      };
      const finished = await run(process.execPath, [MAIN], { cwd: path, env: runner, timeout: 110_000 });
      return { ...finished, outputs: readOutputs(readFileSync(join(temp, 'output'), 'utf8')) };
    },
    recorder: () => recorder(join(path, '.git', 'bin')),
  };
  await git('init', '--quiet', '--initial-branch=main');
  project.context('app');
  await project.commit('first');
  return project;
}

function recorder(bin: string): ReturnType<Project['recorder']> {
  const record = join(bin, 'calls');
  mkdirSync(bin, { recursive: true });
  const note = `case " $* " in *" bake "*) echo bake >> "${record}";; esac`;
  writeFileSync(join(bin, 'docker'), `#!/bin/sh\n${note}\nexec "${binary('docker')}" "$@"\n`);
  chmodSync(join(bin, 'docker'), 0o755);
  return {
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    bakes: () => (existsSync(record) ? readFileSync(record, 'utf8').trim().split('\n').length : 0),
  };
}

function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}

function runnerEnvironment(temp: string, ref: string, sha: string, workspace: string): NodeJS.ProcessEnv {
  const event = join(temp, 'event.json');
  const repository = {
    full_name: 'o/r',
    name: 'r',
    default_branch: 'main',
    html_url: 'https://github.com/o/r',
  };
  writeFileSync(event, JSON.stringify({ ref, after: sha, deleted: false, repository }));
  const files = ['output', 'step_summary', 'env', 'path', 'state'].map((name) => {
    writeFileSync(join(temp, name), '');
    return [`GITHUB_${name.toUpperCase()}`, join(temp, name)] as const;
  });
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: event,
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(?:heads|tags)\//, ''),
    GITHUB_REF_TYPE: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_SHA: sha,
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_ACTOR: 'someone',
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: temp,
    ...Object.fromEntries(files),
  };
}

/** `name<<delimiter`, lines, `delimiter`, as @actions/core writes them. */
function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [, name = '', , value = ''] of text.matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n?^\2$/gm)) {
    outputs[name] = value;
  }
  return outputs;
}
