import { describe, expect, test } from '@jest/globals';
import { effectiveStages, selectPlatforms, stagesText } from '../../src/builds/platform-stages.js';
import type { Class, PlatformConfig, Stage } from '../../src/config/model.js';
import type { GateState } from '../../src/gates/gates.js';
import { origin } from '../support/github/gate.js';

const NOW = Date.parse('2026-03-31T12:00:00Z');
const SINCE = Date.parse('2026-03-20T12:00:00Z');
const platform = (name: string, stage: Stage): PlatformConfig => ({
  platform: name,
  stage,
  requires: [],
  origin,
});
const all = [
  platform('linux/amd64', 'release'),
  platform('linux/arm64', 'release'),
  platform('linux/s390x', 'test'),
  platform('linux/ppc64le', 'build'),
];
const verdict = (state: GateState['state']): GateState => ({ state, text: `it is ${state}`, since: SINCE });
const arm64 = (state: GateState['state']) => new Map([['linux/arm64', verdict(state)]]);
const today = (table: ReturnType<typeof effectiveStages>) => table.rows.map((row) => row.today);

describe('effectiveStages', () => {
  test.each([
    ['open', 'demote', 'release', [], 0],
    ['pending', 'demote', 'test', [], 1],
    ['failed', 'demote', 'test', [], 1],
    ['unknown', 'demote', 'release', ['unknown'], 0],
    ['open', 'fail', 'release', [], 0],
    ['pending', 'fail', 'release', ['gate-pending'], 0],
    ['failed', 'fail', 'release', ['gate-failed'], 0],
    ['unknown', 'fail', 'release', ['unknown'], 0],
  ] as const)('a gate that is %s, policy %s', (state, policy, stage, refused, warnings) => {
    const table = effectiveStages(all, arm64(state), policy);
    expect(today(table)).toStrictEqual(['release', stage, 'test', 'build']);
    expect(table.refused.map(({ code }) => code)).toStrictEqual(refused);
    expect(table.warnings).toHaveLength(warnings);
  });

  test('the warning says which, from what to what, since when and why', () => {
    expect(effectiveStages(all, arm64('failed'), 'demote').warnings).toStrictEqual([
      'linux/arm64 counts as "test" instead of "release" since 2026-03-20: it is failed',
    ]);
  });

  test('nothing is lower than build', () => {
    const table = effectiveStages(all, new Map([['linux/ppc64le', verdict('failed')]]), 'demote');
    expect(today(table).at(-1)).toBe('build');
    expect(table.warnings).toStrictEqual([]);
  });
});

describe('selectPlatforms', () => {
  const [amd64, arm, s390x, ppc] = all.map((one) => one.platform) as [string, string, string, string];
  test.each<[Class, string[], string[], string[]]>([
    ['snapshot', [], [amd64, arm, s390x], [amd64, arm, s390x]],
    ['snapshot', ['build'], [amd64, arm, s390x, ppc], [amd64, arm, s390x, ppc]],
    ['patch', [], [amd64, arm], [amd64, arm]],
    ['final', ['build'], [amd64, arm, ppc], [amd64, arm]],
    ['stable', [], [amd64, arm], [amd64, arm]],
  ])('%s, included %j', (imageClass, included, build, push) => {
    const table = effectiveStages(all, new Map(), 'demote');
    expect(selectPlatforms(table, imageClass, new Set(included))).toStrictEqual({ build, push });
  });

  test('a demoted platform stays in snapshots and leaves releases', () => {
    const table = effectiveStages(all, arm64('failed'), 'demote');
    expect(selectPlatforms(table, 'snapshot', new Set()).push).toContain(arm);
    expect(selectPlatforms(table, 'final', new Set()).push).toStrictEqual([amd64]);
  });
});

test('as text', () => {
  expect(stagesText(effectiveStages(all, arm64('failed'), 'demote'), NOW)).toBe(
    [
      'PLATFORM       BY FILE  TODAY    SINCE              WHY',
      'linux/amd64    release  release  -                  -',
      'linux/arm64    release  test     2026-03-20 (11 d)  it is failed',
      'linux/s390x    test     test     -                  -',
      'linux/ppc64le  build    build    -                  -',
    ].join('\n'),
  );
});
