import { describe, expect, test } from '@jest/globals';

import type { SourceState } from '../../src/plan/model.js';
import { buildOutputs, type BuildOutputInput } from '../../src/release/outputs.js';
import type { Release } from '../../src/release/release.js';
import { FACTS, build, selected } from '../builds/support.js';
import { digestOf } from '../support/wanted.js';
import { policyOf } from '../support/policies.js';
import { classify } from '../../src/policy/policy.js';
import { resolved } from './support.js';

const FOUR = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/s390x'];

async function release(state: SourceState, policy = 'policy: wmcore'): Promise<Release> {
  const decision = await resolved(policy, 'refs/tags/1.2.3');
  return {
    naming: { policy: policyOf(policy), decision, resolved: decision, unknown: null, tagLists: new Map() },
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
  test('what Retag sets itself and the labels of the rule, as docker/metadata-action prints them', async () => {
    const policy =
      "policy:\n  rules: [{ class: final, git_tag: '{v:text}', tag: '{v}', labels: { org.example.line: 'v{v}', org.opencontainers.image.title: mine } }]\n";
    const { labels, annotations } = of({ release: await release({ state: 'to-build' }, policy) });
    const lines = labels?.split('\n') ?? [];
    expect(lines).toEqual([...lines].sort());
    expect(lines).toContain('org.example.line=v1.2.3');
    expect(lines).toContain('org.opencontainers.image.title=mine');
    expect(lines).toContain('org.opencontainers.image.version=1.2.3');
    expect(lines).toContain(`org.opencontainers.image.revision=${FACTS.revision}`);
    expect(annotations?.split('\n')).toEqual(lines.map((line) => `manifest:${line}`));
  });

  test('are empty for a ref without names, and for a commit that is not known', async () => {
    const policy = policyOf('policy: wmcore');
    const decision = classify(policy, { kind: 'branch', name: 'x' });
    const none: Release = {
      ...(await release({ state: 'to-build' })),
      selected: [],
      naming: { policy, decision, resolved: null, unknown: null, tagLists: new Map() },
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
