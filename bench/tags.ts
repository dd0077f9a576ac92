import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { CLI } from '../e2e/support/retag.js';
import {
  findBinary,
  recordingProxy,
  startRegistryV3,
  temporaryDirectory,
  type Recorded,
} from '../e2e/support/stack.js';
import { ACCEPT } from '../e2e/support/wire.js';
import { peers, type Peer, type Run } from './peers.js';
import { cleanEnvironment, measureOk, median, ratio, table, time } from './support.js';
import { ENTRIES, fill, REPOSITORIES, writeTagFile, type BenchEntry } from './world.js';

const CONCURRENCY = 16;
const ROUNDS = 9;
const PEER_ROUNDS = 3;

interface World {
  readonly host: string;
  readonly directory: string;
  readonly entries: readonly BenchEntry[];
}

/** All tags to create and all there already, against a bare loop with the same requests and against peers. */
export async function benchTags(): Promise<string> {
  const registry = await startRegistryV3();
  const directory = temporaryDirectory('bench-tags');
  try {
    const entries = await fill(registry.base);
    const world = { host: registry.host, directory: directory.path, entries };
    return [
      `### ${ENTRIES} promotions over ${REPOSITORIES} repositories, one registry (distribution v3)`,
      await againstBareLoop(world, registry.base),
      await againstPeers(world, registry.base),
    ].join('\n\n');
  } finally {
    await registry.stop();
    directory.remove();
  }
}

/** Both versions of Node: what is slow in one need not be in the other, and the action runs on the newer. */
async function againstBareLoop(world: World, base: string): Promise<string> {
  const create = await record(world, base, '-recorded');
  const keep = await record(world, base, '-recorded');
  const rows: string[][] = [];
  for (const name of ['node20', 'node24']) {
    const node = findBinary(name);
    if (node === null) rows.push([name, 'missing', '', '', '', '', '']);
    else rows.push(...(await roundsOf({ name, node }, world, create, keep)));
  }
  return table(
    [
      `${CONCURRENCY} in flight, ${ROUNDS} rounds, medians`,
      'requests',
      '`retag apply`',
      'bare loop',
      'ratio',
      'the same after reading the tag file as YAML',
      'ratio',
    ],
    rows,
  );
}

interface NodeBinary {
  readonly name: string;
  readonly node: string;
}

async function roundsOf(
  { name, node }: NodeBinary,
  world: World,
  create: readonly Recorded[],
  keep: readonly Recorded[],
): Promise<string[][]> {
  const samples = {
    create: [] as number[],
    bareCreate: [] as number[],
    createAfterYaml: [] as number[],
    keep: [] as number[],
    bareKeep: [] as number[],
    keepAfterYaml: [] as number[],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    // interleaved, so that what else the machine does falls on all alike
    const own = `-${name}r${round}`;
    const file = writeTagFile(world.directory, world.host, world.entries, own);
    samples.create.push(await apply(file, node));
    samples.bareCreate.push(await replay(node, world, create, `-${name}b${round}`));
    samples.createAfterYaml.push(await replay(node, world, create, `-${name}y${round}`, file));
    samples.keep.push(await apply(file, node));
    samples.bareKeep.push(await replay(node, world, keep, own));
    samples.keepAfterYaml.push(await replay(node, world, keep, own, file));
  }
  const row = (
    what: string,
    requests: number,
    ours: number[],
    bare: number[],
    afterYaml: number[],
  ): string[] => [
    `${name}: ${what}`,
    String(requests),
    time(median(ours)),
    time(median(bare)),
    ratio(median(ours), median(bare)),
    time(median(afterYaml)),
    ratio(median(ours), median(afterYaml)),
  ];
  return [
    row('all to create', create.length, samples.create, samples.bareCreate, samples.createAfterYaml),
    row('all there already', keep.length, samples.keep, samples.bareKeep, samples.keepAfterYaml),
  ];
}

/** Runs `apply` through a counting proxy, for the list of its requests. */
async function record(
  { directory, entries }: World,
  base: string,
  suffix: string,
): Promise<readonly Recorded[]> {
  const proxy = await recordingProxy(base);
  try {
    await apply(writeTagFile(directory, proxy.host, entries, suffix));
    return proxy.requests;
  } finally {
    await proxy.stop();
  }
}

async function apply(file: string, node = process.execPath): Promise<number> {
  const args = [CLI, 'apply', '--config', file, '--concurrency', String(CONCURRENCY), '--quiet'];
  return (await measureOk(node, args)).duration;
}

/** The same requests again, for the tags of another suffix. */
async function replay(
  node: string,
  world: World,
  recorded: readonly Recorded[],
  suffix: string,
  tagFile?: string,
): Promise<number> {
  const roots = new Map(
    world.entries.map((entry) => [`${entry.repository}/manifests/${entry.tag}`, entry.root]),
  );
  const list = recorded.map(({ method, path, status }) => {
    const root = roots.get(path.replace('/v2/', '').replace('-recorded', ''));
    const url = `http://${world.host}${path.replace('-recorded', suffix)}`;
    const content =
      method === 'PUT' ? { type: root!.mediaType, body: root!.bytes.toString() } : { accept: ACCEPT };
    return { url, method, status, ...content };
  });
  const file = join(world.directory, 'replay.json');
  writeFileSync(file, JSON.stringify(list));
  const args = ['bench/replay.mjs', file, String(CONCURRENCY), ...(tagFile === undefined ? [] : [tagFile])];
  return (await measureOk(node, args)).duration;
}

async function againstPeers(world: World, base: string): Promise<string> {
  const all = peers(world);
  const requests = await requestsOf(world, base);
  const rows: (readonly string[])[] = [];
  const ours: number[] = [];
  const samples = new Map<Peer, number[]>(all.map((peer) => [peer, []]));
  for (let round = 0; round < PEER_ROUNDS; round += 1) {
    ours.push(await apply(writeTagFile(world.directory, world.host, world.entries, `-p${round}`)));
    for (const peer of all) {
      if (peer.run === null) continue;
      samples.get(peer)!.push(await runPeer(peer.run(`-${peer.id}${round}`)));
    }
  }
  const own = median(ours);
  const row = (id: string, name: string, taken: number): string[] => {
    const perTag = (requests.get(id)! / ENTRIES).toFixed(1);
    return [name, time(taken), time(taken / ENTRIES), ratio(taken, own), perTag];
  };
  rows.push(row(OURS, '`retag apply`', own));
  for (const peer of all) {
    const taken = samples.get(peer)!;
    rows.push(
      taken.length === 0 ? [peer.name, 'missing', '', '', ''] : row(peer.id, peer.name, median(taken)),
    );
  }
  const header = [`all to create, ${PEER_ROUNDS} rounds, medians`, 'time', 'per tag', 'against Retag'];
  return table([...header, 'requests per tag'], rows);
}

const OURS = 'retag';

/** How many requests each tool sends for the same work, by its id; counted in runs of their own. */
async function requestsOf(world: World, base: string): Promise<ReadonlyMap<string, number>> {
  const proxy = await recordingProxy(base);
  try {
    const counts = new Map<string, number>();
    const counted = async (id: string, work: () => Promise<unknown>): Promise<void> => {
      proxy.reset();
      await work();
      counts.set(id, proxy.count());
    };
    await counted(OURS, () => apply(writeTagFile(world.directory, proxy.host, world.entries, '-counted')));
    const directory = join(world.directory, 'counted');
    mkdirSync(directory);
    for (const { id, run } of peers({ ...world, directory, host: proxy.host })) {
      if (run !== null) await counted(id, () => runPeer(run(`-${id}counted`)));
    }
    return counts;
  } finally {
    await proxy.stop();
  }
}

async function runPeer({ command, args, input, env }: Run): Promise<number> {
  const options = { env: cleanEnvironment(env), ...(input === undefined ? {} : { input }) };
  return (await measureOk(command, args, options)).duration;
}
