import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { askingOnly, openAdapters, parseConcurrency, parseInsecureHosts } from '../../src/cli/adapters.js';
import { UserError } from '../../src/errors.js';
import { readCiRun } from '../../src/ci/ci.js';
import { parseConfig } from '../../src/config/config.js';
import { recordedLog } from '../support/memory-registry.js';

function problems(parse: () => unknown): string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ what }) => what);
    throw error;
  }
  return [];
}

describe('parseConcurrency', () => {
  test.each([
    ['1', 1],
    ['16', 16],
    [' 8 ', 8],
    ['auto', 64],
    ['256', 256],
  ])('%j is %d requests', (text, value) => {
    expect(parseConcurrency(text)).toBe(value);
  });

  test.each(['', '0', '257', '-1', '1.5', '1e2', '0x10', 'many', '９', '99999999999999999999'])(
    '%j is none',
    (text) => {
      expect(problems(() => parseConcurrency(text))).toEqual([
        `concurrency: "${text}" is not a number of requests`,
      ]);
    },
  );
});

describe('parseInsecureHosts', () => {
  test.each([
    'registry.lan',
    'registry.lan:5000',
    'REGISTRY.lan',
    '10.0.0.7:5000',
    '[::1]:5000',
    'docker.io',
  ])('%s is a host', (host) => {
    expect(parseInsecureHosts([host])).toEqual([host]);
  });

  test.each([
    'http://registry.lan',
    'registry.lan/',
    'registry.lan/path',
    'user@registry.lan',
    'a b',
    'registry.lan:x',
    '',
    'registry',
  ])('%j is none', (host) => {
    expect(problems(() => parseInsecureHosts([host]))).toEqual([
      `insecure-registries: "${host}" is not a registry host`,
    ]);
  });

  test('every wrong one is named', () => {
    expect(problems(() => parseInsecureHosts(['ok.lan', 'a/b', 'http://c']))).toHaveLength(2);
  });
});

const FILE = {
  path: 'tags.yaml',
  bytes: new TextEncoder().encode('images: [{ name: a/b, src_build_tag: x, tag: y }]'),
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'retag-outside-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** What is said when the changes of an event are asked for twice, without a token. */
async function warnings(event: object): Promise<readonly string[]> {
  const path = join(directory, 'event.json');
  await writeFile(path, JSON.stringify(event));
  const log = recordedLog();
  const { signal } = new AbortController();
  const env = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: path, GITHUB_REPOSITORY: 'o/r' };
  const outside = openAdapters({
    ...askingOnly({ run: await readCiRun(env), env, workspace: directory, facts: null, log, signal }),
    files: [FILE],
  });
  const config = parseConfig([FILE]);
  expect([await outside.changes(config), await outside.changes(config)]).toEqual([null, null]);
  return log.warnings;
}

test('what a push changed cannot be asked without a token: said once, with what follows', async () => {
  expect(await warnings({ before: 'a'.repeat(40) })).toEqual([
    'which entries of the tag file this change touches is not known, so tags that break the rule of a preset are only warnings: there is no GitHub token; set GITHUB_TOKEN (input github-token)',
  ]);
});

test.each([[{ before: '0'.repeat(40) }], [{}]])(
  'an event that changes nothing says nothing: %j',
  async (event) => {
    expect(await warnings(event)).toEqual([]);
  },
);
