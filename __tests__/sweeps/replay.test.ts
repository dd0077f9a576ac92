/** Real projects' refs through policies whose rules overlap: Retag against an oracle that is written another way. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  BRANCH_SHA,
  BRANCH_TIME,
  expectedOf,
  ORACLES,
  type OraclePolicy,
} from '../../faults/replay/oracle.js';
import { replay, schedules, spread } from '../../faults/replay/replay.js';
import { decide, policyOf, SHA, TIME } from '../support/policies.js';

const GIT_TAGS = [
  'wmcore',
  'home-assistant-supervisor',
  'docker-metadata-action',
  'iputils',
  'semver-spec',
  'kubernetes-sigs-scheduler-plugins',
  'k8stopologyawareschedwg-scheduler-plugins',
  'k8stopologyawareschedwg-deployer',
  'k8stopologyawareschedwg-resource-topology-exporter',
  'moby-buildkit',
];
const BRANCHES = ['starlingx-root-branches', 'scheduler-plugins-branches'];

function lines(file: string): string[] {
  return readFileSync(new URL(`../fixtures/refs/${file}.txt`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
}

const refs = [
  ...GIT_TAGS.flatMap((file) => lines(file).map((name) => `refs/tags/${name}`)),
  ...BRANCHES.flatMap((file) => lines(file).map((name) => `refs/heads/${name}`)),
];

describe('seam 01: the decision on every ref of ten projects', () => {
  test.each(ORACLES.map((policy): [string, OraclePolicy] => [policy.title, policy]))(
    '%s',
    (_title, oracle) => {
      const policy = policyOf(oracle.tagFile);
      expect([SHA, new Date(TIME).toISOString().replace(/[-:]|\.000/g, '')]).toEqual([
        BRANCH_SHA,
        BRANCH_TIME,
      ]);
      for (const ref of refs) {
        const decision = decide(policy, ref, { sha: SHA });
        const expected = expectedOf(oracle, ref);
        const known = expected === null || expected === 'no day' ? null : expected;
        expect([
          ref,
          decision.rule,
          decision.class,
          decision.tags,
          decision.stableTags,
          decision.channels,
        ]).toEqual([
          ref,
          known?.rule.name ?? null,
          known?.rule.class ?? null,
          known?.tags ?? [],
          known?.stable ?? [],
          known?.channels ?? [],
        ]);
        expect([ref, decision.problems.length > 0]).toEqual([ref, expected === 'no day']);
      }
    },
  );
});

describe('seam 01: releasing the git tags of a project in five orders writes what the ledger says', () => {
  test.each(GIT_TAGS)('%s', async (file) => {
    const names = spread(lines(file), 80);
    const found = { decisions: 0, releases: 0, different: [] as string[] };
    for (const policy of ORACLES) {
      for (const list of Object.values(schedules(names))) {
        const result = await replay(policy, list);
        found.decisions += result.decisions;
        found.releases += result.releases;
        found.different.push(...result.different);
      }
    }
    expect(found.different).toEqual([]);
    expect(found.releases).toBeGreaterThan(names.length);
    expect(found.decisions).toBeGreaterThan(names.length * ORACLES.length);
  });
});
