/** What a GitHub runner gives to the action, and what it reads from it afterwards. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import Ajv from 'ajv';
import { parse } from 'yaml';

import type { Report } from '../../src/report/model.js';
import { runBundle, type ChildOptions, type Finished } from './child.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The commits of the recorded events. */
export const COMMIT = '2222222222222222222222222222222222222222';
export const BASE_COMMIT = '1111111111111111111111111111111111111111';

/** Name, GITHUB_REF, GITHUB_SHA and recorded payload of an event. */
export interface RunnerEvent {
  readonly name: string;
  readonly ref: string;
  readonly sha: string;
  /** a file of fixtures/events, a payload, the bytes of the event file, or null for no event file at all */
  readonly payload: string | object | Buffer | null;
}

const PULL = 'refs/pull/12/merge';
const MASTER = 'refs/heads/master';
const QUEUE = `refs/heads/gh-readonly-queue/master/pr-12-${BASE_COMMIT}`;
const MERGE_COMMIT = '4444444444444444444444444444444444444444';

/** Events as GitHub documents them: the ref and commit that the runner names are not always those of the payload. */
export const EVENTS = {
  push: { name: 'push', ref: MASTER, sha: COMMIT, payload: 'push-branch' },
  tag: { name: 'push', ref: 'refs/tags/2.3.4', sha: COMMIT, payload: 'push-tag' },
  pullRequest: { name: 'pull_request', ref: PULL, sha: MERGE_COMMIT, payload: 'pull-request-own' },
  forkPullRequest: { name: 'pull_request', ref: PULL, sha: MERGE_COMMIT, payload: 'pull-request-fork' },
  deletedForkPullRequest: {
    name: 'pull_request',
    ref: PULL,
    sha: MERGE_COMMIT,
    payload: 'pull-request-deleted-fork',
  },
  pullRequestTarget: {
    name: 'pull_request_target',
    ref: MASTER,
    sha: BASE_COMMIT,
    payload: 'pull-request-own',
  },
  forkPullRequestTarget: {
    name: 'pull_request_target',
    ref: MASTER,
    sha: BASE_COMMIT,
    payload: 'pull-request-fork',
  },
  workflowRun: { name: 'workflow_run', ref: MASTER, sha: BASE_COMMIT, payload: 'workflow-run' },
  forkWorkflowRun: { name: 'workflow_run', ref: MASTER, sha: BASE_COMMIT, payload: 'workflow-run-fork' },
  mergeGroup: { name: 'merge_group', ref: QUEUE, sha: COMMIT, payload: 'merge-group' },
  schedule: { name: 'schedule', ref: MASTER, sha: COMMIT, payload: 'schedule' },
  dispatch: { name: 'workflow_dispatch', ref: MASTER, sha: COMMIT, payload: 'workflow-dispatch' },
} as const satisfies Readonly<Record<string, RunnerEvent>>;

/** Outputs by name, in the order in which they were written. */
export type Outputs = Readonly<Record<string, string>>;

export interface ActionRun extends Finished {
  readonly outputs: Outputs;
  readonly summary: string;
  /** null when none was written */
  readonly report: Report | null;
  /** `::error file=…::text` lines on stdout, parsed */
  readonly commands: readonly WorkflowCommand[];
}

export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Workspace {
  readonly path: string;
  /** RUNNER_TEMP */
  readonly temp: string;
  /** writes a file below the workspace */
  file(name: string, text: string): void;
  read(name: string): string;
  /** the action, with the environment that a runner gives it for `event`; `env` wins over that */
  action(
    event: RunnerEvent,
    inputs?: Readonly<Record<string, string>>,
    options?: Partial<ChildOptions>,
  ): Promise<ActionRun>;
  /** the command line, without any of it */
  retag(args: readonly string[], options?: Partial<ChildOptions>): Promise<Finished>;
  remove(): void;
}

/** A checkout without git, and a runner's directory for temporary files, both new. */
export function workspace(): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'retag-bundle-'));
  const path = join(root, 'work');
  const temp = join(root, 'temp');
  for (const folder of [path, temp]) mkdirSync(folder);
  return {
    path,
    temp,
    file: (name, text) => {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    },
    read: (name) => readFileSync(join(path, name), 'utf8'),
    action: async (event, inputs = {}, options = {}) => {
      const own = mkdtempSync(join(temp, 'step-'));
      const env = { ...runnerEnvironment(event, path, own), ...inputVariables(inputs), ...options.env };
      const finished = await runBundle('main', [], { cwd: path, ...options, env });
      return {
        ...finished,
        outputs: parseOutputs(readFileSync(join(own, 'output'), 'utf8')),
        summary: readFileSync(join(own, 'step_summary'), 'utf8'),
        report: readReport(join(own, 'retag-report.json')),
        commands: parseCommands(finished.stdout),
      };
    },
    retag: (args, options = {}) =>
      runBundle('cli', args, { cwd: path, ...options, env: { HOME: path, ...options.env } }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function runnerEnvironment(event: RunnerEvent, path: string, own: string): NodeJS.ProcessEnv {
  const files = ['OUTPUT', 'STEP_SUMMARY', 'ENV', 'PATH', 'STATE'].map((name): [string, string] => {
    const file = join(own, name.toLowerCase());
    writeFileSync(file, '');
    return [`GITHUB_${name}`, file];
  });
  const payload = payloadOf(event);
  if (payload !== null) writeFileSync(join(own, 'event.json'), payload);
  const short = event.ref.replace(/^refs\/(?:heads|tags|pull)\//, '');
  return {
    HOME: path,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'octocat',
    // Nothing may be asked of GitHub unless a test starts one.
    GITHUB_API_URL: 'http://127.0.0.1:9',
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: join(own, 'event.json'),
    GITHUB_REF: event.ref,
    GITHUB_REF_NAME: short,
    GITHUB_REF_TYPE: event.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_REPOSITORY: 'dmwm/WMCore',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '99',
    GITHUB_RUN_NUMBER: '7',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: event.sha,
    GITHUB_WORKSPACE: path,
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: own,
    ...Object.fromEntries(files),
  };
}

function payloadOf({ payload }: RunnerEvent): string | Buffer | null {
  if (payload === null || Buffer.isBuffer(payload)) return payload;
  if (typeof payload !== 'string') return JSON.stringify(payload);
  return readFileSync(join(ROOT, '__tests__/fixtures/events', `${payload}.json`), 'utf8');
}

/** Every input of action.yml, as the runner does: given, else its default, else empty. The token stays empty unless given. */
function inputVariables(given: Readonly<Record<string, string>>): Record<string, string> {
  const { inputs } = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>;
  };
  const strange = Object.keys(given).filter((name) => !(name in inputs));
  if (strange.length > 0) throw new Error(`action.yml has no input ${strange.join(', ')}`);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { default: fallback = '' }]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      given[name] ?? fallback.replace('${{ github.token }}', ''),
    ]),
  );
}

/**
 * The file of GITHUB_OUTPUT as the runner reads it (actions/runner FileCommandManager): `name=value`, or
 * `name<<delimiter`, lines, `delimiter`. A name that is written twice is an error here.
 */
export function parseOutputs(text: string): Outputs {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    if (line === '') continue;
    const [, name = '', delimiter] = /^([^=<]+)(?:<<(.+)|=.*)$/s.exec(line) ?? [];
    if (name === '' || name in outputs) throw new Error(`not an output: ${line}`);
    if (delimiter === undefined) {
      outputs[name] = line.slice(name.length + 1);
      continue;
    }
    const end = lines.indexOf(delimiter);
    if (end < 0) throw new Error(`the output ${name} has no end`);
    outputs[name] = lines
      .splice(0, end + 1)
      .slice(0, -1)
      .join('\n');
  }
  return outputs;
}

/** The workflow commands that a runner would obey: `::name key=value::text` at the start of a line. */
export function parseCommands(stdout: string): WorkflowCommand[] {
  return stdout.split(/\r\n|\r|\n/).flatMap((line) => {
    const [, name, properties = '', text = ''] = /^\s*::([a-z-]+)(?: ([^:]*))?::(.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = properties.split(',').filter((pair) => pair !== '');
    return [
      {
        name,
        properties: Object.fromEntries(
          pairs.map((pair) => [
            pair.slice(0, pair.indexOf('=')),
            unescape(pair.slice(pair.indexOf('=') + 1)),
          ]),
        ),
        text: unescape(text),
      },
    ];
  });
}

function unescape(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}

function readReport(path: string): Report | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  return reportIn(text);
}

const fitsSchema = new Ajv.default({ strict: false }).compile<Report>(
  JSON.parse(readFileSync(join(ROOT, 'schema/report.schema.json'), 'utf8')) as object,
);

/** The report that a text holds, checked against the published schema. */
export function reportIn(text: string): Report {
  const report: unknown = JSON.parse(text);
  if (!fitsSchema(report)) throw new Error(JSON.stringify(fitsSchema.errors, null, 2));
  return report;
}
