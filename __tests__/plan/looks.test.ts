import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry, type Fault } from '../../testing/registry/server.js';
import { flow, flowRequest, type FlowResult, tagsOf, writesOf } from '../support/flow.js';

let registry: EmbeddedRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

function put(tag: string): string {
  const made = index([image({ layers: [{ files: { content: tag } }] })]);
  seed(registry, 'app', tag, made);
  return made.digest;
}

/** Entries that give the tags `v0`, `v1`, … the contents of `s0`, `s1`, … in one repository. */
function fileOf(count: number, more: (n: number) => string = () => ''): string {
  const entries = Array.from({ length: count }, (_, n) => {
    put(`s${n}`);
    return `  - { name: '${registry.host}/app', attachments: ignore, src_build_tag: s${n}, tag: v${n}${more(n)} }\n`;
  });
  return `images:\n${entries.join('')}`;
}

/** What was asked for each tag, without the sources: `v0: HEAD GET PUT HEAD`, and the list. */
function askedFor(from = 0): Record<string, string> {
  const asked: Record<string, string> = {};
  for (const { method, kind, reference } of registry.requests.slice(from)) {
    const name = kind === 'tags' ? 'list' : (reference ?? '');
    if (kind !== 'ping') asked[name] = [asked[name], method].filter(Boolean).join(' ');
  }
  return asked;
}

async function run(
  command: 'plan' | 'apply',
  file: string,
): Promise<{ done: FlowResult; asked: Record<string, string> }> {
  const from = registry.requests.length;
  const done = await flow(flowRequest(command, file));
  return { done, asked: askedFor(from) };
}

const total = (asked: Record<string, string>): number =>
  Object.values(asked).reduce((sum, methods) => sum + methods.split(' ').length, 0);

/** The registry answers its list with this. */
function list(fault: Fault): void {
  registry.faults.set([{ match: { kind: 'tags' }, fault, times: 'always' }]);
}
const listOf = (...tags: string[]): Fault => ({
  kind: 'status',
  status: 200,
  body: Buffer.from(JSON.stringify({ name: 'app', tags })),
});

describe('many tags of one repository', () => {
  test('to create: one HEAD that says 404, the list, and four requests for each of the others', async () => {
    const { done, asked } = await run('apply', fileOf(8));
    expect(done.report.counts.create).toBe(8);
    expect(asked).toMatchObject({
      list: 'GET',
      v0: 'HEAD GET PUT HEAD',
      v7: 'GET PUT HEAD',
      s0: 'GET',
      s7: 'GET',
    });
    expect(total(asked)).toBe(5 + 7 * 4 + 1);
    expect(done.report.http.requests).toBe(total(asked));
  });

  test('there already: two HEAD requests each, and no list', async () => {
    const file = fileOf(8);
    await run('apply', file);
    const { done, asked } = await run('apply', file);
    expect(done.exitCode).toBe(0);
    expect(asked).toEqual(
      Object.fromEntries(
        Array.from({ length: 8 }, (_, n) => [
          [`v${n}`, 'HEAD'],
          [`s${n}`, 'HEAD'],
        ]).flat(),
      ),
    );
  });

  test('there already and pinned: one HEAD each', async () => {
    const pinned = (n: number): string => `, src_digest: '${put(`s${n}`)}'`;
    await run('apply', fileOf(8, pinned));
    const { asked } = await run('apply', fileOf(8, pinned));
    expect(total(asked)).toBe(8);
  });

  test('a new one before old ones: the list shows that the others are there, and they are looked at', async () => {
    const file = fileOf(8);
    await run('apply', file);
    registry.deleteTag('app', 'v0');
    const { done, asked } = await run('apply', file);
    expect(done.report.counts).toMatchObject({ create: 1, keep: 7 });
    expect(asked).toMatchObject({ list: 'GET', v0: 'HEAD GET PUT HEAD', v1: 'HEAD', s1: 'HEAD' });
  });

  test('a new one after old ones costs five, and no list is read', async () => {
    const file = fileOf(8);
    await run('apply', file);
    registry.deleteTag('app', 'v7');
    const { asked } = await run('apply', file);
    expect(asked).not.toHaveProperty('list');
    expect(total(asked)).toBe(7 * 2 + 5);
  });

  test('a plan confirms what the list says: one GET for a tag that is not listed', async () => {
    const { done, asked } = await run('plan', fileOf(8));
    expect(done.report.counts.create).toBe(8);
    expect(asked).toMatchObject({ list: 'GET', v0: 'HEAD GET', v7: 'GET', s7: 'GET' });
  });

  test('three are too few for a list', async () => {
    const { asked } = await run('apply', fileOf(3));
    expect(total(asked)).toBe(15);
  });

  test('a channel and a tag that is forced are looked at whatever is listed', async () => {
    const file = fileOf(8);
    put('v7');
    list(listOf());
    const from = registry.requests.length;
    await flow(flowRequest('apply', file, { force: [`${registry.host}/app:v7`] }));
    expect(askedFor(from)['v7']).toBe('HEAD GET PUT HEAD');
    expect(registry.manifest('app', 'v7')?.digest).toBe(registry.manifest('app', 's7')?.digest);
  });
});

describe('a list that is of no use costs one request and changes nothing', () => {
  const useless: [string, Fault][] = [
    ['403', { kind: 'status', status: 403, code: 'DENIED' }],
    ['404 of a proxy', { kind: 'status', status: 404, body: 'html' }],
    ['HTML', { kind: 'status', status: 200, body: 'html' }],
    ['another repository', { kind: 'status', status: 200, body: Buffer.from('{"name":"other","tags":[]}') }],
    [
      'more than one page',
      { kind: 'headers', set: { link: '</v2/app/tags/list?n=1000&last=s7>; rel="next"' } },
    ],
  ];
  test.each(useless)('%s', async (_, fault) => {
    const file = fileOf(6);
    list(fault);
    const { done, asked } = await run('apply', file);
    expect(done.exitCode).toBe(0);
    expect(done.report.counts.create).toBe(6);
    expect(asked['list']).toBe('GET');
    expect(total(asked)).toBe(6 * 5 + 1);
  });
});

describe('a list that leaves a tag out that is there', () => {
  test('with the right content: it is found right before the write, and nothing is written', async () => {
    const file = fileOf(6);
    seedAs('v5', 's5');
    list(listOf());
    const { done } = await run('apply', file);
    expect(done.exitCode).toBe(0);
    expect(writesOf(registry.requests).filter((write) => write.includes('v5'))).toEqual([]);
  });

  test('with other content: the tag stays, and the run fails and says why', async () => {
    const file = fileOf(6);
    put('v5');
    const before = registry.manifest('app', 'v5')?.digest;
    list(listOf());
    const { done } = await run('apply', file);
    expect(done.exitCode).toBe(1);
    expect(registry.manifest('app', 'v5')?.digest).toBe(before);
    const failed = done.report.actions.find(({ tag }) => tag === 'v5');
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'mismatch' } });
    expect(failed?.error?.text).toContain('the tag list of the registry may be out of date');
    expect(Object.keys(tagsOf(registry, ['app']))).toContain('app:v0');
  });

  test('a plan is not deceived', async () => {
    const file = fileOf(6);
    put('v5');
    list(listOf());
    const { done } = await run('plan', file);
    expect(done.report.actions.find(({ tag }) => tag === 'v5')).toMatchObject({
      action: 'refuse',
      reason: { code: 'different-digest' },
    });
  });

  function seedAs(tag: string, source: string): void {
    registry.putManifest('app', tag, registry.manifest('app', source)!);
  }
});
