import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Something that runs until it is stopped. `stop` may be called twice. */
export interface Running {
  stop(): Promise<void>;
}

/** A child process that is up. */
export interface Server extends Running {
  readonly pid: number;
  /** everything that it has written to stdout and stderr so far */
  readonly log: () => string;
}

export interface ServerSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** true as soon as the server answers; asked every 50 ms */
  ready(): Promise<boolean>;
  /** milliseconds until starting counts as failed */
  readonly patience?: number;
  /** milliseconds between SIGTERM and SIGKILL */
  readonly grace?: number;
}

/** A fresh directory of this run and the function that removes it. */
export function temporaryDirectory(name: string): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `retag-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A port that the kernel had free a moment ago; use it at once. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a server and waits until it is ready; its log is in the error when it is not. */
export async function startServer(spec: ServerSpec): Promise<Server> {
  const directory = temporaryDirectory(`${spec.name}-log`);
  const logFile = join(directory.path, 'log');
  const descriptor = openSync(logFile, 'a');
  const child = spawn(spec.command, spec.args, {
    env: spec.env ?? process.env,
    stdio: ['ignore', descriptor, descriptor],
  });
  closeSync(descriptor);
  const log = (): string => readFileSync(logFile, 'utf8');
  const ended = exitOf(child);
  // A test process that dies must not leave servers behind.
  const lastResort = (): void => void child.kill('SIGKILL');
  process.once('exit', lastResort);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopped ??= (async () => {
      await end(child, ended, spec.grace ?? 5_000);
      process.off('exit', lastResort);
      directory.remove();
    })());
  try {
    await waitUntilReady(spec, child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid!, log, stop };
}

async function waitUntilReady(spec: ServerSpec, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + (spec.patience ?? 20_000);
  while (!(await spec.ready().catch(() => false))) {
    const gone = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
    if (gone || Date.now() > deadline) {
      throw new Error(`${spec.name} ${gone ? 'ended' : 'was not ready in time'}:\n${log().slice(-4_000)}`);
    }
    await sleep(50);
  }
}

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

async function end(child: ChildProcess, ended: Promise<void>, grace: number): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), grace);
  await ended;
  clearTimeout(timer);
}

/** What a finished command left behind. */
export interface Finished {
  /** exit status; 128 + n after signal n is not made up: `signal` says it */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** milliseconds */
  readonly duration: number;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  /** milliseconds; the command is killed and the promise rejects */
  readonly timeout?: number;
}

/** Runs a command to its end; a status other than 0 is an answer, not an error. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const started = performance.now();
  const child = spawn(command, args, {
    env: options.env ?? process.env,
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined); // a child that never reads its input
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command} ${args.join(' ')} took too long:\n${Buffer.concat(stderr).toString()}`));
    }, options.timeout ?? 60_000);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      resolve({
        status,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
        duration: performance.now() - started,
      });
    });
  });
}

/** As `run`, but a status other than 0 is an error that shows the output. */
export async function runOk(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const finished = await run(command, args, options);
  if (finished.status !== 0) {
    const how = finished.signal ?? `status ${String(finished.status)}`;
    throw new Error(`${command} ${args.join(' ')}: ${how}\n${finished.stdout}${finished.stderr}`);
  }
  return finished;
}

/** Runs `work` on all items, at most `limit` at a time. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) await work(items[index]!, index);
  };
  await Promise.all(Array.from({ length: limit }, lane));
}
