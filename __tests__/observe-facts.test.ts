import { describe, expect, test } from '@jest/globals';
import { namesOf } from '../src/classify.js';
import { type Release } from '../src/builds/release.js';
import type { Gate, ImageConfig } from '../src/config/model.js';
import { OperationError } from '../src/errors.js';
import type { GateState, Subject } from '../src/gates/gates.js';
import { observeParts } from '../src/observe.js';
import type { SourceState, WantedTag } from '../src/plan/model.js';
import { memoryRegistry } from './support/memory-registry.js';
import { factsOf, policyOf } from './support/policies.js';
import { digestOf, promotionOf, wantedTag } from './support/wanted.js';

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
