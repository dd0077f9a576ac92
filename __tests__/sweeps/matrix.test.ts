import { describe, expect, test } from '@jest/globals';

import { cellName, runCells, selectCells } from '../../faults/matrix/matrix.js';
import { FAULTS, isShort } from '../../faults/matrix/faults.js';
import { matchOf, nameOf, nthOf, stepsOf, type Step } from '../../faults/matrix/steps.js';
import { repositoriesOf } from '../../faults/matrix/cell.js';
import { matches } from '../../testing/registry/faults.js';
import type { LoggedRequest } from '../../testing/registry/server.js';
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
  test.each(
    FAULTS.filter((fault) => isShort(fault) && !fault.http2).map(
      (fault, number) => [fault.name, fault, number] as const,
    ),
  )(
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

/** Requests of a promotion without faults that reach one side, in order; those of other images of a release left out. */
interface Sent {
  readonly role: Step['side'];
  readonly requests: readonly LoggedRequest[];
}

describe('the table of requests', () => {
  test.each(SCENARIOS)('$name: names every request that a promotion sends', async (scenario) => {
    const { sent, repositories } = await promoted(scenario);
    const unnamed = sent.flatMap(({ role, requests }) =>
      requests.filter((request) => nameOf(request, role, stepsOf(scenario), repositories) === null),
    );
    expect(unnamed.map(({ method, url }) => `${method} ${url}`)).toEqual([]);
  });

  test.each(SCENARIOS)('$name: each step is one request, answered as the table says', async (scenario) => {
    const { sent, repositories } = await promoted(scenario);
    const found = stepsOf(scenario).map((step) => ({ step, request: meant(step, sent, repositories) }));
    expect(found.filter(({ request }) => request === undefined).map(({ step }) => step.name)).toEqual([]);
    expect(new Set(found.map(({ request }) => request)).size).toBe(found.length);
    const wrong = found.filter(({ step, request }) => !answers(step).includes(request?.status ?? 0));
    expect(wrong.map(({ step, request }) => [step.name, request?.status])).toEqual([]);
  });

  test.each(SCENARIOS)('$name: every request about a wanted tag has a step of its own', async (scenario) => {
    const { sent, repositories, tags } = await promoted(scenario);
    const steps = stepsOf(scenario).map((step) => meant(step, sent, repositories));
    const about = sent
      .filter(({ role }) => role === 'target')
      .flatMap(({ requests }) => requests)
      .filter(({ repository, reference }) => {
        return repository === repositories.target && reference !== null && tags.includes(reference);
      });
    expect(about.length).toBeGreaterThanOrEqual(scenario.attachments === 'late' ? 1 : 4);
    const missed = about.filter((request) => !steps.includes(request));
    expect(missed.map(({ method, url, status }) => `${method} ${url}: ${status}`)).toEqual([]);
  });
});

async function promoted(scenario: Scenario): Promise<{
  readonly sent: readonly Sent[];
  readonly repositories: ReturnType<typeof repositoriesOf>;
  readonly tags: readonly string[];
}> {
  const world = await createWorld(scenario, embedded, 'none');
  try {
    const marks = new Map([world.source, world.target].map((side) => [side, side.requests.length]));
    expect((await world.promote(fakeTime(60_000), 5_000)).exitCode).toBe(0);
    const repositories = repositoriesOf(world);
    // The other images of a release send what the first one sends, to repositories of their own.
    const others = world.wanted
      .map(({ repository }) => repository)
      .filter((repository) => !Object.values(repositories).includes(repository));
    const sent = (['source', 'target'] as const)
      .filter((role) => role === 'target' || world.source !== world.target)
      .map((role) => ({
        role,
        requests: world[role].requests
          .slice(marks.get(world[role]))
          .filter(({ repository }) => repository === null || !others.includes(repository)),
      }));
    return { sent, repositories, tags: world.wanted.map(({ tag }) => tag) };
  } finally {
    await world.close();
  }
}

/** The request that a fault at this step strikes. */
function meant(
  step: Step,
  sent: readonly Sent[],
  repositories: ReturnType<typeof repositoriesOf>,
): LoggedRequest | undefined {
  const { requests = [] } = sent.find(({ role }) => role === step.side) ?? {};
  const match = matchOf(step, repositories);
  return requests.filter((request) => matches(match, request))[nthOf(step, embedded.logins) - 1];
}

function answers({ login, answer, kind }: Step): readonly number[] {
  if (login === 'demand') return [401];
  if (answer !== 'headers') return answer === 'body' ? [200] : [404];
  if (kind.startsWith('head')) return [200, 404];
  return kind === 'start-upload' ? [202] : [201];
}
