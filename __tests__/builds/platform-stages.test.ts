import { describe, expect, test } from '@jest/globals';
import { platformStages, selectPlatforms, stagesText } from '../../src/builds/platform-stages.js';
import type { Class, Gate, PlatformConfig, Stage } from '../../src/config/model.js';
import type { GateState } from '../../src/gates/gates.js';
import { gate, origin } from '../support/github/gate.js';

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
/** The stages where some platforms have a gate, and these are its verdicts. */
function stagesOf(verdicts: ReadonlyMap<string, GateState>, policy: 'demote' | 'fail') {
  const platforms = all.map((one) =>
    verdicts.has(one.platform) ? { ...one, requires: [gate({ check: one.platform })] } : one,
  );
  const gatekeeper = {
    judge: ([{ check = '' } = gate({})]: readonly Gate[]) => Promise.resolve(verdicts.get(check)!),
  };
  return platformStages({ platforms }, policy, gatekeeper, { home: 'o/r', commit: { why: '' } });
}
const today = (table: Awaited<ReturnType<typeof stagesOf>>) => table.rows.map((row) => row.today);

describe('what a platform counts as', () => {
  test.each([
    ['open', 'demote', 'release', [], 0],
    ['pending', 'demote', 'test', [], 1],
    ['failed', 'demote', 'test', [], 1],
    ['unknown', 'demote', 'release', ['unknown'], 0],
    ['open', 'fail', 'release', [], 0],
    ['pending', 'fail', 'release', ['gate-pending'], 0],
    ['failed', 'fail', 'release', ['gate-failed'], 0],
    ['unknown', 'fail', 'release', ['unknown'], 0],
  ] as const)('a gate that is %s, policy %s', async (state, policy, stage, refused, warnings) => {
    const table = await stagesOf(arm64(state), policy);
    expect(today(table)).toStrictEqual(['release', stage, 'test', 'build']);
    expect(table.refused.map(({ code }) => code)).toStrictEqual(refused);
    expect(table.warnings).toHaveLength(warnings);
  });

  test('the warning says which, from what to what, since when and why', async () => {
    expect((await stagesOf(arm64('failed'), 'demote')).warnings).toStrictEqual([
      'linux/arm64 counts as "test" instead of "release" since 2026-03-20: it is failed',
    ]);
  });

  test('nothing is lower than build', async () => {
    const table = await stagesOf(new Map([['linux/ppc64le', verdict('failed')]]), 'demote');
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
  ])('%s, included %j', async (imageClass, included, build, push) => {
    const table = await stagesOf(new Map(), 'demote');
    expect(selectPlatforms(table, imageClass, new Set(included))).toStrictEqual({ build, push });
  });

  test('a demoted platform stays in snapshots and leaves releases', async () => {
    const table = await stagesOf(arm64('failed'), 'demote');
    expect(selectPlatforms(table, 'snapshot', new Set()).push).toContain(arm);
    expect(selectPlatforms(table, 'final', new Set()).push).toStrictEqual([amd64]);
  });
});

test('as text', async () => {
  expect(stagesText(await stagesOf(arm64('failed'), 'demote'), NOW)).toBe(
    [
      'PLATFORM       BY FILE  TODAY    SINCE              WHY',
      'linux/amd64    release  release  -                  -',
      'linux/arm64    release  test     2026-03-20 (11 d)  it is failed',
      'linux/s390x    test     test     -                  -',
      'linux/ppc64le  build    build    -                  -',
    ].join('\n'),
  );
});
