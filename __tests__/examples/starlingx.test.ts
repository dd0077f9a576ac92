import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import type { Report } from '../../src/report/model.js';
import { retag } from '../support/command-line.js';

const FILE = 'examples/starlingx/image-tags.yaml';

/** The rehearsal of examples/starlingx/README.md; the tests follow each other. */
let registry: EmbeddedRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.close());

async function standIns(...part: string[]): Promise<string> {
  const script = ['examples/starlingx/stand-ins.mjs', FILE, registry.host, ...part];
  return (await promisify(execFile)(process.execPath, script)).stdout;
}

async function run(command: string): Promise<{ code: number; report: Report }> {
  const argv = [command, '--config', FILE, '--registry-map', `docker.io=${registry.host}`, '--json'];
  const { code, stdout } = await retag(argv);
  return { code, report: JSON.parse(stdout) as Report };
}

test('the stand-ins are the sources of every entry', async () => {
  expect(await standIns()).toBe(`Images put into ${registry.host}: 79\n`);
  const { code, report } = await run('plan');
  expect(report.actions.flatMap(({ warnings }) => warnings)).toEqual([]);
  expect(report.counts).toMatchObject({ create: 79, refuse: 0 });
  expect(code).toBe(0);
});

test('a plan of 79 tags fits a screen of 80 columns', async () => {
  const argv = ['plan', '--config', FILE, '--registry-map', `docker.io=${registry.host}`];
  const lines = (await retag(argv)).stdout.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(40);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines.at(-1)).toMatch(/^Plan: 79 tags to create\. /);
});

test('apply creates the tags, and a second one writes nothing', async () => {
  expect((await run('apply')).report.counts).toMatchObject({ create: 79, failed: 0 });
  const before = registry.requests.length;
  expect((await run('apply')).report.counts).toMatchObject({ keep: 79 });
  const asked = registry.requests.slice(before).map(({ method }) => method);
  // GET: the commit of each platform, since the entries have a src_ref
  expect(new Set(asked)).toEqual(new Set(['HEAD', 'GET']));
});

test('a source that is built anew is refused, the others stay', async () => {
  expect(await standIns('k8s-cni-sriov')).toContain(': 1\n');
  const { code, report } = await run('apply');
  expect(report.counts).toMatchObject({ refuse: 1, keep: 78 });
  expect(code).toBe(1);
  // the page shows this very run
  const [refused] = report.actions.filter(({ action }) => action === 'refuse');
  const page = readFileSync('examples/starlingx/README.md', 'utf8').replace(/\s+/g, ' ');
  const digests = /(?<=sha256:[0-9a-f]{12})[0-9a-f]{52}/g;
  expect(page).toContain(refused?.reason.text.replace(digests, ''));
});
