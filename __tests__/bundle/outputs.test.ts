import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { COMMIT, EVENTS, workspace, type RunnerEvent, type Workspace } from '../support/runner.js';
import { digestOf, fill, references, TAG_FILE, untag, WANTED, writes } from '../support/story.js';

/** What the action leaves behind: outputs, summary, annotations, report file. */
let registry: EmbeddedRegistry;
let place: Workspace;

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
});

const run = (
  event: RunnerEvent,
  inputs: Readonly<Record<string, string>> = {},
  env: NodeJS.ProcessEnv = {},
) => place.action(event, { 'registry-map': `docker.io=${registry.host}`, ...inputs }, { env });
const names = (): string[] => {
  const action = parse(readFileSync('action.yml', 'utf8')) as { outputs: object };
  return Object.keys(action.outputs).sort();
};

describe('of promotions that were carried out', () => {
  test('every output that action.yml names has its value', async () => {
    const { outputs, report, summary, stdout } = await run(EVENTS.push);
    const [first = '', second = '', stable = ''] = references(registry);
    expect(Object.keys(outputs).sort()).toEqual(names());
    expect(outputs).toMatchObject({
      class: '',
      version: '',
      tags: [first, second, stable].join('\n'),
      'stable-tags': stable,
      digest: '',
      changed: 'true',
      labels: '',
      annotations: '',
      matrix: '{"include":[]}',
    });
    const repositories = [WANTED[0][0], WANTED[1][0]];
    expect(JSON.parse(outputs['digests'] ?? '')).toEqual(
      Object.fromEntries(repositories.map((name) => [`${registry.host}/${name}`, digestOf(name)])),
    );
    const counts = { build: 0, create: 3, move: 0, keep: 0, hold: 0, refuse: 0, failed: 0 };
    expect(JSON.parse(outputs['counts'] ?? '')).toEqual(counts);
    expect(JSON.parse(outputs['plan'] ?? '')).toEqual({ actions: report?.actions, counts });
    expect(report).toMatchObject({ version: 1, command: 'apply', counts, classification: null });
    expect(JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8'))).toEqual(report);
    expect(summary).toMatch(/^## Retag apply: 3 tags created\.\n/);
    expect(summary).toContain('```mermaid\n');
    expect(stdout.split('\n').filter((line) => line.startsWith('  + '))).toHaveLength(6);
  });

  test('digest is there when there is one image; report goes where it should', async () => {
    const single = TAG_FILE.slice(0, TAG_FILE.lastIndexOf('  - name'));
    place.file('one.yaml', single);
    const report = join(place.path, 'out', 'plan.json');
    const { outputs } = await run(EVENTS.push, { config: 'one.yaml', report });
    expect(outputs).toMatchObject({ digest: digestOf(WANTED[0][0]), report });
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ command: 'apply' });
  });

  test('a report that cannot go where it should is found before a registry is asked', async () => {
    const from = registry.requests.length;
    const { code, commands, summary, outputs } = await run(EVENTS.push, { report: place.path });
    expect(code).toBe(2);
    expect(commands).toMatchObject([
      {
        name: 'error',
        text: expect.stringContaining(`input report: "${place.path}" cannot be written: it is a folder`),
      },
    ]);
    expect(summary).toContain('the input has errors');
    expect(outputs).toMatchObject({ class: '', counts: expect.stringContaining('"create":0') });
    expect(registry.requests).toHaveLength(from);
  });

  test('a report that the disk has no room for costs exit status 1 and nothing else', async () => {
    const { code, commands, summary, outputs } = await run(EVENTS.push, { report: '/dev/full' });
    expect(code).toBe(1);
    expect(commands.filter(({ name }) => name === 'error')).toMatchObject([
      { name: 'error', text: 'the report: /dev/full could not be written: no space is left' },
    ]);
    expect(summary).toMatch(/^## Retag apply: 3 tags created\.\n/);
    expect(outputs).toMatchObject({ changed: 'true', report: '' });
    expect(Object.keys(outputs).sort()).toEqual(names());
  });

  test('row 31: a refused tag is an error on its line, with both digests; the others are written; exit status 1', async () => {
    const [[repository, tag]] = WANTED;
    const other = registry.manifest(WANTED[1][0], digestOf(WANTED[1][0]));
    registry.putManifest(repository, tag, other!);
    const done = await run(EVENTS.push);
    expect(done).toMatchObject({ code: 1, report: { counts: { create: 2, refuse: 1, failed: 0 } } });
    const [error] = done.commands.filter(({ name }) => name === 'error');
    expect(error?.properties).toMatchObject({ file: '.github/image-tags.yaml', line: '2', col: '5' });
    for (const digest of [digestOf(repository), other!.digest]) expect(error?.text).toContain(digest);
    expect(done.outputs['tags']).toBe(references(registry).slice(1).join('\n'));
    expect(registry.manifest(repository, tag)?.digest).toBe(other!.digest);
    expect(done.summary).toContain('### Refused or failed');
  });
});

describe('of a policy and images without a tag file', () => {
  const build = (more: Readonly<Record<string, string>> = {}) => ({
    config: '.github/image-tags.yaml',
    policy: 'wmcore',
    images: `${registry.host}/cms/reqmgr2`,
    platforms: 'linux/amd64,linux/arm64',
    command: 'plan',
    ...more,
  });
  let empty: Workspace;
  beforeAll(() => {
    empty = workspace();
  });
  afterAll(() => empty.remove());

  test('a plan on a git tag gives what docker/build-push-action needs', async () => {
    const { outputs, code, stdout } = await empty.action(EVENTS.tag, build(), {
      env: { SOURCE_DATE_EPOCH: '1700000000' },
    });
    const image = `${registry.host}/cms/reqmgr2`;
    expect(code).toBe(0);
    expect(outputs).toMatchObject({
      class: 'final',
      version: '2.3.4',
      tags: `${image}:2.3.4\n${image}:2.3.4-stable`,
      'stable-tags': `${image}:2.3.4-stable`,
      digest: '',
      changed: 'true',
    });
    expect(JSON.parse(outputs['matrix'] ?? '')).toEqual({
      include: [
        { image, platform: 'linux/amd64', runner: 'ubuntu-24.04' },
        { image, platform: 'linux/arm64', runner: 'ubuntu-24.04-arm' },
      ],
    });
    const label = 'org.opencontainers.image';
    const labels = [
      `${label}.created=2023-11-14T22:13:20.000Z`,
      `${label}.revision=${COMMIT}`,
      `${label}.source=https://github.com/dmwm/WMCore`,
      `${label}.title=WMCore`,
      `${label}.url=https://github.com/dmwm/WMCore`,
      `${label}.version=2.3.4`,
    ];
    expect(outputs['labels']?.split('\n')).toEqual(labels);
    expect(outputs['annotations']?.split('\n')).toEqual(labels.map((line) => `manifest:${line}`));
    // The definition of the build is part of the plan that people see.
    expect(stdout).toContain('push-by-digest=true');
  });

  test('inputs as docker/metadata-action and docker/build-push-action take them', async () => {
    const inputs = build({
      images: `# one of two\nname=${registry.host}/CMS/ReqMgr2\nname=${registry.host}/off,enable=false`,
      'build-args': '"FOO=bar, baz"\nFROM_JOB\nNOT_SET',
      labels: 'my.l=x, y\norg.opencontainers.image.title=Mine',
      timeout: '1h30m',
    });
    const { outputs, stdout, code } = await empty.action(EVENTS.tag, inputs, { env: { FROM_JOB: 'a=b' } });
    expect(code).toBe(0);
    expect(outputs['tags']?.split('\n')[0]).toBe(`${registry.host}/cms/reqmgr2:2.3.4`);
    expect(outputs['labels']).toContain('my.l=x, y\n');
    expect(outputs['labels']).toContain('image.title=Mine');
    expect(outputs['annotations']).toContain('manifest:org.opencontainers.image.title=Mine');
    expect(outputs['annotations']).not.toContain('my.l');
    expect(stdout).toContain('"FOO": "bar, baz"');
    expect(stdout).toContain('"FROM_JOB": "a=b"');
    expect(stdout).not.toContain('NOT_SET');
    expect(stdout).toContain('index,manifest:org.opencontainers.image.title=Mine');
  });

  test('row 97: a value with line breaks stays one value of one output', async () => {
    const payload = {
      ref: 'refs/tags/2.3.4',
      repository: {
        full_name: 'dmwm/WMCore',
        private: false,
        description: 'one\nevil=1\nlabels<<EOF\nEOF\r\nghadelimiter_0\n',
      },
    };
    const { outputs } = await empty.action({ ...EVENTS.tag, payload }, build());
    expect(Object.keys(outputs).sort()).toEqual(names());
    const label = 'org.opencontainers.image';
    const keys = outputs['labels']?.split('\n').map((line) => line.slice(0, line.indexOf('=')));
    expect(keys).toEqual(
      ['created', 'description', 'revision', 'source', 'title', 'url', 'version'].map(
        (key) => `${label}.${key}`,
      ),
    );
    expect(outputs['labels']).toContain(`${label}.description=one evil=1 labels<<EOF EOF ghadelimiter_0`);
  });

  test('a git tag that the policy leaves alone gives an empty class and no tag', async () => {
    const event = { ...EVENTS.push, payload: 'push-branch' };
    const { outputs, code } = await empty.action(event, build());
    expect(code).toBe(0);
    expect(outputs).toMatchObject({ class: '', version: '', tags: '', matrix: '{"include":[]}' });
  });
});

describe('where the runner takes less', () => {
  test('row 99: without GITHUB_OUTPUT and GITHUB_STEP_SUMMARY the run goes on, and the report is there', async () => {
    const done = await run(EVENTS.push, {}, { GITHUB_OUTPUT: undefined, GITHUB_STEP_SUMMARY: undefined });
    expect(done).toMatchObject({ code: 0, stderr: '', summary: '', report: { counts: { create: 3 } } });
  });
});

describe('foreign text', () => {
  test('threat 12: what a registry says never becomes a workflow command', async () => {
    const message = 'no\n::set-env name=NODE_OPTIONS::x\r\n##[error]y\n::add-mask::a';
    registry.faults.set([
      {
        match: { kind: 'put-manifest-tag' },
        fault: { kind: 'status', status: 403, message },
        times: 'always',
      },
    ]);
    const done = await run(EVENTS.push);
    expect(done.code).toBe(1);
    const obeyed = new Set(done.commands.map(({ name }) => name));
    expect([...obeyed].sort()).toEqual(['endgroup', 'error', 'group', 'warning']);
    const warnings = done.commands.filter(({ name }) => name === 'warning');
    expect(warnings.map(({ text }) => text)).toEqual([
      expect.stringContaining('nobody saw this plan on a pull request'),
    ]);
    expect(done.stdout).not.toMatch(/^\s*##\[/m);
    expect(done.commands.some(({ text }) => text.includes('set-env'))).toBe(true);
    expect(Object.keys(done.outputs).sort()).toEqual(names());
  });

  test('row 98: a branch name cannot add markup or mentions to the summary', async () => {
    const ref = 'refs/heads/x](evil.example)<img/src=x>@org/team';
    const event = { ...EVENTS.schedule, ref };
    place.file('policy.yaml', `policy: semver\n${TAG_FILE}`);
    const { summary, code } = await run(event, { config: 'policy.yaml' });
    expect(code).toBe(0);
    const shown = summary.split('\n').find((line) => line.includes('evil.example')) ?? '';
    const outsideCode = shown.replace(/`[^`]*`/g, '');
    expect(outsideCode).not.toMatch(/<img|\]\(evil|@org/);
  });
});

describe('a plan on a pull request', () => {
  test('says in the log and in the summary that it is one', async () => {
    const from = registry.requests.length;
    const done = await run(EVENTS.pullRequest);
    expect(done.summary).toMatch(/^## Retag plan: 3 tags to create\.\n/);
    expect(done.stdout).toMatch(/\nPlan: 3 tags to create\. .* Nothing was written\.\n/);
    expect(done.commands.map(({ name }) => name)).not.toContain('error');
    expect(done.outputs['changed']).toBe('true');
    expect(writes(registry.requests.slice(from))).toEqual([]);
  });
});
