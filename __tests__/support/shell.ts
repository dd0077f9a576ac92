/** What a reader of the docs sits in front of: bash, `retag` on the PATH, and registries that answer by their real names. */
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { createAuthority } from './certificates.js';
import { startForwardProxy } from './forward-proxy.js';
import { GIT_ENV } from './repository.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Every registry that the docs name. All are one behind the proxy, so a repository is the same under each name. */
const REGISTRIES = ['ghcr.io', 'quay.io', 'docker.io', 'registry-1.docker.io', 'registry.cern.ch'];
const WHEN = '2024-01-02T03:04:05Z';

/** What one command printed, both streams in order, and its exit status. */
export interface Ran {
  readonly text: string;
  readonly code: number;
}

export interface Shell {
  readonly registry: EmbeddedRegistry;
  /** an empty directory, in which the next commands begin */
  fresh(): string;
  /** writes a file below the directory that `fresh` gave */
  file(name: string, text: string): void;
  /** puts an image of two platforms behind a tag; `revision` is the commit that it says it is from */
  push(repository: string, tag: string, revision?: string): void;
  /** runs commands one after the other in one bash; the next call goes on where they ended */
  run(commands: readonly string[]): Promise<Ran[]>;
  close(): Promise<void>;
}

const authority = createAuthority();

export async function openShell(): Promise<Shell> {
  const root = mkdtempSync(join(tmpdir(), 'retag-shell-'));
  const bin = join(root, 'bin');
  mkdirSync(bin);
  const names = REGISTRIES.map((name) => `DNS:${name}`).join(',');
  const registry = await startRegistry({ tls: authority.issue(`${names},IP:127.0.0.1`) });
  const proxy = await startForwardProxy(Number(new URL(registry.url).port));
  writeFileSync(join(root, 'ca.pem'), authority.ca);
  writeFileSync(join(bin, 'retag'), `#!/bin/sh\nexec '${process.execPath}' '${ROOT}dist/cli.cjs' "$@"\n`);
  copyFileSync(join(ROOT, 'testing/docker.cjs'), join(bin, 'docker'));
  for (const name of ['retag', 'docker']) chmodSync(join(bin, name), 0o755);
  const env = {
    ...GIT_ENV,
    PATH: [bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: root,
    GIT_AUTHOR_DATE: WHEN,
    GIT_COMMITTER_DATE: WHEN,
    GIT_CONFIG_GLOBAL: join(root, 'gitconfig'),
    HTTPS_PROXY: `http://${proxy.host}`,
    NODE_EXTRA_CA_CERTS: join(root, 'ca.pem'),
    TEST_REGISTRY: registry.url,
  };
  writeFileSync(
    join(root, 'gitconfig'),
    '[init]\n\tdefaultBranch = main\n[user]\n\tname = A\n\temail = a@example.com\n',
  );
  let [count, at, start] = [0, root, root];
  return {
    registry,
    fresh: () => {
      at = start = join(root, `fresh-${count++}`);
      mkdirSync(at);
      return at;
    },
    file: (name, text) => {
      mkdirSync(dirname(join(start, name)), { recursive: true });
      writeFileSync(join(start, name), text);
    },
    push: (repository, tag, revision) => {
      const labels = revision === undefined ? {} : { 'org.opencontainers.image.revision': revision };
      const children = ['linux/amd64', 'linux/arm64'].map((platform) =>
        image({ platform, labels, layers: [{ files: { name: `${repository}:${tag}` } }] }),
      );
      seed(registry, repository, tag, index(children));
    },
    run: async (commands) => {
      const { ran, ended } = await bash(commands, at, env);
      at = ended;
      return ran;
    },
    close: async () => {
      await Promise.all([registry.close(), proxy.close()]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The mark between a command's output and its exit status; no program prints it. */
const MARK = '\x1e';

function bash(
  commands: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ ran: Ran[]; ended: string }> {
  const steps = commands.map((command) => `${command}\nprintf '${MARK}%s${MARK}' "$?"`);
  const script = ['exec 2>&1', ...steps, 'pwd'].join('\n');
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/bash', ['--norc', '-c', script], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('close', () => {
      const parts = said.split(MARK);
      const ran = commands.map((_, i) => ({
        text: parts[2 * i] ?? '',
        code: Number(parts[2 * i + 1] ?? NaN),
      }));
      resolve({ ran, ended: (parts.at(-1) ?? '').trim() || cwd });
    });
  });
}
