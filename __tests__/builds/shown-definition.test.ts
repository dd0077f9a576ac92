import { describe, expect, test } from '@jest/globals';
import { definitionInput } from '../../src/builds/definition.js';
import type { SourceState } from '../../src/plan/model.js';
import { plannedRelease as planned, TO_BUILD, toBuild } from '../support/building.js';
import { FACTS, selected } from '../support/builds.js';
import { memoryRegistry } from '../support/memory-registry.js';
import { builds, repository, resolved } from '../support/release.js';
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
    const done = await planned(
      { 'reg.example/a': TO_BUILD, 'reg.example/b': present },
      memoryRegistry({ 'reg.example/b:1.2.3': digestOf('b') }),
    );
    expect(imagesOf((await toBuild(done))!.builds)).toEqual(['reg.example/a']);
  });

  test('nothing, when any of the release is refused', async () => {
    const refused: SourceState = { state: 'refused', code: 'revision-mismatch', text: 'of another commit' };
    const done = await planned({ 'reg.example/a': TO_BUILD, 'reg.example/b': refused });
    expect(await toBuild(done)).toBeNull();
    expect(done.made.actions.map(({ action }) => action)).toEqual(['refuse', 'refuse', 'refuse', 'refuse']);
  });

  test('one platform of them, on a machine of several', async () => {
    const done = await planned({ 'reg.example/a': TO_BUILD, 'reg.example/b': TO_BUILD });
    const due = await toBuild(done, 'linux/arm64/v8');
    expect(due?.builds.map(({ choice }) => choice)).toEqual([
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
