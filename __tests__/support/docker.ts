import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BuilderOptions } from '../../src/docker/builder.js';
import { formatProblem } from '../../src/errors.js';
import type { Log } from '../../src/ports.js';

/** What the `docker` on the PATH of a test answers. Keys are the words after `buildx`, and `logs`. */
export interface Script {
  readonly version?: Answer;
  readonly inspect?: Answer | Readonly<Record<string, Answer>>;
  readonly create?: Answer;
  readonly rm?: Answer;
  /** of the container of a builder */
  readonly logs?: Answer;
  readonly bake?: Answer & {
    /** content of the metadata file; none is written when absent */
    readonly metadata?: string;
    /** does not end by itself, and says so in the file `started` */
    readonly hang?: boolean;
    /** has a child of its own, which the file `child` names by its process id */
    readonly deaf?: boolean;
  };
}

export interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit?: number;
}

export const INSPECT = `Name:          one
Driver:        remote

Nodes:
Name:      one0
Endpoint:  tcp://buildkit:1234
Status:    running
Platforms: linux/amd64*, linux/arm64 (+2), linux/386
`;

// Plain JavaScript: it runs as a process of its own, outside jest.
const PROGRAM = `#!/usr/bin/env node
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const path = require('node:path');
const dir = __dirname;
const words = process.argv.slice(2);
const script = JSON.parse(fs.readFileSync(path.join(dir, 'script.json'), 'utf8'));
const verb = words[0] === 'buildx' ? words[1] : words[0];
const bakeFile = words.find((w) => w.startsWith('--file='));
fs.appendFileSync(path.join(dir, 'calls.jsonl'), JSON.stringify({
  words, env: Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('npm_'))),
  definition: bakeFile ? fs.readFileSync(bakeFile.slice(7), 'utf8') : null,
}) + '\\n');
let answer = script[verb];
if (verb === 'inspect' && answer && !('stdout' in answer || 'exit' in answer)) answer = answer[words[3] ?? ''];
if (!answer) { process.stderr.write('ERROR: unexpected ' + words.join(' ') + '\\n'); process.exit(99); }
process.stdout.write(answer.stdout ?? '');
process.stderr.write(answer.stderr ?? '');
const metadata = words.find((w) => w.startsWith('--metadata-file='));
if (answer.metadata !== undefined) fs.writeFileSync(metadata.slice(16), answer.metadata);
if (answer.hang) {
  if (answer.deaf) process.on('SIGTERM', () => {});
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  fs.writeFileSync(path.join(dir, 'child'), String(child.pid));
  fs.writeFileSync(path.join(dir, 'started'), String(process.pid));
  setInterval(() => {}, 1000);
} else process.exitCode = answer.exit ?? 0;
`;

export interface FakeDocker {
  /** a workspace with a Dockerfile in `app` that copies, and one in `run` that runs */
  readonly workspace: string;
  readonly options: (over?: Partial<BuilderOptions>) => BuilderOptions;
  readonly calls: () => { words: string[]; env: Record<string, string>; definition: string | null }[];
  readonly verbs: () => string[];
  /** lines that were logged or written, in order */
  readonly said: string[];
  readonly temporary: string;
  /** process id in a file that the fake wrote; null when it is not there yet */
  readonly pid: (file: 'started' | 'child') => number | null;
  readonly remove: () => void;
}

/** A `docker` command that answers as `script` says, and records what it was asked. */
export function fakeDocker(script: Script): FakeDocker {
  const root = mkdtempSync(join(tmpdir(), 'retag-docker-'));
  const bin = join(root, 'bin');
  const workspace = join(root, 'workspace');
  const temporary = join(root, 'tmp');
  for (const directory of [bin, join(workspace, 'app'), join(workspace, 'run'), temporary]) {
    mkdirSync(directory, { recursive: true });
  }
  writeFileSync(join(bin, 'docker'), PROGRAM);
  chmodSync(join(bin, 'docker'), 0o755);
  writeFileSync(
    join(bin, 'script.json'),
    JSON.stringify({
      version: { stdout: 'github.com/docker/buildx v0.29.1 abc' },
      inspect: { stdout: INSPECT },
      ...script,
    }),
  );
  writeFileSync(join(workspace, 'app', 'Dockerfile'), 'FROM scratch\nCOPY a /a\n');
  writeFileSync(join(workspace, 'run', 'Dockerfile'), 'FROM alpine\nRUN apk add x\n');
  const said: string[] = [];
  const log: Log = {
    layout: { width: null, all: true, groups: true },
    group: (_title, body) => body(),
    line: (text) => said.push(text),
    warning: (text) => said.push(`warning: ${typeof text === 'string' ? text : formatProblem(text)}`),
    debug: () => undefined,
    progress: () => undefined,
  };
  const calls: FakeDocker['calls'] = () => {
    const file = join(bin, 'calls.jsonl');
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ReturnType<FakeDocker['calls']>[number]);
  };
  return {
    workspace,
    temporary,
    said,
    calls,
    verbs: () => calls().map(({ words }) => words[1] ?? ''),
    pid: (file) => {
      const path = join(bin, file);
      return existsSync(path) ? Number(readFileSync(path, 'utf8')) : null;
    },
    options: (over = {}) => ({
      workspace,
      temporary,
      environment: {
        PATH: `${bin}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        ...over.environment,
      },
      builder: null,
      insecure: [],
      signal: new AbortController().signal,
      clock: { sleep: () => new Promise((resolve) => setTimeout(resolve, 200)) },
      log,
      write: (text) => said.push(text.trimEnd()),
      token: '0123456789abcdef0123456789abcdef',
      terminal: false,
      ...Object.fromEntries(Object.entries(over).filter(([key]) => key !== 'environment')),
    }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
