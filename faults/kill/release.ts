/** Kills a release that builds two images with docker buildx, at each request that reaches the registry; then runs it twice more. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startBuildkit } from '../../e2e/support/buildkit.js';
import { temporaryDirectory } from '../../e2e/support/process.js';
import { startProject, type Project } from '../../e2e/support/project.js';
import {
  startRegistry,
  type Call,
  type EmbeddedRegistry,
  type FaultRule,
} from '../../testing/registry/server.js';
import { RELEASE_POLICY, RELEASE_REF } from '../world/scenario.js';
import { KILL_AFTER, SETTLE, start, type Child, type Ended } from './child.js';

export interface ReleaseKill {
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** which request to the registry, from 1, whoever sends it; with `settling` which write of a tag */
  readonly nth: number;
  /** in the wait between the write and its read-back */
  readonly settling: boolean;
}

export interface ReleaseResult {
  readonly kill: ReleaseKill;
  /** `PUT shop/api:1.3 by retag` */
  readonly at: string;
  readonly left: 'nothing' | 'some' | 'all';
  readonly broken: readonly string[];
}

const IMAGES = ['api', 'web'];
const TAGS = ['v1.3.0', '1.3', 'latest'];
/** The last write of the versions, and of the channels: the waits begin with them. */
const LAST_OF_KIND = [IMAGES.length, IMAGES.length * TAGS.length];

/**
 * `every`: at each Nth request; null: only in the waits between write and read-back. Each kill has repositories of its own in
 * one registry. BuildKit keeps what it built, so that later runs are short.
 */
export async function sweepRelease(every: number | null): Promise<readonly ReleaseResult[]> {
  const registry = await startRegistry();
  const buildkit = await startBuildkit([registry.host]);
  const directory = temporaryDirectory('kill-release');
  try {
    const project = await startProject(directory.path, buildkit);
    const desk: Desk = { registry, project };
    // The first run uploads what later ones find or mount.
    await countRequests(desk, 'first');
    const total = await countRequests(desk, 'second');
    const results: ReleaseResult[] = [];
    const kills: ReleaseKill[] = [];
    const [last, step] = every === null ? [0, 1] : [total, every];
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      for (let nth = 1; nth <= last; nth += step) kills.push({ signal, nth, settling: false });
      for (const nth of LAST_OF_KIND) kills.push({ signal, nth, settling: true });
    }
    for (const kill of kills) {
      const result = await killOnce(desk, kill);
      if (result !== null) results.push(result);
    }
    return results;
  } finally {
    await buildkit.stop();
    await registry.close();
    directory.remove();
  }
}

interface Desk {
  readonly registry: EmbeddedRegistry;
  readonly project: Project;
}

async function apply({ project, registry }: Desk, place: string, settle = '0'): Promise<Child> {
  const builds = IMAGES.map((name) => `  - name: ${registry.host}/${place}/${name}\n    context: app\n`);
  writeFileSync(join(project.path, 'tags.yaml'), `${RELEASE_POLICY}builds:\n${builds.join('')}`);
  return start(
    await project.words(RELEASE_REF, 'apply', ['--config', 'tags.yaml', '--settle', settle]),
    project.env,
    project.path,
  );
}

async function countRequests(desk: Desk, place: string): Promise<number> {
  const mark = desk.registry.requests.length;
  const ended = await (await apply(desk, place)).ended;
  if (ended.status !== 0)
    throw new Error(`without a kill: ${String(ended.status)}\n${ended.stdout}${ended.stderr}`);
  return desk.registry.requests.length - mark;
}

/** Null when the run needed fewer requests this time: builders do not always ask for the same things. */
async function killOnce(desk: Desk, kill: ReleaseKill): Promise<ReleaseResult | null> {
  const { registry } = desk;
  const place = `${kill.signal.toLowerCase()}-${kill.settling ? 'settling-' : ''}${kill.nth}`;
  const holder: Holder = { hasty: 0 };
  registry.faults.set([kill.settling ? settlingRule(kill, holder, registry) : ruleOf(kill, holder)]);
  holder.child = await apply(desk, place, kill.settling ? SETTLE : '0');
  const first = await holder.child.ended;
  registry.faults.set([]);
  if (holder.at === undefined && first.status === 0) return null;
  const left = leftOf(registry, place);
  const broken = [
    ...checkEnd(kill, first),
    ...(holder.hasty === 0 ? [] : [`${holder.hasty} requests came between the write and the signal`]),
    ...checkTags(registry, place),
    ...(await checkAgain(desk, place)),
  ];
  return { kill, at: holder.at ?? '', left, broken };
}

interface Holder {
  child?: Child;
  at?: string;
  /** requests that came between the write and the signal: there must be none */
  hasty: number;
}

function ruleOf(kill: ReleaseKill, holder: Holder): FaultRule {
  const onRequest = async (call: Call): Promise<void> => {
    const agent = call.headers['user-agent']?.startsWith('retag') === true ? 'Retag' : 'the builder';
    holder.at = `${call.kind} by ${agent}`;
    holder.child?.kill(kill.signal);
    await holder.child?.ended;
    await sleep(5);
  };
  return { match: {}, nth: kill.nth, fault: { kind: 'call', when: 'before', onRequest } };
}

/** The answer goes out, and the signal comes in the wait that begins with it. */
function settlingRule(kill: ReleaseKill, holder: Holder, registry: EmbeddedRegistry): FaultRule {
  const onRequest = ({ reference }: Call): void => {
    holder.at = `the wait after ${reference === 'v1.3.0' ? 'the versions' : 'the channels'}`;
    const mark = registry.requests.length;
    void sleep(KILL_AFTER).then(() => {
      holder.hasty = registry.requests.length - mark;
      holder.child?.kill(kill.signal);
    });
  };
  return {
    match: { kind: 'put-manifest-tag' },
    nth: kill.nth,
    fault: { kind: 'call', when: 'after', onRequest },
  };
}

function checkEnd({ signal }: ReleaseKill, ended: Ended): string[] {
  if (signal === 'SIGKILL')
    return ended.signal === 'SIGKILL' ? [] : [`it ended with ${String(ended.status)}`];
  return [
    ...(ended.status === 143
      ? []
      : [`exit status ${String(ended.status)} instead of 143\n${ended.stdout}${ended.stderr}`]),
    ...(ended.afterSignal > 10_000 ? [`it took ${Math.round(ended.afterSignal)} ms to end`] : []),
  ];
}

function leftOf(registry: EmbeddedRegistry, place: string): ReleaseResult['left'] {
  const there = IMAGES.flatMap((name) => TAGS.filter((tag) => registry.manifest(`${place}/${name}`, tag)));
  if (there.length === 0) return 'nothing';
  return there.length === IMAGES.length * TAGS.length ? 'all' : 'some';
}

/** A tag is never there before both images are, and never another image than its version. */
function checkTags(registry: EmbeddedRegistry, place: string): string[] {
  return IMAGES.flatMap((name) => {
    const repository = `${place}/${name}`;
    const version = registry.manifest(repository, 'v1.3.0')?.digest;
    return TAGS.flatMap((tag) => {
      const digest = registry.manifest(repository, tag)?.digest;
      if (digest === undefined || digest === version) return [];
      return [`${name}:${tag} is ${digest}, the version is ${version ?? 'absent'}`];
    });
  });
}

async function checkAgain(desk: Desk, place: string): Promise<string[]> {
  const { registry } = desk;
  const tagged = new Map(
    IMAGES.map((name) => [name, registry.manifest(`${place}/${name}`, 'v1.3.0')?.digest]),
  );
  const second = await (await apply(desk, place)).ended;
  const moved = IMAGES.filter((name) => {
    const before = tagged.get(name);
    return before !== undefined && before !== registry.manifest(`${place}/${name}`, 'v1.3.0')?.digest;
  });
  const complete = leftOf(registry, place) === 'all';
  const mark = registry.requests.length;
  const third = await (await apply(desk, place)).ended;
  const writes = registry.requests.slice(mark).filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  return [
    ...(second.status === 0
      ? []
      : [`the second run ended with ${String(second.status)}\n${second.stdout}${second.stderr}`]),
    ...(complete ? [] : ['the second run did not complete the release']),
    ...checkTags(registry, place),
    ...moved.map((name) => `the second run moved the version of ${name}`),
    ...(third.status === 0 ? [] : [`the third run ended with ${String(third.status)}`]),
    ...writes.map(({ method, url }) => `the third run sent ${method} ${url}`),
  ];
}
