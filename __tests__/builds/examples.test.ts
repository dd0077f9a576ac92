import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import { bakeDefinition } from '../../src/builds/definition.js';
import { imageOf } from '../../src/builds/machines.js';
import { parseConfig } from '../../src/config/config.js';
import { definitionInput, selected } from '../support/builds.js';

/** The examples that are about builds: read as a run reads them. */
describe.each([
  ['wmcore', 10, ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x']],
  ['k8s-topology-aware', 2, ['linux/amd64', 'linux/arm64']],
])('examples/%s', (name, images, platforms) => {
  const path = `examples/${name}/image-tags.yaml`;
  const config = parseConfig([{ path, bytes: readFileSync(path) }]);

  test('every image is built for every platform, in one definition', () => {
    const made = bakeDefinition(definitionInput(config.builds.map(selected)));
    expect(made.targets.map(({ image }) => image)).toEqual(config.builds.map(imageOf));
    expect(made.targets).toHaveLength(images);
    for (const target of made.targets) expect(target.platforms).toEqual(platforms);
    expect(made.file.group['default']?.targets).toEqual(made.targets.map((target) => target.name));
  });

  test('the policy is the preset of that name', () => {
    expect(config.policy?.preset).toBe(name);
  });
});
