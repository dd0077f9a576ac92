import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { formatDigests, parseDigests } from '../src/builds/machines.js';
import type { BakeDefinition } from '../src/builds/model.js';
import { image, index, seed } from '../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../testing/registry/server.js';
import { formatProblem, OperationError, UserError } from '../src/errors.js';
import { refuse } from '../src/plan/decide.js';
import type { Plan } from '../src/plan/model.js';
import { annotations } from '../src/report/annotations.js';
import { headline } from '../src/report/format.js';
import type { Log } from '../src/ports.js';
import type { Request } from '../src/request.js';
import { testBuilder, type TestBuilderOptions } from './support/builder.js';
import { recordedLog } from './support/memory-registry.js';
import { SOURCE, flow, flowRequest, tagsOf, writesOf, type FlowResult } from './support/flow.js';
import { factsOf, SHA } from './support/policies.js';

/** The flow as a library, on a registry over the wire. What each row of the table gives is in cases/. */
let registry: EmbeddedRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

function put(repository: string, tag: string, content: string): string {
  const made = index(
    ['linux/amd64', 'linux/arm64'].map((platform) => image({ platform, layers: [{ files: { content } }] })),
  );
  seed(registry, repository, tag, made);
  return made.digest;
}
const tags = (...repositories: string[]) => tagsOf(registry, repositories);
const entry = (name: string, more = ''): string =>
  `  - { name: '${registry.host}/${name}', src_build_tag: src, tag: '1'${more} }\n`;
const files = (...entries: string[]): string => `images:\n${entries.join('')}`;

describe('what a promotion costs', () => {
  const requests = async (tagFile: string): Promise<string[]> => {
    const from = registry.requests.length;
    expect((await flow(flowRequest('apply', tagFile))).exitCode).toBe(0);
    return registry.requests.slice(from).map(({ method }) => method);
  };

  test('a new tag in its own repository: five requests, one of them writes', async () => {
    put('app', 'src', 'one');
    const made = await requests(files(entry('app', ', attachments: ignore')));
    expect(made).toEqual(['HEAD', 'GET', 'GET', 'PUT', 'HEAD']);
    expect(made.filter((method) => method === 'PUT')).toHaveLength(1);
  });

  test('an unchanged entry: two HEAD requests; with src_digest one', async () => {
    const digest = put('app', 'src', 'one');
    put('app', '1', 'one');
    expect(await requests(files(entry('app')))).toEqual(['HEAD', 'HEAD']);
    expect(await requests(files(entry('app', `, src_digest: '${digest}'`)))).toEqual(['HEAD']);
  });

  test('one source for many tags is read once', async () => {
    put('app', 'src', 'one');
    const many = entry('app').replace("tag: '1'", "tags: ['1', '2', '3', '4', '5']");
    await flow(flowRequest('plan', files(many)));
    expect(registry.requests.filter(({ reference }) => reference === 'src')).toHaveLength(1);
  });
});

test('row 67: a time limit that passes while a large file is read is heard before the first stage', async () => {
  put('app', 'src', 'one');
  const controller = new AbortController();
  setTimeout(() => controller.abort(new OperationError('timeout', 'the time limit has passed; run again')));
  // Work that lets no timer run, as reading a file of 4 MiB does.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  const heard: boolean[] = [];
  const log = recordedLog();
  const stages: Log = {
    ...log,
    group: (title, body) => {
      heard.push(controller.signal.aborted);
      return log.group(title, body);
    },
  };
  const { signal } = controller;
  const done = await flow(flowRequest('apply', files(entry('app'))), { signal, log: stages });
  expect(heard[0]).toBe(true);
  expect(done.exitCode).toBe(1);
  expect(registry.requests).toEqual([]);
});

describe('between plan and write', () => {
  test('row 38: a competitor that writes first is not overwritten, and both digests are said', async () => {
    const ours = put('app', 'src', 'one');
    const theirs = put('app', 'other', 'two');
    const compete = (): void => registry.putManifest('app', '1', registry.manifest('app', 'other')!);
    registry.faults.set([
      {
        match: { kind: 'get-manifest', reference: '1' },
        fault: { kind: 'call', when: 'before', onRequest: compete },
      },
    ]);
    const done = await flow(flowRequest('apply', files(entry('app'))));
    expect(registry.faults.fired()).toEqual([1]);
    expect(done.exitCode).toBe(1);
    expect(done.report.actions).toMatchObject([{ outcome: 'failed', error: { code: 'mismatch' } }]);
    const text = done.report.actions[0]?.error?.text ?? '';
    expect(text).toContain(ours);
    expect(text).toContain(theirs);
    expect(writesOf(registry.requests)).toEqual([]);
  });

  test('rows 38 and 41: what reads back as something else is a failure, and is not written again', async () => {
    put('app', 'src', 'one');
    const theirs = put('app', 'other', 'two');
    const compete = (): void => registry.putManifest('app', '1', registry.manifest('app', 'other')!);
    registry.faults.set([
      { match: { kind: 'put-manifest-tag' }, fault: { kind: 'call', when: 'after', onRequest: compete } },
    ]);
    const done = await flow(flowRequest('apply', files(entry('app'))));
    expect(done.report.actions).toMatchObject([{ outcome: 'failed', error: { code: 'mismatch' } }]);
    expect(done.exitCode).toBe(1);
    expect(writesOf(registry.requests)).toHaveLength(1);
    expect(tags('app')['app:1']).toBe(theirs);
  });

  test('row 57: a source that moves meanwhile: what was planned is written, to every tag', async () => {
    const planned = put('app', 'src', 'one');
    const move = (): void => void put('app', 'src', 'two');
    registry.faults.set([
      {
        match: { kind: 'get-manifest', reference: 'src' },
        fault: { kind: 'call', when: 'after', onRequest: move },
      },
    ]);
    const done = await flow(flowRequest('apply', files(entry('app', ', stable: true'))));
    expect(done.exitCode).toBe(0);
    expect(tags('app')).toMatchObject({ 'app:1': planned, 'app:1-stable': planned });
    expect(tags('app')['app:src']).not.toBe(planned);
  });

  test('a run that was stopped writes nothing more, and says of each tag that it was not written', async () => {
    put('a', 'src', 'one');
    put('b', 'src', 'one');
    const controller = new AbortController();
    const stop = (plan: Plan): Promise<Plan> => {
      controller.abort(new OperationError('cancelled', 'stopped by a test'));
      return Promise.resolve(plan);
    };
    const done = await flow(flowRequest('apply', files(entry('a'), entry('b'))), {
      review: stop,
      signal: controller.signal,
    });
    expect(done.exitCode).toBe(1);
    expect(done.report.actions.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['skipped', 'cancelled'],
      ['skipped', 'cancelled'],
    ]);
    expect(writesOf(registry.requests)).toEqual([]);
  });
});

describe('the review of the merge', () => {
  const hold = (plan: Plan): Promise<Plan> =>
    Promise.resolve({
      actions: plan.actions.map(({ wanted }) => refuse(wanted, null, 'digest-mismatch', 'it moved')),
    });

  test('binds apply, before anything is written', async () => {
    put('app', 'src', 'one');
    const done = await flow(flowRequest('apply', files(entry('app'))), { review: hold });
    expect(done).toMatchObject({ exitCode: 1, report: { counts: { refuse: 1 } } });
    expect(writesOf(registry.requests)).toEqual([]);
  });

  test('is not asked for a plan', async () => {
    put('app', 'src', 'one');
    const review = jest.fn(hold);
    await flow(flowRequest('plan', files(entry('app'))), { review });
    expect(review).not.toHaveBeenCalled();
  });
});

describe('exit status', () => {
  test.each<[string, Request['command'], boolean, string, 0 | 1 | 3]>([
    ['a plan with changes', 'plan', false, '', 0],
    ['a plan with changes, --exit-code', 'plan', true, '', 3],
    ['apply, --exit-code does not matter', 'apply', true, '', 0],
    ['something refused', 'plan', true, ", src_digest: 'sha256:" + '0'.repeat(64) + "'", 1],
  ])('%s', async (_name, command, changesAsCode, more, expected) => {
    put('app', 'src', 'one');
    const done = await flow(flowRequest(command, files(entry('app', more)), { changesAsCode }));
    expect(done.exitCode).toBe(expected);
  });

  test.each([
    ['pass', 0],
    ['fail', 1],
  ])('on_hold: %s', async (word, expected) => {
    put('app', 'src', 'one');
    const held = () => Promise.resolve({ state: 'pending' as const, text: 'it runs' });
    const text = `on_hold: ${word}\n${files(entry('app', ', requires: [{ check: e2e }]'))}`;
    const done = await flow(flowRequest('apply', text), { gatekeeper: { judge: held } });
    expect(done).toMatchObject({ exitCode: expected, report: { counts: { hold: 1 } } });
  });
});

/** wmcore on 2.3.4, two images. */
const release = (request: Partial<Request> = {}, options: TestBuilderOptions = {}) => {
  const builder = testBuilder(() => registry, options);
  const builds = ['one', 'two'].map(
    (name) => `  - { name: '${registry.host}/${name}', platforms: [linux/amd64, linux/arm64] }\n`,
  );
  const run = (command: Request['command'], more: Partial<Request> = {}): Promise<FlowResult> =>
    flow(
      flowRequest(command, `policy: wmcore\nbuilds:\n${builds.join('')}`, {
        facts: factsOf('refs/tags/2.3.4'),
        ...request,
        ...more,
      }),
      {
        builder: () => builder,
      },
    );
  return { builder, run };
};

describe('sources that are not there', () => {
  const asked: string[][] = [];
  const sources = (definition: BakeDefinition) => {
    asked.push(definition.targets.map(({ name }) => name));
    const place = { file: 'image-tags.yaml', line: 3, column: 5 };
    const missing = definition.targets.some(({ name }) => name === 'two');
    return Promise.resolve(missing ? [{ location: place, what: 'there is no context "x"' }] : []);
  };
  const text = (): string =>
    `policy: wmcore\nbuilds:\n${['one', 'two'].map((name) => `  - { name: '${registry.host}/${name}', platforms: [linux/amd64] }\n`).join('')}`;
  const request = (command: Request['command'], build: Partial<Request['build']> = {}) => {
    const made = flowRequest(command, text(), { facts: factsOf('refs/tags/2.3.4') });
    return { ...made, build: { ...made.build, ...build } };
  };
  beforeEach(() => void asked.splice(0));

  test('are a warning of the plan, at the build that has them, and no failure', async () => {
    const done = await flow(request('plan'), { sources });
    expect(done.exitCode).toBe(0);
    expect(asked).toEqual([['one'], ['two']]);
    const warnings = done.report.actions.map(({ action, image, warnings }) => [action, image, warnings]);
    expect(warnings.filter(([, , texts]) => texts?.length !== 0)).toEqual([
      [
        'build',
        `${registry.host}/two`,
        ['apply would stop here: image-tags.yaml:3:5: there is no context "x"'],
      ],
    ]);
  });

  test('are not looked for where nothing is built from them', async () => {
    await flow(request('plan', { digests: new Map() }), { sources });
    await flow(request('apply'), { sources, builder: () => testBuilder(() => registry) });
    await flow(request('validate'), { sources });
    expect(asked).toEqual([]);
  });
});

describe('a release', () => {
  test('one bake for all; then primary tags, then stable tags', async () => {
    const { builder, run } = release();
    const done = await run('apply');
    expect(done).toMatchObject({ exitCode: 0, report: { counts: { build: 2, create: 4, failed: 0 } } });
    expect(builder.calls).toEqual(['prepare', 'bake', 'close']);
    expect(registry.history.map(({ tag }) => tag)).toEqual([
      '2.3.4',
      '2.3.4',
      '2.3.4-stable',
      '2.3.4-stable',
    ]);
    const own = tags('one');
    expect(own['one:2.3.4']).toBe(own['one:2.3.4-stable']);
    expect(done.log.lines.filter((line) => line.startsWith('# '))).toEqual([
      '# Classify',
      '# Plan',
      '# Build',
      '# Apply',
    ]);
  });

  test('the plan of a build names the platforms that will be built, and no others', async () => {
    const platforms = '{ linux/amd64: release, linux/s390x: test, linux/ppc64le: build }';
    const text = `policy: wmcore\nbuilds: [{ name: '${registry.host}/one', platforms: ${platforms} }]\n`;
    const of = async (ref: string) => {
      const { report } = await flow(flowRequest('plan', text, { facts: factsOf(ref) }));
      return report.actions[0]?.reason.text;
    };
    expect(await of('refs/tags/2.3.4')).toBe('no image of this commit is there yet (linux/amd64)');
    expect(await of('refs/tags/2.3.4rc1')).toBe(
      'no image of this commit is there yet (linux/amd64, linux/s390x)',
    );
  });

  test('a plan shows the definition and asks no builder', async () => {
    const { builder, run } = release();
    const done = await run('plan');
    expect(done.log.lines.join('\n')).toContain('push-by-digest=true');
    expect(builder.calls).toEqual([]);
    expect(writesOf(registry.requests)).toEqual([]);
  });

  test('a finished one needs no builder and writes nothing', async () => {
    await release().run('apply');
    const from = registry.requests.length;
    const { builder, run } = release();
    expect(await run('apply')).toMatchObject({
      exitCode: 0,
      report: { counts: { build: 0, create: 0, keep: 4 } },
    });
    expect(builder.calls).toEqual([]);
    expect(writesOf(registry.requests.slice(from))).toEqual([]);
  });

  test('of another commit is refused, and what the refusal says to force builds over it', async () => {
    const other = { ...factsOf('refs/tags/2.3.4'), sha: 'b'.repeat(40) };
    const source = { ...flowRequest('plan', null).build.source!, revision: other.sha };
    const changes = { facts: other, build: { ...flowRequest('plan', null).build, source } };
    await release().run('apply');
    const before = tags('one', 'two');
    const refused = await release(changes).run('plan');
    expect(refused).toMatchObject({ exitCode: 1, report: { counts: { refuse: 4 } } });
    const texts = refused.report.actions.map(({ reason }) => reason.text).join('\n');
    const force = [...texts.matchAll(/"([^" ]+:[^" ]+)"/g)].map(([, name = '']) => name);
    expect(new Set(force).size).toBe(4);
    const done = await release({ ...changes, force }).run('apply');
    expect(done).toMatchObject({ exitCode: 0, report: { counts: { build: 2, move: 4 } } });
    for (const [name, digest] of Object.entries(tags('one', 'two'))) expect(digest).not.toBe(before[name]);
  });

  test('a bake that fails: no tag, every image failed, the builder is closed, and the next run starts anew', async () => {
    const { builder, run } = release({}, { fails: `${registry.host}/two` });
    const done = await run('apply');
    expect(done.exitCode).toBe(1);
    expect(builder.calls).toEqual(['prepare', 'bake', 'close']);
    expect(tags('one', 'two')).toEqual({});
    const [first] = done.report.actions;
    expect(first).toMatchObject({ action: 'build', outcome: 'failed', error: { code: 'rejected' } });
    expect(headline(done.report)).toBe('The build failed, 4 tags not written because of that.');
    const applied = done.log.lines.slice(done.log.lines.indexOf('# Apply'));
    expect(applied.filter((line) => line.includes('failed to solve: exit code: 1'))).toHaveLength(1);
    expect(applied.filter((line) => line.startsWith('  ! 2.3.4'))).toHaveLength(4);
    const [only, ...others] = annotations(done.report);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ level: 'error', title: `${registry.host}/two:2.3.4`, line: 4 });
    expect(only?.message).toMatch(
      /failed to solve: exit code: 1\. Fix what the build log shows, then run again\. 4 tags not written because of this: /,
    );
    expect(await release().run('apply')).toMatchObject({ exitCode: 0 });
    expect(Object.keys(tags('one', 'two'))).toHaveLength(4);
  });

  test('rows 88 and 90: a digest that the registry does not have is a failure, and no tag is written', async () => {
    const done = await release({}, { forgets: true }).run('apply');
    expect(done.exitCode).toBe(1);
    expect(done.report.actions[0]?.error?.text).toContain('but the registry does not have it');
    expect(tags('one', 'two')).toEqual({});
  });

  test('one tag that cannot be looked at again: nothing of the release is written', async () => {
    registry.faults.set([
      {
        match: { kind: 'get-manifest', repository: 'two', reference: '2.3.4-stable' },
        nth: 2,
        times: 'always',
        fault: { kind: 'status', status: 403 },
      },
    ]);
    const done = await release().run('apply');
    expect(done.exitCode).toBe(1);
    expect(tags('one', 'two')).toEqual({});
    registry.faults.set([]);
    const again = release();
    expect(await again.run('apply')).toMatchObject({ exitCode: 0 });
    expect(Object.keys(tags('one', 'two'))).toHaveLength(4);
  });

  test('a write that fails stops what follows it; the next run completes without building', async () => {
    registry.faults.set([
      {
        match: { kind: 'put-manifest-tag', repository: 'two', reference: '2.3.4' },
        times: 'always',
        fault: { kind: 'status', status: 403 },
      },
    ]);
    const done = await release().run('apply');
    expect(done.exitCode).toBe(1);
    expect(Object.keys(tags('one', 'two')).filter((name) => name.endsWith('-stable'))).toEqual([]);
    registry.faults.set([]);
    const { builder, run } = release();
    expect(await run('apply')).toMatchObject({ exitCode: 0 });
    expect(builder.baked.flatMap(({ targets }) => targets.map((target) => target.image))).toEqual([
      `${registry.host}/two`,
    ]);
    expect(Object.keys(tags('one', 'two'))).toHaveLength(4);
  });

  test('a commit that is not known: a plan shows the tags, apply says what it needs', async () => {
    const facts = factsOf('refs/tags/2.3.4', { sha: null });
    const build = { ...flowRequest('plan', null).build, source: null };
    const unknown = release({ facts, build });
    const planned = await unknown.run('plan');
    expect(planned).toMatchObject({ exitCode: 0, report: { counts: { build: 2, create: 4 } } });
    expect(planned.log.warnings.join()).toContain('the commit of this run is not known');
    await expect(unknown.run('apply')).rejects.toThrow('the commit of this run is not known');
    expect(writesOf(registry.requests)).toEqual([]);

    await release().run('apply');
    const after = await unknown.run('plan');
    expect(after).toMatchObject({ exitCode: 1, report: { counts: { build: 0, refuse: 4 } } });
    const [first] = after.report.actions;
    expect(first?.reason.code).toBe('unknown');
    expect(first?.reason.text).toContain('cannot be told without the commit; give the commit with --sha');
  });

  test('a finished image that lacks a platform is kept, with a warning', async () => {
    const request = (platforms: string) =>
      flow(
        flowRequest(
          'apply',
          `policy: wmcore\nbuilds:\n  - { name: '${registry.host}/one', platforms: [${platforms}] }\n`,
          { facts: factsOf('refs/tags/2.3.4') },
        ),
        { builder: () => testBuilder(() => registry) },
      );
    expect((await request('linux/amd64')).log.warnings).toEqual([]);
    expect((await request('linux/amd64')).log.warnings).toEqual([]);
    const done = await request('linux/amd64, linux/arm64');
    expect(done).toMatchObject({ exitCode: 0, report: { counts: { keep: 2 } } });
    expect(done.log.warnings.join()).toMatch(/finished image sha256:\w+ lacks linux\/arm64, and a tag/);
  });

  test('another commit is checked out: nothing is built, and a plan says so', async () => {
    const { builder, run } = release();
    const request = (command: Request['command'], more: Partial<Request> = {}) =>
      flow(
        flowRequest(command, `policy: wmcore\nbuilds:\n  - { name: '${registry.host}/one' }\n`, {
          facts: factsOf('refs/tags/2.3.4'),
          ...more,
        }),
        { builder: () => builder, checkedOut: () => Promise.resolve('f'.repeat(40)) },
      );
    const refused = /the checkout is at commit f{40}, and this run is for .*; check out .* first/;
    const planned = await request('plan');
    expect(planned.exitCode).toBe(0);
    expect(planned.log.warnings.join()).toMatch(refused);
    const untrusted = factsOf('refs/tags/2.3.4', {
      may: { write: false, credentials: true, localHosts: false, on: 'a test', why: 'a test', help: '' },
    });
    expect((await request('plan', { facts: untrusted })).log.warnings).toEqual([]);

    const done = await request('apply');
    expect(done.exitCode).toBe(1);
    expect(done.report.actions[0]?.error?.text).toMatch(refused);
    expect(builder.calls).toEqual([]);
    expect(tags('one')).toEqual({});

    expect(await run('apply')).toMatchObject({ exitCode: 0 });
    // What is finished needs no checkout.
    expect(await request('apply')).toMatchObject({ exitCode: 0 });
  });

  test('a builder of several nodes: each platform apart, and the index is put together here', async () => {
    const { builder, run } = release({}, { nodes: 2 });
    expect(await run('apply')).toMatchObject({ exitCode: 0 });
    expect(builder.calls).toEqual(['prepare', 'prepare', 'bake', 'close']);
    expect(builder.baked[0]?.targets.map(({ platforms }) => platforms)).toEqual([
      ['linux/amd64'],
      ['linux/arm64'],
      ['linux/amd64'],
      ['linux/arm64'],
    ]);
    const joined = JSON.parse(registry.manifest('one', '2.3.4')!.bytes.toString()) as {
      manifests: { platform: { architecture: string } }[];
    };
    const platforms = joined.manifests.map(({ platform }) => platform.architecture);
    expect(platforms.filter((name) => name !== 'unknown').sort()).toEqual(['amd64', 'arm64']);
  });
});

describe('several machines', () => {
  const facts = { facts: factsOf('refs/tags/2.3.4') };
  const settings = (changes: Partial<Request['build']>): Partial<Request> => ({
    build: { ...flowRequest('plan', null).build, ...changes },
  });

  test('one platform each without a tag, then joined and tagged', async () => {
    const documents: { name: string; text: string }[] = [];
    for (const platform of ['linux/amd64', 'linux/arm64']) {
      const done = await release({ ...facts, ...settings({ platform }) }).run('apply');
      expect(done).toMatchObject({ exitCode: 0, report: { counts: { build: 2, create: 0 } } });
      documents.push({ name: platform, text: formatDigests(done.made?.targets ?? []) });
      expect(tags('one', 'two')).toEqual({});
    }
    const digests = parseDigests(documents);
    const { builder, run } = release({ ...facts, ...settings({ digests }) });
    expect(await run('apply')).toMatchObject({ exitCode: 0 });
    expect(builder.calls).toEqual([]);
    expect(Object.keys(tags('one', 'two'))).toEqual([
      'one:2.3.4',
      'one:2.3.4-stable',
      'two:2.3.4',
      'two:2.3.4-stable',
    ]);
    const from = registry.requests.length;
    expect(await run('apply')).toMatchObject({ exitCode: 0 });
    expect(writesOf(registry.requests.slice(from))).toEqual([]);

    // A job for one platform that is started again finds the release finished.
    const late = release({ ...facts, ...settings({ platform: 'linux/arm64' }) });
    expect(await late.run('apply')).toMatchObject({ exitCode: 0, made: null });
    expect(late.builder.calls).toEqual([]);
  });

  test('digests of another commit are refused, and no tag is written', async () => {
    const documents: { name: string; text: string }[] = [];
    const stale = { facts: factsOf('refs/tags/2.3.4'), ...settings({ platform: 'linux/amd64' }) };
    for (const platform of ['linux/amd64', 'linux/arm64']) {
      const done = await release({ ...stale, ...settings({ platform }) }).run('apply');
      documents.push({ name: platform, text: formatDigests(done.made?.targets ?? []) });
    }
    const sha = 'e'.repeat(40);
    const source = { ...SOURCE, revision: sha };
    const next = settings({ digests: parseDigests(documents), source });
    const done = await release({ facts: factsOf('refs/tags/2.3.5', { sha }), ...next }).run('apply');
    expect(done.exitCode).toBe(1);
    expect(done.report.actions[0]?.error?.text).toContain('hand on the digests of this run');
    expect(tags('one', 'two')).toEqual({});
  });

  describe('a build that names no platforms', () => {
    const text = (...names: string[]): string => {
      const entries = names.map((name) => `  - { name: '${registry.host}/${name}' }\n`);
      const split = `  - { name: '${registry.host}/split', platforms: [linux/amd64] }\n`;
      return `policy: wmcore\nbuilds:\n${entries.join('')}${split}`;
    };
    const go = (file: string, more: Partial<Request>, options: TestBuilderOptions = {}) => {
      const builder = testBuilder(() => registry, options);
      const done = flow(flowRequest('apply', file, { ...facts, ...more }), { builder: () => builder });
      return { builder, done };
    };
    const handedOn = async (file: string) => {
      const one = await go(file, settings({ platform: 'linux/amd64' })).done;
      expect(one).toMatchObject({ exitCode: 0, report: { counts: { build: 1 } } });
      return parseDigests([{ name: 'x', text: formatDigests(one.made?.targets ?? []) }]);
    };

    test('is left out by the machines of the platforms, and made by the one that joins and tags', async () => {
      const digests = await handedOn(text('native'));
      expect([...digests.keys()]).toEqual([`${registry.host}/split`]);
      const { builder, done } = go(text('native'), settings({ digests }));
      expect(await done).toMatchObject({ exitCode: 0, report: { counts: { build: 2, create: 4 } } });
      expect(builder.baked.map(({ targets }) => targets.map(({ image }) => image))).toEqual([
        [`${registry.host}/native`],
      ]);
      expect(Object.keys(tags('native', 'split'))).toHaveLength(4);
    });

    test('that fails there: no tag of any image', async () => {
      const digests = await handedOn(text('native'));
      const { done } = go(text('native'), settings({ digests }), { fails: `${registry.host}/native` });
      expect(await done).toMatchObject({ exitCode: 1 });
      expect(tags('native', 'split')).toEqual({});
    });

    test('is not made when a digest of another is missing', async () => {
      const { builder, done } = go(text('native'), settings({ digests: new Map() }));
      await expect(done).rejects.toThrow('has no digest for linux/amd64');
      expect(builder.calls).toEqual([]);
    });
  });

  test('a platform without a digest: an error before anything is written', async () => {
    const done = await release({ ...facts, ...settings({ platform: 'linux/amd64' }) }).run('apply');
    const digests = parseDigests([{ name: 'x', text: formatDigests(done.made?.targets ?? []) }]);
    const from = registry.requests.length;
    const { run } = release({ ...facts, ...settings({ digests }) });
    await expect(run('apply')).rejects.toThrow('has no digest for linux/arm64');
    expect(writesOf(registry.requests.slice(from))).toEqual([]);
  });
});

test('a platform that no build has is an error, and nothing is written', async () => {
  const build = { ...flowRequest('plan', null).build, platform: 'linux/riscv64' };
  await expect(release({ build }).run('apply')).rejects.toThrow('no build has the platform "linux/riscv64"');
  const request = {
    facts: factsOf('refs/tags/1.2.3'),
    build,
    policy: 'wmcore',
    images: [`${registry.host}/app`],
  };
  await expect(flow(flowRequest('apply', null, request))).rejects.toThrow(
    'needs builds that name their platforms',
  );
  expect(writesOf(registry.requests)).toEqual([]);
});

describe('numbers', () => {
  const TEXT = (claim: boolean): string => `policy:
  rules:
    - { class: snapshot, branch: main, tag: 'v0.0.{date}{seq:2}'${claim ? ', claim: git-tag' : ''} }
builds:
  - { name: '${registry.host}/app' }
`;
  const facts = factsOf('refs/heads/main', { gitTags: () => Promise.resolve(['v0.0.2021110104']) });
  const claiming = (...states: ('created' | 'ours' | 'taken')[]) =>
    jest.fn((name: string, sha: string) => {
      expect([name, sha]).toEqual([expect.stringMatching(/^v0\.0\.20211101\d\d$/), SHA]);
      return Promise.resolve({ state: states.shift() ?? ('created' as const) });
    });

  test('a plan claims nothing, and shows the number that is free now', async () => {
    const claim = claiming();
    const done = await flow(flowRequest('plan', TEXT(true), { facts }), { claim });
    expect(claim).not.toHaveBeenCalled();
    expect(done.report.classification?.tags).toEqual(['v0.0.2021110105']);
  });

  test('row 101: apply claims first; a number that another run took is left to it', async () => {
    const claim = claiming('taken', 'created');
    const builder = testBuilder(() => registry);
    const done = await flow(flowRequest('apply', TEXT(true), { facts }), { claim, builder: () => builder });
    const [first, second] = claim.mock.calls.map(([name]) => Number(name.slice(-2)));
    expect(second).toBe((first ?? 0) + 1);
    expect(done.report.classification?.tags).toEqual([claim.mock.calls[1]?.[0]]);
    expect(Object.keys(tags('app'))).toEqual([`app:${claim.mock.calls[1]?.[0] ?? ''}`]);
  });

  test('row 102: a shallow clone is an error, not a wrong number', async () => {
    const shallow = new UserError({ what: 'this clone is shallow', hint: 'fetch-depth: 0' });
    const run = flow(
      flowRequest('apply', TEXT(false), { facts: { ...facts, gitTags: () => Promise.reject(shallow) } }),
    );
    await expect(run).rejects.toThrow('fetch-depth: 0');
    expect(writesOf(registry.requests)).toEqual([]);
  });
});

describe('what a person got wrong: nothing is asked of a registry', () => {
  const problems = async (text: string | null, request: Partial<Request>): Promise<string[]> => {
    const error: unknown = await flow(flowRequest('apply', text, request)).catch((thrown: unknown) => thrown);
    expect(registry.requests).toEqual([]);
    if (error instanceof UserError) return error.problems.map(formatProblem);
    throw error;
  };
  const SEMVER = 'policy: semver\nbuilds:\n  - name: reg.example/app\n';
  const tag = { facts: factsOf('refs/tags/1.2.3') };

  test.each<[string, string | null, Partial<Request>, RegExp]>([
    ['a git tag that no rule matches', SEMVER, { facts: factsOf('refs/tags/nightly') }, /no rule matches/],
    ['a policy twice', SEMVER, { ...tag, policy: 'wmcore' }, /^image-tags\.yaml:1:9: .*both given/],
    [
      'builds without a policy',
      'builds: [{ name: reg.example/app }]\n',
      tag,
      /^image-tags\.yaml:1:10: .*no policy/,
    ],
    [
      'images without a policy',
      null,
      { ...tag, images: ['reg.example/app'] },
      /no policy says what they are called/,
    ],
    [
      'a preset that does not exist',
      null,
      { ...tag, policy: 'semvr', images: ['x/y'] },
      /did you mean "semver"/,
    ],
    [
      'an image that is no build',
      SEMVER,
      { ...tag, images: ['reg.example/b'] },
      /no build of the tag file is called "reg\.example\/b"/,
    ],
    ['an image that is no name', null, { ...tag, policy: 'semver', images: ['UPPER/x'] }, /images: /],
    ['a force that is no name', SEMVER, { ...tag, force: ['x:y:z'] }, /^force: /],
    [
      'a stable tag that is no tag',
      `images:\n  - { name: x/y, src_build_tag: a, tag: ${'a'.repeat(125)}, stable: true }\n`,
      {},
      /^image-tags\.yaml:2:\d+: stable tag: /,
    ],
  ])('%s', async (_name, text, request, expected) => {
    const found = await problems(text, request);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  test('row 102: {base} in a shallow clone', async () => {
    const text = 'policy: k8s-topology-aware\nbuilds: [{ name: reg.example/app }]\n';
    const facts = factsOf('refs/heads/release-1.0', { shallow: () => Promise.resolve(true) });
    // The list of tags is not needed to know that the history is cut off.
    expect(await problems(text, { facts })).toEqual([expect.stringContaining('fetch-depth: 0')]);
  });

  test('several at once', async () => {
    const found = await problems(SEMVER, { ...tag, policy: 'wmcore', force: ['A/b'], registryMap: ['x'] });
    expect(found).toHaveLength(3);
  });
});

test('validate looks at everything and asks nobody', async () => {
  const text = `policy: semver\nbuilds: [{ name: '${registry.host}/x' }]\n${files(entry('app'))}`;
  const done = await flow(flowRequest('validate', text, { facts: factsOf('refs/tags/1.2.3') }));
  expect(done).toMatchObject({
    exitCode: 0,
    release: null,
    report: { command: 'validate', actions: [], classification: null },
  });
  expect(registry.requests).toEqual([]);
});

describe('which part of the file counts', () => {
  const text = (): string =>
    `policy: semver\nbuilds: [{ name: '${registry.host}/built' }]\n${files(entry('app'))}`;
  test.each<[string, Partial<Request>, readonly string[]]>([
    ['no ref: images', {}, ['app']],
    ['a branch: both', { facts: factsOf('refs/heads/x') }, ['app', 'built']],
    ['a git tag: builds', { facts: factsOf('refs/tags/1.0.0') }, ['built']],
    ['a git tag, only images', { facts: factsOf('refs/tags/1.0.0'), only: 'images' }, ['app']],
    ['a branch, only builds', { facts: factsOf('refs/heads/x'), only: 'builds' }, ['built']],
    ['no ref, only builds', { only: 'builds' }, []],
  ])('%s', async (_name, request, expected) => {
    put('app', 'src', 'one');
    const { report } = await flow(flowRequest('plan', text(), request));
    const images = new Set(report.actions.map(({ image: name }) => name.slice(registry.host.length + 1)));
    expect([...images].sort()).toEqual(expected);
  });
});
