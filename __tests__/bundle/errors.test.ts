import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { EVENTS, workspace, type Workspace } from '../support/runner.js';
import { fill, NOTHING, TAG_FILE, tagged, untag } from '../support/story.js';

/** What a person got wrong: every problem at once, where it is, exit status 2, and nothing asked of a registry. */
let registry: EmbeddedRegistry;
let place: Workspace;
let from = 0;

beforeAll(async () => {
  registry = await startRegistry();
  fill(registry);
  place = workspace();
  place.file('.github/image-tags.yaml', TAG_FILE);
});
afterAll(async () => {
  await registry.close();
  place.remove();
});
beforeEach(() => {
  untag(registry);
  registry.faults.set([]);
  from = registry.requests.length;
});

const run = (inputs: Readonly<Record<string, string>>) =>
  place.action(EVENTS.push, { 'registry-map': `docker.io=${registry.host}`, ...inputs });

const BAD = `images:
  - name: docker.io/starlingx/k8s-cni-sriov
    src_build_tag: master
    tagz: stx.4.0-v2.2
  - name: docker.io/Starlingx/Upper
    src_build_tag: master
    tag: 1.10
`;

test('a bad tag file: an annotation for every mistake, each on its line and column', async () => {
  place.file('bad.yaml', BAD);
  const done = await run({ config: 'bad.yaml' });
  expect(done).toMatchObject({ code: 2, report: null });
  // Every output of a run is set, and what is JSON is something that fromJSON takes.
  const outputs = Object.keys((parse(readFileSync('action.yml', 'utf8')) as { outputs: object }).outputs);
  expect(Object.keys(done.outputs).sort()).toEqual(outputs.sort());
  const json = ['digests', 'changed', 'counts', 'drift', 'plan', 'matrix'].map(
    (name) => done.outputs[name] ?? '',
  );
  expect(json.map((text): unknown => JSON.parse(text))).toMatchObject([
    {},
    false,
    { create: 0, refuse: 0 },
    [],
    { actions: [] },
    { include: [] },
  ]);
  const errors = done.commands.map(({ name, properties, text }) => ({ name, ...properties, text }));
  expect(errors).toEqual([
    { name: 'error', file: 'bad.yaml', line: '2', col: '5', text: expect.stringContaining('tag') },
    { name: 'error', file: 'bad.yaml', line: '4', col: '5', text: expect.stringContaining('"tagz"') },
    { name: 'error', file: 'bad.yaml', line: '5', col: '11', text: expect.stringContaining('lower') },
    { name: 'error', file: 'bad.yaml', line: '7', col: '10', text: expect.stringContaining('quote it') },
  ]);
  expect(done.summary).toMatch(/^## Retag: nothing was done, the input has errors\n/);
  expect(done.summary.match(/^- /gm)).toHaveLength(4);
  expect(registry.requests).toHaveLength(from);
});

test.each<[string, Readonly<Record<string, string>>, readonly RegExp[]]>([
  [
    'two inputs',
    { command: 'aply', only: 'tags' },
    [/command: "aply".*auto, plan/, /only: "tags".*builds, images/],
  ],
  ['timeout', { timeout: 'soon' }, [/timeout: "soon".*30m/]],
  ['timeout', { timeout: '25h' }, [/timeout: "25h".*at most 24h/]],
  ['concurrency', { concurrency: '0' }, [/concurrency: "0".*from 1 to 256/]],
  ['registry-map', { 'registry-map': 'docker.io' }, [/registry-map: "docker.io"/]],
  ['insecure-registries', { 'insecure-registries': 'http://x' }, [/insecure-registries: "http:\/\/x"/]],
  ['force', { force: 'UPPER/x:y' }, [/force: /]],
  ['include-stages', { 'include-stages': 'test' }, [/include-stages: "test"/]],
  ['build-args', { 'build-args': '=A' }, [/build-args: "=A" is not a name and a value.*NAME=value/]],
  ['labels', { labels: 'A' }, [/labels: "A" is not a name and a value/]],
  ['lists', { secrets: 'A=1\n"B=2', platforms: '"a' }, [/platforms: .*line 1/, /secrets: .*line 2/]],
  ['digests', { digests: '{"x": 1}' }, [/digests: /]],
  ['policy', { policy: 'semvr' }, [/no preset "?semvr.*did you mean "semver"/]],
  ['config', { config: 'none.yaml' }, [/no tag file "none\.yaml"/]],
  ['sha', { sha: 'master' }, [/sha: .*40 hexadecimal/]],
  ['ref', { ref: 'refs/heads/a b' }, [/ref: /]],
])('input %s %j', async (_name, inputs, expected) => {
  const done = await run(inputs);
  expect(done).toMatchObject({ code: 2, outputs: {}, report: null });
  expect(done.commands.map(({ name }) => name)).toEqual(expected.map(() => 'error'));
  for (const [i, pattern] of expected.entries()) expect(done.commands[i]?.text).toMatch(pattern);
  // An input stands in no file, so there is no line to show it on.
  expect(done.commands.map(({ properties }) => properties)).toEqual(expected.map(() => ({})));
  expect(registry.requests).toHaveLength(from);
});

test('a value of a build that the inputs make is on no line either, and the text names the input', async () => {
  const build = { policy: 'semver', images: 'docker.io/o/app', context: '../x' };
  const done = await run({ ...build, command: 'plan', ref: 'refs/tags/v1.2.3', sha: 'a'.repeat(40) });
  expect(done).toMatchObject({ code: 2, report: null });
  expect(done.commands.filter(({ name }) => name === 'error')).toEqual([
    {
      name: 'error',
      properties: {},
      text: expect.stringMatching(/^action inputs: \S+o\/app: context: "\.\.\/x" is outside the workspace/),
    },
  ]);
});

test('sources that a plan lacks: a warning on the line of the build, and no failure', async () => {
  place.file('lacks.yaml', 'policy: semver\nbuilds:\n  - { name: docker.io/o/app, context: nowhere }\n');
  const about = { config: 'lacks.yaml', ref: 'refs/tags/v1.2.3', sha: 'a'.repeat(40) };
  const done = await run({ ...about, command: 'plan' });
  expect(done.code).toBe(0);
  expect(done.commands.filter(({ name }) => name === 'warning')).toMatchObject([
    { properties: { file: 'lacks.yaml', line: '3' }, text: expect.stringContaining('no context "nowhere"') },
    { properties: { file: 'lacks.yaml', line: '3' }, text: expect.stringContaining('no Dockerfile') },
  ]);
  expect(done.summary).toContain('apply would stop here');
});

describe('validate', () => {
  test('asks nobody', async () => {
    const done = await run({ command: 'validate' });
    expect(done).toMatchObject({ code: 0, report: { command: 'validate', actions: [] } });
    const sentence = 'The tag file is valid: 2 promotions, 0 builds and 0 rules.';
    expect(done.summary.trim()).toBe(`## Retag validate: ${sentence}`);
    expect(done.stdout).toContain(sentence);
    expect(done.commands).toEqual([]);
    expect(registry.requests).toHaveLength(from);
  });

  test('says what is doubtful', async () => {
    place.file(
      'doubt.yaml',
      "policy: { rules: [ { class: final, git_tag: 'v{n}', tags: [ 'v{n}', latest ] } ] }",
    );
    const done = await run({ command: 'validate', config: 'doubt.yaml' });
    expect(done.code).toBe(0);
    expect(done.commands[0]).toMatchObject({
      name: 'warning',
      text: expect.stringContaining('doubt.yaml:1:69: "latest" leaves {n} out'),
    });
  });

  test('finds what a run would not look at', async () => {
    place.file('unused.yaml', `builds: [{ name: docker.io/x/y }]\n${TAG_FILE}`);
    const done = await run({ command: 'validate', config: 'unused.yaml', only: 'images' });
    expect(done).toMatchObject({ code: 2 });
    expect(done.commands).toMatchObject([
      { properties: { file: 'unused.yaml', line: '1' }, text: expect.stringContaining('policy') },
    ]);
  });
});

test('row 67: at the time limit the run ends, says so and has written nothing', async () => {
  registry.faults.set([
    { match: { kind: 'head-manifest' }, fault: { kind: 'stall', when: 'headers' }, times: 'always' },
  ]);
  const done = await run({ timeout: '1s' });
  expect(done).toMatchObject({ code: 1, report: { counts: { refuse: 3 } } });
  expect(done.stdout).toContain('the time limit of 1s for the whole run has passed');
  expect(tagged(registry)).toEqual(NOTHING);
});
