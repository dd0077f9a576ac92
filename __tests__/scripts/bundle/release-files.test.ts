import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}
interface Job {
  readonly needs?: string | readonly string[];
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
const { jobs } = parse(readFileSync('.github/workflows/release.yml', 'utf8')) as {
  jobs: Record<string, Job>;
};

describe('the release workflow', () => {
  const words = (job: string, start: string): string[] =>
    jobs[job]?.steps
      .flatMap(({ run = '' }) => run.split('\n'))
      .find((line) => line.startsWith(start))
      ?.slice(start.length)
      .trim()
      .split(' ') ?? [];

  test('attests every file that people run before it is published', () => {
    const steps = jobs['publish']?.steps ?? [];
    const attest = steps.findIndex(({ uses }) => uses?.startsWith('actions/attest-build-provenance@'));
    const publish = steps.findIndex(({ run }) => run?.includes('scripts/release.mjs'));
    expect(attest).toBeGreaterThan(0);
    expect(publish).toBeGreaterThan(attest);
    const attested = steps[attest]?.with?.['subject-path']?.trim().split('\n') ?? [];
    const released = words('publish', 'node scripts/release.mjs dist');
    expect(['dist', ...released].length).toBeGreaterThan(5);
    expect(attested).toEqual(['dist/*.cjs', 'retag-*.tgz', 'executables/retag-*', 'sbom.cdx.json']);
    // licences: texts that nobody runs
    expect(released).toEqual([
      '/*.cjs',
      'dist/licenses.txt',
      'retag-*.tgz',
      'executables/*',
      'sbom.cdx.json',
    ]);
    expect(words('publish', 'node scripts/release.mjs --npm')).toEqual(['retag-*.tgz']);
  });

  test('publishes after everything is made, and tags the image last', () => {
    expect(jobs['publish']?.needs).toEqual(['check', 'executables', 'image']);
    expect(jobs['tag']?.needs).toEqual(['image', 'publish']);
    expect(jobs['image']?.needs).toBe('check');
    expect(jobs['executables']?.permissions).toEqual({ contents: 'read' });
  });
});

/** npm's registry, as far as `npm view` and `npm publish` ask it. */
describe('publishing the package', () => {
  let server: Server;
  let folder: string;
  let document: { versions: Record<string, unknown> } | null;
  let puts: number;
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'retag-npm-'));
    document = null;
    puts = 0;
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (request.method === 'PUT') {
          puts += 1;
          document = JSON.parse(Buffer.concat(parts).toString()) as typeof document;
        }
        response.writeHead(document === null ? 404 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(document ?? { error: 'not found' }));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true, force: true });
  });

  const env = () => ({
    PATH: process.env['PATH'],
    HOME: folder,
    npm_config_cache: join(folder, 'cache'),
    npm_config_registry: address(),
    [`npm_config_//${address().slice('http://'.length)}:_authToken`]: 'token',
    GITHUB_REF_NAME: 'v1.3.0',
    RETAG_RELEASE_ROOT: folder,
  });

  /** A package of this version whose file says something; gives its archive. */
  function pack(says: string): string {
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'retag', version: '1.3.0', files: ['index.js'] }),
    );
    writeFileSync(join(folder, 'CHANGELOG.md'), '# Changelog\n\n## [1.3.0]\n\n- Better.\n');
    writeFileSync(join(folder, 'action.yml'), 'description: Tags images.\n');
    writeFileSync(join(folder, 'index.js'), says);
    execFileSync('npm', ['pack', '--silent', `--pack-destination=${folder}`], { cwd: folder, env: env() });
    return join(folder, 'retag-1.3.0.tgz');
  }

  const publish = (file: string) =>
    new Promise<{ code: number; output: string }>((done) => {
      execFile(process.execPath, ['scripts/release.mjs', '--npm', file], { env: env() }, (error, out, err) =>
        done({ code: error === null ? 0 : Number(error.code), output: out + err }),
      );
    });

  test('once; the same again is kept, and other bytes are refused', async () => {
    const file = pack('one');
    const first = await publish(file);
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('published retag-1.3.0.tgz') });
    const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
    expect(document).toMatchObject({ versions: { '1.3.0': { dist: { integrity } } } });
    expect(await publish(pack('one'))).toMatchObject({ code: 0, output: 'npm has v1.3.0 already\n' });
    const other = await publish(pack('two'));
    expect(other).toMatchObject({
      code: 1,
      output: expect.stringContaining('npm has v1.3.0 with other bytes'),
    });
    expect(puts).toBe(1);
  });
});
