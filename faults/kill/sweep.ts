/** Kills the command line at each request of a promotion, one after the other; then runs it twice more. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { FaultMatch, FaultRule } from '../../testing/registry/server.js';
import { inParallel } from '../../e2e/support/process.js';
import { embedded } from '../world/backend.js';
import { BETWEEN, IMAGE, MOVE, RECORDED, RECORDED_WITHIN, WITHIN, type Scenario } from '../world/scenario.js';
import { createWorld, nameOfTag, type Side, type World } from '../world/world.js';
import { recordsOn } from './records.js';
import { deskOf, KILL_AFTER, SETTLE, type Child, type Ended } from './child.js';

/** How the process is ended, and when: before or after the registry did what a request asked for, or between write and read-back. */
export interface Way {
  readonly name: string;
  readonly signal: 'SIGKILL' | 'SIGTERM';
  readonly when: 'before' | 'after' | 'settling';
}

export const WAYS: readonly Way[] = [
  { name: 'SIGKILL before the request is handled', signal: 'SIGKILL', when: 'before' },
  { name: 'SIGKILL after it was handled', signal: 'SIGKILL', when: 'after' },
  { name: 'SIGTERM before the request is handled', signal: 'SIGTERM', when: 'before' },
  { name: 'SIGTERM after it was handled', signal: 'SIGTERM', when: 'after' },
  { name: 'SIGKILL while a tag settles', signal: 'SIGKILL', when: 'settling' },
  { name: 'SIGTERM while a tag settles', signal: 'SIGTERM', when: 'settling' },
];

/** What the sweep kills; releases need a real builder, see release.ts. */
export const PROMOTIONS: readonly Scenario[] = [BETWEEN, WITHIN, MOVE, RECORDED, RECORDED_WITHIN];

/** A request of a promotion: which of those to a side that match, from 1. */
interface Moment {
  readonly side: 'source' | 'target';
  readonly match: FaultMatch;
  readonly nth: number;
}

export interface Kill extends Moment {
  readonly scenario: Scenario;
  readonly way: Way;
}

export interface KillResult {
  readonly kill: Kill;
  /** the tags after the kill: as before, as planned, or some of each */
  readonly left: 'before' | 'planned' | 'some';
  readonly broken: readonly string[];
}

/** The requests of a promotion by side, when nobody is killed. */
async function countRequests(scenario: Scenario): Promise<readonly Moment[]> {
  const world = await createWorld(scenario, embedded, 'none');
  const desk = deskOf(world);
  try {
    const ended = await desk.apply().ended;
    if (ended.status !== 0)
      throw new Error(`without a kill: ${String(ended.status)}\n${ended.stdout}${ended.stderr}`);
    const sides: readonly ('source' | 'target')[] =
      world.source === world.target ? ['target'] : ['source', 'target'];
    return sides.flatMap((side) =>
      world[side].requests.map((_request, at) => ({ side, match: {}, nth: at + 1 })),
    );
  } finally {
    desk.remove();
    await world.close();
  }
}

/** The writes that a read-back waits for. */
function writesOf({ wanted }: Scenario): readonly Moment[] {
  return wanted.map(({ repository, tag }) => ({
    side: 'target',
    match: { kind: 'put-manifest-tag', repository, reference: tag },
    nth: 1,
  }));
}

/** All kills of all promotions in these ways, `every`: at each Nth request. `lanes` children at once. */
export async function sweep(
  lanes: number,
  ways: readonly Way[],
  every: number,
  scenarios: readonly Scenario[] = PROMOTIONS,
): Promise<readonly KillResult[]> {
  const kills: Kill[] = [];
  for (const scenario of scenarios) {
    const moments = await countRequests(scenario);
    for (const way of ways) {
      const some =
        way.when === 'settling' ? writesOf(scenario) : moments.filter((_moment, at) => at % every === 0);
      kills.push(...some.map((moment) => ({ scenario, way, ...moment })));
    }
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
    const holder: Holder = { hasty: 0 };
    world[kill.side].faults.set([
      kill.way.when === 'settling' ? settlingRule(kill, holder, world) : ruleOf(kill, kill.way.when, holder),
    ]);
    holder.child = desk.apply(kill.way.when === 'settling' ? SETTLE : '0');
    const first = await holder.child.ended;
    const struck = (world[kill.side].faults.fired()[0] ?? 0) > 0;
    for (const side of sidesOf(world)) side.faults.set([]);
    const after = await world.tags();
    const broken = [
      ...(struck ? checkEnd(kill, first) : [`request ${kill.nth} never came`]),
      ...(kill.way.when === 'settling' ? checkWait(kill, holder, first, after) : []),
      ...(await checkTags(world, before, after)),
      ...(await checkAgain(world, () => desk.apply().ended)),
    ];
    return { kill, left: leftOf(world, before, after), broken };
  } finally {
    desk.remove();
    await world.close();
  }
}

interface Holder {
  child?: Child;
  /** requests that came between the write and the signal: there must be none */
  hasty: number;
}

function ruleOf({ way, match, nth }: Kill, when: 'before' | 'after', holder: Holder): FaultRule {
  return {
    match,
    nth,
    fault: {
      kind: 'call',
      when,
      onRequest: async () => {
        holder.child?.kill(way.signal);
        await holder.child?.ended;
        // The end of the connection is seen a little later than the end of the process.
        await sleep(5);
      },
    },
  };
}

/** The answer goes out, and the signal comes in the wait that begins with it. */
function settlingRule({ way, match, nth, side }: Kill, holder: Holder, world: World): FaultRule {
  const onRequest = (): void => {
    const mark = world[side].requests.length;
    void sleep(KILL_AFTER).then(() => {
      holder.hasty = world[side].requests.length - mark;
      holder.child?.kill(way.signal);
    });
  };
  return { match, nth, fault: { kind: 'call', when: 'after', onRequest } };
}

/** The tag was written, nobody looked at it yet, and a run that could still speak did not call it done. */
function checkWait(
  { way, match }: Kill,
  { hasty }: Holder,
  { stdout, stderr }: Ended,
  after: ReadonlyMap<string, string>,
): string[] {
  const name = nameOfTag({ repository: match.repository ?? '', tag: match.reference ?? '' });
  // Lines end where the terminal does.
  const told = (stdout + stderr).replace(/\s+/g, ' ').includes('cannot be read back: stopped by SIGTERM');
  return [
    ...(hasty === 0 ? [] : [`${hasty} requests came between the write and the signal`]),
    ...(after.get(name) === IMAGE.digest ? [] : [`${name} was not written`]),
    ...(way.signal === 'SIGTERM' && !told
      ? [`nothing says that it was not read back\n${stdout}${stderr}`]
      : []),
  ];
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
    ...(world.scenario.record ? await checkRecords(world) : []),
  ];
}

/** Each tag has one record, neither none nor two. */
async function checkRecords(world: World): Promise<string[]> {
  const base = `http://${world.target.host}/v2`;
  const broken: string[] = [];
  for (const { repository, tag } of world.wanted) {
    const records = await recordsOn(`${base}/${repository}`, IMAGE.digest, world.logins[0]);
    const count = records.filter((each) => each === tag).length;
    if (count !== 1) broken.push(`${tag} has ${count} records`);
  }
  return broken;
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
