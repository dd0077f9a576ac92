import { describe, expect, test } from '@jest/globals';

import { tagOrDigest } from '../src/oci/reference.js';
import { OperationError } from '../src/errors.js';
import { execute } from '../src/execute.js';
import type { BuildResult, Outcome, Plan, WantedTag } from '../src/plan/model.js';
import { observe } from '../src/observe.js';
import { plan } from '../src/plan/plan.js';
import { STILL } from './support/flow.js';
import { memoryRegistry, recordedLog, type MemoryRegistry } from './support/memory-registry.js';
import { digestOf, wantedTag } from './support/wanted.js';

type ExecuteOptions = Parameters<typeof execute>[2];

const at = (tag: string) => ({ registry: 'reg.example', repository: 'app', tag });
const SOURCE = 'reg.example/app:build';
const TAG = 'reg.example/app:1.0';

async function planFor(wanted: WantedTag[], registry: MemoryRegistry): Promise<Plan> {
  const lookups = {
    nameless: () => null,
    gate: () => Promise.resolve({ state: 'open' as const, text: '' }),
    channel: () => Promise.resolve({ order: 'newer' as const, highest: '0.9' }),
    build: () => Promise.resolve({ state: 'to-build' as const }),
  };
  const made = plan(wanted, await observe(wanted, registry, lookups, { concurrency: 4 }));
  registry.calls.length = 0;
  return made;
}

function options(changes: Partial<ExecuteOptions> = {}): ExecuteOptions {
  const signal = new AbortController().signal;
  return {
    concurrency: 4,
    built: new Map(),
    settle: 250,
    clock: STILL,
    signal,
    log: recordedLog(),
    ...changes,
  };
}

const names = (outcomes: readonly Outcome[]): [string, string][] =>
  outcomes.map(({ planned, outcome }) => [tagOrDigest(planned.wanted.destination), outcome]);

describe('one tag', () => {
  test('is looked at, written and read back, in this order', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    const outcomes = await execute(await planFor([wantedTag()], registry), registry, options());
    expect(names(outcomes)).toEqual([['1.0', 'done']]);
    expect(outcomes[0]?.digest).toBe(digestOf('a'));
    expect(registry.calls.filter((call) => !call.startsWith('transfer'))).toEqual([
      `lookAgain ${TAG}`,
      `put ${TAG}`,
      `look ${TAG}`,
    ]);
  });

  test('row 20 of the threats: the digest that was planned is written, although the source tag moved meanwhile', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    const made = await planFor([wantedTag()], registry);
    registry.tagged.set(SOURCE, digestOf('b'));
    await execute(made, registry, options());
    expect(registry.tagged.get(TAG)).toBe(digestOf('a'));
  });

  test('that somebody else created since the plan with another digest fails and is not written', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    const made = await planFor([wantedTag()], registry);
    registry.tagged.set(TAG, digestOf('c'));
    const [outcome] = await execute(made, registry, options());
    expect(outcome?.outcome).toBe('failed');
    expect(outcome?.error?.text).toContain(digestOf('a'));
    expect(outcome?.error?.text).toContain(digestOf('c'));
    expect(registry.calls.some((call) => call.startsWith('put'))).toBe(false);
  });

  test('that somebody else created since the plan with the same digest is done without a write', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    const made = await planFor([wantedTag()], registry);
    registry.tagged.set(TAG, digestOf('a'));
    const outcomes = await execute(made, registry, options());
    expect(names(outcomes)).toEqual([['1.0', 'done']]);
    expect(registry.calls.some((call) => call.startsWith('put'))).toBe(false);
  });

  test('row 38: a competitor that writes between PUT and read-back is a failure; nothing is written again', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    const made = await planFor([wantedTag()], registry);
    registry.before = (call) => {
      if (call === `look ${TAG}`) registry.tagged.set(TAG, digestOf('d'));
    };
    const [outcome] = await execute(made, registry, options());
    expect(outcome?.outcome).toBe('failed');
    expect(outcome?.error).toMatchObject({ code: 'mismatch' });
    expect(outcome?.error?.text).toContain(digestOf('d'));
    expect(registry.calls.filter((call) => call.startsWith('put'))).toHaveLength(1);
  });

  test('that cannot be told right before the write is not written', async () => {
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    const made = await planFor([wantedTag()], registry);
    registry.before = (call) => {
      if (call.startsWith('lookAgain')) throw new OperationError('unavailable', '503');
    };
    const [outcome] = await execute(made, registry, options());
    expect(outcome).toMatchObject({ outcome: 'failed', error: { code: 'unavailable' } });
    expect(registry.tagged.has(TAG)).toBe(false);
  });
});

describe('several tags', () => {
  test('one that fails stalls no other', async () => {
    const wanted = ['1', '2', '3'].map((tag) => wantedTag({ destination: at(tag) }));
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    const made = await planFor(wanted, registry);
    registry.before = (call) => {
      if (call === 'put reg.example/app:2') throw new OperationError('denied', '403');
    };
    expect(names(await execute(made, registry, options()))).toEqual([
      ['1', 'done'],
      ['2', 'failed'],
      ['3', 'done'],
    ]);
  });

  test('primary, then stable, then channel; a stable tag is skipped when its primary failed', async () => {
    const primary = wantedTag();
    const stable = wantedTag({ kind: 'stable', destination: at('1.0-stable'), follows: primary });
    const channel = wantedTag({ kind: 'channel', destination: at('latest'), follows: primary });
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    const made = await planFor([channel, stable, primary], registry);
    await execute(made, registry, options());
    expect(registry.calls.filter((call) => call.startsWith('put'))).toEqual([
      `put ${TAG}`,
      `put ${TAG}-stable`,
      'put reg.example/app:latest',
    ]);

    const failing = memoryRegistry({ [SOURCE]: digestOf('a') });
    const again = await planFor([channel, stable, primary], failing);
    failing.before = (call) => {
      if (call.startsWith('put')) throw new OperationError('denied', '403');
    };
    const outcomes = await execute(again, failing, options());
    expect(names(outcomes)).toEqual([
      ['1.0', 'failed'],
      ['1.0-stable', 'skipped'],
      ['latest', 'skipped'],
    ]);
    expect(outcomes[1]?.error?.text).toContain(TAG);
  });

  test('after a signal nothing more is written, and what is left says so', async () => {
    const wanted = ['1', '2', '3'].map((tag) => wantedTag({ destination: at(tag) }));
    const registry = memoryRegistry({ [SOURCE]: digestOf('a') });
    const made = await planFor(wanted, registry);
    const controller = new AbortController();
    registry.before = (call) => {
      if (call === 'put reg.example/app:1') controller.abort();
    };
    const outcomes = await execute(made, registry, options({ concurrency: 1, signal: controller.signal }));
    expect(names(outcomes)).toEqual([
      ['1', 'failed'],
      ['2', 'skipped'],
      ['3', 'skipped'],
    ]);
    expect(outcomes[2]?.error?.code).toBe('cancelled');
  });
});

describe('a group', () => {
  const images = ['a', 'b', 'c', 'd', 'e'];
  const release = images.map((name) =>
    wantedTag({
      image: `reg.example/${name}`,
      destination: { registry: 'reg.example', repository: name, tag: '2.3.4' },
      source: { from: 'build', build: name },
      group: 'release',
    }),
  );
  const built = (failing?: string): Map<string, BuildResult> =>
    new Map(
      images.map((name) => [
        name,
        name === failing
          ? { ok: false, error: new OperationError('rejected', `${name} does not build`) }
          : {
              ok: true,
              source: { registry: 'reg.example', repository: name, digest: digestOf(name) },
              manifest: null,
            },
      ]),
    );

  test('is written when all its content is there', async () => {
    const registry = memoryRegistry({});
    const outcomes = await execute(await planFor(release, registry), registry, options({ built: built() }));
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['done']));
    expect(registry.tagged.get('reg.example/c:2.3.4')).toBe(digestOf('c'));
  });

  test('gets no tag at all when the third of five images failed to build', async () => {
    const registry = memoryRegistry({});
    const outcomes = await execute(
      await planFor(release, registry),
      registry,
      options({ built: built('c') }),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'skipped',
      'skipped',
      'failed',
      'skipped',
      'skipped',
    ]);
    expect(outcomes.every(({ error }) => error?.text === 'c does not build')).toBe(true);
    expect(registry.tagged.size).toBe(0);
  });

  test('gets no tag at all when the content of one cannot be brought', async () => {
    const registry = memoryRegistry({});
    const made = await planFor(release, registry);
    registry.before = (call) => {
      if (call.startsWith('transfer') && call.includes('reg.example/d:'))
        throw new OperationError('denied', '403');
    };
    await execute(made, registry, options({ built: built() }));
    expect(registry.tagged.size).toBe(0);
  });

  test('gets no tag at all when somebody took one of its tags since the plan', async () => {
    const registry = memoryRegistry({});
    const made = await planFor(release, registry);
    registry.tagged.set('reg.example/e:2.3.4', digestOf('f'));
    await execute(made, registry, options({ built: built() }));
    expect([...registry.tagged.keys()]).toEqual(['reg.example/e:2.3.4']);
  });
});
