import { describe, expect, test } from '@jest/globals';
import { allFailed, bakeAll } from '../../src/builds/build.js';
import type { BakeDefinition, Builder, BuilderState } from '../../src/builds/model.js';
import { OperationError, UserError } from '../../src/errors.js';
import { build, definitionInput, selected } from '../support/builds.js';
import { recordedLog } from '../support/memory-registry.js';

const INPUT = definitionInput([
  selected(build('reg.example/a', { platforms: ['linux/amd64', 'linux/arm64'] })),
]);

/** Runs bakeAll with a builder that does as it is told; gives back the calls and what came of it. */
async function bake(told: Partial<Builder> = {}, state: Partial<BuilderState> = {}) {
  const calls: string[] = [];
  const targets = (definition: BakeDefinition): number => definition.targets.length;
  const builder: Builder = {
    prepare: (definition) => {
      calls.push(`prepare ${targets(definition)}`);
      return (
        told.prepare?.(definition) ??
        Promise.resolve({
          name: 'b',
          driver: 'remote',
          nodes: 1,
          platforms: [],
          temporary: false,
          version: null,
          ...state,
        })
      );
    },
    bake: (definition) => {
      calls.push(`bake ${targets(definition)}`);
      return told.bake?.(definition) ?? Promise.resolve([]);
    },
    close: () => {
      calls.push('close');
      return Promise.resolve();
    },
  };
  const log = recordedLog();
  const result = await bakeAll(INPUT, builder, log).catch((error: unknown) => ({ thrown: error }));
  return { calls, result, log };
}

describe('bakeAll', () => {
  test('prepares, bakes once, closes; says which builder', async () => {
    const { calls, result, log } = await bake({}, { temporary: true });
    expect(calls).toEqual(['prepare 1', 'bake 1', 'close']);
    expect(result).toEqual([]);
    expect(log.lines).toEqual(['Builder b (remote, made for this run).']);
  });

  test('a builder of several nodes gets a target for each platform', async () => {
    expect((await bake({}, { nodes: 2 })).calls).toEqual(['prepare 1', 'prepare 2', 'bake 2', 'close']);
  });

  test('a builder that fails is an answer, whether at prepare or at bake; it is closed all the same', async () => {
    const error = new OperationError('unavailable', 'no daemon');
    const atPrepare = await bake({ prepare: () => Promise.reject(error) });
    expect(atPrepare).toMatchObject({ calls: ['prepare 1', 'close'], result: error });
    const atBake = await bake({ bake: () => Promise.reject(error) });
    expect(atBake).toMatchObject({ calls: ['prepare 1', 'bake 1', 'close'], result: error });
  });

  test.each([new UserError({ what: 'no Dockerfile' }), new TypeError('a fault of the program')])(
    'what is no failure of the builder is thrown: $name',
    async (error) => {
      const { calls, result } = await bake({ prepare: () => Promise.reject(error) });
      expect(result).toEqual({ thrown: error });
      expect(calls.at(-1)).toBe('close');
    },
  );
});

test('allFailed: the same reason for every image, and what it means', () => {
  const error = new OperationError('rejected', 'target b: exit status 1');
  const all = allFailed(['a', 'b'], error);
  expect([...all.keys()]).toEqual(['a', 'b']);
  for (const result of all.values()) {
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: 'no tag is written: target b: exit status 1' },
    });
  }
});
