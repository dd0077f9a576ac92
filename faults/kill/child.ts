/** The bundle as a child process, as a user runs it, and what becomes of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { World } from '../world/world.js';
import { SIGNING_KEY } from './records.js';

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** milliseconds between a signal and the end; 0 without one */
  readonly afterSignal: number;
}

export interface Child {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** Where a world's tag file and logins are written down for children. */
export interface Desk {
  /** `settle`: the wait before what was written is read back; default none */
  apply(settle?: string): Child;
  remove(): void;
}

export function deskOf(world: World): Desk {
  const directory = mkdtempSync(join(tmpdir(), 'retag-kill-'));
  const tagFile = join(directory, 'image-tags.yaml');
  const record = world.scenario.record ? 'record: { key: env://SIGNING_KEY }\n' : '';
  writeFileSync(tagFile, record + world.tagFile);
  const auths = world.logins.map(({ host, user, password }) => [
    host,
    { auth: Buffer.from(`${user}:${password}`).toString('base64') },
  ]);
  writeFileSync(
    join(directory, 'config.json'),
    JSON.stringify({ auths: Object.fromEntries(auths) as object }),
  );
  const force = world.force.flatMap((name) => ['--force', name]);
  const env = { PATH: process.env['PATH'], HOME: directory, DOCKER_CONFIG: directory, SIGNING_KEY };
  return {
    apply: (settle = '0') =>
      start(
        [resolve('dist/cli.cjs'), 'apply', '--config', tagFile, '--settle', settle, ...force],
        env,
        directory,
      ),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A wait between write and read-back that a kill is sure to fall into, `KILL_AFTER` milliseconds after the write. */
export const SETTLE = '4s';
export const KILL_AFTER = 600;

/** Starts Node on `args` with nothing but `env`. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Child {
  const child: ChildProcess = spawn(process.execPath, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  let signalled: number | null = null;
  const ended = new Promise<Ended>((done, fail) => {
    child.once('error', fail);
    child.once('close', (status, signal) => {
      const afterSignal = signalled === null ? 0 : performance.now() - signalled;
      done({ status, signal, ...texts, afterSignal });
    });
  });
  return {
    ended,
    kill(signal) {
      signalled ??= performance.now();
      child.kill(signal);
    },
  };
}
