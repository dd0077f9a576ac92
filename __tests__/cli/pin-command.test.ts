import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { image, seed } from '../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../testing/registry/server.js';
import { joined, retag, type Spoken } from '../support/command-line.js';
import { folder } from '../support/folder.js';

/** What `retag pin` says: nothing that is not so, and of failures where they are. */
const place = folder();
const SOURCE = image();
let registry: EmbeddedRegistry;

beforeAll(async () => {
  registry = await startRegistry();
  seed(registry, 'o/app', 'build', SOURCE);
});
afterAll(() => registry.close());

const entry = (name: string): string => `name: quay.io/o/${name}, src_build_tag: build, tag: v1`;

async function pin(text: string, ...flags: string[]): Promise<Spoken> {
  place.file('tags.yaml', text);
  const words = ['pin', '--config', 'tags.yaml', '--registry-map', `quay.io=${registry.host}`, ...flags];
  return retag(words, place.path);
}

describe('an entry that cannot be edited', () => {
  test.each([
    [
      'shared through an alias',
      `images:\n  - &x { ${entry('app')} }\n  - *x\n`,
      '2:8',
      /shared through an alias/,
    ],
    [
      'with explicit keys',
      `images:\n  - ? name\n    : quay.io/o/app\n    ? src_build_tag\n    : build\n    ? tag\n    : v1\n`,
      '2:5',
      /cannot be edited safely/,
    ],
  ])('%s: no pin is claimed, and nothing changes', async (_, text, at, what) => {
    const { code, stdout, stderr } = await pin(text);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(` --> tags.yaml:${at}\n`);
    expect(joined(stderr)).toMatch(what);
    expect(place.read('tags.yaml')).toBe(text);
  });

  test('nor in another file', async () => {
    const plain = `images:\n  - { ${entry('app')} }\n`;
    place.file('plain.yaml', plain);
    const done = await pin(`images:\n  - &x { ${entry('app')} }\n  - *x\n`, '--config', 'plain.yaml');
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(place.read('plain.yaml')).toBe(plain);
  });
});

describe('a source that is not there', () => {
  const text = `images:\n  - { ${entry('gone')} }\n  - { ${entry('app')} }\n`;

  test('is an error at its place, and the others are pinned', async () => {
    const done = await pin(text);
    expect({ ...done, stderr: joined(done.stderr) }).toEqual({
      code: 1,
      stdout: `pin ${registry.host}/o/app:build: pinned to ${SOURCE.digest}\n1 digest written, 1 failed, of 2 entries.\n`,
      stderr: [
        `error: ${registry.host}/o/gone:build: the source tag does not exist; correct it, or push the image`,
        ' --> tags.yaml:2:44',
        '  |',
        `2 |   - { ${entry('gone')} }`,
        '  |                                            ^',
        '',
      ].join('\n'),
    });
    expect(place.read('tags.yaml')).toContain(`src_digest: ${SOURCE.digest}`);
  });

  test('is told under --quiet', async () => {
    const done = await pin(text, '--quiet');
    expect(done).toMatchObject({ code: 1, stdout: '' });
    expect(joined(done.stderr)).toMatch(/^error: .* does not exist; .*\n --> tags\.yaml:2:44\n/);
  });
});
