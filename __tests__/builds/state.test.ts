import { describe, expect, test } from '@jest/globals';
import { observeBuilds } from '../../src/builds/state.js';
import { OperationError } from '../../src/errors.js';
import { formatReference, formatRepository, type Repository } from '../../src/oci/reference.js';
import type { Registry, TagState } from '../../src/ports.js';
import { wantBuilds } from '../../src/want.js';
import { repo, REVISION } from '../support/builds.js';
import { memoryRegistry } from '../support/memory-registry.js';
import { SHA } from '../support/policies.js';
import { builds, resolved } from '../support/release.js';
import { digestOf, wantedTag } from '../support/wanted.js';

const ONE = `sha256:${'1'.repeat(64)}`;
const TWO = `sha256:${'2'.repeat(64)}`;
const OTHER = 'b'.repeat(40);

type Found =
  | Exclude<TagState, { state: 'present' }>
  | { readonly state: 'present'; readonly digest: string; readonly revision: string | null };

/** The primary tag of a build in one of its repositories, and what is there. */
interface Primary {
  readonly image: string;
  readonly repository: Repository;
  readonly forced: boolean;
  /** the stable tags that follow it */
  readonly stable: readonly string[];
  readonly found: Found;
}

function seen(image: string, found: Found, over: Partial<Primary> = {}): Primary {
  return { image, repository: repo(image), forced: false, stable: [], found, ...over };
}
const absent = { state: 'absent' } as const;
const present = (digest: string, revision: string | null) =>
  ({ state: 'present', digest, revision }) as const;
const unknown = { state: 'unknown', error: new OperationError('denied', 'quay.io answered 403') } as const;

/** The builds that are finished, and those that are refused, with the last clause of why as the hint. */
async function planBuilds(images: string[], primaries: readonly Primary[], revision: string | null) {
  const at = ({ registry, repository }: Repository): Found =>
    primaries.find(({ repository: its }) => formatRepository(its) === `${registry}/${repository}`)!.found;
  const wanted = primaries.flatMap(({ image, repository, forced, stable }) => {
    const tag = wantedTag({
      source: { from: 'build', build: image },
      destination: { ...repository, tag: '2.3.4' },
      forced,
    });
    const followers = stable.map((name) =>
      wantedTag({ ...tag, kind: 'stable', follows: tag, destination: { ...repository, tag: name } }),
    );
    return [tag, ...followers];
  });
  const registry: Registry = {
    ...memoryRegistry({}),
    head: (ref) => Promise.resolve(at(ref)),
    manifest: (ref) =>
      Promise.resolve({ bytes: Buffer.from(''), mediaType: '', digest: formatReference(ref) }),
    inspect: (repository) => {
      const found = at(repository);
      const revision = found.state === 'present' ? found.revision : null;
      return Promise.resolve({ platforms: [], revision, revisions: [{ of: null, revision }] });
    },
  };
  const states = await observeBuilds([], wanted, revision, null, { registry, concurrency: 1 });
  expect([...states.keys()]).toEqual(images);
  const all = [...states];
  return {
    finished: all.flatMap(([image, state]) =>
      state.state === 'present' ? [{ image, digest: state.digest, repository: state.repository }] : [],
    ),
    refused: all.flatMap(([image, state]) => {
      if (state.state !== 'refused') return [];
      const end = state.text.lastIndexOf('; ');
      return [{ image, code: state.code, text: state.text.slice(0, end), hint: state.text.slice(end + 2) }];
    }),
  };
}

describe('what a run builds', () => {
  test('row 100: everything is there with this revision: nothing is built', async () => {
    const found = await planBuilds(
      ['quay.io/o/a', 'quay.io/o/b'],
      [seen('quay.io/o/a', present(ONE, REVISION)), seen('quay.io/o/b', present(TWO, REVISION))],
      REVISION,
    );
    expect(found.refused).toEqual([]);
    expect(found.finished.map(({ digest }) => digest)).toEqual([ONE, TWO]);
  });

  test('nothing is there: everything is built', async () => {
    const found = await planBuilds(
      ['quay.io/o/a', 'quay.io/o/b'],
      [seen('quay.io/o/a', absent), seen('quay.io/o/b', absent)],
      REVISION,
    );
    expect(found).toEqual({ finished: [], refused: [] });
  });

  test('one is there: only the other is built', async () => {
    const found = await planBuilds(
      ['quay.io/o/a', 'quay.io/o/b'],
      [seen('quay.io/o/a', present(ONE, REVISION)), seen('quay.io/o/b', absent)],
      REVISION,
    );
    expect(found.refused).toEqual([]);
    expect(found.finished.map(({ image }) => image)).toEqual(['quay.io/o/a']);
  });

  test.each([
    ['without a commit nothing can be told to be finished', false, ['unknown']],
    ['forced, it is built over all the same', true, []],
  ])('%s', async (_name, forced, refused) => {
    const found = await planBuilds(
      ['quay.io/o/a'],
      [seen('quay.io/o/a', present(ONE, null), { forced })],
      null,
    );
    expect(found.refused.map(({ code }) => code)).toEqual(refused);
    expect(found.finished).toEqual([]);
  });

  test('one registry of two has it: completed from its digest, not built', async () => {
    const second = { repository: repo('ghcr.io/o/a') };
    const found = await planBuilds(
      ['quay.io/o/a'],
      [seen('quay.io/o/a', absent), seen('quay.io/o/a', present(ONE, REVISION), second)],
      REVISION,
    );
    expect(found.refused).toEqual([]);
    expect(found.finished).toEqual([{ image: 'quay.io/o/a', digest: ONE, repository: repo('ghcr.io/o/a') }]);
  });
});

describe('refused before anything is built', () => {
  test.each([
    [
      'another revision',
      present(ONE, OTHER),
      'revision-mismatch',
      new RegExp(`is made from ${OTHER}; this run is for ${REVISION}`),
    ],
    ['no revision', present(ONE, null), 'revision-mismatch', /does not say which commit/],
    [
      'row 33: a registry that does not tell',
      unknown,
      'unknown',
      /could not be looked at: quay\.io answered 403/,
    ],
  ])('%s, and no image of the group is built', async (_name, found, code, text) => {
    const result = await planBuilds(
      ['quay.io/o/a', 'quay.io/o/b'],
      [seen('quay.io/o/a', absent), seen('quay.io/o/b', found)],
      REVISION,
    );
    expect(result.refused).toEqual([
      expect.objectContaining({ image: 'quay.io/o/b', code, text: expect.stringMatching(text) }),
    ]);
  });

  test('two registries hold different builds of this commit', async () => {
    const second = { repository: repo('ghcr.io/o/a') };
    const found = await planBuilds(
      ['quay.io/o/a'],
      [seen('quay.io/o/a', present(ONE, REVISION)), seen('quay.io/o/a', present(TWO, REVISION), second)],
      REVISION,
    );
    expect(found.refused[0]).toMatchObject({ code: 'different-digest' });
    expect(found.refused[0]?.text).toContain(ONE);
    expect(found.refused[0]?.text).toContain(TWO);
  });
});

describe('how to build over what exists', () => {
  const hint = async (...primaries: Primary[]): Promise<string> =>
    (await planBuilds(['quay.io/o/a'], primaries, REVISION)).refused[0]?.hint ?? '';
  const stable = { stable: ['2.3.4-stable'] };

  test('names the tag and the stable tag, since one alone is refused for the other', async () => {
    expect(await hint(seen('quay.io/o/a', present(ONE, OTHER), stable))).toBe(
      'give this commit a version of its own, or name "quay.io/o/a:2.3.4" and "quay.io/o/a:2.3.4-stable" in "force" to build over what exists',
    );
  });

  test('names what is there in every repository of the build, and nothing that is forced already', async () => {
    const text = await hint(
      seen('quay.io/o/a', present(ONE, OTHER), { forced: true }),
      seen('quay.io/o/a', present(ONE, REVISION), { repository: repo('ghcr.io/o/a') }),
      seen('quay.io/o/a', present(TWO, OTHER), { repository: repo('docker.io/o/a') }),
      seen('quay.io/o/a', absent, { repository: repo('reg.example/o/a'), ...stable }),
    );
    expect(text).toContain('name "ghcr.io/o/a:2.3.4" and "docker.io/o/a:2.3.4" in "force"');
  });

  test('of two builds of this commit, the one that is named is written again from the other', async () => {
    const second = { repository: repo('ghcr.io/o/a') };
    const both = (forced: boolean) => [
      seen('quay.io/o/a', present(ONE, REVISION), { forced, ...stable }),
      seen('quay.io/o/a', present(TWO, REVISION), second),
    ];
    expect(await hint(...both(false))).toBe(
      'name the wrong one in "force", and its stable tag, to have it written again',
    );
    const found = await planBuilds(['quay.io/o/a'], both(true), REVISION);
    expect(found.refused).toEqual([]);
    expect(found.finished).toMatchObject([{ digest: TWO, repository: repo('ghcr.io/o/a') }]);
  });
});

describe('forced', () => {
  test('another revision is built over', async () => {
    const found = await planBuilds(
      ['quay.io/o/a'],
      [seen('quay.io/o/a', present(ONE, OTHER), { forced: true })],
      REVISION,
    );
    expect(found).toEqual({ finished: [], refused: [] });
  });

  test('force does not rebuild what is of this commit', async () => {
    const found = await planBuilds(
      ['quay.io/o/a'],
      [seen('quay.io/o/a', present(ONE, REVISION), { forced: true })],
      REVISION,
    );
    expect(found.finished).toHaveLength(1);
  });

  test('force does not help against a registry that does not tell', async () => {
    const found = await planBuilds(
      ['quay.io/o/a'],
      [seen('quay.io/o/a', unknown, { forced: true })],
      REVISION,
    );
    expect(found.refused).toHaveLength(1);
  });
});

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
