import { describe, expect, test } from '@jest/globals';

import { tagOrDigest } from '../../src/oci/reference.js';
import { OperationError } from '../../src/errors.js';
import { decide } from '../../src/plan/decide.js';
import type { Observed, SourceState, WantedTag } from '../../src/plan/model.js';
import { plan } from '../../src/plan/plan.js';
import { ABSENT, digestOf, manifestOf, observedTag, present, UNKNOWN, wantedTag } from '../support/wanted.js';

const missing: SourceState = { state: 'missing', error: null };
const unknownSource: SourceState = {
  state: 'unknown',
  error: new OperationError('timeout', 'no answer in 30 s'),
};
const withFacts = (facts: { platforms?: string[]; revision?: string | null }): SourceState => ({
  state: 'present',
  digest: digestOf('a'),
  manifest: manifestOf('a'),
  facts: {
    platforms: facts.platforms ?? ['linux/amd64'],
    revision: facts.revision ?? null,
    revisions: [{ of: null, revision: facts.revision ?? null }],
  },
  repository: { registry: 'reg.example', repository: 'app' },
});
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const rows: [string, Partial<WantedTag>, Partial<Observed>, string, string][] = [
  ['absent, source present', {}, {}, 'create', 'absent'],
  ['same digest', {}, { destination: present('a') }, 'keep', 'same-digest'],
  ['other digest, primary', {}, { destination: present('b') }, 'refuse', 'different-digest'],
  ['other digest, stable', { kind: 'stable' }, { destination: present('b') }, 'refuse', 'different-digest'],
  [
    'other digest, channel, newer',
    { kind: 'channel' },
    { destination: present('b'), channel: { order: 'newer', highest: '1.9.0' } },
    'move',
    'newer',
  ],
  [
    'other digest, channel, older',
    { kind: 'channel' },
    { destination: present('b'), channel: { order: 'older', highest: '1.10.0' } },
    'keep',
    'older',
  ],
  [
    'other digest, channel, versions unreadable',
    { kind: 'channel' },
    { destination: present('b'), channel: null },
    'refuse',
    'unknown',
  ],
  [
    'absent channel, older',
    { kind: 'channel' },
    { channel: { order: 'older', highest: '1.10.0' } },
    'keep',
    'older',
  ],
  [
    'absent channel, nothing newer',
    { kind: 'channel' },
    { channel: { order: 'newer', highest: null } },
    'create',
    'absent',
  ],
  [
    'channel to a build of this run, older',
    { kind: 'channel' },
    { destination: present('b'), source: { state: 'to-build' }, channel: { order: 'older', highest: '2' } },
    'keep',
    'older',
  ],
  [
    'absent channel to a build of this run, older',
    { kind: 'channel' },
    { source: { state: 'to-build' }, channel: { order: 'older', highest: '2' } },
    'keep',
    'older',
  ],
  [
    'absent channel to a build of this run, newer',
    { kind: 'channel' },
    { source: { state: 'to-build' }, channel: { order: 'newer', highest: '2' } },
    'create',
    'absent',
  ],
  [
    'forced channel to a build of this run, older',
    { kind: 'channel', forced: true },
    { destination: present('b'), source: { state: 'to-build' }, channel: { order: 'older', highest: '2' } },
    'move',
    'forced',
  ],
  ['to build, absent', {}, { source: { state: 'to-build' } }, 'create', 'absent'],
  [
    'to build, but the tag is there',
    {},
    { destination: present('b'), source: { state: 'to-build' } },
    'refuse',
    'different-digest',
  ],
  ['other digest, forced', { forced: true }, { destination: present('b') }, 'move', 'forced'],
  ['absent, source missing', {}, { source: missing }, 'refuse', 'source-missing'],
  ['present, source missing', {}, { destination: present('b'), source: missing }, 'keep', 'source-gone'],
  [
    'present as another than src_digest, source missing',
    { digest: digestOf('a') },
    { destination: present('b'), source: missing },
    'refuse',
    'different-digest',
  ],
  [
    'present as src_digest says, source missing',
    { digest: digestOf('b') },
    { destination: present('b'), source: missing },
    'keep',
    'source-gone',
  ],
  ['destination cannot be told', {}, { destination: UNKNOWN }, 'refuse', 'unknown'],
  ['destination cannot be told, forced', { forced: true }, { destination: UNKNOWN }, 'refuse', 'unknown'],
  ['source cannot be told', {}, { source: unknownSource }, 'refuse', 'unknown'],
  [
    'source cannot be told, present',
    {},
    { destination: present('a'), source: unknownSource },
    'refuse',
    'unknown',
  ],
  ['gate pending', {}, { gate: { state: 'pending', text: 'e2e runs' } }, 'hold', 'gate-pending'],
  ['gate failed', {}, { gate: { state: 'failed', text: 'e2e is red' } }, 'hold', 'gate-failed'],
  ['gate unknown', {}, { gate: { state: 'unknown', text: 'no permission' } }, 'refuse', 'unknown'],
  [
    'gate pending, but the tag is right already',
    {},
    { destination: present('a'), gate: { state: 'pending', text: '' } },
    'keep',
    'same-digest',
  ],
  ['manual', { manual: true, kind: 'stable' }, {}, 'hold', 'manual'],
  ['source is src_digest', { digest: digestOf('a') }, {}, 'create', 'absent'],
  ['source is not src_digest', { digest: digestOf('c') }, {}, 'refuse', 'digest-mismatch'],
  [
    'source is not src_digest, forced',
    { digest: digestOf('c'), forced: true },
    { destination: present('b') },
    'refuse',
    'digest-mismatch',
  ],
  [
    'destination is src_digest, source not looked at',
    { digest: digestOf('a') },
    { destination: present('a'), source: null },
    'keep',
    'same-digest',
  ],
  [
    'platform missing',
    { platforms: ['linux/amd64', 'linux/arm64'] },
    { source: withFacts({}) },
    'refuse',
    'platform-missing',
  ],
  [
    'platform missing in a tag that exists',
    { platforms: ['linux/arm64'] },
    { destination: present('a'), source: withFacts({}) },
    'refuse',
    'platform-missing',
  ],
  ['platforms there', { platforms: ['linux/amd64'] }, { source: withFacts({}) }, 'create', 'absent'],
  [
    'arm64 and arm64/v8 are one platform',
    { platforms: ['linux/arm64'] },
    { source: withFacts({ platforms: ['linux/arm64/v8'] }) },
    'create',
    'absent',
  ],
  [
    'revision is another commit',
    { revision: COMMIT },
    { source: withFacts({ revision: 'f'.repeat(40) }) },
    'refuse',
    'revision-mismatch',
  ],
  ['revision fits', { revision: COMMIT }, { source: withFacts({ revision: COMMIT }) }, 'create', 'absent'],
  [
    'revision in short form fits',
    { revision: COMMIT.slice(0, 12) },
    { source: withFacts({ revision: COMMIT }) },
    'create',
    'absent',
  ],
];

describe('what happens to one wanted tag', () => {
  test.each(rows)('%s', (_, wanted, observed, action, reason) => {
    const decided = decide(wantedTag(wanted), observedTag(observed));
    expect([decided.action, decided.reason.code]).toEqual([action, reason]);
    expect(decided.reason.text).not.toBe('');
  });

  test('a refusal for another digest shows both digests', () => {
    const { reason, previous } = decide(wantedTag(), observedTag({ destination: present('b') }));
    expect(reason.text).toContain(digestOf('a'));
    expect(reason.text).toContain(digestOf('b'));
    expect(previous).toBe(digestOf('b'));
  });

  test('an image without revision is created with a warning', () => {
    const decided = decide(wantedTag({ revision: COMMIT }), observedTag({ source: withFacts({}) }));
    expect(decided.action).toBe('create');
    expect(decided.warnings.join()).toContain('org.opencontainers.image.revision');
  });

  test('a tag whose source is gone is kept with a warning', () => {
    const decided = decide(wantedTag(), observedTag({ destination: present('b'), source: missing }));
    expect(decided.warnings).toHaveLength(1);
    expect(decided.digest).toBe(digestOf('b'));
  });

  test('a created tag carries what is to be written and where it is', () => {
    const decided = decide(wantedTag(), observedTag());
    expect(decided.digest).toBe(digestOf('a'));
    expect(decided.manifest?.digest).toBe(digestOf('a'));
    expect(decided.source).toEqual({ registry: 'reg.example', repository: 'app', digest: digestOf('a') });
  });
});

describe('what is not known is refused', () => {
  test.each([
    ['the tag is not there', {}, ABSENT],
    ['the tag is another digest than src_digest', { digest: digestOf('a') }, present('b')],
    ['the entry names no digest', {}, present('b')],
  ])('a source that was not looked at: %s', (_, wanted, destination) => {
    const { action, reason } = decide(wantedTag(wanted), observedTag({ destination, source: null }));
    expect([action, reason.code]).toEqual(['refuse', 'unknown']);
    expect(reason.text).toContain('not looked at');
  });
});

describe('the commit of src_ref and that of the image', () => {
  test.each([
    [COMMIT, COMMIT, true],
    [COMMIT.slice(0, 7), COMMIT, true],
    [COMMIT, COMMIT.slice(0, 7).toUpperCase(), true],
    [COMMIT.slice(0, 6), COMMIT, false],
    [COMMIT.slice(1), COMMIT, false],
  ])('%s and %s', (revision, label, same) => {
    const { action } = decide(
      wantedTag({ revision }),
      observedTag({ source: withFacts({ revision: label }) }),
    );
    expect(action).toBe(same ? 'create' : 'refuse');
  });

  test('nothing is said of a revision that nobody asked for, or that was not read', () => {
    for (const wanted of [wantedTag(), wantedTag({ revision: COMMIT })]) {
      expect(decide(wanted, observedTag()).warnings).toEqual([]);
    }
    expect(decide(wantedTag(), observedTag({ source: withFacts({}) })).warnings).toEqual([]);
  });
});

test.each([
  [['linux/s390x'], ['linux/amd64'], 'required platform linux/s390x; it has linux/amd64'],
  [
    ['linux/arm64', 'linux/s390x'],
    ['linux/amd64', 'linux/386'],
    'platforms linux/arm64, linux/s390x; it has linux/amd64, linux/386',
  ],
  [['linux/arm64'], [], 'it has none'],
])('missing platforms are named, and those that are there: %j of %j', (platforms, has, words) => {
  const { reason } = decide(wantedTag({ platforms }), observedTag({ source: withFacts({ platforms: has }) }));
  expect(reason.code).toBe('platform-missing');
  expect(reason.text).toContain(words);
});

test('a source of a build is called by its name', () => {
  const source = { from: 'build', build: 'reg.example/app' } as const;
  expect(decide(wantedTag({ source }), observedTag({ source: missing })).reason.text).toContain(
    'build reg.example/app',
  );
});

describe('the plan', () => {
  const stableOf = (primary: WantedTag): WantedTag => ({
    ...primary,
    kind: 'stable',
    destination: { ...primary.destination, tag: `${tagOrDigest(primary.destination)}-stable` },
    follows: primary,
  });

  test('primary tags come before stable tags, stable before channels', () => {
    const one = wantedTag();
    const stable = stableOf(one);
    const channel = wantedTag({ kind: 'channel', destination: { ...one.destination, tag: 'latest' } });
    const two = wantedTag({ destination: { ...one.destination, tag: '1.1' } });
    const wanted = [channel, stable, one, two];
    const made = plan(wanted, new Map(wanted.map((tag) => [tag, observedTag()])));
    expect(made.actions.map(({ wanted: tag }) => tagOrDigest(tag.destination))).toEqual([
      '1.0',
      '1.1',
      '1.0-stable',
      'latest',
    ]);
  });

  test.each([
    ['refused', { destination: present('b') }, 'refuse', 'different-digest'],
    ['held', { gate: { state: 'pending' as const, text: 'e2e' } }, 'hold', 'gate-pending'],
  ])('a stable tag is not written when its primary is %s', (_, seen, action, code) => {
    const primary = wantedTag();
    const stable = stableOf(primary);
    const made = plan(
      [primary, stable],
      new Map([
        [primary, observedTag(seen)],
        [stable, observedTag()],
      ]),
    );
    expect(made.actions.map((each) => [each.action, each.reason.code])).toEqual([
      [action, code],
      [action, code],
    ]);
    const verb = action === 'refuse' ? 'refused' : 'held';
    expect(made.actions[1]?.reason.text).toContain(`follows reg.example/app:1.0, which is ${verb}: `);
  });

  test('a stable tag that would be moved waits for its primary as well, and one that is as the refused primary is not what is wanted', () => {
    const primary = wantedTag();
    const stable = stableOf(primary);
    const actionOf = (destination: Observed['destination'], forced: boolean): string | undefined => {
      const follower = { ...stable, forced };
      const seen = new Map([
        [primary, observedTag({ destination: present('c') })],
        [follower, observedTag({ destination })],
      ]);
      return plan([primary, follower], seen).actions[1]?.action;
    };
    expect(actionOf(present('b'), true)).toBe('refuse');
    expect(actionOf(present('a'), false)).toBe('refuse');
  });

  test('a tag that nobody looked at is a fault of the program', () => {
    expect(() => plan([wantedTag()], new Map())).toThrow('nothing was observed for reg.example/app:1.0');
  });

  test('builds and images that want one tag are named with their places', () => {
    const wanted = [
      wantedTag({ source: { from: 'build', build: 'one' }, location: null }),
      wantedTag({ source: { from: 'build', build: 'two' } }),
      wantedTag(),
    ];
    const made = plan(wanted, new Map(wanted.map((tag) => [tag, observedTag()])));
    expect(made.actions[0]?.reason.text).toContain(
      'build one, build two (tags.yaml:2), reg.example/app:build (tags.yaml:2)',
    );
  });

  test('seam 24: thousands of entries that want one tag are refused in few words each', () => {
    const wanted = Array.from({ length: 20_000 }, (_, n) =>
      wantedTag({
        source: { from: 'image', ref: { registry: 'reg.example', repository: 'app', tag: `t${n}` } },
      }),
    );
    const made = plan(wanted, new Map(wanted.map((tag) => [tag, observedTag()])));
    expect(made.actions).toHaveLength(20_000);
    const texts = new Set(made.actions.map(({ reason }) => reason.text));
    expect([...texts].join('').length).toBeLessThan(500);
    expect([...texts][0]).toMatch(/app:t4 \(tags.yaml:2\) and 19995 more$/);
  });

  test('two entries that want one tag from different sources are both refused, others are not', () => {
    const one = wantedTag();
    const two = wantedTag({
      source: { from: 'image', ref: { registry: 'reg.example', repository: 'app', tag: 'other' } },
    });
    const three = wantedTag({ destination: { ...one.destination, tag: '2.0' } });
    const wanted = [one, two, three];
    const made = plan(wanted, new Map(wanted.map((tag) => [tag, observedTag({ destination: ABSENT })])));
    expect(made.actions.map(({ action, reason }) => [action, reason.code])).toEqual([
      ['refuse', 'conflicting-entries'],
      ['refuse', 'conflicting-entries'],
      ['create', 'absent'],
    ]);
    expect(made.actions[0]?.reason.text).toContain('reg.example/app:other');
  });

  test('one refused tag of a group refuses the whole group, and no other group', () => {
    const of = (tag: string, group: string | null): WantedTag =>
      wantedTag({ destination: { registry: 'reg.example', repository: 'app', tag }, group });
    const moved = { ...of('5', 'release'), forced: true };
    const wanted = [of('1', 'release'), of('2', 'release'), of('3', null), of('4', 'other'), moved];
    const seen = new Map(wanted.map((tag) => [tag, observedTag()]));
    seen.set(moved, observedTag({ destination: present('b') }));
    seen.set(wanted[0]!, observedTag({ destination: present('b') }));
    const made = plan(wanted, seen);
    expect(made.actions.map(({ action }) => action)).toEqual([
      'refuse',
      'refuse',
      'create',
      'create',
      'refuse',
    ]);
    expect(made.actions[1]?.reason.text).toContain('reg.example/app:1');
  });

  test('an entry of no release that is refused refuses nothing else', () => {
    const one = wantedTag();
    const two = wantedTag({ destination: { ...one.destination, tag: '2.0' } });
    const made = plan(
      [one, two],
      new Map([
        [one, observedTag({ destination: present('b') })],
        [two, observedTag()],
      ]),
    );
    expect(made.actions.map(({ action }) => action)).toEqual(['refuse', 'create']);
  });
});
