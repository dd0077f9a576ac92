/** The tools whose files Retag takes, on the same files and registries: what they would copy is what Retag wants. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { flow, flowRequest } from '../__tests__/support/flow.js';
import {
  fixtureFile,
  FIXTURES,
  fixturesOf,
  fixtureText,
  isScoped,
  named,
  type Registries,
  SEEDS,
  startRegistries,
  VARIABLES,
  wantedIn,
} from '../__tests__/support/other-tools.js';
import { startRegistry } from '../testing/registry/server.js';
import { binary, run, runOk, temporaryDirectory } from './support/stack.js';

const RECORDED = join(FIXTURES, 'recorded.json');
const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, string[]>;
const directory = temporaryDirectory('other-tools');

let registries: Registries;
beforeAll(async () => {
  registries = await startRegistries();
});
afterAll(async () => {
  await registries.close();
  directory.remove();
  // The quick tests hold Retag against these answers; RETAG_RECORD=1 writes them anew.
  if (process.env['RETAG_RECORD'] === '1') writeFileSync(RECORDED, `${JSON.stringify(recorded, null, 2)}\n`);
});

async function agree(tool: string, name: string, answer: readonly string[]): Promise<void> {
  const pairs = named(answer, registries);
  const key = `${tool}/${name}`;
  if (process.env['RETAG_RECORD'] === '1') recorded[key] = pairs;
  const files = [fixtureFile(tool, name, registries)];
  const { report } = await flow(flowRequest('plan', null, { files }));
  expect(wantedIn(report, registries)).toEqual(pairs);
  expect(recorded[key]).toEqual(pairs);
}

function written(tool: string, name: string): string {
  const path = join(directory.path, `${tool}-${name}`);
  writeFileSync(path, fixtureText(tool, name, registries));
  return path;
}

describe('regsync check', () => {
  test.each(fixturesOf('regsync'))('%s', async (name) => {
    const { stderr } = await run(
      binary('regsync'),
      ['check', '--logopt', 'json', '-c', written('regsync', name)],
      {
        env: { ...process.env, ...VARIABLES },
      },
    );
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    const needed = lines
      .map((line) => JSON.parse(line) as { msg: string; source?: string; target?: string })
      .filter(({ msg }) => msg === 'Image sync needed' || msg === 'Image refreshing');
    // A digest behind a tag is what counts.
    const bare = (reference = ''): string => reference.replace(/:[^:/@]+@/, '@');
    await agree(
      'regsync',
      name,
      needed.map(({ source, target }) => `${bare(source)} -> ${target ?? ''}`),
    );
  });
});

test('regsync once and retag apply give mirrors with the same tags on the same digests', async () => {
  const name = '18-registry.yml';
  const [theirs, ours] = [registries, { ...registries, mirror: await startRegistry() }];
  try {
    const path = join(directory.path, name);
    writeFileSync(path, fixtureText('regsync', name, theirs));
    await runOk(binary('regsync'), ['once', '-c', path]);
    const files = [fixtureFile('regsync', name, ours)];
    expect((await flow(flowRequest('apply', null, { files }))).exitCode).toBe(0);
    const content = ({ mirror }: Pick<Registries, 'mirror'>) =>
      Object.keys(SEEDS).map((repository) =>
        [...mirror.tags(repository)]
          .sort()
          .map((tag) => [repository, tag, mirror.manifest(repository, tag)?.digest]),
      );
    expect(content(ours)).toEqual(content(theirs));
  } finally {
    await ours.mirror.close();
  }
});

/** Version ranges came to skopeo after 1.9; `ranges.json` has what the library answers that it reads them with. */
const RANGES = /images-by-semver:\n/;

describe('skopeo sync --dry-run', () => {
  const names = fixturesOf('skopeo').filter(
    (name) => !RANGES.test(readFileSync(join(FIXTURES, 'skopeo', name), 'utf8')),
  );

  test.each(names)('%s', async (name) => {
    const { stderr } = await run(binary('skopeo'), [
      ...['--insecure-policy', 'sync', '--dry-run', '--src', 'yaml', '--dest', 'docker'],
      ...(isScoped(name) ? ['--scoped'] : []),
      written('skopeo', name),
      `${registries.mirror.host}/copies`,
    ]);
    const pairs = [
      ...stderr.matchAll(/Would have copied image .*?from="docker:\/\/([^"]+)" to="docker:\/\/([^"]+)"/g),
    ];
    await agree(
      'skopeo',
      name,
      pairs.map(([, from = '', to = '']) => `${from} -> ${to}`),
    );
  });
});
