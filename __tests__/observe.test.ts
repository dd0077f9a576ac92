import { describe, expect, test } from '@jest/globals';
import { OperationError } from '../src/errors.js';
import { memoised, observe, observeParts } from '../src/observe.js';
import type { SourceState, WantedTag } from '../src/plan/model.js';
import { namesOf } from '../src/classify.js';
import type { Release } from '../src/builds/release.js';
import type { Gate, ImageConfig } from '../src/config/model.js';
import type { GateState, Subject } from '../src/gates/gates.js';
import { memoryRegistry, type MemoryRegistry } from './support/memory-registry.js';
import { digestOf, promotionOf, wantedTag } from './support/wanted.js';
import { factsOf, policyOf } from './support/policies.js';

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

const APP = { registry: 'reg.example', repository: 'app' };
const OPEN: GateState = { state: 'open', text: '' };

function outside() {
  const asked: [ImageConfig | null, string | null][] = [];
  const judged: { gates: readonly Gate[]; subject: Subject }[] = [];
  const subject = (entry: ImageConfig | null, revision: string | null): Subject => {
    asked.push([entry, revision]);
    return { home: 'o/r', commit: { why: 'a test' } };
  };
  const gatekeeper = {
    judge: (gates: readonly Gate[], about: Subject) => {
      judged.push({ gates, subject: about });
      return Promise.resolve(OPEN);
    },
  };
  return { asked, judged, parts: { subject, gatekeeper, registry: memoryRegistry({}) } };
}

const ENTRY = promotionOf('src_ref: https://x/commit/1');
const present = (revision: string | null): SourceState => ({
  state: 'present',
  digest: digestOf('a'),
  manifest: null,
  facts: { platforms: [], revision, revisions: [] },
  repository: APP,
});

describe('gates are about', () => {
  test.each<[string, WantedTag, SourceState, [ImageConfig | null, string | null]]>([
    [
      'the entry and the revision of a promotion',
      wantedTag({ entries: [ENTRY] }),
      present('abc'),
      [ENTRY, 'abc'],
    ],
    [
      'nothing but the entry, where the revision is not known',
      wantedTag({ entries: [ENTRY] }),
      present(null),
      [ENTRY, null],
    ],
    [
      'the commit of the run, for a build',
      wantedTag({ group: 'release' }),
      { state: 'to-build' },
      [null, null],
    ],
  ])('%s', async (_name, wanted, source, expected) => {
    const { asked, judged, parts } = outside();
    expect(await observeParts(null, parts).gate(wanted, source)).toBe(OPEN);
    expect(asked).toEqual([expected]);
    expect(judged).toHaveLength(1);
  });
});

describe('channels', () => {
  const latest = wantedTag({ kind: 'channel', destination: { ...APP, tag: 'latest' } });
  async function semver(tags: readonly string[], repository = APP): Promise<Release> {
    const registry = memoryRegistry(
      Object.fromEntries(tags.map((tag) => [`reg.example/${repository.repository}:${tag}`, digestOf('a')])),
    );
    const names = await namesOf(policyOf('policy: semver'), factsOf('refs/tags/1.9.0'), [repository], {
      registry,
      concurrency: 1,
      claim: null,
    });
    return { names, wanted: [], builds: [], states: new Map(), selected: [], stages: [] };
  }

  test.each<[string, readonly string[], string, string | null]>([
    ['row 16: older than 1.10.0', ['1.9.1', '1.10.0', '1.2.0'], 'older', '1.10.0'],
    ['newer than all', ['1.8.9', '0.10.0'], 'newer', '1.8.9'],
    ['itself', ['1.9.0'], 'same', '1.9.0'],
    ['the first', [], 'newer', null],
  ])('%s', async (_name, tags, order, highest) => {
    const { parts } = outside();
    expect(await observeParts(await semver(tags), parts).channel(latest)).toEqual({ order, highest });
  });

  test('without a list of that repository nothing is known', async () => {
    const { parts } = outside();
    const other = await semver([], { registry: 'reg.example', repository: 'other' });
    expect(await observeParts(other, parts).channel(latest)).toBeNull();
    expect(await observeParts(null, parts).channel(latest)).toBeNull();
  });
});

describe('a registry that does not list its tags', () => {
  const denied = new OperationError('denied', '403');
  const named = async (policy: string, ref: string) => {
    const registry = memoryRegistry({});
    registry.before = () => {
      throw denied;
    };
    const names = await namesOf(policyOf(policy), factsOf(ref), [APP], {
      registry,
      concurrency: 1,
      claim: null,
    });
    const release = { names, wanted: [], builds: [], states: new Map(), selected: [], stages: [] };
    return observeParts(release, outside().parts);
  };

  test('leaves the order of its channels unknown, and names what the ref gives', async () => {
    const lookups = await named('policy: semver', 'refs/tags/1.9.0');
    const latest = wantedTag({ kind: 'channel', destination: { ...APP, tag: 'latest' }, group: 'release' });
    expect(await lookups.channel(latest)).toEqual({ order: 'unknown', error: denied });
    expect(lookups.nameless(latest)).toBeNull();
  });

  test('leaves the tags of a numbered release without a name, and no promotion', async () => {
    const lookups = await named('policy: k8s-topology-aware', 'refs/heads/main');
    expect(lookups.nameless(wantedTag({ group: 'release' }))).toBe(denied);
    expect(lookups.nameless(wantedTag())).toBeNull();
  });
});

describe('builds', () => {
  test('have the state that was observed; one without is a fault of the caller', async () => {
    const { parts } = outside();
    const states = new Map<string, SourceState>([['app', { state: 'to-build' }]]);
    const names = await namesOf(policyOf('policy: wmcore'), factsOf('refs/tags/1.2.3'), [], {
      registry: memoryRegistry({}),
      concurrency: 1,
      claim: null,
    });
    const lookups = observeParts({ names, wanted: [], builds: [], states, selected: [], stages: [] }, parts);
    expect(await lookups.build(wantedTag({ source: { from: 'build', build: 'app' } }))).toEqual({
      state: 'to-build',
    });
    expect(() => lookups.build(wantedTag({ source: { from: 'build', build: 'x' } }))).toThrow(
      'without the state',
    );
  });
});
