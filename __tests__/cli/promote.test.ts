import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { joined, retag } from '../support/command-line.js';
import { folder } from '../support/folder.js';
import { fill } from '../support/story.js';

/** A checkout whose tag file has a policy: it owns the names that its rules write, also for a promotion from a shell. */
const BUILD = 'master-centos-stable-20191203T153530Z.0';
const place = folder();
mkdirSync(join(place.path, '.github'));
let registry: EmbeddedRegistry;
beforeAll(async () => {
  registry = await startRegistry();
  fill(registry);
  const name = `${registry.host}/starlingx/k8s-cni-sriov`;
  place.file(
    '.github/image-tags.yaml',
    `policy: { preset: semver, stable: true }\nbuilds:\n  - name: ${name}\nimages:\n  - { name: ${name}, src_build_tag: ${BUILD}, tag: other }\n`,
  );
});
afterAll(() => registry.close());

const promote = (tag: string) =>
  retag(['promote', `${registry.host}/starlingx/k8s-cni-sriov:${BUILD}`, tag], place.path);
const tags = () => [...new Set(registry.tags('starlingx/k8s-cni-sriov'))].filter((tag) => tag !== BUILD);

test.each(['latest', '1.6', '1.5.0-stable'])('%s belongs to a rule, and is refused', async (tag) => {
  const done = await promote(tag);
  expect(done.code).not.toBe(0);
  expect(joined(done.stdout + done.stderr)).toMatch(/semver\/final/);
  expect(tags()).toEqual([]);
});

test('a name of no rule is written, and nothing else that the file asks for', async () => {
  expect(await promote('customer-a')).toMatchObject({ code: 0 });
  expect(tags()).toEqual(['customer-a']);
});
