import { describe, expect, test } from '@jest/globals';
import { observeBuilds } from '../../src/builds/state.js';
import { OperationError } from '../../src/errors.js';
import { wantBuilds } from '../../src/want.js';
import { memoryRegistry } from '../support/memory-registry.js';
import { SHA } from '../support/policies.js';
import { builds, resolved } from '../support/release.js';
import { digestOf } from '../support/wanted.js';

const A = 'reg.example/a';
const B = 'reg.example/b';

interface Situation {
  readonly revision?: string | null;
  readonly names?: (string | string[])[];
  /** calls that begin so are answered with 403 */
  readonly refuses?: string;
  readonly policy?: string;
  readonly ref?: string;
}

/** The states of these builds for 2.3.4 of wmcore, in a registry whose images are all made from `revision`. */
async function states(
  tagged: Readonly<Record<string, string>>,
  {
    revision = SHA,
    names = [A],
    refuses = '',
    policy = 'policy: wmcore',
    ref = 'refs/tags/2.3.4',
  }: Situation = {},
) {
  const registry = memoryRegistry(tagged, { revision });
  registry.before = (call) => {
    if (refuses !== '' && call.startsWith(refuses)) throw new OperationError('denied', `${call}: 403`);
  };
  const decision = await resolved(policy, ref);
  const all = builds(...names);
  const observed = await observeBuilds(all, wantBuilds(all, decision, false), SHA, decision.from, {
    registry,
    concurrency: 2,
  });
  return { observed, calls: registry.calls };
}

describe('a build', () => {
  test('whose primary tag is absent is to be made; stable tags are not looked at for that', async () => {
    const { observed, calls } = await states({ [`${A}:2.3.4-stable`]: digestOf('a') });
    expect([...observed]).toEqual([[A, { state: 'to-build' }]]);
    expect(calls).toEqual([`look ${A}:2.3.4`]);
  });

  test('whose primary tag is of this commit is finished, by the digest that is there', async () => {
    const { observed } = await states({ [`${A}:2.3.4`]: digestOf('a') });
    expect(observed.get(A)).toEqual({
      state: 'present',
      digest: digestOf('a'),
      manifest: null,
      facts: null,
      repository: { registry: 'reg.example', repository: 'a' },
    });
  });

  test.each([
    ['of another commit', 'f'.repeat(40), 'is made from ffff'],
    ['of no commit that it names', null, 'does not say which commit'],
  ])('whose primary tag is %s is refused, with what to do', async (_name, revision, text) => {
    const { observed } = await states({ [`${A}:2.3.4`]: digestOf('a') }, { revision });
    expect(observed.get(A)).toMatchObject({ state: 'refused', code: 'revision-mismatch' });
    expect(JSON.stringify(observed.get(A))).toContain(text);
    expect(JSON.stringify(observed.get(A))).toContain('force');
  });

  test.each(['look', 'manifest', 'facts'])(
    'whose primary tag cannot be judged (%s) is refused as unknown',
    async (refuses) => {
      const { observed } = await states({ [`${A}:2.3.4`]: digestOf('a') }, { refuses });
      expect(observed.get(A)).toMatchObject({ state: 'refused', code: 'unknown' });
    },
  );

  test('in two registries is finished when one has it; the other gets it from there', async () => {
    const { observed } = await states(
      { 'other.example/a:2.3.4': digestOf('a') },
      { names: [[A, 'other.example/a']] },
    );
    expect(observed.get(A)).toMatchObject({ state: 'present', repository: { registry: 'other.example' } });
  });

  test('that differs between two registries, both of this commit, is refused', async () => {
    const tagged = { [`${A}:2.3.4`]: digestOf('a'), 'other.example/a:2.3.4': digestOf('b') };
    const { observed } = await states(tagged, { names: [[A, 'other.example/a']] });
    expect(observed.get(A)).toMatchObject({ state: 'refused', code: 'different-digest' });
  });

  test('is judged apart from the others', async () => {
    const { observed } = await states({ [`${B}:2.3.4`]: digestOf('b') }, { names: [A, B] });
    expect(observed.get(A)).toMatchObject({ state: 'to-build' });
    expect(observed.get(B)).toMatchObject({ state: 'present', digest: digestOf('b') });
  });
});

describe('a rule with from and fallback: build', () => {
  const policy =
    "policy:\n  rules: [{ class: final, git_tag: 'v{x}', tag: '{x}', from: 's{x}', fallback: build }]\n";
  const run = (tagged: Readonly<Record<string, string>>, refuses = '') =>
    states(tagged, { policy, ref: 'refs/tags/v7', refuses });

  test('promotes what is there', async () => {
    const { observed } = await run({ [`${A}:s7`]: digestOf('s') });
    expect(observed.get(A)).toMatchObject({ state: 'present', digest: digestOf('s') });
  });

  test('builds when it is not', async () => {
    expect((await run({})).observed.get(A)).toEqual({ state: 'to-build' });
  });

  test('does neither when that cannot be told', async () => {
    const { observed } = await run({}, `look ${A}:s7`);
    expect(observed.get(A)).toMatchObject({ state: 'unknown' });
  });
});

test('a rule that only promotes has no builds to look at', async () => {
  const policy =
    "policy:\n  rules: [{ class: stable, git_tag: '{v:text}-stable', from: '{v}', tag: '{v}-stable' }]\n";
  const { observed, calls } = await states({}, { policy, ref: 'refs/tags/1-stable' });
  expect(observed.size).toBe(0);
  expect(calls).toEqual([]);
});
