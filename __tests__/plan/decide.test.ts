import { describe, expect, test } from '@jest/globals';

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
  facts: { platforms: facts.platforms ?? ['linux/amd64'], attestations: 0, revision: facts.revision ?? null },
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

describe('what happens to one wanted tag (contract 5)', () => {
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

describe('the plan', () => {
  const stableOf = (primary: WantedTag): WantedTag => ({
    ...primary,
    kind: 'stable',
    destination: { ...primary.destination, tag: `${primary.destination.tag}-stable` },
    follows: primary,
  });

  test('primary tags come before stable tags, stable before channels', () => {
    const one = wantedTag();
    const stable = stableOf(one);
    const channel = wantedTag({ kind: 'channel', destination: { ...one.destination, tag: 'latest' } });
    const two = wantedTag({ destination: { ...one.destination, tag: '1.1' } });
    const wanted = [channel, stable, one, two];
    const made = plan(wanted, new Map(wanted.map((tag) => [tag, observedTag()])));
    expect(made.actions.map(({ wanted: tag }) => tag.destination.tag)).toEqual([
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
    expect(made.actions[1]?.reason.text).toContain('reg.example/app:1.0');
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
    const wanted = [of('1', 'release'), of('2', 'release'), of('3', null), of('4', 'other')];
    const seen = new Map(wanted.map((tag) => [tag, observedTag()]));
    seen.set(wanted[0]!, observedTag({ destination: present('b') }));
    const made = plan(wanted, seen);
    expect(made.actions.map(({ action }) => action)).toEqual(['refuse', 'refuse', 'create', 'create']);
    expect(made.actions[1]?.reason.text).toContain('reg.example/app:1');
  });
});
