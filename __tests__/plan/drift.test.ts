import { describe, expect, test } from '@jest/globals';
import { observe } from '../../src/observe.js';
import { findDrift } from '../../src/plan/drift.js';
import type { WantedTag } from '../../src/plan/model.js';
import { plan } from '../../src/plan/plan.js';
import { memoryRegistry, type MemoryRegistry } from '../support/memory-registry.js';
import { digestOf, wantedTag } from '../support/wanted.js';

const SOURCE = 'reg.example/app:build';
const TAG = 'reg.example/app:1.0';

async function driftIn(registry: MemoryRegistry, wanted: WantedTag) {
  const never = () => Promise.reject(new Error('not asked'));
  const observed = await observe(
    [wanted],
    registry,
    { nameless: () => null, gate: never, channel: never, build: never },
    { concurrency: 1 },
  );
  return findDrift(plan([wanted], observed), { registry, lacksRecord: null }, 1);
}

describe('drift', () => {
  test.each([
    ['nothing when all is as it should be', { [SOURCE]: 'a', [TAG]: 'a' }, {}, null],
    ['a tag that somebody moved', { [SOURCE]: 'a', [TAG]: 'b' }, {}, 'moved'],
    ['a pinned tag that somebody moved', { [SOURCE]: 'a', [TAG]: 'b' }, { digest: digestOf('a') }, 'moved'],
    ['a tag that vanished', { [SOURCE]: 'a' }, {}, 'vanished'],
    ['a platform that is gone', { [SOURCE]: 'a', [TAG]: 'a' }, { platforms: ['linux/arm64'] }, 'platform'],
    ['a tag that vanished with its source', {}, {}, 'vanished'],
    [
      'a pinned tag that moved, as its source did',
      { [SOURCE]: 'b', [TAG]: 'c' },
      { digest: digestOf('a') },
      'moved',
    ],
    [
      'nothing when only the source of a pinned tag moved',
      { [SOURCE]: 'b', [TAG]: 'a' },
      { digest: digestOf('a') },
      null,
    ],
    ['nothing when only the source is gone', { [TAG]: 'a' }, {}, null],
  ] as [string, Record<string, string>, Partial<WantedTag>, string | null][])(
    '%s',
    async (_, tagged, changes, kind) => {
      const digests = Object.fromEntries(
        Object.entries(tagged).map(([name, letter]) => [name, digestOf(letter)]),
      );
      const found = await driftIn(memoryRegistry(digests), wantedTag(changes));
      expect(found.map((each) => each.kind)).toEqual(kind === null ? [] : [kind]);
    },
  );

  test('a signature that is gone, where the tag file requires one', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a'), [TAG]: digestOf('a') });
    const [found] = await driftIn(registry, wantedTag({ attachments: 'require' }));
    expect(found).toMatchObject({ kind: 'attachment', tag: '1.0', location: { line: 2 } });
    expect(await driftIn(registry, wantedTag())).toEqual([]);
  });
});
