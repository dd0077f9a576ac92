/** One cell of the matrix: one promotion, one fault at one request; then what is left, a second run, and a third. */
import type { BuiltImage } from '../../testing/registry/image.js';
import type { FaultRule } from '../../testing/registry/server.js';
import type { Backend } from '../world/backend.js';
import type { Attempt } from '../world/engine.js';
import { RIVAL, type Scenario } from '../world/scenario.js';
import { startStranger } from '../world/stranger.js';
import { fakeTime } from '../world/time.js';
import { createWorld, nameOfTag, type World } from '../world/world.js';
import type { FaultKind, Scene } from './faults.js';
import {
  attachmentsAreCarriedOrMissed,
  exitTellsTheTruth,
  failureIsExplained,
  followersFollow,
  isRight,
  missing,
  othersAreUntouched,
  runIsBounded,
  secretsStayHome,
  tagsAreOldOrPlanned,
  tagsAreWhole,
  type Evidence,
} from './invariants.js';
import { matchOf, nthOf, type Step } from './steps.js';

export interface Cell {
  readonly scenario: Scenario;
  readonly step: Step;
  readonly fault: FaultKind;
}

/**
 * How the run with the fault ended.
 * - `cured`: exit status 0, every tag right
 * - `untouched`: another one, every wanted tag as it was
 * - `told`: another one although some or all tags are right: that could not be known any more
 * - `lost`: a rival's tag was overwritten, which nobody can see without conditional writes
 */
export type Ending = 'cured' | 'untouched' | 'told' | 'lost';

export interface CellResult {
  readonly cell: Cell;
  readonly ending: Ending;
  /** invariants that do not hold, in words */
  readonly broken: readonly string[];
  /** milliseconds of real time */
  readonly took: number;
  readonly said: string;
}

/** Fake time that a run may take, milliseconds. */
const LIMIT = 120_000;
/** Real time after which a run counts as hanging. */
const HANGS = 30_000;
/** Real time for an answer when nothing is wrong, milliseconds. */
const CALM = 5_000;

/** `normal`: requests of this scenario without any fault. */
export async function runCell(cell: Cell, backend: Backend, normal: number): Promise<CellResult> {
  const started = performance.now();
  const { scenario, step, fault } = cell;
  const world = await createWorld(scenario, backend, fault.doors);
  const stranger = await startStranger(world[step.side].raw);
  try {
    const before = await world.tags();
    const mark = requestsOf(world);
    const time = fakeTime(LIMIT, backend.breathMs);
    const match = matchOf(step, repositoriesOf(world));
    const nth = nthOf(step, backend.logins);
    const scene: Scene = { step, match, nth, world, time, stranger, door: world[step.side].door };
    const hasty: string[] = [];
    const fired = strike(scene, fault.rules(scene), hasty);
    const first = await unlessItHangs(world.promote(time, fault.patience * backend.slowness));
    const struck = fired();
    const requests = requestsOf(world) - mark + stranger.seen.length;
    await calm(world);
    const after = await world.tags();
    const evidence: Evidence = {
      world,
      stranger,
      rival: fault.rival,
      believable: fault.believable,
      before,
      after,
      attempt: first,
      hasty,
      requests,
      normal,
      elapsed: time.elapsed(),
      limit: LIMIT,
    };
    const expected = typeof fault.expect === 'string' ? fault.expect : fault.expect(step);
    const broken = [
      ...(struck ? [] : ['the fault never struck']),
      ...tagsAreOldOrPlanned(evidence),
      ...othersAreUntouched(evidence),
      ...(await tagsAreWhole(evidence)),
      ...followersFollow(evidence),
      ...exitTellsTheTruth(evidence),
      ...secretsStayHome(evidence),
      ...runIsBounded(evidence),
      ...failureIsExplained(evidence),
      ...(await attachmentsAreCarriedOrMissed(evidence)),
      ...(expected === 'cured' && first.exitCode !== 0 ? ['it should have been cured'] : []),
      ...(await runsAgain(evidence, backend)),
    ];
    return { cell, ending: endingOf(evidence), broken, took: performance.now() - started, said: first.said };
  } finally {
    await stranger.close();
    await world.close();
  }
}

/** The repositories that steps speak of. */
export function repositoriesOf(world: World): { readonly source: string; readonly target: string } {
  const target = world.wanted[0]?.repository ?? '';
  return { source: world.sourceRepository ?? target, target };
}

/** Sets the faults, and a watch on every write of a wanted tag. Gives the question whether the fault has struck. */
function strike({ step, world }: Scene, rules: readonly FaultRule[], hasty: string[]): () => boolean {
  const watch: FaultRule[] = world.wanted.map(({ repository, tag }) => ({
    match: { kind: 'put-manifest-tag', repository, reference: tag },
    times: 'always',
    fault: {
      kind: 'call',
      when: 'before',
      onRequest: async () => void hasty.push(...(await gapsBelow(world))),
    },
  }));
  world.target.faults.set(watch);
  const side = world[step.side];
  side.faults.set(side === world.target ? [...rules, ...watch] : rules);
  return () =>
    side.faults
      .fired()
      .slice(0, rules.length)
      .some((count) => count > 0);
}

/**
 * When the first tag is written, all that any tag will point at must be there, in every repository; manifests that come
 * with their tags excepted. What is planned the request line does not say: the latest build, or after the source has
 * moved the other image.
 */
async function gapsBelow(world: World): Promise<readonly string[]> {
  const gaps: string[] = [];
  for (const repository of new Set(world.wanted.map((wanted) => wanted.repository))) {
    const candidates = [...world.planned(repository), RIVAL];
    const found = await Promise.all(candidates.map((image) => gapsUnder(world, repository, image)));
    if (found.every((list) => list.length > 0)) gaps.push(...(found[0] ?? []));
  }
  return gaps;
}

async function gapsUnder(world: World, repository: string, image: BuiltImage): Promise<readonly string[]> {
  return (await world.gaps(repository, image)).filter((gap) => gap !== `manifest ${image.digest}`);
}

/** Everything works again. */
async function calm(world: World): Promise<void> {
  for (const side of new Set([world.source, world.target])) {
    side.faults.set([]);
    side.door?.name(true);
    await side.door?.open();
    side.door?.certificate('good');
  }
}

/** I5: without the fault the next run ends well, and the one after it has nothing to write. */
async function runsAgain(evidence: Evidence, backend: Backend): Promise<string[]> {
  const { world, rival } = evidence;
  const again = () =>
    unlessItHangs(world.promote(fakeTime(LIMIT, backend.breathMs), CALM * backend.slowness));
  const second = await again();
  const settled = await world.tags();
  const mark = world.target.requests.length;
  const third = await again();
  const writes = world.target.requests.slice(mark).filter(isWrite);
  const broken = writes.map(({ method, url }) => `I5: the third run sent ${method} ${url}`);
  const right = isRight({ ...evidence, after: settled });
  if (!rival && (second.exitCode !== 0 || !right)) {
    broken.push(`I5: the second run ended with ${String(second.exitCode)}: ${failuresOf(second)}`);
  }
  if (!rival) {
    const left = await missing(world, settled);
    broken.push(...left.map((what) => `I9: ${what} is not there after the second run`));
  }
  if (third.exitCode !== second.exitCode)
    broken.push(`I5: the third run ended with ${String(third.exitCode)}`);
  return broken;
}

/** What went wrong in the words of the report; all that was said where there is none. */
function failuresOf({ report, said }: Attempt): string {
  const errors = (report?.actions ?? []).flatMap(({ error }) => (error === null ? [] : [error.text]));
  return errors.length > 0 ? [...new Set(errors)].join('; ') : said.slice(-1500);
}

function isWrite({ method, kind }: { readonly method: string; readonly kind: string }): boolean {
  return method !== 'GET' && method !== 'HEAD' && kind !== 'token';
}

function endingOf(evidence: Evidence): Ending {
  const { world, attempt, rival, before, after } = evidence;
  if (rival && overwrote(evidence)) return 'lost';
  if (attempt.exitCode === 0) return 'cured';
  const same = world.wanted.every((wanted) => {
    const now = after.get(nameOfTag(wanted));
    return now === before.get(nameOfTag(wanted)) || (rival && now === RIVAL.digest);
  });
  return same ? 'untouched' : 'told';
}

/** Did a rival's content stand under the tag and then go? */
function overwrote({ world, before, after }: Evidence): boolean {
  return world.wanted.some((wanted) => {
    const history = (world.target.history ?? []).filter(
      (event) => event.tag === wanted.tag && event.repository === wanted.repository,
    );
    const wrote = history.some(({ digest, request }) => digest === RIVAL.digest && request === null);
    const name = nameOfTag(wanted);
    return wrote && after.get(name) !== RIVAL.digest && before.get(name) !== RIVAL.digest;
  });
}

function requestsOf(world: World): number {
  const sides = new Set([world.source, world.target]);
  return [...sides].reduce((sum, side) => sum + side.requests.length, 0);
}

/** A run that does not end in time is a finding and must not stop the others. */
async function unlessItHangs(run: Promise<Attempt>): Promise<Attempt> {
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<Attempt>((resolve) => {
    timer = setTimeout(
      () =>
        resolve({
          exitCode: null,
          report: null,
          error: null,
          crash: new Error(`it did not end within ${HANGS / 1000} s`),
          said: '',
          annotations: [],
          requests: 0,
        }),
      HANGS,
    );
  });
  try {
    return await Promise.race([run, hangs]);
  } finally {
    clearTimeout(timer);
  }
}

/** How many requests a run of this scenario sends when nothing goes wrong. */
export async function normalRequests(scenario: Scenario, backend: Backend): Promise<number> {
  const world = await createWorld(scenario, backend, 'none');
  try {
    const mark = requestsOf(world);
    const { exitCode, said } = await world.promote(
      fakeTime(LIMIT, backend.breathMs),
      CALM * backend.slowness,
    );
    if (exitCode !== 0) throw new Error(`without any fault: exit status ${String(exitCode)}\n${said}`);
    return requestsOf(world) - mark;
  } finally {
    await world.close();
  }
}
