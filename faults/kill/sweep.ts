/** Kills the command line at each request of a promotion, one after the other; then runs it twice more. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { FaultRule } from '../../src/embedded/server.js';
import { inParallel } from '../../e2e/support/process.js';
import { embedded } from '../world/backend.js';
import { BETWEEN, IMAGE, MOVE, WITHIN, type Scenario } from '../world/scenario.js';
import { createWorld, nameOfTag, type Side, type World } from '../world/world.js';
import { deskOf, type Child, type Ended } from './child.js';

/** How the process is ended, and whether the registry had done what the request asked for. */
export interface Way {
  readonly name: string;
  readonly signal: 'SIGKILL' | 'SIGTERM';
  readonly when: 'before' | 'after';
}

export const WAYS: readonly Way[] = [
  { name: 'SIGKILL before the request is handled', signal: 'SIGKILL', when: 'before' },
  { name: 'SIGKILL after it was handled', signal: 'SIGKILL', when: 'after' },
  { name: 'SIGTERM before the request is handled', signal: 'SIGTERM', when: 'before' },
  { name: 'SIGTERM after it was handled', signal: 'SIGTERM', when: 'after' },
];

/** What the sweep kills; releases need a real builder, see release.ts. */
export const PROMOTIONS: readonly Scenario[] = [BETWEEN, WITHIN, MOVE];

export interface Kill {
  readonly scenario: Scenario;
  readonly way: Way;
  readonly side: 'source' | 'target';
  /** which request to that side, from 1 */
  readonly nth: number;
}

export interface KillResult {
  readonly kill: Kill;
  /** the tags after the kill: as before, as planned, or some of each */
  readonly left: 'before' | 'planned' | 'some';
  readonly broken: readonly string[];
}

/** The requests of a promotion by side, when nobody is killed. */
export async function countRequests(scenario: Scenario): Promise<readonly Pick<Kill, 'side' | 'nth'>[]> {
  const world = await createWorld(scenario, embedded, 'none');
  const desk = deskOf(world);
  try {
    const ended = await desk.apply().ended;
    if (ended.status !== 0)
      throw new Error(`without a kill: ${String(ended.status)}\n${ended.stdout}${ended.stderr}`);
    const sides: readonly ('source' | 'target')[] =
      world.source === world.target ? ['target'] : ['source', 'target'];
    return sides.flatMap((side) => world[side].requests.map((_request, at) => ({ side, nth: at + 1 })));
  } finally {
    desk.remove();
    await world.close();
  }
}

/** All kills of all promotions with these ways. `lanes` children at once. */
export async function sweep(
  lanes: number,
  scenarios: readonly Scenario[] = PROMOTIONS,
  ways: readonly Way[] = WAYS,
): Promise<readonly KillResult[]> {
  const kills: Kill[] = [];
  for (const scenario of scenarios) {
    const moments = await countRequests(scenario);
    for (const way of ways) for (const moment of moments) kills.push({ scenario, way, ...moment });
  }
  const results: KillResult[] = [];
  await inParallel(kills, lanes, async (kill) => void results.push(await killOnce(kill)));
  return results;
}

async function killOnce(kill: Kill): Promise<KillResult> {
  const world = await createWorld(kill.scenario, embedded, 'none');
  const desk = deskOf(world);
  try {
    const before = await world.tags();
    const holder: { child?: Child } = {};
    world[kill.side].faults.set([ruleOf(kill, holder)]);
    holder.child = desk.apply();
    const first = await holder.child.ended;
    const struck = (world[kill.side].faults.fired()[0] ?? 0) > 0;
    for (const side of sidesOf(world)) side.faults.set([]);
    const after = await world.tags();
    const broken = [
      ...(struck ? checkEnd(kill, first) : [`request ${kill.nth} never came`]),
      ...(await checkTags(world, before, after)),
      ...(await checkAgain(world, () => desk.apply().ended)),
    ];
    return { kill, left: leftOf(world, before, after), broken };
  } finally {
    desk.remove();
    await world.close();
  }
}

function ruleOf({ way, nth }: Kill, holder: { child?: Child }): FaultRule {
  return {
    match: {},
    nth,
    fault: {
      kind: 'call',
      when: way.when,
      onRequest: async () => {
        holder.child?.kill(way.signal);
        await holder.child?.ended;
        // The end of the connection is seen a little later than the end of the process.
        await sleep(5);
      },
    },
  };
}

function checkEnd({ way }: Kill, { status, signal, stdout, stderr, afterSignal }: Ended): string[] {
  if (way.signal === 'SIGKILL')
    return signal === 'SIGKILL' ? [] : [`it ended with ${String(status)}, not by the signal`];
  return [
    ...(status === 143 ? [] : [`exit status ${String(status)} instead of 143\n${stdout}${stderr}`]),
    ...(afterSignal > 5_000 ? [`it took ${Math.round(afterSignal)} ms to end`] : []),
  ];
}

async function checkTags(
  world: World,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Promise<string[]> {
  const broken: string[] = [];
  for (const wanted of world.wanted) {
    const name = nameOfTag(wanted);
    const now = after.get(name);
    if (now !== before.get(name) && now !== IMAGE.digest) broken.push(`${wanted.tag} is ${now ?? 'absent'}`);
    if (now !== IMAGE.digest) continue;
    broken.push(...(await world.gaps(wanted.repository, IMAGE)).map((gap) => `${wanted.tag} lacks ${gap}`));
  }
  return broken;
}

/** The second run completes the first, the third writes nothing. */
async function checkAgain(world: World, apply: () => Promise<Ended>): Promise<string[]> {
  const second = await apply();
  const tags = await world.tags();
  const wrong = world.wanted.filter((wanted) => tags.get(nameOfTag(wanted)) !== IMAGE.digest);
  const marks = sidesOf(world).map((side) => [side, side.requests.length] as const);
  const third = await apply();
  const writes = marks.flatMap(([side, mark]) =>
    side.requests
      .slice(mark)
      .filter(({ method, kind }) => !['GET', 'HEAD'].includes(method) && kind !== 'token'),
  );
  return [
    ...(second.status === 0
      ? []
      : [`the second run ended with ${String(second.status)}\n${second.stdout}${second.stderr}`]),
    ...wrong.map(({ tag }) => `the second run left ${tag} wrong`),
    ...(third.status === 0 ? [] : [`the third run ended with ${String(third.status)}`]),
    ...writes.map(({ method, url }) => `the third run sent ${method} ${url}`),
  ];
}

function leftOf(
  world: World,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): KillResult['left'] {
  const names = world.wanted.map(nameOfTag);
  if (names.every((name) => after.get(name) === before.get(name))) return 'before';
  return names.every((name) => after.get(name) === IMAGE.digest) ? 'planned' : 'some';
}

function sidesOf(world: World): readonly Side[] {
  return world.source === world.target ? [world.target] : [world.source, world.target];
}
