/** What the documentation shows holds together: every policy in it loads without a doubt, and does what its page says. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/config.js';
import { compilePolicy, type CompiledPolicy } from '../../src/policy/policy.js';
import { PRESET_NAMES } from '../../src/policy/presets/presets.js';
import { decide, placeOf, policyOf, problemsOf, withRules } from '../support/policies.js';
import { releasesOf } from '../support/releases.js';

const root = new URL('../../', import.meta.url);

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => folder + name)
    .sort();
}

/** Policies in fenced blocks, a rule or two alone among them, and in whole tag files. */
function policiesIn(file: string): string[] {
  const text = readFileSync(new URL(file, root), 'utf8');
  if (!file.endsWith('.md')) return /^policy:/m.test(text) ? [text] : [];
  const blocks = [...text.matchAll(/^ *```ya?ml\n([\s\S]*?)^ *```/gm)].map(([, yaml = '']) => yaml);
  const inline = [...text.matchAll(/`(policy: [^`\n]+)`/g)].map(([, yaml = '']) => yaml);
  return [...blocks, ...inline].filter((yaml) => /^policy:/m.test(yaml) && !yaml.includes('…'));
}

const found = [
  'README.md',
  ...filesBelow('docs/', /\.md$/),
  ...filesBelow('examples/', /\.(?:md|ya?ml)$/),
].flatMap((file) => policiesIn(file).map((yaml, i): [string, string] => [`${file} ${i + 1}`, yaml]));

test('seam 08: the documentation has policies', () => {
  expect(found.length).toBeGreaterThanOrEqual(10);
});

test.each(found)('seam 08: %s loads without a warning', (_name, yaml) => {
  const { policy } = parseConfig([{ path: 'docs.yaml', bytes: new TextEncoder().encode(yaml) }]);
  expect(policy && compilePolicy(policy).warnings).toEqual([]);
});

test.each(PRESET_NAMES)('seam 08: the preset %s loads without a warning', (preset) => {
  expect(compilePolicy({ preset }).warnings).toEqual([]);
});

/** What the tables of docs/presets say. */
test.each<[string, string, string | null, string[], string[]]>([
  ['semver', 'refs/tags/v1.2.3', 'final', ['v1.2.3'], ['1.2', '1', 'latest']],
  ['semver', 'refs/tags/1.2.3-rc.1', 'snapshot', ['1.2.3-rc.1'], []],
  ['semver', 'refs/heads/main', 'snapshot', ['main-{sha:12}'], []],
  ['semver', 'refs/tags/v1.2', null, [], []],
  ['wmcore', 'refs/tags/2.3.4', 'final', ['2.3.4'], []],
  ['wmcore', 'refs/tags/2.3.4.1', 'patch', ['2.3.4.1'], []],
  ['wmcore', 'refs/tags/2.2.4rc1', 'snapshot', ['2.2.4rc1'], []],
  ['k8s-topology-aware', 'refs/heads/main', 'snapshot', ['v0.0.20211101{seq:2}'], []],
  ['k8s-topology-aware', 'refs/heads/release-1', 'patch', ['{base}{seq:2}'], []],
  ['k8s-topology-aware', 'refs/tags/v0.18.800', 'patch', ['v0.18.800'], []],
  ['starlingx', 'refs/heads/master', 'snapshot', ['master-debian-stable-20211101T123456Z.0'], []],
  ['calver', 'refs/tags/2024.01.2', 'final', ['2024.01.2'], []],
  ['calver', 'refs/tags/20240102', 'final', ['20240102'], []],
])('seam 08: %s calls %s what its page says', (preset, ref, of, tags, channels) => {
  const decision = decide(compilePolicy({ preset }), ref);
  expect([decision.class, decision.tags, decision.channels]).toEqual([of, tags, channels]);
});

describe('the recipe for 1.2.3 before the preset semver', () => {
  const yaml = withRules(
    "class: final, git_tag: 'v{major}.{minor}.{patch}', tag: '{major}.{minor}.{patch}', channels: ['{major}.{minor}', '{major}', latest]",
  ).replace('policy:\n', 'policy:\n  preset: semver\n');

  test('seam 08: says nothing on any run, and publishes 1.2.3', async () => {
    expect(policyOf(yaml).warnings).toEqual([]);
    const releases = await releasesOf(yaml);
    const { exitCode, warnings, tags } = await releases.push('refs/tags/v1.2.3');
    await releases.close();
    expect({ exitCode, warnings }).toEqual({ exitCode: 0, warnings: [] });
    expect(Object.keys(tags).sort()).toEqual(['1', '1.2', '1.2.3', 'latest']);
  });
});

describe('stable beside preset', () => {
  const preset = (name: string, stable: string) => `policy:\n  preset: ${name}\n  stable: ${stable}\n`;
  const stableTags = (policy: CompiledPolicy, ...refs: string[]) =>
    refs.flatMap((ref) => decide(policy, ref).stableTags);

  test('seam 08: releases of the preset get the stable tag, snapshots do not', async () => {
    expect(
      stableTags(
        policyOf(preset('semver', 'true')),
        'refs/tags/v1.2.3',
        'refs/tags/v1.2.4-rc.1',
        'refs/heads/x',
      ),
    ).toEqual(['v1.2.3-stable']);
    const releases = await releasesOf(preset('semver', 'true'));
    const { tags } = await releases.push('refs/tags/v1.2.3');
    await releases.close();
    expect(tags).toMatchObject({ 'v1.2.3': 'create absent', 'v1.2.3-stable': 'create absent' });
  });

  test('seam 08: manual and gates hold it, and replace what the preset says', () => {
    const stable = (name: string, value: string) =>
      decide(policyOf(preset(name, value)), 'refs/tags/2.3.4').stable;
    expect(stable('semver', 'manual')).toBe('manual');
    expect(stable('wmcore', 'manual')).toBe('manual');
    expect(stable('wmcore', 'true')).toBe(true);
    expect(stable('calver', '{ requires: [ { check: e2e } ] }')).toBe(false);
    expect(
      decide(policyOf(preset('calver', '{ requires: [ { check: e2e } ] }')), 'refs/tags/20240102').stable,
    ).toMatchObject({ requires: [{ check: 'e2e' }] });
  });

  test('seam 08: an own rule keeps what it says', () => {
    const yaml = `${preset('semver', 'true')}  rules: [ { class: final, git_tag: 'r{n}', tag: '{git_tag}' } ]\n`;
    expect(stableTags(policyOf(yaml), 'refs/tags/r1', 'refs/tags/v1.2.3')).toEqual(['v1.2.3-stable']);
  });

  test.each<[string, string]>([
    ['policy:\n  stable: true\n  rules: []\n', '"stable" needs "preset"'],
    [
      preset('starlingx', 'true'),
      'the preset starlingx has no final or patch rule, so "stable" gives no tag',
    ],
  ])('seam 08: an error where it gives no tag: %j', (yaml, what) => {
    const [problem] = problemsOf(yaml);
    expect(problem).toMatchObject({ what, location: { line: placeOf(yaml, 'stable:').line } });
  });

  test('seam 08: false beside a preset is an error', () => {
    expect(problemsOf(preset('semver', 'false'))[0]?.location?.line).toBe(3);
  });
});
