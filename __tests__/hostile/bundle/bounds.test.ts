import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { image, index, OCI_INDEX, seed } from '../../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry, type Fault } from '../../../testing/registry/server.js';
import { workspace, type Workspace } from '../../support/runner.js';

/** The bundle as a child, so that its memory and its time are its own. */
const MOST_MEMORY_MIB = 200;
const BUILT = index([image()]);

let place: Workspace;
let registry: EmbeddedRegistry;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  place = workspace();
  registry = await startRegistry();
  seed(registry, 'app', 'build', BUILT);
  writeFileSync(join(place.temp, 'probe.cjs'), PROBE);
});
afterEach(async () => {
  registry.faults.set([]);
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await registry.close();
  place.remove();
});

/** The kernel's own high-water mark: `maxRSS` of a child begins with its parent's. */
const PROBE = `const { readFileSync } = require('node:fs');
process.on('exit', () => {
  let kibibytes = process.resourceUsage().maxRSS;
  try { kibibytes = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]; } catch {}
  process.stderr.write('\\nmost memory ' + kibibytes + '\\n');
});`;

interface Measured {
  readonly code: number | null;
  readonly text: string;
  readonly mebibytes: number;
}

async function run(host: string, more = '', timeout = '30m'): Promise<Measured> {
  const lines = [`  - name: ${host}/app`, '    src_build_tag: build', '    tag: "1.0"', more];
  place.file('tags.yaml', ['images:', ...lines, ''].join('\n'));
  const done = await place.retag(['apply', '--config', 'tags.yaml', '--timeout', timeout], {
    env: { NODE_OPTIONS: `--require ${join(place.temp, 'probe.cjs')}` },
  });
  const [, kibibytes = ''] = /most memory (\d+)/.exec(done.stderr) ?? [];
  return {
    code: done.code,
    text: done.stdout + done.stderr,
    mebibytes: Number(kibibytes) / 1024,
  };
}

/** A registry that gives one answer to everything. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const MIB = 1024 * 1024;
const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

describe('memory', () => {
  test.each<[string, Fault]>([
    ['a gzip bomb of 1 GiB', { kind: 'flood', bytes: 1024 * MIB, gzip: true }],
    ['1 GiB of blanks', { kind: 'flood', bytes: 1024 * MIB, gzip: false }],
    ['an error of 64 MiB', { kind: 'status', status: 400, body: new Uint8Array(64 * MIB).fill(32) }],
    ['a 404 of 64 MiB', { kind: 'status', status: 404, body: new Uint8Array(64 * MIB).fill(32) }],
  ])(
    'threat 18: %s does not fill it',
    async (_name, fault) => {
      registry.faults.set([{ match: { kind: ['get-manifest', 'head-manifest'] }, fault, times: 'always' }]);
      const { code, mebibytes, text } = await run(registry.host);
      expect(code).toBe(1);
      expect(text).not.toMatch(/fault of Retag/);
      expect(mebibytes).toBeGreaterThan(20);
      expect(mebibytes).toBeLessThan(MOST_MEMORY_MIB);
    },
    15_000,
  );

  const descriptor = { mediaType: OCI_INDEX, digest: `sha256:${'a'.repeat(64)}`, size: 10 };
  test.each<[string, string]>([
    ['JSON 100,000 arrays deep', `{"schemaVersion":2,"manifests":${deep('[', ']', 100_000)}}`],
    [
      'JSON 100,000 objects deep',
      `{"schemaVersion":2,"x":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    ],
    [
      'an index of 60,000 entries',
      JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests: Array.from({ length: 60_000 }, () => descriptor),
      }),
    ],
    ['8 MiB of a string', JSON.stringify({ schemaVersion: 2, x: 'x'.repeat(8 * MIB - 100) })],
    [
      'a wrong size',
      JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ ...descriptor, size: -1 }] }),
    ],
  ])(
    'threat 18: a manifest that is %s is an error',
    async (_name, body) => {
      const host = await serve((request, response) => {
        if (request.url?.endsWith('/build') === true) {
          response
            .writeHead(200, { 'content-type': OCI_INDEX, 'content-length': Buffer.byteLength(body) })
            .end(body);
          return;
        }
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}');
      });
      const { code, mebibytes, text } = await run(host, '    platforms: [linux/amd64]');
      expect(code).toBe(1);
      expect(text).not.toMatch(/fault of Retag/);
      expect(mebibytes).toBeGreaterThan(20);
      expect(mebibytes).toBeLessThan(MOST_MEMORY_MIB);
    },
    15_000,
  );

  test('threat 18: headers without end are refused', async () => {
    const host = await serve((_request, response) => {
      for (let at = 0; at < 200; at++) response.setHeader(`x-${at}`, 'x'.repeat(500));
      response.writeHead(200).end();
    });
    const { code, mebibytes } = await run(host);
    expect(code).toBe(1);
    expect(mebibytes).toBeGreaterThan(20);
    expect(mebibytes).toBeLessThan(MOST_MEMORY_MIB);
  }, 15_000);

  test('threat 18: a compressed answer is not decoded', async () => {
    const host = await serve((_request, response) => {
      response.writeHead(404, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64 * MIB, 32)));
    });
    const { code, mebibytes } = await run(host);
    expect(code).toBe(1);
    expect(mebibytes).toBeGreaterThan(20);
    expect(mebibytes).toBeLessThan(MOST_MEMORY_MIB);
  }, 15_000);
});

describe('time', () => {
  test.each<[string, Fault]>([
    ['row 67: a drip', { kind: 'drip', everyMs: 100 }],
    ['silence before the answer', { kind: 'stall', when: 'headers' }],
    ['silence in the middle of it', { kind: 'stall', when: 'body' }],
    ['row 61: a wait of a minute, asked for again and again', { kind: 'throttle', retryAfter: '60' }],
    ['row 63: 503 for ever', { kind: 'status', status: 503 }],
  ])(
    '%s ends at the time limit, and says so',
    async (_name, fault) => {
      registry.faults.set([{ match: { kind: ['get-manifest', 'head-manifest'] }, fault, times: 'always' }]);
      // What hangs is killed after a while (support/child.ts), and has no exit status.
      const { code, text } = await run(registry.host, '', '1s');
      expect(code).toBe(1);
      expect(text).toMatch(/run again|timeout|time limit/i);
    },
    15_000,
  );

  test.each<[string, Fault]>([
    ['500', { kind: 'status', status: 500 }],
    ['429', { kind: 'throttle', retryAfter: '0' }],
    ['a reset', { kind: 'reset', when: 'before' }],
    ['a redirect to itself', { kind: 'redirect', to: 'loop' }],
    [
      '401 with a challenge',
      { kind: 'status', status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
    ],
  ])(
    '%s to everything costs at most five times the requests of a good run',
    async (_name, fault) => {
      const mark = registry.requests.length;
      await run(registry.host);
      const good = registry.requests.length - mark;
      registry.deleteTag('app', '1.0');
      registry.faults.set([{ match: {}, fault, times: 'always' }]);
      const from = registry.requests.length;
      const { code } = await run(registry.host, '', '10s');
      expect(code).toBe(1);
      expect(good).toBeGreaterThan(3);
      expect(registry.requests.length - from).toBeLessThanOrEqual(5 * good);
    },
    30_000,
  );
});
