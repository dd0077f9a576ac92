import { describe, expect, test } from '@jest/globals';

import { cellName, runCells, selectCells } from '../../faults/matrix/matrix.js';
import { FAULTS, isShort } from '../../faults/matrix/faults.js';
import { nameOf, stepsOf, type Step } from '../../faults/matrix/steps.js';
import { repositoriesOf } from '../../faults/matrix/cell.js';
import { embedded } from '../../faults/world/backend.js';
import { SCENARIOS, type Scenario } from '../../faults/world/scenario.js';
import { fakeTime } from '../../faults/world/time.js';
import { createWorld } from '../../faults/world/world.js';

/**
 * One fault of each family, at every request of the short promotion and at every fourth of the long ones, another fourth for
 * each fault. `npm run faults` has them all.
 */
const isTurn = (scenario: Scenario, step: Step, fault: number): boolean =>
  scenario.name === 'move' || (stepsOf(scenario).indexOf(step) + fault) % 4 === 0;

describe('one fault at any request leaves tags as they were or as planned, and is cured or told', () => {
  test.each(FAULTS.filter(isShort).map((fault, number) => [fault.name, fault, number] as const))(
    '%s',
    async (_name, fault, number) => {
      const selection = selectCells(
        embedded,
        (scenario, step, other) => other === fault && isTurn(scenario, step, number),
      );
      const { results } = await runCells(selection, embedded, 4);
      expect(results.length).toBeGreaterThan(0);
      const broken = results.filter((result) => result.broken.length > 0);
      expect(broken.map((result) => [cellName(result.cell), ...result.broken])).toEqual([]);
    },
    60_000,
  );
});

describe('the table of requests', () => {
  test.each(SCENARIOS)(
    '$name: names every request that a promotion sends, and each is sent',
    async (scenario) => {
      const world = await createWorld(scenario, embedded, 'none');
      try {
        const repositories = repositoriesOf(world);
        const marks = new Map([world.source, world.target].map((side) => [side, side.requests.length]));
        expect((await world.promote(fakeTime(60_000), 5_000)).exitCode).toBe(0);
        const sides =
          world.source === world.target
            ? [['target', world.target] as const]
            : [['source', world.source] as const, ['target', world.target] as const];
        // The other images of a release send what the first one sends, to repositories of their own.
        const others = world.wanted
          .map(({ repository }) => repository)
          .filter((repository) => !Object.values(repositories).includes(repository));
        const names = sides.flatMap(([role, side]) =>
          side.requests
            .slice(marks.get(side))
            .filter(({ url }) => !others.some((repository) => url.startsWith(`/v2/${repository}/`)))
            .map(
              (request) =>
                nameOf(request, role, stepsOf(scenario), repositories) ?? `${request.method} ${request.url}`,
            ),
        );
        const known = new Set(stepsOf(scenario).map(({ name }) => name));
        expect(names.filter((name) => !known.has(name))).toEqual([]);
      } finally {
        await world.close();
      }
    },
  );
});
