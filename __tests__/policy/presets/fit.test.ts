import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { fitsOf } from '../../../src/policy/presets/fit.js';

const refs = (name: string): string[] =>
  readFileSync(new URL(`../../fixtures/refs/${name}.txt`, import.meta.url), 'utf8')
    .trim()
    .split('\n');

test.each([
  ['wmcore', 'wmcore'],
  ['docker-metadata-action', 'semver'],
  ['moby-buildkit', 'semver'],
  ['semver-spec', 'semver'],
  ['kubernetes-sigs-scheduler-plugins', 'semver'],
  ['k8stopologyawareschedwg-deployer', 'semver'],
  ['k8stopologyawareschedwg-resource-topology-exporter', 'semver'],
  ['k8stopologyawareschedwg-scheduler-plugins', 'k8s-topology-aware'],
  ['home-assistant-supervisor', 'calver'],
  ['iputils', 'calver'],
])('%s is %s', (project, preset) => {
  const tags = refs(project);
  expect(fitsOf(tags)[0]).toMatchObject({ preset });
});
