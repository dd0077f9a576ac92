import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { image, index, seed } from '../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../testing/registry/server.js';
import { joined, retag as spoken, type Spoken } from '../support/command-line.js';

let registry: EmbeddedRegistry;
let directory: string;
beforeEach(async () => {
  registry = await startRegistry();
  directory = await mkdtemp(join(tmpdir(), 'retag-tags-'));
});
afterEach(async () => {
  await registry.close();
  await rm(directory, { recursive: true });
});

/** Pushes an image without a revision label. */
function put(repository: string, tag: string, content = 'one'): void {
  seed(registry, repository, tag, index([image({ layers: [{ files: { content } }] })]));
}
const entry = (name: string, more = ''): string =>
  `  - { name: '${registry.host}/${name}', src_build_tag: src, tag: '1'${more} }\n`;

/** `retag WORDS` with a tag file of these entries. */
async function retag(words: string, ...entries: string[]): Promise<Spoken> {
  await writeFile(join(directory, 'tags.yaml'), `images:\n${entries.join('')}`);
  return spoken([...words.split(' '), '--config', 'tags.yaml'], directory);
}

describe('--quiet', () => {
  test.each(['plan', 'apply'])(
    '%s says once, on stderr, what is refused, and nothing else',
    async (command) => {
      put('good', 'src');
      put('bad', 'src');
      put('bad', '1', 'two');
      const done = await retag(`${command} --quiet`, entry('good'), entry('bad'));
      expect(done).toMatchObject({ code: 1, stdout: '' });
      expect(done.stderr).toMatch(
        /^\S+\/bad\n {2}! 1 {3}exists as sha256:\w{12}, the source is sha256:\w{12}\n +tags\.yaml:3:5\n +help: choose .+\n$/,
      );
    },
  );

  test('a tag that could not be written is said', async () => {
    put('app', 'src');
    registry.faults.set([{ match: { kind: 'put-manifest-tag' }, fault: { kind: 'status', status: 403 } }]);
    const done = await retag('apply --quiet', entry('app'));
    expect(done).toMatchObject({ code: 1, stdout: '' });
    expect(done.stderr).toMatch(/^\S+\/app\n {2}! 1 {3}failed: cannot write the tag: \S+ answered HTTP 403/);
  });

  test('an entry that could not be pinned is said', async () => {
    const done = await retag('pin --quiet', entry('none'));
    expect(done).toMatchObject({ code: 1, stdout: '' });
    expect(joined(done.stderr)).toMatch(
      /^error: \S+\/none:src: the source tag does not exist.*\n --> tags\.yaml:2:\d+\n/,
    );
  });
});

test('--verbose shows each request with status, time and size', async () => {
  put('app', 'src');
  const done = await retag('plan --verbose', entry('app'));
  const lines = done.stdout.match(/^debug: (?:GET|HEAD) .*$/gm) ?? [];
  expect(lines).toHaveLength(registry.requests.length);
  for (const line of lines)
    expect(line).toMatch(
      /^debug: (?:GET|HEAD) \S+\/v2\/\S+: [245]\d\d in \d+ ms, (?:\d+ bytes|size unknown)$/,
    );
});

describe('a warning beside a tag', () => {
  const commit = 'd'.repeat(40);
  const count = (text: string, part: string): number => joined(text).split(part).length - 1;

  test.each(['plan', 'apply', 'plan --quiet', 'apply --json'])(
    '%s says it once, on stderr',
    async (command) => {
      put('app', 'src');
      put('old', '1');
      const done = await retag(command, entry('app', `, src_ref: ${commit}`), entry('old'));
      expect(done.code).toBe(0);
      const { host } = registry;
      expect(
        count(done.stderr, `warning: ${host}/app:1: the image has no org.opencontainers.image.revision`),
      ).toBe(1);
      expect(count(done.stderr, `warning: ${host}/old:1: the source ${host}/old:src is gone`)).toBe(1);
    },
  );
});

test.each(['plan', 'apply'])('%s warns of a --force that names nothing, and goes on', async (command) => {
  put('app', 'src');
  const done = await retag(
    `${command} --force ${registry.host}/app:2 --force ${registry.host}/app`,
    entry('app'),
  );
  expect(done.code).toBe(0);
  expect(joined(done.stderr)).toBe(
    `warning: force: "${registry.host}/app:2" matches nothing that is wanted in this run\nhelp: did you mean "${registry.host}/app:1"?\n`,
  );
});

describe('--report', () => {
  test.each([
    ['.', 'it is a folder'],
    ['tags.yaml/report.json', 'a part of it is a file'],
    ['/proc/x/y', 'no file or folder can be made there'],
  ])('%s cannot be written: said before a registry is asked', async (path, why) => {
    put('app', 'src');
    const done = await retag(`apply --json --report ${path}`, entry('app'));
    expect(done.code).toBe(2);
    expect(joined(done.stderr)).toMatch(
      /^error: --report: "\/\S*" cannot be written: [^\n]+\nhelp: give the path of a file[^\n]+\n$/,
    );
    expect(joined(done.stderr)).toContain(why);
    const { errors } = JSON.parse(done.stdout) as { errors: { message: string }[] };
    expect(errors).toMatchObject([{ file: null, line: null, message: expect.stringContaining(why) }]);
    expect(registry.requests).toEqual([]);
  });

  test('starts where the command was started', async () => {
    put('app', 'src');
    expect(await retag('plan --report out/report.json', entry('app'))).toMatchObject({ code: 0 });
    const report = JSON.parse(await readFile(join(directory, 'out/report.json'), 'utf8')) as object;
    expect(report).toMatchObject({ version: 1, command: 'plan' });
  });

  test('cannot be written in the end: exit status 1, the tags are right and the JSON is on stdout', async () => {
    put('app', 'src');
    const done = await retag('apply --json --report /dev/full', entry('app'));
    expect(done.code).toBe(1);
    expect(JSON.parse(done.stdout)).toMatchObject({ counts: { create: 1, failed: 0 } });
    expect(done.stderr).toMatch(/\nerror: \/dev\/full could not be written: no space is left\n$/);
    expect(registry.tags('app')).toContain('1');
  });
});
