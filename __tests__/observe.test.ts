import { describe, expect, test } from '@jest/globals';
import { OperationError } from '../src/errors.js';
import { observe, memoised } from '../src/observe.js';
import type { WantedTag } from '../src/plan/model.js';
import { memoryRegistry, type MemoryRegistry } from './support/memory-registry.js';
import { digestOf, promotionOf, wantedTag } from './support/wanted.js';

const SOURCE = 'reg.example/app:build';
const TAG = 'reg.example/app:1.0';
const lookups = {
  nameless: () => null,
  gate: () => Promise.resolve({ state: 'pending' as const, text: 'asked' }),
  channel: () => Promise.resolve({ order: 'newer' as const, highest: null }),
  build: () => Promise.resolve({ state: 'to-build' as const }),
};

test('a tag without a name is not looked at', async () => {
  const registry = memoryRegistry({});
  const error = new OperationError('denied', '403');
  const wanted = wantedTag();
  const seen = await observe([wanted], registry, { ...lookups, nameless: () => error }, { concurrency: 1 });
  expect(seen.get(wanted)).toMatchObject({ destination: { state: 'unknown', error }, source: null });
  expect(registry.calls).toEqual([]);
});

async function callsFor(wanted: WantedTag[], registry: MemoryRegistry): Promise<string[]> {
  await observe(wanted, memoised(registry), lookups, { concurrency: 2 });
  return registry.calls;
}

describe('what is read, and no more', () => {
  test('a tag that is right already costs two looks', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a'), [TAG]: digestOf('a') });
    expect(await callsFor([wantedTag()], registry)).toEqual([`look ${TAG}`, `look ${SOURCE}`]);
  });

  test('with src_digest it costs one', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a'), [TAG]: digestOf('a') });
    expect(await callsFor([wantedTag({ digest: digestOf('a') })], registry)).toEqual([`look ${TAG}`]);
  });

  test('a tag with another digest that may not move costs two looks; no manifest is read', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a'), [TAG]: digestOf('b') });
    expect(await callsFor([wantedTag({ revision: 'f'.repeat(40) })], registry)).toEqual([
      `look ${TAG}`,
      `look ${SOURCE}`,
    ]);
  });

  test('an absent tag costs a look and one read of the source, however many tags come from it', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    const tags = ['1.0', '1.1', '1.2'].map((tag) =>
      wantedTag({ destination: { registry: 'reg.example', repository: 'app', tag } }),
    );
    const calls = await callsFor(tags, registry);
    expect(calls.filter((call) => call === `manifest ${SOURCE}`)).toHaveLength(1);
    expect(calls).toHaveLength(4);
  });

  test('facts are read only for a commit or platforms, and only when the tag may be written', async () => {
    const absent = memoryRegistry({ [SOURCE]: digestOf('a') });
    expect(await callsFor([wantedTag({ revision: 'f'.repeat(40) })], absent)).toContain(
      'facts reg.example/app',
    );
    const kept = memoryRegistry({ [SOURCE]: digestOf('a'), [TAG]: digestOf('a') });
    expect(await callsFor([wantedTag({ platforms: ['linux/amd64'] })], kept)).toContain(
      'facts reg.example/app',
    );
  });

  test('nothing more is read when the destination cannot be told', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    registry.before = () => {
      throw new OperationError('denied', '403');
    };
    expect(await callsFor([wantedTag()], registry)).toEqual([`look ${TAG}`]);
  });
});

describe('sources', () => {
  const one = async (wanted: WantedTag, registry: MemoryRegistry) =>
    (await observe([wanted], memoised(registry), lookups, { concurrency: 1 })).get(wanted);

  test('a source that is not there is missing', async () => {
    expect((await one(wantedTag(), memoryRegistry({})))?.source?.state).toBe('missing');
  });

  test('a source whose parts cannot be read is unknown, not missing', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    registry.before = (call) => {
      if (call.startsWith('facts')) throw new OperationError('absent', 'the child is gone');
    };
    const seen = await one(wantedTag({ revision: 'f'.repeat(40) }), registry);
    expect(seen?.source).toMatchObject({ state: 'unknown', error: { message: 'the child is gone' } });
  });

  test('a stable tag comes from its primary when that is there, though the source is gone', async () => {
    const primary = wantedTag();
    const stable = wantedTag({
      kind: 'stable',
      destination: { ...primary.destination, tag: '1.0-stable' },
      follows: primary,
    });
    const seen = await one(stable, memoryRegistry({ [TAG]: digestOf('a') }));
    expect(seen?.source).toMatchObject({ state: 'present', digest: digestOf('a') });
  });

  test('a stable tag comes from the source when its primary is forced to move', async () => {
    const primary = wantedTag({ forced: true });
    const stable = {
      ...primary,
      kind: 'stable' as const,
      destination: { ...primary.destination, tag: 's' },
      follows: primary,
    };
    const seen = await one(stable, memoryRegistry({ [TAG]: digestOf('b'), [SOURCE]: digestOf('a') }));
    expect(seen?.source).toMatchObject({ state: 'present', digest: digestOf('a') });
  });

  test('row 57: a source that moves between two reads gives every tag the digest that was seen first', async () => {
    const primary = wantedTag({ forced: true });
    const destination = { ...primary.destination, tag: '1.0-stable' };
    const stable = { ...primary, kind: 'stable' as const, destination, follows: primary };
    const registry = memoryRegistry({ [TAG]: digestOf('b'), [SOURCE]: digestOf('a') });
    registry.before = (call) => {
      if (call === 'manifest reg.example/app:build') registry.tagged.set(SOURCE, digestOf('c'));
    };
    const seen = await observe([primary, stable], memoised(registry), lookups, { concurrency: 2 });
    const digests = [...seen.values()].map(({ source }) =>
      source?.state === 'present' ? source.digest : null,
    );
    expect(digests[0]).not.toBeNull();
    expect(digests[1]).toBe(digests[0]);
  });

  test.each([
    ['without src_ref', 'requires: [ { check: e2e } ]', 'abc'],
    [
      'with src_ref it is not needed',
      "src_ref: 'https://github.example/o/r/tree/main', requires: [ { check: e2e } ]",
      null,
    ],
    ['a check elsewhere does not need it', 'requires: [ { check: e2e, repo: other/repo } ]', null],
  ])("a check on the image's own commit is asked for with its revision, %s", async (_, keys, revision) => {
    const entry = promotionOf(keys);
    const gated = wantedTag({ gates: entry.requires, entries: [entry] });
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') }, { revision: 'abc' });
    const seen: unknown[] = [];
    const gate: typeof lookups.gate = (...words: unknown[]) => {
      seen.push(words[1]);
      return lookups.gate();
    };
    await observe([gated], registry, { ...lookups, gate }, { concurrency: 1 });
    expect(seen).toMatchObject([{ facts: revision === null ? null : { revision } }]);
  });

  test('gates are asked only for tags that would be written', async () => {
    const gated = wantedTag({ gates: [{ check: 'e2e', origin: { at: fail, keyAt: fail, inside: fail } }] });
    const open = await one(gated, memoryRegistry({ [SOURCE]: digestOf('a'), [TAG]: digestOf('a') }));
    expect(open?.gate.state).toBe('open');
    const asked = await one(gated, memoryRegistry({ [SOURCE]: digestOf('a') }));
    expect(asked?.gate).toEqual({ state: 'pending', text: 'asked' });
  });
});

function fail(): never {
  throw new Error('no place is needed here');
}

const REF = { registry: 'r.example', repository: 'app', tag: '1.0' };

test('two who ask for one tag get one answer, also when the tag moves in between', async () => {
  const registry = memoryRegistry({});
  const looking = memoised(registry);
  const first = await looking.head(REF);
  registry.tagged.set('r.example/app:1.0', 'sha256:'.padEnd(71, 'a'));
  expect(await looking.head({ ...REF })).toBe(first);
  expect(registry.calls.filter((call) => call.startsWith('look '))).toHaveLength(1);
});

test('the look right before a write is never remembered', async () => {
  const registry = memoryRegistry({});
  const looking = memoised(registry);
  await looking.head(REF);
  await looking.headFresh(REF);
  await looking.headFresh(REF);
  expect(registry.calls.filter((call) => call.startsWith('lookAgain'))).toHaveLength(2);
});
