import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { flow, flowRequest } from '../../support/flow.js';
import {
  fixtureFile,
  FIXTURES,
  fixturesOf,
  type Registries,
  startRegistries,
  wantedIn,
} from '../../support/other-tools.js';

/**
 * What the tools themselves answer about the fixtures, recorded by e2e/other-tools.test.ts. Files with version ranges of
 * skopeo, which Debian's is too old for, have the answers of its library (ranges/ranges.json).
 */
const recorded = JSON.parse(readFileSync(join(FIXTURES, 'recorded.json'), 'utf8')) as Record<
  string,
  string[]
>;

let registries: Registries;
beforeAll(async () => {
  registries = await startRegistries();
});
afterAll(() => registries.close());

describe.each(['regsync', 'skopeo'])('%s', (tool) => {
  test.each(fixturesOf(tool))('%s', async (name) => {
    const files = [fixtureFile(tool, name, registries)];
    const { report } = await flow(flowRequest('plan', null, { files }));
    expect(wantedIn(report, registries)).toEqual(recorded[`${tool}/${name}`]);
  });
});

test('every recorded answer has its file', () => {
  const names = ['regsync', 'skopeo'].flatMap((tool) => fixturesOf(tool).map((name) => `${tool}/${name}`));
  expect(Object.keys(recorded).sort()).toEqual(names);
  expect(names.length).toBeGreaterThanOrEqual(40);
});
