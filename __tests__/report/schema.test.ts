import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import type { Report, ReportAction } from '../../src/report/model.js';
import { retag } from '../support/command-line.js';
import { schemaProblems } from '../support/report-schema.js';
import { FAILED, HELD, KEPT, REFUSED, reportAction, reportOf } from '../support/reports.js';

describe('what --json prints is what the schema says', () => {
  const directory = mkdtempSync(join(tmpdir(), 'retag-report-'));
  let registry: EmbeddedRegistry;

  beforeAll(async () => {
    registry = await startRegistry();
    fill('one');
    const tagFile = `
policy: semver
images:
  - { name: docker.io/example/app, src_build_tag: nightly, tag: v1.0, stable: true }
  - { name: docker.io/example/app, src_build_tag: never-built, tag: v2.0 }
  - { name: docker.io/example/app, src_build_tag: nightly, tag: v3.0, platforms: [linux/s390x] }
`;
    writeFileSync(join(directory, 'image-tags.yaml'), tagFile);
  });
  afterAll(async () => {
    await registry.close();
    rmSync(directory, { recursive: true });
  });

  const fill = (generation: string): void => {
    const child = image({ platform: 'linux/amd64', layers: [{ files: { generation } }] });
    seed(registry, 'example/app', 'nightly', index([child], { attestations: true }));
  };
  const report = async (command: string, ...flags: string[]): Promise<Report> => {
    const map = `docker.io=${registry.host}`;
    const argv = [command, '--config', 'image-tags.yaml', '--registry-map', map, '--json', ...flags];
    const { stdout } = await retag(argv, directory);
    return JSON.parse(stdout) as Report;
  };
  const seen = ({ actions }: Report): string[] =>
    actions.map(({ action, reason, outcome }) => `${action} ${reason.code} ${outcome}`);

  test('a plan', async () => {
    const planned = await report('plan');
    expect(seen(planned)).toEqual([
      'create absent planned',
      'refuse source-missing planned',
      'refuse platform-missing planned',
      'create absent planned',
    ]);
    expect(schemaProblems(planned)).toEqual([]);
  });

  test('an apply, and one more', async () => {
    const applied = await report('apply');
    expect(seen(applied)).toContain('create absent done');
    expect(schemaProblems(applied)).toEqual([]);
    const again = await report('apply');
    expect(seen(again)).toContain('keep same-digest skipped');
    expect(schemaProblems(again)).toEqual([]);
  });

  test('a conflict, and a forced move', async () => {
    fill('two');
    const refused = await report('apply');
    expect(seen(refused)).toContain('refuse different-digest skipped');
    expect(schemaProblems(refused)).toEqual([]);
    const moved = await report('apply', '--force', 'docker.io/example/app:v1.0');
    expect(seen(moved)).toContain('move forced done');
    expect(schemaProblems(moved)).toEqual([]);
  });

  test('a registry that gives no answer', async () => {
    await registry.close();
    const unknown = await report('plan', '--timeout', '1s');
    expect(new Set(seen(unknown))).toEqual(new Set(['refuse unknown planned']));
    expect(schemaProblems(unknown)).toEqual([]);
  });
});

test('every kind of action fits, in one report with a ref and a classification', () => {
  const classification: Report['classification'] = {
    class: null,
    rule: null,
    fields: {},
    version: null,
    tags: [],
    stable_tags: [],
    channels: [],
    why: 'no rule is for the branch main',
    not: [{ rule: 'semver/final', why: 'is for git tags' }],
  };
  const warned = reportAction({ attachments: { found: 3, carried: 3 }, warnings: ['a warning'] });
  const ref = { ref: 'refs/heads/main', sha: null, event: null };
  const actions = [warned, REFUSED, KEPT, FAILED, HELD];
  expect(schemaProblems(reportOf(actions, { ref, classification }))).toEqual([]);
});

const BROKEN: readonly (readonly [string, unknown])[] = [
  ['another version of the format', reportOf([], { version: 2 as 1 })],
  ['a key that is not in it', { ...reportOf([]), more: 1 }],
  ['a missing key', { ...reportOf([]), counts: undefined }],
  ['a digest that is none', reportOf([reportAction({ digest: 'sha256:abc' })])],
  ['an outcome that is none', reportOf([reportAction({ outcome: 'ok' as ReportAction['outcome'] })])],
  ['a count that is no count', reportOf([], { duration_ms: -1 })],
];

test.each(BROKEN)('the schema refuses %s', (_what, report) => {
  expect(schemaProblems(JSON.parse(JSON.stringify(report)))).not.toEqual([]);
});
