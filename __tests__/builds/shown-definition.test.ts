import { describe, expect, test } from '@jest/globals';
import { buildsToMake } from '../../src/builds/build.js';
import { definitionInput } from '../../src/builds/definition.js';
import { buildsOfRun } from '../../src/builds/inputs.js';
import { namesOf } from '../../src/classify.js';
import { type Release } from '../../src/builds/release.js';
import { observeParts, observe } from '../../src/observe.js';
import type { Plan, SourceState } from '../../src/plan/model.js';
import { plan } from '../../src/plan/plan.js';
import { wantBuilds } from '../../src/want.js';
import { FACTS, selected } from '../support/builds.js';
import { memoryRegistry, type MemoryRegistry } from '../support/memory-registry.js';
import { factsOf, policyOf } from '../support/policies.js';
import { builds, config, options, repository, resolved } from '../support/release.js';
import { digestOf } from '../support/wanted.js';

type DefinitionSettings = Parameters<typeof definitionInput>[2];

const SETTINGS: DefinitionSettings = {
  source: FACTS,
  inputSecrets: [],
  defaultProvenance: 'mode=min',
  sourceDateEpoch: undefined,
  trusted: true,
  insecure: [],
  platform: '',
};
const TO_BUILD: SourceState = { state: 'to-build' };

/** A release of 1.2.3 under wmcore, its plan made against what the registry holds. */
async function planned(
  states: Readonly<Record<string, SourceState>>,
  registry: MemoryRegistry = memoryRegistry({}),
): Promise<{ release: Release; made: Plan }> {
  const names = Object.keys(states);
  const platforms = names.map((name) => `  - { name: ${name}, platforms: [linux/amd64, linux/arm64] }\n`);
  const all = buildsOfRun(config(`policy: wmcore\nbuilds:\n${platforms.join('')}`), options());
  const naming = await namesOf(
    policyOf('policy: wmcore'),
    factsOf('refs/tags/1.2.3'),
    [repository('reg.example/a')],
    {
      registry,
      concurrency: 1,
      claim: null,
    },
  );
  const wanted = wantBuilds(all, naming.resolved!, false);
  const release: Release = {
    names: naming,
    wanted,
    builds: all,
    states: new Map(Object.entries(states)),
    selected: all.map((build) => selected(build.config)),
    stages: [],
  };
  const outside = {
    gatekeeper: { judge: () => Promise.reject(new Error('no gates here')) },
    registry,
    subject: () => ({ home: '', commit: { why: '' } }),
  };
  return {
    release,
    made: plan(wanted, await observe(wanted, registry, observeParts(release, outside), { concurrency: 1 })),
  };
}

const imagesOf = (made: readonly { config: { names: readonly { text: string }[] } }[]) =>
  made.map((build) => build.config.names[0]?.text);

describe('what is made', () => {
  test('every build that is not finished', async () => {
    const present: SourceState = {
      state: 'present',
      digest: digestOf('b'),
      manifest: null,
      facts: null,
      repository: repository('reg.example/b'),
    };
    const { release, made } = await planned(
      { 'reg.example/a': TO_BUILD, 'reg.example/b': present },
      memoryRegistry({ 'reg.example/b:1.2.3': digestOf('b') }),
    );
    expect(imagesOf(buildsToMake(release, made, ''))).toEqual(['reg.example/a']);
  });

  test('nothing, when any of the release is refused', async () => {
    const refused: SourceState = { state: 'refused', code: 'revision-mismatch', text: 'of another commit' };
    const { release, made } = await planned({ 'reg.example/a': TO_BUILD, 'reg.example/b': refused });
    expect(buildsToMake(release, made, '')).toEqual([]);
    expect(made.actions.map(({ action }) => action)).toEqual(['refuse', 'refuse', 'refuse', 'refuse']);
  });

  test('one platform of them, on a machine of several', async () => {
    const { release, made } = await planned({ 'reg.example/a': TO_BUILD, 'reg.example/b': TO_BUILD });
    const due = buildsToMake(release, made, 'linux/arm64/v8');
    expect(due.map(({ choice }) => choice)).toEqual([
      { build: ['linux/arm64'], push: ['linux/arm64'] },
      { build: ['linux/arm64'], push: ['linux/arm64'] },
    ]);
  });
});

describe('the input of the definition', () => {
  test('renders templates with the names of this run, and gives what is wrong with them as an answer', async () => {
    const decision = await resolved('policy: wmcore', 'refs/tags/1.2.3');
    const input = definitionInput(
      builds('reg.example/a').map((build) => selected(build.config)),
      decision,
      SETTINGS,
    );
    expect(input).toMatchObject({
      decision: { class: 'final', version: '1.2.3' },
      split: false,
      partial: false,
    });
    expect(input.render('TAG={tag} of {major}')).toEqual({ ok: true, value: 'TAG=1.2.3 of 1' });
    expect(input.render('{nonsense}')).toMatchObject({
      ok: false,
      what: expect.stringContaining('nonsense'),
    });
  });

  test('of one platform is split, for a job that joins', async () => {
    const decision = await resolved('policy: wmcore', 'refs/tags/1.2.3');
    const due = builds('reg.example/a').map((build) => selected(build.config));
    expect(definitionInput(due, decision, { ...SETTINGS, platform: 'linux/arm64' })).toMatchObject({
      split: true,
      partial: true,
    });
  });
});
