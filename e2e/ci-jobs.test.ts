/** The jobs of ci/ that people copy, run by the real parts of their systems as far as those can be had. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Ajv from 'ajv';
import { parse } from 'yaml';

import { CLI } from './support/retag.js';
import {
  access,
  binary,
  cacheBin,
  digestAt,
  type Finished,
  makeImage,
  pushImage,
  type RealRegistry,
  run,
  runOk,
  startRegistryV3,
  temporaryDirectory,
} from './support/stack.js';

const cache = dirname(cacheBin);
const python = join(cache, 'ci-jobs', 'bin', 'python');
const TAG_FILE = '.github/image-tags.yaml';
const GIT_IDENTITY = ['-c', 'user.name=Octo', '-c', 'user.email=octo@example.org'];

const directory = temporaryDirectory('ci-jobs');
const source = makeImage({ seed: 'source' });
const other = makeImage({ seed: 'other' });
let registry: RealRegistry;

beforeAll(async () => {
  registry = await startRegistryV3();
}, 60_000);
afterAll(async () => {
  await registry.stop();
  directory.remove();
});

interface Project {
  readonly path: string;
  readonly head: string;
  readonly name: string;
  /** where the source tag is another image than the tag that exists */
  readonly refusedLine: number;
}

/** A repository with a tag file of two entries: one to create, and one that is refused where `refused` says so. */
async function project(name: string, refused: boolean, on = registry): Promise<Project> {
  const path = join(directory.path, name);
  const entry = (tag: string): string =>
    `  - name: ${on.host}/${name}\n    src_build_tag: src\n    tag: ${tag}\n`;
  mkdirSync(join(path, '.github'), { recursive: true });
  writeFileSync(join(path, TAG_FILE), `images:\n${entry('v1')}${entry('v2')}`);
  const git = (...words: string[]) => runOk('git', [...GIT_IDENTITY, ...words], { cwd: path });
  await git('init', '--quiet', '--initial-branch', 'master');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'Tag');
  const options = await access(on, name);
  await pushImage(on.base, name, source, ['src'], options);
  if (refused) await pushImage(on.base, name, other, ['v2'], options);
  const { stdout } = await git('rev-parse', 'HEAD');
  return { path, head: stdout.trim(), name, refusedLine: 5 };
}

const bare = { PATH: process.env['PATH'], HOME: directory.path, GIT_CONFIG_NOSYSTEM: '1' };
const digests = ({ name }: Project) =>
  Promise.all(['v1', 'v2'].map((tag) => digestAt(registry.base, name, tag)));
const shown = (done: Finished): string => `${String(done.status)}\n${done.stdout}${done.stderr}`;

describe('Zuul', () => {
  /** Runs a playbook as the executor does, with its zuul_return, and gives what was returned. */
  async function play(name: 'plan' | 'apply', { path, head }: Project, item: object, vars: object = {}) {
    const jobs = temporaryDirectory('zuul');
    const results = join(jobs.path, 'work', 'results.json');
    mkdirSync(dirname(results));
    writeFileSync(results, '');
    const zuul = {
      pipeline: 'check',
      branch: 'master',
      project: { src_dir: path, canonical_hostname: 'opendev.org' },
      ...item,
    };
    const extra = {
      zuul,
      retag_directory: path,
      retag_command: [process.execPath, CLI],
      // A change that nobody reviewed may connect to no private host that an argument does not name.
      retag_arguments: ['--insecure-registry', registry.host],
      ansible_python_interpreter: python,
      ...vars,
    };
    const words = ['-i', 'localhost,', '-c', 'local', `ci/zuul/playbooks/${name}.yaml`];
    const { stdout: plugins } = await runOk(python, [
      '-c',
      'import os, zuul.ansible; print(os.path.join(os.path.dirname(zuul.ansible.__file__), "base", "action"))',
    ]);
    const done = await run(binary('ansible-playbook'), [...words, '-e', JSON.stringify(extra)], {
      env: {
        ...bare,
        ANSIBLE_ROLES_PATH: resolve('ci/zuul/roles'),
        ANSIBLE_ACTION_PLUGINS: plugins.trim(),
        ANSIBLE_NOCOLOR: '1',
        ZUUL_JOBDIR: jobs.path,
      },
      timeout: 100_000,
    });
    const text = readFileSync(results, 'utf8');
    jobs.remove();
    expect(head).toMatch(/^[0-9a-f]{40}$/);
    return {
      done,
      returned: text === '' ? null : (JSON.parse(text) as { data: { zuul: Comments } }).data.zuul,
    };
  }
  interface Comments {
    readonly file_comments: Readonly<Record<string, { line: number; level: string; message: string }[]>>;
  }
  const change = { ref: 'refs/changes/34/1234/5', change: '1234', post_review: false };

  test('the jobs are what Zuul reads', async () => {
    const { stdout } = await runOk(python, [
      '-c',
      'import os, zuulcilint; print(os.path.join(os.path.dirname(zuulcilint.__file__), "zuul-schema.json"))',
    ]);
    const files = ['ci/zuul/jobs.yaml', 'examples/starlingx/zuul.yaml'];
    await runOk(binary('check-jsonschema'), ['--schemafile', stdout.trim(), ...files]);
  });

  test('a change gets a comment on the line of what is refused, and nothing is written', async () => {
    const made = await project('zuul-change', true);
    const { done, returned } = await play('plan', made, { ...change, commit_id: made.head });
    expect(shown(done)).toMatch(/retag plan ended with exit status 1/);
    expect(shown(done)).toContain('exists as sha256:');
    expect(returned?.file_comments).toEqual({
      [TAG_FILE]: [
        { line: made.refusedLine, level: 'error', message: expect.stringContaining('exists as sha256:') },
      ],
    });
    const check =
      'import json, sys; from zuul.lib import filecomments; filecomments.validate(json.loads(sys.argv[1]))';
    await runOk(python, ['-c', check, JSON.stringify(returned?.file_comments)]);
    expect(await digests(made)).toEqual([null, other.root.digest]);
  });

  test('a mistake in the tag file is a comment, too', async () => {
    const made = await project('zuul-mistake', false);
    writeFileSync(join(made.path, TAG_FILE), 'images:\n  - { name: a/b, src_build_tag: c, tga: d }\n');
    const { returned } = await play('plan', made, { ...change, commit_id: made.head });
    expect(returned?.file_comments[TAG_FILE]).toContainEqual({
      line: 2,
      level: 'error',
      message: 'unknown key "tga"; write "tag"',
    });
  });

  test.each([
    ['promote, for a merged change', { ...change, pipeline: 'promote' }, { retag_merged: true }],
    ['post, for a branch', { ref: 'refs/heads/master', pipeline: 'post', post_review: true }, {}],
  ])('what was merged is applied in %s', async (what, item, vars) => {
    const made = await project(`zuul-${what.slice(0, 4)}`, false);
    const newrev = 'change' in item ? {} : { newrev: made.head };
    const { done, returned } = await play('apply', made, { ...item, ...newrev }, vars);
    expect({ status: done.status, log: done.status === 0 ? '' : shown(done) }).toEqual({
      status: 0,
      log: '',
    });
    expect(returned).toBeNull();
    expect(await digests(made)).toEqual([source.root.digest, source.root.digest]);
    const again = await play('apply', made, { ...item, ...newrev }, vars);
    expect(shown(again.done)).toContain('nothing to do, 2 tags already right');
  });

  test('the logins of a secret are used, and not left behind or printed', async () => {
    const locked = await startRegistryV3({ auth: 'basic' });
    try {
      const made = await project('zuul-logins', false, locked);
      const { name: username, password } = locked.writer!;
      const { done } = await play(
        'apply',
        made,
        { ref: 'refs/heads/master', newrev: made.head, pipeline: 'post', post_review: true },
        { retag_registries: { [locked.host]: { username, password } } },
      );
      expect({ status: done.status, log: done.status === 0 ? '' : shown(done) }).toEqual({
        status: 0,
        log: '',
      });
      expect(shown(done)).not.toContain(Buffer.from(`${username}:${password}`).toString('base64'));
      expect(shown(done)).toMatch(/Remove the logins[^]*changed: \[localhost\]/);
      const options = await access(locked, made.name);
      expect(await digestAt(locked.base, made.name, 'v1', options)).toBe(source.root.digest);
    } finally {
      await locked.stop();
    }
  });
});

describe('GitLab', () => {
  /** Runs one job of the component by gitlab-ci-local, on this machine, in a pipeline with these variables. */
  async function job(name: string, { path }: Project, variables: Record<string, string>) {
    const command = `${process.execPath} ${CLI}`;
    const inputs = { command, arguments: `--insecure-registry ${registry.host}` };
    writeFileSync(join(path, 'template.yml'), readFileSync('ci/gitlab/template.yml'));
    writeFileSync(
      join(path, '.gitlab-ci.yml'),
      JSON.stringify({ stages: ['test', 'deploy'], include: [{ local: '/template.yml', inputs }] }),
    );
    await runOk('git', [...GIT_IDENTITY, 'add', '.'], { cwd: path });
    await runOk('git', [...GIT_IDENTITY, 'commit', '--quiet', '--amend', '--no-edit'], { cwd: path });
    await runOk('git', ['remote', 'add', 'origin', 'https://gitlab.example/group/app.git'], { cwd: path });
    const set = Object.entries(variables).flatMap(([key, value]) => ['--variable', `${key}=${value}`]);
    const tool = join(cache, 'gitlab-ci-local', 'node_modules', 'gitlab-ci-local', 'dist', 'index.js');
    const words = [tool, '--force-shell-executor', '--no-artifacts-to-source', ...set, name];
    const done = await run(binary('node24'), words, { cwd: path, env: bare, timeout: 100_000 });
    const report = join(path, '.gitlab-ci-local', 'artifacts', name, 'retag.xml');
    return { done, xml: () => readFileSync(report, 'utf8') };
  }

  test('a merge request gets the plan as a test report', async () => {
    const made = await project('gitlab-change', true);
    const { done, xml } = await job('retag-plan', made, {
      CI_PIPELINE_SOURCE: 'merge_request_event',
      CI_MERGE_REQUEST_IID: '5',
    });
    expect(shown(done)).toMatch(/exists as sha256:/);
    expect(done.status).toBe(1);
    expect(xml()).toContain('tests="2" failures="1" errors="0" skipped="0"');
    const count =
      'import sys, xml.etree.ElementTree as t; print(len(t.fromstring(sys.argv[1]).findall(".//testcase")))';
    expect((await runOk(python, ['-c', count, xml()])).stdout.trim()).toBe('2');
    expect(await digests(made)).toEqual([null, other.root.digest]);
  });

  test('the default branch is applied', async () => {
    const made = await project('gitlab-branch', false);
    const { done, xml } = await job('retag-apply', made, {
      CI_PIPELINE_SOURCE: 'push',
      CI_DEFAULT_BRANCH: 'master',
    });
    expect({ status: done.status, log: done.status === 0 ? '' : shown(done) }).toEqual({
      status: 0,
      log: '',
    });
    expect(xml()).toContain('tests="2" failures="0" errors="0" skipped="0"');
    expect(await digests(made)).toEqual([source.root.digest, source.root.digest]);
  });
});

const shell = (script: string, words: readonly string[], cwd: string, env: Record<string, string>) =>
  run('/bin/sh', ['-c', script, 'sh', ...words], { cwd, env: { ...bare, ...env }, timeout: 100_000 });
const started = (): string => `${process.execPath} ${CLI}`;

describe('Tekton', () => {
  interface Task {
    readonly spec: {
      readonly params: readonly { readonly name: string; readonly default?: string | string[] }[];
      readonly steps: readonly [{ readonly script: string; readonly env: { name: string; value: string }[] }];
    };
  }
  const task = parse(readFileSync('ci/tekton/task.yaml', 'utf8')) as Task;

  test('the task is one, by the definition that a cluster has', () => {
    const text = readFileSync(join(cache, 'schemas', 'tekton-task.yaml'), 'utf8');
    const { spec } = parse(text) as {
      spec: {
        versions: { name: string; schema: { openAPIV3Schema: { properties: Record<string, object> } } }[];
      };
    };
    const schema = spec.versions.find(({ name }) => name === 'v1')!.schema.openAPIV3Schema;
    strict(schema);
    // What every object of Kubernetes has is in no definition.
    schema.properties['metadata'] = { type: 'object' };
    const ajv = new Ajv.default({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(schema);
    expect(validate(task) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...task, spec: { ...task.spec, stepz: [] } })).toBe(false);
  });

  /** Unknown fields are errors, as with `kubectl apply --validate=strict`. */
  function strict(schema: unknown): void {
    if (typeof schema !== 'object' || schema === null) return;
    const open = 'x-kubernetes-preserve-unknown-fields' in schema || 'additionalProperties' in schema;
    if ('properties' in schema && !open) Object.assign(schema, { additionalProperties: false });
    Object.values(schema).forEach(strict);
  }

  /** Runs the step as Tekton does: its variables are put in, its script is a file, its arguments are words. */
  async function step({ path, head }: Project, given: Record<string, string>) {
    const counts = join(path, '..', 'counts.json');
    const params = new Map(task.spec.params.map((each) => [each.name, String(each.default ?? '')]));
    for (const [name, value] of Object.entries({ retag: started(), revision: head, ...given }))
      params.set(name, value);
    const filled = (text: string): string =>
      text
        .replace(/\$\(params\.([\w-]+)\)/g, (_, name: string) => params.get(name) ?? '')
        .replace('$(results.counts.path)', counts)
        .replace('$(workspaces.registry.path)', '');
    const [{ script, env }] = task.spec.steps;
    const variables = Object.fromEntries(env.map(({ name, value }) => [name, filled(value)]));
    const words = ['--insecure-registry', registry.host];
    const done = await shell(filled(script), words, path, { ...variables, HOME: directory.path });
    return { done, counts: () => JSON.parse(readFileSync(counts, 'utf8')) as Record<string, number> };
  }
  const url = 'https://github.com/team/app';

  test('a pull request is planned', async () => {
    const made = await project('tekton-change', true);
    const fork = { 'repo-url': url, 'source-url': 'https://github.com/stranger/app' };
    const { done, counts } = await step(made, { event: 'pull_request', 'pull-request-number': '5', ...fork });
    expect(done.status).toBe(1);
    expect(counts()).toMatchObject({ create: 1, refuse: 1 });
    const refused = await step(made, { command: 'apply', event: 'pull_request', ...fork });
    expect(shown(refused.done)).toContain('retag apply is refused on pull_request');
    expect(await digests(made)).toEqual([null, other.root.digest]);
  });

  test.each<[string, Record<string, string>]>([
    ['a push', { event: 'push', 'source-branch': 'master', 'repo-url': url, 'source-url': url }],
    ['a run that says what it is for', { ref: 'refs/heads/master' }],
  ])('%s is applied', async (what, given) => {
    const made = await project(`tekton-${what.length}`, false);
    const { done, counts } = await step(made, { command: 'apply', ...given });
    expect({ status: done.status, log: done.status === 0 ? '' : shown(done) }).toEqual({
      status: 0,
      log: '',
    });
    expect(counts()).toMatchObject({ create: 2 });
    expect(await digests(made)).toEqual([source.root.digest, source.root.digest]);
  });
});

describe('Prow', () => {
  type Jobs = Record<string, { spec: { containers: { args: string[] }[] } }[]>;
  const jobs = parse(readFileSync('ci/prow/jobs.yaml', 'utf8')) as Record<'presubmits' | 'postsubmits', Jobs>;
  const common = {
    CI: 'true',
    PROW_JOB_ID: '1',
    REPO_OWNER: 'team',
    REPO_NAME: 'app',
    PULL_BASE_REF: 'master',
  };

  const job = (kind: 'presubmits' | 'postsubmits', made: Project, env: Record<string, string>) => {
    const [line = ''] = Object.values(jobs[kind])[0]![0]!.spec.containers[0]!.args;
    const script = line.replace('npx --yes retag@1', started());
    expect(script).not.toBe(line);
    const more = script.replace('--format', `--insecure-registry ${registry.host} --format`);
    return shell(more, [], made.path, {
      ...common,
      ARTIFACTS: directory.path,
      PULL_BASE_SHA: made.head,
      ...env,
    });
  };
  const xml = (): string => readFileSync(join(directory.path, 'junit_retag.xml'), 'utf8');

  test('a presubmit leaves the plan, and a postsubmit applies', async () => {
    const refused = await project('prow-change', true);
    const pull = { JOB_TYPE: 'presubmit', PULL_NUMBER: '5', PULL_PULL_SHA: refused.head };
    expect((await job('presubmits', refused, pull)).status).toBe(1);
    expect(xml()).toContain('<testsuites name="retag plan" tests="2" failures="1"');
    const made = await project('prow-branch', false);
    const done = await job('postsubmits', made, { JOB_TYPE: 'postsubmit' });
    expect({ status: done.status, log: done.status === 0 ? '' : shown(done) }).toEqual({
      status: 0,
      log: '',
    });
    expect(xml()).toContain('<testsuites name="retag apply" tests="2" failures="0"');
    expect(await digests(made)).toEqual([source.root.digest, source.root.digest]);
  });
});

test('SARIF is valid by the schema of 2.1.0, for results and for mistakes', async () => {
  const schema = JSON.parse(readFileSync(join(cache, 'schemas', 'sarif-2.1.0.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  // The validator knows draft 7, which differs in nothing that this schema uses.
  delete schema['$schema'];
  delete schema['id'];
  const ajv = new Ajv.default({
    strict: false,
    allErrors: true,
    validateFormats: false,
    unicodeRegExp: false,
  });
  const validate = ajv.compile(schema);
  const made = await project('sarif', true);
  const mistake = join(made.path, 'mistake.yaml');
  writeFileSync(mistake, 'images: [ { tga: v1 } ]\n');
  for (const words of [['plan'], ['plan', mistake], ['plan', '--settle', 'soon']]) {
    const { stdout } = await run(process.execPath, [CLI, ...words, '--format', 'sarif'], {
      cwd: made.path,
      env: bare,
      timeout: 100_000,
    });
    expect(validate(JSON.parse(stdout)) ? [] : validate.errors).toEqual([]);
  }
});
