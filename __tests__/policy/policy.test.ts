import { describe, expect, test } from '@jest/globals';
import { compilePolicy, findBase, resolveNames } from '../../src/policy/policy.js';
import { renderText } from '../../src/policy/template.js';
import { decide, factsOf, policyOf, SHA } from '../support/policies.js';

const policy = compilePolicy({ preset: 'k8s-topology-aware' });

describe('{base}', () => {
  const facts = (tags: readonly string[], shallow = false) => ({
    sha: SHA,
    shallow: () => Promise.resolve(shallow),
    reachableTags: () => Promise.resolve(tags),
  });

  test('is the nearest tag that a final rule wins', async () => {
    expect(
      await findBase(policy, facts(['v0.0.2021110101', 'v0.20.1001', 'nope', 'v0.20.10', 'v0.20.9'])),
    ).toBe('v0.20.10');
  });

  test('row 102: a shallow clone is an error that says fetch-depth: 0, even when it has tags', async () => {
    await expect(findBase(policy, facts(['v0.20.10'], true))).rejects.toThrow(/fetch-depth: 0/);
  });

  test('no release in the history is an error that names the form', async () => {
    await expect(findBase(policy, facts(['v0.20.1001']))).rejects.toThrow(
      /no git tag reachable from 16a70a1e.* belongs to a final rule \("v\{major\}\.\{minor\}\.\{patch\}"\)/,
    );
  });
});

describe('complete names', () => {
  test('of a git tag need nothing', () => {
    const wmcore = compilePolicy({ preset: 'wmcore' });
    const ref = 'refs/tags/2.3.4';
    expect(resolveNames(wmcore, decide(wmcore, ref), factsOf(ref))).toMatchObject({
      tags: ['2.3.4'],
      stableTags: ['2.3.4-stable'],
      version: '2.3.4',
    });
  });

  test.each<[string, string, RegExp]>([
    ["'{branch}-{sha:12}'", 'sha', /\{sha:12\} has no value in this run; give the run the ref and commit/],
    ["'{branch}-{run_number}'", 'runNumber', /\{run_number\} has no value.*GitHub Actions only/],
  ])('%s without %s is an error', (tag, missing, message) => {
    const used = policyOf(`policy: { rules: [ { class: snapshot, branch: '**', tag: ${tag} } ] }`);
    const facts = factsOf('refs/heads/main', { [missing]: null });
    expect(() => resolveNames(used, decide(used, 'refs/heads/main'), facts)).toThrow(message);
  });

  test('of a ref that no rule matches are none', () => {
    const ref = 'refs/heads/topic';
    expect(resolveNames(policy, decide(policy, ref), factsOf(ref))).toMatchObject({ class: null, tags: [] });
  });

  test('of a rule with publish: false are none', () => {
    const ref = 'refs/tags/v0.20.10';
    const resolved = resolveNames(policy, decide(policy, ref), factsOf(ref));
    expect(resolved).toMatchObject({ class: 'final', publish: false, tags: [], version: 'v0.20.10' });
  });
});

describe('other texts of a run', () => {
  const ref = 'refs/tags/v0.20.1001';
  const { render } = resolveNames(policy, decide(policy, ref), factsOf(ref));

  test.each<[string, string]>([
    ['{tag}', 'v0.20.1001'],
    ['TAG={git_tag} {major}.{minor} {sha:7} {class}', 'TAG=v0.20.1001 0.20 16a70a1 patch'],
    ['{"json": {"a": 1}} {} { tag }', '{"json": {"a": 1}} {} { tag }'],
    ['day {date}', 'day 20211101'],
    ['no variables', 'no variables'],
  ])('%s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  test('branch names are not mapped outside tags', () => {
    const semver = compilePolicy({ preset: 'semver' });
    const branch = 'refs/heads/feature/a';
    expect(resolveNames(semver, decide(semver, branch), factsOf(branch)).render('{branch}')).toBe(
      'feature/a',
    );
  });

  test('a name that is not there is an error with the nearest and the place', () => {
    const place = { file: 'x.yaml', line: 3, column: 7 };
    expect(() => render('{tga}', place)).toThrow(
      'x.yaml:3:7: "{tga}" has no value here; did you mean {tag}?',
    );
    expect(() => render('{branch}')).toThrow(/"\{branch\}" has no value here/);
  });

  test('any other set of names', () => {
    const names = new Map([
      ['name', 'app'],
      ['tag', '1'],
    ]);
    expect(renderText('{name}: {tag}', ({ name }) => names.get(name) ?? null, names.keys())).toBe('app: 1');
  });
});
