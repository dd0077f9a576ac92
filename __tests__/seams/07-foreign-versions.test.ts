import { afterEach, describe, expect, test } from '@jest/globals';
import { classificationReport, resolveNames } from '../../src/policy/policy.js';
import { decide, factsOf, policyOf, problemsOf, withRules } from '../support/policies.js';
import { releasesOf, type Releases } from '../support/releases.js';

let releases: Releases | undefined;
afterEach(async () => {
  await releases?.close();
  releases = undefined;
});

describe('a version that no git tag gives', () => {
  const gitTags = (...tags: string[]) => ({ gitTags: () => Promise.resolve(tags) });

  test('seam 07: a channel that it holds back says so', async () => {
    releases = await releasesOf('policy: semver\n');
    releases.holds('v999.0.0', 'latest');
    const { exitCode, tags, warnings } = await releases.push('refs/tags/v1.0.0', gitTags('v1.0.0', 'v0.9.0'));
    expect(exitCode).toBe(0);
    expect(tags['latest']).toBe('keep older');
    expect(warnings).toEqual([
      'no git tag of this repository gives v999.0.0, which holds this channel back; delete v999.0.0 from the registry if nobody released it',
    ]);
  });

  test('seam 07: no word of one that a git tag gives, and git is not asked for channels that move', async () => {
    releases = await releasesOf('policy: semver\n');
    releases.holds('v2.0.0', 'latest');
    const { warnings } = await releases.push('refs/tags/v1.0.0', gitTags('v1.0.0', 'v2.0.0'));
    expect(warnings).toEqual([]);
    const asked = { gitTags: () => Promise.reject(new Error('git must not be asked')) };
    expect((await releases.push('refs/tags/v2.0.1', asked)).tags['latest']).toBe('move newer');
  });

  test('seam 07: git that cannot say keeps nothing from anything', async () => {
    releases = await releasesOf('policy: semver\n');
    releases.holds('v2.0.0', 'latest');
    const asked = { gitTags: () => Promise.reject(new Error('shallow')) };
    expect(await releases.push('refs/tags/v1.0.0', asked)).toMatchObject({ exitCode: 0, warnings: [] });
  });
});

describe('a version that no run can have given', () => {
  const dated = (tag: string, held: string) =>
    [
      tag,
      held,
      `${held} holds this channel back, and its day 20990101 has not come yet; delete ${held} from the registry if nobody released it`,
    ] as const;

  test.each([
    dated('v0.0.{date}{seq:2}', 'v0.0.2099010199'),
    dated('edge-{timestamp}', 'edge-20990101T120000Z'),
  ])('seam 07: of a branch, %s: a day that has not come yet is named', async (tag, held, warning) => {
    releases = await releasesOf(withRules(`class: snapshot, branch: main, tag: '${tag}', channels: [edge]`));
    releases.holds(held, 'edge');
    const { exitCode, tags, warnings } = await releases.push('refs/heads/main');
    expect(exitCode).toBe(0);
    expect(tags['edge']).toBe('keep older');
    expect(warnings).toEqual([warning]);
  });

  test('seam 07: a number of a release that git does not have is named', async () => {
    releases = await releasesOf(
      withRules(
        "class: patch, branch: 'release-*', tag: '{base}{seq:2}', channels: [edge]",
        "class: final, git_tag: 'v{major}.{minor}.{patch}', tag: '{git_tag}', publish: false",
      ),
    );
    releases.holds('v9.9.901', 'edge');
    const known = () => Promise.resolve(['v0.1.0']);
    const facts = { gitTags: known, reachableTags: known, shallow: () => Promise.resolve(false) };
    const { tags, warnings } = await releases.push('refs/heads/release-0', facts);
    expect(tags['edge']).toBe('keep older');
    expect(warnings).toEqual([
      'no git tag of this repository gives v9.9.901, which holds this channel back; delete v9.9.901 from the registry if nobody released it',
    ]);
  });

  test('seam 07: no word of a number that a branch gave, where git tags look the same', async () => {
    const form = 'v0.0.{date}{seq:2}';
    releases = await releasesOf(
      withRules(
        `class: snapshot, branch: main, tag: '${form}', channels: [edge]`,
        `class: snapshot, git_tag: '${form}', tag: '{git_tag}', channels: [edge]`,
      ),
    );
    releases.holds('v0.0.2021110103', 'edge');
    const { tags, warnings } = await releases.push('refs/tags/v0.0.2021103101');
    expect(tags['edge']).toBe('keep older');
    expect(warnings).toEqual([]);
  });
});

describe('fields with the names of what every JavaScript object has', () => {
  test.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'seam 07: {%s} is a field like any other',
    async (name) => {
      const yaml = withRules(
        `class: final, git_tag: 'v{${name}}.{n}', tag: '{${name}}.{n}', channels: [ 'c{${name}}' ], labels: { l: '{${name}}' }`,
      );
      const policy = policyOf(yaml);
      const decision = decide(policy, 'refs/tags/v7.1');
      const report = JSON.parse(JSON.stringify(classificationReport(decision))) as Record<string, unknown>;
      expect(report).toMatchObject({ tags: ['7.1'], channels: ['c7'], fields: { [name]: '7', n: '1' } });
      const resolved = resolveNames(policy, decision, factsOf('refs/tags/v7.1'));
      expect(resolved.render(`{${name}}`)).toBe('7');
      expect(resolved.labels).toEqual({ l: '7' });
      releases = await releasesOf(yaml);
      expect(await releases.push('refs/tags/v7.1')).toMatchObject({
        exitCode: 0,
        tags: { c7: 'create absent' },
      });
      expect(await releases.push('refs/tags/v7.0')).toMatchObject({
        exitCode: 0,
        tags: { c7: 'keep older' },
      });
    },
  );

  test.each(['constructor', 'toString', 'hasOwnProperty'])(
    'seam 07: {%s} without a field is an error',
    (name) => {
      const [problem] = problemsOf(withRules(`class: final, git_tag: 'v{n}', tag: '{n}-{${name}}'`));
      expect(problem?.what).toBe(`{${name}} is not defined here`);
    },
  );

  test('seam 07: a field of one pattern alone does not become a function for the other', () => {
    const policy = policyOf(
      withRules(
        "class: final, git_tag: [ 'v{n}', 'v{n}-{constructor}' ], tag: '{git_tag}', labels: { l: '{n}' }",
      ),
    );
    expect(decide(policy, 'refs/tags/v7').fields['constructor']).toBeUndefined();
  });
});
