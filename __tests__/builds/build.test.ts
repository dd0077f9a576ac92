import { describe, expect, test } from '@jest/globals';
import type { BakeDefinition, Builder, BuilderState } from '../../src/builds/model.js';
import { OperationError, UserError } from '../../src/errors.js';
import { buildWith } from '../support/building.js';

const IMAGE = 'reg.example/a';

/** Builds with a builder that does as it is told; gives back the calls and what came of it. */
async function bake(told: Partial<Builder> = {}, state: Partial<BuilderState> = {}, images = [IMAGE]) {
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
  const result = await buildWith(images, builder).catch((error: unknown) => ({ thrown: error }));
  return { calls, result };
}

/** Why there is no image. */
function failure(result: Awaited<ReturnType<typeof bake>>['result']): unknown {
  const built = 'results' in result ? result.results.get(IMAGE) : undefined;
  return built?.ok === false ? built.error.cause : built;
}

describe('a build', () => {
  test('prepares, bakes once, closes; says which builder', async () => {
    const { calls, result } = await bake({}, { temporary: true });
    expect(calls).toEqual(['prepare 1', 'bake 1', 'close']);
    expect(result).toMatchObject({ targets: [] });
    expect('log' in result && result.log.lines.at(-1)).toBe('Builder b (remote, made for this run).');
  });

  test('a builder of several nodes gets a target for each platform', async () => {
    expect((await bake({}, { nodes: 2 })).calls).toEqual(['prepare 1', 'prepare 2', 'bake 2', 'close']);
  });

  test('a builder that fails is an answer, whether at prepare or at bake; it is closed all the same', async () => {
    const error = new OperationError('unavailable', 'no daemon');
    const atPrepare = await bake({ prepare: () => Promise.reject(error) });
    expect(atPrepare.calls).toEqual(['prepare 1', 'close']);
    expect(failure(atPrepare.result)).toBe(error);
    const atBake = await bake({ bake: () => Promise.reject(error) });
    expect(atBake.calls).toEqual(['prepare 1', 'bake 1', 'close']);
    expect(failure(atBake.result)).toBe(error);
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

test('a build that failed: the same reason for every image, and what it means', async () => {
  const error = new OperationError('rejected', 'target b: exit status 1');
  const { result } = await bake({ bake: () => Promise.reject(error) }, {}, [
    'reg.example/a',
    'reg.example/b',
  ]);
  const all = 'results' in result ? [...result.results] : [];
  expect(all.map(([image]) => image)).toEqual(['reg.example/a', 'reg.example/b']);
  for (const [, each] of all) {
    expect(each).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: 'no tag is written: target b: exit status 1' },
    });
  }
});
