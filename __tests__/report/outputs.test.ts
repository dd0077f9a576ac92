import { describe, expect, test } from '@jest/globals';
import type { Release } from '../../src/builds/release.js';
import type { BuildConfig } from '../../src/config/model.js';
import type { SourceState } from '../../src/plan/model.js';
import { classify } from '../../src/policy/policy.js';
import { buildOutputs } from '../../src/report/outputs.js';
import { build, definition, FACTS, selected } from '../support/builds.js';
import { policyOf } from '../support/policies.js';
import { resolved } from '../support/release.js';
import { digestOf } from '../support/wanted.js';

type BuildOutputInput = Parameters<typeof buildOutputs>[0];

const FOUR = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/s390x'];

async function release(state: SourceState, policy = 'policy: wmcore'): Promise<Release> {
  const decision = await resolved(policy, 'refs/tags/1.2.3');
  return {
    names: {
      policy: policyOf(policy),
      decision,
      resolved: decision,
      unknown: null,
      tagLists: new Map(),
      today: '20211101',
    },
    wanted: [],
    builds: [],
    states: new Map([['reg.example/a', state]]),
    selected: [selected(build('reg.example/a', { platforms: FOUR }))],
    stages: [],
  };
}
const of = (input: Partial<BuildOutputInput>) =>
  buildOutputs({
    config: { runners: {} },
    release: null,
    made: null,
    source: FACTS,
    defaults: {},
    partial: false,
    ...input,
  });

describe('matrix', () => {
  test('a job for each platform of what is to be built; the label of runners, or a native machine, or any', async () => {
    const runners = { 'linux/s390x': 'z-machine', 'linux/arm64/v8': 'my-arm' };
    const { matrix } = of({ release: await release({ state: 'to-build' }), config: { runners } });
    expect(JSON.parse(matrix ?? '')).toEqual({
      include: [
        { image: 'reg.example/a', platform: 'linux/amd64', runner: 'ubuntu-24.04' },
        { image: 'reg.example/a', platform: 'linux/arm64', runner: 'my-arm' },
        { image: 'reg.example/a', platform: 'linux/arm/v7', runner: 'ubuntu-24.04' },
        { image: 'reg.example/a', platform: 'linux/s390x', runner: 'z-machine' },
      ],
    });
  });

  test.each<SourceState>([
    { state: 'refused', code: 'unknown', text: '' },
    {
      state: 'present',
      digest: digestOf('a'),
      manifest: null,
      facts: null,
      repository: { registry: 'r', repository: 'a' },
    },
  ])('is empty when nothing is to be built: $state', async (state) => {
    expect(of({ release: await release(state) })).toMatchObject({ matrix: '{"include":[]}' });
  });
});

describe('labels and annotations', () => {
  const POLICY =
    "policy:\n  rules: [{ class: final, git_tag: '{v:text}', tag: '{v}', labels: { org.example.line: 'v{v}', org.opencontainers.image.title: mine } }]\n";
  const linesOf = async (configs: readonly BuildConfig[], defaults = {}) => {
    const made = { ...(await release({ state: 'to-build' }, POLICY)), selected: configs.map(selected) };
    const { labels = '', annotations = '' } = of({ release: made, defaults });
    return { labels: labels.split('\n'), annotations: annotations.split('\n') };
  };
  const OCI = [
    'org.opencontainers.image.created=2026-01-02T03:04:05.000Z',
    'org.opencontainers.image.licenses=Apache-2.0',
    `org.opencontainers.image.revision=${FACTS.revision}`,
    'org.opencontainers.image.source=https://github.com/dmwm/CMSKubernetes',
    'org.opencontainers.image.title=mine',
    'org.opencontainers.image.url=https://github.com/dmwm/CMSKubernetes',
    'org.opencontainers.image.version=1.2.3',
  ];

  test('labels of the rule are labels; a title is one in both; both as docker/metadata-action prints them', async () => {
    const { labels, annotations } = await linesOf([build('reg.example/a')]);
    expect(labels).toEqual(['org.example.line=v1.2.3', ...OCI]);
    expect(annotations).toEqual(OCI.map((line) => `manifest:${line}`));
  });

  test('are those of the image, with labels and annotations of its entry', async () => {
    const entry = build('reg.example/a', {
      labels: { my: '{tag}', 'org.opencontainers.image.title': 'Entry' },
      annotations: { 'index:only.index': 'x', both: '{tag}' },
    });
    const { labels, annotations } = await linesOf([entry]);
    expect(labels).toContain('my=1.2.3');
    expect(labels).toContain('org.opencontainers.image.title=Entry');
    expect(annotations).toContain('manifest:org.opencontainers.image.title=Entry');
    expect(annotations).toContain('manifest:both=1.2.3');
    expect(annotations).toContain('index:only.index=x');
    expect(annotations.join()).not.toContain('my=');
  });

  test('say what the bake definition says', async () => {
    const entry = build('reg.example/a', {
      labels: { my: 'own', 'org.opencontainers.image.title': 'Entry' },
      annotations: { both: 'x' },
      platforms: FOUR,
    });
    const { labels, annotations } = await linesOf([entry]);
    const decision = {
      class: 'final' as const,
      version: '1.2.3',
      labels: { 'org.example.line': 'v1.2.3', 'org.opencontainers.image.title': 'mine' },
    };
    for (const split of [false, true]) {
      const made = definition(entry, { decision, split });
      const target = Object.values(made.file.target)[0]!;
      const keys = annotations.map((line) => line.replace('manifest:', ''));
      expect(
        Object.entries(target.labels!)
          .map(([key, value]) => `${key}=${value}`)
          .sort(),
      ).toEqual(labels);
      expect(target.annotations?.map((line) => line.replace(/^(?:index,)?manifest:/, '')).sort()).toEqual(
        keys.sort(),
      );
      const index = made.indexAnnotations.get('reg.example/a')!;
      expect(
        Object.entries(index)
          .map(([key, value]) => `${key}=${value}`)
          .sort(),
      ).toEqual(keys);
    }
  });

  test('of several images, what all have in common', async () => {
    const entries = ['1', '2'].map((n) =>
      build(`reg.example/${n}`, {
        labels: { own: n, same: 'x' },
        annotations: n === '1' ? { both: 'x', one: 'y' } : { both: 'x', 'index:one': 'y' },
      }),
    );
    const { labels, annotations } = await linesOf(entries);
    expect(labels).toContain('same=x');
    expect(labels.join()).not.toContain('own=');
    expect(annotations).toContain('manifest:both=x');
    expect(annotations.join()).not.toContain('one=');
  });

  test('without builds the input labels is in them, for another builder', async () => {
    const defaults = { labels: { 'my.l': 'x, {tag}', 'org.opencontainers.image.title': 'Mine' } };
    const { labels, annotations } = await linesOf([], defaults);
    expect(labels).toContain('my.l=x, 1.2.3');
    expect(labels).toContain('org.opencontainers.image.title=Mine');
    expect(annotations).toContain('manifest:org.opencontainers.image.title=Mine');
    expect(annotations.join()).not.toContain('my.l');
  });

  test('are empty for a ref without names, and for a commit that is not known', async () => {
    const policy = policyOf('policy: wmcore');
    const decision = classify(policy, { kind: 'branch', name: 'x' });
    const none: Release = {
      ...(await release({ state: 'to-build' })),
      selected: [],
      names: { policy, decision, resolved: null, unknown: null, tagLists: new Map(), today: '20211101' },
    };
    const empty = { labels: '', annotations: '' };
    expect(of({ release: none })).toMatchObject(empty);
    expect(of({ release: await release({ state: 'to-build' }), source: null })).toMatchObject(empty);
    expect(of({})).toEqual({ ...empty, matrix: '{"include":[]}' });
  });
});

test('a job for one platform hands its digests on, and only such a job does', async () => {
  const target = {
    name: 'a',
    image: 'reg.example/a',
    repository: { registry: 'reg.example', repository: 'a' },
    platforms: ['linux/arm64'],
    pushed: true,
    split: true,
    context: '.',
    dockerfile: 'Dockerfile',
    stage: null,
    paths: [],
    origin: build('reg.example/a').origin,
  };
  const made = { outcomes: [], results: new Map(), targets: [{ target, digest: digestOf('d') }] };
  const input = { release: await release({ state: 'to-build' }), made };
  expect(JSON.parse(of({ ...input, partial: true })['digests'] ?? '')).toEqual({
    'reg.example/a': { 'linux/arm64': digestOf('d') },
  });
  expect(of({ ...input, partial: false })).not.toHaveProperty('digests');
  expect(of({ ...input, made: null, partial: true })).toMatchObject({ digests: '{}' });
});
