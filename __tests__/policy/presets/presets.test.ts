import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseTag } from '../../../src/oci/reference.js';
import { checkPromotionTag, compilePolicy } from '../../../src/policy/policy.js';
import { PRESET_NAMES } from '../../../src/policy/presets/presets.js';
import { decide } from '../../support/policies.js';

/** Refs as the projects have published them. */
function refs(file: string): string[] {
  const text = readFileSync(new URL(`../../fixtures/refs/${file}.txt`, import.meta.url), 'utf8');
  return text.trim().split('\n');
}

test.each([...PRESET_NAMES])('%s compiles without a doubt', (preset) => {
  expect(compilePolicy({ preset }).warnings).toEqual([]);
});

describe('wmcore', () => {
  const policy = compilePolicy({ preset: 'wmcore' });
  const tags = refs('wmcore');

  test('agrees with match_tag of bin/docker.sh on every git tag of dmwm/WMCore', () => {
    // The two bash expressions of that script, as they stand there.
    const release = /^([0-9]+)\.([0-9]+)\.([0-9]+)$/;
    const patched = /^([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$/;
    expect(tags).toHaveLength(1190);
    const counts = { final: 0, patch: 0, snapshot: 0 };
    for (const tag of tags) {
      const decision = decide(policy, `refs/tags/${tag}`);
      const expected = release.test(tag) ? 'final' : patched.test(tag) ? 'patch' : 'snapshot';
      counts[expected] += 1;
      expect([tag, decision.class, decision.tags, decision.stableTags]).toEqual([
        tag,
        expected,
        [tag],
        expected === 'snapshot' ? [] : [`${tag}-stable`],
      ]);
      expect(decision.problems).toEqual([]);
    }
    expect(counts).toEqual({ final: 212, patch: 56, snapshot: 922 });
  });

  test.each<[string, string, string[]]>([
    ['2.3.4', 'final', ['2.3.4-stable']],
    ['2.2.0.7', 'patch', ['2.2.0.7-stable']],
    ['2.2.4rc1', 'snapshot', []],
    ['1.2.3.pre4', 'snapshot', []],
    ['JENKINS_20260724042207', 'snapshot', []],
    ['1.2.3.4.5', 'snapshot', []],
    ['v1.2.3', 'snapshot', []],
    ['1.2.3-stable', 'snapshot', []],
  ])('%s is %s', (tag, expected, stable) => {
    const decision = decide(policy, `refs/tags/${tag}`);
    expect(decision).toMatchObject({
      class: expected,
      tags: [tag],
      stableTags: stable,
      channels: [],
      version: tag,
    });
    expect(decision.rule).toBe(`wmcore/${expected}`);
  });

  test('a four-part version never becomes the three-part one', () => {
    const decision = decide(policy, 'refs/tags/1.2.3.4');
    expect([...decision.tags, ...decision.stableTags]).not.toContain('1.2.3');
  });

  test('a branch is left alone', () => {
    expect(decide(policy, 'refs/heads/master')).toMatchObject({ class: null, unmatched: 'ignore', tags: [] });
  });
});

describe('k8s-topology-aware', () => {
  const policy = compilePolicy({ preset: 'k8s-topology-aware' });

  test.each<[string, string]>([
    ['v0.0.2021101804', 'snapshot'],
    ['v0.0.2021101805', 'snapshot'],
    ['v0.0.2021111701', 'snapshot'],
    ['v0.0.2021112401', 'snapshot'],
    ['v0.0.2021112402', 'snapshot'],
    ['v0.0.2021112403', 'snapshot'],
    ['v0.0.2023031501', 'snapshot'],
    ['v0.0.2023031502', 'snapshot'],
    ['v0.0.2023031503', 'snapshot'],
    ['v0.18.800', 'patch'],
    ['v0.18.9', 'final'],
    // The examples of README.k8staswg.md.
    ['v0.0.2021110101', 'snapshot'],
    ['v0.0.2021101503', 'snapshot'],
    ['v0.20.1001', 'patch'],
    ['v0.20.1002', 'patch'],
    ['v0.20.1009', 'patch'],
    ['v0.20.10', 'final'],
  ])('%s is a %s', (tag, expected) => {
    const decision = decide(policy, `refs/tags/${tag}`);
    expect(decision.class).toBe(expected);
    expect(decision.tags).toEqual(expected === 'final' ? [] : [tag]);
    expect(decision.publish).toBe(expected !== 'final');
    expect(decision.stableTags).toEqual([]);
  });

  test.each([
    'k8stopologyawareschedwg-scheduler-plugins',
    'k8stopologyawareschedwg-deployer',
    'k8stopologyawareschedwg-resource-topology-exporter',
  ])('every git tag of %s is what the README says', (file) => {
    const tags = refs(file);
    expect(tags.length).toBeGreaterThan(10);
    for (const tag of tags) {
      const [, first = '', second = '', micro = ''] = /^v(\d+)\.(\d+)(?:\.(\d+))?$/.exec(tag) ?? [];
      const day = first === '0' && second === '0' && micro.length === 10;
      const expected = micro === '' ? null : day ? 'snapshot' : micro.length >= 3 ? 'patch' : 'final';
      expect([tag, decide(policy, `refs/tags/${tag}`).class]).toEqual([tag, expected]);
    }
  });

  test('branches of the project and of its upstream', () => {
    const classes = Object.fromEntries(
      refs('scheduler-plugins-branches').map((name) => [name, decide(policy, `refs/heads/${name}`).rule]),
    );
    expect(classes).toMatchObject({
      master: 'k8s-topology-aware/snapshot',
      'release-1.18': 'k8s-topology-aware/patch',
      'release-1.34': 'k8s-topology-aware/patch',
      'klog-context': null,
      'integration-tests-stable': null,
    });
  });

  test('a branch is numbered by day or by base', () => {
    expect(decide(policy, 'refs/heads/main').tags).toEqual(['v0.0.20211101{seq:2}']);
    expect(decide(policy, 'refs/heads/release-1.18').tags).toEqual(['{base}{seq:2}']);
  });

  test('a snapshot of a day that does not exist is a mistake, not a patch', () => {
    const decision = decide(policy, 'refs/tags/v0.0.2021023101');
    expect(decision.class).toBeNull();
    expect(decision.problems).toHaveLength(1);
    expect(decision.problems[0]?.what).toContain('20210231 is no day of the calendar');
  });

  test('the pre-release tags of upstream belong to no rule', () => {
    const unmatched = refs('kubernetes-sigs-scheduler-plugins').filter(
      (tag) => decide(policy, `refs/tags/${tag}`).class === null,
    );
    expect(unmatched).toEqual([
      'v0.30.4-devel',
      'v0.31.2-devel',
      'v0.32.5-devel',
      'v0.33.3-devel',
      'v0.34.1-devel',
      'v0.34.4-devel',
      'v0.34.4-devel-sg',
      'v0.34.4-rc',
      'v0.35.4-devel',
    ]);
  });
});

describe('starlingx', () => {
  const policy = compilePolicy({ preset: 'starlingx' });

  test.each<[string, string]>([
    ['master', 'master-debian-stable-20211101T123456Z.0'],
    ['r/stx.6.0', 'rc-6.0-debian-stable-20211101T123456Z.0'],
  ])('%s is built as %s', (branch, tag) => {
    expect(decide(policy, `refs/heads/${branch}`)).toMatchObject({ class: 'snapshot', tags: [tag] });
  });

  test('build tags have the form of those that the project has promoted', () => {
    // `<branch>-<os>-stable-<timestamp>.<n>`
    const form = /^[A-Za-z0-9._-]+-[a-z0-9-]+-stable-\d{8}T\d{6}Z\.\d+$/;
    const real = refs('starlingx-build-tags');
    expect(real.length).toBeGreaterThan(200);
    expect(real.filter((tag) => !form.test(tag))).toEqual([]);
    for (const branch of refs('starlingx-root-branches')) {
      const [tag = ''] = decide(policy, `refs/heads/${branch}`).tags;
      expect(tag).toMatch(form);
      expect(parseTag(tag).ok).toBe(true);
    }
  });

  test('every promotion tag on master of starlingx/root passes', () => {
    const tags = refs('starlingx-promotion-tags').filter((line) => line.startsWith('master '));
    expect(tags.length).toBeGreaterThan(40);
    for (const line of tags) {
      expect([line, checkPromotionTag(policy, line.slice(7), 'master')]).toEqual([line, null]);
    }
  });

  test('on a release branch only tags of that release pass; older entries are what the warning is for', () => {
    const lines = refs('starlingx-promotion-tags').map((line) => line.split(' ') as [string, string]);
    const onBranches = lines.filter(([branch]) => branch.startsWith('r/'));
    for (const [branch, tag] of onBranches) {
      const own = tag.startsWith(branch.replace(/^r\//, '') + '-v');
      expect([branch, tag, checkPromotionTag(policy, tag, branch) === null]).toEqual([branch, tag, own]);
    }
  });

  test.each<[string, string | null, RegExp | null]>([
    ['stx.4.0-v2.2', null, null],
    ['stx.4.0-v2.2', 'r/stx.4.0', null],
    ['stx.4.0-v2.2', 'r/stx.5.0', /another release/],
    ['stx.8.0.v1.0.5', 'master', /does not have the form/],
    ['latest', 'r/stx.5.0', /does not have the form/],
  ])('%s on %s', (tag, branch, problem) => {
    const result = checkPromotionTag(policy, tag, branch);
    if (problem === null) expect(result).toBeNull();
    else expect(result?.what).toMatch(problem);
  });

  test('the hint names the tag for the branch', () => {
    expect(checkPromotionTag(policy, 'stx.4.0-v2.2', 'r/stx.5.0')?.hint).toBe(
      'on this branch it would be "stx.5.0-v2.2"',
    );
    expect(checkPromotionTag(policy, 'v2.2', 'r/stx.5.0')?.hint).toBe(
      'write it as "stx.4.0-v2.2": the release, then the version',
    );
  });

  test('other policies leave promotion tags alone', () => {
    expect(checkPromotionTag(compilePolicy({ preset: 'semver' }), 'latest', 'r/stx.5.0')).toBeNull();
  });
});

describe('semver', () => {
  const policy = compilePolicy({ preset: 'semver' });

  test.each<[string, string | null, string[]]>([
    ['v1.2.3', 'final', ['1.2', '1', 'latest']],
    ['1.10.0', 'final', ['1.10', '1', 'latest']],
    ['v1.0.0-rc.1', 'snapshot', []],
    ['1.0.0-beta', 'snapshot', []],
    ['v1.2.3+build5', null, []],
    ['v1.2', null, []],
    ['v6', null, []],
    ['1.2.3.4', null, []],
    ['2.3.10rc3', null, []],
  ])('%s is %s', (tag, expected, channels) => {
    expect(decide(policy, `refs/tags/${tag}`)).toMatchObject({
      class: expected,
      tags: expected === null ? [] : [tag],
      channels,
      stableTags: [],
      unmatched: expected === null ? 'error' : null,
    });
  });

  test('every git tag of the semver specification and of docker/metadata-action', () => {
    for (const tag of [...refs('semver-spec'), ...refs('docker-metadata-action')]) {
      const expected = /^v\d+$/.test(tag) ? null : tag.includes('-') ? 'snapshot' : 'final';
      expect([tag, decide(policy, `refs/tags/${tag}`).class]).toEqual([tag, expected]);
    }
  });

  test('branches are snapshots of their commit', () => {
    const sha = '0123456789abcdef0123456789abcdef01234567';
    expect(decide(policy, 'refs/heads/main', { sha })).toMatchObject({
      class: 'snapshot',
      tags: ['main-0123456789ab'],
      channels: [],
    });
    expect(decide(policy, 'refs/heads/feature/a', { sha }).tags[0]).toMatch(
      /^feature-a-[0-9a-f]{8}-0123456789ab$/,
    );
  });
});

describe('calver', () => {
  const policy = compilePolicy({ preset: 'calver' });

  test.each<[string, string | null]>([
    ['2024.01.3', 'calver/final'],
    ['2024.1.3', 'calver/final'],
    ['2024.123.3', null],
    ['20240229', 'calver/day'],
    ['24.01.3', null],
  ])('%s belongs to %s', (tag, rule) => {
    expect(decide(policy, `refs/tags/${tag}`).rule).toBe(rule);
  });

  test('the 30th of February is a mistake', () => {
    expect(decide(policy, 'refs/tags/20240230').problems).toHaveLength(1);
  });

  test('every dated git tag of home-assistant/supervisor and iputils/iputils', () => {
    for (const tag of [...refs('home-assistant-supervisor'), ...refs('iputils')]) {
      const expected = /^\d{4}\.\d{2}\.\d+$/.test(tag)
        ? 'calver/final'
        : /^\d{8}$/.test(tag)
          ? 'calver/day'
          : null;
      expect([tag, decide(policy, `refs/tags/${tag}`).rule]).toEqual([tag, expected]);
    }
  });
});
