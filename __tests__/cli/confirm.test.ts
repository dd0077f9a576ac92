import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { joined, retag as spoken, type Spoken, type Terminal } from '../support/command-line.js';
import { folder } from '../support/folder.js';
import { fill, NOTHING, RIGHT, TAG_FILE, tagged, untag, WANTED, writes } from '../support/story.js';

/** A person at a terminal sees the plan, and is asked once. */
const place = folder();
place.file('image-tags.yaml', TAG_FILE);
let registry: EmbeddedRegistry;
beforeAll(async () => {
  registry = await startRegistry();
  fill(registry);
});
beforeEach(() => untag(registry));
afterAll(() => registry.close());

const retag = (words: string, terminal?: Terminal): Promise<Spoken> =>
  spoken(
    [...words.split(' '), '--config', 'image-tags.yaml', '--registry-map', `docker.io=${registry.host}`],
    place.path,
    terminal,
  );
const QUESTION = 'Apply this plan (3 tags to create)? Only "yes" writes [y/N]: ';

describe('apply on a terminal', () => {
  test.each(['y\n', 'yes\n', ' YES \n'])('%j applies the plan that was shown', async (typed) => {
    const done = await retag('apply', { typed });
    expect(done.code).toBe(0);
    expect(done.stderr).toContain(QUESTION);
    expect(tagged(registry)).toEqual(RIGHT);
  });

  test.each(['n\n', '\n', '', 'yess\n', 'no\nyes\n'])('%j writes nothing', async (typed) => {
    const from = registry.requests.length;
    const done = await retag('apply', { typed });
    expect(done.code).toBe(1);
    expect(done.stderr.endsWith(`${QUESTION}${typed === '' ? '\n' : ''}Nothing was written.\n`)).toBe(true);
    expect(writes(registry.requests.slice(from))).toEqual([]);
    expect(tagged(registry)).toEqual(NOTHING);
  });

  test('Ctrl-C is a signal like everywhere else, and writes nothing', async () => {
    const onText = (text: string): void => {
      if (text.includes('[y/N]')) setImmediate(() => process.emit('SIGINT'));
    };
    const done = await retag('apply', { typed: null, onText });
    expect(done).toMatchObject({ code: 130, stderr: expect.stringMatching(/\nNothing was written\.\n$/) });
    expect(tagged(registry)).toEqual(NOTHING);
  });

  test('with --json and the answer no, the document says that nothing was written', async () => {
    const done = await retag('apply --json', { typed: 'n\n' });
    expect(done.code).toBe(1);
    expect(JSON.parse(done.stdout)).toMatchObject({
      version: 1,
      errors: [{ message: 'Nothing was written.' }],
    });
  });

  test('with --json the question is on stderr, and the report alone on stdout', async () => {
    const done = await retag('apply --json', { typed: 'y\n' });
    expect(JSON.parse(done.stdout)).toMatchObject({ counts: { create: 3 } });
  });
});

test('a tag that was right is looked at again once the question is answered', async () => {
  const [repository, tag] = WANTED[0];
  registry.putManifest(repository, tag, registry.manifest(repository, RIGHT[0]!)!);
  const other = registry.manifest(WANTED[1][0], RIGHT[1]!)!;
  const onText = (text: string): void => {
    if (text.includes('[y/N]')) registry.putManifest(repository, tag, other);
  };
  const done = await retag('apply', { typed: 'y\n', onText });
  expect(done.code).toBe(1);
  expect(joined(done.stdout)).toContain('changed since the plan');
});

test('nothing is asked with --yes, of a plan, and when there is nothing to write', async () => {
  const closed = { typed: '' };
  expect((await retag('plan', closed)).stderr).not.toContain('[y/N]');
  expect(await retag('apply --yes', closed)).toMatchObject({ code: 0 });
  expect(tagged(registry)).toEqual(RIGHT);
  expect(await retag('apply', closed)).toMatchObject({ code: 0 });
});

test('without a terminal nothing is asked', async () => {
  expect(await retag('apply')).toMatchObject({ code: 0, stderr: '' });
  expect(tagged(registry)).toEqual(RIGHT);
});

test('promote asks once, too', async () => {
  const source = `${registry.host}/starlingx/k8s-cni-sriov:master-centos-stable-20191203T153530Z.0`;
  const done = await spoken(['promote', source, 'stx.4.0-v2.2'], place.path, { typed: 'n\n' });
  expect(done.code).toBe(1);
  expect(done.stderr.match(/\[y\/N\]/g)).toHaveLength(1);
  expect(tagged(registry)).toEqual(NOTHING);
});

test('a terminal that does not know its size has 80 columns', async () => {
  const lines = async (columns: number) =>
    (await retag('plan', { typed: '', columns })).stdout.replace(/ \d+\.\d s,/, '');
  expect(await lines(0)).toBe(await lines(80));
});
