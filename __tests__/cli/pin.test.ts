import { describe, expect, test } from '@jest/globals';
import { lookUpPins } from '../../src/cli/pin.js';
import { parseConfig } from '../../src/config/config.js';
import { OperationError } from '../../src/errors.js';
import { parseRegistryMap } from '../../src/plan/overrides.js';
import { memoryRegistry } from '../support/memory-registry.js';
import { digestOf } from '../support/wanted.js';

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
