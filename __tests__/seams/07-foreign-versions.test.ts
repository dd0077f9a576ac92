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
