import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCiRun } from '../../src/ci/ci.js';
import { openAdapters } from '../../src/cli/adapters.js';
import { parseConfig } from '../../src/config/config.js';
import { recordedLog } from '../support/memory-registry.js';

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
    run: await readCiRun(env),
    env,
    workspace: directory,
    facts: null,
    log,
    signal,
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
