import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

import { parseConfig } from '../../src/config/config.js';
import { permissionFor } from '../../src/github/errors.js';

const page = (name: string): string =>
  readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');
const blocks = (name: string): string[] =>
  [...page(name).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!);
const isWorkflow = (text: string): boolean => /^(?:on|permissions):/m.test(text);

describe('the tag files in the pages are valid', () => {
  test.each([
    ['gates', 1],
    ['stages', 1],
    ['follow-ups-and-tracking', 2],
  ])('%s: %d', (name, count) => {
    const files = blocks(name).filter((text) => !isWorkflow(text));
    expect(files).toHaveLength(count);
    for (const text of files)
      expect(() => parseConfig([{ path: `${name}.yaml`, bytes: Buffer.from(text) }])).not.toThrow();
  });
});

test('the page about permissions has every permission that a request may need', () => {
  const description = JSON.parse(
    readFileSync(new URL('../fixtures/github/openapi.json', import.meta.url), 'utf8'),
  ) as {
    operations: Record<string, unknown>;
  };
  const needed = new Set(
    Object.keys(description.operations)
      .map(permissionFor)
      .filter((one) => one !== null),
  );
  expect([...needed].sort()).toStrictEqual([
    'actions: read',
    'checks: read',
    'contents: read',
    'contents: write',
    'issues: read',
    'issues: write',
    'pull-requests: read',
    'pull-requests: write',
    'statuses: read',
  ]);
  for (const permission of needed) expect(page('permissions')).toContain(permission);
});

test('the workflow snippets are YAML with known permissions', () => {
  const snippets = ['permissions', 'gates', 'drift'].flatMap(blocks).filter(isWorkflow);
  expect(snippets).toHaveLength(4);
  for (const text of snippets) {
    const { permissions, jobs = {} } = parse(text) as Snippet;
    const all = [permissions, ...Object.values(jobs).map((job) => job.permissions)];
    const levels = all.flatMap((each) => Object.values(each ?? {}));
    expect(levels.length).toBeGreaterThan(0);
    for (const level of levels) expect(['read', 'write']).toContain(level);
  }
});

interface Snippet {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs?: Readonly<Record<string, { readonly permissions?: Readonly<Record<string, string>> }>>;
}
