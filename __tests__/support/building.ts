/** The builds of a release, planned and made with a builder that is passed in, against a registry that is a map. */
import { buildRelease, type BuildActions, type BuiltImages, planBuilds } from '../../src/builds/build.js';
import { buildsOfRun } from '../../src/builds/inputs.js';
import type { Builder, BuildPorts } from '../../src/builds/model.js';
import type { Release } from '../../src/builds/release.js';
import { namesOf } from '../../src/classify.js';
import { observe, observeParts } from '../../src/observe.js';
import type { Plan, SourceState } from '../../src/plan/model.js';
import { plan } from '../../src/plan/plan.js';
import { promotionRequest, type Request } from '../../src/request.js';
import { wantBuilds } from '../../src/want.js';
import { FACTS, selected } from './builds.js';
import { memoryRegistry, type MemoryRegistry, recordedLog, type RecordedLog } from './memory-registry.js';
import { factsOf, policyOf } from './policies.js';
import { config, options, repository } from './release.js';

export const TO_BUILD: SourceState = { state: 'to-build' };

/** A release of 1.2.3 under wmcore, its plan made against what the registry holds. */
export async function plannedRelease(
  states: Readonly<Record<string, SourceState>>,
  registry: MemoryRegistry = memoryRegistry({}),
): Promise<{ release: Release; made: Plan }> {
  const names = Object.keys(states);
  const platforms = names.map((name) => `  - { name: ${name}, platforms: [linux/amd64, linux/arm64] }\n`);
  const all = buildsOfRun(config(`policy: wmcore\nbuilds:\n${platforms.join('')}`), options());
  const naming = await namesOf(
    policyOf('policy: wmcore'),
    factsOf('refs/tags/1.2.3'),
    [repository('reg.example/a')],
    { registry, concurrency: 1, claim: null },
  );
  const wanted = wantBuilds(all, naming.resolved!, false);
  const release: Release = {
    names: naming,
    wanted,
    builds: all,
    states: new Map(Object.entries(states)),
    selected: all.map((build) => selected(build.config)),
    stages: [],
  };
  const outside = {
    gatekeeper: { judge: () => Promise.reject(new Error('no gates here')) },
    registry,
    subject: () => ({ home: '', commit: { why: '' } }),
  };
  return {
    release,
    made: plan(wanted, await observe(wanted, registry, observeParts(release, outside), { concurrency: 1 })),
  };
}

/** What this release has to build; null: nothing. */
export function toBuild(
  { release, made }: Awaited<ReturnType<typeof plannedRelease>>,
  platform = '',
): Promise<BuildActions | null> {
  return planBuilds(release, made, requestOf('plan', platform), portsOf(noBuilder));
}

/** Builds images of these names with a builder. */
export async function buildWith(
  names: readonly string[],
  builder: Builder,
): Promise<BuiltImages & { log: RecordedLog }> {
  const log = recordedLog();
  const ports = portsOf(() => builder, log);
  const { release, made } = await plannedRelease(Object.fromEntries(names.map((name) => [name, TO_BUILD])));
  const request = requestOf('apply', '');
  const building = await planBuilds(release, made, request, ports);
  return { ...(await buildRelease(building!, request, ports)), log };
}

function requestOf(command: Request['command'], platform: string): Request {
  const request = promotionRequest(command, []);
  return { ...request, build: { ...request.build, source: FACTS, platform } };
}

function portsOf(builder: () => Builder, log = recordedLog()): BuildPorts {
  return {
    registry: memoryRegistry({}),
    log,
    checkedOut: () => Promise.resolve(null),
    uncommitted: () => Promise.resolve({ modified: [], untracked: [] }),
    sources: () => Promise.resolve([]),
    builder,
  };
}

function noBuilder(): never {
  throw new Error('nothing is built here');
}
