import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lookUpPins } from '../../src/cli/pin.js';
import { parseConfig } from '../../src/config/config.js';
import { OperationError } from '../../src/errors.js';
import { parseRegistryMap } from '../../src/plan/overrides.js';
import { memoryRegistry } from '../support/memory-registry.js';
import { digestOf } from '../support/wanted.js';
import { image, seed } from '../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../testing/registry/server.js';
import { joined, retag, type Spoken } from '../support/command-line.js';
import { folder } from '../support/folder.js';

function entries(yaml: string) {
  return parseConfig([{ path: 'tags.yaml', bytes: new TextEncoder().encode(`images:\n${yaml}`) }]).images;
}
const OPTIONS = { registryMap: parseRegistryMap([]), concurrency: 4 };
const entry = (repository: string, more = ''): string =>
  `  - { name: reg.example/${repository}, src_build_tag: build, tag: '1'${more} }\n`;

describe('lookUpPins', () => {
  test.each([
    [
      'not pinned yet',
      entry('app'),
      { digest: digestOf('a'), text: `pinned to ${digestOf('a')}`, failed: false },
    ],
    [
      'pinned to what the source is',
      entry('app', `, src_digest: '${digestOf('a')}'`),
      { digest: null, text: `pinned already to ${digestOf('a')}`, failed: false },
    ],
    [
      'pinned to what the source was',
      entry('app', `, src_digest: '${digestOf('b')}'`),
      { digest: digestOf('a'), text: `pinned to ${digestOf('a')}, was ${digestOf('b')}`, failed: false },
    ],
    [
      'a source that is gone',
      entry('gone'),
      {
        digest: null,
        text: 'reg.example/gone:build: the source tag does not exist; correct it, or push the image',
        failed: true,
      },
    ],
    [
      'named by digest only',
      `  - { name: reg.example/app, src_digest: '${digestOf('c')}', tag: '1' }\n`,
      { digest: null, text: 'pinned already: it names a digest only', failed: false },
    ],
  ])('%s', async (_name, yaml, expected) => {
    const registry = memoryRegistry({ 'reg.example/app:build': digestOf('a') });
    expect(await lookUpPins(entries(yaml), registry, OPTIONS)).toMatchObject([expected]);
  });

  test('looks in src_name and through registry-map, once for each entry', async () => {
    const registry = memoryRegistry({ 'local.example:5000/src:build': digestOf('a') });
    const found = await lookUpPins(entries(entry('app', ', src_name: other.example/src')), registry, {
      ...OPTIONS,
      registryMap: parseRegistryMap(['other.example=local.example:5000']),
    });
    expect(found).toMatchObject([{ source: 'local.example:5000/src:build', digest: digestOf('a') }]);
    expect(registry.calls).toEqual(['look local.example:5000/src:build']);
  });

  test('an entry that cannot be looked up stalls no other, and the order is that of the file', async () => {
    const registry = memoryRegistry({ 'reg.example/b:build': digestOf('b') });
    registry.before = (call) => {
      if (call.includes('/a:'))
        throw new OperationError('denied', 'HEAD reg.example/a: 403', { status: 403 });
    };
    const found = await lookUpPins(entries(entry('a') + entry('b')), registry, OPTIONS);
    expect(found).toMatchObject([
      { digest: null, text: 'HEAD reg.example/a: 403', failed: true },
      { digest: digestOf('b'), failed: false },
    ]);
  });
});

/** What `retag pin` says: nothing that is not so, and of failures where they are. */
const place = folder();
const SOURCE = image();
let registry: EmbeddedRegistry;

beforeAll(async () => {
  registry = await startRegistry();
  seed(registry, 'o/app', 'build', SOURCE);
});
afterAll(() => registry.close());

const entryOf = (name: string): string => `name: quay.io/o/${name}, src_build_tag: build, tag: v1`;

async function pin(text: string, ...flags: string[]): Promise<Spoken> {
  place.file('tags.yaml', text);
  const words = ['pin', '--config', 'tags.yaml', '--registry-map', `quay.io=${registry.host}`, ...flags];
  return retag(words, place.path);
}

describe('an entry that cannot be edited', () => {
  test.each([
    [
      'shared through an alias',
      `images:\n  - &x { ${entryOf('app')} }\n  - *x\n`,
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
    const plain = `images:\n  - { ${entryOf('app')} }\n`;
    place.file('plain.yaml', plain);
    const done = await pin(`images:\n  - &x { ${entryOf('app')} }\n  - *x\n`, '--config', 'plain.yaml');
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(place.read('plain.yaml')).toBe(plain);
  });
});

describe('a source that is not there', () => {
  const text = `images:\n  - { ${entryOf('gone')} }\n  - { ${entryOf('app')} }\n`;

  test('is an error at its place, and the others are pinned', async () => {
    const done = await pin(text);
    expect({ ...done, stderr: joined(done.stderr) }).toEqual({
      code: 1,
      stdout: `pin ${registry.host}/o/app:build: pinned to ${SOURCE.digest}\n1 digest written, 1 failed, of 2 entries.\n`,
      stderr: [
        `error: ${registry.host}/o/gone:build: the source tag does not exist; correct it, or push the image`,
        ' --> tags.yaml:2:44',
        '  |',
        `2 |   - { ${entryOf('gone')} }`,
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
