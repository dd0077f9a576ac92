/** A registry cache is written by a name, outside of every plan: never over a name that the policy or the plan has. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { UserError } from '../../src/errors.js';
import type { Request } from '../../src/request.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { testBuilder } from '../support/builder.js';
import { flow, flowRequest } from '../support/flow.js';
import { factsOf } from '../support/policies.js';

let registry: EmbeddedRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.close());

const build = (cache: string, more = '') =>
  `policy: semver\nbuilds:\n- name: docker.io/o/app\n  platforms: [linux/amd64]\n  ${cache}\n${more}`;

function run(file: string, changes: Partial<Request> = {}, ref = 'refs/tags/v1.0.0') {
  const builder = testBuilder(() => registry);
  const request = flowRequest('plan', file, {
    facts: factsOf(ref),
    registryMap: [`docker.io=${registry.host}`],
    ...changes,
  });
  return flow(request, { builder: () => builder });
}

async function problemsOf(done: Promise<unknown>): Promise<UserError['problems']> {
  const error: unknown = await done.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).problems;
}

describe('seam 29: a cache that would be written over a tag', () => {
  test.each([
    ['a channel', 'type=registry,ref=docker.io/o/app:latest', 'latest'],
    ['the primary tag of the run, in short', 'o/app:v1.0.0', 'v1.0.0'],
    ['a release that is not this one', 'type=registry,mode=max,ref=o/app:v7.0.0', 'v7.0.0'],
    ['a stable tag', 'type=registry,ref=o/app:v1.0.0-stable', 'v1.0.0-stable'],
    ['a pre-release', 'o/app:v1.0.0-rc1', 'v1.0.0-rc1'],
    ['no tag, which is latest', 'type=registry,ref=docker.io/o/app', 'latest'],
    ['a tag beside a digest', `type=registry,ref=o/app:1.0@sha256:${'0'.repeat(64)}`, '1.0'],
    ['quoted, in capitals', '"TYPE=Registry","REF=index.docker.io/o/app:latest"', 'latest'],
  ])('seam 29: %s is an error at its place', async (_, cache, tag) => {
    const problems = await problemsOf(run(build(`cache_to: [ 'type=gha', '${cache}' ]`)));
    expect(problems).toMatchObject([{ location: { file: 'image-tags.yaml', line: 5 } }]);
    expect(problems[0]?.what).toContain(
      `written over the tag ${registry.host}/o/app:${tag}: the rule semver/`,
    );
    expect(problems[0]?.hint).toContain('a tag of its own');
  });

  test('seam 29: validate says it too, and the input cache-to is checked', async () => {
    const file = build("cache_to: [ 'o/app:latest' ]");
    expect(await problemsOf(flow(flowRequest('validate', file)))).toHaveLength(1);
    const request = flowRequest('plan', build(''), { facts: factsOf('refs/tags/v1.0.0') });
    const defaults = { cacheTo: ['o/app:latest'] };
    const [problem] = await problemsOf(flow({ ...request, build: { ...request.build, defaults } }));
    expect(problem?.location).toBeUndefined();
    expect(problem?.what).toContain('cache_to');
  });

  test('seam 29: the tag of a promotion, in any repository', async () => {
    const images = "images: [ { name: o/base, src_build_tag: b, tag: '7' } ]\n";
    const file = build("cache_to: [ 'o/base:7' ]", images);
    const [problem] = await problemsOf(flow(flowRequest('validate', file)));
    expect(problem?.what).toContain('the entry at image-tags.yaml:6 promotes an image to it');
  });

  test('seam 29: a name of free text is refused when the plan has it, and no other', async () => {
    const rules = 'policy: { rules: [ { class: snapshot, git_tag: "**", tag: "{git_tag}" } ] }\n';
    const file = build("cache_to: [ 'o/app:nightly' ]").replace('policy: semver\n', rules);
    const [problem] = await problemsOf(run(file, {}, 'refs/tags/nightly'));
    expect(problem?.what).toContain('it is a tag of this run');
    expect(await run(file, {}, 'refs/tags/other')).toMatchObject({ exitCode: 0 });
  });

  test.each(['o/app:{tag}', 'type=registry,ref=o/App:x', `o/app:sha256-${'0'.repeat(64)}.sig`])(
    'seam 29: %s is no reference of a cache',
    async (cache) => {
      expect(await problemsOf(run(build(`cache_to: [ '${cache}' ]`)))).toHaveLength(1);
    },
  );
});

describe('seam 29: what is left alone', () => {
  test.each([
    'o/app:buildcache',
    'o/app:cache-amd64',
    'o/cache:latest',
    'quay.io/o/app:latest',
    'type=inline',
  ])('seam 29: %s', async (cache) => {
    expect(await run(build(`cache_to: [ '${cache}' ]`))).toMatchObject({ exitCode: 0 });
  });

  test('seam 29: a cache that is only read may be an image', async () => {
    expect(await run(build("cache_from: [ 'o/app:latest' ]"))).toMatchObject({ exitCode: 0 });
  });
});

test('seam 29: a rehearsal reads and writes the caches of the other registry', async () => {
  const builder = testBuilder(() => registry);
  const digest = `sha256:${'0'.repeat(64)}`;
  const file = build(
    `cache_from: [ 'o/app', 'o/app@${digest}', 'quay.io/o/app:b' ]\n  cache_to: [ 'type=registry,mode=max,ref=o/app:b' ]`,
  );
  const request = flowRequest('apply', file, {
    facts: factsOf('refs/tags/v1.0.0'),
    registryMap: [`docker.io=${registry.host}/rehearsal`],
  });
  expect(await flow(request, { builder: () => builder })).toMatchObject({ exitCode: 0 });
  const at = `type=registry,ref=${registry.host}/rehearsal/o/app`;
  expect(Object.values(builder.baked[0]?.file.target ?? {})).toMatchObject([
    {
      'cache-from': [at, `${at}@${digest}`, 'type=registry,ref=quay.io/o/app:b'],
      'cache-to': [`type=registry,mode=max,ref=${registry.host}/rehearsal/o/app:b`],
    },
  ]);
});
