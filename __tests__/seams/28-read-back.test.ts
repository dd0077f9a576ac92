import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { image, index, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry, type Fault } from '../../testing/registry/server.js';
import { OperationError, UserError } from '../../src/errors.js';
import type { Clock } from '../../src/ports.js';
import { parseSettle } from '../../src/system/process.js';
import { flow, flowRequest, STILL, tagsOf, writesOf, type FlowResult } from '../support/flow.js';

/** Tags are read back together, some time after they were written, and a plain create costs five requests. */
let registry: EmbeddedRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

function put(tag: string, content: string): string {
  const made = index([image({ layers: [{ files: { content } }] })]);
  seed(registry, 'app', tag, made);
  return made.digest;
}
const file = (...lines: string[]): string =>
  `images:\n${lines.map((line) => `  - { name: '${registry.host}/app', attachments: ignore, ${line} }\n`).join('')}`;
const ONE = 'src_build_tag: src, tag: "1"';
const log = (from = 0): string[] =>
  registry.requests
    .slice(from)
    .filter(({ kind }) => kind !== 'ping')
    .map(({ method, reference }) => `${method} ${reference ?? ''}`);
const names = (done: FlowResult): unknown[] =>
  done.report.actions.map(({ tag, action, outcome, reason }) => [tag, action, outcome, reason.code]);

/** Time that passes at once, and what happens meanwhile. */
function sleeper(during: () => void = () => undefined): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    ...STILL,
    slept,
    sleep(ms, signal) {
      slept.push(ms);
      during();
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      return Promise.resolve();
    },
  };
}

describe('seam 28: requests', () => {
  test('seam 28: a plain create costs five, and the look right before the write is the confirmation of the 404', async () => {
    put('src', 'one');
    await flow(flowRequest('apply', file(ONE)));
    expect(log()).toEqual(['HEAD 1', 'GET src', 'GET 1', 'PUT 1', 'HEAD 1']);
  });

  test('seam 28: a create and its stable tag cost nine: the source is read once', async () => {
    put('src', 'one');
    await flow(flowRequest('apply', file(`${ONE}, stable: true`)));
    expect(log()).toHaveLength(9);
  });

  test('seam 28: a plan that is only shown confirms at once', async () => {
    put('src', 'one');
    await flow(flowRequest('plan', file(ONE)));
    expect(log()).toEqual(['HEAD 1', 'GET 1', 'GET src']);
  });

  test('seam 28: a tag that is not written is confirmed all the same', async () => {
    const done = await flow(flowRequest('apply', file(ONE)));
    expect(names(done)).toEqual([['1', 'refuse', 'skipped', 'source-missing']]);
    expect(log()).toEqual(['HEAD 1', 'GET src', 'GET 1']);
  });

  const html: Fault = { kind: 'status', status: 404, body: 'html' };
  const faults = (reference: string, times: number | 'always' = 'always') => [
    { match: { kind: ['head-manifest', 'get-manifest'], reference }, times, fault: html } as const,
  ];

  test("seam 28: a 404 that is not the registry's word refuses what is not written as unknown", async () => {
    registry.faults.set(faults('1'));
    const done = await flow(flowRequest('apply', file(ONE)));
    expect(names(done)).toEqual([['1', 'refuse', 'skipped', 'unknown']]);
    expect(done.exitCode).toBe(1);
  });

  test("seam 28: a 404 that is not the registry's word writes nothing", async () => {
    put('src', 'one');
    registry.faults.set(faults('1'));
    const done = await flow(flowRequest('apply', file(ONE)));
    expect(names(done)).toEqual([['1', 'create', 'failed', 'absent']]);
    expect(done.report.actions[0]?.error?.text).toContain('nobody can tell whether the tag is free');
    expect(writesOf(registry.requests)).toEqual([]);
  });

  test('seam 28: a tag that exists behind a spurious 404 is not overwritten', async () => {
    put('src', 'one');
    const theirs = put('1', 'two');
    registry.faults.set(faults('1', 1));
    const done = await flow(flowRequest('apply', file(ONE)));
    expect(names(done)).toEqual([['1', 'create', 'failed', 'absent']]);
    expect(tagsOf(registry, ['app'])['app:1']).toBe(theirs);
    expect(writesOf(registry.requests)).toEqual([]);
  });
});

describe('seam 28: the wait', () => {
  test('seam 28: is one for each kind, after the last write of it, and before the first read-back', async () => {
    put('src', 'one');
    const marks: number[] = [];
    const clock = sleeper(() => marks.push(registry.requests.length));
    const many = 'src_build_tag: src, stable: true, tags: ["1", "2", "3"]';
    expect((await flow(flowRequest('apply', file(many)), { clock })).exitCode).toBe(0);
    expect(clock.slept).toEqual([250, 250]);
    const [first = 0, second = 0] = marks;
    const writes = (from: number, to?: number) => writesOf(registry.requests.slice(from, to)).length;
    expect([writes(0, first), writes(first, second), writes(second)]).toEqual([3, 3, 0]);
    // The stable tags are written only after their primaries were read back.
    expect(log(first).slice(0, 3).sort()).toEqual(['HEAD 1', 'HEAD 2', 'HEAD 3']);
    expect(log(second).sort()).toEqual(['HEAD 1-stable', 'HEAD 2-stable', 'HEAD 3-stable']);
  });

  test.each([
    [40, 250],
    [300, 600],
    [9_000, 2_500],
  ])('seam 28: after a write of %i ms is %i ms: another run may need as long', async (took, waited) => {
    put('src', 'one');
    const clock = sleeper();
    let now = 0;
    registry.faults.set([
      {
        match: { kind: 'put-manifest-tag' },
        fault: { kind: 'call', when: 'before', onRequest: () => void (now += took) },
      },
    ]);
    await flow(flowRequest('apply', file(ONE)), { clock: { ...clock, now: () => now } });
    expect(clock.slept).toEqual([waited]);
  });

  test('seam 28: is not paid when nothing is written, nor with settle 0', async () => {
    put('src', 'one');
    const clock = sleeper();
    await flow({ ...flowRequest('apply', file(ONE)), settle: 0 }, { clock });
    await flow(flowRequest('apply', file(ONE)), { clock });
    await flow(flowRequest('plan', file('src_build_tag: src, tag: "2"')), { clock });
    expect(clock.slept).toEqual([]);
  });

  test('seam 28: somebody who writes during it is found; both digests are named and nothing is written again', async () => {
    const ours = put('src', 'one');
    const theirs = put('other', 'two');
    const rival = registry.manifest('app', 'other');
    const clock = sleeper(() => rival && registry.putManifest('app', '1', rival));
    const done = await flow(flowRequest('apply', file(`${ONE}, stable: true`)), { clock });
    expect(done.exitCode).toBe(1);
    expect(names(done)).toEqual([
      ['1', 'create', 'failed', 'absent'],
      ['1-stable', 'create', 'skipped', 'absent'],
    ]);
    const text = done.report.actions[0]?.error?.text ?? '';
    expect([text.includes(ours), text.includes(theirs)]).toEqual([true, true]);
    expect(writesOf(registry.requests)).toHaveLength(1);
  });

  test('seam 28: a tag that somebody else made meanwhile is read back like one that was written', async () => {
    put('src', 'one');
    put('other', 'two');
    const [twin, rival] = ['src', 'other'].map((tag) => registry.manifest('app', tag));
    registry.faults.set([
      {
        match: { kind: 'get-manifest', reference: '1' },
        fault: {
          kind: 'call',
          when: 'before',
          onRequest: () => twin && registry.putManifest('app', '1', twin),
        },
      },
    ]);
    const clock = sleeper(() => rival && registry.putManifest('app', '1', rival));
    const done = await flow(flowRequest('apply', file(ONE)), { clock });
    expect(done.report.actions).toMatchObject([{ outcome: 'failed', error: { code: 'mismatch' } }]);
    expect(writesOf(registry.requests)).toEqual([]);
  });

  test.each([
    ['SIGINT', new OperationError('cancelled', 'stopped by SIGINT; run again to complete')],
    ['the time limit', new OperationError('timeout', 'the time limit has passed; run again')],
  ])(
    'seam 28: %s during it leaves tags that are written and not done, and says so',
    async (_name, reason) => {
      const digest = put('src', 'one');
      const controller = new AbortController();
      const clock = sleeper(() => controller.abort(reason));
      const request = flowRequest('apply', file(`${ONE}, stable: true`));
      const done = await flow(request, { clock, signal: controller.signal });
      expect(done.exitCode).toBe(1);
      expect(done.report.actions.map(({ tag, outcome }) => [tag, outcome])).toEqual([
        ['1', 'failed'],
        ['1-stable', 'skipped'],
      ]);
      expect(done.report.actions[0]?.error).toMatchObject({ code: reason.code });
      expect(done.report.actions[0]?.error?.text).toContain(
        `${registry.host}/app:1 was written as ${digest}, but cannot be read back: ${reason.message}`,
      );
      // The next run finds it right and writes what is missing.
      const next = await flow(flowRequest('apply', file(`${ONE}, stable: true`)));
      expect(next.exitCode).toBe(0);
      expect(next.report.actions.map(({ action }) => action)).toEqual(['keep', 'create']);
    },
  );
});

describe('seam 28: the setting', () => {
  test.each([
    ['250ms', 250],
    ['2s', 2_000],
    ['1m30s', 90_000],
    ['0', 0],
    ['0s', 0],
    ['0ms', 0],
    ['10m', 600_000],
  ])('seam 28: "%s" is %d ms', (text, ms) => {
    expect(parseSettle(text)).toBe(ms);
  });

  test.each(['', '250', '-1s', '1.5s', 'soon', '11m', '0x10ms', ' 1s'])(
    'seam 28: "%s" is an error',
    (text) => {
      expect(() => parseSettle(text)).toThrow(UserError);
      expect(() => parseSettle(text)).toThrow(/settle: .* is not a time to wait/);
    },
  );
});
